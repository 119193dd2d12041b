/**
 * A trace as a space-time diagram in SVG: time goes down, each process has a lane with a mark for each step, arrows lead
 * from who wrote a value to whom it decided, and bars show what the fields hold that decided something.
 */
import { isNothing } from '../trace/diff.ts'
import type { ExplainedStep, Explanation } from '../trace/explain.ts'
import type { TurningPoint } from '../search/turning-point.ts'
import type { Field } from '../trace/fields.ts'
import { element, escapeHtml } from './html.ts'
import { fill, shorten } from './lines.ts'
import { shortStep, type Told } from './told.ts'

/** Pixels. */
const GUTTER = 30
const LANE = 108
const MARK = 14
const LINE = 13
const PADDING = 12
const CHARACTER = 6.3
const BAR = 20
const HEADER = 26
const ROTATED = 5.2
/** More bars than that say less. */
const BARS = 10
/** Fields that did not decide what another process did, or the end, only come up to that many. */
const FEW_BARS = 5
const TELLING = 10
const LABEL_WIDTH = Math.floor((LANE - MARK - 12) / CHARACTER)

interface Row {
  /** The step, counted from 0. */
  readonly step: number
  readonly explained: ExplainedStep
  readonly lane: number
  readonly lines: readonly string[]
  readonly top: number
  readonly height: number
}

/** Breaks a label where its words end, as narrow as a lane. */
function broken(label: string): string[] {
  const words = label.match(/[^/._(-]*[/._(-]*/g)?.filter((word) => word !== '') ?? []
  return fillWords(words, LABEL_WIDTH)
}
function fillWords(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length <= width) lines[lines.length - 1] = last + word
    else lines.push(...fill([word], '', width))
  }
  return lines
}

/** The fields of which to show a bar: what decided and was written by a step, first what another process looked at. */
function barred({ steps, atEnd, overtaken, waiting }: Explanation): Field[] {
  const changing = new Set(
    steps.flatMap(({ changes }) => changes.flatMap(({ field }) => (field.kind === 'pc' ? [] : [field.name]))),
  )
  const scores = new Map<string, { readonly field: Field; score: number }>()
  const count = (field: Field, score: number): void => {
    if (!changing.has(field.name)) return
    const entry = scores.get(field.name) ?? { field, score: 0 }
    entry.score += score
    scores.set(field.name, entry)
  }
  for (const { field } of overtaken) count(field, 100)
  for (const { field, decisive } of [...atEnd, ...waiting.flatMap(({ reads }) => reads)]) if (decisive) count(field, 50)
  for (const { step, reads } of steps)
    for (const { field, decisive, writer, byNote } of reads)
      if (decisive && !byNote && steps[writer]?.step.process !== step.process) count(field, 10)
  // Flags and pointers that changed say something even where they decided nothing.
  for (const { changes } of steps)
    for (const { field } of changes)
      if (!field.history && (field.kind === 'bool' || field.kind === 'ref')) count(field, 1)
  return [...scores.values()]
    .sort((a, b) => b.score - a.score)
    .filter(({ score }, i) => i < (score < TELLING ? FEW_BARS : BARS))
    .map(({ field }) => field)
}

type Pictured = Pick<Told, 'explanation' | 'aftermath' | 'turning'>

class Diagram {
  readonly #explanation: Explanation
  readonly #turning: TurningPoint | undefined
  /** The first step of what comes when it is too late. */
  readonly #lost: number | undefined
  readonly #lanes: readonly string[]
  readonly #rows: readonly Row[]
  readonly #byStep: ReadonlyMap<number, Row>
  readonly #fields: readonly Field[]
  readonly #top: number
  readonly #width: number
  readonly #bottom: number

