/** Non-progress cycles: the search against sets of states, and the locks that everybody knows. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import { bool, family, language, propertiesOf, protocol, singleton, type Fairness } from '../language/index.ts'
import { check } from './breadth-first.ts'
import { mustMove, takes } from './components.ts'
import { spinOf, stemsToAll } from './progress.ts'
import { conditionsOf, knots, PROCESSES, randomGraph, reach, someStates, toGraph } from './random-graph.ts'
import type { Verdict } from './verdict.ts'

/** The process that is asked. */
const ASKED = 0
const takers = Uint8Array.from({ length: PROCESSES }, (_, by) => (by === ASKED ? 1 : 0))

const example = randomGraph({ min: 1, max: 6 }, 14).chain((random) =>
  fc.record({
    random: fc.constant(random),
    /** The states from which its steps are progress. */
    progress: someStates(random),
    strong: fc.array(fc.boolean(), { maxLength: PROCESSES }),
  }),
)
type Example = typeof example extends fc.Arbitrary<infer E> ? E : never

/** Some reachable set that is strongly connected without its progress steps, has a step of it, and is fair. */
function spinsBySets({ random, progress, strong }: Example): boolean {
  const { states, edges } = random
  const reachable = reach(edges, [0], () => true)
  const allowed = edges.filter(([from, , by]) => by !== ASKED || !progress[from]!)
  const conditions = conditionsOf(random, strong)
  for (const { members, inner } of knots(states, allowed)) {
    if (!members.every((state) => reachable.has(state)) || !inner.some(([, , by]) => by === ASKED)) continue
    const isFair = conditions.every((condition) => {
      if (inner.some(([from, , by]) => takes(condition, by, from))) return true
      const isEnabled = (state: number): boolean => condition.enabled[state] === 1
      return condition.strong ? !members.some(isEnabled) : !members.every(isEnabled)
    })
    if (isFair) return true
  }
  return false
}

/** The steps of the shortest lasso without progress of at most `limit` steps, without fairness, by trying every walk. */
function shortestByWalks({ random, progress }: Example, limit: number): number | undefined {
  const { edges } = random
  let level: { state: number; looped: readonly { at: number; moved: boolean }[] }[] = [{ state: 0, looped: [] }]
  for (let length = 0; length < limit; length++) {
    const next: typeof level = []
    for (const { state, looped } of level)
      for (const [from, to, by] of edges) {
        if (from !== state) continue
        const isProgress = by === ASKED && progress[from]!
        // Each place of the walk from where on there was no progress, and whether the process has moved since.
        const open = isProgress ? [] : [...looped, { at: state, moved: false }]
        const after = open.map(({ at, moved }) => ({ at, moved: moved || by === ASKED }))
        if (after.some(({ at, moved }) => moved && at === to)) return length + 1
        next.push({ state: to, looped: after })
      }
    level = next
  }
  return undefined
}

const find = ({ random, progress, strong }: Example) =>
  spinOf(
    toGraph(random),
    stemsToAll(toGraph(random), 1),
    mustMove(takers, random.states),
    (state) => progress[state]!,
    conditionsOf(random, strong),
  )

test('a loop without progress is found exactly where the sets say that there is one', () => {
  fc.assert(
    fc.property(example, (each) => {
      expect(find(each) !== undefined).toBe(spinsBySets(each))
    }),
    { numRuns: 2000 },
  )
})

