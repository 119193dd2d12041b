/** Live progress on standard error: one line that is rewritten on a terminal, else a line every few seconds. */
import type { Statistics } from '../engine/engine.ts'
import { shorten } from '../report/lines.ts'
import { progressEvent, type ProgressEvent } from '../report/progress-event.ts'
import { configurationName, type Planned } from '../report/record.ts'
import { count } from '../report/words.ts'
import { estimateOf } from './estimate.ts'

export const PROGRESS_FORMS = ['auto', 'lines', 'jsonl', 'none'] as const
/** `auto` is a line that is rewritten on a terminal, and `lines` elsewhere. */
export type ProgressForm = (typeof PROGRESS_FORMS)[number]

/** What of a stream progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

type Shown = 'rewritten' | 'lines' | 'jsonl'
const PERIOD_MS: Readonly<Record<Shown, number>> = { rewritten: 100, lines: 3000, jsonl: 1000 }
const ERASE_LINE = '\r\u001b[2K'

/** `2.1M/s`. */
function rateInWords(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(1)}M/s`
  if (perSecond >= 1e3) return `${(perSecond / 1e3).toFixed(0)}k/s`
  return `${perSecond.toFixed(0)}/s`
}

/** `90 s`, `5 min`, `2.5 h`. */
function timeInWords(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(0)} s`
  return seconds < 6000 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`
}

function restInWords({ estimate }: ProgressEvent): string {
  if (estimate === null) return 'no estimate yet'
  const time = timeInWords(estimate.seconds)
  return estimate.from === 'share' ? `${time} to go` : `≤ ${time} to go if levels shrink on like this`
}

const inWords = (event: ProgressEvent): string =>
  [
    `${count(event.states)} states`,
    rateInWords(event.statesPerSecond),
    `depth ${count(event.depth)}`,
    `queue ${count(event.queued)}`,
    `${count(Math.round(event.bytes / 2 ** 20))} MiB`,
    restInWords(event),
  ].join(' · ')

function eventOf(planned: Planned, statistics: Statistics, seconds: number, bytes: number): ProgressEvent {
  const { states, transitions, queued, depth } = statistics
  const { spec, variant, bounds, ingredients } = planned
  return {
    event: 'progress',
    spec: spec.name,
    variant,
    bounds,
    ingredients,
    states,
    transitions,
    statesPerSecond: seconds > 0 ? Math.round(states / seconds) : 0,
    queued,
    depth,
    bytes,
    seconds,
    estimate: estimateOf(statistics, seconds) ?? null,
  }
}

export interface Surroundings {
  /** The time in milliseconds. */
  readonly now: () => number
  /** Bytes of the process. */
  readonly bytes: () => number
}
const HERE: Surroundings = { now: () => performance.now(), bytes: () => process.memoryUsage.rss() }

export class Progress {
  readonly #stream: ProgressStream
  readonly #shown: Shown | undefined
  readonly #here: Surroundings
  #last: number
  #where = ''
  #planned: Planned | undefined
  #drawn = false

  constructor(stream: ProgressStream, form: ProgressForm = 'auto', here: Surroundings = HERE) {
    this.#stream = stream
    this.#shown = form === 'none' ? undefined : form === 'auto' ? (stream.isTTY === true ? 'rewritten' : 'lines') : form
    this.#here = here
    this.#last = here.now()
  }

  /** On to the `nth` of so many configurations. */
  begin(planned: Planned, nth: number, of: number): void {
    this.#planned = planned
    this.#where = `${of === 1 ? '' : `[${nth}/${of}] `}${planned.spec.name} ${configurationName(planned)}`
  }

  update(statistics: Statistics, seconds: number): void {
    const now = this.#here.now()
    if (this.#shown === undefined || this.#planned === undefined || now - this.#last < PERIOD_MS[this.#shown]) return
    this.#last = now
    const event = eventOf(this.#planned, statistics, seconds, this.#here.bytes())
    if (this.#shown === 'jsonl') this.#stream.write(`${JSON.stringify(progressEvent.parse(event))}\n`)
    else if (this.#shown === 'lines') this.#stream.write(`${this.#where} · ${inWords(event)}\n`)
    else this.#rewrite(inWords(event))
  }

  #rewrite(numbers: string): void {
    const { columns } = this.#stream
    // A terminal that does not know its size says 0.
    const room = (columns === undefined || columns === 0 ? 80 : columns) - 1
    // The numbers matter most: what does not fit is taken from the name.
    const where = shorten(this.#where, Math.max(0, room - numbers.length - 3))
    this.#stream.write(`${ERASE_LINE}${shorten(where === '' ? numbers : `${where} · ${numbers}`, room)}`)
    this.#drawn = true
  }

  /** Takes the line away, before something else is written. */
  clear(): void {
    if (this.#drawn) this.#stream.write(ERASE_LINE)
    this.#drawn = false
  }

  /** A line of its own, for people. */
  say(text: string): void {
    this.clear()
    if (this.#shown === 'rewritten' || this.#shown === 'lines') this.#stream.write(`${text}\n`)
  }
}
