/** `oomcheck replay`: runs a counterexample file on the reference engine and says whether it shows what it claims. */
import { match } from 'ts-pattern'
import { wrap } from '../report/lines.ts'
import { TRACE_WIDTH, traceLines } from '../report/trace.ts'
import { clause, count, counted } from '../report/words.ts'
import { confirm, TRAP_STATES, type Confirmation } from '../trace/confirm.ts'
import type { CounterexampleFile } from '../trace/counterexample.ts'
import { contextSwitches } from '../trace/schedule.ts'
import { replayFile, type Replayed } from './counterexample.ts'
import { EXIT } from './exit.ts'
import { walk } from './interactive.ts'
import { openOutput } from './output.ts'

export interface ReplayOptions {
  readonly specs?: string
  readonly output?: string
  readonly interactive?: boolean
}

/** What the file claims about the end of the schedule, in the words of `check`. */
const claimInWords = (file: CounterexampleFile): string =>
  match(file)
    .with({ result: 'violated' }, ({ steps }) => `violated in ${counted(steps.length, 'step')}`)
    .with({ result: 'reachable' }, ({ steps }) => `reachable in ${counted(steps.length, 'step')}`)
    .with({ result: 'maximum' }, { result: 'minimum' }, ({ value }) => `${value} at the end`)
    .exhaustive()

const conclusion = (file: CounterexampleFile, { is, because }: Confirmation): string =>
  match(is)
    .with(
      'yes',
      () => `${claimInWords(file)}, as the file claims${because === undefined ? '' : ` (${clause(because)})`}`,
    )
    .with('no', () => `not ${claimInWords(file)}, although the file claims it`)
    .with(
      'unknown',
      () =>
        `${claimInWords(file)}, claims the file; more than ${count(TRAP_STATES)} states lie behind the end, too many to confirm it`,
    )
    .exhaustive()

const codeOf = ({ is }: Confirmation): number =>
  match(is)
    .with('yes', () => EXIT.asExpected)
    .with('no', () => EXIT.differs)
    .with('unknown', () => EXIT.inconclusive)
    .exhaustive()

/** `increment racy threads=2: NoIncrementIsLost, 4 steps, 2 context switches`. */
function headline({ file, spec, trace }: Replayed): string {
  const bounds = Object.entries(file.bounds).map(([bound, value]) => `${bound}=${value}`)
  const where = [spec.name, file.variant, ...bounds, ...file.ingredients.map((each) => `+${each}`)].join(' ')
  const switches = counted(contextSwitches(trace.schedule), 'context switch', 'context switches')
  return `${where}: ${file.property}, ${counted(trace.schedule.steps.length, 'step')}, ${switches}`
}

/** Returns the exit code. */
export async function replayCommand(path: string, options: ReplayOptions): Promise<number> {
  const replayed = await replayFile(path, options.specs)
  const { file, spec, machine, trace } = replayed
  const output = openOutput(options.output)
  const confirmation = confirm(machine, file.property, spec.properties, file, trace)
  const verdict = wrap(`${file.property}: ${conclusion(file, confirmation)}.`, TRACE_WIDTH).join('\n')
  if (options.interactive === true) {
    output.write(`${headline(replayed)}\n`)
    await walk(replayed, output, process.stdin)
    output.write(`${verdict}\n`)
  } else {
    const lines = traceLines(trace, machine.layout, output.style, file.loop)
    output.write(`${[headline(replayed), ...lines, verdict].join('\n')}\n`)
  }
  return codeOf(confirmation)
}
