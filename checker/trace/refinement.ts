/** Why a behaviour does not refine: the step, as the abstract protocol sees it, and what could be done there. */
import { abstractionOf, type Abstraction } from '../engine/abstraction.ts'
import type { Machine } from '../engine/machine.ts'
import { imageObserverOf } from '../engine/observer.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Observer } from '../engine/executor.ts'
import type { Property } from '../language/property.ts'
import { diff, show } from './diff.ts'
import { formatStep, type Trace } from './schedule.ts'

/** So many of the abstract steps are told. */
const TOLD = 4

export class Refinement {
  readonly #machine: Machine
  readonly #abstraction: Abstraction
  readonly #image: Observer

  constructor(property: Property, machine: Machine) {
    this.#machine = machine
    this.#abstraction = abstractionOf(property, machine.layout)
    this.#image = imageObserverOf(property)
  }

  get #protocol(): string {
    return this.#abstraction.layout.instance.protocol
  }

  #imageOf(state: PlainState): number {
    return this.#machine.observe(this.#image, state)
  }

  /** `undefined` where the state maps to an initial state. */
  whyNoStart(state: PlainState): string | undefined {
    const image = this.#imageOf(state)
    if (this.#abstraction.isInitial(image)) return undefined
    return `it maps to ${show(this.#abstraction.state(image))}, where ${this.#protocol} does not start; this refutes the mapping`
  }

  /** `undefined` where the last step maps to a step or to none. */
  whyNoStep({ states }: Trace): string | undefined {
    const abstraction = this.#abstraction
    const [before, after] = states.slice(-2).map((state) => this.#imageOf(state))
    if (before === undefined || after === undefined) return undefined
    if (before === after || abstraction.isStep(before, after)) return undefined
    const from = abstraction.state(before)
    const changes = (to: PlainState): string =>
      diff(from, to, abstraction.layout.families)
        .map((change) => `${change.field}: ${change.from} → ${change.to}`)
        .join(', ')
    const can = abstraction
      .outcomes(before)
      .filter(({ next }) => changes(next) !== '')
      .map(({ step, next }) => `${formatStep(step)} (${changes(next)})`)
    const more = can.length > TOLD ? [`${can.length - TOLD} more`] : []
    const told = can.length === 0 ? 'nothing' : [...can.slice(0, TOLD), ...more].join(' or ')
    return `in ${this.#protocol} the last step is ${changes(abstraction.state(after))}, from ${show(from)} to ${show(abstraction.state(after))}; what it can do there is ${told}; this refutes the mapping`
  }
}
