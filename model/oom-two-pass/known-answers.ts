/**
 * Known choices of both forms, and what the arithmetic of the model chooses. They come from the two loops as posted, on
 * plain records of tasks.
 *
 * Keys of vectors.json: under/over the ranges of four counters together, max the budget, tasks rows of approximate points,
 * precise points and 0, or 1 for a task that may not be killed, or 2 for an origin; v12 and v10 rows of who is chosen (or
 * -1), the bar in the end, and how many were summed; best the most that a task has, n CPUs.
 */
import type { Answer } from '../percpu-counter-tree/known-answers.ts'
import { forms, select, type Scored } from './arithmetic.ts'

type Outcome = readonly [number, string, number]
export interface Selection {
  readonly n: number
  readonly under: number
  readonly over: number
  readonly max: number
  readonly tasks: readonly (readonly [number, number, 0 | 1 | 2])[]
  readonly v12: Outcome
  readonly v10: Outcome
  readonly best: string
}

const LONG = 64

const scoredAs = ([approximate, precise, kind]: Selection['tasks'][number]): Scored => ({
  approximate: BigInt(approximate),
  precise: BigInt(precise),
  isUnkillable: kind === 1,
  isOrigin: kind === 2,
})

export function outcomeOf(name: keyof typeof forms, { under, over, max, tasks }: Selection): Outcome {
  const terms = { range: { under: BigInt(under), over: BigInt(over) }, budget: max, width: LONG }
  const { chosen, bar, sums } = select(forms[name], tasks.map(scoredAs), terms)
  return [chosen ?? -1, String(bar), sums]
}

export function* choicesOf(all: readonly Selection[]): Generator<Answer> {
  for (const [i, each] of all.entries())
    for (const name of ['v12', 'v10'] as const)
      yield { about: `choice ${i} of ${name}`, known: each[name], found: outcomeOf(name, each) }
}
