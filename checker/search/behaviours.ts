/** What is asked of whole behaviours, of a state space that was seen as a whole: liveness, progress and responses. */
import type { Machine } from '../engine/machine.ts'
import { isResponse, type Property } from '../language/property.ts'
import type { Fairness } from '../language/spec.ts'
import { confirm } from '../trace/confirm.ts'
import type { Shown } from '../trace/counterexample.ts'
import type { LassoOf } from '../trace/lasso.ts'
import { scheduleAlong, type Trace } from '../trace/schedule.ts'
import { explain } from './explain.ts'
import { FairGraph } from './fairness.ts'
import type { Lasso } from './lasso.ts'
import { counterexample, vacuous } from './liveness.ts'
import { explainSpin, findSpin, vacuousProgress } from './progress.ts'
import type { LiveSpace } from './renumbered.ts'
import type { Way } from './response.ts'
import { Responses } from './responses.ts'
import { InternalError, type Decided, type Loop } from './verdict.ts'

/** As many steps as the trace has. */
interface Shape {
  readonly steps: number
  readonly trace: Trace
}

export class Behaviours {
  readonly #space: LiveSpace
  readonly #machine: Machine
  readonly #fair: FairGraph

  constructor(space: LiveSpace, machine: Machine, fairness: Fairness) {
    this.#space = space
    this.#machine = machine
    const graph = { ...space.edges(), states: space.statistics().states }
    this.#fair = new FairGraph(space, graph, fairness)
  }

  /** `index` is the number of the property's observer. */
  decide(property: Property, index: number): Decided {
    if (isResponse(property.kind)) return this.#response(property, index)
    return property.kind === 'progress' ? this.#progress(property) : this.#live(property, index)
  }

  #live(property: Property, index: number): Decided {
    const lasso = counterexample(this.#fair, property, index)
    if (lasso === undefined)
      return { result: { is: 'holds' }, because: undefined, vacuous: vacuous(this.#fair, property, index) }
    return {
      result: { is: 'violated', ...this.#along(lasso) },
      because: explain(this.#fair, lasso, this.#machine),
      vacuous: undefined,
    }
  }

  #progress(property: Property): Decided {
    const fair = this.#fair
    const spin = findSpin(fair, property)
    if (spin === undefined)
      return { result: { is: 'holds' }, because: undefined, vacuous: vacuousProgress(fair, property) }
    const result = { is: 'violated', ...this.#along(spin.lasso) } as const
    this.#confirmed(property, { result: 'violated', loop: result.loop.from, fairness: fair.fairness }, result.trace)
    return { result, because: explainSpin(fair, spin, this.#machine), vacuous: undefined }
  }

  #response(property: Property, index: number): Decided {
    const responses = new Responses(this.#fair, property, index)
    const found = responses.find()
    const vacuous = responses.vacuous()
    if (found.is === 'never') return { result: { is: 'unreachable' }, because: responses.whyNever(), vacuous }
    if (found.is === 'unbounded') {
      const result = { is: 'unbounded', ...this.#along(found.lasso) } as const
      this.#confirmed(property, { result: 'unbounded', loop: result.loop.from }, result.trace)
      return { result, because: responses.explainRounds(found.lasso), vacuous }
    }
    const shape = this.#on(found.way)
    const is = property.kind === 'longest' ? 'maximum' : 'minimum'
    this.#confirmed(property, { result: is, value: found.value }, shape.trace)
    const result = { is, value: found.value, atLeast: false, ...shape } as const
    const never = property.kind === 'longest' ? responses.mayNeverCome() : undefined
    if (never === undefined) return { result, because: undefined, vacuous }
    return { result: { ...result, orNever: true }, because: responses.explainNever(never, this.#machine), vacuous }
  }

  /** A lasso, found again on the reference engine. */
  #along({ stem, loop, shortest }: Lasso): Shape & { loop: Loop } {
    const states = [...stem, ...loop.map(({ to }) => to)]
    const shape = this.#on({ states, by: [...stem.slice(1).map(() => undefined), ...loop.map(({ by }) => by)] })
    return { ...shape, loop: { from: stem.length - 1, shortest } }
  }

  /** A way, found again on the reference engine; where nobody is said to move it is whoever moved last, if it can be. */
  #on({ states, by }: Omit<Way, 'by'> & { readonly by: readonly (number | undefined)[] }): Shape {
    const { processes } = this.#space.layout
    const trace = scheduleAlong(
      this.#machine,
      states.map((id) => this.#space.state(id)),
      by.map((id) => (id === undefined ? undefined : processes[id]!.name)),
    )
    return { steps: trace.schedule.steps.length, trace }
  }

  /** What is shown is shown on the reference engine too. */
  #confirmed(property: Property, shown: Shown & LassoOf, trace: Trace): void {
    if (confirm(this.#machine, property.name, [property], shown, trace).is !== 'yes')
      throw new InternalError(`${property.name} is not ${shown.result} when its schedule is replayed.`)
  }
}
