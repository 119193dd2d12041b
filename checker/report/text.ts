/** Text: for people. Spec by spec a table of verdicts, below it what differs, what is open and what was not tried. */
import { MAIL_WIDTH } from './columns.ts'
import { fill, hanging, unstyled, wrap, type Style } from './lines.ts'
import { bySpec, caveats, leftOpen, neverFalse, neverTaken, shownProperties, vacuities } from './overview.ts'
import {
  configurationName,
  statesOf,
  isCounterexample,
  traceOf,
  type Decided,
  type Judged,
  type Outcome,
  type Planned,
  type Reporter,
  type Summary,
  type Write,
  loopOf,
} from './record.ts'
import { DIFFERS, heading, OPEN, verdictTable, type TableOptions } from './table.ts'
import { traceLines } from './trace.ts'
import {
  count,
  someInWords,
  guaranteeInWords,
  judgedInWords,
  reductionsInWords,
  reachInWords,
  searchInWords,
  secondsInWords,
  tallyInWords,
} from './words.ts'

export const TABLE_WIDTH = 100
/** Nothing is made narrower than this, however narrow the terminal says that it is. */
const LEAST_WIDTH = 40

export interface TextOptions {
  readonly width?: number
  readonly style?: Style
  /** With the time of each configuration. */
  readonly times?: boolean
  /** Show how these properties are reached, too: someone asked for them by name. */
  readonly witnesses?: readonly string[]
  /** Why a trace of the only configuration ends as it does, in one paragraph. */
  readonly tell?: (outcome: Decided, judged: Judged) => string | undefined
}

class TextReport implements Reporter {
  readonly #write: Write
  readonly #options: TableOptions
  readonly #witnesses: readonly string[]
  readonly #tell: NonNullable<TextOptions['tell']>
  #plan: readonly Planned[] = []
  /** Outcomes of the spec that is under way. */
  #pending: Outcome[] = []
  #hides = false

  constructor(
    write: Write,
    { width = TABLE_WIDTH, style = unstyled, times = false, witnesses = [], tell }: TextOptions,
  ) {
    this.#write = write
    this.#options = { width: Math.max(LEAST_WIDTH, width), style, times }
    this.#witnesses = witnesses
    this.#tell = tell ?? (() => undefined)
  }

  start(plan: readonly Planned[]): void {
    this.#plan = plan
  }

  progress(): void {
    // Progress is for the terminal, which is not written by a report.
  }

  outcome(outcome: Outcome): void {
    this.#pending.push(outcome)
    const all = this.#plan.filter(({ spec }) => spec.name === outcome.planned.spec.name)
    if (all.at(-1) === outcome.planned) this.#flush()
  }

