/**
 * Leaves out steps of a schedule that are not needed to show what it shows: for schedules that were not found by breadth
 * first, such as those of random walks, where no search of all states can be afforded.
 *
 * Delta debugging (Zeller, Hildebrandt, Simplifying and isolating failure-inducing input, 2002), by removal only: ever smaller
 * runs of steps are left out as long as the rest can be taken and still shows it.
 */
import type { Machine } from '../engine/machine.ts'
import type { Step } from '../engine/step.ts'
import { replay, ReplayError, type Trace } from '../trace/schedule.ts'

export interface Reduced {
  readonly trace: Trace
  /** Of a lasso: the number of steps before those that go round for ever. */
  readonly loop: number | undefined
}

/** Does the trace, whose loop starts after so many steps if there is one, show what it should? */
export type Shows = (trace: Trace, loop: number | undefined) => boolean

/** The trace of a schedule, where all of its steps can be taken. */
function taken(machine: Machine, init: readonly string[], steps: readonly Step[]): Trace | undefined {
  try {
    return replay(machine, { init, steps })
  } catch (error) {
    if (error instanceof ReplayError) return undefined
    throw error
  }
}

/**
 * A schedule of some of the steps of a trace that shows the same. **No single step of it can go**: without any one of them
 * the others cannot all be taken, with the picks that they have, or do not show it. It need not be shortest: several steps
 * might go together, or others might lead there sooner.
 */
export function withoutNeedlessSteps(machine: Machine, given: Reduced, shows: Shows): Reduced {
  const { init } = given.trace.schedule
  let best = given
  const without = (first: number, count: number): Reduced | undefined => {
    const steps = best.trace.schedule.steps.filter((_, i) => i < first || i >= first + count)
    const before = best.loop === undefined ? 0 : Math.max(0, Math.min(count, best.loop - first))
    const loop = best.loop === undefined ? undefined : best.loop - before
    const trace = taken(machine, init, steps)
    return trace !== undefined && shows(trace, loop) ? { trace, loop } : undefined
  }
  /** One pass over all runs of so many steps, from the last one; did any of them go? */
  const pass = (count: number): boolean => {
    let went = false
    for (let first = best.trace.schedule.steps.length - count; first >= 0; first -= count) {
      const shorter = without(first, count)
      if (shorter === undefined) continue
      best = shorter
      went = true
    }
    return went
  }
  for (let count = best.trace.schedule.steps.length; count > 1; count = Math.ceil(count / 2)) pass(count)
  // What was needed while something else was there may have become needless.
  while (pass(1));
  return best
}
