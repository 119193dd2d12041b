/** The states of a trace with other values in single fields: would it have gone the same way? */
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import { sameStep, type Step } from '../engine/step.ts'
import { processOf, type Field } from './fields.ts'
import type { Trace } from './schedule.ts'

/** Of a field with many values so many are tried to both sides of its own, the nearest first. */
const TRIED = 32
const AWAY: readonly number[] = Array.from({ length: TRIED }, (_, i) => [-1 - i, 1 + i]).flat()

type Codes = readonly (readonly [slot: number, code: number])[]

export class Variations {
  readonly #machine: Machine
  readonly #trace: Trace
  readonly #codes: readonly (readonly number[])[]
  readonly #isNumber: readonly boolean[]

  constructor(machine: Machine, trace: Trace) {
    this.#machine = machine
    this.#trace = trace
    this.#codes = trace.states.map((state) => machine.plain.places.map((place) => place.get(state)))
    this.#isNumber = machine.layout.slots.map(({ role, domain }) => role === 'value' && domain?.kind === 'int')
  }

  /** What stands in a slot in state `at`. */
  code(at: number, slot: number): number {
    return this.#codes[at]![slot]!
  }

  changes(step: number, { slots }: Field): boolean {
    return slots.some((slot) => this.code(step, slot) !== this.code(step + 1, slot))
  }

  /** State `at`, with other codes in some slots. */
  with(at: number, written: Codes): PlainState {
    const { places } = this.#machine.plain
    const state = structuredClone(this.#trace.states[at]!)
    for (const [slot, code] of written) places[slot]!.set(state, code)
    return state
  }

  /** State `at`, with a field as it was in another state. */
  as(at: number, { slots }: Field, other: number): PlainState {
    return this.with(
      at,
      slots.map((slot) => [slot, this.code(other, slot)] as const),
    )
  }

  /** State `at`, with a field as it is in a state that need not be of the trace. */
  taking(at: number, { slots }: Field, from: PlainState): PlainState {
    const { places } = this.#machine.plain
    return this.with(
      at,
      slots.map((slot) => [slot, places[slot]!.get(from)] as const),
    )
  }

  /** Other values for a field, each in one of its slots, the nearest first. */
  others(at: number, { slots }: Field): Codes[] {
    return slots.flatMap((slot) => {
      const own = this.code(at, slot)
      const size = this.#machine.layout.slots[slot]?.size ?? 0
      return AWAY.map((away) => own + away)
        .filter((code) => code >= 0 && code < size)
        .map((code) => [[slot, code]] as const)
    })
  }

  /** State `at` with each of these. */
  otherStates(at: number, field: Field): PlainState[] {
    return this.others(at, field).map((written) => this.with(at, written))
  }

  /** Would a step of the trace, taken in another state, go to the same label? Or not at all. */
  goesToTheSameLabel(i: number, state: PlainState): boolean {
    const step = this.#trace.schedule.steps[i]!
    const { pc } = processOf(this.#machine, step)
    const next = after(this.#machine, state, step)
    return next === undefined || this.#machine.plain.places[pc]!.get(next) === this.code(i + 1, pc)
  }

  /**
   * Would a step of the trace, taken in another state, go to the same label and make the same changes? What it adds to a number
   * is the same change, whatever the number was.
   */
  goesTheSameWay(i: number, state: PlainState): boolean {
    const next = after(this.#machine, state, this.#trace.schedule.steps[i]!)
    if (next === undefined) return false
    const { places } = this.#machine.plain
    // What it leaves alone may differ; what it changed there or changes here must not.
    return places.every((place, slot) => {
      const [from, to] = [place.get(state), place.get(next)]
      const [before, then] = [this.code(i, slot), this.code(i + 1, slot)]
      return to === then || (from === to && before === then) || (this.#isNumber[slot]! && to - from === then - before)
    })
  }
}

/** The first outcome of a step in a state; `undefined` where it cannot be taken. */
function after(machine: Machine, state: PlainState, step: Step): PlainState | undefined {
  let next: PlainState | undefined
  machine.outcomesOf(
    state,
    processOf(machine, step),
    (taken) => {
      if (sameStep(taken.step, step)) next ??= taken.next
    },
    () => undefined,
  )
  return next
}
