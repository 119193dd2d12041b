/** The conformance suite bites: engines with one planted bug each are found out within a stated number of protocols. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, explore, shapes, type Case } from './conformance.ts'
import type { Engine } from './engine.ts'
import { differences, type Findings } from './findings.ts'
import { immerEngine } from './immer.ts'
import { bugs } from './planted/bugs.ts'
import { misunderstandings } from './planted/misunderstandings.ts'
import { patched } from './planted/planting.ts'
import { Relation } from './relation.ts'
import { tableEngine } from './table.ts'

const STATES = 100
const PER_SHAPE = 30
const bySeed = shapes.map((shape, i) => fc.sample(casesOf(shape), { numRuns: PER_SHAPE, seed: 3000 + i }))
/** One of every shape in turn. */
const cases: readonly Case[] = Array.from(
  { length: PER_SHAPE * shapes.length },
  (_, i) => bySeed[i % shapes.length]![Math.floor(i / shapes.length)]!,
)
const expected = new Map<number, Findings[]>()

/** The number of protocols after which an engine is found out. */
function foundAfter(engine: Engine, within: number): number | undefined {
  for (let i = 0; i < within; i++) {
    const reference = expected.get(i) ?? explore(immerEngine, cases[i]!, STATES)
    expected.set(i, reference)
    if (differences(explore(engine, cases[i]!, STATES), reference).length > 0) return i + 1
  }
  return undefined
}

describe('an engine is found out that', () => {
  test.each([...bugs, ...misunderstandings].map(({ bug, within, engine }) => [bug, within, engine] as const))(
    '%s: within %i protocols',
    (bug, within, engine) => {
      const after = foundAfter(engine, within)
      if (process.env['OOMCHECK_VERBOSE'] !== undefined) console.info(`${bug}: after ${after} of ${within}`)
      expect(after).toBeDefined()
    },
  )
})

test('the engine itself is not', () => {
  expect(foundAfter(tableEngine, 100)).toBeUndefined()
  expect(
    foundAfter(
      patched(() => [Relation.prototype, 'miss', (original, ...args) => original(...args)]),
      30,
    ),
  ).toBeUndefined()
})
