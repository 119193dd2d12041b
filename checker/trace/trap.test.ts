/** Where it ends: known by hand for a lock that is never given back, and for a race that ends in silence. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, shapes } from '../engine/conformance.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { bool, language, protocol, singleton, upTo } from '../language/index.ts'
import type { PlainState } from '../engine/plain.ts'
import { stateGraph, type StateGraph } from '../search/state-graph.ts'
import type { Order, Step } from './schedule.ts'
import { trapAfter } from './trap.ts'

const state = () => ({ held: bool, n: upTo(3), spinner: singleton({}), waiter: singleton({}), owner: singleton({}) })
const { program } = language<typeof state>()

/** The owner takes the lock and goes; the waiter waits for it; the spinner counts to three, and then looks and looks. */
const locked = protocol({
  name: 'locked',
  bounds: {},
  state,
  programs: () => [
    program('owner', { take: (s) => void (s.held = true) }),
    program('waiter', { wait: { when: (s) => !s.held }, go: (s) => void (s.held = false) }),
    program('spinner', {
      count: (s) => {
        if (s.n < 3) s.n++
        return s.n < 3 ? 'count' : undefined
      },
      look: () => undefined,
      again: () => 'look',
    }),
  ],
})
const machine = new Machine(layoutOf(locked.instance({ bounds: {} })))
const [start] = machine.starts()
const after = (process: string) =>
  machine.outcomes(start?.state ?? {}).find(({ step }) => step.process === process)?.next ?? {}

const labels = (steps: readonly Step[]): string[] => steps.map(({ process, label }) => `${process} ${label}`)

test('who goes round, and how it comes to that', () => {
  const found = trapAfter(machine, after('owner'), 100)
  expect(found?.movers).toEqual([{ process: 'spinner', labels: ['look', 'again'] }])
  expect(labels(found?.into.steps ?? [])).toEqual(['spinner count', 'spinner count', 'spinner count'])
  expect(labels(found?.round.steps ?? [])).toEqual(['spinner look', 'spinner again'])
})

test('nothing is said where it is too far away', () => {
  expect(trapAfter(machine, after('owner'), 3)).toBeUndefined()
})

const key = (state: object): string => JSON.stringify(state)
const followed = (from: PlainState, { steps, states }: Order, random: Machine): boolean =>
  key(states[0]!) === key(from) && steps.every((step, i) => key(random.next(states[i]!, step)) === key(states[i + 1]!))

/** The distance from each state to each, by Floyd and Warshall. */
function distances({ states, edges }: StateGraph): number[][] {
  const far = states.map((_, i) => states.map((_, j) => (i === j ? 0 : Infinity)))
  for (const { from, to } of edges) if (from !== to) far[from]![to] = 1
  for (const k of states.keys())
    for (const row of far) for (const j of states.keys()) row[j] = Math.min(row[j]!, row[k]! + far[k]![j]!)
  return far
}

describe('of random protocols the end is the nearest set of states that nothing leads out of', () => {
  let [compared, inRounds] = [0, 0]
  test.each(shapes)('%s', (shape) => {
    const property = fc.property(casesOf(shape), (example) => {
      const random = new Machine(layoutOf(example.instance))
      const graph = stateGraph(random, 60)
      if (graph === undefined) return
      const far = distances(graph)
      const all = graph.states.map((_, i) => i)
      const isFinal = all.map((s) => all.every((t) => far[s]![t] === Infinity || far[t]![s] !== Infinity))
      for (const [s, { state }] of graph.states.entries()) {
        const found = trapAfter(random, state, 100)!
        compared++
        const entry = all.find((t) => key(graph.states[t]!.state) === key(found.into.states.at(-1)!))!
        expect(isFinal[entry]).toBe(true)
        expect(found.into.steps.length).toBe(Math.min(...all.filter((t) => isFinal[t]).map((t) => far[s]![t]!)))
        expect(followed(state, found.into, random)).toBe(true)
        expect(followed(found.into.states.at(-1)!, found.round, random)).toBe(true)
        expect(key(found.round.states.at(-1)!)).toBe(key(found.round.states[0]!))
        const inside = graph.edges.filter(({ from }) => far[entry]![from] !== Infinity)
        const movers = new Set(inside.map(({ step }) => step.process))
        expect(new Set(found.movers.map(({ process }) => process))).toEqual(movers)
        expect(new Set(found.round.steps.map(({ process }) => process))).toEqual(movers)
        if (movers.size > 1) inRounds++
      }
    })
    fc.assert(property, { numRuns: 5 })
    fc.assert(property, { numRuns: 5, seed: 1 })
  })
  test('was not for nothing', () => {
    expect(compared).toBeGreaterThan(100)
    expect(inRounds).toBeGreaterThan(5)
  })
})
