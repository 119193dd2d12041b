/** The verdict table of one spec: a column per property where that fits the width, else a block per configuration. */
import { match } from 'ts-pattern'
import { configurationName, type Judged, type Outcome } from './record.ts'
import { fill, shorten, type Format, type Style } from './lines.ts'
import { resultInWords, secondsInWords, statesInWords } from './words.ts'

export interface TableOptions {
  readonly width: number
  readonly style: Style
  /** With the time of each configuration. */
  readonly times: boolean
}

interface Cell {
  readonly text: string
  readonly format: Format | undefined
}

export const DIFFERS = '✗'
export const OPEN = '?'
const GAP = '  '
const INDENT = '  '
/** Blocks are read as a list when they have few columns. */
const BLOCK_COLUMNS = 3

const plain = (text: string): Cell => ({ text, format: undefined })

const verdictCell = ({ verdict, judgement }: Judged): Cell =>
  match(judgement)
    .with('as expected', 'good', () => plain(resultInWords(verdict.result)))
    .with('differs', 'bad', () => ({ text: `${DIFFERS} ${resultInWords(verdict.result)}`, format: 'red' as const }))
    .with('inconclusive', () => ({ text: `${OPEN} ${resultInWords(verdict.result)}`, format: 'yellow' as const }))
    .exhaustive()

function cellOf(outcome: Outcome, property: string): Cell {
  if (outcome.is === 'failed') return { text: `${DIFFERS} checker failed`, format: 'red' }
  const judged = outcome.verdicts.find(({ verdict }) => verdict.property === property)
  return judged === undefined ? plain('') : verdictCell(judged)
}

function statesCell(outcome: Outcome): Cell {
  if (outcome.is === 'failed') return plain('')
  const { run, statesDiffer } = outcome
  const states = statesInWords(run)
  return statesDiffer ? { text: `${DIFFERS} ${states}`, format: 'red' } : plain(states)
}

const timeCell = (outcome: Outcome): Cell => plain(outcome.is === 'failed' ? '' : secondsInWords(outcome.run.seconds))

const widest = (cells: readonly Cell[]): number => Math.max(0, ...cells.map(({ text }) => text.length))

function paint({ text, format }: Cell, width: number, style: Style, align: 'left' | 'right' = 'left'): string {
  const padded = align === 'left' ? text.padEnd(width) : text.padStart(width)
  return format === undefined ? padded : style(format, padded)
}

interface Column {
  readonly head: string
  readonly cells: readonly Cell[]
  readonly align: 'left' | 'right'
}

/** A line per configuration, or `undefined` where that would be too wide. */
function matrix(outcomes: readonly Outcome[], names: readonly string[], options: TableOptions): string[] | undefined {
  const columns: Column[] = [
    { head: '', cells: outcomes.map(({ planned }) => plain(configurationName(planned))), align: 'left' },
    { head: 'states', cells: outcomes.map(statesCell), align: 'right' },
    ...(options.times ? [{ head: 'time', cells: outcomes.map(timeCell), align: 'right' } as const] : []),
    ...names.map((name): Column => ({ head: name, cells: outcomes.map((each) => cellOf(each, name)), align: 'left' })),
  ]
  const widths = columns.map(({ head, cells }) => Math.max(head.length, widest(cells)))
  if (INDENT.length + widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) > options.width)
    return undefined
  const line = (cell: (column: Column) => Cell): string =>
    columns.map((column, i) => paint(cell(column), widths[i] ?? 0, options.style, column.align)).join(GAP)
  const heads = line(({ head }) => ({ text: head, format: 'dim' }))
  return [heads, ...outcomes.map((_, row) => line(({ cells }) => cells[row] ?? plain('')))].map((each) => INDENT + each)
}

/** Name and verdict side by side, as many such columns as fit; each property keeps its place in every block. */
function pairs(outcomes: readonly Outcome[], names: readonly string[], { width, style }: TableOptions): string[][] {
  const room = width - 2 * INDENT.length
  for (let columns = BLOCK_COLUMNS; ; columns--) {
    const inColumn = (column: number): string[] => names.filter((_, i) => i % columns === column)
    const nameWidths = Array.from({ length: columns }, (_, c) => Math.max(0, ...inColumn(c).map((name) => name.length)))
    const verdictWidths = Array.from({ length: columns }, (_, c) =>
      widest(outcomes.flatMap((each) => inColumn(c).map((name) => cellOf(each, name)))),
    )
    const total = [...nameWidths, ...verdictWidths].reduce((sum, each) => sum + each, 0)
    if (columns > 1 && total + (2 * columns - 1) * GAP.length > room) continue
    return outcomes.map((outcome) => {
      const lines: string[] = []
      for (let i = 0; i < names.length; i += columns) {
        const inLine = names.slice(i, i + columns)
        if (inLine.every((name) => cellOf(outcome, name).text === '')) continue
        const parts = inLine.map((name, c) => {
          const cell = cellOf(outcome, name)
          const shown = cell.text === '' ? '' : name
          const left = style('dim', shown.padEnd(nameWidths[c] ?? 0))
          return `${left}${GAP}${paint(cell, verdictWidths[c] ?? 0, style)}`
        })
        lines.push(`${INDENT}${INDENT}${parts.join(GAP)}`)
      }
      return lines
    })
  }
}

function blocks(outcomes: readonly Outcome[], names: readonly string[], options: TableOptions): string[] {
  const { width, style, times } = options
  const verdicts = pairs(outcomes, names, options)
  return outcomes.flatMap((outcome, i) => {
    const cell = statesCell(outcome)
    const isCount = /[\d+]$/.test(cell.text)
    const states = isCount ? `${cell.text} ${cell.text === '1' ? 'state' : 'states'}` : cell.text
    const right = [states, ...(times ? [timeCell(outcome).text] : [])].filter((text) => text !== '').join(' · ')
    const left = fill(
      configurationName(outcome.planned).split(' '),
      ' ',
      width - INDENT.length - right.length - GAP.length,
    )
    const head = left.map((line, j) =>
      j > 0
        ? `${INDENT}${INDENT}${line}`
        : `${INDENT}${line}${paint({ ...cell, text: right }, width - INDENT.length - line.length, style, 'right')}`,
    )
    return [...head, ...(verdicts[i] ?? [])]
  })
}

/** The lines of the table, none of them wider than asked. */
export function verdictTable(outcomes: readonly Outcome[], names: readonly string[], options: TableOptions): string[] {
  const lines = matrix(outcomes, names, options) ?? blocks(outcomes, names, options)
  return lines.map((line) => line.trimEnd())
}

/** The heading of a spec with its source, cut to the width. */
export function heading(name: string, source: string | undefined, { width, style }: TableOptions): string[] {
  const room = width - name.length - GAP.length
  const about = source === undefined ? '' : `${GAP}${style('dim', shorten(source, room))}`
  return [`${style('bold', name)}${about}`]
}
