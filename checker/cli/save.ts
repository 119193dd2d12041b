/** Writes schedules to files that `replay` reads. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loopOf, traceOf, type Decided } from '../report/record.ts'
import type { Result } from '../search/verdict.ts'
import { FILE_VERSION, formatCounterexample, type Shown } from '../trace/counterexample.ts'
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
    mkdirSync(directory, { recursive: true })
  } catch (error) {
    throw new UsageError(sentences.cannotWrite(directory, systemReason(error)), { cause: error })
  }
}

export function save(directory: string, decided: Decided): void {
  const { spec, variant, bounds, ingredients, fairness } = decided.planned
  for (const { verdict } of decided.verdicts) {
    const { property, result } = verdict
    const shown = shownBy(result)
    const trace = traceOf(result)
    const loop = loopOf(result)
    if (shown === undefined || trace === undefined) continue
    const what = { version: FILE_VERSION, spec: spec.name, variant, bounds, ingredients, property, ...shown } as const
    const file = join(directory, fileName(decided, property))
    try {
      writeFileSync(
        file,
        formatCounterexample({
          ...what,
          history: decided.run.history,
          ...(loop === undefined ? {} : { loop, fairness }),
          ...trace.schedule,
        }),
      )
    } catch (error) {
      throw new UsageError(sentences.cannotWrite(file, systemReason(error)), { cause: error })
    }
  }
}
