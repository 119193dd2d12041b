/** What the rows of a spec ask. */
import type { Property } from '../language/property.ts'
import type { Spec } from '../language/spec.ts'

/** Is it about single states or steps, so that the end of a schedule shows its violation? */
export const isInvariant = ({ kind }: Property): boolean => kind === 'always' || kind === 'never' || kind === 'stepwise'

/** The invariants that some row asks of a variant. */
export function askedInvariants({ protocol, properties, rows }: Spec, variant: string): string[] {
  const own = rows.filter((row) => (row.variant ?? protocol.variants[0]) === variant)
  const asked = new Set(own.flatMap(({ expect }) => Object.keys(expect)))
  return properties.filter((property) => isInvariant(property) && asked.has(property.name)).map(({ name }) => name)
}
