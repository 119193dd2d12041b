/**
 * The conformance suite: what every engine must give for the same question.
 *
 * Two explorations of random protocols are compared by what does not depend on how an engine numbers its states. Large
 * state spaces are cut at the end of a level, where both engines have expanded the same states.
 */
import fc from 'fast-check'
import type { Engine, Question, StateSpace } from './engine.ts'
import { Machine } from './immer.ts'
import { layoutOf } from './layout.ts'
import { observerOf } from './observer.ts'
import type { Gene } from './random/place.ts'
import type { ActionGenes, ProgramGenes, StepGenes } from './random/program.ts'
import { protocolOf, type PropertyGenes, type ProtocolGenes, type RandomProtocol } from './random/protocol.ts'
import { SHAPES, type ShapeName, type StateGenes } from './random/schema.ts'

// ---- arbitraries

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
  kind: fc.nat(9),
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

// ---- comparison

/** What was found, by aspect; every value can be compared with `===`. */
export type Findings = ReadonlyMap<string, string | number | boolean | undefined>

/** Expands whole levels until no state is left or this many are expanded. */
function exploreLevels(space: StateSpace, states: number, stride: number): void {
  for (;;) {
    const { queued, states: found } = space.statistics()
    if (queued === 0 || found - queued >= states) return
    for (let left = queued; left > 0; left -= stride) space.advance(Math.min(left, stride))
  }
}

const lines = (all: Iterable<string>): string => [...all].sort().join('\n')

function depthsOf(space: StateSpace): number[] {
  const depths: number[] = []
  for (let id = 0; id < space.statistics().states; id++) {
    const from = space.predecessor(id)
    depths.push(from < 0 ? 0 : (depths[from] ?? NaN) + 1)
  }
  return depths
}

/** What an exploration found. */
export function findingsOf(space: StateSpace, question: Question): Findings {
  const { states, transitions, depth, initialStates, queued } = space.statistics()
  const depths = depthsOf(space)
  const plain = depths.map((_, id) => JSON.stringify(space.state(id)))
  const found = new Map<string, string | number | boolean | undefined>([
    ['states', states],
    ['transitions', transitions],
    ['depth', depth],
    ['depth by predecessors', depths.at(-1) ?? 0],
    ['numbered breadth first', depths.every((each, id) => id === 0 || each >= (depths[id - 1] ?? 0))],
    ['initial states', initialStates],
    ['queued', queued],
    ['terminal states', space.terminalStates],
    ['depth of the deadlock', space.deadlock === undefined ? undefined : depths[space.deadlock]],
    ['needed history', lines(space.neededHistory)],
    ['labels taken', lines(space.coverage.taken)],
    ['labels', lines(space.coverage.all)],
    ['faults', faultsOf(space, depths)],
    ['plain states', lines(plain)],
    ['where processes stand', lines(plain.map((state, id) => `${standing(space, id)} ${state}`))],
    ['transitions between', edgesOf(space, plain)],
  ])
  question.observers.forEach((observer, i) => {
    const { name } = observer.property
    const sighting = space.sighting(i)
    const at = sighting && (observer.pair ? sighting.from : sighting.state)
    found.set(`${name}: largest answer`, sighting?.code)
    found.set(`${name}: depth of the largest answer`, at === undefined ? undefined : depths[at])
    found.set(`${name}: varies`, space.varies(i))
    found.set(`${name}: saturated`, space.saturated(i))
    if (sighting) found.set(`${name}: is answered so there`, witnesses(space, question, i))
    if (!observer.pair)
      found.set(
        `${name}: marks`,
        lines(plain.slice(0, states - queued).map((state, id) => `${space.mark(i, id)} ${state}`)),
      )
  })
  return found
}

function faultsOf(space: StateSpace, depths: readonly number[]): string {
  const first = new Map<string, number>()
  for (const { fault, state } of space.faults) {
    const key = `${fault.kind} in ${fault.process} ${fault.label}, ${fault.field ?? 'no field'}`
    first.set(key, Math.min(first.get(key) ?? Infinity, depths[state] ?? NaN))
  }
  return lines([...first].map(([key, depth]) => `${key}, at depth ${depth}`))
}

