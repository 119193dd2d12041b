/** The cross-check finds a reduction that is wrong, and says at which bounds. */
import { describe, expect, test } from 'vitest'
import type { Canonical, Engine } from '../engine/engine.ts'
import { tableEngine } from '../engine/table.ts'
import { bool, family, language, propertiesOf, protocol, upTo } from '../language/index.ts'
import { check, type SearchOptions } from './breadth-first.ts'
import { crossCheck, CrossCheckError, downwards } from './cross-check.ts'

const state = ({ counters, limit }: { counters: number; limit: number }) => ({
  on: bool,
  counter: family(counters, { n: upTo(limit) }),
})
const { program } = language<typeof state>()
const counters = protocol({
  name: 'counters',
  bounds: { counters: { min: 1, max: 9 }, limit: { min: 1, max: 1000 } },
  state,
  programs: ({ limit }) => [
    program('counter', {
      count: {
        when: (_s, me) => me.n < limit,
        do: (s, me) => {
          me.n++
          s.on = !s.on
          return 'count'
        },
      },
      never: { when: () => false },
    }),
  ],
  done: () => () => true,
})
const { maximum, never } = propertiesOf(counters)
const properties = [
  maximum('Sum', (s) => s.counter.sum((each) => each.n)),
  never('AllAreOne', (s) => s.counter.every((each) => each.n === 1)),
]
const wanted = (bounds: { counters: number; limit: number }) => ({ variant: 'model', bounds, ingredients: [] })
const pathOf = (bounds: { counters: number; limit: number }): unknown[] =>
  [...downwards(counters, wanted(bounds))].map((each) => each.bounds)

async function compared(bounds: { counters: number; limit: number }, engine: Engine = tableEngine, mostStates = 1000) {
  const options: SearchOptions = { engine, reduce: { symmetry: true } }
  const configurations = [...downwards(counters, wanted(bounds))]
  const run = await check(configurations[0]!.layout, properties, { ...options, maxStates: 1000 })
  return crossCheck(run, properties, options, configurations, mostStates)
}

describe('the bounds', () => {
  test('are lowered one by one, the largest first, while there are two members', () => {
    expect(pathOf({ counters: 3, limit: 3 })).toEqual([
      { counters: 3, limit: 3 },
      { counters: 2, limit: 3 },
      { counters: 2, limit: 2 },
      { counters: 2, limit: 1 },
    ])
    expect(pathOf({ counters: 1, limit: 3 })).toEqual([])
  })

  test('are those of the first instance that is small enough', async () => {
    // (limit + 1) ^ counters states, and as many multisets as are kept.
    expect(await compared({ counters: 3, limit: 3 })).toEqual({
      is: 'agrees',
      bounds: { counters: 3, limit: 3 },
      unreduced: 64,
      reduced: 20,
    })
    expect(await compared({ counters: 3, limit: 5 }, tableEngine, 100)).toEqual({
      is: 'agrees',
      bounds: { counters: 3, limit: 3 },
      unreduced: 64,
      reduced: 20,
    })
  })
})

/** The table engine with another canonical form. */
const planted = (of: (canonical: Canonical) => Partial<Canonical>): Engine => ({
  name: 'table',
  explore: (question) =>
    tableEngine.explore({
      ...question,
      symmetry: question.symmetry && {
        ...question.symmetry,
        canonical: (layout, codec) => {
          const right = question.symmetry!.canonical(layout, codec)
          const exact = {
            apply: (words: Int32Array, base: number) => right.apply(words, base),
            orbit: (words: Int32Array, base: number) => right.orbit(words, base),
            orbitOfSlot: (slot: number) => right.orbitOfSlot(slot),
          }
          return { ...exact, ...of(right) }
        },
      },
    }),
})

describe('a reduction that is wrong', () => {
  test('because it takes orbits together, is found', async () => {
    const merges = planted((canonical) => ({
      apply: (words, base) => {
        // The lowest bit of the count of the first member: what it was is forgotten.
        const changed = (words[base]! & 8) !== 0
        words[base]! &= ~8
        return canonical.apply(words, base) || changed
      },
    }))
    await expect(compared({ counters: 3, limit: 3 }, merges)).rejects.toThrow(CrossCheckError)
    await expect(compared({ counters: 3, limit: 3 }, merges)).rejects.toThrow(
      /^Reduced and unreduced search disagree at counters=3 limit=3: .*\.$/,
    )
  })

  test('because it counts orbits wrongly, is found', async () => {
    const miscounts = planted(() => ({ orbit: () => 2 }))
    await expect(compared({ counters: 3, limit: 3 }, miscounts)).rejects.toThrow(
      'what was found stands for 40 states and not for 64',
    )
  })

  test('because it removes nothing, is no agreement', async () => {
    const idle = planted(() => ({ apply: () => false, orbit: () => 1 }))
    expect(await compared({ counters: 3, limit: 3 }, idle)).toEqual({
      is: 'none',
      because: 'with smaller bounds nothing was left out (4 states)',
    })
  })
})
