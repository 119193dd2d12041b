/**
 * What somebody must know to read a trace who has never seen the model: where it happens, how it starts, and what the names of
 * steps and fields stand for, as the comments of the sources say.
 */
import type { Layout } from '../engine/layout.ts'
import { isNothing } from '../trace/diff.ts'
import type { Explanation } from '../trace/explain.ts'
import type { Step } from '../trace/schedule.ts'
import { hanging, wrap } from './lines.ts'
import { commentOn, firstSentence, claimInWords, type Comments } from './source-comments.ts'

/** Stands before fields that are kept for what is claimed: no step sees them. */
export const NOTED = '°'

/** Names with what they mean. */
type Entries = readonly (readonly [string, string])[]

export interface Legend {
  /** What the property says, in the words of its author. */
  readonly claim: string | undefined
  /** Bounds and ingredients. */
  readonly setting: Entries
  /** The fields that play a part and are neither 0 nor false nor empty at the start, by owner. */
  readonly start: Entries
  readonly steps: Entries
  readonly fields: Entries
}

const lastPart = (name: string, separator: string): string => name.slice(name.lastIndexOf(separator) + 1)

/** The step as the columns call it, and what is said about it. */
function stepEntry(layout: Layout, comments: Comments, { process, label, alternative }: Step): [string, string][] {
  const program = layout.processes.find(({ name }) => name === process)?.program
  const actions = program?.labels.filter(({ name }) => name === label).flatMap((each) => each.actions) ?? []
  const recipes = actions
    .filter(({ name }) => name === (alternative ?? ''))
    .flatMap((action) => [action.do, action.when])
    .flatMap((recipe) => (recipe === undefined ? [] : [String(recipe)]))
  const short = lastPart(label, '/')
  const own = lastPart(short, '.')
  const text =
    (alternative === undefined ? undefined : commentOn(comments, alternative, recipes)) ??
    commentOn(comments, own, recipes)
  return text === undefined
    ? []
    : [[alternative === undefined ? short : `${short}.${alternative}`, firstSentence(text)]]
}

interface Playing {
  readonly name: string
  readonly owner: string | undefined
  readonly atStart: string
}

/** Those that play a part: what was changed, and what decided. */
const fieldsIn = ({ steps, atEnd }: Explanation): Playing[] => [
  ...new Map(
    [...steps.flatMap(({ changes, reads }) => [...changes, ...reads]), ...atEnd]
      .filter(({ field }) => field.kind !== 'pc')
      .map(({ field: { name, owner }, atStart }) => [name, { name, owner, atStart }] as const),
  ).values(),
]

/** What a procedure was called with, or keeps while it runs. */
export const isArgument = (name: string, owner: string | undefined): boolean =>
  owner !== undefined && name.slice(owner.length + 1).includes('.')

/** `mm0`: `mm_users=2, pages=3`; what belongs to nobody first. */
function startOf(fields: readonly Playing[]): Entries {
  const notable = fields.filter(
    ({ name, owner, atStart }) => !isNothing(atStart) && !/\.has\(/.test(name) && !isArgument(name, owner),
  )
  const byOwner = Map.groupBy(notable, ({ owner }) => owner ?? '')
  return [...byOwner]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([owner, fields]) => [
      owner,
      fields
        .map(({ name, atStart }) => `${owner === '' ? name : name.slice(owner.length + 1)}=${atStart}`)
        .sort()
        .join(', '),
    ])
}

/** Without its owner, and without what is inside: `mm_users` of `mm0.mm_users`, `shot` of `history.shot.has(mm0)`. */
const bare = (name: string): string => lastPart(name.replace(/\.has\(.*$/, '').replace(/\[.*$/, ''), '.')

const unique = (entries: Entries): Entries => [...new Map(entries.map((entry) => [entry[0], entry])).values()]

/** What is explained by a legend. */
interface Explained {
  readonly property: string
  readonly explanation: Explanation
  readonly aftermath?: Explanation | undefined
}

/** The legend of a story as it is told: of the names that occur in it. */
export function legendOf(
  layout: Layout,
  comments: Comments,
  { property, explanation, aftermath }: Explained,
  setting: Entries,
  story: string,
): Legend {
  const words = new Set(story.match(/\w+/g))
  const fields = fieldsIn(aftermath ?? explanation).filter(({ name }) => words.has(bare(name)))
  return {
    claim: claimInWords(comments, property),
    setting,
    start: startOf(fields),
    steps: unique((aftermath ?? explanation).steps.flatMap(({ step }) => stepEntry(layout, comments, step))),
    fields: unique(
      fields.flatMap(({ name }): [string, string][] => {
        const text = commentOn(comments, bare(name))
        const mark = name.startsWith('history.') ? NOTED : ''
        return text === undefined ? [] : [[`${mark}${bare(name)}`, firstSentence(text)]]
      }),
    ),
  }
}

/** Names in a column, beside them what they mean. */
const NAME_WIDTH = 18

function entryLines(title: string, entries: Entries, width: number): string[] {
  const column = Math.min(NAME_WIDTH, Math.max(...entries.map(([name]) => name.length)))
  return [
    '',
    title,
    ...entries.flatMap(([name, text]) => {
      const head = `  ${name.padEnd(column)}  `
      const lines = wrap(text, width - column - 4)
      if (text === '') return [`  ${name}`]
      return name.length > column ? [`  ${name}`, ...hanging(' '.repeat(column + 4), lines)] : hanging(head, lines)
    }),
  ]
}

export const claimLines = ({ claim }: Legend, property: string, width: number): string[] =>
  claim === undefined ? [] : [...wrap(`${property}: ${claim}`, width), '']

/** A part of the legend, with its title. */
export interface Section {
  readonly title: string
  readonly entries: Entries
}

/** What comes behind the trace; parts of which there is nothing to say are left out. */
export const legendSections = ({ setting, start, steps, fields }: Legend): readonly Section[] =>
  [
    { title: 'Where', entries: setting },
    { title: 'At the start, of what plays a part (else 0, false, empty or NULL)', entries: start },
    { title: 'Steps', entries: steps },
    {
      title: fields.some(([name]) => name.startsWith(NOTED))
        ? `Fields (${NOTED} is kept for what is claimed: no step sees it)`
        : 'Fields',
      entries: fields,
    },
  ].filter(({ entries }) => entries.length > 0)

export const legendLines = (legend: Legend, width: number): string[] =>
  legendSections(legend).flatMap(({ title, entries }) => entryLines(title, entries, width))
