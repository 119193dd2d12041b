/**
 * A trace in columns, one for each process that moves, to be pasted into a mail: never wider than 72 characters.
 *
 * Each step begins in the column of its process. Behind it, over the columns of the others, who do nothing meanwhile, stands
 * what it sees of others that matters, and what it makes of which field; that a process puts a field of its own back to
 * where it was at the start is not told, nor what it counts for itself alone. Steps of one process of which there is nothing
 * to tell share a line with the next; in a long trace all do that fit, and only what decides something is told.
 */
import { printable } from '../trace/schedule.ts'
import { DONE } from '../language/program.ts'
import type { Deciding, Explanation, ExplainedStep } from '../trace/explain.ts'
import type { Field } from '../trace/fields.ts'
import { isArgument, NOTED } from './legend.ts'
import { fill, hanging, unstyled, wrap, type Style } from './lines.ts'
import { listed, shortStep, type Told as Story } from './told.ts'
import { blocking, isNews, isStale } from './turns.ts'

export const MAIL_WIDTH = 72
/** The next column begins so many characters further to the right, if there is room, and at least so many. */
const MOST_STEP = 16
const LEAST_STEP = 6
/** There is so much room for what stands in the last column. */
const LEAST_ROOM = 28
const GAP = 2

export interface ColumnOptions {
  readonly style?: Style
  /** Without the steps on which the end does not depend. */
  readonly onlyCauses?: boolean
  /** All that each step looks at, be it as it was at the start or the process's own. */
  readonly allReads?: boolean
  /** Only from this step on, counted from 0. */
  readonly from?: number
  /** These fields are told where they are read, whatever decides. */
  readonly telling?: readonly Field[]
}

/** Numbered rows: what each step is, and what is told about it. */
interface Told {
  readonly number: number
  readonly process: string
  readonly step: string
  readonly remarks: readonly string[]
  readonly isCause: boolean
}

/** `its` fields without its name. */
const own = (field: string, process: string): string =>
  field.startsWith(`${process}.`) ? field.slice(process.length + 1) : field.replace(/^history\./, NOTED)

const valueOf = ({ field, value }: Pick<Deciding, 'field' | 'value'>, process: string): string =>
  `${own(field.name, process)}=${value}`

/** `sees free=0 and task0.mm=null`; once for each process and value, until somebody writes it again. */
function seen(
  explanation: Explanation,
  explained: ExplainedStep,
  { allReads, telling = [] }: ColumnOptions,
  before: Set<string>,
): string[] {
  const { step, reads } = explained
  if (allReads === true) {
    const all = reads.filter(({ byNote, field }) => !byNote && field.kind !== 'pc')
    return sees(all.map((read) => valueOf(read, step.process)))
  }
  const isTold = (read: Deciding): boolean =>
    isNews(explanation, explained, read) ||
    isStale(explanation, explained, read) ||
    telling.some(({ name }) => name === read.field.name)
  const told = reads.filter(isTold).filter(({ field, writer }) => {
    const key = `${step.process} ${field.name} ${writer}`
    const isNew = !before.has(key)
    before.add(key)
    return isNew
  })
  return sees(told.map((read) => valueOf(read, step.process)))
}

const sees = (values: readonly string[]): string[] => (values.length === 0 ? [] : [`sees ${listed(values)}`])

/** A number that a process keeps for itself, such as where it stands in a list. */
const isOwnCount = ({ owner, kind }: Field, value: string, process: string): boolean =>
  owner === process && kind === 'other' && /^-?\d+$/.test(value)

/** The fields that somebody else, or the property in the end, looks at. */
const lookedAtByOthers = ({ steps, atEnd }: Explanation): Set<string> =>
  new Set([
    ...steps.flatMap(({ step, reads }) =>
      reads.filter(({ field }) => field.owner !== step.process).map(({ field }) => field.name),
    ),
    ...atEnd.map(({ field }) => field.name),
  ])

/** What a step wrote that decides a later one, the end, or who waits there: number and field. */
const decidingWrites = ({ steps, atEnd, waiting, overtaken }: Explanation): Set<string> =>
  new Set([
    ...[...steps.flatMap(({ reads }) => reads), ...atEnd, ...waiting.flatMap(({ reads }) => reads)]
      .filter(({ decisive }) => decisive)
      .map(({ field, writer }) => `${writer} ${field.name.replace(/\.has\(.*$/, '')}`),
    ...overtaken.flatMap(({ field, by }) => by.map((step) => `${step} ${field.name}`)),
  ])

