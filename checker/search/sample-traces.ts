/** The behaviours to what was seen where states are not kept: those that were found, not the shortest of all. */
import type { Behaviour } from '../engine/engine.ts'
import type { Machine } from '../engine/machine.ts'
import { observerOf } from '../engine/observer.ts'
import type { Property } from '../language/property.ts'
import { scheduleAlong, type Trace } from '../trace/schedule.ts'
import type { Sample } from './mode.ts'
import type { TraceSource } from './traces.ts'

export const traceAlong = (machine: Machine, { states, movers }: Behaviour): Trace =>
  scheduleAlong(machine, states, movers)

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
    return traceAlong(this.#machine, this.#behaviour(key))
  }

  #behaviour(key: Property | 'deadlock'): Behaviour {
    if (key === 'deadlock') return this.#sample.behaviour(this.#sample.deadlock!)
    const { from, state } = this.#sample.sighting(this.#properties.indexOf(key))!
    return observerOf(key).pair ? this.#sample.behaviour(from, state) : this.#sample.behaviour(state)
  }
}
