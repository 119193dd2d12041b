/** Live progress on standard error: one line that is rewritten on a terminal, else a line every few seconds. */
import type { Statistics } from '../engine/engine.ts'
import { shorten } from '../report/lines.ts'
import { configurationName, type Planned } from '../report/record.ts'
import { count } from '../report/words.ts'

/** What of a stream progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const TERMINAL_PERIOD_MS = 100
const PLAIN_PERIOD_MS = 3000
const ERASE_LINE = '\r\u001b[2K'

/** `2.1M/s`. */
function rate(states: number, seconds: number): string {
  const perSecond = seconds > 0 ? states / seconds : 0
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(1)}M/s`
  if (perSecond >= 1e3) return `${(perSecond / 1e3).toFixed(0)}k/s`
  return `${perSecond.toFixed(0)}/s`
}

export class Progress {
  readonly #stream: ProgressStream | undefined
  readonly #now: () => number
  #last: number
  #where = ''
  #drawn = false

  /** Without a stream: quiet. */
  constructor(stream: ProgressStream | undefined, now: () => number = () => performance.now()) {
    this.#stream = stream
    this.#now = now
    this.#last = now()
  }

  /** On to the `nth` of so many configurations. */
  begin(planned: Planned, nth: number, of: number): void {
    this.#where = `${of === 1 ? '' : `[${nth}/${of}] `}${planned.spec.name} ${configurationName(planned)}`
  }

  update({ states, depth, queued }: Statistics, seconds: number): void {
    const stream = this.#stream
    const now = this.#now()
    if (stream === undefined || now - this.#last < (stream.isTTY === true ? TERMINAL_PERIOD_MS : PLAIN_PERIOD_MS))
      return
    this.#last = now
    const numbers = `${count(states)} states · ${rate(states, seconds)} · depth ${count(depth)} · queue ${count(queued)}`
    if (stream.isTTY !== true) {
      stream.write(`${this.#where} · ${numbers}\n`)
      return
    }
    // A terminal that does not know its size says 0.
    const room = (stream.columns === undefined || stream.columns === 0 ? 80 : stream.columns) - 1
    // The numbers matter most: what does not fit is taken from the name.
    const where = shorten(this.#where, Math.max(0, room - numbers.length - 3))
    stream.write(`${ERASE_LINE}${shorten(`${where} · ${numbers}`, room)}`)
    this.#drawn = true
  }

  /** Takes the line away, before something else is written. */
  clear(): void {
    if (this.#drawn) this.#stream?.write(ERASE_LINE)
    this.#drawn = false
  }

  /** A line of its own. */
  say(text: string): void {
    this.clear()
    this.#stream?.write(`${text}\n`)
  }
}