  end(summary: Summary): void {
    this.#flush()
    const { style, width } = this.#options
    const { outcomes, interrupted, exit, seconds } = summary
    const lines: string[] = []
    if (this.#hides) lines.push('StaysInDomain and NoDeadlock hold where they are not shown.')
    const verdict = `${interrupted ? 'interrupted: ' : ''}${reachInWords(summary)}, ${tallyInWords(outcomes)}`
    lines.push(...wrap(verdict, width).map((line) => style(exit === 0 ? 'green' : 'red', line)))
    lines.push(...wrap(`${searchInWords(outcomes)} · ${secondsInWords(seconds)}`, width))
    this.#write(`${lines.join('\n')}\n`)
  }

  /** Writes the spec that is under way. */
  #flush(): void {
    for (const [name, outcomes] of bySpec(this.#pending)) this.#write(`${this.#spec(name, outcomes).join('\n')}\n\n`)
    this.#pending = []
  }

  #spec(name: string, outcomes: readonly Outcome[]): string[] {
    const single = this.#plan.length === 1
    const { names, hides, routine } = shownProperties(outcomes)
    const shown = single ? [...new Set(outcomes.flatMap(({ planned }) => planned.asked))] : names
    if (hides && !single) this.#hides = true
    const lines = [
      ...heading(name, outcomes[0]?.planned.spec.protocol.source, this.#options),
      ...verdictTable(outcomes, shown, this.#options),
      ...(single || routine.length === 0
        ? []
        : hanging('  hold where asked: ', fill(routine, ', ', this.#options.width - 20))),
      ...this.#remarks(outcomes),
    ]
    for (const outcome of outcomes) lines.push(...this.#details(outcome, single))
    return lines
  }

  /** Brief lines below the table. */
  #remarks(outcomes: readonly Outcome[]): string[] {
    const lines: string[] = []
    const remark = (head: string, text: string): number =>
      lines.push(...hanging(`  ${head} `, wrap(text, this.#options.width - head.length - 3)))
    for (const { reason, configurations } of leftOpen(outcomes))
      remark(`${OPEN} inconclusive:`, `${reason} (${someInWords(configurations)})`)
    for (const { property, reason, configurations } of vacuities(outcomes))
      remark('vacuous:', `${property}, ${reason} (${someInWords(configurations)})`)
    for (const words of reductionsInWords(outcomes, this.#plan.length > 1))
      lines.push(...hanging('  ', wrap(words, this.#options.width - 2)))
    for (const { property, caveat } of caveats(outcomes)) remark(`${property}:`, caveat)
    for (const labels of neverTaken(outcomes).values())
      lines.push(...hanging('  never taken: ', fill(labels, ', ', this.#options.width - 15)))
    for (const guards of neverFalse(outcomes).values())
      lines.push(...hanging('  guards never false: ', fill(guards, ', ', this.#options.width - 22)))
    return lines
  }

  #details(outcome: Outcome, single: boolean): string[] {
    const { planned } = outcome
    const where = `${planned.spec.name} ${configurationName(planned)}`
    if (outcome.is === 'failed') return ['', ...this.#marked(`${where}: ${outcome.message}`)]
    const lines: string[] = []
    if (single && outcome.run.history.length > 0)
      lines.push(...hanging('  history kept: ', fill(outcome.run.history, ', ', this.#options.width - 16)))
    if (outcome.statesDiffer)
      lines.push(
        '',
        ...this.#marked(
          `${where}: ${count(statesOf(outcome.run) ?? 0)} states; expected: ${count(planned.states ?? 0)}`,
        ),
      )
    for (const judged of outcome.verdicts) lines.push(...this.#verdict(outcome, judged, single))
    return lines
  }

  #verdict(outcome: Decided, judged: Judged, single: boolean): string[] {
    const { planned } = outcome
    const { verdict, judgement } = judged
    const differs = judgement === 'differs' || judgement === 'bad'
    const trace = traceOf(verdict.result)
    const isAsked = single && (isCounterexample(verdict.result) || this.#witnesses.includes(verdict.property))
    if (!differs && (trace === undefined || !isAsked)) return []
    const words = `${planned.spec.name} ${configurationName(planned)}: ${verdict.property}: ${judgedInWords(judged)}`
    const guarantee = guaranteeInWords(verdict.result)
    const told = single && trace !== undefined ? this.#tell(outcome, judged) : undefined
    return [
      '',
      ...(differs ? this.#marked(words) : wrap(words, this.#options.width)),
      ...(planned.why === undefined || judgement !== 'differs'
        ? []
        : hanging('  the row says: ', wrap(planned.why, this.#options.width - 16))),
      ...(trace === undefined || guarantee === '' ? [] : wrap(`  (${guarantee})`, this.#options.width)),
      ...(trace === undefined ? [] : traceLines(trace, planned.layout, this.#options.style, loopOf(verdict.result))),
      ...(told === undefined ? [] : ['', ...wrap(told, Math.min(MAIL_WIDTH, this.#options.width))]),
    ]
  }

  #marked(text: string): string[] {
    const lines = hanging(`${DIFFERS} `, wrap(text, this.#options.width - 2))
    return lines.map((line) => this.#options.style('red', line))
  }
}

export const textReport = (write: Write, options: TextOptions = {}): Reporter => new TextReport(write, options)
