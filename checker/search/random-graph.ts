/** Small random graphs, for tests against references that try everything. */
import * as fc from 'fast-check'
import type { Condition, Graph } from './components.ts'

export const PROCESSES = 3

export interface RandomGraph {
  readonly states: number
  /** from, to, process */
  readonly edges: readonly (readonly [number, number, number])[]
}

/** Graphs of so many states; state 0 is the initial one. */
export const randomGraph = (
  states: { readonly min: number; readonly max: number },
  maxEdges: number,
): fc.Arbitrary<RandomGraph> =>
  fc.integer(states).chain((states) => {
    const state = fc.integer({ min: 0, max: states - 1 })
    return fc.record({
      states: fc.constant(states),
      edges: fc.array(fc.tuple(state, state, fc.nat(PROCESSES - 1)), {
        maxLength: maxEdges,
        minLength: states - 1,
        size: 'max',
      }),
    })
  })

/** A random set of the states of a graph. */
export const someStates = ({ states }: RandomGraph): fc.Arbitrary<boolean[]> =>
  fc.array(fc.boolean(), { minLength: states, maxLength: states })

export function toGraph({ states, edges }: RandomGraph): Graph {
  const sorted = [...edges].sort((a, b) => a[0] - b[0])
  const start = Array.from({ length: states + 1 }, (_, s) => sorted.filter(([from]) => from < s).length)
  return { states, start, to: sorted.map((edge) => edge[1]), by: sorted.map((edge) => edge[2]) }
}

/** Fairness of the processes 0 … as strong as said. */
export const conditionsOf = ({ states, edges }: RandomGraph, strong: readonly boolean[]): Condition[] =>
  strong.map((isStrong, process) => ({
    strong: isStrong,
    takers: Uint8Array.from({ length: PROCESSES }, (_, by) => (by === process ? 1 : 0)),
    enabled: Uint8Array.from({ length: states }, (_, state) =>
      edges.some(([from, , by]) => by === process && from === state) ? 1 : 0,
    ),
  }))

/** What can be reached from these states inside a set, by these edges. */
export function reach(
  edges: RandomGraph['edges'],
  sources: readonly number[],
  inside: (state: number) => boolean,
): Set<number> {
  const found = new Set(sources.filter(inside))
  for (let grew = true; grew;) {
    grew = false
    for (const [a, b] of edges)
      if (found.has(a) && inside(b) && !found.has(b)) {
        found.add(b)
        grew = true
      }
  }
  return found
}

/** Every non-empty set of states that these edges connect strongly, with at least one edge, and the edges inside. */
export function* knots(
  states: number,
  edges: RandomGraph['edges'],
): Generator<{ members: number[]; inner: RandomGraph['edges'] }> {
  for (let set = 1; set < 2 ** states; set++) {
    const has = (s: number): boolean => (set & (1 << s)) !== 0
    const members = Array.from({ length: states }, (_, s) => s).filter(has)
    const inner = edges.filter(([a, b]) => has(a) && has(b))
    if (inner.length > 0 && members.every((s) => reach(inner, [s], has).size === members.length))
      yield { members, inner }
  }
}
