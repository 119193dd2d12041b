/** Liveness under fairness: the search for lassos against a set-based fixpoint, and the cases that go wrong elsewhere. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { layoutOf } from '../engine/layout.ts'
import { immerEngine } from '../engine/immer.ts'
import { tableEngine } from '../engine/table.ts'
import {
  family,
  language,
  option,
  propertiesOf,
  protocol,
  ref,
  singleton,
  upTo,
  bool,
  type Fairness,
} from '../language/index.ts'
import { check } from './breadth-first.ts'
import { takes, type Condition, type Graph } from './components.ts'
import { findLasso } from './lasso.ts'
import { conditionsOf, PROCESSES, reach, toGraph, type RandomGraph } from './random-graph.ts'
import type { Run } from './verdict.ts'

/** A random graph under a random obligation. */
interface Obliged extends RandomGraph {
  readonly strong: readonly boolean[]
  readonly goal: readonly boolean[]
  readonly from: readonly boolean[] | undefined
}

const obliged: fc.Arbitrary<Obliged> = fc.integer({ min: 1, max: 7 }).chain((states) => {
  const state = fc.integer({ min: 0, max: states - 1 })
  return fc.record({
    states: fc.constant(states),
    edges: fc.array(fc.tuple(state, state, fc.integer({ min: 0, max: PROCESSES - 1 })), { maxLength: 14 }),
    strong: fc.array(fc.boolean(), { maxLength: PROCESSES }),
    goal: fc.array(fc.boolean(), { minLength: states, maxLength: states }),
    from: fc.option(fc.array(fc.boolean(), { minLength: states, maxLength: states }), { nil: undefined }),
  })
})

/**
 * Is there a fair behaviour that fails the obligation? By brute force over sets: some set of states under the obligation
 * that is strongly connected by its inner edges, and fair as a whole; or a state where nothing fair is enabled.
 */
function failsBySets(random: Obliged): boolean {
  const { states, edges, goal, from, strong } = random
  const initial = [0]
  const reachable = reach(edges, initial, () => true)
  const sources = from === undefined ? initial : [...reachable].filter((s) => from[s])
  const under = reach(edges, sources, (s) => !goal[s]!)
  const enabled = (s: number, p: number): boolean => edges.some(([a, , by]) => a === s && by === p)
  const fair = strong.map((_, p) => p)
  if ([...under].some((s) => !fair.some((p) => enabled(s, p)))) return true
  for (let set = 1; set < 2 ** states; set++) {
    const has = (s: number): boolean => (set & (1 << s)) !== 0
    const members = Array.from({ length: states }, (_, s) => s).filter(has)
    if (!members.every((s) => under.has(s))) continue
    const inner = edges.filter(([a, b]) => has(a) && has(b))
    if (inner.length === 0) continue
    if (!members.every((s) => reach(edges, [s], has).size === members.length)) continue
    const isFair = fair.every((p) => {
      if (inner.some(([, , by]) => by === p)) return true
      return strong[p]! ? !members.some((s) => enabled(s, p)) : !members.every((s) => enabled(s, p))
    })
    if (isFair) return true
  }
  return false
}

test('the search finds a lasso exactly where the sets say that there is one', () => {
  fc.assert(
    fc.property(obliged, (random) => {
      const graph = toGraph(random)
      const obligation = {
        initialStates: 1,
        from: random.from && ((s: number) => random.from![s]!),
        goal: (s: number) => random.goal[s]!,
      }
      const lasso = findLasso(graph, obligation, conditionsOf(random, random.strong))
      expect(lasso !== undefined).toBe(failsBySets(random))
    }),
    { numRuns: 2000 },
  )
})

