/** What a behaviour has to keep away from, so that a property is not violated. */
import type { Machine, Taken } from '../engine/machine.ts'
import { Fault } from '../engine/fault.ts'
import { AS_CLAIMED, doneObserver, GOAL, observerOf, VIOLATED } from '../engine/observer.ts'
import type { PlainState } from '../engine/plain.ts'
import { isLiveness, isResponse, NO_DEADLOCK, STAYS_IN_DOMAIN, type Property } from '../language/property.ts'
import type { Observer } from '../engine/executor.ts'

/** What is to be avoided, and where a behaviour is safe. */
export interface Hazard {
  readonly isBad: (state: PlainState, outcomes: readonly Taken[], faults: number) => boolean
  readonly isBadStep: (before: PlainState, after: PlainState) => boolean
  /** A state from which no such state can be reached is bad. */
  readonly mustReach?: (state: PlainState) => boolean
  /** Reaching such a state is enough. */
  readonly isGoal?: (state: PlainState) => boolean
}

/** `undefined` where it cannot be evaluated. */
export function answer(
  machine: Machine,
  observer: Observer,
  state: PlainState,
  after?: PlainState,
): number | undefined {
  try {
    return machine.observe(observer, state, after)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

export const never = (): boolean => false

/** `undefined` where nothing is violated: a witness, an extreme. */
export function hazardOf(machine: Machine, name: string, properties: readonly Property[]): Hazard | undefined {
  if (name === STAYS_IN_DOMAIN) return { isBad: (_state, _outcomes, faults) => faults > 0, isBadStep: never }
  const done = doneObserver(machine.layout)
  if (name === NO_DEADLOCK)
    return {
      isBad: (state, outcomes) => outcomes.length === 0 && answer(machine, done, state) !== 1,
      isBadStep: never,
    }
  const property = properties.find((each) => each.name === name)
  if (property === undefined) return undefined
  // How long something takes, and which steps a loop is made of, is asked of no state.
  if (isResponse(property.kind) || property.kind === 'progress') return undefined
  const observer = observerOf(property)
  if (isLiveness(property.kind)) {
    const isGoal = (state: PlainState): boolean => ((answer(machine, observer, state) ?? 0) & GOAL) !== 0
    return { isBad: never, isBadStep: never, isGoal }
  }
  if (property.kind === 'alwaysReachable')
    return { isBad: never, isBadStep: never, mustReach: (state) => answer(machine, observer, state) === AS_CLAIMED }
  if (property.kind === 'reachable' || property.kind === 'maximum' || property.kind === 'minimum') return undefined
  return observer.pair
    ? { isBad: never, isBadStep: (a, b) => answer(machine, observer, a, b) === VIOLATED }
    : { isBad: (state) => answer(machine, observer, state) === VIOLATED, isBadStep: never }
}

/** Are bad: the states and steps that one of them calls so. */
export const anyOf = (hazard: Hazard, others: readonly Hazard[]): Hazard => ({
  ...hazard,
  isBad: (...found) => hazard.isBad(...found) || others.some((other) => other.isBad(...found)),
  isBadStep: (...states) => hazard.isBadStep(...states) || others.some((other) => other.isBadStep(...states)),
})
