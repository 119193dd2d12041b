/** The explored graph with what a row declares fair, member by member. */
import { ConfigError, known } from '../language/protocol.ts'
import type { Fairness } from '../language/spec.ts'
import type { Condition, Graph } from './components.ts'
import type { LiveSpace } from './renumbered.ts'

type Processes = LiveSpace['layout']['processes']

/** A fairness names programs, `cpu`, and labels of them, `cpu.label`; a `ConfigError` says which name is neither. */
export function checkFairness(processes: Processes, { weak = [], strong = [] }: Fairness): void {
  for (const name of [...weak, ...strong]) {
    const [family, label] = partsOf(name)
    const families = [...new Set(processes.map((process) => process.family))]
    known('program in the fairness', family, families)
    for (const { program } of processes.filter((process) => process.family === family))
      if (label !== undefined && !program.labels.some((each) => each.name === label))
        throw new ConfigError(
          `The fairness names '${name}', but '${family}' has no label '${label}'; there are: ${program.labels.map((each) => each.name).join(', ')}.`,
        )
  }
}

/** Family and label of `cpu` or `cpu.label`. */
function partsOf(name: string): readonly [family: string, label: string | undefined] {
  const [family = '', ...rest] = name.split('.')
  return [family, rest.length === 0 ? undefined : rest.join('.')]
}

interface NamedCondition extends Condition {
  readonly process: number
}

export class FairGraph {
  readonly space: LiveSpace
  readonly graph: Graph
  readonly fairness: Fairness
  readonly conditions: readonly NamedCondition[]
  /** By process, by state: 1 where one of its transitions leaves. */
  readonly enabled: readonly Uint8Array[]

  constructor(space: LiveSpace, graph: Graph, fairness: Fairness) {
    checkFairness(space.layout.processes, fairness)
    this.space = space
    this.fairness = fairness
    this.graph = graph
    const { start, by, states } = graph
    const enabled = space.layout.processes.map(() => new Uint8Array(states))
    for (let state = 0; state < states; state++)
      for (let edge = start[state]!; edge < start[state + 1]!; edge++) enabled[by[edge]!]![state] = 1
    this.enabled = enabled
    this.conditions = [
      ...(fairness.weak ?? []).flatMap((name) => this.#conditionsOf(name, false)),
      ...(fairness.strong ?? []).flatMap((name) => this.#conditionsOf(name, true)),
    ]
  }

  /** By process: 1 for those that are asked for. */
  takers(of: (process: Processes[number]) => boolean): Uint8Array {
    return Uint8Array.from(this.space.layout.processes, (process) => (of(process) ? 1 : 0))
  }

  /** Is nothing enabled at all? */
  isDeadEnd(state: number): boolean {
    return this.graph.start[state] === this.graph.start[state + 1]
  }

  /** One condition for each member: `cpu`, or `cpu.label`. */
  #conditionsOf(name: string, strong: boolean): NamedCondition[] {
    const { processes } = this.space.layout
    const [family, label] = partsOf(name)
    return processes
      .filter((process) => process.family === family)
      .map(({ id }) => {
        const whole = this.enabled[id]!
        const enabled =
          label === undefined
            ? whole
            : whole.map((each, state) => (each === 1 && this.space.labelAt(id, state) === label ? 1 : 0))
        return { process: id, strong, takers: this.takers((process) => process.id === id), enabled }
      })
  }
}
