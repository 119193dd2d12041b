/** How much passes between two kinds of states: the search against every path, and clocks that can be read by hand. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import { bool, language, propertiesOf, protocol, singleton, upTo, type Fairness } from '../language/index.ts'
import { check } from './breadth-first.ts'
import { randomGraph, reach, someStates, toGraph, type RandomGraph } from './random-graph.ts'
import { longest, shortest, type Question, type Way } from './response.ts'
import type { Verdict } from './verdict.ts'

/**
 * Pairs of states, of which loops connect no two, so that nothing counts round and round: transitions lead up, or, if
 * they do not count, stay within a pair.
 */
function inPairs({ states, edges }: RandomGraph, counts: readonly number[]): RandomGraph {
  const pair = (state: number): number => Math.floor(state / 2)
  const leading = edges.map(([a, b, by]): RandomGraph['edges'][number] => {
    if (pair(a) !== pair(b)) return [Math.min(a, b), Math.max(a, b), by]
    return [a, counts[by] === 0 ? b : Math.min(b + 2, states - 1), by]
  })
  return { states, edges: leading.filter(([a, b, by]) => counts[by] === 0 || pair(a) !== pair(b)) }
}

const example = randomGraph({ min: 3, max: 7 }, 12).chain((random) =>
  fc
    .record({
      counts: fc.constantFrom([0, 1, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]),
      from: someStates(random),
      goal: fc.tuple(someStates(random), someStates(random)).map(([a, b]) => a.map((each, i) => each && b[i]!)),
      isWild: fc.boolean(),
    })
    .map(({ isWild, ...rest }) => ({ ...rest, random: isWild ? random : inPairs(random, rest.counts) })),
)
type Example = typeof example extends fc.Arbitrary<infer E> ? E : never

const questionOf = ({ from, goal, counts }: Example): Question => ({
  initialStates: 1,
  from: (state) => from[state]!,
  goal: (state) => goal[state]!,
  counts: Uint8Array.from(counts),
})

/** Steps from state 0, where it can be reached. */
function depths({ edges }: Example['random']): Map<number, number> {
  const depth = new Map([[0, 0]])
  for (const [state, steps] of depth)
    for (const [from, to] of edges) if (from === state && !depth.has(to)) depth.set(to, steps + 1)
  return depth
}

interface Path {
  readonly counted: number
  /** With those of the shortest way to its start. */
  readonly steps: number
  readonly comes: boolean
}

/**
 * Every path from a reachable start without a state twice, as far as the goal. There is no bound where one of them can go
 * on to a state that it has been in, and counts on the way.
 */
function pathsOf({ random, from, goal, counts }: Example): { paths: Path[]; isUnbounded: boolean } {
  const paths: Path[] = []
  let isUnbounded = false
  const go = (states: readonly number[], passed: readonly number[], depth: number): void => {
    const last = states.at(-1)!
    const counted = passed.at(-1)!
    paths.push({ counted, steps: depth + states.length - 1, comes: goal[last]! })
    if (goal[last]!) return
    for (const [source, to, by] of random.edges) {
      if (source !== last) continue
      const next = counted + counts[by]!
      const before = states.indexOf(to)
      if (before < 0) go([...states, to], [...passed, next], depth)
      else if (next > passed[before]!) isUnbounded = true
    }
  }
  for (const [state, depth] of depths(random)) if (from[state]!) go([state], [0], depth)
  return { paths, isUnbounded }
}

/** The way is one of the graph, begins at its start, and so much passes at its end since some state of `from`. */
function expectWay({ random, from, goal, counts }: Example, { states, by }: Way, value: number): void {
  expect(states[0]).toBe(0)
  const edges = random.edges.map(String)
  by.forEach((mover, i) => expect(edges).toContain(String([states[i]!, states[i + 1]!, mover])))
  const passed = (start: number): number => by.slice(start).reduce((sum, mover) => sum + counts[mover]!, 0)
  const isMissing = (start: number): boolean => !states.slice(start, -1).some((state) => goal[state]!)
  expect(states.some((state, i) => from[state]! && isMissing(i) && passed(i) === value)).toBe(true)
}

