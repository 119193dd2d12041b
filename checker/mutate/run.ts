/** Whether the specs bite: every mutant of a spec, tried on its rows, and what became of it. */
import { coverable } from '../engine/engine.ts'
import type { Spec } from '../language/spec.ts'
import { ConfigError } from '../language/protocol.ts'
import { configurationName, isComplete, type Planned } from '../report/record.ts'
import { resultInWords } from '../report/words.ts'
import { LEAF_MUTATORS } from './leaves.ts'
import { changesOfLocks, usesByVariant } from './locks.ts'
import { mutantsOf, type Mutant, type Surveyed } from './mutants.ts'
import { survey } from './survey.ts'
import { decideRow, fateOf, type Fate, type TrialOptions } from './trial.ts'

export interface Tried {
  readonly mutant: Mutant
  readonly fate: Fate
  /** Why it may survive, as the spec says. */
  readonly reason: string | undefined
}

export interface Mutated {
  readonly spec: Spec
  readonly rows: readonly Surveyed[]
  /** Rows that have too many states to be tried. */
  readonly leftOut: readonly Planned[]
  readonly tried: readonly Tried[]
  /** `family.label` of the guards that are false nowhere, and of the labels that nobody takes, in any row that was tried. */
  readonly neverFalse: readonly string[]
  readonly neverTaken: readonly string[]
  /** Mutants that are said to survive, and do not: they are killed, equivalent, or there is no such mutant. */
  readonly stale: readonly string[]
  /** What is said to be a lock, and no mutant drops. */
  readonly idleLocks: readonly string[]
  readonly seconds: number
}

export interface MutateOptions extends TrialOptions {
  /** Mutants are made of at most so many leaves. */
  readonly leaves: number
  /** Called when so many of all mutants of a spec were tried. */
  readonly onProgress?: ((spec: Spec, tried: number, all: number) => void) | undefined
}

/** Looks at the original in every row; throws a `ConfigError` where it is not what the row expects. */
async function surveyed(
  plan: readonly Planned[],
  { maxStates, interrupt }: TrialOptions,
): Promise<Pick<Mutated, 'rows' | 'leftOut'>> {
  const rows: Surveyed[] = []
  const leftOut: Planned[] = []
  for (const planned of plan) {
    const { verdicts, run } = await decideRow(planned, { maxStates, interrupt })
    const seen = isComplete(run) ? survey(planned.layout, maxStates) : undefined
    const wrong = verdicts.find(({ judgement }) => judgement === 'differs')
    if (wrong !== undefined)
      throw new ConfigError(
        `Mutants are compared with what rows expect, and ${planned.spec.name} ${configurationName(planned)} is not as its row says: ${wrong.verdict.property}: ${resultInWords(wrong.verdict.result)}.`,
      )
    if (seen === undefined) leftOut.push(planned)
    else rows.push({ planned, survey: seen, states: run.statistics.states })
  }
  return { rows: rows.sort((a, b) => a.states - b.states), leftOut }
}

/** The guards that some row has, of what some row takes, and no row sees false. */
function neverFalse(rows: readonly Surveyed[]): string[] {
  const guards = new Set<string>()
  for (const { planned } of rows)
    for (const { family, program } of planned.layout.processes)
      for (const { name, actions } of program.labels)
        for (const action of actions)
          if (action.when !== undefined) guards.add(`${family}.${name}${action.name === '' ? '' : `.${action.name}`}`)
  const refused = new Set(rows.flatMap(({ survey: { refused: names } }) => [...names]))
  const taken = new Set(rows.flatMap(({ survey: { taken: names } }) => [...names]))
  return [...guards].filter((name) => taken.has(name) && !refused.has(name))
}

function neverTaken(rows: readonly Surveyed[]): string[] {
  const all = new Set(rows.flatMap(({ planned }) => coverable(planned.layout)))
  const taken = new Set(rows.flatMap(({ survey: { taken: names } }) => [...names]))
  return [...all].filter((name) => !taken.has(name))
}

function idleLocks({ locks = [] }: Spec, rows: readonly Surveyed[]): string[] {
  const uses = usesByVariant(rows)
  return locks.filter((lock) =>
    rows.every(({ planned: { layout, variant } }) => changesOfLocks(layout, [lock], uses(variant)).length === 0),
  )
}

/** The names under which a reason may be given: its own and, as leaves are a sample whose names come and go, its kinds. */
const namesOf = ({ name, kind, mutator }: Mutant): readonly string[] => [
  name,
  ...(kind === undefined ? [] : [kind]),
  ...(LEAF_MUTATORS.some((each) => each === mutator) ? [mutator] : []),
]
/** The first of these for which there is one. */
const reasonedAs = (reasons: Readonly<Record<string, string>>, mutant: Mutant): string | undefined =>
  namesOf(mutant).find((name) => name in reasons)

/** Tries all mutants of a spec on these configurations of it. */
export async function mutate(spec: Spec, plan: readonly Planned[], options: MutateOptions): Promise<Mutated> {
  const started = performance.now()
  const { rows, leftOut } = await surveyed(plan, options)
  const mutants = mutantsOf(rows, options.leaves)
  const reasons = spec.survives ?? {}
  const tried: Tried[] = []
  for (const mutant of mutants) {
    if (options.interrupt?.aborted === true) break
    const fate = await fateOf(mutant, rows, options)
    const as = reasonedAs(reasons, mutant)
    tried.push({ mutant, fate, reason: as === undefined ? undefined : reasons[as] })
    options.onProgress?.(spec, tried.length, mutants.length)
  }
  const survivors = tried.filter(({ fate }) => fate.is === 'survived').map(({ mutant }) => mutant)
  const used = new Set(survivors.map((mutant) => reasonedAs(reasons, mutant)))
  return {
    spec,
    rows,
    leftOut,
    tried,
    neverFalse: neverFalse(rows),
    neverTaken: neverTaken(rows),
    stale: tried.length < mutants.length ? [] : Object.keys(reasons).filter((name) => !used.has(name)),
    // Where rows were left out somebody may take it there.
    idleLocks: leftOut.length > 0 ? [] : idleLocks(spec, rows),
    seconds: (performance.now() - started) / 1000,
  }
}
