/** Results, expectations and what carries them, in words. */
import { match, P } from 'ts-pattern'
import type { Expectation } from '../language/spec.ts'
import type { Basis, CrossCheck, PartialOrderBasis, Result, Run, Stop, SymmetryBasis } from '../search/verdict.ts'
import { grouped, tally } from './overview.ts'
import { configurationName, type Judged, type Outcome, type Summary } from './record.ts'

export const count = (n: number): string => n.toLocaleString('en-US')
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** The names of a few configurations, or how many there are. */
export const someInWords = (configurations: readonly string[]): string =>
  configurations.length <= 3 ? configurations.join(', ') : counted(configurations.length, 'configuration')

/** `2.2e-7`. */
export const probabilityInWords = (probability: number): string =>
  probability === 0 ? '0' : probability.toPrecision(2).replace('+', '')

/** `, 2 preemptions`; `, by a walk`: what is known of the schedule besides its steps. */
const manner = (result: Result | Expectation): string =>
  match(result)
    .with({ preemptions: P.number }, ({ preemptions }) => `, ${counted(preemptions, 'preemption')}`)
    .with({ longer: true }, () => ' by a walk')
    .otherwise(() => '')

/** What is known of a trace for which nobody looked for a shorter one; a clause, or nothing. */
export const guaranteeInWords = (result: Result): string =>
  match(result)
    .with({ irreducible: true }, () => 'no single step of it can go; others might lead there sooner')
    .with({ irreducible: false }, () => 'steps were left out until the budget for that was used up; more could go')
    .otherwise(() => '')

/** ` (hashed, p ≤ 2.2e-7)`: what weakens a claim about all states. */
const weakness = (result: Result | Expectation): string =>
  'probability' in result ? ` (hashed, p ≤ ${probabilityInWords(result.probability)})` : ''

/** `violated in 12 steps`. */
export const resultInWords = (result: Result | Expectation): string =>
  match(result)
    .with({ is: P.union('holds', 'unreachable') }, ({ is }) => `${is}${weakness(result)}`)
    .with({ is: 'inconclusive' }, () => 'inconclusive')
    .with({ is: 'unbounded' }, () => 'unbounded')
    .with(
      { is: P.union('violated', 'reachable'), steps: P.number },
      ({ is, steps }) => `${is} in ${counted(steps, 'step')}${manner(result)}`,
    )
    .with({ is: P.union('violated', 'reachable') }, ({ is }) => is)
    .with({ is: 'maximum', atLeast: true }, ({ value }) => `maximum ≥ ${value}`)
    .with({ is: 'minimum', atLeast: true }, ({ value }) => `minimum ≤ ${value}`)
    .with({ is: 'maximum', orNever: true }, ({ value }) => `maximum = ${value}, or never`)
    .with({ is: P.union('maximum', 'minimum') }, ({ is, value }) => `${is} = ${value}${weakness(result)}`)
    .exhaustive()

export const stopInWords = (stop: Stop): string =>
  match(stop)
    .with({ by: 'states' }, ({ limit }) => `stopped at ${count(limit)} states`)
    .with({ by: 'memory' }, ({ limit }) => `stopped at ${count(Math.round(limit / 2 ** 20))} MiB`)
    .with({ by: 'timeout' }, ({ limit }) => `stopped after ${limit} s`)
    .with({ by: 'system' }, ({ message }) => `stopped: ${message}`)
    .with({ by: 'interrupt' }, () => 'interrupted')
    .exhaustive()

/** `symmetry S4 × S4 of cpu and task (11,574 states stand for 1,897,543)`. */
function symmetryInWords({ families, kept, standFor, symmetricStart }: SymmetryBasis): string {
  const group = families.map(({ members }) => `S${members}`).join(' × ')
  const names = families.map(({ family }) => family).join(' and ')
  return `symmetry ${group} of ${names} (${counted(kept, 'state')} stand for ${symmetricStart ? '' : 'at most '}${count(standFor)})`
}

