/** Tries one mutant on the rows of its spec, until one of them notices. */
import { tableEngine } from '../engine/table.ts'
import { decided, type Decided, type Judged, type Planned } from '../report/record.ts'
import { check } from '../search/breadth-first.ts'
import type { Budget } from '../search/budget.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Mutant, Surveyed } from './mutants.ts'
import { explored } from './survey.ts'
import type { Layout } from '../engine/layout.ts'

export interface TrialOptions {
  /** Rows with more states than that are not tried. */
  readonly maxStates: number
  /** A mutant may take so many seconds in a row. */
  readonly timeout: number
  readonly interrupt?: AbortSignal | undefined
}

export type Fate =
  | {
      readonly is: 'killed'
      /** `steps`: the verdict is the expected one, but the shortest schedule is longer or shorter. */
      readonly by: 'verdict' | 'steps'
      /** The number of the row. */
      readonly row: number
      readonly judged: Judged
    }
  /** In every row the states without frames and the steps between them are those of the original. */
  | { readonly is: 'equivalent' }
  | { readonly is: 'survived' }
  /** A budget was hit, and what was found until then is as it should be. */
  | { readonly is: 'undecided'; readonly row: number; readonly because: string }

/** A mutant may have so many times the states of its original. */
const GROWTH = 20
const LEAST_STATES = 2000

/** The most states that a mutant is granted in a row: history counts. */
const budgetOf = ({ states }: Surveyed): number => Math.max(LEAST_STATES, GROWTH * states)

/** Is it the expected verdict, and differs in the number of steps alone? */
function isOfOtherLength({ verdict: { result }, expected }: Judged): boolean {
  return expected?.is === result.is && 'steps' in expected && !('value' in expected)
}

type Noticed = Extract<Fate, { readonly is: 'killed' | 'undecided' }>

/** Decides a row, with whatever layout it has. */
export async function decideRow(planned: Planned, budget: Budget): Promise<Decided> {
  const { spec, layout, fairness, asked } = planned
  const properties = spec.properties.filter(({ name }) => asked.includes(name))
  return decided(planned, await check(layout, properties, { ...budget, engine: tableEngine, fairness }))
}

/** Decides a row with its layout exchanged for another one. */
async function notices(
  number: number,
  row: Surveyed,
  layout: Layout,
  { timeout, interrupt }: TrialOptions,
): Promise<Noticed | undefined> {
  const budget = { maxStates: budgetOf(row), timeoutSeconds: timeout, interrupt }
  const { verdicts } = await decideRow({ ...row.planned, layout }, budget)
  const wrong = verdicts.filter(({ judgement }) => judgement === 'differs')
  const judged = wrong.find((each) => !isOfOtherLength(each)) ?? wrong[0]
  if (judged !== undefined)
    return { is: 'killed', by: isOfOtherLength(judged) ? 'steps' : 'verdict', row: number, judged }
  const open = verdicts.find(({ judgement }) => judgement === 'inconclusive')
  return open && { is: 'undecided', row: number, because: open.verdict.because ?? 'nobody knows why' }
}

/** Has the mutant the states and steps of the original, as far as can be seen from outside? */
function looksAlike(row: Surveyed, layout: Layout): boolean {
  const space = explored(layout, budgetOf(row))
  if (space === undefined || space.faults.length > 0) return false
  return fingerprintOf(space).digest === row.survey.fingerprint.digest
}

export async function fateOf(mutant: Mutant, rows: readonly Surveyed[], options: TrialOptions): Promise<Fate> {
  let open: Noticed | undefined
  const tried: (readonly [Surveyed, Layout])[] = []
  for (const [number, layout] of mutant.in) {
    const row = rows[number]
    if (row === undefined) continue
    tried.push([row, layout])
    const noticed = await notices(number, row, layout, options)
    if (noticed?.is === 'killed') return noticed
    open ??= noticed
  }
  if (open !== undefined) return open
  return tried.every(([row, layout]) => looksAlike(row, layout)) ? { is: 'equivalent' } : { is: 'survived' }
}
