/** Verdicts: what was decided, and what carries it. */
import type { Statistics } from '../engine/engine.ts'
import type { FamilySize } from '../engine/orders.ts'
import type { PropertyKind } from '../language/property.ts'
import type { LeftOut } from '../reduce/symmetry.ts'
import type { Trace } from '../trace/schedule.ts'

/** What is said of all states. */
interface OfAll {
  /** It is wrong with at most this probability: states were told apart by fingerprints. */
  readonly probability?: number
}

/** What a trace shows. Without `longer` there is no shorter one. */
interface Shown {
  readonly steps: number
  readonly trace: Trace
  /** There may be shorter ones. */
  readonly longer?: true
  /** Was it tried for every single step of the trace to leave it out? `false`: a budget was hit before. */
  readonly irreducible?: boolean
  /** The fewest preemptions with which it can be shown, where they were counted. */
  readonly preemptions?: number
}

export type Result =
  | ({ readonly is: 'holds' } & OfAll)
  | ({ readonly is: 'violated'; readonly loop?: Loop } & Shown)
  | ({ readonly is: 'reachable' } & Shown)
  | ({ readonly is: 'unreachable' } & OfAll)
  /**
   * `atLeast`: there may be more extreme values, because a saturating domain may have cut them off or, with `sampled`,
   * because not all behaviours were seen.
   */
  | ({
      readonly is: 'maximum' | 'minimum'
      readonly value: number
      readonly atLeast: boolean
      /** Of `longest`: what is waited for may also never come. */
      readonly orNever?: boolean
      readonly sampled?: true
    } & Shown &
      OfAll)
  /** Each round of the loop counts something. */
  | ({ readonly is: 'unbounded'; readonly loop: Loop } & Shown)
  | { readonly is: 'inconclusive' }

/** The trace of a liveness counterexample goes round for ever, or stops for ever at its end. */
export interface Loop {
  /** The state of the trace to which its last step leads back; its last state where it stops. */
  readonly from: number
  /** No stem and loop are shorter together. */
  readonly shortest: boolean
}

export interface Verdict {
  readonly property: string
  readonly kind: PropertyKind | 'built-in'
  readonly result: Result
  /** Why it is inconclusive, what faulted, where nothing is enabled: one sentence. */
  readonly because: string | undefined
  /** Why the property was never put to the test, if it was not. */
  readonly vacuous: string | undefined
  /** History fields that were part of the state when this was decided, where they are not those of the run. */
  readonly history?: readonly string[]
}

/** What is decided of a property. */
export type Decided = Pick<Verdict, 'result' | 'because' | 'vacuous'>

/**
 * What the search saw is not what the reference engine says of the same behaviour. Either the checker is wrong or a
 * recipe is impure in a way that no audit met; which one cannot be told, so the property stays undecided.
 */
export class InternalError extends Error {
  override readonly name = 'InternalError'
}

/** Why a search ended before every state was expanded. */
export type Stop =
  | { readonly by: 'states' | 'memory' | 'timeout'; readonly limit: number }
  | { readonly by: 'system'; readonly message: string }
  | { readonly by: 'interrupt' }

/** The search stopped: all behaviours of up to `depth` steps were seen; -1 where not even the initial states were. */
export interface Partial {
  readonly depth: number
  readonly stop: Stop
}

/** Members were exchanged: the states that were found stand for others. */
export interface SymmetryBasis {
  /** The group is that of all permutations of each of these. */
  readonly families: readonly FamilySize[]
  /** States that were found. */
  readonly kept: number
  readonly standFor: number
  /**
   * The initial states are symmetric, so `standFor` is the number of states without symmetry; else there are at most so
   * many. Where steps are left out besides, it counts the states that are kept of the others' orbits only.
   */
  readonly symmetricStart: boolean
  /** Families whose members cannot be exchanged, and why. */
  readonly leftOut: readonly LeftOut[]
}

/** Steps were left out where others stand for them; a schedule is then shortest among those that are left. */
export interface PartialOrderBasis {
  /** States that were found. */
  readonly kept: number
  /** How many times they were searched. */
  readonly passes: number
}

/** The same configuration with smaller bounds was decided reduced and unreduced, and everything agreed. */
export type CrossCheck =
  | {
      readonly is: 'agrees'
      readonly bounds: Readonly<Record<string, number>>
      readonly unreduced: number
      readonly reduced: number
    }
  | { readonly is: 'none'; readonly because: string }

/** What carries the verdicts of a run. */
export type Basis =
  /** Every reachable state was expanded, and states were told apart exactly. */
  | { readonly is: 'exact' }
  | ({ readonly is: 'partial' } & Partial)
  /** Not every state was looked at, and none needed to be; where `partial` is set, the search stopped besides. */
  | {
      readonly is: 'reduced'
      readonly symmetry?: SymmetryBasis
      readonly partialOrder?: PartialOrderBasis
      readonly partial?: Partial
      readonly crossCheck?: CrossCheck
    }
  /** A reduction was asked for that is not sound here: nothing was searched. */
  | { readonly is: 'refused'; readonly because: string }
  /** All behaviours with at most so many preemptions were seen; -1: not even all of those without. */
  | { readonly is: 'preemptions'; readonly most: number; readonly stop?: Stop }
  /** So many random behaviours were seen, of so many steps together. */
  | {
      readonly is: 'walks'
      readonly walks: number
      readonly steps: number
      readonly seed: number
      readonly stop?: Stop
    }
  /**
   * Every state that was found was expanded, but states were told apart by fingerprints of so many bits: with at most this
   * probability one was lost. With `stop` the search ended early, after the behaviours of up to `depth` steps.
   */
  | {
      readonly is: 'hashed'
      readonly bits: number
      readonly seed: number
      readonly probability: number
      readonly depth?: number
      readonly stop?: Stop
    }

/** One configuration of a protocol, decided. */
export interface Run {
  readonly engine: 'table' | 'immer'
  readonly statistics: Statistics
  readonly basis: Basis
  readonly verdicts: readonly Verdict[]
  /** History fields that were part of the state, because a property reads them. */
  readonly history: readonly string[]
  /** Labels and alternatives that no behaviour takes, as `family.label`. */
  readonly neverTaken: readonly string[]
  /** Guards of labels and alternatives that some behaviour takes, and that no state refuses. */
  readonly neverFalse: readonly string[]
  readonly seconds: number
}
