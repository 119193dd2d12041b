/** Cases in which a checker could claim too much or lose something; each of them once did. */
import { describe, expect, test } from 'vitest'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngine, tableEngineWith } from '../engine/table.ts'
import {
  array,
  bool,
  family,
  language,
  option,
  propertiesOf,
  protocol,
  queue,
  range,
  ref,
  singleton,
  struct,
  upTo,
} from '../language/index.ts'
import { check, type SearchOptions } from './breadth-first.ts'
import type { Run } from './verdict.ts'

const engines = {
  immer: immerEngine,
  table: tableEngine,
  'table, generated from the start': tableEngineWith({ generateFrom: 0 }),
  'table, never generated': tableEngineWith({ generateFrom: Infinity }),
  'table, evaluated directly': tableEngineWith({ leafCap: 1 }),
}
const words = (run: Run): Record<string, string> =>
  Object.fromEntries(
    run.verdicts.map(({ property, result }) => [
      property,
      'steps' in result ? `${result.is} ${result.steps}` : result.is,
    ]),
  )

describe.each(Object.entries(engines))('%s', (_name, engine) => {
  test('history that only decides whether a note writes is kept too', async () => {
    const state = () => ({ p: singleton({}) })
    const history = () => ({ x: bool, y: bool })
    const { program } = language<typeof state, typeof history>()
    const p = program('p', {
      a: { note: (h) => void (h.y = true) },
      b: {
        note: (h) => {
          if (h.y) h.x = true
        },
      },
    })
    const model = protocol({ name: 'notes', bounds: {}, state, history, programs: () => [p] })
    const { never } = propertiesOf(model)
    const run = await check(layoutOf(model.instance({ bounds: {} })), [never('XIsNeverSet', (_s, { h }) => h.x)], {
      engine,
    })
    expect([words(run)['XIsNeverSet'], [...run.history].sort()]).toEqual(['violated 2', ['x', 'y']])
  })

  test('a loop need not close on history that only other properties ask for', async () => {
    const state = () => ({ x: bool, p: singleton({}) })
    const history = () => ({ turns: range(0, 3, 'saturate') })
    const { program } = language<typeof state, typeof history>()
    const flip = { do: (s: { x: boolean }) => void (s.x = !s.x), note: (h: { turns: number }) => void (h.turns += 1) }
    const p = program('p', { flip }, { loop: true })
    const model = protocol({ name: 'flips', bounds: {}, state, history, programs: () => [p] })
    const { never, eventually } = propertiesOf(model)
    const properties = [
      never('ThreeTurns', (_s, { h }) => h.turns === 3),
      eventually('ThreeTurnsWithoutX', (s, { h }) => h.turns === 3 && s.x && !s.x),
      eventually('XWithoutX', (s) => s.x && !s.x),
    ]
    const run = await check(layoutOf(model.instance({ bounds: {} })), properties, { engine, fairness: { weak: ['p'] } })
    // After three turns only x changes: 3 steps to there, 2 round. Without turns 2 round from the start.
    expect(words(run)).toMatchObject({
      ThreeTurns: 'violated 3',
      ThreeTurnsWithoutX: 'violated 5',
      XWithoutX: 'violated 2',
    })
    expect(run.history).toEqual(['turns'])
    expect(run.verdicts.slice(-2).map((each) => each.history)).toEqual([['turns'], []])
  })

  test('an urgent tick holds back no other tick', async () => {
    const state = () => ({ t: family(2, { n: range(0, 2, 'wrap') }) })
    const { program } = language<typeof state>()
    const tick = program(
      't',
      {
        tick: {
          urgent: true,
          do: (_s, me) => {
            me.n++
          },
        },
      },
      { loop: true, role: 'time' },
    )
    const model = protocol({ name: 'ticks', bounds: {}, state, programs: () => [tick] })
    const { alwaysReachable } = propertiesOf(model)
    const properties = [alwaysReachable('BothCanBeTwo', (s) => s.t.every((each) => each.n === 2))]
    const run = await check(layoutOf(model.instance({ bounds: {} })), properties, { engine })
    expect([run.statistics.states, words(run)['BothCanBeTwo']]).toEqual([9, 'holds'])
  })

  test('what was removed cannot be used through a draft that was kept', async () => {
    const state = () => ({ o: option(struct({ x: upTo(3) })), q: queue(2, struct({ x: upTo(3) })), p: singleton({}) })
    const { program } = language<typeof state>()
    const option_ = program('p', {
      a: (s) => void (s.o = { x: 0 }),
      b: (s) => {
        const kept = s.o!
        s.o = null
        kept.x = 1
      },
    })
    const queue_ = program('p', {
      a: (s) => s.q.push({ x: 0 }),
      b: (s) => {
        const kept = s.q.at(0)
        s.q.shift()
        kept.x = 1
      },
    })
    for (const [used, field] of [
      [option_, 'o.x'],
      [queue_, 'q[0].x'],
    ] as const) {
      const model = protocol({ name: 'removed', bounds: {}, state, programs: () => [used] })
      const run = await check(layoutOf(model.instance({ bounds: {} })), [], { engine })
      expect(run.verdicts[0]).toMatchObject({ result: { is: 'violated', steps: 1 } })
      expect(run.verdicts[0]?.because).toBe(`p b: ${field} was used after what it belongs to was removed.`)
    }
  })

  test('an initial state that could not be made is none', async () => {
    const state = () => ({ x: upTo(3), p: singleton({}) })
    const { program } = language<typeof state>()
    const init = () => (s: { x: number }, pick: <const T>(options: Iterable<T>) => T) => {
      s.x = pick([0, 1, 2])
      if (s.x === 2) s.x = 7
    }
    const model = protocol({
      name: 'starts',
      bounds: {},
      state,
      init,
      programs: () => [program('p', { a: () => undefined })],
    })
    const { always, reachable } = propertiesOf(model)
    const properties = [always('XIsNotTwo', (s) => s.x !== 2), reachable('XIsTwo', (s) => s.x === 2)]
    const run = await check(layoutOf(model.instance({ bounds: {} })), properties, { engine })
    expect(run.statistics.states).toBe(4)
    expect(words(run)).toMatchObject({ StaysInDomain: 'violated 0', XIsNotTwo: 'inconclusive', XIsTwo: 'inconclusive' })
  })

  test('without an initial state nothing is claimed', async () => {
    const state = () => ({ x: upTo(3), p: singleton({}) })
    const { program } = language<typeof state>()
    const init = () => (s: { x: number }, pick: <const T>(options: Iterable<T>) => T) => void (s.x = pick([]))
    const model = protocol({
      name: 'none',
      bounds: {},
      state,
      init,
      programs: () => [program('p', { a: () => undefined })],
    })
    const run = await check(layoutOf(model.instance({ bounds: {} })), [], { engine })
    expect(words(run)).toEqual({ StaysInDomain: 'inconclusive', NoDeadlock: 'inconclusive' })
  })

  test('under a budget only whole levels are claimed', async () => {
    const state = () => ({ x: upTo(100), p: singleton({}) })
    const { program } = language<typeof state>()
    const twenty = Array.from({ length: 20 }, (_, i) => i + 1)
    const p = program(
      'p',
      { a: (s, _me, pick) => void (s.x = s.x === 0 ? pick(twenty) : Math.min(100, s.x + 20)) },
      { loop: true },
    )
    const model = protocol({ name: 'budget', bounds: {}, state, programs: () => [p] })
    const { never } = propertiesOf(model)
    const decide = (options: Partial<SearchOptions>) =>
      check(layoutOf(model.instance({ bounds: {} })), [never('XIsTwenty', (s) => s.x === 20)], { engine, ...options })
    for (const maxStates of [1, 5, 25, 60]) {
      const run = await decide({ maxStates })
      if (run.basis.is !== 'partial') throw new Error(`${maxStates} states are all there are.`)
      const found = run.verdicts.find(({ property }) => property === 'XIsTwenty')
      expect(found?.result.is === 'violated' || run.basis.depth < 1).toBe(true)
    }
  })

  test('options of a pick that hold members are told apart by name', async () => {
    const state = () => ({ got: option(ref('t')), t: family(2, { x: bool, next: ref('t') }), p: singleton({}) })
    const { program } = language<typeof state>()
    const p = program('p', { a: (s, _me, pick) => void (s.got = pick([[s.t[0]!], [s.t[1]!]])[0]!) })
    const model = protocol({ name: 'options', bounds: {}, state, programs: () => [p] })
    const { reachable } = propertiesOf(model)
    const run = await check(layoutOf(model.instance({ bounds: {} })), [reachable('Second', (s) => s.got === s.t[1])], {
      engine,
    })
    expect(run.verdicts[2]).toMatchObject({
      result: { is: 'reachable', trace: { schedule: { steps: [{ picks: ['[t1]'] }] } } },
    })
  })
})