  constructor({ explanation: own, aftermath: explanation = own, turning }: Pictured, onlyCauses: boolean) {
    this.#explanation = explanation
    this.#turning = turning
    this.#lost = explanation === own ? undefined : own.steps.length
    const shown = explanation.steps.filter(({ isCause }) => isCause || !onlyCauses)
    this.#lanes = [...new Set(shown.map(({ step }) => step.process))]
    this.#fields = barred(explanation)
    const longest = Math.max(0, ...this.#fields.map(({ name }) => shorten(name, 24).length))
    this.#top = Math.max(HEADER, Math.ceil(longest * CHARACTER) + 14)
    const rows: Row[] = []
    let top = this.#top + 6
    for (const explained of shown) {
      const { step, index } = explained
      // Room for the words on the line that is drawn there.
      const isLastWayOut = turning?.is === 'found' && index === turning.step
      for (const isMarked of [isLastWayOut, index === this.#lost, index === explanation.loop]) if (isMarked) top += LINE
      const lines = broken(shortStep(step))
      const height = lines.length * LINE + PADDING
      rows.push({ step: index, explained, lane: this.#lanes.indexOf(step.process), lines, top, height })
      top += height
    }
    this.#rows = rows
    this.#byStep = new Map(rows.map((row) => [row.step, row]))
    this.#bottom = top + 8
    this.#width = GUTTER + this.#lanes.length * LANE + this.#fields.length * BAR + 10
  }

  #x(lane: number): number {
    return GUTTER + lane * LANE + MARK
  }
  #y(row: Row): number {
    return row.top + PADDING / 2 + 5
  }

  draw(): string {
    const label = `A space-time diagram of ${this.#rows.length} steps of ${this.#lanes.join(', ')}`
    return element(
      'svg',
      {
        width: this.#width,
        height: this.#bottom + 4,
        viewBox: `0 0 ${this.#width} ${this.#bottom + 4}`,
        role: 'img',
        'aria-label': label,
      },
      [
        ARROWS,
        ...this.#drawLanes(),
        ...this.#drawBars(),
        ...this.#drawArrows(),
        ...this.#rows.map((row) => this.#drawStep(row)),
        ...this.#drawTurn(),
        ...this.#drawLost(),
        ...this.#drawLoop(),
      ],
    )
  }

  #drawLanes(): string[] {
    return this.#lanes.flatMap((name, lane) => {
      const x = this.#x(lane)
      return [
        element('text', { class: 'lane-name', x: x - 6, y: this.#top - 8 }, escapeHtml(shorten(name, 15))),
        element('line', { class: 'lane', x1: x, y1: this.#top, x2: x, y2: this.#bottom }),
      ]
    })
  }

  #drawStep(row: Row): string {
    const { step, changes, reads, isCause } = row.explained
    const [x, y] = [this.#x(row.lane), this.#y(row)]
    const told = [
      `${row.step + 1}  ${step.process} ${shortStep(step)}`,
      ...reads
        .filter(({ decisive }) => decisive)
        .map(({ field, value, writer }) => `decided by ${field.name} = ${value} (step ${writer + 1})`),
      ...changes.map(({ field, from, to }) => `${field.name}: ${from} → ${to}`),
    ]
    const label = row.lines.map((line, i) => element('tspan', { x: x + 10, dy: i === 0 ? 0 : LINE }, escapeHtml(line)))
    return element('g', { class: `step lane${row.lane % 6}${isCause ? '' : ' aside'}` }, [
      element('title', {}, escapeHtml(told.join('\n'))),
      element('text', { class: 'number', x: GUTTER - 8, y: y + 4 }, String(row.step + 1)),
      element('circle', { cx: x, cy: y, r: 5 }),
      element('text', { x: x + 10, y: y + 4 }, label.join('')),
    ])
  }

  /** Solid where a value decided, dashed where it was changed after it had been read. */
  #drawArrows(): string[] {
    const { steps, overtaken } = this.#explanation
    const arrows = new Map<string, { from: number; to: number; kind: string; why: string[] }>()
    const add = (from: number, to: number, kind: string, why: string): void => {
      const key = `${from} ${to} ${kind}`
      const arrow = arrows.get(key) ?? { from, to, kind, why: [] }
      arrow.why.push(why)
      arrows.set(key, arrow)
    }
    steps.forEach(({ step, reads, isCause, index }) => {
      for (const { decisive, byNote, writer, by, field, value } of reads)
        if (isCause && decisive && !byNote && by?.process !== step.process)
          add(writer, index, 'causes', `${field.name} = ${value}`)
    })
    for (const { read, lastBy, field, value, now } of overtaken)
      add(read, lastBy, 'overtakes', `${field.name} was ${value} when it was read, and is ${now} after this`)
    return [...arrows.values()].flatMap(({ from, to, kind, why }) => {
      const [a, b] = [this.#byStep.get(from), this.#byStep.get(to)]
      return a === undefined || b === undefined ? [] : [this.#drawArrow(a, b, kind, why)]
    })
  }

  #drawArrow(a: Row, b: Row, kind: string, why: readonly string[]): string {
    const [x1, y1, x2, y2] = [this.#x(a.lane), this.#y(a) + 5, this.#x(b.lane), this.#y(b)]
    // From the left it arrives beside the mark; from the right above it, since the label is beside it.
    const path =
      x1 <= x2
        ? `M ${x1} ${y1} C ${x1} ${y1 + (y2 - y1) * 0.6}, ${x2 - 38} ${y2 - 4}, ${x2 - 8} ${y2}`
        : `M ${x1} ${y1} C ${x1} ${y1 + (y2 - y1) * 0.5}, ${x2 + 16} ${y2 - 22}, ${x2 + 3} ${y2 - 7}`
    return element('path', { class: kind, d: path, 'marker-end': `url(#${kind}-head)` }, [
      element('title', {}, escapeHtml(why.join('\n'))),
    ])
  }

  #drawBars(): string[] {
    const left = GUTTER + this.#lanes.length * LANE + 4
    const { states } = this.#explanation.trace
    return this.#fields.flatMap((field, column) => {
      const x = left + column * BAR
      const name = shorten(field.name.replace(/^history\./, ''), 24)
      const parts = [
        element(
          'text',
          { class: 'field', transform: `translate(${x + 12} ${this.#top - 6}) rotate(-90)` },
          escapeHtml(name),
        ),
      ]
      // A state begins in the middle of the row of the step that makes it.
      const middle = (step: number): number => {
        const row = this.#rows.find((each) => each.step >= step)
        return row === undefined ? this.#bottom : row.step === step ? this.#y(row) : row.top
      }
      const values = states.map((state) => field.show(state))
      const changes = values.flatMap((value, i) => (i > 0 && value !== values[i - 1] ? [i] : []))
      for (const [k, since] of [0, ...changes].entries()) {
        const until = changes[k]
        const y1 = since === 0 ? this.#top : middle(since - 1)
        const y2 = until === undefined ? this.#bottom : middle(until - 1)
        if (y2 > y1) parts.push(this.#drawValue(field, values[since] ?? '', x, y1, y2))
      }
      return parts
    })
  }

  #drawValue(field: Field, value: string, x: number, y1: number, y2: number): string {
    const height = y2 - y1
    const room = Math.floor((height - 6) / ROTATED)
    const says = field.kind === 'bool' || (isNothing(value) && value !== '0') || room < 1 ? '' : shorten(value, room)
    const turned = says.length > 2
    const text =
      says === ''
        ? []
        : [
            element(
              'text',
              {
                class: 'value',
                transform: `translate(${x + (turned ? 11.5 : 8)} ${y1 + height / 2 + (turned ? 0 : 3)})${turned ? ' rotate(-90)' : ''}`,
              },
              escapeHtml(says),
            ),
          ]
    return element('g', { class: isNothing(value) ? 'bar none' : 'bar' }, [
      element('title', {}, escapeHtml(`${field.name} = ${value}`)),
      element('rect', { x: x + 1, y: y1 + 1, width: 14, height: Math.max(1, height - 2), rx: 2 }),
      ...text,
    ])
  }

  #across(y: number, kind: string, words: string): string[] {
    const right = GUTTER + this.#lanes.length * LANE
    return [
      element('line', { class: kind, x1: 4, y1: y, x2: right, y2: y }),
      element('text', { class: `${kind}-name`, x: right - 2, y: y - 3 }, escapeHtml(words)),
    ]
  }

  #drawTurn(): string[] {
    if (this.#turning?.is !== 'found') return []
    const row = this.#byStep.get(this.#turning.step)
    return row === undefined ? [] : this.#across(row.top, 'turn', 'last way out')
  }

  #drawLost(): string[] {
    const row = this.#lost === undefined ? undefined : this.#byStep.get(this.#lost)
    if (row === undefined) return []
    return this.#across(row.top - (this.#lost === this.#explanation.loop ? LINE : 0), 'turn', 'out of reach')
  }

  #drawLoop(): string[] {
    const { loop, steps } = this.#explanation
    if (loop === undefined) return []
    const row = this.#byStep.get(loop)
    if (row !== undefined) return this.#across(row.top, 'turn', 'again and again')
    return loop === steps.length ? this.#across(this.#bottom - 1, 'turn', 'stops for ever') : []
  }
}

const head = (kind: string): string =>
  element(
    'marker',
    { id: `${kind}-head`, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
    [element('path', { class: `${kind}-head`, d: 'M 0 0 L 8 4 L 0 8 z' })],
  )
const ARROWS = element('defs', {}, [head('causes'), head('overtakes')])

/** The trace, and behind a trap how it goes on, in lanes. */
export const spaceTime = (pictured: Pictured, onlyCauses: boolean): string => new Diagram(pictured, onlyCauses).draw()
