/**
 * Why a trace ends as it does: which values decided each step, who wrote them, and which steps did not matter.
 *
 * Causes are found backwards from the end: what the property looked at, the steps that last changed it, what these
 * looked at, and how each process came to where it stood. A step is a function of what it reads, so the causes alone,
 * taken in their order, do the same once more; ticks apart, which also wait for everything that is urgent.
 *
 * A value is *decisive* where the step would not have gone the same way with the value from before its last change.
 * A value is *overtaken* where somebody changed it after it was read, the reader went on without looking again, and
 * would have gone another way had it looked: most races are of this kind.
 */
import type { BranchRead, Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Process } from '../engine/process.ts'
import { sameStep } from '../engine/step.ts'
import type { Property } from '../language/property.ts'
import { endOf, standstill, type End, type Idle } from './end.ts'
import { fieldsOf, type Field } from './fields.ts'
import type { LassoOf } from './lasso.ts'
import { continued, type Step, type Trace } from './schedule.ts'
import type { Trap } from './trap.ts'

/** A value that a step, or the property at the end, depends on. */
export interface Deciding {
  readonly field: Field
  readonly value: string
  readonly atStart: string
  /** The step that last changed it, and its number, counted from 0; -1: it is as it was at the start. */
  readonly writer: number
  readonly by: Step | undefined
  readonly decisive: boolean
  /** Only a note looked at it. */
  readonly byNote: boolean
}
export interface Changed {
  readonly field: Field
  readonly atStart: string
  readonly from: string
  readonly to: string
}
export interface ExplainedStep {
  /** Counted from 0. */
  readonly index: number
  readonly step: Step
  readonly changes: readonly Changed[]
  readonly reads: readonly Deciding[]
  /** The end depends on it. */
  readonly isCause: boolean
}

/** Somebody acted on a value that was no longer true. */
export interface Overtaken {
  readonly process: string
  readonly field: Field
  /** The step that read it, and what. */
  readonly read: number
  readonly value: string
  /** The steps of others that have changed it since, at least one, and what it was when the reader last moved. */
  readonly by: readonly number[]
  readonly lastBy: number
  readonly now: string
}

/**
 * A process that does not move any more, and what it looks at. `decisive`: with the earlier value it could move; or with
 * the other one, of a truth value that nobody has written.
 */
export interface Waiting extends Omit<Idle, 'reads'> {
  readonly reads: readonly Deciding[]
}

/** A trace with the reasons for its end. Steps are counted from 0. */
export interface Explanation {
  readonly trace: Trace
  readonly loop: number | undefined
  readonly steps: readonly ExplainedStep[]
  /** What the property looked at in the last state. */
  readonly atEnd: readonly Deciding[]
  readonly overtaken: readonly Overtaken[]
  /** Processes that cannot move at the end, or all around the loop. */
  readonly waiting: readonly Waiting[]
  /** The fields of the state, in the order of declaration. */
  readonly fields: readonly Field[]
}

/** What an outcome depends on, each slot once. */
interface Reads {
  readonly slots: ReadonlySet<number>
  readonly byNote: ReadonlySet<number>
}

function toReads(reads: readonly BranchRead[]): Reads {
  const slots = new Set(reads.map(({ slot }) => slot))
  const byOthers = new Set(reads.filter(({ byNote }) => !byNote).map(({ slot }) => slot))
  return { slots, byNote: new Set([...slots].filter((slot) => !byOthers.has(slot))) }
}

export const processOf = (machine: Machine, step: Step): Process =>
  machine.layout.processes.find(({ name }) => name === step.process)!

/** What a step of a state depends on. */
export function readsOf(machine: Machine, state: PlainState, step: Step): Reads {
  let reads: Reads | undefined
  machine.outcomesOf(
    state,
    processOf(machine, step),
    (taken) => {
      if (sameStep(taken.step, step)) reads ??= toReads(machine.branchReads)
    },
    () => undefined,
  )
  return reads ?? toReads([])
}

class Explainer {
  readonly #machine: Machine
  readonly #trace: Trace
  readonly #fields: readonly Field[]
  readonly #bySlot = new Map<number, Field>()
  readonly #codes: readonly (readonly number[])[]
  readonly #reads: readonly Reads[]
  readonly #causes = new Set<number>()

