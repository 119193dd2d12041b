/** The neutral record of what was asked of one configuration and what came out. Every format is made from it. */
import type { Layout } from '../engine/layout.ts'
import { NO_DEADLOCK, STAYS_IN_DOMAIN } from '../language/property.ts'
import type { Expectation, Fairness, Spec } from '../language/spec.ts'
import type { Result, Run, Verdict } from '../search/verdict.ts'
import type { Trace } from '../trace/schedule.ts'

/** A point of the configuration space of a spec. */
export interface Configured {
  readonly spec: Spec
  readonly variant: string
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients: readonly string[]
  /** What the liveness properties may rely on. */
  readonly fairness?: Fairness
}

/** One configuration that is to be decided. */
export interface Planned extends Configured {
  /** The properties that are reported, the built-in ones last. */
  readonly asked: readonly string[]
  readonly expected: Readonly<Record<string, Expectation>>
  /** Reachable states that are expected. */
  readonly states: number | undefined
  readonly claims: readonly string[]
  readonly why: string | undefined
  readonly fairness: Fairness
  readonly full: boolean
  /** Everything that can be covered, as `family.label`. */
  readonly labels: readonly string[]
  /** What of it has a guard. */
  readonly guards: readonly string[]
  readonly layout: Layout
}

/** `good` and `bad` are for verdicts of which nothing was expected. */
export type Judgement = 'as expected' | 'differs' | 'good' | 'bad' | 'inconclusive'

export interface Judged {
  readonly verdict: Verdict
  readonly expected: Expectation | undefined
  readonly judgement: Judgement
}

export interface Decided {
  readonly is: 'decided'
  readonly planned: Planned
  readonly run: Run
  readonly verdicts: readonly Judged[]
  /** The search was complete and counted other states than the row states. */
  readonly statesDiffer: boolean
}

/** The checker itself went wrong. */
export interface Failed {
  readonly is: 'failed'
  readonly planned: Planned
  readonly message: string
}

export type Outcome = Decided | Failed

/** The whole of a call of `check`. */
export interface Summary {
  readonly planned: readonly Planned[]
  readonly outcomes: readonly Outcome[]
  readonly interrupted: boolean
  readonly exit: number
  readonly seconds: number
}

/** Receives what is found, as it is found. */
export interface Reporter {
  start(plan: readonly Planned[]): void
  progress(planned: Planned, statistics: Run['statistics'], seconds: number): void
  outcome(outcome: Outcome): void
  end(summary: Summary): void
}

export type Write = (text: string) => void

export const isBuiltIn = (property: string): boolean => property === STAYS_IN_DOMAIN || property === NO_DEADLOCK

/** Does a result fit? Where schedules need not be the shortest of all, a longer one does. */
function fits(result: Result, expected: Expectation, isShortest: boolean): boolean {
  if (result.is !== expected.is) return false
  if ('value' in expected && 'value' in result)
    return (
      result.value === expected.value &&
      result.atLeast === (expected.atLeast ?? false) &&
      (result.orNever ?? false) === (expected.orNever ?? false)
    )
  if (!('steps' in result) || !('steps' in expected)) return true
  // Rows tell the steps of a shortest schedule.
  return 'longer' in result || !isShortest ? result.steps >= expected.steps : result.steps === expected.steps
}

/** Nobody would want these to be, without a word. */
const BAD: ReadonlySet<Result['is']> = new Set(['violated', 'unreachable', 'unbounded'])

type Extreme = Extract<Result, { readonly value: number }>

/** Of an extreme of which only some behaviours were seen: is it more extreme than there should be? */
const exceeds = ({ is, value }: Extreme, expected: Expectation | undefined): boolean =>
  expected !== undefined &&
  (expected.is !== is ||
    ('value' in expected &&
      expected.atLeast !== true &&
      (is === 'maximum' ? value > expected.value : value < expected.value)))

export function judge(result: Result, expected: Expectation | undefined, isShortest = true): Judgement {
  if (result.is === 'inconclusive') return 'inconclusive'
  if ('sampled' in result) return exceeds(result, expected) ? 'differs' : 'inconclusive'
  if (expected === undefined) return BAD.has(result.is) ? 'bad' : 'good'
  return fits(result, expected, isShortest) ? 'as expected' : 'differs'
}

/** Was every state looked at, or stood for by one? */
export const isComplete = ({ basis }: Run): boolean =>
  basis.is === 'exact' || (basis.is === 'reduced' && basis.partial === undefined)

/** The number of reachable states, where the run tells. */
export function statesOf(run: Run): number | undefined {
  const { basis, statistics } = run
  if (basis.is === 'exact') return statistics.states
  if (basis.is !== 'reduced' || !isComplete(run) || basis.partialOrder !== undefined) return undefined
  return basis.symmetry?.symmetricStart === true ? basis.symmetry.standFor : undefined
}

/**
 * After a fault that the row expects nothing can be said about all states: a missing answer about deadlocks, of which
 * the row says nothing, is then no news.
 */
const isNoNews = ({ expected }: Planned, run: Run, { property, result }: Verdict): boolean =>
  property === NO_DEADLOCK &&
  result.is === 'inconclusive' &&
  isComplete(run) &&
  expected[STAYS_IN_DOMAIN]?.is === 'violated' &&
  expected[NO_DEADLOCK] === undefined

/** What the run says about what was asked. */
export function decided(planned: Planned, run: Run): Decided {
  const isShortest = run.basis.is !== 'reduced' || run.basis.partialOrder === undefined
  const verdicts = planned.asked
    .map((name) => run.verdicts.find(({ property }) => property === name))
    .filter((verdict) => verdict !== undefined)
    .filter((verdict) => !isNoNews(planned, run, verdict))
    .map((verdict): Judged => {
      const expected = planned.expected[verdict.property]
      return { verdict, expected, judgement: judge(verdict.result, expected, isShortest) }
    })
  const states = statesOf(run)
  const statesDiffer = planned.states !== undefined && states !== undefined && states !== planned.states
  return { is: 'decided', planned, run, verdicts, statesDiffer }
}

/** `racy threads=2 +lockless weak:cpu`. */
export function configurationName({ spec, variant, bounds, ingredients, fairness = {} }: Configured): string {
  const parts = [
    ...(spec.protocol.variants.length > 1 ? [variant] : []),
    ...Object.entries(bounds).map(([name, value]) => `${name}=${value}`),
    ...ingredients.map((name) => `+${name}`),
    ...(fairness.weak ?? []).map((name) => `weak:${name}`),
    ...(fairness.strong ?? []).map((name) => `strong:${name}`),
  ]
  return parts.length === 0 ? variant : parts.join(' ')
}

/** The state to which a trace leads back, if it goes on for ever. */
export const loopOf = (result: Result): number | undefined => ('loop' in result ? result.loop.from : undefined)

/** Does its schedule show that something is wrong, rather than that something is possible? */
export const isCounterexample = ({ is }: Result): boolean => is === 'violated' || is === 'unbounded'

export const traceOf = (result: Result): Trace | undefined => ('trace' in result ? result.trace : undefined)
