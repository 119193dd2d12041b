/** What is generated fits the protocol, and what fails shrinks to the smallest that fails. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { family, language, protocol, singleton, upTo } from '../language/index.ts'
import { replay, formatStep } from '../trace/schedule.ts'
import { boundsOf, schedulesOf } from './arbitraries.ts'

const state = ({ threads }: { threads: number }) => ({
  i: upTo(threads),
  thread: family(threads, { t: upTo(threads) }),
})
const { program } = language<typeof state>()
const racyThread = program('thread', {
  read: (s, me) => {
    me.t = s.i
  },
  write: (s, me) => {
    s.i = me.t + 1
  },
})
const atomicThread = program('thread', {
  increment: (s) => {
    s.i++
  },
})
/** Threads that add one to a shared counter, in two steps or in one. */
const increment = protocol({
  name: 'increment',
  variants: ['racy', 'atomic'],
  bounds: { threads: { min: 1, max: 6 } },
  state,
  programs: ({ variant }) => [variant === 'racy' ? racyThread : atomicThread],
})

const machineOf = (threads: number): Machine =>
  new Machine(layoutOf(increment.instance({ variant: 'racy', bounds: { threads } })))

test('bounds fit', () => {
  fc.assert(fc.property(boundsOf(increment), (bounds) => void increment.instance({ bounds })))
  const seen = fc.sample(boundsOf(increment, { threads: 3 }), 200).map(({ threads }) => threads)
  expect([...new Set(seen)].sort()).toEqual([1, 2, 3])
})

test('bounds shrink to the smallest that fails', () => {
  const wide = { bounds: { a: { min: 2, max: 9 }, b: { min: 0, max: 5 }, c: { min: 4, max: 4 } } }
  const { counterexample } = fc.check(
    fc.property(boundsOf(wide), ({ a }) => a < 5),
    { seed: 1, numRuns: 500 },
  )
  expect(counterexample).toEqual([{ a: 5, b: 0, c: 4 }])
})

test('schedules can be taken, and lead where they say', () => {
  const machines = [
    machineOf(3),
    new Machine(layoutOf(increment.instance({ variant: 'atomic', bounds: { threads: 5 } }))),
  ]
  for (const machine of machines)
    fc.assert(
      fc.property(schedulesOf(machine, 12), ({ schedule, states }) => {
        expect(replay(machine, schedule).states).toEqual(states)
        expect(schedule.steps.length).toBeLessThanOrEqual(12)
      }),
      { numRuns: 50 },
    )
})

test.for([1, 2, 3, 4, 5])('a schedule that fails shrinks to one of the shortest, seed %i', (seed) => {
  // Somebody overwrites what another has written: both read before either writes.
  const machine = machineOf(4)
  const isLost = (steps: number, i: number): boolean => steps > i
  const { counterexample } = fc.check(
    fc.property(schedulesOf(machine, 12), ({ schedule: { steps }, states }) => {
      const written = steps.filter(({ label }) => label === 'write').length
      return !isLost(written, (states.at(-1) as { i: number }).i)
    }),
    { seed, numRuns: 1000 },
  )
  const steps = counterexample?.[0].schedule.steps ?? []
  expect(steps.map(({ label }) => label)).toEqual(['read', 'read', 'write', 'write'])
  expect(new Set(steps.map(formatStep)).size).toBe(4)
})

test('an initial state that was picked stays as it was', () => {
  const state = () => ({ n: upTo(3), walker: singleton({}) })
  const { program } = language<typeof state>()
  const walker = program('walker', { idle: () => undefined, stop: { when: (s) => s.n > 1 } })
  const picked = protocol({
    name: 'picked',
    bounds: {},
    state,
    init: () => (s, pick) => {
      s.n = pick([0, 1, 2, 3])
    },
    programs: () => [walker],
  })
  const { counterexample } = fc.check(
    fc.property(schedulesOf(new Machine(layoutOf(picked.instance({ bounds: {} }))), 5), ({ schedule }) =>
      schedule.steps.every(({ label }) => label !== 'stop'),
    ),
    { seed: 3, numRuns: 200 },
  )
  const shrunk = counterexample?.[0]
  expect(shrunk?.schedule.steps.map(({ label }) => label)).toEqual(['idle', 'stop'])
  expect((shrunk?.states[0] as { n: number }).n).toBeGreaterThan(1)
})

test('two steps go where neither can go alone, with a step in between that cannot', () => {
  const state = () => ({ walker: singleton({}), other: singleton({}) })
  const { program } = language<typeof state>()
  const walker = program('walker', {
    home: { either: { leave: () => 'away', stop: () => 'done' } },
    away: () => 'home',
  })
  const other = program('other', { knock: () => undefined })
  const house = protocol({ name: 'house', bounds: {}, state, programs: () => [walker, other] })
  const machine = new Machine(layoutOf(house.instance({ bounds: {} })))
  const [leave, stop] = ['leave', 'stop'].map((alternative) => ({ process: 'walker', label: 'home', alternative }))
  const steps = [leave!, { process: 'other', label: 'knock' }, { process: 'walker', label: 'away' }, stop!]
  const { counterexample } = fc.check(
    fc.property(
      schedulesOf(machine, 4),
      ({ schedule }) =>
        !['knock', 'stop'].every((name) => schedule.steps.some((each) => formatStep(each).includes(name))),
    ),
    { examples: [[replay(machine, { init: [], steps })]], numRuns: 1 },
  )
  expect((counterexample?.[0]?.schedule.steps ?? []).map(formatStep)).toEqual(['other knock', 'walker home.stop'])
})

test.for([-1, 1.5, NaN])('a length of %d is refused', (length) => {
  expect(() => schedulesOf(machineOf(1), length)).toThrow('is a whole number from 0 on')
})
