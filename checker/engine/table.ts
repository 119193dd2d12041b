/** The table engine: decision trees instead of recipes, packed words instead of objects. The fast path. */
import { Codec } from './codec.ts'
import { Leader } from './crew.ts'
import {
  coverageOf,
  type Canonical,
  type Crew,
  type Coverage,
  type Edges,
  type Engine,
  type FaultSighting,
  type LeftOut,
  type Orbits,
  levelOf,
  type Marked,
  type Question,
  type Sighting,
  type StateSpace,
  type Statistics,
  type VisitSighting,
  type VisitTransition,
} from './engine.ts'
import { EveryOrder } from './every-order.ts'
import { Executor, type Observer } from './executor.ts'
import { doneObserver } from './observer.ts'
import { Kernel, MAX_UNROLLED_WORDS, type Explorer, type KernelSetup } from './kernel.ts'
import type { Layout } from './layout.ts'
import { Orders } from './orders.ts'
import type { PlainState } from './plain.ts'
import { sealed } from './purity.ts'
import { Packing } from './packing.ts'
import { RecordingPort } from './recorder.ts'
import { Footprints } from './footprint.ts'
import { ECONOMY, type EconomyOptions } from './economy.ts'
import { NO_ANSWER } from './forest.ts'
import { Relation } from './relation.ts'
import { Revisit } from './revisit.ts'
import { Store } from './store.ts'

export interface TableOptions extends EconomyOptions {
  /** States from which on the generated kernel takes over: small spaces are not worth its making. */
  readonly generateFrom: number
  /** Leaves out what need not be explored. */
  readonly reduction?: Reduction | undefined
}

/** A kernel that leaves out some of the processes at some states. */
export interface ReducedExplorer extends Explorer {
  readonly passes: number
  /** Was the process left out at a state that was expanded? */
  leavesOut(process: number, state: number): boolean
  /** Why the reduced space cannot decide an observer, by its number in the setup: one sentence. */
  cannotDecide(observer: number): string | undefined
}

/** What a reduction works with. */
export interface ReducedSetup extends KernelSetup {
  readonly layout: Layout
  readonly footprints: Footprints
  /** Those of states, then those of pairs. */
  readonly observers: readonly Observer[]
}
export interface Reduction {
  /** Why a model is explored as it is, if so: one sentence. */
  refuses(layout: Layout): string | undefined
  explorer(setup: ReducedSetup): ReducedExplorer
}

const DEFAULTS: TableOptions = { ...ECONOMY, generateFrom: 1024 }

class TableSpace implements StateSpace {
  readonly layout: Layout
  readonly #codec: Codec
  readonly #port: RecordingPort
  readonly #relation: Relation
  readonly #store: Store
  readonly #kernel: Explorer
  readonly #reduced: ReducedExplorer | undefined
  readonly #packing: Packing
  /** From the order of the question to the order of the kernel: states first, then pairs. */
  readonly #order: readonly number[]
  readonly #firstPair: number
  readonly #revisit: Revisit
  /** The observer that says where nothing need be enabled. */
  readonly #done: number
  readonly #initialStates: number
  readonly #marks = new Map<number, Int32Array>()
  readonly #startFaults: readonly FaultSighting[]
  readonly #canonical: Canonical | undefined
  readonly orbits: Orbits | undefined
  /** The kernel, where it expands every state in full. */
  readonly #full: Kernel | undefined
  readonly #shared: boolean
  #crew: Crew | undefined

