/**
 * Leaves out steps of a schedule that are not needed to show what it shows: for schedules that were not found by breadth
 * first, such as those of random walks, where no search of all states can be afforded.
 *
 * Delta debugging (Zeller, Hildebrandt, Simplifying and isolating failure-inducing input, 2002), by removal only: parts of the
 * schedule are left out as long as the rest can be taken and still shows it. Large and likely parts go first: all steps of a
 * process, everything from a turn of a process on, its turns, runs of ever fewer steps, and in the end single ones.
 */
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import { sameStep, type Step } from '../engine/step.ts'
import type { Trace } from '../trace/schedule.ts'

export interface Reduced {
  readonly trace: Trace
  /** Of a lasso: the number of steps before those that go round for ever. */
  readonly loop: number | undefined
}

/** What is left, and whether it was tried for every single step of it to leave it out, too. */
export interface Trimmed extends Reduced {
  readonly irreducible: boolean
}

/** Does the trace, whose loop starts after so many steps if there is one, show what it should? */
export type Shows = (trace: Trace, loop: number | undefined) => boolean

/** Tells after every try whether to go on; so many steps were taken on the reference engine until then. */
export type GoesOn = (stepsTaken: number) => boolean

class Trimmer {
  best: Reduced
  #stepsTaken = 0
  readonly #machine: Machine
  readonly #shows: Shows
  readonly #goesOn: GoesOn
  stopped = false

  constructor(machine: Machine, given: Reduced, shows: Shows, goesOn: GoesOn) {
    this.#machine = machine
    this.best = given
    this.#shows = shows
    this.#goesOn = goesOn
  }

  get #steps(): readonly Step[] {
    return this.best.trace.schedule.steps
  }

  /** Leaves out these steps if what remains shows it; did it? */
  #without(isLeftOut: (index: number, step: Step) => boolean): boolean {
    if (this.stopped) return false
    const kept = this.#steps.flatMap((step, i) => (isLeftOut(i, step) ? [] : [i]))
    if (kept.length === this.#steps.length) return false
    const trace = this.#taken(kept)
    this.stopped = !this.#goesOn(this.#stepsTaken)
    if (trace === undefined) return false
    const { loop } = this.best
    const shorter = { trace, loop: loop === undefined ? undefined : kept.filter((i) => i < loop).length }
    if (!this.#shows(trace, shorter.loop)) return false
    this.best = shorter
    return true
  }

  /** The trace of those steps that are kept, if all of them can be taken. What comes before the first gap is as it was. */
  #taken(kept: readonly number[]): Trace | undefined {
    const { schedule, states: before } = this.best.trace
    const gap = kept.findIndex((index, i) => index !== i)
    const same = gap < 0 ? kept.length : gap
    const states = before.slice(0, same + 1)
    const steps = kept.flatMap((index) => schedule.steps[index] ?? [])
    let state = states.at(-1)
    for (const step of steps.slice(same)) {
      state = state && this.#next(state, step)
      if (state === undefined) return undefined
      states.push(state)
    }
    return { schedule: { init: schedule.init, steps }, states }
  }

  #next(state: PlainState, step: Step): PlainState | undefined {
    this.#stepsTaken++
    const process = this.#machine.layout.processes.find(({ name }) => name === step.process)
    // Ticks wait for whatever is urgent, so that the others must be asked.
    if (process?.program.role === 'time')
      return this.#machine.outcomes(state).find((taken) => sameStep(taken.step, step))?.next
    let next: PlainState | undefined
    if (process !== undefined)
      this.#machine.outcomesOf(
        state,
        process,
        (taken) => {
          if (sameStep(taken.step, step)) next ??= taken.next
        },
        () => undefined,
      )
    return next
  }

  /** All steps of one process after the other. */
  processes(): void {
    for (const name of new Set(this.#steps.map(({ process }) => process)))
      this.#without((_, { process }) => process === name)
  }

  /** The rest of a process, from one of its turns on, the earliest first; then single turns, from the last one. */
  turns(): void {
    const isStart = (i: number): boolean => this.#steps[i]?.process !== this.#steps[i - 1]?.process
    for (let at = 0; at < this.#steps.length; at++) {
      if (!isStart(at)) continue
      const name = this.#steps[at]?.process
      this.#without((i, { process }) => i >= at && process === name)
    }
    for (let end = this.#steps.length; end > 0;) {
      let first = end - 1
      while (!isStart(first)) first--
      const [from, to] = [first, end]
      this.#without((i) => i >= from && i < to)
      end = first
    }
  }

  /** One pass over all runs of so many steps, from the last one; did any of them go? */
  runs(count: number): boolean {
    let went = false
    for (let first = this.#steps.length - count; first >= 0; first -= count)
      went = this.#without((i) => i >= first && i < first + count) || went
    return went
  }

  get length(): number {
    return this.#steps.length
  }
}

/**
 * A schedule of some of the steps of a trace that shows the same. Where it is `irreducible`, **no single step of it can go**:
 * without any one of them the others cannot all be taken, with the picks that they have, or do not show it. It need not be
 * shortest: several steps might go together, or others might lead there sooner. Where it is not, it was told to stop before.
 */
export function withoutNeedlessSteps(
  machine: Machine,
  given: Reduced,
  shows: Shows,
  goesOn: GoesOn = () => true,
): Trimmed {
  const trimmer = new Trimmer(machine, given, shows, goesOn)
  trimmer.processes()
  trimmer.turns()
  for (let count = trimmer.length; count > 1; count = Math.ceil(count / 2)) trimmer.runs(count)
  // What was needed while something else was there may have become needless.
  while (trimmer.runs(1));
  return { ...trimmer.best, irreducible: !trimmer.stopped }
}
