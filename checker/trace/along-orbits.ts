/**
 * A real behaviour along states that stand for others: from a real initial state, at each step the first real outcome
 * that the next of these states stands for. Among those it prefers one of the process that moved last; the number of
 * context switches is not the least.
 */
import type { StateSpace } from '../engine/engine.ts'
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Step } from '../engine/step.ts'
import { pathTo, ReplayError, scheduleAlong, type Trace } from './schedule.ts'

/** Throws a `ReplayError` where no real behaviour goes that way: then some step is not symmetric. */
function scheduleAlongOrbits(
  machine: Machine,
  path: readonly PlainState[],
  representative: (state: PlainState) => PlainState,
): Trace {
  const keys = path.map((state) => JSON.stringify(state))
  const standsFor = (i: number, state: PlainState): boolean => keys[i] === JSON.stringify(representative(state))
  const start = machine.starts().find(({ state, fault }) => fault === undefined && standsFor(0, state))
  if (start === undefined) throw new ReplayError('The first state of the path stands for no initial state.')
  const states = [start.state]
  const steps: Step[] = []
  for (let i = 1; i < path.length; i++) {
    const fitting = machine.outcomes(states[i - 1]!).filter(({ next }) => standsFor(i, next))
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

/** A behaviour to a state by its predecessors, or to one that it stands for. */
export function scheduleTo(space: StateSpace, machine: Machine, state: number): Trace {
  const path = pathTo(space, state).map((id) => space.state(id))
  return space.orbits === undefined
    ? scheduleAlong(machine, path)
    : scheduleAlongOrbits(machine, path, space.orbits.representative)
}
