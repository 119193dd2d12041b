/** The numbers that a claim is about, in the state or at the step that violates it. */
import { Fault } from '../engine/fault.ts'
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Property } from '../language/property.ts'

export interface Comparison {
  readonly numbers: readonly { readonly name: string; readonly value: number }[]
  /** Why they cannot be told. */
  readonly failed?: string
}
const NONE: Comparison = { numbers: [] }

/**
 * What a property compares after the last step of these states, as far as those are numbers; nothing where it does not say
 * so, or cannot. The machine has to keep what history is read.
 */
export function comparedAt(machine: Machine, property: Property, states: readonly PlainState[]): Comparison {
  const { numbers, kind } = property
  const [before, last] = [states.at(-2), states.at(-1)]
  const pair = kind === 'stepwise'
  if (numbers === undefined || last === undefined || (pair && before === undefined)) return NONE
  let found: Comparison['numbers'] = []
  const code = (s: never, context: never): number => {
    found = Object.entries(numbers(s, context)).flatMap(([name, value]) =>
      Number.isFinite(value) ? { name, value } : [],
    )
    return 0
  }
  try {
    if (pair && before !== undefined) machine.observe({ property, pair, code }, before, last)
    else machine.observe({ property, pair, code }, last)
  } catch (error) {
    if (error instanceof Fault) return { numbers: [], failed: error.message }
    throw error
  }
  return { numbers: found }
}
