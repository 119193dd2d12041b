/**
 * The records of `--format jsonl`: one JSON object per line.
 *
 * `check` writes `start`, then for each configuration `progress` and one `verdict` per property, then `summary`.
 * `list` writes one `spec` per spec, `claims` one `claim` per claim. jsonl.schema.json is made from the schema below.
 */
import { z } from 'zod'
import { PROPERTY_KINDS, type PropertyKind } from '../language/property.ts'
import type { Expectation } from '../language/spec.ts'
import type { Basis, Result, Verdict, Loop } from '../search/verdict.ts'
import type { Schedule } from '../trace/schedule.ts'
import type { Judgement } from './record.ts'

export interface ConfigurationRecord {
  readonly spec: string
  readonly variant: string
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients: readonly string[]
}

export interface StartRecord {
  readonly record: 'start'
  readonly version: 1
  readonly configurations: number
  readonly specs: readonly string[]
}

/** Written at fixed numbers of states, so that two runs write the same. */
export interface ProgressRecord extends ConfigurationRecord {
  readonly record: 'progress'
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly queued: number
  readonly seconds: number
}

export interface VerdictRecord extends ConfigurationRecord {
  readonly record: 'verdict'
  readonly property: string
  readonly kind: Verdict['kind']
  readonly claims: readonly string[]
  readonly verdict: Result['is']
  /**
   * The exact extreme of `maximum`, `minimum`, `longest` and `shortest`; `atLeast` where a saturated field may have cut it
   * off, or not all behaviours were seen.
   */
  readonly value: number | null
  readonly atLeast: boolean
  /** Of `longest`: what is waited for may also never come. */
  readonly orNever: boolean
  readonly expected: Expectation | null
  readonly judgement: Judgement
  /** Of the schedule: the shortest one, except by a walk or where preemptions are counted. */
  readonly steps: number | null
  /** The fewest preemptions of any schedule, where they are counted. */
  readonly preemptions: number | null
  /** Of a schedule that a walk found: can no single step of it go? `false`: that was not tried for every step. */
  readonly irreducible: boolean | null
  /** Why inconclusive, what faulted, where nothing is enabled. */
  readonly because: string | null
  /** Why the property was not put to the test. */
  readonly vacuous: string | null
  readonly states: number
  readonly expectedStates: number | null
  readonly transitions: number
  readonly initialStates: number
  readonly depth: number
  readonly queued: number
  readonly basis: Basis
  /** History fields that were part of the state. */
  readonly history: readonly string[]
  readonly seconds: number
  readonly engine: 'table' | 'immer'
  /** What liveness relied on. */
  readonly fairness: { readonly weak: readonly string[]; readonly strong: readonly string[] }
  /** Where the counterexample of liveness goes round. */
  readonly loop: Loop | null
  /** The shortest schedule that violates the property. */
  readonly counterexample: Schedule | null
  /** The shortest schedule that reaches the property or the extreme. */
  readonly witness: Schedule | null
}

export interface SummaryRecord {
  readonly record: 'summary'
  readonly exit: number
  readonly interrupted: boolean
  readonly configurations: { readonly planned: number; readonly decided: number; readonly failed: number }
  readonly verdicts: Readonly<Record<Judgement, number>>
  readonly statesDiffer: number
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly queued: number
  readonly seconds: number
  /** Labels that no configuration took, by spec. */
  readonly neverTaken: Readonly<Record<string, readonly string[]>>
  /** Guards that no configuration saw false, by spec. */
  readonly neverFalse: Readonly<Record<string, readonly string[]>>
  readonly failures: readonly (ConfigurationRecord & { readonly message: string })[]
}

export interface SpecRecord {
  readonly record: 'spec'
  readonly spec: string
  readonly source: string | null
  readonly variants: readonly string[]
  readonly bounds: Readonly<Record<string, { readonly min: number; readonly max: number; readonly doc: string | null }>>
  readonly ingredients: Readonly<Record<string, string>>
  readonly properties: readonly { readonly name: string; readonly kind: PropertyKind }[]
  readonly rows: readonly (Omit<ConfigurationRecord, 'spec'> & {
    readonly full: boolean
    readonly claims: readonly string[]
    readonly states: number | null
    readonly expect: Readonly<Record<string, Expectation>>
    readonly why: string
  })[]
  readonly claims: readonly string[]
}

