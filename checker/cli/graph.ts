/** `oomcheck graph`: all states of a small instance as text for Graphviz. */
import { Machine } from '../engine/machine.ts'
import { dot } from '../report/dot.ts'
import { configurationName } from '../report/record.ts'
import { stateGraph } from '../search/state-graph.ts'
import { fieldsOf } from '../trace/fields.ts'
import { EXIT } from './exit.ts'
import { loadSpecs } from './load.ts'
import { openOutput } from './output.ts'
import { planOf } from './plan.ts'
import { sentences, UsageError } from './sentences.ts'

/** More states than that make no picture that anybody can read. */
export const GRAPH_STATES = 500

export interface GraphOptions {
  readonly variant?: readonly string[]
  readonly bounds?: Readonly<Record<string, number>>
  readonly with?: readonly string[]
  readonly specs?: string
  readonly output?: string
  readonly maxStates?: number
}

/** Returns the exit code. History is not drawn: no step depends on it. */
export async function graphCommand(name: string, options: GraphOptions): Promise<number> {
  const [planned] = planOf(await loadSpecs(options.specs), {
    specs: [name],
    variants: options.variant ?? [],
    bounds: options.bounds ?? {},
    ingredients: options.with,
    properties: [],
    full: true,
  })
  if (planned === undefined) throw new UsageError(sentences.noSpecFits())
  const limit = options.maxStates ?? GRAPH_STATES
  const machine = new Machine(planned.layout, new Set())
  const graph = stateGraph(machine, limit)
  if (graph === undefined) throw new UsageError(sentences.tooManyStates(limit))
  const fields = fieldsOf(planned.layout).filter(({ history }) => !history)
  openOutput(options.output).write(dot(`${planned.spec.name} ${configurationName(planned)}`, graph, fields))
  return EXIT.asExpected
}
