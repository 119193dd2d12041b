/** Programs as drawings: labels from top to bottom, moves to the next label on the left, all others as brackets. */
import type { Process } from '../engine/process.ts'
import { DONE } from '../language/program.ts'
import { code, table, type Picture } from './document.ts'
import { escapeHtml } from './html.ts'

/** What a family runs, and what of it was seen. */
export interface ProgramSeen {
  readonly family: string
  readonly program: Process['program']
  /** Pairs of labels, `from\nto`; `done` for the end. */
  readonly moves: ReadonlySet<string>
}

const CHARACTER = 7.3
const ROW = 30
const BOX = 20
const LANE = 11
const LEFT = 12
/** Between a box and the first lane: room for the tip of an arrow. */
const MARGIN = 16

interface Jump {
  readonly from: number
  readonly to: number
}

/** The labels in their order, the end last if it is reached. */
export function labelsOf({ program, moves }: ProgramSeen): string[] {
  const names = [...new Set(program.labels.map(({ name }) => name))]
  return [...moves].some((each) => each.endsWith(`\n${DONE}`)) ? [...names, DONE] : names
}

function jumpsOf(seen: ProgramSeen, labels: readonly string[]): Jump[] {
  return [...seen.moves]
    .map((each) => each.split('\n'))
    .map(([from = '', to = '']) => ({ from: labels.indexOf(from), to: labels.indexOf(to) }))
    .filter(({ from, to }) => from >= 0 && to >= 0)
}

const span = ({ from, to }: Jump): number => Math.abs(from - to)

/** Short jumps stand near the boxes; those that overlap stand in different lanes. */
export function lanesOf(jumps: readonly Jump[]): { readonly jump: Jump; readonly lane: number }[] {
  const lanes: Jump[][] = []
  const sorted = [...jumps].sort((a, b) => span(a) - span(b) || a.from - b.from || a.to - b.to)
  return sorted.map((jump) => {
    const [low, high] = [Math.min(jump.from, jump.to), Math.max(jump.from, jump.to)]
    const isFree = (lane: readonly Jump[]): boolean =>
      lane.every((each) => Math.max(each.from, each.to) < low || Math.min(each.from, each.to) > high)
    const found = lanes.findIndex(isFree)
    const lane = found < 0 ? lanes.push([]) - 1 : found
    lanes[lane]?.push(jump)
    return { jump, lane }
  })
}

const top = (row: number): number => row * ROW + 6
const middle = (row: number): number => top(row) + BOX / 2

function box(label: string, row: number, width: number, isTaken: boolean, isStart: boolean): string {
  const kind = isTaken ? 'box' : 'never'
  const weight = isStart ? ' font-weight="bold"' : ''
  return (
    `<rect class="${kind}" x="${LEFT}" y="${top(row)}" width="${width}" height="${BOX}" rx="3"/>` +
    `<text x="${LEFT + 6}" y="${middle(row) + 4}"${weight}>${escapeHtml(label)}</text>`
  )
}

const tip = (x: number, y: number, toLeft: boolean, back: boolean): string =>
  `<path class="${back ? 'tip-back' : 'tip'}" d="${toLeft ? `M${x} ${y}l7 -3.5v7z` : `M${x} ${y}l-3.5 -6h7z`}"/>`

function bracket({ from, to }: Jump, x: number, right: number): string {
  const back = to <= from
  const [start, end] = [middle(from) + 4, middle(to) - 4]
  return (
    `<path class="${back ? 'back' : 'ahead'}" d="M${right} ${start}H${x}V${end}H${right + 7}"/>` +
    tip(right, end, true, back)
  )
}

const arrowDown = (row: number): string =>
  `<path class="down" d="M${LEFT + 20} ${top(row) + BOX}V${top(row + 1) - 5}"/>${tip(LEFT + 20, top(row + 1), false, false)}`

/** The drawing, and as text the table of labels with where each of them leads. */
export function programDiagram(seen: ProgramSeen): Picture {
  const labels = labelsOf(seen)
  const jumps = jumpsOf(seen, labels)
  const isNext = ({ from, to }: Jump): boolean => to === from + 1
  const placed = lanesOf(jumps.filter((jump) => !isNext(jump)))
  const width = Math.ceil(Math.max(...labels.map((label) => label.length)) * CHARACTER) + 14
  const right = LEFT + width
  const lanes = Math.max(0, ...placed.map(({ lane }) => lane + 1))
  const [totalWidth, height] = [right + MARGIN + lanes * LANE + 6, top(labels.length)]
  const start = seen.program.labels[seen.program.start]?.name
  const taken = new Set(jumps.map(({ from }) => labels[from]))
  const parts = [
    ...jumps.filter(isNext).map(({ from }) => arrowDown(from)),
    ...placed.map(({ jump, lane }) => bracket(jump, right + MARGIN + lane * LANE, right)),
    ...labels.map((label, row) => box(label, row, width, label === DONE || taken.has(label), label === start)),
  ]
  const svg = `<svg role="img" aria-label="The program of ${escapeHtml(seen.family)}" width="${totalWidth}" height="${height}" viewBox="0 0 ${totalWidth} ${height}">\n${parts.join('\n')}\n</svg>`
  return { is: 'picture', of: 'program', svg, instead: [labelTable(seen, labels)] }
}

function labelTable({ moves }: ProgramSeen, labels: readonly string[]): ReturnType<typeof table> {
  const targets = (label: string): string[] =>
    [...moves].filter((each) => each.startsWith(`${label}\n`)).map((each) => each.slice(label.length + 1))
  const inOrder = (names: readonly string[]): string[] => labels.filter((label) => names.includes(label))
  return table(
    ['label', 'leads to'],
    labels
      .filter((label) => label !== DONE)
      .map((label) => [code(label), inOrder(targets(label)).map(code).join(', ') || 'never taken']),
  )
}
