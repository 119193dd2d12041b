/** The numbers that a claim is about, in the state or at the step that violates it. */
import { Fault } from '../engine/fault.ts'
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Property } from '../language/property.ts'

export interface Compared {
  readonly name: string
  readonly value: number
}

/** What a property compares after the last step of these states; nothing where it does not say so, or cannot. */
export function comparedAt(machine: Machine, property: Property, states: readonly PlainState[]): readonly Compared[] {
  const { numbers, kind } = property
  const [before, last] = [states.at(-2), states.at(-1)]
  const pair = kind === 'stepwise'
  if (numbers === undefined || last === undefined || (pair && before === undefined)) return []
  let found: readonly Compared[] = []
  const code = (s: never, context: never): number => {
    found = Object.entries(numbers(s, context)).map(([name, value]) => ({ name, value }))
    return 0
  }
  try {
    if (pair && before !== undefined) machine.observe({ property, pair, code }, before, last)
    else machine.observe({ property, pair, code }, last)
  } catch (error) {
    // They are for people: what cannot be told there is left out.
    if (error instanceof Fault) return []
    throw error
  }
  return found
}
