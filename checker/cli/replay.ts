/** `oomcheck replay`: runs a counterexample file on the reference engine and says whether it shows what it claims. */
import { readFileSync } from 'node:fs'
import { match } from 'ts-pattern'
import { Machine } from '../engine/machine.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { NO_DEADLOCK, STAYS_IN_DOMAIN, type Counted } from '../language/property.ts'
import { ConfigError, known } from '../language/protocol.ts'
import type { Spec } from '../language/spec.ts'
import { wrap } from '../report/lines.ts'
import { TRACE_WIDTH, traceLines } from '../report/trace.ts'
import { clause, count, counted } from '../report/words.ts'
import { confirm, TRAP_STATES, type Confirmation } from '../trace/confirm.ts'
import { FILE_VERSION, parseCounterexample, type CounterexampleFile, type Shown } from '../trace/counterexample.ts'
import { contextSwitches, formatStep, replay, ReplayError, type Trace } from '../trace/schedule.ts'
import { EXIT } from './exit.ts'
import { walk } from './interactive.ts'
import { loadSpecs } from './load.ts'
import { openOutput } from './output.ts'
import { messageOf, sentences, systemReason, UsageError } from './sentences.ts'

export interface ReplayOptions {
  readonly specs?: string
  readonly output?: string
  readonly interactive?: boolean
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = messageOf(error)
    const [, position] = /at position (\d+)/.exec(message) ?? []
    const cutOff = message.includes('Unexpected end') || Number(position) >= text.trimEnd().length
    throw new UsageError(cutOff ? sentences.cutOff(path) : sentences.notJson(path, message), { cause: error })
  }
}

/** The text of a file, or a sentence on why it cannot be had. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(sentences.cannotRead(path, systemReason(error)), { cause: error })
  }
}

export function readCounterexample(path: string): CounterexampleFile {
  const value = parseJson(path, readText(path))
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const version: unknown = isObject && 'version' in value ? value.version : undefined
  if (isObject && version !== FILE_VERSION) throw new UsageError(sentences.wrongVersion(path, version, FILE_VERSION))
  const parsed = parseCounterexample(value)
  if (!parsed.ok) throw new UsageError(sentences.wrongShape(path, parsed.where, parsed.message))
  return parsed.file
}

/** What each kind of property can be shown to be. */
const CAN_BE: Readonly<Record<string, readonly Shown['result'][]>> = {
  always: ['violated'],
  never: ['violated'],
  stepwise: ['violated'],
  alwaysReachable: ['violated'],
  eventually: ['violated'],
  leadsTo: ['violated'],
  alwaysEventually: ['violated'],
  progress: ['violated'],
  longest: ['maximum', 'unbounded'],
  shortest: ['minimum'],
  refines: ['violated'],
  'built-in': ['violated'],
  reachable: ['reachable'],
  maximum: ['maximum'],
  minimum: ['minimum'],
}

export function checkProperty(spec: Spec, { property, result }: CounterexampleFile): void {
  const names = [...spec.properties.map(({ name }) => name), STAYS_IN_DOMAIN, NO_DEADLOCK]
  known(`property of ${spec.name}`, property, names)
  const kind = spec.properties.find(({ name }) => name === property)?.kind ?? 'built-in'
  if (CAN_BE[kind]?.includes(result) !== true) throw new UsageError(sentences.wrongKind(property, kind, result))
}

/** What could be done instead of a step, if the steps before it can be taken. */
function enabledAt({ init, steps, history }: CounterexampleFile, layout: Layout, step: number): string[] {
  const machine = new Machine(layout, history && new Set(history))
  try {
    const { states } = replay(machine, { init, steps: steps.slice(0, step) })
    return states.slice(-1).flatMap((state) => machine.enabled(state).map(formatStep))
  } catch (error) {
    if (error instanceof ReplayError) return []
    throw error
  }
}

/** Names that no state of the instance could make right. */
function checkNames(file: CounterexampleFile, layout: Layout): void {
  const { steps, history = [] } = file
  const { protocol } = layout.instance
  for (const name of history) known(`history field of ${protocol}`, name, Object.keys(layout.history.fields))
  const processes = layout.processes.map(({ name }) => name)
  for (const [i, { process, label }] of steps.entries()) {
    const found = layout.processes.find(({ name }) => name === process)
    if (found === undefined)
      throw new UsageError(sentences.unknownInStep(i + 1, 'process', process, processes, enabledAt(file, layout, i)))
    const labels = [...new Set(found.program.labels.map(({ name }) => name))]
    if (!labels.includes(label))
      throw new UsageError(
        sentences.unknownInStep(i + 1, `label of ${process}`, label, labels, enabledAt(file, layout, i)),
      )
  }
}