  constructor({ layout, observers, history, symmetry, shared = false }: Question, options: TableOptions) {
    this.layout = layout
    this.#codec = new Codec(layout, history)
    this.#port = new RecordingPort(layout, this.#codec, history)
    this.#packing = new Packing(layout, this.#codec, this.#port)
    const orders = symmetry && new Orders(symmetry.families)
    const executor = new Executor(layout, this.#port, orders)
    const numbered = observers.map((observer, i) => ({ observer, i }))
    const sorted = [
      ...numbered.filter(({ observer }) => !observer.pair),
      ...numbered.filter(({ observer }) => observer.pair),
    ]
    this.#order = observers.map((_, i) => sorted.findIndex((each) => each.i === i))
    this.#firstPair = observers.filter((observer) => !observer.pair).length
    const all = [...sorted.map(({ observer }) => observer), doneObserver(layout)]
    const isAsItIs = options.reduction?.refuses(layout) !== undefined
    const reduction = isAsItIs ? undefined : options.reduction
    const footprints = reduction && new Footprints(layout, this.#codec, all.length, symmetry?.exchanges(layout))
    this.#relation = new Relation(layout, this.#codec, this.#port, executor, all, options, footprints, shared)
    if (orders !== undefined)
      this.#relation.everyOrder = new EveryOrder(layout, this.#codec, this.#port, executor, orders)
    this.#canonical = symmetry?.canonical(layout, this.#codec)
    this.#store = new Store(this.#codec.words, shared)
    const processes = layout.processes.length
    const tick = layout.processes.findIndex((process) => process.program.role === 'time')
    const explored = { relation: this.#relation, store: this.#store, firstTick: tick < 0 ? processes : tick }
    const setup: KernelSetup = {
      ...explored,
      generateFrom: options.generateFrom,
      stateObservers: this.#firstPair,
      pairObservers: observers.length - this.#firstPair,
      canonical: this.#canonical,
      shared,
    }
    this.#shared = shared
    const reduced = footprints && reduction.explorer({ ...setup, layout, footprints, observers: all.slice(0, -1) })
    this.#reduced = reduced
    this.#full = reduced === undefined ? new Kernel(setup) : undefined
    this.#kernel = (this.#full ?? reduced)!
    this.#revisit = new Revisit({
      ...explored,
      processes,
      canonical: this.#canonical,
      leavesOut: reduced && ((process, state) => reduced.leavesOut(process, state)),
    })
    this.#done = observers.length
    this.#relation.reference = this.#packing.reference(history)
    const starts = this.#packing.starts(executor)
    this.#startFaults = starts.faults
    for (const state of starts.states) this.#kernel.start(state)
    this.#initialStates = this.#store.count
    if (symmetry !== undefined && this.#canonical !== undefined)
      this.orbits = this.#orbitsOf(symmetry.families, this.#canonical, distinct(starts.states) === this.#standFor())
  }

  /** How many states those found so far stand for. */
  #standFor(): number {
    let states = 0
    for (let id = 0; id < this.#store.count; id++)
      states += this.#canonical?.orbit(this.#store.arena.array, id * this.#codec.words) ?? 1
    return states
  }

  #orbitsOf(families: Orbits['families'], canonical: Canonical, symmetricStart: boolean): Orbits {
    const done = this.#order.length
    return {
      families,
      symmetricStart,
      standFor: () => this.#standFor(),
      representative: (state) => {
        const words = this.#packing.packed(state)
        return canonical.apply(words, 0) ? this.#packing.plain(words, 0) : state
      },
      asymmetry: (observer) => this.#relation.asymmetries.get(observer === 'done' ? done : this.#order[observer]!),
    }
  }

  advance(limit: number): boolean {
    return sealed(this.#port, () => this.#kernel.advance(limit))
  }

  get crew(): Crew | undefined {
    const kernel = this.#full
    if (!this.#shared || kernel === undefined || this.#codec.words > MAX_UNROLLED_WORDS) return undefined
    return (this.#crew ??= new Leader({
      kernel,
      relation: this.#relation,
      store: this.#store,
      shape: kernel.shape(true),
      sealed: (run) => sealed(this.#port, run),
    }))
  }
  get leftInLevel(): number {
    return this.#full === undefined ? 0 : this.#full.levelEnd - this.#full.head
  }
  get betweenLevels(): boolean {
    return this.#full?.betweenLevels ?? true
  }

  statistics(): Statistics {
    const { head, transitions, levels } = this.#kernel
    return {
      states: this.#store.count,
      transitions,
      depth: Math.max(0, levels.length - 1),
      completeDepth: this.#completeDepth,
      initialStates: this.#initialStates,
      queued: this.#store.count - head,
      bytes: this.#store.bytes,
      executions: this.#relation.executions,
      direct: this.#relation.direct,
      expansions: (this.#relation.expandedBefore + head) * this.layout.processes.length,
      levels,
    }
  }

  get #completeDepth(): number {
    const { head, levels } = this.#kernel
    if (head === this.#store.count) return levels.length - 1
    // A reduced search may come late to what is near.
    return this.#reduced === undefined ? Math.max(-1, levels.length - 2) : -1
  }

  get leftOut(): LeftOut | undefined {
    const reduced = this.#reduced
    if (reduced === undefined) return undefined
    return { passes: reduced.passes, cannotDecide: (observer) => reduced.cannotDecide(this.#order[observer]!) }
  }
  sighting(observer: number): Sighting | undefined {
    const o = this.#order[observer]!
    const code = this.#kernel.best[o]!
    if (code === NO_ANSWER) return undefined
    const from = this.#kernel.bestState[o]!
    const state = o < this.#firstPair ? from : this.#revisit.find(this.#kernel.bestAfter[o]!.slice())
    // A search that ran out of memory may have lost the last successors that it saw.
    return state < 0 ? undefined : { code, from, state }
  }
  varies(observer: number): boolean {
    return this.#relation.varies(this.#order[observer]!)
  }
  saturated(observer: number): boolean {
    // Where members are exchanged, what was cut off in one of them may have been read of another.
    const kind = (slot: number): number => this.#canonical?.orbitOfSlot(slot) ?? slot
    const reads = new Set([...this.#relation.reads(this.#order[observer]!)].map(kind))
    return [...this.#port.clippedSlots].some((slot) => reads.has(kind(slot)))
  }
  mark(observer: number, state: number): number {
    let marks = this.#marks.get(observer)
    if (marks === undefined || state >= marks.length) {
      marks = this.#answers(this.#order[observer]!)
      this.#marks.set(observer, marks)
    }
    return marks[state]!
  }

  /** What an observer answers in every state found so far; 0 where its recipe faults. */
  #answers(observer: number): Int32Array {
    const words = new Int32Array(this.#codec.words)
    return sealed(this.#port, () =>
      Int32Array.from({ length: this.#store.count }, (_, state) => {
        const answer = this.#relation.answerFor(observer, this.#load(state, words), state)
        return answer === NO_ANSWER ? 0 : answer
      }),
    )
  }
  get faults(): readonly FaultSighting[] {
    return [...this.#startFaults, ...this.#relation.faults]
  }
  get deadlock(): number | undefined {
    return this.#kernel.deadlock < 0 ? undefined : this.#kernel.deadlock
  }
  get terminalStates(): number {
    return this.#kernel.terminalStates
  }
  get coverage(): Coverage {
    return coverageOf(this.layout, this.#relation.taken, this.#relation.refused)
  }
  get neededHistory(): ReadonlySet<string> {
    return this.#port.needed
  }
  labelAt(process: number, state: number): string | undefined {
    const { pc, program } = this.layout.processes[process]!
    return program.labels[this.#codec.get(this.#store.arena.array, state * this.#codec.words, pc)]?.name
  }
  predecessor(state: number): number {
    return this.#store.predecessors.array[state]!
  }
  state(id: number): PlainState {
    return this.#packing.plain(this.#store.arena.array, id * this.#codec.words)
  }
  get levels(): readonly number[] {
    return this.#kernel.levels
  }
  transitions(first: number, end: number, visit: VisitTransition, into?: Marked): void {
    const last = Math.min(end, this.#kernel.head)
    sealed(this.#port, () => {
      if (into === undefined) this.#revisit.transitions(first, last, visit)
      else this.#revisit.transitionsInto(into, first, last, visit)
    })
  }
  sightings(observer: number, visit: VisitSighting): void {
    const o = this.#order[observer]!
    const code = this.#kernel.best[o]!
    if (code === NO_ANSWER) return
    const [first, end] = this.#levelWith(this.#kernel.bestState[o]!)
    sealed(this.#port, () => {
      if (o < this.#firstPair) this.#revisit.answers(o, code, first, end, visit)
      else this.#revisit.answersOverSteps(o, code, first, end, visit)
    })
  }
  deadlocks(): readonly number[] {
    if (this.deadlock === undefined) return []
    const [first, end] = this.#levelWith(this.deadlock)
    return sealed(this.#port, () => this.#revisit.deadlocks(this.#done, first, end))
  }

  /** The expanded states of the level of a state: the first, and the one behind the last. */
  #levelWith(state: number): readonly [first: number, end: number] {
    const { levels, head } = this.#kernel
    const level = levelOf(levels, state)
    return [levels[level]!, Math.min(levels[level + 1] ?? head, head)]
  }
  /** Found again from the trees: keeping them while exploring would cost every search four bytes a transition. */
  edges(): Edges {
    const { head, transitions } = this.#kernel
    return sealed(this.#port, () => this.#revisit.edges(head, transitions))
  }

  #load(state: number, into: Int32Array): Int32Array {
    const arena = this.#store.arena.array
    const at = state * into.length
    for (let k = 0; k < into.length; k++) into[k] = arena[at + k]!
    return into
  }
}

const distinct = (states: readonly Int32Array[]): number => new Set(states.map((words) => words.join())).size

/** The table engine with settings of its own: tests force what is rare. */
export const tableEngineWith = (options: Partial<TableOptions>): Engine => ({
  name: 'table',
  explore: (question) => new TableSpace(question, { ...DEFAULTS, ...options }),
})

export const tableEngine: Engine = tableEngineWith({})