/** What became of a claim of the ledger. */
export interface ClaimRecord {
  readonly record: 'claim'
  readonly claim: string
  readonly sentence: string
  readonly thread: string
  readonly verdict: 'as expected' | 'differs' | 'open'
  /** Why it is open. */
  readonly open: readonly string[]
  /** The verdicts that speak about it. */
  readonly rows: readonly (ConfigurationRecord & {
    readonly property: string
    readonly expected: Expectation | null
    readonly verdict: Expectation | { readonly is: 'inconclusive' }
    readonly basis: Basis
  })[]
  /** What it rests on beside rows. */
  readonly grounds: readonly {
    readonly name: string
    readonly basis: string
    readonly verdict: 'holds' | 'fails' | 'open'
    readonly says: string
  }[]
}

export type JsonlRecord = StartRecord | ProgressRecord | VerdictRecord | SummaryRecord | SpecRecord | ClaimRecord

const natural = z.int().min(0)
const seconds = z.number().min(0)
const names = z.array(z.string())

const configuration = {
  spec: z.string(),
  variant: z.string(),
  bounds: z.record(z.string(), z.int()),
  ingredients: names,
}

const step = z.strictObject({
  process: z.string(),
  label: z.string(),
  alternative: z.exactOptional(z.string()),
  picks: z.exactOptional(names),
})
const schedule = z.strictObject({ init: names, steps: z.array(step) })

const expectation = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('holds') }),
  z.strictObject({ is: z.literal('violated'), steps: z.exactOptional(natural) }),
  z.strictObject({ is: z.literal('reachable'), steps: z.exactOptional(natural) }),
  z.strictObject({ is: z.literal('unreachable') }),
  z.strictObject({
    is: z.enum(['maximum', 'minimum']),
    value: z.int(),
    atLeast: z.exactOptional(z.boolean()),
    orNever: z.exactOptional(z.boolean()),
  }),
  z.strictObject({ is: z.literal('unbounded') }),
])

const symmetry = z.strictObject({
  families: z.array(z.strictObject({ family: z.string(), members: natural })),
  kept: natural,
  standFor: natural,
  symmetricStart: z.boolean(),
  leftOut: z.array(z.strictObject({ family: z.string(), reason: z.string() })),
})
const crossCheck = z.discriminatedUnion('is', [
  z.strictObject({
    is: z.literal('agrees'),
    bounds: configuration.bounds,
    unreduced: natural,
    reduced: natural,
  }),
  z.strictObject({ is: z.literal('none'), because: z.string() }),
])
const stop = z.discriminatedUnion('by', [
  z.strictObject({ by: z.enum(['states', 'memory', 'timeout']), limit: z.number() }),
  z.strictObject({ by: z.literal('system'), message: z.string() }),
  z.strictObject({ by: z.literal('interrupt') }),
])
const depth = z.int().min(-1)
const basis = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('exact') }),
  z.strictObject({ is: z.literal('partial'), depth, stop }),
  z.strictObject({ is: z.literal('preemptions'), most: z.int().min(-1), stop: z.exactOptional(stop) }),
  z.strictObject({
    is: z.literal('walks'),
    walks: natural,
    steps: natural,
    seed: natural,
    stop: z.exactOptional(stop),
  }),
  z.strictObject({
    is: z.literal('hashed'),
    bits: z.int().min(1).max(64),
    seed: natural,
    probability: z.number().min(0).max(1),
    depth: z.exactOptional(depth),
    stop: z.exactOptional(stop),
  }),
  z.strictObject({
    is: z.literal('reduced'),
    symmetry: z.exactOptional(symmetry),
    partialOrder: z.exactOptional(z.strictObject({ kept: natural, passes: natural })),
    partial: z.exactOptional(z.strictObject({ depth, stop })),
    crossCheck: z.exactOptional(crossCheck),
  }),
  z.strictObject({ is: z.literal('refused'), because: z.string() }),
])