test('interrupted after the search: what it saw is told, and the whole graph is not looked at any more', async () => {
  const state = () => ({ x: upTo(3), p: singleton({}) })
  const { program } = language<typeof state>()
  const p = program('p', { a: (s) => void (s.x = (s.x + 1) % 4) }, { loop: true })
  const model = protocol({ name: 'late', bounds: {}, state, programs: () => [p] })
  const { always, alwaysReachable, eventually } = propertiesOf(model)
  const controller = new AbortController()
  const small = always('Small', (s) => {
    controller.abort()
    return s.x <= 3
  })
  const properties = [small, alwaysReachable('ZeroAgain', (s) => s.x === 0), eventually('Two', (s) => s.x === 2)]
  const options = { engine: tableEngine, interrupt: controller.signal }
  const run = await check(layoutOf(model.instance({ bounds: {} })), properties, options)
  expect(run.basis).toEqual({ is: 'exact' })
  expect(words(run)).toEqual({
    StaysInDomain: 'holds',
    NoDeadlock: 'holds',
    Small: 'holds',
    ZeroAgain: 'inconclusive',
    Two: 'inconclusive',
  })
  expect(run.verdicts[3]?.because).toBe('the search was interrupted')
})

test('two members of one name are refused', () => {
  const state = () => ({ t: family(2, {}), t1: singleton({}) })
  const model = protocol({ name: 'names', bounds: {}, state, programs: () => [] })
  expect(() => layoutOf(model.instance({ bounds: {} }))).toThrow(
    "Two members are named 't1'; give one of their families another name.",
  )
})

