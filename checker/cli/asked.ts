/** What the rows of a spec ask. */
import type { Property } from '../language/property.ts'
import type { Spec } from '../language/spec.ts'

/** Is it about single states or steps, so that the end of a schedule shows its violation? */
export const isInvariant = ({ kind }: Property): boolean => kind === 'always' || kind === 'never' || kind === 'stepwise'

/**
 * The invariants that some row asks of a variant. What is routine may belong to ingredients that only some rows have: of that
 * only what all rows of the variant ask.
 */
export function askedInvariants({ protocol, properties, rows, routine = [] }: Spec, variant: string): string[] {
  const own = rows.filter((row) => (row.variant ?? protocol.variants[0]) === variant)
  const isAsked = (name: string): boolean =>
    routine.includes(name) ? own.every(({ expect }) => name in expect) : own.some(({ expect }) => name in expect)
  return properties.filter((property) => isInvariant(property) && isAsked(property.name)).map(({ name }) => name)
}