const start = z.strictObject({
  record: z.literal('start'),
  version: z.literal(1),
  configurations: natural,
  specs: names,
})

const search = { states: natural, transitions: natural, depth: natural, queued: natural, seconds }
const progress = z.strictObject({ record: z.literal('progress'), ...configuration, ...search })

const kinds = z.enum(PROPERTY_KINDS)
const verdict = z.strictObject({
  record: z.literal('verdict'),
  ...configuration,
  property: z.string(),
  kind: z.union([kinds, z.literal('built-in')]),
  claims: names,
  verdict: z.enum(['holds', 'violated', 'reachable', 'unreachable', 'maximum', 'minimum', 'unbounded', 'inconclusive']),
  value: z.int().nullable(),
  atLeast: z.boolean(),
  orNever: z.boolean(),
  expected: expectation.nullable(),
  judgement: z.enum(['as expected', 'differs', 'good', 'bad', 'inconclusive']),
  steps: natural.nullable(),
  preemptions: natural.nullable(),
  irreducible: z.boolean().nullable(),
  because: z.string().nullable(),
  vacuous: z.string().nullable(),
  ...search,
  expectedStates: natural.nullable(),
  initialStates: natural,
  basis,
  history: names,
  engine: z.enum(['table', 'immer']),
  fairness: z.strictObject({ weak: names, strong: names }),
  loop: z.strictObject({ from: natural, shortest: z.boolean() }).nullable(),
  counterexample: schedule.nullable(),
  witness: schedule.nullable(),
})

const summary = z.strictObject({
  record: z.literal('summary'),
  exit: natural,
  interrupted: z.boolean(),
  configurations: z.strictObject({ planned: natural, decided: natural, failed: natural }),
  verdicts: z.strictObject({
    'as expected': natural,
    differs: natural,
    good: natural,
    bad: natural,
    inconclusive: natural,
  }),
  statesDiffer: natural,
  ...search,
  neverTaken: z.record(z.string(), names),
  neverFalse: z.record(z.string(), names),
  failures: z.array(z.strictObject({ ...configuration, message: z.string() })),
})

const listed = z.strictObject({
  record: z.literal('spec'),
  spec: z.string(),
  source: z.string().nullable(),
  variants: names,
  bounds: z.record(z.string(), z.strictObject({ min: z.int(), max: z.int(), doc: z.string().nullable() })),
  ingredients: z.record(z.string(), z.string()),
  properties: z.array(z.strictObject({ name: z.string(), kind: kinds })),
  rows: z.array(
    z.strictObject({
      variant: configuration.variant,
      bounds: configuration.bounds,
      ingredients: names,
      full: z.boolean(),
      claims: names,
      states: natural.nullable(),
      expect: z.record(z.string(), expectation),
      why: z.string(),
    }),
  ),
  claims: names,
})

const claim = z.strictObject({
  record: z.literal('claim'),
  claim: z.string(),
  sentence: z.string(),
  thread: z.string(),
  verdict: z.enum(['as expected', 'differs', 'open']),
  open: names,
  rows: z.array(
    z.strictObject({
      ...configuration,
      property: z.string(),
      expected: expectation.nullable(),
      verdict: z.union([expectation, z.strictObject({ is: z.literal('inconclusive') })]),
      basis,
    }),
  ),
  grounds: z.array(
    z.strictObject({
      name: z.string(),
      basis: z.string(),
      verdict: z.enum(['holds', 'fails', 'open']),
      says: z.string(),
    }),
  ),
})

/** What every line is held to, when it is written and when it is read. */
export const jsonlRecord: z.ZodType<JsonlRecord> = z.discriminatedUnion('record', [
  start,
  progress,
  verdict,
  summary,
  listed,
  claim,
])

export const jsonlSchema = (): object => ({
  title: 'A line of oomcheck --format jsonl',
  ...z.toJSONSchema(jsonlRecord),
})
