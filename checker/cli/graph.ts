/** `oomcheck graph`: all states of a small instance, as text for Graphviz or drawn by it. */
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

export const GRAPH_FORMATS = ['dot', 'svg'] as const

/** More states than that make no picture that anybody can read; and drawing takes a time that grows much faster. */
export const GRAPH_STATES = { dot: 500, svg: 200 } as const

export interface GraphOptions {
  readonly format: (typeof GRAPH_FORMATS)[number]
  readonly variant?: readonly string[]
  readonly bounds?: Readonly<Record<string, number>>
  readonly with?: readonly string[]
  readonly specs?: string
  readonly output?: string
  readonly maxStates?: number
}

/** Returns the exit code. History is not drawn: no step depends on it. */
export async function graphCommand(name: string, options: GraphOptions): Promise<number> {
  const { variant: variants = [] } = options
  if (new Set(variants).size > 1) throw new UsageError(sentences.oneVariant(variants))
  const [planned] = planOf(await loadSpecs(options.specs), {
    specs: [name],
    variants,
    bounds: options.bounds ?? {},
    ingredients: options.with,
    properties: [],
    full: true,
  })
  if (planned === undefined) throw new UsageError(sentences.noSpecFits())
  const limit = options.maxStates ?? GRAPH_STATES[options.format]
  const machine = new Machine(planned.layout, new Set())
  const graph = stateGraph(machine, limit)
  if (graph === undefined) throw new UsageError(sentences.tooManyStates(limit))
  const fields = fieldsOf(planned.layout).filter(({ history }) => !history)
  const text = dot(`${planned.spec.name} ${configurationName(planned)}`, graph, fields)
  openOutput(options.output).write(options.format === 'svg' ? await drawn(text) : text)
  return EXIT.asExpected
}

/** Drawn by Graphviz, which is loaded when it is first needed. */
async function drawn(text: string): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz')
  const graphviz = await Graphviz.load()
  return graphviz.dot(text)
}
