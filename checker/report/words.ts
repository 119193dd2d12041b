/** Results, expectations and what carries them, in words. */
import { match, P } from 'ts-pattern'
import type { Expectation } from '../language/spec.ts'
import type { Basis, Result, Stop } from '../search/verdict.ts'
import { tally } from './overview.ts'
import type { Judged, Outcome, Summary } from './record.ts'

export const count = (n: number): string => n.toLocaleString('en-US')
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** The names of a few configurations, or how many there are. */
export const someInWords = (configurations: readonly string[]): string =>
  configurations.length <= 3 ? configurations.join(', ') : counted(configurations.length, 'configuration')

/** `violated in 12 steps`. */
export const resultInWords = (result: Result | Expectation): string =>
  match(result)
    .with({ is: 'holds' }, () => 'holds')
    .with({ is: 'unreachable' }, () => 'unreachable')
    .with({ is: 'inconclusive' }, () => 'inconclusive')
    .with({ is: 'unbounded' }, () => 'unbounded')
    .with(
      { is: P.union('violated', 'reachable'), steps: P.number },
      ({ is, steps }) => `${is} in ${counted(steps, 'step')}`,
    )
    .with({ is: P.union('violated', 'reachable') }, ({ is }) => is)
    .with({ is: 'maximum', atLeast: true }, ({ value }) => `maximum ≥ ${value}`)
    .with({ is: 'minimum', atLeast: true }, ({ value }) => `minimum ≤ ${value}`)
    .with({ is: 'maximum', orNever: true }, ({ value }) => `maximum = ${value}, or never`)
    .with({ is: P.union('maximum', 'minimum') }, ({ is, value }) => `${is} = ${value}`)
    .exhaustive()

export const stopInWords = (stop: Stop): string =>
  match(stop)
    .with({ by: 'states' }, ({ limit }) => `stopped at ${count(limit)} states`)
    .with({ by: 'memory' }, ({ limit }) => `stopped at ${count(Math.round(limit / 2 ** 20))} MiB`)
    .with({ by: 'timeout' }, ({ limit }) => `stopped after ${limit} s`)
    .with({ by: 'system' }, ({ message }) => `stopped: ${message}`)
    .with({ by: 'interrupt' }, () => 'interrupted')
    .exhaustive()

export const basisInWords = (basis: Basis): string =>
  match(basis)
    .with({ is: 'exact' }, () => 'exact')
    .with(
      { is: 'partial' },
      ({ depth, stop }) =>
        `partial (${stopInWords(stop)}${depth < 0 ? '' : `; complete up to ${counted(depth, 'step')}`})`,
    )
    .exhaustive()

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
  const sum = (of: (run: (typeof runs)[number]) => number): number => runs.reduce((total, run) => total + of(run), 0)
  const partial = runs.filter(({ basis }) => basis.is !== 'exact')
  const basis =
    partial.length === 0
      ? 'exact'
      : runs.length === 1 && runs[0] !== undefined
        ? basisInWords(runs[0].basis)
        : `${count(partial.length)} of ${counted(runs.length, 'search', 'searches')} partial`
  return [
    `${count(sum(({ statistics }) => statistics.transitions + statistics.initialStates))} states generated`,
    `${count(sum(({ statistics }) => statistics.states))} distinct`,
    `depth ${runs.reduce((depth, { statistics }) => Math.max(depth, statistics.depth), 0)}`,
    `${count(sum(({ statistics }) => statistics.queued))} left on queue`,
    basis,
  ].join(' · ')
}