const crossCheckInWords = (crossCheck: CrossCheck): string =>
  match(crossCheck)
    .with({ is: 'agrees' }, ({ bounds, unreduced, reduced }) => {
      const where = Object.entries(bounds).map(([name, value]) => `${name}=${value}`)
      const at = where.length === 0 ? '' : ` at ${where.join(' ')}`
      return `agrees with unreduced${at} (${count(unreduced)} → ${counted(reduced, 'state')})`
    })
    .with({ is: 'none' }, ({ because }) => `not compared with unreduced: ${because}`)
    .exhaustive()

/** `partial order (1,037 states; schedules are shortest among those kept)`. */
const partialOrderInWords = ({ kept, passes }: PartialOrderBasis): string =>
  `partial order (${counted(kept, 'state')} in ${counted(passes, 'pass', 'passes')}; schedules are shortest among those kept)`

const reducedInWords = ({ symmetry, partialOrder, partial, crossCheck }: Extract<Basis, { is: 'reduced' }>): string =>
  [
    `reduced by ${[symmetry && symmetryInWords(symmetry), partialOrder && partialOrderInWords(partialOrder)].filter((by) => by !== undefined).join(' and ')}`,
    'conditions checked',
    ...(crossCheck === undefined ? [] : [crossCheckInWords(crossCheck)]),
    ...(partial === undefined ? [] : [basisInWords({ is: 'partial', ...partial })]),
  ].join('; ')

export const basisInWords = (basis: Basis): string =>
  match(basis)
    .with({ is: 'exact' }, () => 'exact')
    .with(
      { is: 'partial' },
      ({ depth, stop }) =>
        `partial (${stopInWords(stop)}${depth < 0 ? '' : `; complete up to ${counted(depth, 'step')}`})`,
    )
    .with({ is: 'reduced' }, (reduced) => reducedInWords(reduced))
    .with({ is: 'refused' }, ({ because }) => `refused (${clause(because)})`)
    .with(
      { is: 'preemptions' },
      ({ most, stop }) =>
        `${most < 0 ? 'some behaviours without preemptions' : `at most ${counted(most, 'preemption')}`}${stopped(stop)}`,
    )
    .with(
      { is: 'walks' },
      ({ walks, steps, seed, stop }) =>
        `${counted(walks, 'random walk')} of ${counted(steps, 'step')} in all, seed ${seed}${stopped(stop)}`,
    )
    .with(
      { is: 'hashed' },
      ({ bits, seed, probability, stop }) =>
        `hashed (${bits} bits, seed ${seed}, p ≤ ${probabilityInWords(probability)})${stopped(stop)}`,
    )
    .exhaustive()

const stopped = (stop: Stop | undefined): string => (stop === undefined ? '' : ` (${stopInWords(stop)})`)

/** `13`; `10,000+` where there may be more; `22 of 84` where some stand for others; `10,000 visits` where one state may count several times. */
export const statesInWords = ({ basis, statistics }: Run): string =>
  match(basis)
    .with({ is: 'refused' }, () => '')
    .with(
      { is: 'reduced', symmetry: P.nonNullable, partialOrder: P.optional(undefined), partial: P.optional(undefined) },
      ({ symmetry: { symmetricStart, standFor } }) =>
        `${count(statistics.states)} of ${symmetricStart ? '' : '≤ '}${count(standFor)}`,
    )
    .with({ is: 'walks' }, () => counted(statistics.states, 'visit'))
    .with(P.union({ is: 'exact' }, { is: 'hashed', stop: P.optional(undefined) }), () => count(statistics.states))
    .otherwise(() => `${count(statistics.states)}+`)

/** What could not be exchanged and, with `bases`, by what the searches were reduced, each with its configurations. */
export const reductionsInWords = (outcomes: readonly Outcome[], bases = true): string[] =>
  grouped(
    outcomes.flatMap((outcome) => {
      if (outcome.is === 'failed' || outcome.run.basis.is !== 'reduced') return []
      const { basis } = outcome.run
      const configuration = configurationName(outcome.planned)
      const leftOut = (basis.symmetry?.leftOut ?? []).map(
        ({ family, reason }) => `${family} was not exchanged: ${clause(reason)}`,
      )
      return [...(bases ? [basisInWords(basis)] : []), ...leftOut].map((reason) => ({ reason, configuration }))
    }),
  ).map(({ reason, configurations }) => `${reason} (${someInWords(configurations)})`)

