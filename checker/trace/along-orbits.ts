/**
 * A real behaviour along states that stand for others: from a real initial state, at each step the first real outcome
 * that the next of these states stands for. Among those it prefers one of the process that moved last; the number of
 * context switches is not the least.
 */
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Step } from '../engine/step.ts'
import { ReplayError, type Trace } from './schedule.ts'

/** What the walk needs to know about states. */
export interface OrbitWalk {
  /** The state that stands for a state. */
  readonly representative: (state: PlainState) => PlainState
  /** What else the last step must be like. */
  readonly endsWith?: ((before: PlainState, after: PlainState) => boolean) | undefined
}

/** Throws a `ReplayError` where no real behaviour goes that way: then some step is not symmetric. */
export function scheduleAlongOrbits(
  machine: Machine,
  path: readonly PlainState[],
  { representative, endsWith }: OrbitWalk,
): Trace {
  const keys = path.map((state) => JSON.stringify(state))
  const standsFor = (i: number, state: PlainState): boolean => keys[i] === JSON.stringify(representative(state))
  const start = machine.starts().find(({ state, fault }) => fault === undefined && standsFor(0, state))
  if (start === undefined) throw new ReplayError('The first state of the path stands for no initial state.')
  const states = [start.state]
  const steps: Step[] = []
  for (let i = 1; i < path.length; i++) {
    const from = states[i - 1]!
    const fitting = machine
      .outcomes(from)
      .filter(({ next }) => standsFor(i, next) && (i < path.length - 1 || endsWith?.(from, next) !== false))
    const last = steps.at(-1)?.process
    const taken = fitting.find(({ step }) => step.process === last) ?? fitting[0]
    if (taken === undefined)
      throw new ReplayError(`No step leads from state ${i - 1} of the path to one that the next stands for.`, {
        schedule: { init: start.picks, steps },
        states,
      })
    steps.push(taken.step)
    states.push(taken.next)
  }
  return { schedule: { init: start.picks, steps }, states }
}
