/** What another order of steps changes: the first step of a trace that then goes another way. */
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import { readsOf, type Changed, type Explanation } from './explain.ts'
import type { Field } from './fields.ts'
import type { Order, Step } from './schedule.ts'
import { Variations } from './variations.ts'

export interface Difference {
  /** The step of the trace, counted from 0, and the same step in the other order. */
  readonly step: number
  readonly other: Step
  /** The values at which it looks there that are not those of the trace. */
  readonly fields: readonly { readonly field: Field; readonly value: string; readonly inTrace: string }[]
  /** Where the process goes from there, and where it went. */
  readonly to: string
  readonly toInTrace: string
  /** What it makes of which field there, and did not in the trace. */
  readonly changes: readonly Pick<Changed, 'field' | 'to'>[]
}

/** Compares steps in another order, from state `from` of a trace on, with the same steps of the trace. */
export function differenceOf(
  machine: Machine,
  { trace, fields }: Explanation,
  from: number,
  { steps, states }: Order,
): Difference | undefined {
  const inTrace = trace.schedule.steps
  const varied = new Variations(machine, trace)
  const at = new Map<string, number>()
  for (const [k, other] of steps.entries()) {
    const start = at.get(other.process) ?? from
    const step = inTrace.findIndex((each, j) => j >= start && each.process === other.process)
    if (step < 0 || inTrace[step]!.label !== other.label) continue
    at.set(other.process, step + 1)
    const [here, next] = [states[k]!, states[k + 1]!]
    const [there, after] = [trace.states[step]!, trace.states[step + 1]!]
    const stands = (state: PlainState): string => fields.find(({ name }) => name === `${other.process}.pc`)!.show(state)
    const [to, toInTrace] = [stands(next), stands(after)]
    const changes = fields
      .filter(
        (field) =>
          field.kind !== 'pc' && field.show(here) !== field.show(next) && field.show(next) !== field.show(after),
      )
      .map((field) => ({ field, to: field.show(next) }))
    const { slots, byNote } = readsOf(machine, here, other)
    const differing = fields
      .filter((field) => field.slots.some((slot) => slots.has(slot) && !byNote.has(slot)))
      .filter((field) => !varied.goesTheSameWay(step, varied.taking(step, field, here)))
      .map((field) => ({ field, value: field.show(here), inTrace: field.show(there) }))
      .filter(({ value, inTrace: instead }) => value !== instead)
    if (to !== toInTrace || (changes.length > 0 && differing.length > 0))
      return { step, other, fields: differing, to, toInTrace, changes }
  }
  return undefined
}