// Long runs: only large trees move to another memory.
describe('when the trees outgrow a plain array', { timeout: 90_000 }, () => {
  const decide = (model: { instance(wanted: { bounds: object }): Parameters<typeof layoutOf>[0] }) =>
    check(layoutOf(model.instance({ bounds: {} })), [], { engine: tableEngine })

  test('before the generated kernel starts', async () => {
    const state = () => ({ x: upTo(1999), y: upTo(149), p: singleton({}) })
    const { program } = language<typeof state>()
    const [xs, ys] = [[...Array(2000).keys()], [...Array(150).keys()]]
    const p = program(
      'p',
      {
        a: (s, _me, pick) => {
          s.x = s.x + 0
          s.y = pick(ys)
        },
      },
      { loop: true },
    )
    const model = protocol({
      name: 'trees',
      bounds: {},
      state,
      init: () => (s, pick) => void (s.x = pick(xs)),
      programs: () => [p],
    })
    expect((await decide(model)).statistics.states).toBe(300_000)
  })

  test('while a terminal state is looked at', async () => {
    const state = () => ({
      x: upTo(5),
      wide: array(25, upTo(2 ** 30)),
      q: array(15, bool),
      c: array(10, bool),
      p: singleton({}),
      r: singleton({}),
    })
    const { program } = language<typeof state>()
    const model = protocol({
      name: 'terminal',
      bounds: {},
      state,
      init: () => (s, pick) => void (s.x = pick([0, 1, 2, 3, 4, 5])),
      programs: () => [
        program('p', {
          a: (s, _me, pick) => {
            s.x = s.x + 0
            for (let i = 0; i < 15; i++) s.q[i] = pick([false, true])
          },
        }),
        program('r', { b: { when: (s) => s.q[14]!, do: () => undefined } }),
      ],
      done: () => (s, at) => {
        const set = [...s.q, ...s.c].filter(Boolean).length
        return set >= 0 && (at(s.r[0]!, 'done') || (at(s.p[0]!, 'done') && !s.q[14]))
      },
    })
    // 6 starts; then 2^15 patterns for each, of which half let r take one more step.
    const run = await decide(model)
    expect([run.statistics.states, words(run)['NoDeadlock']]).toEqual([6 * (1 + 2 ** 15 + 2 ** 14), 'holds'])
  })
})