test('the longest way is that of all paths, and none on which so much passes is shorter', () => {
  fc.assert(
    fc.property(example, (each) => {
      const found = longest(toGraph(each.random), questionOf(each))
      const { paths, isUnbounded } = pathsOf(each)
      expect(found.is).toBe(isUnbounded ? 'unbounded' : paths.length === 0 ? 'never' : 'bounded')
      if (found.is !== 'bounded') return
      const value = Math.max(...paths.map(({ counted }) => counted))
      const longestOnes = paths.filter(({ counted }) => counted === value)
      const coming = longestOnes.filter(({ comes }) => comes)
      expect([found.value, found.comes]).toEqual([value, coming.length > 0])
      const steps = (coming.length > 0 ? coming : longestOnes).map((path) => path.steps)
      expect(found.way.by.length).toBe(Math.min(...steps))
      expectWay(each, found.way, value)
    }),
    { numRuns: 3000 },
  )
})

test('where there is no bound the loop counts, and the goal does not come', () => {
  fc.assert(
    fc.property(example, (each) => {
      const found = longest(toGraph(each.random), questionOf(each))
      fc.pre(found.is === 'unbounded')
      const { stem, loop } = found.lasso
      const around = [stem.at(-1)!, ...loop.map(({ to }) => to)]
      const edges = each.random.edges.map(String)
      loop.forEach(({ to, by }, i) => expect(edges).toContain(String([around[i]!, to, by])))
      expect(around.at(-1)).toBe(around[0])
      expect(loop.some(({ by }) => each.counts[by] === 1)).toBe(true)
      const start = stem.findLastIndex((state) => each.from[state]!)
      expect(start).toBeGreaterThanOrEqual(0)
      expect([...stem.slice(start), ...around].some((state) => each.goal[state]!)).toBe(false)
    }),
    { numRuns: 1000 },
  )
})

test('the shortest way is that of all paths, and none on which so little passes is shorter', () => {
  fc.assert(
    fc.property(example, (each) => {
      const found = shortest(toGraph(each.random), questionOf(each))
      // A cycle never makes a way shorter, whether there is a bound above or not.
      const coming = pathsOf(each).paths.filter(({ comes }) => comes)
      expect(found.is).toBe(coming.length === 0 ? 'never' : 'bounded')
      if (found.is !== 'bounded') return
      const value = Math.min(...coming.map(({ counted }) => counted))
      expect(found.value).toBe(value)
      const least = coming.filter(({ counted }) => counted === value).map(({ steps }) => steps)
      expect(found.way.by.length).toBe(Math.min(...least))
      expectWay(each, found.way, value)
    }),
    { numRuns: 3000 },
  )
})

test('the sample has what goes wrong', () => {
  const sample = fc.sample(example, { numRuns: 1000, seed: 1 })
  const found = sample.map((each) => ({ each, result: longest(toGraph(each.random), questionOf(each)) }))
  const share = (test: (each: (typeof found)[number]) => boolean): number => found.filter(test).length
  expect(share(({ result }) => result.is === 'unbounded')).toBeGreaterThan(30)
  expect(share(({ result }) => result.is === 'bounded' && result.value > 1)).toBeGreaterThan(30)
  expect(share(({ result }) => result.is === 'bounded' && !result.comes && result.value > 0)).toBeGreaterThan(30)
  // A loop that counts nothing, after a start and without the goal.
  const idles = ({ each, result }: (typeof found)[number]): boolean =>
    result.is === 'bounded' &&
    each.random.edges.some(
      ([a, b, by]) =>
        each.counts[by] === 0 &&
        !each.goal[a]! &&
        each.from[a]! &&
        reach(each.random.edges, [b], (s) => !each.goal[s]!).has(a),
    )
  expect(share(idles)).toBeGreaterThan(20)
})

