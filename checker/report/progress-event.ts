/**
 * The lines of `--progress jsonl`: one JSON object per line, on standard error, once a second.
 *
 * Unlike the `progress` records of a report in `--format jsonl`, which are written at fixed numbers of states so that two
 * runs write the same, these tell the time. progress.schema.json is made from the schema below.
 */
import { z } from 'zod'

export interface ProgressEvent {
  readonly event: 'progress'
  readonly spec: string
  readonly variant: string
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients: readonly string[]
  /** Different ones that were found; of random walks, those that were visited, repeats included. */
  readonly states: number
  readonly transitions: number
  readonly statesPerSecond: number
  /** Found and not yet expanded. */
  readonly queued: number
  readonly depth: number
  /** Of the whole process. */
  readonly bytes: number
  /** Since the search began. */
  readonly seconds: number
  /** What is left: known by the share of the work, or by levels that shrink steadily. `null`: nobody knows yet. */
  readonly estimate: {
    readonly states: number | null
    readonly seconds: number
    readonly from: 'share' | 'levels'
  } | null
}

const natural = z.int().min(0)
const number = z.number().min(0)

export const progressEvent: z.ZodType<ProgressEvent> = z.strictObject({
  event: z.literal('progress'),
  spec: z.string(),
  variant: z.string(),
  bounds: z.record(z.string(), z.int()),
  ingredients: z.array(z.string()),
  states: natural,
  transitions: natural,
  statesPerSecond: number,
  queued: natural,
  depth: natural,
  bytes: natural,
  seconds: number,
  estimate: z
    .strictObject({ states: natural.nullable(), seconds: number, from: z.enum(['share', 'levels']) })
    .nullable(),
})

export const progressSchema = (): object => ({
  title: 'A line of oomcheck --progress jsonl',
  ...z.toJSONSchema(progressEvent),
})
