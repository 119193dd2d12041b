/**
 * Liveness under declared fairness, decided exactly on the explored graph.
 *
 * A behaviour may stop where nothing fair is enabled. A step that changes nothing counts as taken. Picks are not fair.
 */
import type { Machine } from '../engine/machine.ts'
import { GOAL, OBLIGED } from '../engine/observer.ts'
import { ConfigError, known } from '../language/protocol.ts'
import type { Property } from '../language/property.ts'
import type { Fairness } from '../language/spec.ts'
import type { Condition, Graph } from './components.ts'
import { findLasso, type Lasso } from './lasso.ts'
import type { LiveSpace } from './renumbered.ts'

interface NamedCondition extends Condition {
  readonly process: number
}

export class Liveness {
  readonly #space: LiveSpace
  readonly #graph: Graph
  readonly #enabled: Uint8Array[]
  readonly #conditions: readonly NamedCondition[]

  constructor(space: LiveSpace, fairness: Fairness) {
    this.#space = space
    this.#graph = { ...space.edges(), states: space.statistics().states }
    const { start, by, states } = this.#graph
    this.#enabled = space.layout.processes.map(() => new Uint8Array(states))
    for (let state = 0; state < states; state++)
      for (let edge = start[state]!; edge < start[state + 1]!; edge++) this.#enabled[by[edge]!]![state] = 1
    this.#conditions = [
      ...(fairness.weak ?? []).flatMap((name) => this.#conditionsOf(name, false)),
      ...(fairness.strong ?? []).flatMap((name) => this.#conditionsOf(name, true)),
    ]
  }

  /** One condition for each member: `cpu`, or `cpu.label`. */
  #conditionsOf(name: string, strong: boolean): NamedCondition[] {
    const { processes } = this.#space.layout
    const [family = '', ...rest] = name.split('.')
    const label = rest.length === 0 ? undefined : rest.join('.')
    const families = [...new Set(processes.map((process) => process.family))]
    known('program in the fairness of a row', family, families)
    return processes
      .filter((process) => process.family === family)
      .map(({ id, program }) => {
        if (label !== undefined && !program.labels.some((each) => each.name === label))
          throw new ConfigError(
            `The fairness of a row names '${name}', but '${family}' has no label '${label}'; there are: ${program.labels.map((each) => each.name).join(', ')}.`,
          )
        const at = (state: number): boolean => label === undefined || this.#space.labelAt(id, state) === label
        return {
          process: id,
          strong,
          enabled: (state) => this.#enabled[id]![state] === 1 && at(state),
          taken: (edge, state) => this.#graph.by[edge] === id && at(state),
        }
      })
  }

  /** A fair behaviour that fails the property, if there is one. */
  counterexample(property: Property, observer: number): Lasso | undefined {
    const code = (state: number): number => this.#space.mark(observer, state)
    const from =
      property.kind === 'eventually'
        ? undefined
        : property.kind === 'leadsTo'
          ? (state: number) => (code(state) & OBLIGED) !== 0
          : () => true
    const goal = (state: number): boolean => (code(state) & GOAL) !== 0
    const { initialStates } = this.#space.statistics()
    return findLasso(this.#graph, { initialStates, from, goal }, this.#conditions)
  }

  /** Why the goal was never put to the test, if so. */
  vacuous(property: Property, observer: number): string | undefined {
    const { states, initialStates } = this.#space.statistics()
    const codes = Array.from({ length: states }, (_, state) => this.#space.mark(observer, state))
    if (property.kind === 'eventually')
      return codes.slice(0, initialStates).every((code) => (code & GOAL) !== 0)
        ? 'the goal holds at the start'
        : undefined
    if (property.kind === 'alwaysEventually')
      return codes.every((code) => (code & GOAL) !== 0) ? 'the goal holds everywhere' : undefined
    if (!codes.some((code) => (code & OBLIGED) !== 0)) return 'what obliges never happens'
    return codes.every((code) => (code & OBLIGED) === 0 || (code & GOAL) !== 0)
      ? 'the goal holds wherever it is obliged'
      : undefined
  }

  /** Who waits for what around the loop, and whose fairness would exclude it: one sentence for each. */
  explain(lasso: Lasso, machine: Machine): string {
    const { processes } = this.#space.layout
    const entry = lasso.stem.at(-1)!
    const around = lasso.loop.length === 0 ? [entry] : lasso.loop.map((step) => step.to)
    const movers = new Set(lasso.loop.map((step) => step.by))
    const declared = new Set(this.#conditions.map((condition) => condition.process))
    const sentences = [
      movers.size === 0
        ? 'everything that is fair is disabled, so the behaviour may stop there'
        : `${[...movers].map((id) => processes[id]!.name).join(', ')} may go round for ever`,
    ]
    for (const process of processes) {
      if (movers.has(process.id)) continue
      const enabledAt = around.filter((state) => this.#enabled[process.id]![state] === 1).length
      const label = this.#space.labelAt(process.id, entry)
      if (label === undefined) continue
      if (enabledAt === 0) sentences.push(this.#waiting(process.id, entry, label, machine))
      else if (!declared.has(process.id))
        sentences.push(
          `${enabledAt === around.length ? 'weak' : 'strong'} fairness of ${process.name} would exclude this`,
        )
    }
    return sentences.join('; ')
  }

  /** What a blocked process looks at and does not find. */
  #waiting(id: number, state: number, label: string, machine: Machine): string {
    const { layout } = this.#space
    const process = layout.processes[id]!
    machine.outcomesOf(
      this.#space.state(state),
      process,
      () => undefined,
      () => undefined,
    )
    const slots = machine.reads.filter((_, i) => i % 2 === 0).filter((slot) => slot !== process.pc)
    const fields = [...new Set(slots.map((slot) => layout.slots[slot]!.name))]
    return `${process.name} waits at ${label}${fields.length === 0 ? '' : ` for ${fields.join(', ')}`}`
  }
}
