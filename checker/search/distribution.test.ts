/** Chances that are computed on the graph, against all paths where there are no loops, and against many steps where there are. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distribution, meanOf } from './distribution.ts'
import { fraction, fractionInWords, minus, numberOf, ONE, plus, times, ZERO, type Fraction } from './fraction.ts'
import { randomGraph, toGraph, type RandomGraph } from './random-graph.ts'

const example = randomGraph({ min: 2, max: 7 }, 12).chain((graph) =>
  fc.record({
    graph: fc.constant(graph),
    initialStates: fc.integer({ min: 1, max: 2 }),
    values: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: graph.states, maxLength: graph.states }),
  }),
)

/** Transitions lead up. */
const acyclic = ({ states, edges }: RandomGraph): RandomGraph => ({
  states,
  edges: edges.flatMap(([a, b, by]) => (a === b ? [] : [[Math.min(a, b), Math.max(a, b), by] as const])),
})

/** The transitions of a state, and the chance of each as one over a number. */
function lots({ edges }: RandomGraph, state: number): { to: number; oneIn: number }[] {
  const own = edges.filter(([from]) => from === state)
  const movers = new Set(own.map(([, , by]) => by)).size
  return own.map(([, to, by]) => ({ to, oneIn: movers * own.filter(([, , other]) => other === by).length }))
}

/** Follows every path to its end. */
function overPaths(graph: RandomGraph, initialStates: number, values: readonly number[]): Map<number, Fraction> {
  const found = new Map<number, Fraction>()
  const follow = (state: number, oneIn: bigint): void => {
    const next = lots(graph, state)
    if (next.length === 0) found.set(values[state]!, plus(found.get(values[state]!) ?? ZERO, fraction(1n, oneIn)))
    for (const { to, oneIn: more } of next) follow(to, oneIn * BigInt(more))
  }
  for (let state = 0; state < initialStates; state++) follow(state, BigInt(initialStates))
  return new Map([...found].sort(([a], [b]) => a - b))
}

/** Lets chances flow for many steps: those of the values, and what has not ended. */
function overTime(graph: RandomGraph, initialStates: number, values: readonly number[]) {
  let flow = Array.from({ length: graph.states }, (_, s) => (s < initialStates ? 1 / initialStates : 0))
  const next = flow.map((_, state) => lots(graph, state))
  for (let step = 0; step < 3000; step++) {
    const after = flow.map((chance, state) => (next[state]!.length === 0 ? chance : 0))
    next.forEach((ways, state) => {
      for (const { to, oneIn } of ways) after[to]! += flow[state]! / oneIn
    })
    flow = after
  }
  const found = new Map<number, number>()
  flow.forEach((chance, state) => {
    if (next[state]!.length === 0) found.set(values[state]!, (found.get(values[state]!) ?? 0) + chance)
  })
  return found
}

test('without loops: exactly what comes out over all paths', () => {
  fc.assert(
    fc.property(example, ({ graph, initialStates, values }) => {
      const dag = acyclic(graph)
      const found = distribution(toGraph(dag), initialStates, (state) => values[state]!)
      expect([...found.chances]).toEqual([...overPaths(dag, initialStates, values)])
      expect(found.never).toEqual(ZERO)
    }),
    { numRuns: 300 },
  )
})

test('with loops: what it comes to over time, and nothing is lost', () => {
  let thirds = 0
  fc.assert(
    fc.property(example, ({ graph, initialStates, values }) => {
      const { chances, never } = distribution(toGraph(graph), initialStates, (state) => values[state]!)
      const reference = overTime(graph, initialStates, values)
      for (const [value, chance] of reference) expect(numberOf(chances.get(value) ?? ZERO)).toBeCloseTo(chance, 6)
      expect([...chances.values()].reduce(plus, never)).toEqual(ONE)
      if ([...chances.values()].some(({ denominator }) => denominator % 3n === 0n)) thirds++
    }),
    { numRuns: 150, seed: 1 },
  )
  // Where a process is one of three, or a loop is left in the end.
  expect(thirds).toBeGreaterThan(0)
})

describe('by hand', () => {
  const graph = (states: number, ...edges: RandomGraph['edges']) => toGraph({ states, edges })

  test('processes have the same chance, whatever the number of their ways', () => {
    const { chances } = distribution(graph(4, [0, 1, 0], [0, 2, 1], [0, 3, 1]), 1, (state) => state)
    expect([...chances].map(([value, chance]) => [value, fractionInWords(chance)])).toEqual([
      [1, '1/2'],
      [2, '1/4'],
      [3, '1/4'],
    ])
  })
  test('a loop is left in the end: 2/3 and 1/3', () => {
    const { chances } = distribution(graph(4, [0, 1, 0], [0, 2, 1], [1, 0, 0], [1, 3, 1]), 1, (state) => state)
    expect([...chances.values()].map(fractionInWords)).toEqual(['2/3', '1/3'])
  })
  test('a loop that nobody leaves never ends', () => {
    const found = distribution(graph(3, [0, 1, 0], [0, 2, 1], [1, 1, 0]), 1, () => 7)
    expect(fractionInWords(found.never)).toBe('1/2')
    expect(fractionInWords(meanOf(found))).toBe('7')
  })
  test('too large a component is refused', () => {
    const ring = Array.from({ length: 500 }, (_, i): [number, number, number] => [i, (i + 1) % 500, 0])
    expect(() => distribution(graph(501, ...ring, [0, 500, 1]), 1, () => 0)).toThrow(/500 states lead to each other/)
  })
})

test('fractions are in lowest terms, and their numbers near', () => {
  fc.assert(
    fc.property(fc.bigInt(-99n, 99n), fc.bigInt(1n, 99n), fc.bigInt(-99n, 99n), fc.bigInt(1n, 99n), (a, b, c, d) => {
      const [x, y] = [fraction(a, b), fraction(c, -d)]
      expect(numberOf(plus(x, y))).toBeCloseTo(Number(a) / Number(b) - Number(c) / Number(d), 9)
      expect(minus(plus(x, y), y)).toEqual(x)
      expect(numberOf(times(x, y))).toBeCloseTo((-Number(a) * Number(c)) / (Number(b) * Number(d)), 9)
    }),
  )
})
