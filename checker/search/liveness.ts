/**
 * Liveness under declared fairness, decided exactly on the explored graph.
 *
 * A behaviour may stop where nothing fair is enabled. A step that changes nothing counts as taken. Picks are not fair.
 */
import { GOAL, OBLIGED } from '../engine/observer.ts'
import type { Property } from '../language/property.ts'
import type { FairGraph } from './fairness.ts'
import { findLasso, type Lasso } from './lasso.ts'

/** A fair behaviour that fails `eventually`, `leadsTo` or `alwaysEventually`, if there is one. */
export function counterexample(
  { space, graph, conditions }: FairGraph,
  property: Property,
  observer: number,
): Lasso | undefined {
  const code = (state: number): number => space.mark(observer, state)
  const from =
    property.kind === 'eventually'
      ? undefined
      : property.kind === 'leadsTo'
        ? (state: number) => (code(state) & OBLIGED) !== 0
        : () => true
  const goal = (state: number): boolean => (code(state) & GOAL) !== 0
  return findLasso(graph, { initialStates: space.statistics().initialStates, from, goal }, conditions)
}

/** Why the goal was never put to the test, if so. */
export function vacuous({ space }: FairGraph, property: Property, observer: number): string | undefined {
  const { states, initialStates } = space.statistics()
  const every = (among: number, test: (code: number) => boolean): boolean => {
    for (let state = 0; state < among; state++) if (!test(space.mark(observer, state))) return false
    return true
  }
  const isGoal = (code: number): boolean => (code & GOAL) !== 0
  if (property.kind === 'eventually') return every(initialStates, isGoal) ? 'the goal holds at the start' : undefined
  if (property.kind === 'alwaysEventually') return every(states, isGoal) ? 'the goal holds everywhere' : undefined
  if (every(states, (code) => (code & OBLIGED) === 0)) return 'what obliges never happens'
  return every(states, (code) => (code & OBLIGED) === 0 || isGoal(code))
    ? 'the goal holds wherever it is obliged'
    : undefined
}
