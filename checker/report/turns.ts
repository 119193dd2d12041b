/** The turns of a trace, one for each run of steps of one process, and the sentence about each. */
import { isNothing } from '../trace/diff.ts'
import type { Changed, Deciding, ExplainedStep, Explanation, Overtaken } from '../trace/explain.ts'
import { listed, shortStep } from './told.ts'

/** No more of a kind are named in one sentence. */
export const NAMED = 3

/** Consecutive steps of one process. */
export interface Turn {
  readonly process: string
  readonly steps: ExplainedStep[]
  /** The first and the last of them, counted from 0. */
  readonly first: number
  last: number
}

export interface Sentence {
  readonly text: string
  /** Something happens in it that others see, or that is looked at in vain. */
  readonly isNotable: boolean
}

/** Those on which the end depends; a loop begins a new turn. */
export function turnsOf({ steps, loop }: Explanation): Turn[] {
  const turns: Turn[] = []
  for (const explained of steps) {
    const { step, index, isCause } = explained
    if (!isCause) continue
    const turn = turns.at(-1)
    if (turn?.process === step.process && index !== loop) {
      turn.steps.push(explained)
      turn.last = index
    } else turns.push({ process: step.process, steps: [explained], first: index, last: index })
  }
  return turns
}

/** A field in prose: what is noted is part of the story, and what is a process's own is `its`. */
export function fieldInProse(name: string, process?: string): string {
  const plain = name.replace(/^history\./, '')
  return process !== undefined && plain.startsWith(`${process}.`) ? `its ${plain.slice(process.length + 1)}` : plain
}

/** `free is 0`, `its SIGKILL is true`, `shot has mm0`. */
export function valueInProse(name: string, value: string, process?: string): string {
  const [, set, element] = /^(.*)\.has\((.*)\)$/.exec(name) ?? []
  if (set === undefined || element === undefined) return `${fieldInProse(name, process)} is ${value}`
  return `${fieldInProse(set, process)} ${value === 'true' ? 'has' : 'does not have'} ${element}`
}

/** `steps 14 to 21`. */
export function numbered({ first, last }: Pick<Turn, 'first' | 'last'>): string {
  if (first === last) return `step ${first + 1}`
  return `steps ${first + 1} ${last === first + 1 ? 'and' : 'to'} ${last + 1}`
}

/** A turn that begins anew after so many steps has a round behind it. */
const ROUND = 4

/** `goes from do_exit to schedule`; `goes from restart to read_unlock and again from restart to last_attempt`. */
function through({ steps }: Turn): string {
  const labels = steps.map(({ step }) => shortStep(step))
  const [first = '', second] = labels
  const last = labels.at(-1) ?? ''
  if (second === undefined) return `takes ${first}`
  if (new Set(labels).size === 1) return `takes ${first} ${labels.length === 2 ? 'twice' : `${labels.length} times`}`
  if (labels.length === 2) return `takes ${listed(labels)}`
  const repeated = labels.findIndex((label) => label !== first)
  if (repeated > 1 && first !== last) return `takes ${first} ${repeated} times and goes on to ${last}`
  const anew = labels.lastIndexOf(first)
  if (anew < ROUND && first !== last) return `goes from ${first} to ${last}`
  const before = labels[anew - 1] ?? ''
  return `goes from ${first} to ${before} and ${first === last ? `back to ${first}` : `again from ${first} to ${last}`}`
}

/**
 * What decides a step and was written by others, or, of those that go round for ever, by anybody before that. A lock that is free
 * again is no news.
 */
export function isNews({ loop }: Explanation, { step, index }: ExplainedStep, read: Deciding): boolean {
  // What was so from the start, and is not just nothing, may be why it never comes.
  if (read.parts === true && !isNothing(read.value)) return true
  const { decisive, byNote, by, writer, value, atStart } = read
  const isOfOthers = by?.process !== step.process || (loop !== undefined && index >= loop && writer < loop)
  return decisive && !byNote && isOfOthers && value !== atStart
}

/** What keeps somebody from moving: what decides it, or else all that it looks at; at most so many. */
export function blocking(reads: readonly Deciding[], most: number = NAMED): readonly Deciding[] {
  const values = reads.filter(({ field }) => field.kind !== 'pc')
  const decisive = values.filter((read) => read.decisive)
  return (decisive.length > 0 ? decisive : values).slice(0, most)
}

/** Is it read in this step, and overtaken later? */
export const isStale = ({ overtaken }: Explanation, { index }: ExplainedStep, { field }: Deciding): boolean =>
  overtaken.some((each) => each.read === index && each.field.name === field.name)

