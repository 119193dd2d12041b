/**
 * `oomcheck minimize`: two artifacts for a counterexample file. The shortest schedule that shows the same in the same
 * instance; and the smallest instances that show it, each with its shortest schedule.
 */
import { tableEngine } from '../engine/table.ts'
import { STAYS_IN_DOMAIN } from '../language/property.ts'
import {
  isShownBy,
  smallestInstances,
  type Asked,
  type Instances,
  type Point,
  type Smallest,
} from '../minimize/instances.ts'
import { withoutNeedlessSteps } from '../minimize/steps.ts'
import { wrap } from '../report/lines.ts'
import { TRACE_WIDTH, traceLines } from '../report/trace.ts'
import { counted } from '../report/words.ts'
import { check, type SearchOptions } from '../search/breadth-first.ts'
import type { Result } from '../search/verdict.ts'
import { confirm } from '../trace/confirm.ts'
import type { CounterexampleFile } from '../trace/counterexample.ts'
import type { Trace } from '../trace/schedule.ts'
import { EXIT } from './exit.ts'
import { onInterrupt } from './interrupt.ts'
import { openOutput, type Output } from './output.ts'
import { conclusion, openCounterexample, sizeInWords, type Opened } from './replay.ts'
import { sentences } from './sentences.ts'

export const MINIMIZE_FORMATS = ['text', 'json'] as const

export interface MinimizeOptions {
  readonly format: (typeof MINIMIZE_FORMATS)[number]
  readonly fewerIngredients?: boolean
  readonly specs?: string
  readonly output?: string
  readonly maxStates?: number
  readonly maxMemory?: number
  readonly timeout?: number
}

/** The file is wrong about the extreme. */
interface Wrong {
  readonly is: 'wrong'
  readonly because: string
}

/** A schedule, with what is known of its length. */
interface Found {
  /** No schedule is shorter; or only: no single step of it can go. */
  readonly is: 'shortest' | 'irreducible'
  readonly trace: Trace
  readonly loop: number | undefined
  readonly history: readonly string[]
}

function traceOf(result: Result): { trace: Trace; loop: number | undefined } | undefined {
  if (!('trace' in result)) return undefined
  return { trace: result.trace, loop: 'loop' in result ? result.loop.from : undefined }
}

/** What the search says of an extreme, where that is not what the file says; nothing where they agree or it is not known. */
function contradiction(file: CounterexampleFile, result: Result | undefined): string | undefined {
  if (!('value' in file) || file.atLeast === true || result === undefined) return undefined
  if (result.is === 'unbounded') return `it has no bound, and the file says that the ${file.result} is ${file.value}`
  if (result.is !== file.result || !('value' in result) || result.value === file.value) return undefined
  const { atLeast, value } = result
  const bound = atLeast ? ` at ${file.result === 'maximum' ? 'least' : 'most'}` : ''
  return `the ${file.result} is${bound} ${value}, and the file says ${file.value}`
}

/** The shortest schedule in the same instance or, where the search does not come that far, one of which no step can go. */
async function shortestOf(
  { file, spec, layout, machine, trace }: Opened,
  options: SearchOptions,
): Promise<Found | Wrong> {
  const properties = spec.properties.filter(({ name }) => file.property === STAYS_IN_DOMAIN || name === file.property)
  const run = await check(layout, properties, options)
  const result = run.verdicts.find(({ property }) => property === file.property)?.result
  const because = contradiction(file, result)
  if (because !== undefined) return { is: 'wrong', because }
  const found = result && isSame(file, result) ? traceOf(result) : undefined
  const isShortest = result !== undefined && !('loop' in result && !result.loop.shortest)
  if (found !== undefined && isShortest) return { is: 'shortest', ...found, history: run.history }
  const reduced = withoutNeedlessSteps(machine, { trace, loop: file.loop }, (each, loop) => {
    const { loop: _, ...rest } = file
    return (
      confirm(machine, file.property, spec.properties, loop === undefined ? rest : { ...rest, loop }, each).is === 'yes'
    )
  })
  return { is: 'irreducible', ...reduced, history: file.history ?? Object.keys(layout.history.fields) }
}

/** The same result, and of an extreme the same value. */
const isSame = (file: CounterexampleFile, result: Result): boolean =>
  isShownBy(file, result) && (!('value' in file) || ('value' in result && result.value === file.value))

const pointInWords = ({ bounds, ingredients }: Point): string =>
  [...Object.entries(bounds).map(([name, value]) => `${name}=${value}`), ...ingredients.map((name) => `+${name}`)].join(
    ' ',
  )

/** At most so many instances are named in a sentence. */
const NAMED = 5
const pointsInWords = (points: readonly Point[]): string =>
  points.slice(0, NAMED).map(pointInWords).join('; ') +
  (points.length > NAMED ? `; and ${points.length - NAMED} more` : '')

