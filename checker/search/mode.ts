/** Modes: ways to look further than an exhaustive search gets, each with a basis of its own. */
import type { Behaviour, Exploration, FaultSighting, Question } from '../engine/engine.ts'
import type { Basis, Stop } from './verdict.ts'

/** What a basis does not carry. Nothing: everything was seen, and kept. */
export interface Limits {
  /** Not everything was seen: where it was looked, as the end of a sentence. Extremes are then "at least". */
  readonly seen?: string
  /** Why AG EF and liveness cannot be decided: a sentence. */
  readonly graph?: string
  /** What may be said of all states is wrong with at most this probability. */
  readonly probability?: number
}

/** An exploration that knows what it carries, and how to come to a state of which it speaks. */
export interface Sample extends Exploration {
  /**
   * The behaviour that was found to a state that a sighting, a deadlock or a fault names; with `next`, the number of the
   * state after the step of a sighting of pairs, one step further.
   */
  behaviour(state: number, next?: number): Behaviour
  /** The one that is to be shown first. */
  readonly faults: readonly FaultSighting[]
  /** The fewest preemptions of any behaviour to there, where they are counted. */
  preemptionsTo?(state: number, next?: number): number
  /** Are the behaviours random ones, of which nobody looked for a shorter one? */
  readonly wanders?: boolean
  basis(stop: Stop | undefined): Basis
  limits(stop: Stop | undefined): Limits
}

export const isSample = (space: Exploration): space is Sample => 'limits' in space

export interface Mode {
  explore(question: Question): Sample
}
