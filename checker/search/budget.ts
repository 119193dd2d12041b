/** Budgets: where a search stops by itself. */
import type { Stop } from './verdict.ts'

export interface Budget {
  readonly maxStates?: number | undefined
  /** Bytes of the whole process. */
  readonly maxMemory?: number | undefined
  readonly timeoutSeconds?: number | undefined
  readonly interrupt?: AbortSignal | undefined
}

/** The reason to stop now, if there is one. */
export function exceeded(budget: Budget, states: number, seconds: number): Stop | undefined {
  if (budget.interrupt?.aborted === true) return { by: 'interrupt' }
  if (budget.maxStates !== undefined && states >= budget.maxStates) return { by: 'states', limit: budget.maxStates }
  if (budget.timeoutSeconds !== undefined && seconds >= budget.timeoutSeconds)
    return { by: 'timeout', limit: budget.timeoutSeconds }
  if (budget.maxMemory !== undefined && process.memoryUsage.rss() >= budget.maxMemory)
    return { by: 'memory', limit: budget.maxMemory }
  return undefined
}

/** One sentence for a person. */
export function describeStop(stop: Stop): string {
  switch (stop.by) {
    case 'states':
      return `the search stopped at the budget of ${stop.limit} states`
    case 'memory':
      return `the search stopped at the budget of ${Math.round(stop.limit / 2 ** 20)} MiB`
    case 'timeout':
      return `the search stopped at the budget of ${stop.limit} s`
    case 'system':
      return `the search stopped: ${stop.message}`
    case 'interrupt':
      return 'the search was interrupted'
  }
}
