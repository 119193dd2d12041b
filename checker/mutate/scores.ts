/**
 * Mutation scores that were found once, kept beside what they were found for: to try all mutants takes minutes, and a report
 * must not. Each is saved with a digest of the sources of its spec, so that one of other sources is not taken for one of these.
 */
import { z } from 'zod'
import { issueInWords, pathInWords } from '../trace/counterexample.ts'
import { tally, type Tally } from './records.ts'
import { complaints, ofLeaves, ofPrograms, ofRestrictions, scored, tallyOf } from './report.ts'
import type { Mutated } from './run.ts'

/** What became of the mutants of a spec. */
export interface Score {
  /** A digest of the sources of the spec and of its model, as they were. */
  readonly sources: string
  readonly programs: Tally
  readonly leaves: Tally
  readonly all: Tally
  /** Not among all. */
  readonly restrictions: Tally
  /** Who survives, and the reason that is given; an empty text where there is none. */
  readonly survivors: Readonly<Record<string, string>>
  /** Configurations that have too many states to be tried. */
  readonly leftOut: number
  readonly complaints: readonly string[]
}
export interface Scores {
  readonly version: 1
  readonly specs: Readonly<Record<string, Score>>
}

const score: z.ZodType<Score> = z.strictObject({
  sources: z.string(),
  programs: tally,
  leaves: tally,
  all: tally,
  restrictions: tally,
  survivors: z.record(z.string(), z.string()),
  leftOut: z.int().min(0),
  complaints: z.array(z.string()),
})
const scores: z.ZodType<Scores> = z.strictObject({ version: z.literal(1), specs: z.record(z.string(), score) })

export const NO_SCORES: Scores = { version: 1, specs: {} }

/** Throws an `Error` with what is wrong, in one sentence without its end. */
export function parseScores(text: string): Scores {
  const { data, error } = scores.safeParse(JSON.parse(text), { error: issueInWords })
  if (error === undefined) return data
  const [{ path, message } = { path: [], message: error.message }] = error.issues
  throw new Error(path.length === 0 ? message : `${pathInWords(path)}: ${message}`)
}

export const formatScores = (found: Scores): string => {
  const specs = Object.fromEntries(Object.entries(found.specs).sort(([a], [b]) => (a < b ? -1 : 1)))
  return `${JSON.stringify({ ...found, specs }, undefined, 2)}\n`
}

export const scoreOf = (mutated: Mutated, sources: string): Score => ({
  sources,
  programs: tallyOf(ofPrograms(mutated)),
  leaves: tallyOf(ofLeaves(mutated)),
  all: tallyOf(scored(mutated)),
  restrictions: tallyOf(ofRestrictions(mutated)),
  survivors: Object.fromEntries(
    scored(mutated)
      .filter(({ fate }) => fate.is === 'survived')
      .map(({ mutant, reason }) => [mutant.name, reason ?? '']),
  ),
  leftOut: mutated.leftOut.length,
  complaints: complaints(mutated),
})

/** A score as far as it is known: `stale` if it is that of other sources. */
export type KnownScore = { readonly is: 'current' | 'stale'; readonly score: Score } | { readonly is: 'unknown' }

export function knownScore({ specs }: Scores, spec: string, sources: string): KnownScore {
  const found = specs[spec]
  if (found === undefined) return { is: 'unknown' }
  return { is: found.sources === sources ? 'current' : 'stale', score: found }
}