/** `1.23 s`, with three digits that mean something. */
export const secondsInWords = (seconds: number): string =>
  `${seconds.toFixed(seconds < 10 ? 2 : seconds < 100 ? 1 : 0)} s`

/** A sentence as a part of another one. */
export const clause = (sentence: string): string => sentence.replace(/\.$/, '')

/** `violated in 4 steps; expected: holds`. */
export const judgedInWords = ({ verdict, expected, judgement }: Judged): string => {
  const words = resultInWords(verdict.result)
  const because = verdict.because === undefined ? '' : ` (${clause(verdict.because)})`
  const instead = expected === undefined ? 'no expectation' : `expected: ${resultInWords(expected)}`
  return `${words}${because}${judgement === 'differs' || judgement === 'bad' ? `; ${instead}` : ''}`
}

/** `34 verdicts: 33 as expected, 1 differs`. */
export function tallyInWords(outcomes: readonly Outcome[]): string {
  const counts = tally(outcomes)
  const verdicts = Object.values(counts).reduce((sum, n) => sum + n, 0)
  const parts = [
    [counts['as expected'], 'as expected'],
    [counts.differs, counts.differs === 1 ? 'differs' : 'differ'],
    [counts.inconclusive, 'inconclusive'],
    [counts.good, 'good (no expectation)'],
    [counts.bad, 'violated, unreachable or unbounded (no expectation)'],
    [outcomes.filter((each) => each.is === 'decided' && each.statesDiffer).length, 'with another number of states'],
    [outcomes.filter((each) => each.is === 'failed').length, 'where the checker failed'],
  ] as const
  const said = parts.filter(([n]) => n > 0)
  const [first] = said
  const allAlike = said.length === 1 && first !== undefined && first[0] === verdicts
  const words = allAlike ? [`all ${first[1]}`] : said.map(([n, what]) => `${count(n)} ${what}`)
  return said.length === 0 ? 'nothing decided' : `${counted(verdicts, 'verdict')}: ${words.join(', ')}`
}

/** `9 of 12 configurations` when not all were begun. */
export function reachInWords({ planned, outcomes }: Summary): string {
  const all = counted(planned.length, 'configuration')
  return outcomes.length === planned.length ? all : `${count(outcomes.length)} of ${all}`
}

/** States generated, distinct, depth, left on the queue and the basis, over all searches. */
export function searchInWords(outcomes: readonly Outcome[]): string {
  const runs = outcomes.filter((outcome) => outcome.is === 'decided').map(({ run }) => run)
  const sum = (of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0)
  const depth = `depth ${runs.reduce((most, { statistics }) => Math.max(most, statistics.depth), 0)}`
  const basis = basesInWords(runs)
  if (runs.some((run) => run.basis.is === 'walks'))
    return `${count(sum(({ statistics }) => statistics.states))} visits · ${depth} · ${basis}`
  return [
    `${count(sum(({ statistics }) => statistics.transitions + statistics.initialStates))} states generated`,
    `${count(sum(({ statistics }) => statistics.states))} distinct`,
    depth,
    `${count(sum(({ statistics }) => statistics.queued))} left on queue`,
    basis,
  ].join(' · ')
}

/** `exact`; the basis where there is one search, or all have the same; else how many searches have which. */
function basesInWords(runs: readonly Run[]): string {
  const said = runs.map(({ basis }) => basisInWords(basis))
  const [first] = said
  if (first === undefined || said.every((each) => each === 'exact')) return 'exact'
  if (said.every((each) => each === first)) return first
  const kinds = Map.groupBy(
    runs.filter(({ basis }) => basis.is !== 'exact'),
    ({ basis }) => KINDS[basis.is],
  )
  const of = counted(runs.length, 'search', 'searches')
  return [...kinds].map(([kind, some]) => `${count(some.length)} of ${of} ${kind}`).join(', ')
}

const KINDS: Readonly<Record<Basis['is'], string>> = {
  exact: 'exact',
  partial: 'partial',
  preemptions: 'bounded in preemptions',
  walks: 'by walks',
  hashed: 'hashed',
  reduced: 'reduced',
  refused: 'refused',
}
