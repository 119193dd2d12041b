/** The shortest schedules to everything that was seen in a state space: found together, when the first one is asked for. */
import { levelOf, type StateSpace } from '../engine/engine.ts'
import { OutOfMemory } from '../engine/growable.ts'
import type { Machine } from '../engine/machine.ts'
import { AS_CLAIMED, observerOf, VIOLATED } from '../engine/observer.ts'
import type { Property } from '../language/property.ts'
import { scheduleTo } from '../trace/along-orbits.ts'
import type { Trace } from '../trace/schedule.ts'
import { ShortestTraces, type Goal } from '../trace/shortest.ts'

type Key = Property | 'deadlock'

/** Where traces to what was seen come from. */
export interface TraceSource {
  /** The behaviour that leads to what was seen of a property, or to where nothing is enabled. */
  to(key: Key): Trace
}

export class Traces implements TraceSource {
  readonly #space: StateSpace
  readonly #machine: Machine
  readonly #properties: readonly Property[]
  /** The traps of a property, ascending; `undefined` where nothing may be claimed about all states, as of extremes. */
  readonly #trapsOf: ((index: number) => readonly number[]) | undefined
  readonly #numbers = new Map<Key, number>()
  readonly #goals: Goal[] = []
  #found: ShortestTraces | 'by predecessors' | undefined

  constructor(
    space: StateSpace,
    machine: Machine,
    properties: readonly Property[],
    trapsOf: ((index: number) => readonly number[]) | undefined,
  ) {
    this.#space = space
    this.#machine = machine
    this.#properties = properties
    this.#trapsOf = trapsOf
  }

  to(key: Key): Trace {
    this.#found ??= this.#find()
    const number = this.#numbers.get(key)!
    return this.#found === 'by predecessors' ? this.#byPredecessors(number) : this.#found.trace(number)
  }

  #find(): ShortestTraces | 'by predecessors' {
    const space = this.#space
    this.#add('deadlock', { places: space.deadlocks().map((state) => [state, -1]) })
    this.#properties.forEach((property, i) => {
      if (property.kind === 'alwaysReachable') this.#add(property, { places: this.#nearestTraps(i) })
      else if (isShown(property, space.sighting(i)?.code, this.#trapsOf !== undefined))
        this.#add(property, this.#seen(property, i))
    })
    // Who moves is not the same along states that stand for others: switches cannot be counted there.
    if (space.orbits !== undefined) return 'by predecessors'
    try {
      return new ShortestTraces(space, this.#machine, this.#goals)
    } catch (error) {
      if (error instanceof OutOfMemory || error instanceof RangeError) return 'by predecessors'
      throw error
    }
  }

  #add(key: Key, goal: Goal): void {
    this.#numbers.set(key, this.#goals.push(goal) - 1)
  }

  #seen(property: Property, index: number): Goal {
    const places: (readonly [number, number])[] = []
    this.#space.sightings(index, (state, process) => places.push([state, process]))
    const observer = observerOf(property)
    return observer.pair ? { places, over: { observer, code: this.#space.sighting(index)!.code } } : { places }
  }

  #nearestTraps(index: number): Goal['places'] {
    const traps = this.#trapsOf?.(index) ?? []
    const { levels } = this.#space
    const end = levels[levelOf(levels, traps[0] ?? 0) + 1] ?? Infinity
    return traps.filter((state) => state < end).map((state) => [state, -1])
  }

  /** Where members are exchanged, or there is no memory for more: shortest as well, but neither with the fewest switches nor always the same. */
  #byPredecessors(goal: number): Trace {
    const { places, over } = this.#goals[goal]!
    const [state] = places[0]!
    const trace = scheduleTo(this.#space, this.#machine, state)
    if (over === undefined) return trace
    const last = trace.states.at(-1)!
    const taken = this.#machine
      .outcomes(last)
      .find(({ next }) => this.#machine.observe(over.observer, last, next) === over.code)
    if (taken === undefined) return trace
    const { init, steps } = trace.schedule
    return { schedule: { init, steps: [...steps, taken.step] }, states: [...trace.states, taken.next] }
  }
}

/** Is there a trace to a sighting with this code? To an extreme only if all states were seen. */
function isShown({ kind }: Property, code: number | undefined, all: boolean): boolean {
  if (code === undefined) return false
  if (kind === 'always' || kind === 'never' || kind === 'stepwise' || kind === 'refines') return code === VIOLATED
  return kind === 'reachable' ? code === AS_CLAIMED : all && (kind === 'maximum' || kind === 'minimum')
}