const claimOf = ({ proved, undecided, below }: Smallest): string =>
  proved
    ? below === 0
      ? 'there is none below'
      : 'every instance below was decided, and none shows it'
    : `${counted(undecided.length, 'instance')} below could not be decided within the budget (${pointsInWords(undecided)})`

function smallestLines(name: string, instances: Instances, { style }: Output): string[] {
  if (instances.smallest.length === 0)
    return wrap(`No instance was seen to show it; not decided: ${pointsInWords(instances.undecided)}.`, TRACE_WIDTH)
  return instances.smallest.flatMap((each) => {
    const found = traceOf(each.verdict.result)
    if (found === undefined) return []
    const words = `Smallest instance: ${[name, pointInWords(each)].filter((part) => part !== '').join(' ')}, ${sizeInWords(found.trace)}; ${claimOf(each)}.`
    return [...wrap(words, TRACE_WIDTH), ...traceLines(found.trace, each.layout, style, found.loop)]
  })
}

function textOf({ file, layout, where, trace }: Opened, found: Found, instances: Instances, output: Output): string {
  const lines = [
    `${where}: ${file.property}, ${sizeInWords(trace)}`,
    ...wrap(
      found.is === 'shortest'
        ? `Shortest schedule: ${sizeInWords(found.trace)}.`
        : `The search did not come to a shortest schedule. Of the given one these are left, and no single step can go: ${sizeInWords(found.trace)}.`,
      TRACE_WIDTH,
    ),
    ...traceLines(found.trace, layout, output.style, found.loop),
    ...smallestLines(`${file.spec} ${file.variant}`, instances, output),
    `${counted(instances.decided, 'instance')} decided, ${instances.undecided.length} not${instances.impossible.length === 0 ? '' : `; ${instances.impossible.length} cannot be set up`}.`,
  ]
  return `${lines.join('\n')}\n`
}

function jsonOf({ file }: Opened, found: Found, instances: Instances): string {
  const { init: _init, steps: _steps, loop: _loop, history: _history, ...about } = file
  const asFile = (point: Point, { trace, loop, history }: Omit<Found, 'is'>): object => ({
    ...about,
    bounds: point.bounds,
    ingredients: point.ingredients,
    history,
    ...(loop === undefined ? {} : { loop }),
    ...trace.schedule,
  })
  const smallest = instances.smallest.flatMap((each) => {
    const { result } = each.verdict
    const shown = traceOf(result)
    if (shown === undefined) return []
    const value = 'value' in result ? { value: result.value } : {}
    const counterexample = { ...asFile(each, { ...shown, history: each.run.history }), ...value }
    return [{ proved: each.proved, undecided: each.undecided, counterexample }]
  })
  const { decided, undecided, impossible } = instances
  const report = {
    version: 1,
    schedule: { is: found.is, counterexample: asFile(file, found) },
    smallest,
    decided,
    undecided,
    impossible,
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}

/** Returns the exit code. */
export async function minimizeCommand(path: string, options: MinimizeOptions): Promise<number> {
  const opened = await openCounterexample(path, options.specs)
  const { file, spec, where, confirmation } = opened
  const output = openOutput(options.output)
  const differs = (because: string): number => {
    output.write(`${wrap(`${where}: ${file.property}: ${because}.`, TRACE_WIDTH).join('\n')}\n`)
    return EXIT.differs
  }
  if (confirmation.is === 'no') return differs(conclusion(file, confirmation))
  const interrupt = onInterrupt(() => process.stderr.write(`${sentences.interrupted()}\n`))
  const search: SearchOptions = {
    engine: tableEngine,
    fairness: file.fairness,
    maxStates: options.maxStates,
    maxMemory: options.maxMemory,
    timeoutSeconds: options.timeout,
    interrupt: interrupt.signal,
  }
  const asked: Asked = {
    protocol: spec.protocol,
    variant: file.variant,
    bounds: file.bounds,
    ingredients: file.ingredients,
    properties: spec.properties,
    property: file.property,
    shown: file,
    fewerIngredients: options.fewerIngredients ?? false,
  }
  try {
    const found = await shortestOf(opened, search)
    if (found.is === 'wrong') return differs(found.because)
    const instances = await smallestInstances(asked, search)
    output.write(
      options.format === 'json' ? jsonOf(opened, found, instances) : textOf(opened, found, instances, output),
    )
    if (interrupt.signal.aborted) return EXIT.interrupted
    const isCertain = found.is === 'shortest' && instances.smallest.length > 0 && instances.undecided.length === 0
    return isCertain ? EXIT.asExpected : EXIT.inconclusive
  } finally {
    interrupt.dispose()
  }
}