test('a lasso closes, stays without the goal, and is fair', () => {
  fc.assert(
    fc.property(obliged, (random) => {
      const graph = toGraph(random)
      const conditions = conditionsOf(random, random.strong)
      const goal = (s: number): boolean => random.goal[s]!
      const lasso = findLasso(graph, { initialStates: 1, from: undefined, goal }, conditions)
      fc.pre(lasso !== undefined)
      const around = [lasso.stem.at(-1)!, ...lasso.loop.map((step) => step.to)]
      expect(around.at(-1)).toBe(around[0])
      expect([...lasso.stem, ...around].some(goal)).toBe(false)
      const edges = random.edges.map(String)
      lasso.loop.forEach(({ to, by }, i) => expect(edges).toContain(String([around[i]!, to, by])))
      conditions.forEach((condition, process) => {
        const taken = lasso.loop.some(({ by }) => by === process)
        const on = around.map((state) => condition.enabled[state] === 1)
        expect(taken || (condition.strong ? !on.includes(true) : on.includes(false))).toBe(true)
      })
    }),
    { numRuns: 2000 },
  )
})

/** The length of the shortest lasso of at most `limit` steps, by trying every walk; `undefined` if there is none. */
function shortestByWalks(
  graph: Graph,
  goal: (s: number) => boolean,
  conditions: readonly Condition[],
  limit: number,
): number | undefined {
  const successors = (state: number): (readonly [edge: number, to: number])[] =>
    Array.from(
      { length: graph.start[state + 1]! - graph.start[state]! },
      (_, i) => [graph.start[state]! + i, graph.to[graph.start[state]! + i]!] as const,
    )
  let best: number | undefined
  const isFair = (walk: readonly number[], edges: readonly number[], entry: number): boolean =>
    conditions.every((condition) => {
      if (edges.slice(entry).some((edge, i) => takes(condition, graph.by[edge]!, walk[entry + i]!))) return true
      const enabled = walk.slice(entry).map((state) => condition.enabled[state] === 1)
      return condition.strong ? !enabled.includes(true) : enabled.includes(false)
    })
  const go = (walk: number[], edges: number[]): void => {
    const last = walk.at(-1)!
    const better = best === undefined || edges.length < best
    if (better && !conditions.some((condition) => condition.enabled[last] === 1)) best = edges.length
    for (let entry = 0; entry < edges.length; entry++)
      if (walk[entry] === last && isFair(walk, edges, entry) && (best === undefined || edges.length < best))
        best = edges.length
    if (edges.length === limit || (best !== undefined && edges.length >= best)) return
    for (const [edge, to] of successors(last)) if (!goal(to)) go([...walk, to], [...edges, edge])
  }
  if (!goal(0)) go([0], [])
  return best
}

test('a lasso that is called shortest is, under weak and strong fairness', () => {
  const limit = 5
  fc.assert(
    fc.property(obliged, (random) => {
      fc.pre(random.states <= 4 && random.edges.length <= 8)
      const graph = toGraph(random)
      const conditions = conditionsOf(random, random.strong)
      const goal = (s: number): boolean => random.goal[s]!
      const lasso = findLasso(graph, { initialStates: 1, from: undefined, goal }, conditions)
      const length = lasso && lasso.stem.length - 1 + lasso.loop.length
      const shortest = shortestByWalks(graph, goal, conditions, limit)
      if (shortest !== undefined || (length ?? Infinity) <= limit) expect(length).toBe(shortest)
    }),
    { numRuns: 3000 },
  )
})

const lockState = () => ({ lock: option(ref('cpu')), cpu: family(2, {}) })
const lock = language<typeof lockState>()
const programs = {
  spin: lock.program(
    'cpu',
    { spin: (s, me) => (s.lock !== null ? 'spin' : void (s.lock = me)), unlock: (s) => void (s.lock = null) },
    { loop: true },
  ),
  sleep: lock.program(
    'cpu',
    { sleep: { when: (s) => s.lock === null, do: (s, me) => void (s.lock = me) }, unlock: (s) => void (s.lock = null) },
    { loop: true },
  ),
}

test('where the shortest loop is too costly to find, a fair one is shown and said to be just that', async () => {
  const state = () => ({ seen: bool, t: family(1, {}) })
  const { program } = language<typeof state>()
  const labels = Array.from({ length: 40 }, (_, i) => `l${i}`)
  const around = program('t', Object.fromEntries(labels.map((label) => [label, () => undefined])), { loop: true })
  const model = protocol({ name: 'around', bounds: {}, state, programs: () => [around] })
  const { eventually } = propertiesOf(model)
  const fairness = { weak: labels.map((label) => `t.${label}`) }
  const run = await check(layoutOf(model.instance({ bounds: {} })), [eventually('Seen', (s) => s.seen)], {
    engine: tableEngine,
    fairness,
  })
  expect(run.verdicts[2]?.result).toMatchObject({ is: 'violated', loop: { from: 0, shortest: false } })
})

