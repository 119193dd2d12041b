/** The simulation that the report uses for many costs, against the checker for few. */
import { describe, expect, test } from 'vitest'
import { layoutOf } from '../../checker/engine/layout.ts'
import { tableEngine } from '../../checker/engine/table.ts'
import { unmapCost } from '../../model/unmap-cost.ts'
import { asReported, inOppositeDirections, inSameDirection, shares, ticksAsReported } from './by-hand.ts'
import { compared, grid, simulate, type Outcome, type WalkCosts } from './simulation.ts'

/** Everything that can come out, whoever gets a lock for which both come at once. */
function outcomes(costs: WalkCosts, opposite: boolean): Outcome[] {
  const variant = opposite ? 'opposite-direction' : 'same-direction'
  const layout = layoutOf(unmapCost.instance({ variant, bounds: { ...costs } }))
  const space = tableEngine.explore({ layout, observers: [], history: new Set(['passed', 'spent', 'spun']) })
  while (space.advance(10_000));
  const { start } = space.edges()
  const found: Outcome[] = []
  for (let id = 0; id < space.statistics().states; id++) {
    if (start[id] !== start[id + 1]) continue
    const { history } = space.state(id) as { history: { passed: number; spun: number } }
    found.push({ toRelease: history.passed, spun: history.spun })
  }
  return found
}

describe('what is simulated is among what can come out', () => {
  const all = grid({ vmas: 4, held: 3, outside: 3, empty: 1, late: 3 })
  test.each([false, true])('at %# of two directions', (opposite) => {
    let open = 0
    for (const costs of all) {
      const possible = outcomes(costs, opposite)
      const simulated = [true, false].map((exitFirst) => simulate(costs, opposite, exitFirst))
      expect(possible, JSON.stringify(costs)).toEqual(expect.arrayContaining(simulated))
      if (possible.length > 1) open++
      else expect(simulated).toEqual([possible[0], possible[0]])
    }
    expect(open).toBeLessThan(all.length / 2)
  })
})

test('by hand', () => {
  for (const costs of shares) {
    const given = { ...costs, empty: 0, late: 0 }
    expect(simulate(given, false, true)).toEqual(inSameDirection(costs))
    expect(simulate(given, true, true)).toEqual(inOppositeDirections(costs))
  }
  expect(ticksAsReported.same).toMatchObject(simulate(asReported, false, true))
  expect(ticksAsReported.opposite).toMatchObject(simulate(asReported, true, true))
})

/** The walkers of opposite directions meet once, so that they lose one wait; that is all by which they can be worse. */
test('over many costs: hardly ever worse, and never by more than one wait', () => {
  const all = grid({ vmas: 8, held: 8, outside: 8, empty: 1, late: 16 })
  const { smaller, equal, larger, greatestGain } = compared(all)
  expect(smaller + equal + larger).toBe(all.length)
  expect(smaller).toBeGreaterThan(all.length / 2)
  expect(larger).toBeLessThan(all.length / 20)
  // All under the lock: a wait of 8 ticks at each of 8 VMAs.
  expect(greatestGain).toBe(8 * 8)
  for (const costs of all) expect(compared([costs]).greatestLoss).toBeLessThanOrEqual(costs.held)
})
