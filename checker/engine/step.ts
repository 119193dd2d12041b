/** Steps by name: what a schedule is made of. */
import type { Outcome } from './executor.ts'
import type { Process } from './process.ts'

/** One step of a schedule. */
export interface Step {
  readonly process: string
  readonly label: string
  /** Set where the label has several. */
  readonly alternative?: string
  readonly picks?: readonly string[]
}

export function stepOf(process: Process, label: string, outcome: Pick<Outcome, 'action' | 'picks'>): Step {
  return {
    process: process.name,
    label,
    ...(outcome.action === '' ? {} : { alternative: outcome.action }),
    ...(outcome.picks.length === 0 ? {} : { picks: outcome.picks }),
  }
}

export const sameStep = (a: Step, b: Step): boolean => formatStep(a) === formatStep(b)

/** `cpu0 oom_kill_process.child(task1)`. */
export const formatStep = ({ process, label, alternative, picks }: Step): string =>
  `${process} ${label}${alternative === undefined ? '' : `.${alternative}`}${picks === undefined ? '' : `(${picks.join(', ')})`}`
