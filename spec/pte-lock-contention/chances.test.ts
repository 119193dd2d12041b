/**
 * C4 on average: the distribution of collisions if it is drawn by lot who moves, computed by the checker on the graph of the
 * model, by a recursion that shares nothing with it, and for one and two VMAs by hand.
 */
import { describe, expect, test } from 'vitest'
import { layoutOf } from '../../checker/engine/layout.ts'
import { tableEngine } from '../../checker/engine/table.ts'
import { distribution, meanOf, type Distribution } from '../../checker/search/distribution.ts'
import { fractionInWords, numberOf, ZERO } from '../../checker/search/fraction.ts'
import { pteLockContention } from '../../model/pte-lock-contention.ts'
import { averageOf, chancesOf, type Walks } from './chances.ts'

function onTheGraph({ opposite, ...bounds }: Walks): Distribution {
  const variant = opposite ? 'opposite-direction' : 'same-direction'
  const layout = layoutOf(pteLockContention.instance({ variant, bounds: { ...bounds } }))
  const space = tableEngine.explore({ layout, observers: [], history: new Set(['collisions']) })
  while (space.advance(10_000));
  const { states, initialStates } = space.statistics()
  return distribution({ ...space.edges(), states }, initialStates, (state) => {
    const { history } = space.state(state) as { history: { collisions: number } }
    return history.collisions
  })
}

const directions = [false, true]
const sizes = [1, 2, 3, 4, 5, 6, 7, 8]

describe('the graph and the recursion agree', () => {
  const walks = directions.flatMap((opposite) => [
    ...sizes.flatMap((vmas) => [0, 2].map((pages) => ({ vmas, perTable: 1, pages, opposite }))),
    { vmas: 6, perTable: 2, pages: 1, opposite },
    { vmas: 4, perTable: 4, pages: 1, opposite },
  ])
  test.each(walks)('%o', (of) => {
    const found = onTheGraph(of)
    const expected = chancesOf(of)
    expect(found.never).toEqual(ZERO)
    expect([...found.chances.keys()]).toEqual(
      expected.flatMap((chance, collisions) => (chance > 0 ? [collisions] : [])),
    )
    for (const [collisions, chance] of found.chances) expect(numberOf(chance)).toBeCloseTo(expected[collisions], 12)
    expect(numberOf(meanOf(found))).toBeCloseTo(averageOf(expected), 12)
  })
})

/**
 * By hand, with L for a step that takes a lock and U for one that lets it go.
 *
 * One VMA, no entries: whoever moves first has L; then its U or the other one's coming, a collision: 1/2. With one entry there
 * are two steps under the lock, before each of which the other may come: 3/4.
 *
 * Two VMAs, no entries, same direction. Write f(a, b) for the polynomial of the chances when the walkers have made a and b of
 * their steps L U L U, z for a collision. Waiting changes nothing afterwards. f(3,2) = (1+z)/2, f(3,1) = (1+f(3,2))/2 =
 * (3+z)/4, f(3,0) = (1+f(3,1))/2 = (7+z)/8, f(2,2) = (1+z)/2, f(2,1) = (f(3,1)+f(2,2))/2 = (5+3z)/8,
 * f(2,0) = (f(3,0)+f(2,1))/2 = (3+z)/4, f(0,0) = f(1,0) = (1+z)/2 · f(2,0) = (3+4z+z²)/8.
 *
 * Opposite directions: with both inside, at different ends, the first to come out collides or does not, (1+z)/2. The same with
 * one that has got through alone to the second VMA. So f(0,0) = (1+z)/2, as with one VMA.
 */
test('by hand', () => {
  const inWords = (of: Omit<Walks, 'perTable'>): string[] =>
    [...onTheGraph({ ...of, perTable: 1 }).chances].map(([n, chance]) => `${n}: ${fractionInWords(chance)}`)
  for (const opposite of directions) {
    expect(inWords({ vmas: 1, pages: 0, opposite })).toEqual(['0: 1/2', '1: 1/2'])
    expect(inWords({ vmas: 1, pages: 1, opposite })).toEqual(['0: 1/4', '1: 3/4'])
  }
  expect(inWords({ vmas: 2, pages: 0, opposite: false })).toEqual(['0: 3/8', '1: 1/2', '2: 1/8'])
  expect(inWords({ vmas: 2, pages: 0, opposite: true })).toEqual(['0: 1/2', '1: 1/2'])
})

describe('what the figure shows', () => {
  const average = (vmas: number, pages: number, opposite: boolean) =>
    averageOf(chancesOf({ vmas, perTable: 1, pages, opposite }))

  test.each([0, 1, 2, 4])('with %i entries: fewer collisions in opposite directions, from two VMAs on', (pages) => {
    for (const vmas of sizes.slice(1)) expect(average(vmas, pages, true)).toBeLessThan(average(vmas, pages, false))
  })
  test.each([0, 1, 2, 4])(
    'with %i entries: more and more in the same direction, ever the same in opposite ones',
    (pages) => {
      for (const vmas of sizes.slice(1)) {
        expect(average(vmas, pages, false)).toBeGreaterThan(average(vmas - 1, pages, false))
        expect(average(vmas, pages, true)).toBeLessThan(1)
      }
      expect(average(8, pages, true)).toBeCloseTo((pages + 1) / (pages + 2), 2)
    },
  )
  test('nothing is won where all VMAs share a page of the page table', () => {
    const shared = directions.map((opposite) => chancesOf({ vmas: 4, perTable: 4, pages: 1, opposite }))
    expect(shared.map((chances) => chances.length)).toEqual([8, 8])
    const [same, opposite] = shared.map(averageOf)
    expect(opposite).toBeGreaterThan(same)
    expect(opposite - same).toBeLessThan(0.02)
  })
})
