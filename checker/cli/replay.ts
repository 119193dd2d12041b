/** `oomcheck replay`: runs a counterexample file on the reference engine and says whether it shows what it claims. */
import { match } from 'ts-pattern'
import { Machine } from '../engine/machine.ts'
import type { Counted } from '../language/property.ts'
import { wrap } from '../report/lines.ts'
import { TRACE_WIDTH, traceLines } from '../report/trace.ts'
import { clause, count, counted } from '../report/words.ts'
import { confirm, TRAP_STATES, type Confirmation } from '../trace/confirm.ts'
import type { CounterexampleFile } from '../trace/counterexample.ts'
import { contextSwitches, replay, type Trace } from '../trace/schedule.ts'
import { EXIT } from './exit.ts'
import { walk } from './interactive.ts'
import { loadSpecs } from './load.ts'
import { openOutput } from './output.ts'
import { sentences, UsageError } from './sentences.ts'
import { about, checkSchedule, fitting, readCounterexample, type Fitting } from './read.ts'
import { wholeOf } from './whole.ts'

export interface ReplayOptions {
  readonly specs?: string
  readonly output?: string
  readonly interactive?: boolean
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
export interface Opened extends Fitting {
  readonly machine: Machine
  /** `increment racy threads=2`. */
  readonly where: string
  readonly trace: Trace
  readonly confirmation: Confirmation
}

/** Reads a counterexample file and runs its schedule; a `UsageError` says what does not fit. */
export async function openCounterexample(path: string, specsPath: string | undefined): Promise<Opened> {
  const read = readCounterexample(path)
  const specs = await loadSpecs(specsPath)
  return about(path, () => {
    const found = fitting(read, specs)
    checkSchedule(found)
    const { file, spec, layout } = found
    const machine = new Machine(layout, file.history && new Set(file.history))
    const bounds = Object.entries(file.bounds).map(([bound, value]) => `${bound}=${value}`)
    const where = [spec.name, file.variant, ...bounds, ...file.ingredients.map((each) => `+${each}`)].join(' ')
    const trace = replay(machine, file)
    const confirmation = confirm(machine, file.property, spec.properties, file, trace)
    return { ...found, machine, where, trace, confirmation }
  })
}

/** `4 steps, 2 context switches`. */
export const sizeInWords = ({ schedule }: Trace): string =>
  `${counted(schedule.steps.length, 'step')}, ${counted(contextSwitches(schedule), 'context switch', 'context switches')}`

/** Returns the exit code. */
export async function replayCommand(path: string, options: ReplayOptions): Promise<number> {
  if (options.interactive === true && options.output !== undefined)
    throw new UsageError(
      sentences.exclusive('--interactive', '--output', 'what one types is answered where one types it'),
    )
  const { file, spec, layout, machine, where, trace, confirmation } = await openCounterexample(path, options.specs)
  const asked = spec.properties.find((each) => each.name === file.property)
  const output = openOutput(options.output)
  const said = conclusion(file, confirmation, claimInWords(file, asked?.count))
  const verdict = wrap(`${file.property}: ${said}.`, TRACE_WIDTH).join('\n')
  output.write(`${where}: ${file.property}, ${sizeInWords(trace)}\n`)
  if (options.interactive === true)
    await walk({ machine, loop: file.loop, ...wholeOf(machine, trace, file) }, output, process.stdin)
  else output.write(`${traceLines(trace, layout, output.style, file.loop).join('\n')}\n`)
  output.write(`${verdict}\n`)
  return codeOf(confirmation)
}
