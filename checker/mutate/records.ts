/** What `mutate --format jsonl` writes: one line per mutant, and one per spec. mutation.schema.json is made from this. */
import { z } from 'zod'
import { LEAF_MUTATORS, RESTRICTING_MUTATORS, type LeafMutator } from './leaves.ts'
import { PROGRAM_MUTATORS, type ProgramMutator } from './mutators.ts'

/** Mutants by what became of them. */
export interface Tally {
  readonly mutants: number
  /** By a verdict, a value or a fault, and by the number of steps alone. */
  readonly killedByVerdict: number
  readonly killedBySteps: number
  readonly equivalent: number
  readonly survived: number
  readonly undecided: number
  /** Killed, of those that are not equivalent; nothing where there are none. */
  readonly score: number | null
  /** Killed, of all. */
  readonly raw: number | null
}

export interface MutantRecord {
  readonly record: 'mutant'
  readonly spec: string
  readonly mutator: ProgramMutator | LeafMutator
  readonly name: string
  /** The configurations in which it could make a difference, by name; small ones first. */
  readonly rows: readonly string[]
  readonly fate: 'killed' | 'equivalent' | 'survived' | 'undecided'
  readonly by: 'verdict' | 'steps' | null
  /** Where it was noticed, or left open. */
  readonly row: string | null
  readonly property: string | null
  readonly found: string | null
  readonly expected: string | null
  /** Why it may survive, as the spec says. */
  readonly reason: string | null
}

export interface MutationSummary {
  readonly record: 'mutation'
  readonly spec: string
  readonly programs: Tally
  /** Of a sample. */
  readonly leaves: Tally
  readonly all: Tally
  /** Of a sample of those that only take behaviours away; they are not among all. */
  readonly restrictions: Tally
  readonly neverFalse: readonly string[]
  readonly neverTaken: readonly string[]
  /** Configurations with too many states. */
  readonly leftOut: readonly string[]
  /** Reasons for mutants that do not survive. */
  readonly stale: readonly string[]
  readonly complaints: readonly string[]
  readonly seconds: number
}
export type MutationRecord = MutantRecord | MutationSummary

const natural = z.int().min(0)
const names = z.array(z.string())
const share = z.number().min(0).max(1).nullable()

export const tally: z.ZodType<Tally> = z.strictObject({
  mutants: natural,
  killedByVerdict: natural,
  killedBySteps: natural,
  equivalent: natural,
  survived: natural,
  undecided: natural,
  score: share,
  raw: share,
})

const mutant = z.strictObject({
  record: z.literal('mutant'),
  spec: z.string(),
  mutator: z.enum([...PROGRAM_MUTATORS, ...LEAF_MUTATORS, ...RESTRICTING_MUTATORS]),
  name: z.string(),
  rows: names,
  fate: z.enum(['killed', 'equivalent', 'survived', 'undecided']),
  by: z.enum(['verdict', 'steps']).nullable(),
  row: z.string().nullable(),
  property: z.string().nullable(),
  found: z.string().nullable(),
  expected: z.string().nullable(),
  reason: z.string().nullable(),
})

const mutation = z.strictObject({
  record: z.literal('mutation'),
  spec: z.string(),
  programs: tally,
  leaves: tally,
  all: tally,
  restrictions: tally,
  neverFalse: names,
  neverTaken: names,
  leftOut: names,
  stale: names,
  complaints: names,
  seconds: z.number().min(0),
})

/** What every line is held to, when it is written and when it is read. */
export const mutationRecord: z.ZodType<MutationRecord> = z.discriminatedUnion('record', [mutant, mutation])

export const mutationSchema = (): object => ({
  title: 'A line of oomcheck mutate --format jsonl',
  ...z.toJSONSchema(mutationRecord),
})
