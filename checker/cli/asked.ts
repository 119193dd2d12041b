/** What the rows of a spec ask. */
import type { Property } from '../language/property.ts'
import type { Spec } from '../language/spec.ts'

/** Is it about single states or steps, so that the end of a schedule shows its violation? */
export const isInvariant = ({ kind }: Property): boolean => kind === 'always' || kind === 'never' || kind === 'stepwise'

const rowsOf = ({ protocol, rows }: Spec, variant: string): Spec['rows'] =>
  rows.filter((row) => (row.variant ?? protocol.variants[0]) === variant)

const invariantsOf = ({ properties }: Spec, isMeant: (name: string) => boolean): string[] =>
  properties.filter((property) => isInvariant(property) && isMeant(property.name)).map(({ name }) => name)

/**
 * The invariants that some row asks of a variant. What is routine may belong to ingredients that only some rows have: of that
 * only what all rows of the variant ask.
 */
export function askedInvariants(spec: Spec, variant: string): string[] {
  const own = rowsOf(spec, variant)
  const { routine = [] } = spec
  return invariantsOf(spec, (name) =>
    routine.includes(name) ? own.every(({ expect }) => name in expect) : own.some(({ expect }) => name in expect),
  )
}

/** The invariants that some row of a variant expects to be violated. */
export function violableInvariants(spec: Spec, variant: string): string[] {
  const own = rowsOf(spec, variant)
  return invariantsOf(spec, (name) => own.some(({ expect }) => expect[name]?.is === 'violated'))
}