function tell(explanation: Explanation, options: ColumnOptions): Told[] {
  const { onlyCauses = false, from = 0 } = options
  const seenByOthers = lookedAtByOthers(explanation)
  const isShort = explanation.steps.length <= TELLABLE_STEPS
  const isLong = explanation.steps.length > FEW_STEPS
  const decides = decidingWrites(explanation)
  const seenBefore = new Set<string>()
  return explanation.steps
    .map((explained): Told => {
      const { process } = explained.step
      const changes = explained.changes
        .filter(({ field, to }) => field.kind !== 'pc' || to === DONE)
        .sort((a, b) => Number(a.field.kind === 'pc') - Number(b.field.kind === 'pc'))
        .filter(({ field, to, atStart }) => field.owner !== process || to !== atStart)
        .filter(({ field, to }) => isShort || !isOwnCount(field, to, process) || seenByOthers.has(field.name))
        .filter(({ field }) => !isLong || field.kind === 'pc' || decides.has(`${explained.index} ${field.name}`))
        .filter(({ field: { name, owner } }) => !isLong || !isArgument(name, owner))
        .map(({ field, to }) => (field.kind === 'pc' ? to : `${own(field.name, process)}=${to}`))
      return {
        number: explained.index + 1,
        process,
        step: shortStep(explained.step),
        remarks: [...seen(explanation, explained, options, seenBefore), ...changes],
        isCause: explained.isCause,
      }
    })
    .filter(({ number, isCause }) => number > from && (isCause || !onlyCauses))
}

const LOST = '── from here on it is out of reach, whatever is done; for example ──'
const REPEATED = '── from here on, again and again ──'

/** Of so few steps all can be told. */
const TELLABLE_STEPS = 10
/** A trace of more steps than that would not fit on a page if all were told. */
const FEW_STEPS = 35

/** Steps that share a line. */
type Group = readonly [Told, ...Told[]]

/** `4 badness · 5 oom_kill_task: mm = mm0`, the first without its number. */
const textOf = (group: Group): string =>
  group
    .map(({ number, step, remarks }, i) => {
      const told = remarks.length === 0 ? step : `${step}: ${remarks.join(', ')}`
      return i === 0 ? told : `${number} ${told}`
    })
    .join(' · ')

/** Puts steps together with what the same process does next, as long as that fits into a line of that width. */
function grouped(
  told: readonly Told[],
  marks: ReadonlyMap<number, readonly string[]>,
  widthOf: (process: string) => number,
): Group[] {
  const groups: Group[] = []
  for (const each of told) {
    const before = groups.at(-1)
    const last = before?.at(-1)
    const joins =
      before !== undefined &&
      last?.process === each.process &&
      last.number === each.number - 1 &&
      last.isCause === each.isCause &&
      (last.remarks.length === 0 || told.length > FEW_STEPS) &&
      !marks.has(each.number - 1) &&
      textOf([...before, each]).length <= widthOf(each.process)
    if (joins) groups[groups.length - 1] = [...before, each]
    else groups.push([each])
  }
  return groups
}

/** The text in lines, those after the first a little further in; only between words, where that can be. */
const lined = (text: string, width: number): string[] => {
  const [first = '', ...rest] = wrap(text, width)
  return [
    first,
    ...wrap(rest.join(' '), width - GAP).flatMap((line) => (line === '' ? [] : [`${' '.repeat(GAP)}${line}`])),
  ]
}

/** How far the columns are apart; 0 where they do not fit, and each step is told who takes it. */
function stepsBetween(processes: readonly string[], room: number): number[] {
  if (processes.length < 2) return [0]
  const most = Math.min(MOST_STEP, Math.floor((room - LEAST_ROOM) / (processes.length - 1)))
  const least = Math.max(LEAST_STEP, ...processes.map((name) => name.length + 1))
  return most < least ? [0] : Array.from({ length: most - least + 1 }, (_, i) => most - i)
}

