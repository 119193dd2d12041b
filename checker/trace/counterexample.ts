/**
 * Counterexample files: a schedule with the configuration that it belongs to and what it shows, by names only.
 *
 * counterexample.schema.json is made from the schema below.
 */
import { z } from 'zod'
import type { Fairness } from '../language/spec.ts'
import type { Schedule } from './schedule.ts'

export const FILE_VERSION = 1

interface Common extends Schedule {
  readonly version: typeof FILE_VERSION
  readonly spec: string
  readonly variant: string
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients: readonly string[]
  readonly property: string
  /** The history fields that are kept; all of them where this is missing. */
  readonly history?: readonly string[]
  /** Of a lasso: the number of steps before those that go round for ever; all of them where the behaviour stops. */
  readonly loop?: number
  /** Of liveness: to whom the behaviour is fair. */
  readonly fairness?: Fairness
}

/** What the end of the schedule shows. */
export type Shown =
  | { readonly result: 'violated' | 'reachable' | 'unbounded' }
  /** `atLeast`: not all was seen, and there may be more; of a minimum, less. */
  | { readonly result: 'maximum' | 'minimum'; readonly value: number; readonly atLeast?: true }

export type CounterexampleFile = Common & Shown

const names = z.array(z.string())
const common = {
  version: z.literal(FILE_VERSION),
  spec: z.string(),
  variant: z.string(),
  bounds: z.record(z.string(), z.int()),
  ingredients: names,
  property: z.string(),
  history: z.exactOptional(names),
  loop: z.exactOptional(z.int().nonnegative()),
  fairness: z.exactOptional(z.strictObject({ weak: z.exactOptional(names), strong: z.exactOptional(names) })),
  init: names,
  steps: z.array(
    z.strictObject({
      process: z.string(),
      label: z.string(),
      alternative: z.exactOptional(z.string()),
      picks: z.exactOptional(names),
    }),
  ),
}

const schema: z.ZodType<CounterexampleFile> = z.discriminatedUnion('result', [
  z.strictObject({ ...common, result: z.enum(['violated', 'reachable', 'unbounded']) }),
  z.strictObject({
    ...common,
    result: z.enum(['maximum', 'minimum']),
    value: z.int(),
    atLeast: z.exactOptional(z.literal(true)),
  }),
])

export const counterexampleSchema = (): object => ({ title: 'A counterexample of oomcheck', ...z.toJSONSchema(schema) })

/** The file that was meant, or where it deviates. */
export type Parsed =
  | { readonly ok: true; readonly file: CounterexampleFile }
  | { readonly ok: false; readonly where: string; readonly message: string }

export const pathInWords = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('')

const ARTICLES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
const kindInWords = (kind: string): string => ARTICLES[kind] ?? `a ${kind}`

/** What is wrong at a place, as one would say it; what is rare is left to the words of the library. */
export function issueInWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'it is missing'
  if (issue.code === 'invalid_type') return `it must be ${kindInWords(issue.expected)}`
  if (issue.code === 'unrecognized_keys') return `there is no field ${issue.keys.map((key) => `'${key}'`).join(', ')}`
  if (issue.code === 'invalid_union') return "it must be 'violated', 'reachable', 'unbounded', 'maximum' or 'minimum'"
  if (issue.code === 'too_small') return `it must be at least ${issue.minimum}`
  return undefined
}

export function parseCounterexample(value: unknown): Parsed {
  const { success, data, error } = schema.safeParse(value, { error: issueInWords })
  if (success) return { ok: true, file: data }
  const [issue] = error.issues
  return { ok: false, where: pathInWords(issue?.path ?? []), message: issue?.message ?? error.message }
}

/** One line per step, so that two files can be compared line by line. */
export function formatCounterexample(file: CounterexampleFile): string {
  const { init, steps, ...rest } = file
  const fields = Object.entries({ ...rest, init }).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`,
  )
  const lines = steps.map((step) => `\n    ${JSON.stringify(step)}`).join(',')
  return `{\n${fields.join('')}  "steps": [${lines}${steps.length === 0 ? '' : '\n  '}]\n}\n`
}
