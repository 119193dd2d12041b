/** Writes schedules to files that `replay` reads. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Fairness } from '../language/spec.ts'
import { loopOf, traceOf, type Decided } from '../report/record.ts'
import type { Result, Verdict } from '../search/verdict.ts'
import { FILE_VERSION, formatCounterexample, type CounterexampleFile, type Shown } from '../trace/counterexample.ts'
import { sentences, systemReason, UsageError } from './sentences.ts'

export function shownBy(result: Result): Shown | undefined {
  if (result.is === 'violated' || result.is === 'reachable' || result.is === 'unbounded') return { result: result.is }
  if (result.is === 'maximum' || result.is === 'minimum') return { result: result.is, value: result.value }
  return undefined
}

/** `increment.racy.threads=2.NoIncrementIsLost.json`. */
function fileName({ planned }: Decided, property: string): string {
  const bounds = Object.entries(planned.bounds).map(([name, value]) => `${name}=${value}`)
  const ingredients = planned.ingredients.map((name) => `+${name}`)
  const parts = [planned.spec.name, planned.variant, [...bounds, ...ingredients].join(','), property]
  return `${parts
    .filter((part) => part !== '')
    .join('.')
    .replace(/[^A-Za-z0-9_.,=+-]/g, '-')}.json`
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

export function save(directory: string, decided: Decided): void {
  const about = { ...decided.planned, spec: decided.planned.spec.name }
  for (const { verdict } of decided.verdicts) {
    const found = counterexampleOf(about, verdict, verdict.history ?? decided.run.history)
    if (found !== undefined)
      writeText(join(directory, fileName(decided, verdict.property)), formatCounterexample(found))
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
