/**
 * Schedules: what reproduces a behaviour, by names only.
 *
 * A schedule says how the initial state was picked and which steps were taken; replaying it needs no state.
 */
import type { StateSpace } from '../engine/engine.ts'
import { type Machine } from '../engine/machine.ts'
import { compareNames, formatStep, sameStep, type Step } from '../engine/step.ts'
import type { PlainState } from '../engine/plain.ts'

export { printable } from '../engine/printable.ts'
export { formatStep, type Step } from '../engine/step.ts'

export interface Schedule {
  /** The picks of the initial state; empty where there is only one. */
  readonly init: readonly string[]
  readonly steps: readonly Step[]
}

/** A schedule with the states along it: one more than there are steps. */
export interface Trace {
  readonly schedule: Schedule
  readonly states: readonly PlainState[]
}

/** Steps from somewhere on, with the states along them: one more than there are steps. */
export interface Order {
  readonly steps: readonly Step[]
  readonly states: readonly PlainState[]
}

/** The states along steps that can be taken from the last state of a trace on. */
export function along(machine: Machine, { states: before }: Trace, steps: readonly Step[]): Order {
  const states = before.slice(-1)
  for (const step of steps) states.push(machine.next(states.at(-1)!, step))
  return { steps, states }
}

/** The trace, and then these steps from its last state on. */
export const continued = ({ schedule, states }: Trace, { steps, states: further }: Order): Trace => ({
  schedule: { ...schedule, steps: [...schedule.steps, ...steps] },
  states: [...states, ...further.slice(1)],
})

/** The first `steps` steps of a trace. */
export const beginningOf = ({ schedule, states }: Trace, steps: number): Trace => ({
  schedule: { ...schedule, steps: schedule.steps.slice(0, steps) },
  states: states.slice(0, steps + 1),
})

/** A schedule does not fit the model: a step that is not enabled, an initial state that does not exist. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
  /** As far as it fits. */
  readonly reached: Trace | undefined

  constructor(message: string, reached?: Trace) {
    super(message)
    this.reached = reached
  }
}

const same = (a: PlainState, b: PlainState): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The initial states that could be made, by the order of their picks. */
export const startsByName = (machine: Machine): { readonly picks: readonly string[]; readonly state: PlainState }[] =>
  machine
    .starts()
    .filter(({ fault }) => fault === undefined)
    .sort((a, b) => compareNames(a.picks, b.picks))

/** The chain of predecessors of a state, from an initial state. */
export function pathTo(space: StateSpace, state: number): number[] {
  const path = [state]
  for (let at = space.predecessor(state); at >= 0; at = space.predecessor(at)) path.push(at)
  return path.reverse()
}

/**
 * The schedule along a path of states, found again on the reference engine: between two states the step of the process
 * that moved last, or of the one that `movers` names, if it fits, else the first that does.
 */
export function scheduleAlong(
  machine: Machine,
  states: readonly PlainState[],
  movers: readonly (string | undefined)[] = [],
): Trace {
  const [first] = states
  const start = machine.starts().find((each) => first !== undefined && same(each.state, first))
  if (start === undefined) throw new ReplayError('The first state of the path is not an initial state.')
  const steps: Step[] = []
  for (let i = 0; i + 1 < states.length; i++) {
    const [from, to] = [states[i]!, states[i + 1]!]
    const fitting = machine.outcomes(from).filter((taken) => same(taken.next, to))
    const mover = movers[i] ?? steps.at(-1)?.process
    const taken = fitting.find(({ step }) => step.process === mover) ?? fitting[0]
    if (taken === undefined) {
      const reached = { schedule: { init: start.picks, steps }, states: states.slice(0, i + 1) }
      throw new ReplayError(`No step leads from state ${i} of the path to the next one.`, reached)
    }
    steps.push(taken.step)
  }
  return { schedule: { init: start.picks, steps }, states }
}

/** Runs a schedule on the reference engine. */
export function replay(machine: Machine, schedule: Schedule): Trace {
  const starts = machine.starts()
  const start = starts.find(({ picks }) => picks.join() === schedule.init.join())
  if (start === undefined) {
    const known = starts.map(({ picks }) => `(${picks.join(', ')})`)
    throw new ReplayError(
      `There is no initial state (${schedule.init.join(', ')}); there are: ${[...new Set(known)].join(' ')}.`,
    )
  }
  const states = [start.state]
  schedule.steps.forEach((step, i) => {
    const outcomes = machine.outcomes(states.at(-1)!)
    const taken = outcomes.find((each) => sameStep(each.step, step))
    if (taken === undefined) {
      const enabled = outcomes.map((each) => formatStep(each.step)).join(' · ')
      throw new ReplayError(
        `Step ${i + 1}, ${formatStep(step)}, is not enabled; enabled there: ${enabled === '' ? 'nothing' : enabled}.`,
      )
    }
    states.push(taken.next)
  })
  return { schedule, states }
}

/** How often another process moves than in the step before. */
export const contextSwitches = ({ steps }: Schedule): number =>
  steps.filter((step, i) => i > 0 && step.process !== steps[i - 1]!.process).length
