/** `oomcheck check`: decides configurations and compares them with what is expected. */
import { immerEngine } from '../engine/immer.ts'
import { tableEngine } from '../engine/table.ts'
import { jsonlReport } from '../report/jsonl.ts'
import { junitReport } from '../report/junit.ts'
import { markdownReport } from '../report/markdown.ts'
import { decided, type Outcome, type Planned, type Reporter, type Write } from '../report/record.ts'
import { TABLE_WIDTH, textReport, type TextOptions } from '../report/text.ts'
import type { Reductions, SearchOptions } from '../search/breadth-first.ts'
import { Workers } from '../search/parallel/workers.ts'
import { exitOf } from './exit.ts'
import { onInterrupt } from './interrupt.ts'
import { loadSpecs } from './load.ts'
import { releaseMemory } from './memory.ts'
import { checkTogether, modeOf, type ModeOptions } from './modes.ts'
import { openOutput } from './output.ts'
import { planOf } from './plan.ts'
import { Progress, type ProgressForm } from './progress.ts'
import { checkReduced, reductionsOf } from './reduce.ts'
import { prepareDirectory, saver } from './save.ts'
import { paragraphOf } from './tell.ts'
import { messageOf, sentences } from './sentences.ts'
import { trimmed } from './trim.ts'

export const FORMATS = ['text', 'jsonl', 'junit', 'markdown'] as const
export const ENGINES = ['table', 'immer'] as const

export interface CheckOptions extends ModeOptions {
  readonly variant?: readonly string[]
  readonly bounds?: Readonly<Record<string, number>>
  readonly with?: readonly string[]
  readonly property?: readonly string[]
  readonly full?: boolean
  readonly format: (typeof FORMATS)[number]
  readonly engine: (typeof ENGINES)[number]
  readonly reduce?: readonly string[]
  readonly specs?: string
  readonly output?: string
  readonly save?: string
  readonly maxStates?: number
  readonly maxMemory?: number
  readonly timeout?: number
  readonly progress?: ProgressForm
  readonly quiet?: boolean
  readonly debug?: boolean
}

const REPORTS: Readonly<Record<CheckOptions['format'], (write: Write, options: TextOptions) => Reporter>> = {
  text: textReport,
  jsonl: jsonlReport,
  junit: junitReport,
  markdown: markdownReport,
}

function openReport(options: CheckOptions, progress: Progress): Reporter {
  const { write, style, columns } = openOutput(options.output)
  const clearThenWrite: Write = (text) => {
    progress.clear()
    write(text)
  }
  const width = Math.min(TABLE_WIDTH, columns ?? TABLE_WIDTH)
  return REPORTS[options.format](clearThenWrite, {
    width,
    style,
    times: options.full ?? false,
    witnesses: options.property ?? [],
    tell: paragraphOf,
  })
}

/** Decides one configuration. Whatever goes wrong in the checker becomes part of the report. */
async function decide(planned: Planned, options: SearchOptions, debug: (stack: string) => void): Promise<Outcome> {
  const properties = planned.spec.properties.filter(({ name }) => planned.asked.includes(name))
  try {
    const run = await checkReduced(planned, properties, { ...options, fairness: planned.fairness })
    return decided(planned, trimmed(planned, run))
  } catch (error) {
    if (error instanceof Error) debug(error.stack ?? '')
    return { is: 'failed', planned, message: sentences.failed(messageOf(error)) }
  }
}

/** Decides one configuration after the other, and tells the report of each. */
export async function decideAll(
  plan: readonly Planned[],
  options: CheckOptions,
  reduce: Reductions | undefined,
  report: Reporter,
  progress: Progress,
  interrupt: AbortSignal,
  workers?: Workers,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const mode = modeOf(options)
  const save = options.save === undefined ? undefined : saver(options.save)
  for (const [i, planned] of plan.entries()) {
    if (interrupt.aborted) break
    if (i > 0 && options.maxMemory !== undefined) {
      await workers?.close()
      await releaseMemory()
    }
    progress.begin(planned, i + 1, plan.length)
    const search: SearchOptions = {
      engine: options.engine === 'table' ? tableEngine : immerEngine,
      reduce,
      mode,
      maxStates: options.maxStates,
      maxMemory: options.maxMemory,
      timeoutSeconds: options.timeout,
      interrupt,
      workers,
      onProgress: (statistics, seconds, settled) => {
        progress.update(statistics, seconds)
        if (settled) report.progress(planned, statistics, seconds)
      },
    }
    const outcome = await decide(planned, search, (stack) => {
      if (options.debug === true) process.stderr.write(`${stack}\n`)
    })
    outcomes.push(outcome)
    report.outcome(outcome)
    if (outcome.is === 'decided') save?.(outcome)
  }
  progress.clear()
  return outcomes
}

/** Returns the exit code. */
export async function checkCommand(names: readonly string[], options: CheckOptions): Promise<number> {
  const started = performance.now()
  const reduce = reductionsOf(options.reduce, options.engine)
  checkTogether(options)
  const workers = options.workers === undefined ? undefined : new Workers(options.workers)
  // Threads start while the specs are loaded.
  workers?.start()
  try {
    return await checkWith(workers, names, options, reduce, started)
  } finally {
    await workers?.close()
  }
}

async function checkWith(
  workers: Workers | undefined,
  names: readonly string[],
  options: CheckOptions,
  reduce: Reductions | undefined,
  started: number,
): Promise<number> {
  const plan = planOf(await loadSpecs(options.specs), {
    specs: names,
    variants: options.variant ?? [],
    bounds: options.bounds,
    ingredients: options.with,
    properties: options.property ?? [],
    full: options.full ?? false,
  })
  if (options.save !== undefined) prepareDirectory(options.save)
  const progress = new Progress(process.stderr, options.quiet === true ? 'none' : options.progress)
  const report = openReport(options, progress)
  const interrupt = onInterrupt(() => progress.say(sentences.interrupted()))
  report.start(plan)
  const outcomes = await decideAll(plan, options, reduce, report, progress, interrupt.signal, workers).finally(
    interrupt.dispose,
  )
  const interrupted = interrupt.signal.aborted
  const exit = exitOf(outcomes, interrupted)
  report.end({ planned: plan, outcomes, interrupted, exit, seconds: (performance.now() - started) / 1000 })
  return exit
}
