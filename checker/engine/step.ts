/** Steps by name: what a schedule is made of. */
import type { Outcome } from './executor.ts'
import { printable } from './printable.ts'
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

export const sameStep = (a: Step, b: Step): boolean => inWords(a) === inWords(b)

/** `cpu0 oom_kill_process.child(task1)`, in one line. */
export const formatStep = (step: Step): string => printable(inWords(step))

const inWords = ({ process, label, alternative, picks }: Step): string =>
  `${process} ${label}${alternative === undefined ? '' : `.${alternative}`}${picks === undefined ? '' : `(${picks.join(', ')})`}`

/** Lists of names in the order of a dictionary, by the codes of their letters: the same everywhere. */
export function compareNames(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (x !== y) return x < y ? -1 : 1
  }
  return a.length - b.length
}

/** The order of steps in which the least schedule is shown: by number of the process, label, alternative, picks. */
export function compareSteps(processes: ReadonlyMap<string, number>, a: Step, b: Step): number {
  const number = (step: Step): number => processes.get(step.process) ?? -1
  const names = ({ label, alternative = '' }: Step): string[] => [label, alternative]
  return number(a) - number(b) || compareNames(names(a), names(b)) || compareNames(a.picks ?? [], b.picks ?? [])
}
