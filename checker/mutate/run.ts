/** Whether the specs bite: every mutant of a spec, tried on its rows, and what became of it. */
import { coverable } from '../engine/engine.ts'
import type { Spec } from '../language/spec.ts'
import type { Planned } from '../report/record.ts'
import { mutantsOf, type Mutant, type Surveyed } from './mutants.ts'
import { survey } from './survey.ts'
import { fateOf, type Fate, type TrialOptions } from './trial.ts'

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
  readonly seconds: number
}

export interface MutateOptions extends TrialOptions {
  /** Mutants are made of at most so many leaves. */
  readonly leaves: number
  /** Called when so many of all mutants of a spec were tried. */
  readonly onProgress?: ((spec: Spec, tried: number, all: number) => void) | undefined
}

/** Rows with the same layout look the same; those with fewer states come first. */
function surveyed(plan: readonly Planned[], maxStates: number): Pick<Mutated, 'rows' | 'leftOut'> {
  const rows: Surveyed[] = []
  const leftOut: Planned[] = []
  for (const planned of plan) {
    const seen = survey(planned.layout, maxStates)
    if (seen === undefined) leftOut.push(planned)
    else rows.push({ planned, survey: seen })
  }
  return { rows: rows.sort((a, b) => a.survey.states - b.survey.states), leftOut }
}

/** The guards that some row has, and no row sees false. */
function neverFalse(rows: readonly Surveyed[]): string[] {
  const guards = new Set<string>()
  for (const { planned } of rows)
    for (const { family, program } of planned.layout.processes)
      for (const { name, actions } of program.labels)
        for (const action of actions)
          if (action.when !== undefined)
            guards.add(`${family}.${name}${action.name === '' ? '' : `.${action.name}`}`)
  const refused = new Set(rows.flatMap(({ survey: { refused: names } }) => [...names]))
  return [...guards].filter((name) => !refused.has(name))
}

function neverTaken(rows: readonly Surveyed[]): string[] {
  const all = new Set(rows.flatMap(({ planned }) => coverable(planned.layout)))
  const taken = new Set(rows.flatMap(({ survey: { taken: names } }) => [...names]))
  return [...all].filter((name) => !taken.has(name))
}

/** Tries all mutants of a spec on these configurations of it. */
export async function mutate(spec: Spec, plan: readonly Planned[], options: MutateOptions): Promise<Mutated> {
  const started = performance.now()
  const { rows, leftOut } = surveyed(plan, options.maxStates)
  const mutants = mutantsOf(rows, options.leaves)
  const reasons = spec.survives ?? {}
  const tried: Tried[] = []
  for (const mutant of mutants) {
    if (options.interrupt?.aborted === true) break
    const fate = await fateOf(mutant, rows, options)
    tried.push({ mutant, fate, reason: reasons[mutant.name] })
    options.onProgress?.(spec, tried.length, mutants.length)
  }
  const surviving = new Set(tried.filter(({ fate }) => fate.is === 'survived').map(({ mutant: { name } }) => name))
  return {
    spec,
    rows,
    leftOut,
    tried,
    neverFalse: neverFalse(rows),
    neverTaken: neverTaken(rows),
    stale: tried.length < mutants.length ? [] : Object.keys(reasons).filter((name) => !surviving.has(name)),
    seconds: (performance.now() - started) / 1000,
  }
}
