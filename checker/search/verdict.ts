/** Verdicts: what was decided, and what carries it. */
import type { Statistics } from '../engine/engine.ts'
import type { PropertyKind } from '../language/property.ts'
import type { Trace } from '../trace/schedule.ts'

export type Result =
  | { readonly is: 'holds' }
  | { readonly is: 'violated'; readonly steps: number; readonly trace: Trace; readonly loop?: Loop }
  | { readonly is: 'reachable'; readonly steps: number; readonly trace: Trace }
  | { readonly is: 'unreachable' }
  /** `atLeast`: a saturating domain may have cut the value off. */
  | {
      readonly is: 'maximum' | 'minimum'
      readonly value: number
      readonly atLeast: boolean
      /** Of `longest`: what is waited for may also never come. */
      readonly orNever?: boolean
      readonly steps: number
      readonly trace: Trace
    }
  /** Each round of the loop counts something. */
  | { readonly is: 'unbounded'; readonly steps: number; readonly trace: Trace; readonly loop: Loop }
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

/** What carries the verdicts of a run. */
export type Basis =
  /** Every reachable state was expanded, and states were told apart exactly. */
  | { readonly is: 'exact' }
  /** The search stopped: all behaviours of up to `depth` steps were seen; -1 where not even the initial states were. */
  | { readonly is: 'partial'; readonly depth: number; readonly stop: Stop }

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
  readonly seconds: number
}
