/** Writes schedules to files that `replay` reads. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Fairness } from '../language/spec.ts'
import { loopOf, traceOf, type Decided, type Planned } from '../report/record.ts'
import type { Result, Verdict } from '../search/verdict.ts'
import { FILE_VERSION, formatCounterexample, type CounterexampleFile, type Shown } from '../trace/counterexample.ts'
import { isToldByFairness } from './plan.ts'
import { sentences, systemReason, UsageError } from './sentences.ts'

export function shownBy(result: Result): Shown | undefined {
  if (result.is === 'violated' || result.is === 'reachable' || result.is === 'unbounded') return { result: result.is }
  if (result.is === 'maximum' || result.is === 'minimum')
    return { result: result.is, value: result.value, ...(result.atLeast ? { atLeast: true } : {}) }
  return undefined
}

/** In what a behaviour was fair: `weak=cpu0+cpu1`. */
const fairnessOf = ({ fairness: { weak = [], strong = [] } = {} }: CounterexampleFile): string[] => [
  ...(weak.length === 0 ? [] : [`weak=${weak.join('+')}`]),
  ...(strong.length === 0 ? [] : [`strong=${strong.join('+')}`]),
]

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 6)

/** File systems take names of 255 bytes; there is still a digest to come, a number, and an extension. */
const LONGEST = 200

/**
 * `increment.racy.threads=2.NoIncrementIsLost`. Where a name is too long, or has letters that a file name should not have, a
 * digest tells it from others that look the same without what is missing.
 */
function baseName(file: CounterexampleFile, planned: Planned): string {
  const bounds = Object.entries(file.bounds).map(([name, value]) => `${name}=${value}`)
  const ingredients = file.ingredients.map((name) => `+${name}`)
  const fairness = isToldByFairness(planned) ? fairnessOf(file) : []
  const parts = [file.spec, file.variant, [...bounds, ...ingredients, ...fairness].join(','), file.property]
  const name = parts.filter((part) => part !== '').join('.')
  const safe = name.replace(/[^A-Za-z0-9_.,=+-]/g, '-')
  return safe === name && name.length <= LONGEST ? name : `${safe.slice(0, LONGEST)}~${digestOf(name)}`
}

/** Makes the directory, so that nobody waits for files that cannot be written. */
export function prepareDirectory(directory: string): void {
  try {
    // One by one: where the system says that something is missing in a folder that exists, the recursive form of
    // Node tries for ever.
    const missing: string[] = []
    for (let path = resolve(directory); !existsSync(path); path = dirname(path)) missing.unshift(path)
    for (const path of missing) mkdirSync(path)
    if (!statSync(directory).isDirectory()) throw new Error('ENOTDIR: not a directory, mkdir')
  } catch (error) {
    throw new UsageError(sentences.cannotWrite(directory, systemReason(error)), { cause: error })
  }
}

/** Where a schedule was found, and what for. */
export type About = Pick<CounterexampleFile, 'spec' | 'variant' | 'bounds' | 'ingredients'> & {
  readonly fairness?: Fairness | undefined
}

/** The schedule that a verdict comes with, if it does, with all that is needed to replay it. */
export function counterexampleOf(
  { spec, variant, bounds, ingredients, fairness = {} }: About,
  { property, result }: Verdict,
  history: readonly string[],
): CounterexampleFile | undefined {
  const shown = shownBy(result)
  const trace = traceOf(result)
  const loop = loopOf(result)
  if (shown === undefined || trace === undefined) return undefined
  const what = { version: FILE_VERSION, spec, variant, bounds, ingredients, property, ...shown } as const
  return { ...what, history, ...(loop === undefined ? {} : { loop, fairness }), ...trace.schedule }
}

/** A writer into a directory: what is saved in one run has a file of its own, unless it is the same. */
export function saver(directory: string): (decided: Decided) => void {
  const texts = new Map<string, string>()
  const nameFor = (base: string, text: string): string => {
    for (let i = 1; ; i++) {
      const name = i === 1 ? base : `${base}~${i}`
      const known = texts.get(name)
      if (known === undefined || known === text) return name
    }
  }
  return ({ planned, verdicts, run }) => {
    const about = { ...planned, spec: planned.spec.name }
    for (const { verdict } of verdicts) {
      const found = counterexampleOf(about, verdict, verdict.history ?? run.history)
      if (found === undefined) continue
      const text = formatCounterexample(found)
      const name = nameFor(baseName(found, planned), text)
      texts.set(name, text)
      writeText(join(directory, `${name}.json`), text)
    }
  }
}

/** Writes a file, or says why that cannot be done. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new UsageError(sentences.cannotWrite(path, systemReason(error)), { cause: error })
  }
}