/** What decides a turn, and was written by others or is overtaken later. */
function found(explanation: Explanation, { process, steps }: Turn, most: number): string[] {
  const seen = new Map<string, string>()
  for (const explained of steps)
    for (const read of explained.reads) {
      if (!isNews(explanation, explained, read) && !isStale(explanation, explained, read)) continue
      const { field, value } = read
      seen.set(
        field.name,
        `${valueInProse(field.name, value, process)}${steps.length > 2 && most >= NAMED ? ` (step ${explained.index + 1})` : ''}`,
      )
    }
  return [...seen]
    .sort(byWeight(explanation, ([name]) => name))
    .map(([, text]) => text)
    .slice(0, most)
}

/** What the property looks at comes first. */
const byWeight =
  <T>({ atEnd }: Explanation, nameOf: (each: T) => string) =>
  (a: T, b: T): number => {
    const isAsked = (each: T): boolean => atEnd.some(({ field }) => field.name.startsWith(nameOf(each)))
    return Number(isAsked(b)) - Number(isAsked(a))
  }

/** Does what a turn wrote decide what another process does, or what the property says? */
function matters(explanation: Explanation, turn: Turn, { field }: Changed): boolean {
  const { atEnd, overtaken, waiting, steps, loop = Infinity } = explanation
  // What somebody goes round for, be it what he has written himself.
  const isRoundAfter = ({ last }: Turn, index: number): boolean => index >= loop && last < loop
  if (field.kind === 'pc') return false
  if (field.history) return atEnd.some((read) => read.field.name.startsWith(field.name))
  const wasIn = (step: number): boolean => step >= turn.first && step <= turn.last
  const byTurn = (read: Deciding): boolean => read.decisive && read.field.name === field.name && wasIn(read.writer)
  return (
    [...atEnd, ...waiting.flatMap(({ reads }) => reads)].some(byTurn) ||
    overtaken.some((each) => each.field.name === field.name && each.by.some(wasIn)) ||
    steps.some(
      ({ step, index, reads, isCause }) =>
        isCause &&
        (step.process !== turn.process || isRoundAfter(turn, index)) &&
        reads.some((read) => !read.byNote && byTurn(read)),
    )
  )
}

const isNumber = (text: string): boolean => /^-?\d+$/.test(text)

/** What a turn changes, all in all, that others or the property look at. */
function left(explanation: Explanation, turn: Turn, toldLater: ReadonlySet<string>, most: number): string[] {
  const net = new Map<string, Changed>()
  for (const { changes } of turn.steps)
    for (const change of changes) {
      const before = net.get(change.field.name)
      net.set(change.field.name, { ...change, from: before?.from ?? change.from })
    }
  return [...net.values()]
    .filter(({ field, from, to }) => from !== to && !toldLater.has(field.name))
    .filter((change) => matters(explanation, turn, change))
    .sort(byWeight(explanation, ({ field }) => field.name))
    .sort((a, b) => Number(a.field.history) - Number(b.field.history))
    .slice(0, most)
    .map((change) => changeInProse(change, turn.process))
}

/** `free goes from 0 to 2`; `its mm becomes null`. */
export function changeInProse({ field, from, to }: Changed, process?: string): string {
  const name = fieldInProse(field.name, process)
  return isNumber(from) && isNumber(to) ? `${name} goes from ${from} to ${to}` : `${name} becomes ${to}`
}

/** What was read before a turn, is not true any more when it begins, and is not looked at again. */
const staleIn = ({ overtaken }: Explanation, { process, first }: Turn): Overtaken[] =>
  overtaken.filter((each) => each.process === process && each.read < first && each.lastBy < first)

/** The sentence about a turn; fields that are told later are left out, and so are `toldBefore`. Of each kind `most` are named. */
export function sentenceOf(
  explanation: Explanation,
  turn: Turn,
  toldLater: ReadonlySet<string>,
  toldBefore: Set<Overtaken>,
  most: number = NAMED,
): Sentence {
  const stale = staleIn(explanation, turn).filter((each) => !toldBefore.has(each))
  for (const each of stale) toldBefore.add(each)
  const [sees, makes] = [found(explanation, turn, most), left(explanation, turn, toldLater, most)]
  const where = sees.length === 0 ? '' : `, where ${listed(sees)}`
  const change = makes.length === 0 ? '' : `; ${listed(makes)}`
  const does = `${through(turn)} (${numbered(turn)})${where}${change}.`
  const old = stale
    .sort(byWeight(explanation, ({ field }) => field.name))
    .slice(0, most)
    .map(
      ({ field, value, now, read }) =>
        `${fieldInProse(field.name, turn.process)} (${value} in step ${read + 1}, ${now} by now)`,
    )
  return {
    text:
      old.length === 0
        ? `${turn.process} ${does}`
        : `${turn.process} does not look again at ${listed(old)}; it ${does}`,
    isNotable: sees.length + makes.length + stale.length > 0,
  }
}
