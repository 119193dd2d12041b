/** `oomcheck explain`: why a counterexample ends as it does, in words and pictures. */
import { match } from 'ts-pattern'
import { explanationHtml } from '../report/explanation-html.ts'
import { explanationJson } from '../report/explanation-json.ts'
import { explanationMarkdown } from '../report/explanation-markdown.ts'
import { explanationText, storyLines } from '../report/explanation-text.ts'
import { itf } from '../report/itf.ts'
import type { Told } from '../report/told.ts'
import { openCounterexample } from './replay.ts'
import { EXIT } from './exit.ts'
import { openOutput } from './output.ts'
import { sentences, UsageError } from './sentences.ts'
import { tell } from './tell.ts'
import { wholeOf } from './whole.ts'
import { ownSpecs } from './load.ts'
import { sourcesOf } from './sources.ts'
import { commentsIn } from '../report/source-comments.ts'
import { legendOf } from '../report/legend.ts'
import { setting } from '../report/golden-page.ts'
import { resolve } from 'node:path'

export const EXPLANATION_FORMATS = ['text', 'markdown', 'html', 'itf', 'json'] as const

/** So many states are searched for the last way out, unless told otherwise. */
export const EXPLAIN_STATES = 20_000

export interface ExplainOptions {
  readonly specs?: string
  readonly output?: string
  readonly format: (typeof EXPLANATION_FORMATS)[number]
  readonly onlyCauses?: boolean
  readonly reads?: boolean
  readonly maxStates?: number
}

/** Returns the exit code. */
export async function explainCommand(path: string, options: ExplainOptions): Promise<number> {
  const { file, spec, machine, trace, confirmation } = await openCounterexample(path, options.specs)
  const { is, because } = confirmation
  if (is === 'no') throw new UsageError(sentences.showsNothing(path, file.property))
  const output = openOutput(options.output)
  const columns = { onlyCauses: options.onlyCauses ?? false, allReads: options.reads ?? false }
  const told = (): Told => {
    const tellable = { ...file, spec, shown: file, because, machine, trace }
    const found: Told = { ...tell(tellable, options.maxStates ?? EXPLAIN_STATES), isClaimed: true }
    const list = options.specs === undefined ? ownSpecs() : resolve(options.specs)
    const comments = commentsIn(sourcesOf(list, spec.name).values())
    const where = setting({ file, spec })
    const story = storyLines(found).join(' ')
    const legend = legendOf(machine.layout, comments, found, where, story)
    return { ...found, legend }
  }
  const asItf = (): string => {
    const whole = wholeOf(machine, trace, file)
    return itf(machine.layout, whole.trace, file, whole.history)
  }
  const text = match(options.format)
    .with('text', () => explanationText(told(), { ...columns, style: output.style }))
    .with('markdown', () => explanationMarkdown(told(), columns))
    .with('html', () => explanationHtml(told(), columns))
    .with('json', () => explanationJson(told()))
    .with('itf', asItf)
    .exhaustive()
  output.write(text)
  return EXIT.asExpected
}
