/** The verdict matrix: variants by properties, each cell with what all configurations of the variant came to. */
import type { Expectation, Row, Spec } from '../language/spec.ts'
import type { Result } from '../search/verdict.ts'
import type { Cell, Table, Tone } from './document.ts'
import type { Decided, Judged, Planned } from './record.ts'
import { resultInWords } from './words.ts'

type Answer = Result | Expectation

export interface Entry {
  readonly result: Answer
  readonly tone: Tone
}

/** What is known of one configuration. */
export interface Point {
  readonly variant: string
  readonly entries: ReadonlyMap<string, Entry>
}

/** `FailedAttemptFollowsCleaning`: failed attempt follows cleaning. */
export const claimInWords = (property: string): string =>
  property
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .split(' ')
    .map((word, i) =>
      /^[A-Z][a-z]/.test(word) ? word.toLowerCase() : i === 0 && word.length === 1 ? word.toLowerCase() : word,
    )
    .join(' ')

const toneOf = (answer: Answer): Tone =>
  answer.is === 'violated' || answer.is === 'unbounded' ? 'violated' : answer.is === 'inconclusive' ? 'open' : 'plain'

const judgedTone = ({ verdict, judgement }: Judged): Tone =>
  judgement === 'differs' || judgement === 'bad' ? 'differs' : toneOf(verdict.result)

/** `21 to 31`. */
function rangeInWords(numbers: readonly number[]): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  return least === most ? String(least) : `${least} to ${most}`
}

/** Several answers of one kind: `violated in 21 to 31 steps`. */
function alikeInWords(answers: readonly Answer[]): string {
  const said = [...new Set(answers.map(resultInWords))]
  const [first = ''] = said
  if (said.length === 1) return first
  const kind = answers[0]?.is ?? ''
  const values = answers.flatMap((each) => ('value' in each ? [each.value] : []))
  if (values.length === answers.length) return `${kind} = ${rangeInWords(values)}`
  const steps = answers.flatMap((each) => ('steps' in each ? [each.steps] : []))
  return steps.length === answers.length ? `${kind} in ${rangeInWords(steps)} steps` : kind
}

const WORST: readonly Tone[] = ['differs', 'open', 'violated', 'plain']

const rank = (entries: readonly Entry[]): number =>
  WORST.findIndex((tone) => entries.some((each) => each.tone === tone))

/** All answers of a variant in one cell: kinds apart, the worst first, each with how many configurations it stands for. */
export function matrixCell(entries: readonly Entry[]): Cell {
  const kinds = [...Map.groupBy(entries, ({ result }) => result.is).values()].sort((a, b) => rank(a) - rank(b))
  const text = kinds
    .map((group) => {
      const words = alikeInWords(group.map(({ result }) => result))
      return kinds.length === 1 ? words : `${words} (${group.length} of ${entries.length})`
    })
    .join('; ')
  return { text, tone: WORST[rank(entries)] ?? 'plain' }
}

export interface MatrixOptions {
  /** The id of what the cell of a variant and a property leads to. */
  readonly linkOf?: (variant: string, property: string) => string | undefined
}

/** A line for each variant that has a point; a cell may lead somewhere. */
export function verdictMatrix(
  points: readonly Point[],
  properties: readonly string[],
  { linkOf = () => undefined }: MatrixOptions = {},
): Table {
  const rows = [...Map.groupBy(points, ({ variant }) => variant)].map(([variant, group]): Cell[] => [
    { text: variant, tone: 'head' },
    ...properties.map((property): Cell => {
      const link = linkOf(variant, property)
      const cell = matrixCell(group.flatMap(({ entries }) => entries.get(property) ?? []))
      return link === undefined ? cell : { ...cell, link }
    }),
  ])
  return { is: 'table', head: ['variant', ...properties.map(claimInWords)], rows }
}

/** What was found at a configuration. */
export const pointOf = ({ planned, verdicts }: Decided): Point => ({
  variant: planned.variant,
  entries: new Map(
    verdicts.map((judged) => [judged.verdict.property, { result: judged.verdict.result, tone: judgedTone(judged) }]),
  ),
})

/** What a row expects. */
export const expectedPoint = ({ protocol }: Spec, { variant, expect }: Row): Point => ({
  variant: variant ?? protocol.variants[0] ?? '',
  entries: new Map(Object.entries(expect).map(([property, result]) => [property, { result, tone: toneOf(result) }])),
})

/** Properties that some configuration was asked for, in the order of the spec. */
export const askedIn = (planned: readonly Planned[]): string[] => [...new Set(planned.flatMap(({ asked }) => asked))]