/** What the file claims about the end of the schedule, in the words of `check`. */
const claimInWords = (file: CounterexampleFile, count: Counted | undefined): string =>
  match(file)
    .with({ result: 'violated' }, ({ steps }) => `violated in ${counted(steps.length, 'step')}`)
    .with({ result: 'reachable' }, ({ steps }) => `reachable in ${counted(steps.length, 'step')}`)
    .with({ result: 'unbounded' }, () => 'unbounded')
    .with({ result: 'maximum' }, { result: 'minimum' }, ({ value }) =>
      count === undefined ? `${value} at the end` : `${counted(value, count.slice(0, -1))} on the way`,
    )
    .exhaustive()

export const conclusion = (
  file: CounterexampleFile,
  { is, because }: Confirmation,
  claim: string = claimInWords(file, undefined),
): string =>
  match(is)
    .with('yes', () => `${claim}, as the file claims${because === undefined ? '' : ` (${clause(because)})`}`)
    .with('no', () => `not ${claim}, although the file claims it`)
    .with(
      'unknown',
      () =>
        `${claim}, claims the file; more than ${count(TRAP_STATES)} states lie behind the end, too many to confirm it`,
    )
    .exhaustive()

const codeOf = ({ is }: Confirmation): number =>
  match(is)
    .with('yes', () => EXIT.asExpected)
    .with('no', () => EXIT.differs)
    .with('unknown', () => EXIT.inconclusive)
    .exhaustive()

/** A counterexample file with what it is about. */
export interface Opened {
  readonly file: CounterexampleFile
  readonly spec: Spec
  readonly layout: Layout
  readonly machine: Machine
  /** `increment racy threads=2`. */
  readonly where: string
  readonly trace: Trace
  readonly confirmation: Confirmation
}

/** The spec that a counterexample file names. */
export function specOf(file: CounterexampleFile, specs: readonly Spec[]): Spec {
  const spec = specs.find(({ name }) => name === file.spec)
  if (spec === undefined)
    throw new ConfigError(`Unknown spec '${file.spec}'; there are: ${specs.map(({ name }) => name).join(', ')}.`)
  return spec
}

/** Reads a counterexample file and runs its schedule; a `UsageError` says what does not fit. */
export async function openCounterexample(path: string, specsPath: string | undefined): Promise<Opened> {
  const file = readCounterexample(path)
  const spec = specOf(file, await loadSpecs(specsPath))
  checkProperty(spec, file)
  const layout = layoutOf(spec.protocol.instance(file))
  checkNames(file, layout)
  const machine = new Machine(layout, file.history && new Set(file.history))
  const bounds = Object.entries(file.bounds).map(([bound, value]) => `${bound}=${value}`)
  const where = [spec.name, file.variant, ...bounds, ...file.ingredients.map((each) => `+${each}`)].join(' ')
  try {
    const trace = replay(machine, file)
    const confirmation = confirm(machine, file.property, spec.properties, file, trace)
    return { file, spec, layout, machine, where, trace, confirmation }
  } catch (error) {
    if (error instanceof ReplayError) throw new UsageError(`${path}: ${error.message}`, { cause: error })
    throw error
  }
}

/** `4 steps, 2 context switches`. */
export const sizeInWords = ({ schedule }: Trace): string =>
  `${counted(schedule.steps.length, 'step')}, ${counted(contextSwitches(schedule), 'context switch', 'context switches')}`

/** Returns the exit code. */
export async function replayCommand(path: string, options: ReplayOptions): Promise<number> {
  const { file, spec, layout, machine, where, trace, confirmation } = await openCounterexample(path, options.specs)
  const asked = spec.properties.find((each) => each.name === file.property)
  const output = openOutput(options.output)
  const said = conclusion(file, confirmation, claimInWords(file, asked?.count))
  const verdict = wrap(`${file.property}: ${said}.`, TRACE_WIDTH).join('\n')
  output.write(`${where}: ${file.property}, ${sizeInWords(trace)}\n`)
  if (options.interactive === true) await walk({ machine, trace }, output, process.stdin)
  else output.write(`${traceLines(trace, layout, output.style, file.loop).join('\n')}\n`)
  output.write(`${verdict}\n`)
  return codeOf(confirmation)
}