describe.each([tableEngine, immerEngine])('on the $name engine', (engine) => {
  const run = (kind: keyof typeof programs, fairness: Fairness): Promise<Run> => {
    const model = protocol({ name: kind, bounds: {}, state: lockState, programs: () => [programs[kind]] })
    const { leadsTo, eventually, alwaysEventually } = propertiesOf(model)
    const properties = [
      leadsTo(
        'EverybodyGetsTheLock',
        (s, { at }) => !at(s.cpu[0]!, 'unlock'),
        (s, { at }) => at(s.cpu[0]!, 'unlock'),
      ),
      eventually('SomebodyGetsTheLock', (s) => s.lock !== null),
      alwaysEventually('LockIsFreeAgain', (s) => s.lock === null),
    ]
    return check(layoutOf(model.instance({ bounds: {} })), properties, { engine, fairness })
  }
  const results = async (kind: keyof typeof programs, fairness: Fairness): Promise<string[]> =>
    (await run(kind, fairness)).verdicts.slice(2).map(({ result }) => result.is)

  test('without fairness everything may stop', async () => {
    expect(await results('sleep', {})).toEqual(['violated', 'violated', 'violated'])
  })
  test('weak fairness frees the lock again, and does not keep one CPU from taking it every time', async () => {
    expect(await results('sleep', { weak: ['cpu'] })).toEqual(['violated', 'holds', 'holds'])
  })
  test('strong fairness serves a sleeper, and not one who spins: spinning is moving', async () => {
    expect(await results('sleep', { strong: ['cpu'] })).toEqual(['holds', 'holds', 'holds'])
    expect(await results('spin', { strong: ['cpu'] })).toEqual(['violated', 'holds', 'holds'])
  })
  test('fairness of a label asks for that step only', async () => {
    expect(await results('sleep', { weak: ['cpu.unlock'] })).toEqual(['violated', 'violated', 'holds'])
  })
  test('a counterexample says who waits, closes its loop, and is the shortest', async () => {
    const [, , served] = (await run('sleep', { weak: ['cpu'] })).verdicts
    expect(served).toMatchObject({ result: { is: 'violated', steps: 2, loop: { from: 0, shortest: true } } })
    expect(served?.because).toBe('cpu1 may go round for ever')
  })
  test('fairness of a program or label that does not exist is refused', async () => {
    await expect(run('sleep', { weak: ['gpu'] })).rejects.toThrow(
      "Unknown program in the fairness 'gpu'; there are: cpu.",
    )
    await expect(run('sleep', { weak: ['cpu.wake'] })).rejects.toThrow("has no label 'wake'; there are: sleep, unlock.")
  })
})

test('an environment that is not declared need never move, and is named', async () => {
  const state = () => ({ ready: bool, n: upTo(1), env: singleton({}), cpu: singleton({}) })
  const { program } = language<typeof state>()
  const env = program('env', { signal: (s) => void (s.ready = true) }, { role: 'environment' })
  const cpu = program('cpu', { wait: { when: (s) => s.ready, do: (s) => void (s.n = 1) } })
  const model = protocol({ name: 'waits', bounds: {}, state, programs: () => [env, cpu] })
  const { eventually } = propertiesOf(model)
  const layout = layoutOf(model.instance({ bounds: {} }))
  const properties = [eventually('CpuIsServed', (s) => s.n === 1)]
  const [, , unfair] = (await check(layout, properties, { engine: tableEngine, fairness: { weak: ['cpu'] } })).verdicts
  expect(unfair?.result.is).toBe('violated')
  expect(unfair?.because).toBe(
    'everything that is fair is disabled, so the behaviour may stop there; weak fairness of env would exclude this; cpu waits at wait for ready',
  )
  const [, , fair] = (await check(layout, properties, { engine: tableEngine, fairness: { weak: ['cpu', 'env'] } }))
    .verdicts
  expect(fair?.result.is).toBe('holds')
})