test('it closes, has a step of the process and no progress, and is fair', () => {
  fc.assert(
    fc.property(example, (each) => {
      const { random, progress, strong } = each
      const lasso = find(each)
      fc.pre(lasso !== undefined)
      const around = [lasso.stem.at(-1)!, ...lasso.loop.map((step) => step.to)]
      const steps = lasso.loop.map(({ to, by }, i) => [around[i]!, to, by] as const)
      expect(around.at(-1)).toBe(around[0])
      expect(steps.some(([, , by]) => by === ASKED)).toBe(true)
      expect(steps.filter(([from, , by]) => by === ASKED && progress[from]!)).toEqual([])
      for (const step of steps) expect(random.edges.map(String)).toContain(String(step))
      for (const condition of conditionsOf(random, strong)) {
        const isTaken = steps.some(([from, , by]) => takes(condition, by, from))
        const on = around.map((state) => condition.enabled[state] === 1)
        expect(isTaken || (condition.strong ? !on.includes(true) : on.includes(false))).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})

test('without fairness no walk comes to one sooner', () => {
  const limit = 5
  fc.assert(
    fc.property(example, (each) => {
      fc.pre(each.random.edges.length <= 8)
      const lasso = find({ ...each, strong: [] })
      const length = lasso && lasso.stem.length - 1 + lasso.loop.length
      const shortest = shortestByWalks(each, limit)
      if (shortest !== undefined || (length ?? Infinity) <= limit) expect(length).toBe(shortest)
    }),
    { numRuns: 500 },
  )
})

const state = () => ({ locked: bool, cpu: family(2, {}), env: singleton({}) })
const { program } = language<typeof state>()
const unlock = (s: { locked: boolean }): void => {
  s.locked = false
}
const take = (s: { locked: boolean }): void => {
  s.locked = true
}
const locks = {
  /** Each look at the lock is an attempt to take it. */
  spins: program(
    'cpu',
    {
      test_and_set: (s) => (s.locked ? 'test_and_set' : take(s)),
      unlock,
    },
    { loop: true },
  ),
  /** It looks, without trying, until the lock looks free. */
  ttas: program(
    'cpu',
    {
      test: (s) => (s.locked ? 'test' : undefined),
      test_and_set: (s) => (s.locked ? 'test' : take(s)),
      unlock,
    },
    { loop: true },
  ),
  sleeps: program('cpu', { test_and_set: { when: (s) => !s.locked, do: take }, unlock }, { loop: true }),
}

describe.each([tableEngine, immerEngine])('on the $name engine', (engine) => {
  async function decide(
    kind: keyof typeof locks,
    fairness: Fairness,
    labels: readonly 'unlock'[] = ['unlock'],
  ): Promise<Verdict> {
    const model = protocol({ name: kind, bounds: {}, state, programs: () => [locks[kind]] })
    const { progress } = propertiesOf(model)
    const layout = layoutOf(model.instance({ bounds: {} }))
    const { verdicts } = await check(layout, [progress('Waits', 'cpu', labels)], { engine, fairness })
    return verdicts[2]!
  }

  test('a lock that spins burns the CPU while the other one holds it and does not get to run', async () => {
    const { result, because } = await decide('spins', {})
    // cpu1 takes the lock, cpu0 looks: 2 steps, the second again and again.
    expect(result).toMatchObject({ is: 'violated', steps: 2, loop: { from: 1, shortest: true } })
    expect(because).toBe(
      'cpu0 goes round test_and_set for ever while locked stays as it is; nobody else moves; no fairness is declared; weak fairness of cpu1 would exclude this',
    )
  })
  test('with the holder fair there still is one: it has unlocked and locked again by the next look', async () => {
    const { result, because } = await decide('spins', { weak: ['cpu'] })
    // cpu1 locks, cpu0 looks, cpu1 unlocks.
    expect(result).toMatchObject({ is: 'violated', steps: 3, loop: { from: 0, shortest: true } })
    expect(because).toBe('cpu0 goes round test_and_set for ever; cpu1 moves as well; that keeps weak fairness of cpu')
  })
  test('looking without trying is spinning too', async () => {
    expect((await decide('ttas', { weak: ['cpu'] })).result).toMatchObject({ is: 'violated' })
  })
  test('a lock that sleeps has none, under any fairness', async () => {
    for (const fairness of [{}, { weak: ['cpu'] }, { strong: ['cpu'] }])
      expect(await decide('sleeps', fairness)).toMatchObject({ result: { is: 'holds' }, vacuous: undefined })
  })
  test('a family or a label that cannot be meant is refused', async () => {
    const other = program('env', { signal: () => undefined }, { role: 'environment', loop: true })
    const model = protocol({ name: 'two', bounds: {}, state, programs: () => [locks.sleeps, other] })
    const { progress } = propertiesOf(model)
    const layout = layoutOf(model.instance({ bounds: {} }))
    await expect(check(layout, [progress('Waits', 'cpu', ['signal'])], { engine })).rejects.toThrow(
      "Waits names the label 'signal', which is one of 'env'; those of 'cpu' are: test_and_set, unlock.",
    )
    await expect(check(layout, [progress('Waits', 'gpu' as 'cpu', ['unlock'])], { engine })).rejects.toThrow(
      "Unknown family that Waits asks 'gpu'; there are: cpu, env.",
    )
  })
  test('where nobody can go round the answer is vacuous', async () => {
    const once = program('cpu', { take, unlock })
    const model = protocol({ name: 'once', bounds: {}, state, programs: () => [once] })
    const { progress } = propertiesOf(model)
    const layout = layoutOf(model.instance({ bounds: {} }))
    const properties = [progress('CpuMoves', 'cpu', ['unlock']), progress('EnvMoves', 'env', [])]
    const [, , cpu, env] = (await check(layout, properties, { engine })).verdicts
    expect(cpu).toMatchObject({ result: { is: 'holds' }, vacuous: 'no loop has a step of any of them' })
    expect(env).toMatchObject({ result: { is: 'holds' }, vacuous: 'nobody runs a program there' })
  })
})