const TIMEOUT = 3
const state = () => ({
  left: upTo(TIMEOUT),
  expired: bool,
  reset: bool,
  timer: singleton({}),
  clock: singleton({}),
  user: singleton({}),
})
const { program } = language<typeof state>()
const clock = program(
  'clock',
  {
    tick: {
      do: (s) => {
        if (s.left > 0) s.left--
      },
    },
  },
  { role: 'time', loop: true },
)
/** Acts when nothing is left: at once, or when it gets to run. */
const timer = (urgent: boolean) =>
  program('timer', {
    expire: {
      when: (s) => s.left === 0,
      urgent,
      do: (s) => {
        s.expired = true
      },
    },
  })
const user = (action: 'nothing' | 'resets once' | 'idles' | 'breaks') =>
  program('user', {
    act:
      action === 'nothing'
        ? { when: () => false }
        : action === 'idles'
          ? () => 'act'
          : {
              when: (s) => !s.reset,
              do: (s) => {
                s.reset = true
                if (action === 'resets once') s.left = TIMEOUT
              },
            },
  })

describe.each([tableEngine, immerEngine])('on the $name engine', (engine) => {
  interface Setup {
    readonly urgent?: boolean
    readonly action?: Parameters<typeof user>[0]
    readonly fairness?: Fairness
    readonly count?: 'ticks' | 'steps'
  }
  async function decide({ urgent = true, action = 'nothing', fairness = {}, count = 'ticks' }: Setup) {
    const model = protocol({
      name: 'timer',
      bounds: {},
      state,
      init: () => (s) => {
        s.left = TIMEOUT
      },
      programs: () => [timer(urgent), clock, user(action)],
    })
    const properties = propertiesOf(model)
    const question = { from: () => true, to: (s: { readonly expired: boolean }) => s.expired, count }
    const layout = layoutOf(model.instance({ bounds: {} }))
    const asked = [
      properties.longest('ExpiresInTime', question),
      properties.shortest('WaitsBefore', { ...question, from: (s) => s.left === TIMEOUT && !s.expired }),
    ]
    const { verdicts } = await check(layout, asked, { engine, fairness })
    return verdicts.slice(2) as [Verdict, Verdict]
  }

  test('an urgent timer acts after its ticks, and not before', async () => {
    const [most, least] = await decide({})
    // Three ticks and the step of the timer.
    expect(most).toMatchObject({
      result: { is: 'maximum', value: 3, steps: 4 },
      because: undefined,
      vacuous: undefined,
    })
    expect(least).toMatchObject({ result: { is: 'minimum', value: 3, steps: 4 }, vacuous: undefined })
    expect(most.result).not.toHaveProperty('orNever')
    expect((await decide({ count: 'steps' }))[0].result).toMatchObject({ is: 'maximum', value: 4 })
  })
  test('one that is not urgent waits as long as it likes, however fair', async () => {
    for (const fairness of [{}, { weak: ['timer', 'clock'] }, { strong: ['timer', 'clock'] }]) {
      const [most, least] = await decide({ urgent: false, fairness })
      expect(most).toMatchObject({ result: { is: 'unbounded', steps: 4, loop: { from: 3, shortest: true } } })
      expect(most.because).toBe('clock may go round as often as one likes, 1 tick each time')
      expect(least.result).toMatchObject({ is: 'minimum', value: 3, steps: 4 })
    }
  })
  test('who resets it once makes that six ticks', async () => {
    const [most] = await decide({ action: 'resets once' })
    // The last moment is when three ticks have passed; the timer is urgent by then, but the user may be faster.
    expect(most).toMatchObject({ result: { is: 'maximum', value: 6, steps: 8 } })
  })
  test('where somebody can idle without a tick, that is told beside the bound', async () => {
    const [most] = await decide({ action: 'idles' })
    expect(most).toMatchObject({ result: { is: 'maximum', value: 3, orNever: true } })
    expect(most.because).toBe(
      'it may never come: user may go round for ever; timer waits at expire for left; weak fairness of clock would exclude this',
    )
    // Fairness of the others brings it about, and the bound stays.
    const [fair] = await decide({ action: 'idles', fairness: { weak: ['timer', 'clock'] } })
    expect(fair).toMatchObject({ result: { is: 'maximum', value: 3 }, because: undefined })
    expect(fair.result).not.toHaveProperty('orNever')
  })
})