/** What stands between the steps, by the number of steps before it. */
function marksIn({ steps }: Explanation, { steps: all, loop }: Explanation): ReadonlyMap<number, readonly string[]> {
  const lost = all.length > steps.length ? steps.length : undefined
  return new Map(
    [lost, loop].map((at) => [at ?? -1, [...(at === lost ? [LOST] : []), ...(at === loop ? [REPEATED] : [])]]),
  )
}

/** The rows of a trace, in the columns in which they take the fewest lines; behind its own end how it goes on for ever. */
export function columnLines(
  { explanation, aftermath = explanation }: Pick<Story, 'explanation' | 'aftermath'>,
  options: ColumnOptions = {},
): string[] {
  const told = tell(aftermath, options)
  const processes = [...new Set(told.map(({ process }) => process))]
  const digits = Math.max(2, String(aftermath.steps.length).length)
  const room = MAIL_WIDTH - digits - GAP
  const { init } = aftermath.trace.schedule
  const marks = marksIn(explanation, aftermath)
  const { style = unstyled, from = 0 } = options
  const [first = [], ...others] = stepsBetween(processes, room).map((step) =>
    rows(told, processes, marks, { step, digits, room, style }),
  )
  const fewest = others.reduce((best, lines) => (lines.length < best.length ? lines : best), first)
  const start =
    init.length === 0 || from > 0
      ? []
      : fill([`0  init(${printable(init.join(', '))})`.padStart(digits - 1)], '', MAIL_WIDTH)
  return [...start, ...(told.length === 0 ? [] : fewest), ...stops(explanation), ...standing(aftermath, digits)]
}

interface Place {
  readonly step: number
  readonly digits: number
  readonly room: number
  readonly style: Style
}

function rows(
  told: readonly Told[],
  processes: readonly string[],
  marks: ReadonlyMap<number, readonly string[]>,
  { step, digits, room, style }: Place,
): string[] {
  const isList = step === 0 && processes.length > 1
  const offset = (process: string): number => step * processes.indexOf(process)
  const heads = isList
    ? wrap(`(${processes.length} processes take steps, too many for columns side by side.)`, MAIL_WIDTH)
    : [`${' '.repeat(digits + GAP)}${processes.map((process) => process.padEnd(step)).join('')}`.trimEnd()]
  const shown = isList ? told.map((each) => ({ ...each, step: `${each.process} ${each.step}` })) : told
  const groups = grouped(shown, marks, (process) => (isList ? 0 : room - offset(process)))
  const lines = groups.flatMap((group) => {
    const [{ number, process, isCause }] = group
    const own = lined(textOf(group), room - offset(process)).map((text, i) => {
      const head = (i === 0 ? String(number) : '').padStart(digits)
      const line = `${head}${' '.repeat(GAP + offset(process))}${text}`
      return isCause ? line : style('dim', line)
    })
    return [...(marks.get(number - 1) ?? []), ...own]
  })
  return [...heads, ...lines]
}

const stops = ({ loop, steps }: Explanation): string[] =>
  loop === steps.length ? ['── and there everything may stop for ever ──'] : []

/** The behaviour that takes the last way out, from there to its end; nothing where none is known. */
export function otherwiseLines(
  { otherwise, turning, difference }: Pick<Story, 'otherwise' | 'turning' | 'difference'>,
  options: ColumnOptions = {},
): string[] {
  if (otherwise === undefined || turning?.is !== 'found') return []
  const { step: from } = turning
  const telling = difference?.fields.map(({ field }) => field) ?? []
  return [
    from === 0 ? 'Otherwise' : `Otherwise, the same up to step ${from}`,
    ...columnLines(
      { explanation: { ...otherwise, waiting: [] } },
      { ...options, onlyCauses: false, style: unstyled, from, telling },
    ),
  ]
}

/** Who does not move again, where, and what for. */
const standing = ({ waiting }: Explanation, digits: number): string[] =>
  waiting
    .filter(({ enabled }) => enabled === 'never')
    .flatMap(({ process, label, reads }) => {
      const values = blocking(reads).map((read) => valueOf(read, process))
      if (values.length === 0) return []
      const text = `${process} waits at ${shortStep({ label })}: sees ${listed(values)}`
      return hanging(' '.repeat(digits + GAP), lined(text, MAIL_WIDTH - digits - GAP))
    })
