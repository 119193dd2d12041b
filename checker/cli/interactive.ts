/**
 * Walking through a trace, forward and back.
 *
 * On a terminal single keys; otherwise one command a line: n (next), p (previous), g 7 (go to state 7), s (the whole
 * state), q (quit).
 */
import { emitKeypressEvents } from 'node:readline'
import { createInterface } from 'node:readline/promises'
import type { Machine } from '../engine/machine.ts'
import { printable } from '../engine/printable.ts'
import type { PlainState } from '../engine/plain.ts'
import { fill, type Style } from '../report/lines.ts'
import { TRACE_WIDTH } from '../report/trace.ts'
import { isNothing } from '../trace/diff.ts'
import { formatStep, type Trace } from '../trace/schedule.ts'
import { fieldsOf, type Field } from '../trace/fields.ts'
import type { Output } from './output.ts'
import { sentences } from './sentences.ts'

const HELP = 'n next · p previous · g <n> go to state n · s the whole state · q quit'
const INDENT = '    '

export interface Walked {
  readonly machine: Machine
  readonly trace: Trace
  /** The history fields that may be shown: the others are not kept. */
  readonly history: ReadonlySet<string>
  /** Of a lasso: the number of steps before those that go round for ever. */
  readonly loop?: number | undefined
}

const HISTORY = /^history\.([^.[]+)/

/** One place in a trace: state `at` is the one after so many steps. */
class Walk {
  at = 0
  readonly #walked: Walked
  readonly #style: Style
  readonly #fields: readonly Field[]
  readonly #initial: PlainState

  constructor(walked: Walked, style: Style) {
    this.#walked = walked
    this.#style = style
    this.#fields = fieldsOf(walked.machine.layout).filter(
      ({ history, name }) => !history || walked.history.has(HISTORY.exec(name)?.[1] ?? ''),
    )
    this.#initial = walked.trace.states[0] ?? {}
  }

  get #last(): number {
    return this.#walked.trace.schedule.steps.length
  }

  /** What to write for a command; `undefined`: it is over. */
  obey(command: string): string | undefined {
    const [, key = '', number] = /^\s*([a-z]?)[a-z]*\s*(\d*)\s*$/.exec(command) ?? []
    switch (key) {
      case 'q':
        return undefined
      case 'n':
      case '':
        return command.trim() !== '' && key === '' ? HELP : this.#goTo(this.#following)
      case 'p':
        return this.#goTo(this.at - 1)
      case 's':
        return this.#whole()
      case 'g':
        return number === '' ? sentences.goWhere(this.#last) : this.#goTo(Number(number))
      default:
        return HELP
    }
  }

  /** Where the next step leads; from the end of a lasso that is round once more. */
  get #following(): number {
    const { loop } = this.#walked
    const goesRound = this.at === this.#last && loop !== undefined && loop < this.#last
    return (goesRound ? loop : this.at) + 1
  }

  /** What is so special about the end of a lasso. */
  get #around(): string[] {
    const { loop } = this.#walked
    if (this.at !== this.#last || loop === undefined) return []
    if (loop === this.#last) return ['  Here everything may stop for ever.']
    return [`  From here it goes on with step ${loop + 1}, round and round for ever.`]
  }

  #goTo(state: number): string {
    if (state < 0) return sentences.atTheStart()
    if (state > this.#last)
      return state === this.at + 1 ? sentences.atTheEnd(this.#last) : sentences.goWhere(this.#last)
    this.at = state
    return this.show()
  }

  /** All fields, whether they changed or not. */
  #whole(): string {
    const state = this.#walked.trace.states[this.at] ?? {}
    return this.#fields.map((field) => `    ${field.name}: ${field.show(state)}`).join('\n')
  }

  /** How the initial state was picked, where there are several. */
  get #start(): string {
    const { init } = this.#walked.trace.schedule
    return `the initial state${init.length === 0 ? '' : `, init(${printable(init.join(', '))})`}`
  }

  /** Is it worth a line? What has changed since the start is; at the start, what is not empty. */
  #isNotable(field: Field, state: PlainState): boolean {
    const value = field.show(state)
    return this.at === 0 ? field.kind !== 'pc' && !isNothing(value) : value !== field.show(this.#initial)
  }

  /** The step that led here, the state, and what can be done next. */
  show(): string {
    const { trace, machine } = this.#walked
    const { steps } = trace.schedule
    const [state = {}, before] = [trace.states[this.at], trace.states[this.at - 1]]
    const by = steps[this.at - 1]
    const led = by === undefined ? this.#start : formatStep(by)
    const next = steps[this.#following - 1]
    const old = (field: Field): string => field.show(before ?? state)
    const changed = (field: Field): boolean => old(field) !== field.show(state)
    const shown = this.#fields.filter((field) => changed(field) || this.#isNotable(field, state))
    const values = shown.map(
      (field) =>
        `${changed(field) ? '* ' : '  '}${field.name}: ${changed(field) ? `${old(field)} → ` : ''}${field.show(state)}`,
    )
    const enabled = machine.enabled(state).map((step) => formatStep(step))
    return [
      this.#style('bold', `[${this.at}/${this.#last}] ${led}`),
      ...values.map((line) => (line.startsWith('*') ? `  ${this.#style('yellow', line)}` : `  ${line}`)),
      ...(next === undefined ? [] : [`  next: ${formatStep(next)}`]),
      ...this.#around,
      ...fill(enabled.length === 0 ? ['nothing'] : enabled, ' · ', TRACE_WIDTH - 11).map(
        (line, i) => `${i === 0 ? '  enabled: ' : `${INDENT}       `}${line}`,
      ),
    ].join('\n')
  }
}

type Input = NodeJS.ReadStream

/** Lets a person, or a test, walk through a trace. */
export async function walk(walked: Walked, output: Output, input: Input): Promise<void> {
  const place = new Walk(walked, output.style)
  output.write(`${HELP}\n${place.show()}\n`)
  const obey = (command: string): boolean => {
    const text = place.obey(command)
    if (text !== undefined) output.write(`${text}\n`)
    return text !== undefined
  }
  if (input.isTTY) await byKeys(input, obey, (text) => output.write(text))
  else for await (const line of createInterface({ input })) if (!obey(line)) break
}

/** Single keys; `g` collects digits until Enter. */
async function byKeys(input: Input, obey: (command: string) => boolean, echo: (text: string) => void): Promise<void> {
  emitKeypressEvents(input)
  input.setRawMode(true)
  input.resume()
  let pending: string | undefined
  await new Promise<void>((resolve) => {
    const run = (command: string): void => {
      if (obey(command)) return
      input.off('keypress', pressed)
      resolve()
    }
    const pressed = (text: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean }): void => {
      if (key.ctrl === true && (key.name === 'c' || key.name === 'd')) run('q')
      else if (pending === undefined && text === 'g') echo((pending = 'g '))
      else if (pending === undefined) run(keyOf(key.name, text))
      else if (key.name === 'return') {
        const command = pending
        pending = undefined
        echo('\n')
        run(command)
      } else if (/^\d$/.test(text ?? '')) {
        pending += text ?? ''
        echo(text ?? '')
      }
    }
    input.on('keypress', pressed)
  })
  input.setRawMode(false)
  input.pause()
}

/** Arrows and the space bar do what one expects. */
function keyOf(name: string | undefined, text: string | undefined): string {
  if (name === 'right' || name === 'down' || name === 'space' || name === 'return') return 'n'
  if (name === 'left' || name === 'up' || name === 'backspace') return 'p'
  return text ?? '?'
}
