/** Charts: curves over one axis, each named where it ends, with the points as a table where only text is shown. */
import type { Axis, Chart, Series } from '../language/exhibit.ts'
import { table, type Picture } from './document.ts'
import { escapeHtml } from './html.ts'

/** Of the frame. */
const WIDTH = 426
const HEIGHT = 360
const LEFT = 64
const CHARACTER = 7.3
const TOP = 28
const BOTTOM = 46
/** Between the names of two curves. */
const LINE = 14
const TICKS = 6
const DASHES = ['', '7 3', '2 3', '9 3 2 3'] as const

const rounded = (n: number): number => Math.round(n * 10) / 10

const BASES = { log2: 2, log10: 10 } as const

/** From values to lengths along an axis, with the values that are named on it. */
export interface Scale {
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
}

/** 1, 2 or 5 times a power of ten: the smallest with which so many reach that far. */
function stepFor(most: number): number {
  const raw = most / TICKS
  const power = 10 ** Math.floor(Math.log10(raw))
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10)
}

function linear(most: number, length: number): Scale {
  const step = stepFor(Math.max(most, 1))
  const end = Math.ceil(Math.max(most, 1) / step) * step
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step)
  return { at: (value) => (value / end) * length, ticks }
}

function logarithmic(least: number, most: number, base: number, length: number): Scale {
  const power = (value: number): number => Math.log(value) / Math.log(base)
  const first = Math.floor(power(least) + 1e-9)
  const last = Math.max(first + 1, Math.ceil(power(most) - 1e-9))
  const every = Math.ceil((last - first) / (TICKS + 1))
  const ticks = Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => base ** (first + i * every))
  return { at: (value) => ((power(value) - first) / (last - first)) * length, ticks }
}

/** Values that a logarithm cannot show are left out. */
export function scaleOf({ scale = 'linear' }: Axis, values: readonly number[], length: number): Scale {
  if (scale === 'linear') return linear(Math.max(...values), length)
  const shown = values.filter((value) => value > 0)
  return logarithmic(Math.min(...shown), Math.max(...shown), BASES[scale], length)
}

const isShown = ({ scale = 'linear' }: Axis, value: number): boolean => scale === 'linear' || value > 0

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e4, 'k'],
]
/** Short enough for an axis: `12k`, `3M`. */
function tickInWords(value: number): string {
  const [from, unit] = UNITS.find(([least]) => value >= least) ?? [1, '']
  return `${Number((value / (unit === 'k' ? 1000 : from)).toPrecision(4))}${unit}`
}

interface Drawn {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

/** Names stand at the ends of their curves, moved apart where they would overlap. */
function namesOf(drawn: readonly Drawn[]): string[] {
  const ends = drawn.map(({ name, points }, i) => ({ name, i, y: points.at(-1)?.[1] ?? TOP }))
  const sorted = ends.sort((a, b) => a.y - b.y)
  const last = HEIGHT - BOTTOM
  let above = TOP - LINE
  return sorted.map(({ name, i, y }, place) => {
    above = Math.max(above + LINE, Math.min(y, last - (sorted.length - 1 - place) * LINE))
    return `<text class="series${i}" x="${LEFT + WIDTH + 8}" y="${rounded(above + 4)}">${escapeHtml(name)}</text>`
  })
}

function curve({ points }: Drawn, i: number): string {
  const line = points.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(' ')
  const dots = points.map(([x, y]) => `<circle class="series${i}" cx="${rounded(x)}" cy="${rounded(y)}" r="2.4"/>`)
  const dash = DASHES[i % DASHES.length]
  const broken = dash === '' ? '' : ` stroke-dasharray="${dash}"`
  return `<polyline class="series${i}" points="${line}"${broken}/>${points.length > 24 ? '' : dots.join('')}`
}

const xTick = (value: number, x: number): string =>
  `<path class="grid" d="M${rounded(x)} ${TOP}V${HEIGHT - BOTTOM}"/>` +
  `<text class="tick" x="${rounded(x)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${tickInWords(value)}</text>`
const yTick = (value: number, y: number): string =>
  `<path class="grid" d="M${LEFT} ${rounded(y)}H${LEFT + WIDTH}"/>` +
  `<text class="tick" x="${LEFT - 6}" y="${rounded(y + 4)}" text-anchor="end">${tickInWords(value)}</text>`

function svgOf({ title, x, y, series }: Chart): string {
  const all = series.flatMap(({ points }) => points)
  const across = scaleOf(x, all.map(([value]) => value), WIDTH) // prettier-ignore
  const up = scaleOf(y, all.map(([, value]) => value), HEIGHT - TOP - BOTTOM) // prettier-ignore
  const atX = (value: number): number => LEFT + across.at(value)
  const atY = (value: number): number => HEIGHT - BOTTOM - up.at(value)
  const drawn = series.map(({ name, points }: Series): Drawn => {
    const shown = points.filter(([a, b]) => isShown(x, a) && isShown(y, b))
    return { name, points: shown.map(([a, b]) => [atX(a), atY(b)]) }
  })
  const parts = [
    ...across.ticks.map((value) => xTick(value, atX(value))),
    ...up.ticks.map((value) => yTick(value, atY(value))),
    `<text class="axis" x="${LEFT + WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(x.label)}</text>`,
    `<text class="axis" x="4" y="14">${escapeHtml(y.label)}</text>`,
    ...drawn.map(curve),
    ...namesOf(drawn),
  ]
  const longest = Math.max(...series.map(({ name }) => name.length))
  const width = LEFT + WIDTH + 8 + Math.ceil(longest * CHARACTER) + 4
  return `<svg role="img" aria-label="${escapeHtml(title)}" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}">\n${parts.join('\n')}\n</svg>`
}

const exact = (value: number | undefined): string =>
  value === undefined ? '' : value.toLocaleString('en-US', { maximumFractionDigits: 4 })

/** All points, a line for each x and a column for each curve. */
function pointTable({ x, series }: Chart): ReturnType<typeof table> {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([value]) => value)))].sort((a, b) => a - b)
  const values = series.map(({ points }) => new Map(points))
  return table(
    [x.label, ...series.map(({ name }) => name)],
    xs.map((value) => [exact(value), ...values.map((of) => exact(of.get(value)))]),
  )
}

export const chartPicture = (chart: Chart): Picture => ({
  is: 'picture',
  of: 'chart',
  svg: svgOf(chart),
  instead: [pointTable(chart)],
})
