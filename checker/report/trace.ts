/** A trace as lines of text: one per step, with what the step changed. */
import type { Layout } from '../engine/layout.ts'
import { DONE } from '../language/program.ts'
import { diff, type Change } from '../trace/diff.ts'
import { formatStep, printable, type Trace } from '../trace/schedule.ts'
import { fill, unstyled, type Format, type Style } from './lines.ts'

export const TRACE_WIDTH = 80
/** Steps up to this width stand beside their changes; the changes of longer ones below them. */
const STEP_WIDTH = 34
const SEPARATOR = ' · '
const COLOURS: readonly Format[] = ['cyan', 'yellow', 'magenta', 'green', 'blue']

/** Where the process that moved stands now is shown by its next step. Only the end of it is told. */
function changeInWords({ field, from, to }: Change, process: string): string | undefined {
  if (field !== `${process}.pc`) return `${field}: ${from} → ${to}`
  return to === DONE ? `${process}: ${DONE}` : undefined
}

/** Changes stand so far to the right where they stand below their step. */
const BELOW = 4

function besides(step: string, changes: readonly string[], indent: number, stepWidth: number): string[] {
  const width = TRACE_WIDTH - indent - stepWidth - 2
  if (changes.some(({ length }) => length > width))
    return [
      step,
      ...fill(changes, SEPARATOR, TRACE_WIDTH - indent - BELOW).map((line) => `${' '.repeat(BELOW)}${line}`),
    ]
  const lines = fill(changes, SEPARATOR, width)
  if (lines.length === 0) return [step]
  const rows = step.length > stepWidth ? ['', ...lines] : lines
  return rows.map((line, i) => `${(i === 0 ? step : '').padEnd(stepWidth)}${line === '' ? '' : '  '}${line}`.trimEnd())
}

/**
 * The steps of a trace, numbered; where the initial state was picked that comes first. `loop` is the number of steps
 * before those that go round for ever.
 */
export function traceLines(
  { schedule, states }: Trace,
  layout: Layout,
  style: Style = unstyled,
  loop?: number,
): string[] {
  const steps = schedule.steps.map(formatStep)
  const digits = Math.max(2, String(steps.length).length)
  const stepWidth = Math.min(STEP_WIDTH, Math.max(0, ...steps.map((step) => step.length)))
  const names = layout.processes.map(({ name }) => name)
  const number = (n: number): string => `  ${String(n).padStart(digits)}  `
  const lines: string[] = []
  if (schedule.init.length > 0)
    lines.push(
      ...besides(`init(${printable(schedule.init.join(', '))})`, [], digits + 4, TRACE_WIDTH).map(
        (line) => `${number(0)}${line}`,
      ),
    )
  if (schedule.init.length === 0 && steps.length === 0) lines.push(`${number(0)}the initial state`)
  steps.forEach((step, i) => {
    if (i === loop) lines.push(`${' '.repeat(digits + 4)}── from here on, again and again ──`)
    const process = schedule.steps[i]?.process ?? ''
    const changes = diff(states[i] ?? {}, states[i + 1] ?? {}, layout.families)
      .map((change) => changeInWords(change, process))
      .filter((words) => words !== undefined)
    const colour = COLOURS[names.indexOf(process) % COLOURS.length] ?? 'cyan'
    besides(step, changes, digits + 4, stepWidth).forEach((line, j) => {
      lines.push(
        j > 0
          ? `${' '.repeat(digits + 4)}${line}`
          : `${style('dim', number(i + 1))}${style(colour, step)}${line.slice(step.length)}`,
      )
    })
  })
  if (loop === steps.length) lines.push(`${' '.repeat(digits + 4)}── and there everything may stop for ever ──`)
  return lines
}