  constructor(machine: Machine, trace: Trace) {
    this.#machine = machine
    this.#trace = trace
    this.#fields = fieldsOf(machine.layout)
    for (const field of this.#fields) for (const slot of field.slots) this.#bySlot.set(slot, field)
    const { places } = machine.plain
    this.#codes = trace.states.map((state) => places.map((place) => place.get(state)))
    this.#reads = trace.schedule.steps.map((step, i) => readsOf(machine, trace.states[i]!, step))
  }

  /** The last step before state `at` that changed a slot; -1: none did. */
  #writer(slot: number, at: number): number {
    for (let step = at - 1; step >= 0; step--)
      if (this.#codes[step]![slot] !== this.#codes[step + 1]![slot]) return step
    return -1
  }

  #previousOf(process: string, before: number): number {
    return this.#trace.schedule.steps.findLastIndex((step, i) => i < before && step.process === process)
  }

  /** Marks steps and all that they depend on. */
  #mark(first: Iterable<number>): void {
    const pending = [...first]
    for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
      if (step < 0 || this.#causes.has(step)) continue
      this.#causes.add(step)
      pending.push(this.#previousOf(this.#trace.schedule.steps[step]!.process, step))
      for (const slot of this.#reads[step]!.slots) pending.push(this.#writer(slot, step))
    }
  }

  explain(end: End, loop: number | undefined): Explanation {
    const { steps } = this.#trace.schedule
    const last = this.#trace.states.length - 1
    const atEnd = toReads(end.reads)
    this.#mark([
      ...[...atEnd.slots].flatMap((slot) => [
        this.#writer(slot, last),
        ...(end.pair ? [this.#writer(slot, last - 1)] : []),
      ]),
      ...end.processes.map((process) => this.#previousOf(process, steps.length)),
      ...(end.pair ? [last - 1] : []),
      ...(end.isWhole === true ? steps.keys() : []),
      ...(loop === undefined ? [] : steps.map((_, i) => i).slice(loop)),
    ])
    const explained = steps.map((step, i): ExplainedStep => ({
      index: i,
      step,
      changes: this.#changes(i),
      reads: this.#deciding(this.#reads[i]!, i, (state) => this.#goesTheSameWay(i, state)),
      isCause: this.#causes.has(i),
    }))
    return {
      trace: this.#trace,
      loop,
      steps: explained,
      atEnd: this.#deciding(atEnd, last, (state) => end.isStillSo(state)),
      // Who goes round for ever will look again.
      overtaken: loop === undefined ? this.#overtaken(explained) : [],
      waiting: end.idle.map((idle) => this.#waiting(idle)),
      fields: this.#fields,
    }
  }

  #changes(step: number): Changed[] {
    const [before, after] = [this.#trace.states[step]!, this.#trace.states[step + 1]!]
    return this.#fields
      .map((field) => ({
        field,
        atStart: field.show(this.#trace.states[0]!),
        from: field.show(before),
        to: field.show(after),
      }))
      .filter(({ from, to }) => from !== to)
  }

  #deciding({ slots, byNote }: Reads, at: number, isSame: (state: PlainState) => boolean): Deciding[] {
    return this.#fields
      .flatMap((field) => (field.slots.every((slot) => slots.has(slot)) ? field : (field.elements ?? field)))
      .filter((field) => field.slots.some((slot) => slots.has(slot)))
      .map((field) => {
        const writer = Math.max(...field.slots.map((slot) => this.#writer(slot, at)))
        return {
          field,
          value: field.show(this.#trace.states[at]!),
          atStart: field.show(this.#trace.states[0]!),
          writer,
          by: this.#trace.schedule.steps[writer],
          decisive: writer >= 0 && !isSame(this.#with(at, field, writer)),
          byNote: field.slots.every((slot) => !slots.has(slot) || byNote.has(slot)),
        }
      })
  }

  /** State `at`, with a field as it was in another state. */
  #with(at: number, field: Field, as: number): PlainState {
    const { places } = this.#machine.plain
    const state = structuredClone(this.#trace.states[at]!)
    for (const slot of field.slots) places[slot]!.set(state, this.#codes[as]![slot]!)
    return state
  }

  /** State `at`, with a truth value that nobody has written turned round. */
  #flipped(at: number, { slots }: Field): PlainState {
    const state = structuredClone(this.#trace.states[at]!)
    for (const slot of slots) this.#machine.plain.places[slot]!.set(state, 1 - this.#codes[at]![slot]!)
    return state
  }

  /** Would a step, taken in another state, go to the same label and make the same changes? */
  #goesTheSameWay(i: number, state: PlainState): boolean {
    const step = this.#trace.schedule.steps[i]!
    let next: PlainState | undefined
    this.#machine.outcomesOf(
      state,
      processOf(this.#machine, step),
      (taken) => {
        if (sameStep(taken.step, step)) next ??= taken.next
      },
      () => undefined,
    )
    if (next === undefined) return false
    const { places } = this.#machine.plain
    const [before, after] = [this.#codes[i]!, this.#codes[i + 1]!]
    // What it leaves alone may differ; what it changed there or changes here must not.
    return places.every((place, slot) => {
      const [from, to] = [place.get(state), place.get(next!)]
      return to === after[slot] || (from === to && before[slot] === after[slot])
    })
  }

  #waiting(idle: Idle): Waiting {
    const process = this.#machine.layout.processes.find(({ name }) => name === idle.process)!
    const isDisabled = (state: PlainState): boolean => {
      let disabled = true
      this.#machine.outcomesOf(
        state,
        process,
        () => (disabled = false),
        () => undefined,
      )
      return disabled
    }
    const at = this.#trace.states.length - 1
    const reads = this.#deciding(toReads(idle.reads), at, isDisabled).map((read) => {
      if (read.writer >= 0 || read.field.kind !== 'bool') return read
      return { ...read, decisive: !isDisabled(this.#flipped(at, read.field)) }
    })
    return { ...idle, reads }
  }

  #overtaken(steps: readonly ExplainedStep[]): Overtaken[] {
    return steps.flatMap(({ step, isCause, reads }, i) =>
      isCause ? reads.flatMap((read) => this.#overtakes(step.process, i, read) ?? []) : [],
    )
  }

  #overtakes(process: string, i: number, { field, value, byNote }: Deciding): Overtaken | undefined {
    const { steps } = this.#trace.schedule
    const last = this.#previousOf(process, steps.length)
    if (byNote || !this.#causes.has(last)) return undefined
    const readsAgain = steps.some(
      (step, j) => j > i && step.process === process && field.slots.some((slot) => this.#reads[j]!.slots.has(slot)),
    )
    if (readsAgain) return undefined
    const changes = (j: number): boolean =>
      field.slots.some((slot) => this.#codes[j]![slot] !== this.#codes[j + 1]![slot])
    const by = steps.flatMap((step, j) => (j > i && j < last && changes(j) ? [{ j, process: step.process }] : []))
    const now = field.show(this.#trace.states[last]!)
    if (by.length === 0 || now === value || changes(i) || by.some((each) => each.process === process)) return undefined
    if (this.#goesTheSameWay(i, this.#with(i, field, last))) return undefined
    const numbers = by.map(({ j }) => j)
    return { process, field, read: i, value, by: numbers, lastBy: Math.max(...numbers), now }
  }
}

/** Explains the end of a trace of a machine: what is violated there, or reached. */
export function explain(
  machine: Machine,
  name: string,
  properties: readonly Property[],
  trace: Trace,
  { loop, fairness = {} }: LassoOf = {},
): Explanation {
  const end = endOf(machine, name, properties, trace, { ...(loop === undefined ? {} : { loop }), fairness })
  return new Explainer(machine, trace).explain(end, loop)
}

/** Explains how a trace goes on to where it ends for ever, after its own end, of which `before` is the explanation. */
export function explainTrap(machine: Machine, before: Explanation, { into, round, movers }: Trap): Explanation {
  const stem = continued(before.trace, into)
  const whole = continued(stem, round)
  const loop = round.steps.length === 0 ? undefined : stem.schedule.steps.length
  const end = standstill(machine, loop === undefined ? stem.states.slice(-1) : round.states.slice(1), movers)
  const { steps, ...explanation } = new Explainer(machine, whole).explain(end, loop)
  return {
    ...explanation,
    steps: steps.map((each) => ({ ...each, isCause: before.steps[each.index]?.isCause ?? true })),
  }
}
