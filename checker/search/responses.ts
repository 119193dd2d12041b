/** How much passes between two kinds of states of an instance, and why what is waited for may never come. */
import type { Machine } from '../engine/machine.ts'
import { GOAL, OBLIGED } from '../engine/observer.ts'
import type { Property } from '../language/property.ts'
import { explain, moversOf } from './explain.ts'
import type { FairGraph } from './fairness.ts'
import { findLasso, type Lasso } from './lasso.ts'
import { longest, shortest, type Longest, type Question, type Shortest } from './response.ts'

export class Responses {
  readonly #fair: FairGraph
  readonly #property: Property
  readonly #question: Question
  readonly #code: (state: number) => number

  constructor(fair: FairGraph, property: Property, observer: number) {
    this.#fair = fair
    this.#property = property
    this.#code = (state) => fair.space.mark(observer, state)
    this.#question = {
      initialStates: fair.space.statistics().initialStates,
      from: (state) => (this.#code(state) & OBLIGED) !== 0,
      goal: (state) => (this.#code(state) & GOAL) !== 0,
      counts: fair.takers(({ program }) => property.count === 'steps' || program.role === 'time'),
    }
  }

  find(): Longest | Shortest {
    const { graph } = this.#fair
    return this.#property.kind === 'longest' ? longest(graph, this.#question) : shortest(graph, this.#question)
  }

  /** Is there a state of which the codes say so? */
  #some(test: (code: number) => boolean): boolean {
    const { states } = this.#fair.graph
    for (let state = 0; state < states; state++) if (test(this.#code(state))) return true
    return false
  }

  /** Why nothing was measured, if so. */
  vacuous(): string | undefined {
    if (!this.#some((code) => (code & OBLIGED) !== 0)) return 'what it starts from never happens'
    if (!this.#some((code) => (code & OBLIGED) !== 0 && (code & GOAL) === 0)) return 'it ends wherever it starts'
    return this.#question.counts.includes(1) ? undefined : 'there is no program whose role is time, so nothing counts'
  }

  whyNever(): string {
    return this.#some((code) => (code & OBLIGED) !== 0)
      ? 'where it ends cannot be reached from where it starts'
      : 'where it starts cannot be reached'
  }

  /**
   * A behaviour that waits for ever without counting: fair, as far as the row declares fairness. Where it declares none
   * everything might stop at any time; what is told then is a loop, and a place where nothing is enabled.
   */
  mayNeverCome(): Lasso | undefined {
    const { graph, conditions } = this.#fair
    const stops = (state: number): boolean => this.#fair.isDeadEnd(state)
    return findLasso(graph, this.#question, conditions, conditions.length === 0 ? stops : undefined)
  }

  explainNever(lasso: Lasso, machine: Machine): string {
    const { space } = this.#fair
    const end = lasso.stem.at(-1)!
    if (lasso.loop.length > 0 || !this.#fair.isDeadEnd(end))
      return `it may never come: ${explain(this.#fair, lasso, machine)}`
    const standing = space.layout.processes.map(({ id, name }) => `${name} at ${space.labelAt(id, end) ?? 'done'}`)
    return `it may never come: nothing is enabled any more with ${standing.join(', ')}`
  }

  /** Who goes round, and what each round counts. */
  explainRounds(lasso: Lasso): string {
    const { counts } = this.#question
    const counted = lasso.loop.filter(({ by }) => counts[by] === 1).length
    const unit = this.#property.count === 'ticks' ? 'tick' : 'step'
    const movers = moversOf(this.#fair, lasso)
    return `${movers.join(', ')} may go round as often as one likes, ${counted} ${unit}${counted === 1 ? '' : 's'} each time`
  }
}
