/** Drafts behave like plain values: random operations on both, compared after each; what is copied and what is compared. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  array,
  bool,
  family,
  language,
  oneOf,
  option,
  protocol,
  queue,
  range,
  ref,
  setOf,
  singleton,
  struct,
  upTo,
  type Instance,
  type Member,
  type StateView,
} from '../language/index.ts'
import type { Engine, StateSpace } from './engine.ts'
import { immerEngine } from './immer.ts'
import { layoutOf } from './layout.ts'
import { tableEngine } from './table.ts'

const engines: readonly Engine[] = [immerEngine, tableEngine]

const point = struct({ x: upTo(5), seen: array(2, bool) })
const state = () => ({
  wrap: range(-3, 4, 'wrap'),
  saturate: range(-3, 4, 'saturate'),
  list: array(3, upTo(5)),
  fifo: queue(3, upTo(5)),
  points: queue(2, point),
  words: setOf(oneOf('a', 'b', 'c')),
  numbers: setOf(range(-1, 2)),
  maybe: option(upTo(5)),
  point,
  maybePoint: option(point),
  two: struct({ left: point, right: point }),
  owner: option(ref('cpu')),
  owners: setOf(ref('cpu')),
  cpu: family(3, { load: upTo(5), next: ref('cpu') }),
  process: singleton({}),
})
type State = StateView<ReturnType<typeof state>>
type Cpu = Member<ReturnType<typeof state>, 'cpu'>

const { program } = language<typeof state>()

function spaceOf(engine: Engine, protocol: { instance(wanted: { bounds: object }): Instance }): StateSpace {
  const layout = layoutOf(protocol.instance({ bounds: {} }))
  const space = engine.explore({ layout, observers: [], history: new Set() })
  while (space.advance(1000));
  expect(space.faults).toEqual([])
  return space
}

/** The state space of one process that takes these steps, one after the other. */
function explore(engine: Engine, steps: readonly ((s: State) => void)[], loop = false): StateSpace {
  const named = Object.fromEntries(steps.map((step, i) => [`step${i}`, step]))
  return spaceOf(
    engine,
    protocol({ name: 'drafts', bounds: {}, state, programs: () => [program('process', named, { loop })] }),
  )
}

/** The state after these steps. */
function after(engine: Engine, ...steps: readonly ((s: State) => void)[]) {
  const space = explore(engine, steps)
  return space.state(space.statistics().states - 1)
}

interface Point {
  x: number
  seen: [boolean, boolean]
}

/** The same fields as plain values. */
class Plain {
  wrap = 0
  saturate = 0
  list = [0, 0, 0]
  fifo: number[] = []
  points: Point[] = []
  words = new Set<string>()
  numbers = new Set<number>()
  maybe: number | null = null
  point: Point = { x: 0, seen: [false, false] }
  maybePoint: Point | null = null
}

/** What an operation gave, or what a state holds, as text: sets in the order of their domain. */
const text = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, each: unknown) => {
    if (each instanceof Set) return [...(each as Set<string | number>)].sort((a, b) => (a < b ? -1 : 1))
    return typeof each === 'object' && each !== null && Symbol.iterator in each ? [...(each as object[])] : each
  })

interface Operation {
  toString(): string
  draft(s: State): unknown
  plain(s: Plain): unknown
}

const operation = <T>(
  name: string,
  of: fc.Arbitrary<T>,
  draft: (s: State, value: T) => unknown,
  plain: (s: Plain, value: T) => unknown,
): fc.Arbitrary<Operation> =>
  of.map((value) => ({
    draft: (s) => draft(s, value),
    plain: (s) => plain(s, structuredClone(value)),
    toString: () => `${name} ${text(value)}`,
  }))

/** An operation that drafts and plain values know under the same name. */
const same = <T>(name: string, of: fc.Arbitrary<T>, both: (s: Plain, value: T) => unknown): fc.Arbitrary<Operation> =>
  operation(name, of, (s, value) => both(s as unknown as Plain, value), both)

const digit = fc.integer({ min: 0, max: 5 })
const word = fc.constantFrom('a', 'b', 'c')
const aPoint: fc.Arbitrary<Point> = fc.record({ x: digit, seen: fc.tuple(fc.boolean(), fc.boolean()) })
const nothing = fc.constant(null)
const summand = fc.integer({ min: -100, max: 100 })
const wrapped = (n: number): number => (n > 4 ? wrapped(n - 8) : n < -3 ? wrapped(n + 8) : n)

