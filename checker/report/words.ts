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

/** `violated in 12 steps`. */
export const resultInWords = (result: Result | Expectation): string =>
  match(result)
    .with({ is: 'holds' }, () => 'holds')
    .with({ is: 'unreachable' }, () => 'unreachable')
    .with({ is: 'inconclusive' }, () => 'inconclusive')
    .with(
      { is: P.union('violated', 'reachable'), steps: P.number },
      ({ is, steps }) => `${is} in ${counted(steps, 'step')}`,
    )
    .with({ is: P.union('violated', 'reachable') }, ({ is }) => is)
    .with({ is: 'maximum', atLeast: true }, ({ value }) => `maximum ≥ ${value}`)
    .with({ is: 'minimum', atLeast: true }, ({ value }) => `minimum ≤ ${value}`)
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
    `reduced by ${symmetry !== undefined ? symmetryInWords(symmetry) : partialOrder !== undefined ? partialOrderInWords(partialOrder) : 'nothing'}`,
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
    .exhaustive()

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

/** `84`, `84+` where there may be more, and `22 of 84` where some stand for others. */
export function statesInWords({ basis, statistics: { states } }: Run): string {
  if (basis.is === 'refused') return ''
  if (basis.is === 'reduced' && basis.symmetry !== undefined && basis.partial === undefined)
    return `${count(states)} of ${basis.symmetry.symmetricStart ? '' : '≤ '}${count(basis.symmetry.standFor)}`
  return `${count(states)}${basis.is === 'exact' ? '' : '+'}`
}

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
    [counts.bad, 'violated or unreachable (no expectation)'],
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
  return [
    `${count(sum(({ statistics }) => statistics.transitions + statistics.initialStates))} states generated`,
    `${count(sum(({ statistics }) => statistics.states))} distinct`,
    `depth ${runs.reduce((depth, { statistics }) => Math.max(depth, statistics.depth), 0)}`,
    `${count(sum(({ statistics }) => statistics.queued))} left on queue`,
    basesInWords(runs.map(({ basis }) => basis)),
  ].join(' · ')
}

/** What carries several runs, the least known first. */
function basesInWords(bases: readonly Basis[]): string {
  const [first] = bases
  if (bases.length === 1 && first !== undefined) return basisInWords(first)
  const isPartial = (basis: Basis): boolean =>
    basis.is === 'partial' || (basis.is === 'reduced' && basis.partial !== undefined)
  const parts = [
    [bases.filter(({ is }) => is === 'refused').length, 'refused'],
    [bases.filter(isPartial).length, 'partial'],
    [bases.filter((basis) => basis.is === 'reduced' && !isPartial(basis)).length, 'reduced'],
  ] as const
  const said = parts.filter(([n]) => n > 0)
  if (said.length === 0) return 'exact'
  const all = counted(bases.length, 'search', 'searches')
  return said.map(([n, what], i) => `${count(n)}${i === 0 ? ` of ${all}` : ''} ${what}`).join(', ')
}
