/** The behaviours to what was seen where states are not kept: those that were found, not the shortest of all. */
import type { Machine } from '../engine/machine.ts'
import { observerOf } from '../engine/observer.ts'
import type { Property } from '../language/property.ts'
import { scheduleAlong, type Trace } from '../trace/schedule.ts'
import type { Sample } from './mode.ts'
import type { TraceSource } from './traces.ts'

export class SampleTraces implements TraceSource {
  readonly #sample: Sample
  readonly #machine: Machine
  readonly #properties: readonly Property[]

  constructor(sample: Sample, machine: Machine, properties: readonly Property[]) {
    this.#sample = sample
    this.#machine = machine
    this.#properties = properties
  }

  to(key: Property | 'deadlock'): Trace {
    const { states, movers } = this.#behaviour(key)
    return scheduleAlong(this.#machine, states, movers)
  }

  #behaviour(key: Property | 'deadlock'): ReturnType<Sample['behaviour']> {
    if (key === 'deadlock') return this.#sample.behaviour(this.#sample.deadlock!)
    const { from, state } = this.#sample.sighting(this.#properties.indexOf(key))!
    return observerOf(key).pair ? this.#sample.behaviour(from, state) : this.#sample.behaviour(state)
  }
}
