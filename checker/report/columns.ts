/**
 * A trace in columns, one for each process that moves, to be pasted into a mail: never wider than 72 characters.
 *
 * Each step stands in the column of its process, below it what it sees of others that matters, and what it makes of
 * which field; that a process puts a field of its own back to where it was at the start is not told.
 */
import { DONE } from '../language/program.ts'
import type { Explanation, ExplainedStep } from '../trace/explain.ts'
import { fill, unstyled, type Style } from './lines.ts'
import { shortStep } from './told.ts'
import { isNews, isStale } from './turns.ts'

export const MAIL_WIDTH = 72
/** A column narrower than that cannot be read. */
const LEAST_COLUMN = 15
const GAP = 2

export interface ColumnOptions {
  readonly style?: Style
  /** Without the steps on which the end does not depend. */
  readonly onlyCauses?: boolean
}

/** Numbered rows: what each step is, and what is told about it. */
interface Told {
  readonly number: number
  readonly process: string
  readonly step: string
  readonly remarks: readonly string[]
  readonly isCause: boolean
}

/** Breaks a name where its words end. */
function broken(name: string, width: number): string[] {
  const lines: string[] = []
  for (const word of name.match(/[^/._-]*[/._-]*/g) ?? []) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length <= width) lines[lines.length - 1] = last + word
    else lines.push(...fill([word], '', width).filter((line) => line !== ''))
  }
  return lines
}

/** `its` fields without its name. */
const own = (field: string, process: string): string =>
  field.startsWith(`${process}.`) ? field.slice(process.length + 1) : field.replace(/^history\./, '')

const seen = (explanation: Explanation, explained: ExplainedStep): string[] =>
  explained.reads
    .filter((read) => isNews(explained.step.process, read) || isStale(explanation, explained, read))
    .map(({ field, value }) => `sees ${own(field.name, explained.step.process)} = ${value}`)

function tell(explanation: Explanation, onlyCauses: boolean): Told[] {
  return explanation.steps
    .map((explained): Told => {
      const { process } = explained.step
      const changes = explained.changes
        .filter(({ field, to }) => field.kind !== 'pc' || to === DONE)
        .sort((a, b) => Number(a.field.kind === 'pc') - Number(b.field.kind === 'pc'))
        .filter(({ field, to, atStart }) => field.owner !== process || to !== atStart)
        .map(({ field, to }) => (field.kind === 'pc' ? to : `${own(field.name, process)} = ${to}`))
      return {
        number: explained.index + 1,
        process,
        step: shortStep(explained.step),
        remarks: [...seen(explanation, explained), ...changes],
        isCause: explained.isCause,
      }
    })
    .filter(({ isCause }) => isCause || !onlyCauses)
}

const REPEATED = '── from here on, again and again ──'

/** The rows of a trace; a list, one step below the other, where there are too many processes for columns. */
export function columnLines(
  explanation: Explanation,
  { style = unstyled, onlyCauses = false }: ColumnOptions = {},
): string[] {
  const told = tell(explanation, onlyCauses)
  const processes = [...new Set(told.map(({ process }) => process))]
  const digits = Math.max(2, String(explanation.steps.length).length)
  const column = Math.floor((MAIL_WIDTH - digits) / Math.max(1, processes.length)) - GAP
  const { init } = explanation.trace.schedule
  const lines = init.length === 0 ? [] : [...fill([`0  init(${init.join(', ')})`.padStart(digits - 1)], '', MAIL_WIDTH)]
  if (column < LEAST_COLUMN) return [...lines, ...asList(told, explanation.loop, processes.length, digits, style)]
  const place = (i: number, text: string): string => `${' '.repeat((column + GAP) * i + GAP)}${text}`
  lines.push(
    `${' '.repeat(digits)}${processes.map((process, i) => place(i === 0 ? 0 : 0, fill([process], '', column)[0] ?? '').padEnd(column + GAP)).join('')}`.trimEnd(),
  )
  for (const { number, process, step, remarks, isCause } of told) {
    if (number - 1 === explanation.loop) lines.push(REPEATED)
    const names = broken(step, column)
    const below = indented(remarks, column)
    ;[...names, ...below].forEach((text, i) => {
      const head = (i === 0 ? String(number) : '').padStart(digits)
      const line = `${head}${place(processes.indexOf(process), text)}`
      lines.push(isCause ? line : style('dim', line))
    })
  }
  return [...lines, ...stops(explanation)]
}

/** Remarks below a step, a little further in; what does not fit into a line is cut. */
const indented = (remarks: readonly string[], width: number): string[] =>
  fill(
    remarks.flatMap((remark) => fill(remark.split(' '), ' ', width - 1)),
    ', ',
    width - 1,
  ).map((line) => ` ${line}`)

function asList(
  told: readonly Told[],
  loop: number | undefined,
  processes: number,
  digits: number,
  style: Style,
): string[] {
  const lines = [
    ...fill(`(${processes} processes take steps, too many for columns side by side.)`.split(' '), ' ', MAIL_WIDTH),
  ]
  for (const { number, process, step, remarks, isCause } of told) {
    if (number - 1 === loop) lines.push(REPEATED)
    const margin = ' '.repeat(digits + GAP)
    const head = `${String(number).padStart(digits)}${' '.repeat(GAP)}`
    const names = broken(`${process} ${step}`, MAIL_WIDTH - margin.length)
    const below = fill(remarks, ' · ', MAIL_WIDTH - margin.length - GAP).map((line) => `${' '.repeat(GAP)}${line}`)
    ;[...names, ...below].forEach((text, i) => {
      const line = `${i === 0 ? head : margin}${text}`
      lines.push(isCause ? line : style('dim', line))
    })
  }
  return lines
}

const stops = ({ loop, steps }: Explanation): string[] =>
  loop === steps.length ? ['── and there everything may stop for ever ──'] : []