const operations = fc.oneof(
  operation(
    'wrap +=',
    summand,
    (s, n) => ((s.wrap += n), s.wrap),
    (s, n) => (s.wrap = wrapped(s.wrap + n)),
  ),
  operation(
    'saturate +=',
    summand,
    (s, n) => ((s.saturate += n), s.saturate),
    (s, n) => (s.saturate = Math.max(-3, Math.min(4, s.saturate + n))),
  ),
  same('list[i] =', fc.tuple(fc.nat(2), digit), (s, [i, n]) => ((s.list[i] = n), [s.list, s.list.length])),
  same('list =', fc.tuple(digit, digit, digit), (s, list) => (s.list = [...list])),
  same('list reversed', nothing, (s) => (s.list = [...s.list].reverse())),
  operation(
    'fifo.push',
    digit,
    ({ fifo }, n) => (fifo.isFull ? 'full' : fifo.push(n)),
    ({ fifo }, n) => (fifo.length === 3 ? 'full' : void fifo.push(n)),
  ),
  operation(
    'fifo.shift',
    nothing,
    ({ fifo }) => (fifo.isEmpty ? 'empty' : fifo.shift()),
    ({ fifo }) => fifo.shift() ?? 'empty',
  ),
  operation(
    'fifo.remove',
    digit,
    ({ fifo }, n) => fifo.remove(n),
    ({ fifo }, n) => fifo.includes(n) && fifo.splice(fifo.indexOf(n), 1).length === 1,
  ),
  operation(
    'fifo.at',
    fc.nat(2),
    ({ fifo }, i) => (i < fifo.length ? [fifo.at(i), fifo.count((n) => n > i)] : []),
    ({ fifo }, i) => (i < fifo.length ? [fifo[i], fifo.filter((n) => n > i).length] : []),
  ),
  same('fifo = []', nothing, (s) => (s.fifo = [])),
  same('fifo filtered', nothing, (s) => (s.fifo = s.fifo.filter((n) => n % 2 === 0))),
  same('fifo asked', digit, ({ fifo }, n) => [fifo.includes(n), fifo.some((k) => k > n), fifo.every((k) => k > n)]),
  operation(
    'points.push',
    aPoint,
    ({ points }, p) => (points.isFull ? 'full' : points.push(p as never)),
    ({ points }, p) => (points.length === 2 ? 'full' : void points.push(p)),
  ),
  operation(
    'points.shift',
    nothing,
    ({ points }) => (points.isEmpty ? 'empty' : points.shift()),
    ({ points }) => points.shift() ?? 'empty',
  ),
  same('points reversed', nothing, (s) => void (s.points = [...s.points].reverse())),
  same('points[0].x', digit, ({ points: [first] }, x) => (first ? ((first.x = x), first) : null)),
  same('words.add', word, ({ words }, w) => void words.add(w)),
  same('words.delete', word, ({ words }, w) => void words.delete(w)),
  same('words asked', word, ({ words }, w) => [words.has(w), words.size, words]),
  same('numbers.add', fc.integer({ min: -1, max: 2 }), ({ numbers }, n) => void numbers.add(n)),
  same('numbers.clear', nothing, ({ numbers }) => (numbers.clear(), numbers.size)),
  same('maybe =', fc.option(digit), (s, n) => ((s.maybe = n), s.maybe)),
  same('point =', aPoint, (s, p) => ((s.point = p), s.point)),
  same('point.seen =', fc.boolean(), (s, seen) => ((s.point.seen[1] = seen), s.point)),
  same('maybePoint =', fc.option(aPoint), (s, p) => ((s.maybePoint = p), s.maybePoint)),
  same('maybePoint.x =', digit, ({ maybePoint: p }, x) => p && ((p.x = x), p)),
  operation(
    'maybePoint = point',
    nothing,
    (s) => void (s.maybePoint = s.point),
    (s) => void (s.maybePoint = structuredClone(s.point)),
  ),
)