const standing = (space: StateSpace, state: number): string =>
  space.layout.processes.map(({ id }) => space.labelAt(id, state) ?? 'done').join()

/** Pairs of plain states, by their rank among all of them, and who goes from one to the other. */
function edgesOf(space: StateSpace, plain: readonly string[]): string {
  const ranks = new Map([...plain].sort().map((state, rank) => [state, rank]))
  const { start, to, by } = space.edges()
  const all: string[] = []
  for (let from = 0; from + 1 < start.length; from++)
    for (let i = start[from] ?? 0; i < (start[from + 1] ?? 0); i++)
      all.push(
        `${ranks.get(plain[from] ?? '')} → ${ranks.get(plain[to[i] ?? -1] ?? '')} by ${space.layout.processes[by[i] ?? -1]?.name}`,
      )
  return lines(all)
}

/** Does the reference give the answer of a sighting where it was seen? */
function witnesses(space: StateSpace, question: Question, i: number): boolean {
  const observer = question.observers[i]
  const sighting = space.sighting(i)
  if (observer === undefined || sighting === undefined) return false
  const machine = new Machine(question.layout, question.history)
  const state = space.state(sighting.state)
  const answer = observer.pair
    ? machine.observe(observer, space.state(sighting.from), state)
    : machine.observe(observer, state)
  return answer === sighting.code
}

/** Bounds of a comparison. */
export interface Extent {
  /** Whole levels are expanded until it is this many states. */
  readonly states: number
}

/** Explores a case, again and again until all history that is needed is kept. */
export function exploreCase(engine: Engine, { instance, properties, stride }: Case, { states }: Extent): Findings[] {
  const layout = layoutOf(instance)
  const observers = properties.map(observerOf)
  const rounds: Findings[] = []
  for (let history: ReadonlySet<string> = new Set(); ;) {
    const question: Question = { layout, observers, history, edges: true }
    const space = engine.explore(question)
    exploreLevels(space, states, stride)
    rounds.push(findingsOf(space, question))
    const needed = space.neededHistory
    if ([...needed].every((field) => history.has(field))) return rounds
    history = new Set([...history, ...needed])
  }
}

/** Where two explorations differ, as sentences. None: they agree. */
export function differences(found: readonly Findings[], expected: readonly Findings[]): string[] {
  const sentences =
    found.length === expected.length ? [] : [`${found.length} rounds, but the reference took ${expected.length}`]
  expected.forEach((round, i) => {
    for (const [aspect, value] of round) {
      const other = found[i]?.get(aspect)
      if (found[i] !== undefined && other !== value)
        sentences.push(`${aspect}: ${difference(String(other), String(value))}`)
    }
  })
  return sentences
}

function difference(found: string, expected: string): string {
  const [ours, theirs] = [found.split('\n'), expected.split('\n')]
  if (ours.length === 1 && theirs.length === 1) return `${found} instead of ${expected}`
  const [extra, missing] = [
    ours.filter((line) => !theirs.includes(line)),
    theirs.filter((line) => !ours.includes(line)),
  ]
  return (
    [
      ...extra.slice(0, 3).map((line) => `\n  has    ${line}`),
      ...missing.slice(0, 3).map((line) => `\n  lacks  ${line}`),
    ].join('') || `the same lines, ${ours.length} instead of ${theirs.length} of them`
  )
}

/** Throws where an engine and the reference do not agree about a case. */
export function conform(engines: readonly Engine[], reference: Engine, example: Case, extent: Extent): void {
  const expected = exploreCase(reference, example, extent)
  engines.forEach((engine, i) => {
    const found = differences(exploreCase(engine, example, extent), expected)
    if (found.length > 0)
      throw new Error(`Engine ${i} (${engine.name}) differs from ${reference.name}:\n${found.join('\n')}`)
  })
}
