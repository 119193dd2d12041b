/** The smallest instances, against what a table says of every point: where it is violated, too large, or impossible. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tableEngine } from '../engine/table.ts'
import { bool, language, propertiesOf, protocol, singleton, upTo } from '../language/index.ts'
import type { Protocol } from '../language/protocol.ts'
import { isShownBy, MAX_INSTANCES, smallestInstances, type Asked, type Point } from './instances.ts'

type Kind = 'good' | 'bad' | 'too large' | 'impossible'
const KINDS: readonly Kind[] = ['good', 'good', 'bad', 'too large', 'impossible']
const MAX = { a: 3, b: 2 }
const MAX_STATES = 20

interface Config {
  readonly a: number
  readonly b: number
  readonly ice: boolean
}
const indexOf = ({ a, b, ice }: Config): number => (a * (MAX.b + 1) + b) * 2 + (ice ? 1 : 0)
const configOf = ({ bounds, ingredients }: Point): Config => ({
  a: bounds['a']!,
  b: bounds['b']!,
  ice: ingredients.includes('ice'),
})
const all: readonly Point[] = [0, 1, 2, 3].flatMap((a) =>
  [0, 1, 2].flatMap((b) => [[], ['ice']].map((ingredients) => ({ bounds: { a, b }, ingredients }))),
)

const state = () => ({ n: upTo(2 * MAX_STATES), broken: bool, p: singleton({}) })
const { program } = language<typeof state>()

/** A protocol that breaks, or counts too far to be searched, or cannot be made, as the table says. */
function madeOf(kinds: readonly Kind[]) {
  return protocol({
    name: 'table',
    bounds: { a: { min: 0, max: MAX.a }, b: { min: 0, max: MAX.b } },
    ingredients: { ice: { doc: 'slippery' } },
    state: (config) => {
      if (kinds[indexOf(config)] === 'impossible') throw new RangeError('There is no such thing.')
      return state()
    },
    programs: (config) => {
      const kind = kinds[indexOf(config)]
      const steps = kind === 'too large' ? 2 * MAX_STATES : 1
      return [
        program('p', {
          count: {
            when: (s) => s.n < steps,
            do: (s) => {
              s.n++
              s.broken = s.n === steps && kind !== 'good'
              return 'count'
            },
          },
        }),
      ]
    },
    done: () => () => true,
  })
}

function asked(kinds: readonly Kind[], point: Point): Asked {
  const made = madeOf(kinds)
  return {
    protocol: made as unknown as Protocol,
    variant: 'model',
    ...point,
    properties: [propertiesOf(made).always('IsWhole', (s) => !s.broken)],
    property: 'IsWhole',
    shown: { result: 'violated' },
    fewerIngredients: true,
  }
}

const isBelow = (x: Config, y: Config): boolean => x.a <= y.a && x.b <= y.b && (!x.ice || y.ice)
const names = (points: readonly Point[]): string[] => points.map((point) => JSON.stringify(configOf(point))).sort()

test('the smallest instances are those that the table says', async () => {
  const kinds = fc.array(fc.constantFrom(...KINDS), { minLength: all.length, maxLength: all.length })
  let [proved, unproved] = [0, 0]
  const property = fc.asyncProperty(kinds, fc.constantFrom(...all), async (table, top) => {
    const kindAt = (point: Point): Kind => table[indexOf(configOf(point))]!
    if (kindAt(top) === 'impossible') return
    const below = (point: Point): Point[] => all.filter((each) => isBelow(configOf(each), configOf(point)))
    const bad = below(top).filter((point) => kindAt(point) === 'bad')
    const minimal = bad.filter((point) => below(point).every((each) => each === point || kindAt(each) !== 'bad'))
    const found = await smallestInstances(asked(table, top), { engine: tableEngine, maxStates: MAX_STATES })
    expect(names(found.smallest)).toEqual(names(minimal))
    for (const each of found.smallest) {
      const unknown = below(each).filter((point) => kindAt(point) === 'too large')
      expect([each.proved, names(each.undecided)]).toEqual([unknown.length === 0, names(unknown)])
      if (each.proved) proved++
      else unproved++
    }
    const tried = below(top).filter((point) => bad.every((each) => each === point || !below(point).includes(each)))
    expect(found.decided).toBe(tried.filter((point) => ['good', 'bad'].includes(kindAt(point))).length)
    expect(names(found.impossible)).toEqual(names(tried.filter((point) => kindAt(point) === 'impossible')))
  })
  await fc.assert(property, { numRuns: 60, endOnFailure: true })
  await fc.assert(property, { numRuns: 60, endOnFailure: true, seed: 1 })
  expect(Math.min(proved, unproved)).toBeGreaterThan(5)
})

test('ingredients stay in play unless fewer of them are asked for', async () => {
  const kinds = all.map((point): Kind => (configOf(point).ice ? 'good' : 'bad'))
  const top = { bounds: { a: 1, b: 0 }, ingredients: ['ice'] }
  const wanted = asked(kinds, top)
  const options = { engine: tableEngine }
  const kept = await smallestInstances({ ...wanted, fewerIngredients: false }, options)
  expect([kept.smallest.length, kept.decided]).toEqual([0, 2])
  expect(names((await smallestInstances(wanted, options)).smallest)).toEqual(['{"a":0,"b":0,"ice":false}'])
})

test('an extreme is shown by every value that is as extreme', () => {
  const trace = { schedule: { init: [], steps: [] }, states: [] }
  const found = { value: 3, atLeast: false, steps: 0, trace }
  expect(isShownBy({ result: 'maximum', value: 3 }, { is: 'maximum', ...found })).toBe(true)
  expect(isShownBy({ result: 'maximum', value: 2 }, { is: 'maximum', ...found })).toBe(true)
  expect(isShownBy({ result: 'maximum', value: 4 }, { is: 'maximum', ...found })).toBe(false)
  expect(isShownBy({ result: 'minimum', value: 2 }, { is: 'minimum', ...found })).toBe(false)
  expect(isShownBy({ result: 'violated' }, { is: 'holds' })).toBe(false)
})

test('too many instances are refused, and so is an instance that does not exist', async () => {
  const wide = protocol({
    name: 'wide',
    bounds: { a: { min: 0, max: 999 }, b: { min: 0, max: 999 } },
    state,
    programs: () => [],
  })
  const top = { bounds: { a: 999, b: 999 }, ingredients: [] }
  const wanted = { ...asked([], top), protocol: wide as unknown as Protocol }
  await expect(smallestInstances(wanted, { engine: tableEngine })).rejects.toThrow(
    `1000000 instances of wide lie below this one; ${MAX_INSTANCES} are the most that are decided. Start from smaller bounds.`,
  )
  const nowhere = { ...wanted, bounds: { a: 1000, b: 0 } }
  await expect(smallestInstances(nowhere, { engine: tableEngine })).rejects.toThrow(
    "The bound 'a' of wide must be a whole number from 0 to 999, not 1000.",
  )
})