describe.each(engines)('drafts of the $name engine', (engine) => {
  test('agree with plain values after every operation, in any number of steps', () => {
    const behaviour = fc.array(fc.array(operations, { maxLength: 6 }), { minLength: 1, maxLength: 4 })
    const agrees = (chunks: Operation[][]) => {
      const plain = new Plain()
      const steps = chunks.map((chunk) => {
        const expected = chunk.map((each) => text(each.plain(plain)))
        return (s: State) =>
          chunk.forEach((each, i) => {
            const got = text(each.draft(s))
            if (got !== expected[i]) throw new Error(`${each.toString()} gave ${got} instead of ${expected[i]}`)
          })
      })
      const state = after(engine, ...steps)
      for (const [field, value] of Object.entries(plain))
        expect([field, text(state[field])]).toEqual([field, text(value)])
    }
    fc.assert(fc.property(behaviour, agrees), { numRuns: 300 })
  })

  test('wrap any safe integer into any range', () => {
    const end = fc.integer({ min: -(2 ** 30), max: 2 ** 30 })
    const wraps = (value: number, a: number, b: number) => {
      const [lo, hi] = [Math.min(a, b), Math.max(a, b)]
      const state = () => ({ n: range(lo, hi, 'wrap'), process: singleton({}) })
      const { program } = language<typeof state>()
      const write = program('process', { write: (s) => void (s.n = value) })
      const wide = protocol({ name: 'wide', bounds: {}, state, programs: () => [write] })
      const space = spaceOf(engine, wide)
      const got = space.state(1)['n'] as number
      const size = BigInt(hi) - BigInt(lo) + 1n
      expect(got).toBeGreaterThanOrEqual(lo)
      expect(got).toBeLessThanOrEqual(hi)
      expect((BigInt(value) - BigInt(got)) % size).toBe(0n)
    }
    fc.assert(fc.property(fc.maxSafeInteger(), end, end, wraps))
  })

  test('write -0 as 0', () => {
    const { wrap, saturate } = after(engine, (s) => void (s.wrap = s.saturate = -0))
    expect([wrap, saturate]).toEqual([0, 0])
  })

  test('copy what is assigned, and read all of it before they write', () => {
    const aliased = after(engine, (s) => {
      s.two.left = s.point
      s.two.left.x = 5
    })
    expect(aliased['point']).toEqual({ x: 0, seen: [false, false] })
    const swapped = after(engine, (s) => {
      s.two.left.x = 1
      s.two.right.x = 2
      s.two = { left: s.two.right, right: s.two.left }
    })
    expect(swapped['two']).toMatchObject({ left: { x: 2 }, right: { x: 1 } })
  })

  test('have one state for one value: what is not in use is as it was at first', () => {
    const fill = (s: State) => {
      s.points.push({ x: 3, seen: [true, true] as never })
      s.maybePoint = { x: 4, seen: [true, true] as never }
      s.maybe = 5
      s.words.add('b')
    }
    const empty = (s: State) => {
      s.points.shift()
      s.maybePoint = s.maybe = null
      s.words.delete('b')
    }
    expect(explore(engine, [fill, empty], true).statistics()).toMatchObject({ states: 2, transitions: 2 })
  })

  test('give members of families, which are equal or not, in every place', () => {
    const checks = (s: State): boolean[] => {
      const [first, second, third] = s.cpu as unknown as [Cpu, Cpu, Cpu]
      s.owner = second
      first.next = third
      s.owners.add(third)
      s.owners.add(first)
      second.load = 4
      return [
        s.owner === second && s.owner !== first && first.next === third && first === s.cpu[0],
        s.owner.load === 4 && first.next.next === first,
        [...s.owners][0] === first && s.owners.has(third) && !s.owners.has(second),
        s.cpu.indexOf(second) === 1 && s.cpu.length === 3,
        s.cpu.some((cpu) => cpu.load === 4) && !s.cpu.every((cpu) => cpu.load === 4),
        s.cpu.count((cpu) => cpu.load === 0) === 2 && s.cpu.sum((cpu) => cpu.load) === 4,
        s.cpu.filter((cpu) => cpu !== second).length === 2,
      ]
    }
    const state = after(engine, (s) => {
      const wrong = checks(s).indexOf(false)
      if (wrong >= 0) throw new Error(`check ${wrong} fails`)
    })
    expect(state).toMatchObject({ owner: 'cpu1', owners: ['cpu0', 'cpu2'], cpu: [{ next: 'cpu2' }, { load: 4 }, {}] })
  })
})
