import { expect, test } from 'vitest'
import { configurationName } from '../report/record.ts'
import { EXAMPLES } from './child.ts'
import { loadSpecs } from './load.ts'
import { planOf, type Selection } from './plan.ts'

const examples = await loadSpecs(EXAMPLES)
const increment = examples.find(({ name }) => name === 'increment')!
const boundedQueue = examples.find(({ name }) => name === 'bounded-queue')!

const NOTHING: Selection = {
  specs: [],
  variants: [],
  bounds: undefined,
  ingredients: undefined,
  properties: [],
  full: false,
}
const plan = (selection: Partial<Selection>, specs = [increment]) => planOf(specs, { ...NOTHING, ...selection })
const names = (selection: Partial<Selection>, specs = [increment]) => plan(selection, specs).map(configurationName)

test('without a wish: every row, with what it expects', () => {
  expect(names({})).toEqual(['racy threads=1', 'racy threads=2', 'racy threads=3', 'atomic threads=3'])
  const [, second] = plan({})
  expect(second?.asked).toEqual(['NoIncrementIsLost', 'AllAreDone', 'StaysInDomain', 'NoDeadlock'])
  expect(second?.expected).toEqual({
    NoIncrementIsLost: { is: 'violated', steps: 4 },
    AllAreDone: { is: 'reachable', steps: 4 },
    StaysInDomain: { is: 'holds' },
    NoDeadlock: { is: 'holds' },
  })
  expect(second?.states).toBe(13)
})

test('a variant: its rows', () => {
  expect(names({ variants: ['atomic'] })).toEqual(['atomic threads=3'])
})

test('bounds: one configuration per variant, the first by default, the rest as in the first row', () => {
  expect(names({ bounds: { threads: 4 } })).toEqual(['racy threads=4'])
  expect(names({ bounds: { threads: 4 }, variants: ['atomic', 'racy'] })).toEqual([
    'racy threads=4',
    'atomic threads=4',
  ])
  expect(names({ ingredients: [], variants: ['atomic'] })).toEqual(['atomic threads=3'])
  expect(names({ bounds: { items: 4 } }, [boundedQueue])).toEqual(['atomic capacity=2 items=4 consumers=1'])
})

test('bounds: nothing is expected, unless a row has just these', () => {
  expect(plan({ bounds: { threads: 4 } })[0]).toMatchObject({ expected: {}, states: undefined })
  const [same] = plan({ bounds: { threads: 2 } })
  expect(same?.expected['NoIncrementIsLost']).toEqual({ is: 'violated', steps: 4 })
  expect(same?.states).toBe(13)
})

test('properties: only these; the number of states depends on the others', () => {
  const [first] = plan({ properties: ['AllAreDone'] })
  expect(first).toMatchObject({ asked: ['AllAreDone'], states: undefined })
  const asking = plan({ properties: ['FinishedInOrder'] }, [boundedQueue])
  expect(asking.length).toBeLessThan(boundedQueue.rows.length)
})

test('specs that do not know what is asked for are passed over, if they are not named', () => {
  const both = [increment, boundedQueue]
  expect(plan({ properties: ['LongestQueue'] }, both).every(({ spec }) => spec === boundedQueue)).toBe(true)
  expect(() => plan({ specs: ['increment', 'bounded-queue'], bounds: { items: 2 } }, both)).toThrow(
    "Unknown bound of increment 'items'; there are: threads.",
  )
  expect(() => plan({ bounds: { items: 2, threads: 2 } }, both)).toThrow('No spec has all')
})

test('rows that do not exist', () => {
  const rows = increment.rows.map((row) => ({ ...row, full: true }))
  expect(() => plan({}, [{ ...increment, rows }])).toThrow('No row of increment fits; with --full there may be some')
  expect(plan({ full: true }, [{ ...increment, rows }])).toHaveLength(4)
})

test('a model that cannot be set up is named', () => {
  const protocol = {
    ...increment.protocol,
    instance: () => {
      throw new TypeError('range(3, 2) is empty')
    },
  }
  expect(() => plan({}, [{ ...increment, protocol }])).toThrow(
    'increment racy threads=1 cannot be set up: range(3, 2) is empty',
  )
})
