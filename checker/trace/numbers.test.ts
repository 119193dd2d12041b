/** What a claim compares is told of the state, or the step, that violates it. */
import { expect, test } from 'vitest'
import { Machine } from '../engine/machine.ts'
import { layoutOf } from '../engine/layout.ts'
import { array, language, propertiesOf, protocol, singleton, upTo, type Property } from '../language/index.ts'
import { comparedAt } from './numbers.ts'
import { replay } from './schedule.ts'

const state = () => ({ n: upTo(9), list: array(2, upTo(9)), cpu: singleton({}) })
const history = () => ({ steps: upTo(2) })
const { program } = language<typeof state, typeof history>()
const counting = protocol({
  name: 'counting',
  bounds: {},
  state,
  history,
  programs: () => [
    program('cpu', {
      one: {
        do: (s) => {
          s.n = 3
        },
        note: (h) => {
          h.steps++
        },
      },
      two: {
        do: (s) => {
          s.n = 7
        },
        note: (h) => {
          h.steps++
        },
      },
    }),
  ],
})
const { always, never, stepwise } = propertiesOf(counting)
const machine = new Machine(layoutOf(counting.instance({ bounds: {} })))
const steps = ['one', 'two'].map((label) => ({ process: 'cpu', label }))
const { states } = replay(machine, { init: [], steps })
const compared = (property: Property, until = states.length): unknown[] =>
  comparedAt(machine, property, states.slice(0, until)).numbers.map(({ name, value }) => [name, value])

test('of a state', () => {
  const numbers = (s: { n: number }) => ({ n: s.n, 'its bound': 5 })
  expect(compared(always('AtMost5', (s) => s.n <= 5, { given: (s) => s.n > 0, numbers }))).toEqual([
    ['n', 7],
    ['its bound', 5],
  ])
  expect(
    compared(
      never('Above5', (s) => s.n > 5, { numbers }),
      2,
    ),
  ).toEqual([
    ['n', 3],
    ['its bound', 5],
  ])
})

test('of a step, from before to after it', () => {
  const property = stepwise('GoesUpBy3', (s, { before }) => s.n - before(() => s.n) <= 3, {
    numbers: (s, { before }) => ({ 'the rise': s.n - before(() => s.n) }),
  })
  expect(compared(property)).toEqual([['the rise', 4]])
  expect(compared(property, 2)).toEqual([['the rise', 3]])
  expect(compared(property, 1)).toEqual([])
})

test('history is known, whatever the property itself looks at', () => {
  const property = always('AtMost5', (s) => s.n <= 5, { numbers: (_s, { h }) => ({ steps: h.steps }) })
  expect(compared(property)).toEqual([['steps', 2]])
})

test('what is no number is left out, and what cannot be told is said to be', () => {
  expect(compared(always('AtMost5', (s) => s.n <= 5))).toEqual([])
  const numbers = (s: { n: number }) => ({ n: s.n, nothing: 0 / 0, most: Infinity })
  expect(compared(always('AtMost5', (s) => s.n <= 5, { numbers }))).toEqual([['n', 7]])
  const failing = always('AtMost5', (s) => s.n <= 5, { numbers: (s) => ({ x: s.list[s.n]! }) })
  expect(comparedAt(machine, failing, states)).toEqual({
    numbers: [],
    failed: expect.stringContaining('list') as string,
  })
  expect(comparedAt(machine, failing, [])).toEqual({ numbers: [] })
})
