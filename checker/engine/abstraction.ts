/**
 * Abstractions: the other side of `refines`.
 *
 * A mapping recipe writes an abstract state; equal ones get one number, so that a step of the concrete protocol becomes
 * a pair of numbers. Which pairs are steps is asked of the reference engine, once for each abstract state.
 */
import { DONE } from '../language/program.ts'
import type { Property } from '../language/property.ts'
import { treeOf, type Tree } from './draft.ts'
import { Fault } from './fault.ts'
import { identityOf, nameOf } from './identity.ts'
import { layoutOf, type Layout } from './layout.ts'
import { Machine } from './machine.ts'
import type { PlainState } from './plain.ts'
import { StatePort } from './port.ts'

/** A state that is being written, in codes of slots. */
class MappingPort extends StatePort {
  readonly codes: Int32Array

  constructor(layout: Layout) {
    super(layout, new Set())
    this.codes = new Int32Array(layout.slots.length)
    this.mode = 'init'
  }
  protected override load(slot: number): number {
    return this.codes[slot]!
  }
  protected override read(slot: number): number {
    return this.codes[slot]!
  }
  protected override write(slot: number, code: number): void {
    this.codes[slot] = code
  }
  protected override rewind(): void {
    this.layout.slots.forEach(({ initial }, slot) => (this.codes[slot] = initial))
  }
}

type Recipe = (a: object, s: unknown, context: object) => unknown

export class Abstraction {
  readonly layout: Layout
  readonly #map: Recipe
  readonly #machine: Machine
  readonly #port: MappingPort
  readonly #tree: Tree
  readonly #numbers = new Map<string, number>()
  readonly #states: PlainState[] = []
  readonly #steps = new Map<number, ReadonlySet<number>>()
  #starts: ReadonlySet<number> | undefined
  readonly #stand = (process: object, label: string): void => this.#put(process, label)

  constructor(layout: Layout, map: Recipe) {
    this.layout = layout
    this.#map = map
    this.#machine = new Machine(layout, new Set())
    this.#port = new MappingPort(layout)
    this.#tree = treeOf(layout, this.#port)
  }

  /** The number of the abstract state that a concrete one maps to. A fault of the mapping is thrown. */
  image(s: unknown, context: object): number {
    const port = this.#port
    port.begin()
    this.#tree.alive = true
    try {
      this.#map(this.#tree.state, s, { ...context, stand: this.#stand })
    } finally {
      this.#tree.alive = false
    }
    // What the mapping caught has happened all the same.
    if (port.fault !== undefined) throw port.fault
    return this.#numberOf([...port.codes])
  }

  isInitial(image: number): boolean {
    this.#starts ??= new Set(this.#machine.starts().map(({ state, fault }) => this.#known(state, fault)))
    return this.#starts.has(image)
  }

  /** Does the abstract protocol take this step? */
  isStep(from: number, to: number): boolean {
    let steps = this.#steps.get(from)
    if (steps === undefined) {
      const faults: { readonly message: string }[] = []
      const outcomes = this.#machine.outcomes(this.state(from), (fault) => faults.push(fault))
      steps = new Set(outcomes.map(({ next }) => this.#known(next, faults[0])))
      if (faults[0] !== undefined) this.#known(this.state(from), faults[0])
      this.#steps.set(from, steps)
    }
    return steps.has(to)
  }

  /** What the abstract protocol can do in a state, by step and state. */
  outcomes(image: number): ReturnType<Machine['outcomes']> {
    return this.#machine.outcomes(this.state(image))
  }

  state(image: number): PlainState {
    return this.#states[image]!
  }

  #known(state: PlainState, fault: { readonly message: string } | undefined): number {
    if (fault !== undefined)
      throw new Fault('exception', `${this.layout.instance.protocol}, the abstract protocol, fails: ${fault.message}`)
    return this.#numberOf(this.layout.slots.map(({ id }) => this.#machine.plain.places[id]!.get(state)))
  }

  #numberOf(codes: readonly number[]): number {
    const key = codes.join()
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#states.length)
    return this.#states.push(this.#machine.plain.state((slot) => codes[slot]!)) - 1
  }

  #put(process: object, label: string): void {
    const identity = identityOf(process)
    const pc = identity?.layout === this.layout ? identity.pc : undefined
    const program = this.layout.processes.find((each) => each.pc === pc)?.program
    const { protocol } = this.layout.instance
    if (pc === undefined || program === undefined)
      return this.#port.fail(
        new Fault(
          'exception',
          `stand(${nameOf(process)}, '${label}') asks for something without a program of ${protocol}.`,
        ),
      )
    const code = label === DONE ? program.done : program.labels.findIndex(({ name }) => name === label)
    if (code < 0) {
      const names = [...program.labels.map(({ name }) => name), DONE].join(', ')
      return this.#port.fail(
        new Fault(
          'exception',
          `stand(…, '${label}') names no label of ${program.family} in ${protocol}; there are: ${names}.`,
        ),
      )
    }
    this.#port.set(pc, code)
  }
}

const abstractions = new WeakMap<Layout, Map<Property, Abstraction>>()

/** The abstract side of a property of kind `refines`, one for each instance. */
export function abstractionOf(property: Property, layout: Layout): Abstraction {
  const { abstract, name } = property
  if (abstract === undefined) throw new TypeError(`${name} refines nothing.`)
  const ofLayout = abstractions.get(layout) ?? new Map<Property, Abstraction>()
  abstractions.set(layout, ofLayout)
  let found = ofLayout.get(property)
  if (found === undefined) {
    found = new Abstraction(layoutOf(abstract.instance(layout.instance.config as never)), abstract.map as Recipe)
    ofLayout.set(property, found)
  }
  return found
}
