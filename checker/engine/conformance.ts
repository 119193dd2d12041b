/**
 * The conformance suite: what every engine must give for the same random protocol.
 *
 * Protocols of several shapes, small but with all that the language has; see `random/`. Explorations are compared by
 * their findings, see `findings.ts`.
 */
import fc from 'fast-check'
import type { Engine } from './engine.ts'
import { differences, Inquiry, investigate, type Findings } from './findings.ts'
import { PROPERTY_KINDS } from '../language/property.ts'
import { layoutOf } from './layout.ts'
import { observerOf } from './observer.ts'
import type { Gene } from './random/place.ts'
import type { ActionGenes, ProgramGenes, StepGenes } from './random/program.ts'
import { protocolOf, type PropertyGenes, type ProtocolGenes, type RandomProtocol } from './random/protocol.ts'
import { SHAPES, type ShapeName, type StateGenes } from './random/schema.ts'

function geneOf(depth: number): fc.Arbitrary<Gene> {
  const kids =
    depth === 0
      ? fc.constant([])
      : fc.array(geneOf(depth - 1), { minLength: Math.min(depth, 2), maxLength: 3, size: 'max' })
  // The innermost are constants and places.
  return fc.record({ op: fc.nat(depth === 0 ? 3 : 59), n: fc.nat(255), kids })
}
const gene: fc.Arbitrary<Gene> = geneOf(3)
const genes = (maxLength: number, minLength = 0): fc.Arbitrary<Gene[]> =>
  fc.array(gene, { minLength, maxLength, size: 'max' })

/** Statements that make initial states: mostly picks. */
const starting: fc.Arbitrary<Gene> = fc
  .tuple(gene, fc.constantFrom(0, 2, 2, 2, 5, 7, 9, 10, 13))
  .map(([{ n, kids }, op]) => ({ op, n, kids }))

const action: fc.Arbitrary<ActionGenes> = fc.record({
  traits: fc.nat(419),
  goto: fc.nat(31),
  when: gene,
  body: genes(3, 1),
  note: genes(2, 1),
})
const step: fc.Arbitrary<StepGenes> = fc.record({
  form: fc.nat(59),
  args: gene,
  actions: fc.array(action, { minLength: 1, maxLength: 2, size: 'max' }),
})
const program: fc.Arbitrary<ProgramGenes> = fc.record({
  traits: fc.nat(59),
  runs: gene,
  escape: action,
  steps: fc.array(step, { minLength: 1, maxLength: 4, size: 'max' }),
})
/** An expression that is no constant, if only on its outside. */
const telling = gene.filter(({ op }) => op % 15 !== 0 && op % 11 !== 0)
const property: fc.Arbitrary<PropertyGenes> = fc.record({
  kind: fc.nat(PROPERTY_KINDS.length - 1),
  given: fc.option(gene, { nil: undefined }),
  test: telling,
})
const state: fc.Arbitrary<StateGenes> = fc.record({
  sizes: fc.tuple(fc.nat(2), fc.nat(1), fc.nat(7)),
  shared: genes(3, 1),
  cpu: genes(2, 1),
  task: genes(1),
  mm: genes(2),
  clock: genes(1),
})
const protocolGenes: fc.Arbitrary<ProtocolGenes> = fc.record({
  state,
  history: genes(3, 1),
  frames: fc.tuple(genes(3), genes(3)),
  init: fc.array(starting, { maxLength: 2, size: 'max' }),
  done: fc.option(gene, { nil: undefined }),
  programs: fc.tuple(program, program, program),
  procedures: fc.tuple(program, program),
  properties: fc.array(property, { minLength: 3, maxLength: 6, size: 'max' }),
})

/** A random protocol and how it is explored. */
export interface Case extends RandomProtocol {
  /** Expanded at a time. */
  readonly stride: number
}

/** Random protocols of one shape; a failing one is printed as pseudo-code. */
export function casesOf(shape: ShapeName): fc.Arbitrary<Case> {
  return fc.tuple(protocolGenes, fc.integer({ min: 1, max: 1000 })).map(([genes, stride]) => {
    const made = protocolOf(genes, shape)
    return {
      ...made,
      stride,
      [fc.toStringMethod]: () => `\n${made.text}\n(expanded ${stride} at a time)\n`,
    }
  })
}
export const shapes = Object.keys(SHAPES) as ShapeName[]

/** What an engine finds in a case; whole levels are expanded until it is so many states. */
export const explore = (
  engine: Engine,
  example: Case,
  states: number,
  inquiry: Inquiry = inquiryOf(example),
): Findings[] => investigate(engine, inquiry, { states, stride: example.stride })

const inquiryOf = ({ instance, properties }: Case): Inquiry =>
  new Inquiry(layoutOf(instance), properties.map(observerOf))

/** Throws where an engine and the reference do not agree about a case. */
export function conform(engines: readonly Engine[], reference: Engine, example: Case, states: number): void {
  const inquiry = inquiryOf(example)
  const expected = explore(reference, example, states, inquiry)
  engines.forEach((engine, i) => {
    const found = differences(explore(engine, example, states, inquiry), expected)
    if (found.length > 0)
      throw new Error(`Engine ${i} (${engine.name}) differs from ${reference.name}:\n${found.join('\n')}`)
  })
}
