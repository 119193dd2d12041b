/** `oomcheck list`: what there is to check. */
import { known } from '../language/protocol.ts'
import { specLine, specText } from '../report/list.ts'
import { EXIT } from './exit.ts'
import { loadSpecs } from './load.ts'
import { openOutput } from './output.ts'

export const LIST_FORMATS = ['text', 'jsonl'] as const

export interface ListOptions {
  readonly format: (typeof LIST_FORMATS)[number]
  readonly specs?: string
  readonly output?: string
}

/** Returns the exit code. */
export async function listCommand(names: readonly string[], options: ListOptions): Promise<number> {
  const specs = await loadSpecs(options.specs)
  for (const name of names)
    known(
      'spec',
      name,
      specs.map((spec) => spec.name),
    )
  const { write, style } = openOutput(options.output)
  const chosen = specs.filter(({ name }) => names.length === 0 || names.includes(name))
  write(
    options.format === 'jsonl' ? chosen.map(specLine).join('') : chosen.map((spec) => specText(spec, style)).join('\n'),
  )
  return EXIT.asExpected
}
