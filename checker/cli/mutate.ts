/** `oomcheck mutate`: makes one mistake at a time in the models, and looks whether the rows notice. */
import { known } from '../language/protocol.ts'
import { mutate, type Mutated } from '../mutate/run.ts'
import { complaints, mutationLines, mutationText } from '../mutate/report.ts'
import { count } from '../report/words.ts'
import { EXIT } from './exit.ts'
import { onInterrupt } from './interrupt.ts'
import { loadSpecs, ownSpecs } from './load.ts'
import { ownScores } from './documents.ts'
import { digestOf, openScores, saveScore } from './scores.ts'
import { scoreOf } from '../mutate/scores.ts'
import { resolve } from 'node:path'
import { openOutput } from './output.ts'
import { planOf } from './plan.ts'
import { sentences, UsageError } from './sentences.ts'

export const MUTATE_FORMATS = ['text', 'jsonl'] as const

export const DEFAULT_LEAVES = 50
/** Rows of more states are left out. */
export const DEFAULT_MUTANT_STATES = 150_000
export const DEFAULT_MUTANT_SECONDS = 20

export interface MutateOptions {
  readonly format: (typeof MUTATE_FORMATS)[number]
  readonly leaves?: number
  readonly maxStates?: number
  readonly timeout?: number
  readonly specs?: string
  /** `true`: in the file of the package. */
  readonly save?: string | true
  readonly output?: string
  readonly quiet?: boolean
}

/** Mutants between two lines of progress. */
const PERIOD = 100

function exitOf(all: readonly Mutated[], interrupted: boolean): number {
  if (interrupted) return EXIT.interrupted
  if (all.some((mutated) => complaints(mutated).length > 0)) return EXIT.differs
  return all.some(({ tried }) => tried.some(({ fate }) => fate.is === 'undecided'))
    ? EXIT.inconclusive
    : EXIT.asExpected
}

/** Where scores are kept, if they are: those of other specs than the package's are not put among its own. */
function scoresFile({ save, specs }: MutateOptions): string | undefined {
  if (save !== true) return save
  if (specs !== undefined) throw new UsageError(sentences.saveWhere())
  return ownScores()
}

/** Returns the exit code. */
export async function mutateCommand(names: readonly string[], options: MutateOptions): Promise<number> {
  const specs = await loadSpecs(options.specs)
  for (const name of names)
    known(
      'spec',
      name,
      specs.map((spec) => spec.name),
    )
  const list = options.specs === undefined ? ownSpecs() : resolve(options.specs)
  const scores = scoresFile(options)
  if (scores !== undefined) openScores(scores)
  const { write, style } = openOutput(options.output)
  const say = (text: string): void => {
    if (options.quiet !== true) process.stderr.write(`${text}\n`)
  }
  const interrupt = onInterrupt(() => say(sentences.interrupted()))
  const isInterrupted = (): boolean => interrupt.signal.aborted
  const all: Mutated[] = []
  try {
    for (const spec of specs.filter(({ name }) => names.length === 0 || names.includes(name))) {
      if (isInterrupted()) break
      const plan = planOf([spec], {
        specs: [],
        variants: [],
        bounds: undefined,
        ingredients: undefined,
        properties: [],
        full: false,
      })
      const mutated = await mutate(spec, plan, {
        leaves: options.leaves ?? DEFAULT_LEAVES,
        maxStates: options.maxStates ?? DEFAULT_MUTANT_STATES,
        timeout: options.timeout ?? DEFAULT_MUTANT_SECONDS,
        interrupt: interrupt.signal,
        onProgress: ({ name }, tried, of) => {
          if (tried % PERIOD === 0) say(`${name}: ${count(tried)} of ${count(of)} mutants`)
        },
      })
      all.push(mutated)
      if (scores !== undefined && !isInterrupted())
        saveScore(scores, spec.name, scoreOf(mutated, digestOf(list, spec.name)))
      write(options.format === 'jsonl' ? mutationLines(mutated) : mutationText(mutated, style))
    }
  } finally {
    interrupt.dispose()
  }
  return exitOf(all, isInterrupted())
}
