/** The table engine: decision trees instead of recipes, packed words instead of objects. The fast path. */
import { Codec } from './codec.ts'
import { Crew } from './crew.ts'
import {
  coverable,
  type Coverage,
  type Edges,
  type Engine,
  type FaultSighting,
  type Question,
  type Sighting,
  type StateSpace,
  type Statistics,
} from './engine.ts'
import { Executor } from './executor.ts'
import { IMPURE_INIT, stepFault, type StepFault } from './fault.ts'
import { Machine } from './machine.ts'
import { doneObserver } from './observer.ts'
import { Kernel, MAX_UNROLLED_WORDS } from './kernel.ts'
import type { Layout } from './layout.ts'
import { Plain, type PlainState } from './plain.ts'
import { sealed } from './purity.ts'
import { RecordingPort } from './recorder.ts'
import { ECONOMY, type EconomyOptions } from './economy.ts'
import { applyWrites, COUNT_MASK, NO_ANSWER, URGENT } from './forest.ts'
import { Relation } from './relation.ts'
import { Store } from './store.ts'

export interface TableOptions extends EconomyOptions {
  /** States from which on the generated kernel takes over: small spaces are not worth its making. */
  readonly generateFrom: number
}
const DEFAULTS: TableOptions = { ...ECONOMY, generateFrom: 16_384 }

class TableSpace implements StateSpace {
  readonly layout: Layout
  readonly #codec: Codec
  readonly #port: RecordingPort
  readonly #relation: Relation
  readonly #store: Store
  readonly #kernel: Kernel
  readonly #plain: Plain
  /** From the order of the question to the order of the kernel: states first, then pairs. */
  readonly #order: readonly number[]
  readonly #firstPair: number
  readonly #firstTick: number
  readonly #initialStates: number
  readonly #marks = new Map<number, Int32Array>()
  readonly #successor: Int32Array
  readonly #startFaults: FaultSighting[] = []
  readonly #shared: boolean
  #crew: Crew | undefined

  constructor({ layout, observers, history, shared = false }: Question, options: TableOptions) {
    this.layout = layout
    this.#codec = new Codec(layout, history)
    this.#plain = new Plain(layout)
    this.#port = new RecordingPort(layout, this.#codec, history)
    const executor = new Executor(layout, this.#port)
    const numbered = observers.map((observer, i) => ({ observer, i }))
    const sorted = [
      ...numbered.filter(({ observer }) => !observer.pair),
      ...numbered.filter(({ observer }) => observer.pair),
    ]
    this.#order = observers.map((_, i) => sorted.findIndex((each) => each.i === i))
    this.#firstPair = observers.filter((observer) => !observer.pair).length
    const all = [...sorted.map(({ observer }) => observer), doneObserver(layout)]
    this.#relation = new Relation(layout, this.#codec, this.#port, executor, all, options, shared)
    this.#successor = new Int32Array(this.#codec.words)
    this.#store = new Store(this.#codec.words, shared)
    const firstTick = layout.processes.findIndex((process) => process.program.role === 'time')
    this.#firstTick = firstTick < 0 ? layout.processes.length : firstTick
    this.#kernel = new Kernel({
      generateFrom: options.generateFrom,
      relation: this.#relation,
      store: this.#store,
      stateObservers: this.#firstPair,
      pairObservers: observers.length - this.#firstPair,
      firstTick: this.#firstTick,
      shared,
    })
    this.#shared = shared
    this.#audits(history)
    this.#start(executor)
    this.#initialStates = this.#store.count
  }

  /** The reference engine, for the sampled audit. */
  #audits(history: ReadonlySet<string>): void {
    const machine = new Machine(this.layout, history)
    this.#relation.reference = (process, words) => {
      const successors: Int32Array[] = []
      const faults: StepFault[] = []
      machine.outcomesOf(
        this.#decode(words, 0),
        process,
        ({ next }) => successors.push(this.#encode(next)),
        (fault) => faults.push(fault),
      )
      return faults.length > 0 ? undefined : successors
    }
  }

  /** Adds the initial states. The recipe is run twice: one that gives other states the second time is impure. */
  #start(executor: Executor): void {
    const first = this.#initial(executor)
    const again = this.#initial(executor)
    for (const { state, fault } of first)
      if (fault !== undefined) this.#startFaults.push({ fault, state: -1 })
      else this.#kernel.start(state)
    if (
      first.length !== again.length ||
      first.some(({ state }, i) => state.some((word, k) => word !== again[i]!.state[k]))
    )
      this.#startFaults.push({ fault: IMPURE_INIT, state: -1 })
  }

  #initial(executor: Executor): { readonly state: Int32Array; readonly fault: StepFault | undefined }[] {
    const words = new Int32Array(this.#codec.words)
    for (const { id, initial } of this.layout.slots) this.#codec.set(words, 0, id, initial)
    const found: { state: Int32Array; fault: StepFault | undefined }[] = []
    this.#port.bind(words, false)
    sealed(this.#port, () =>
      executor.initial((outcome) => {
        const state = words.slice()
        for (const slot of this.#port.writtenSlots) this.#codec.set(state, 0, slot, this.#port.written(slot))
        found.push({ state, fault: outcome.fault && stepFault(outcome.fault, 'init', 'init') })
      }),
    )
    return found
  }

  #decode(words: Int32Array, base: number): PlainState {
    return this.#plain.state((slot) => this.#codec.get(words, base, slot))
  }

  #encode(state: PlainState): Int32Array {
    const words = new Int32Array(this.#codec.words)
    for (const { id } of this.layout.slots) this.#codec.set(words, 0, id, this.#plain.places[id]!.get(state))
    return words
  }

  advance(limit: number): boolean {
    return sealed(this.#port, () => this.#kernel.advance(limit))
  }

  get crew(): Crew | undefined {
    if (!this.#shared || this.#codec.words > MAX_UNROLLED_WORDS) return undefined
    return (this.#crew ??= new Crew({
      kernel: this.#kernel,
      relation: this.#relation,
      store: this.#store,
      shape: this.#kernel.shape(true),
      sealed: (run) => sealed(this.#port, run),
    }))
  }
  get leftInLevel(): number {
    return this.#kernel.levelEnd - this.#kernel.head
  }
  get betweenLevels(): boolean {
    return this.#kernel.betweenLevels
  }

  statistics(): Statistics {
    const { head, transitions, levels } = this.#kernel
    return {
      states: this.#store.count,
      transitions,
      depth: Math.max(0, levels.length - 1),
      completeDepth: head === this.#store.count ? levels.length - 1 : Math.max(-1, levels.length - 2),
      initialStates: this.#initialStates,
      queued: this.#store.count - head,
      bytes: this.#store.bytes,
      executions: this.#relation.executions,
      direct: this.#relation.direct,
      expansions: head * this.layout.processes.length,
    }
  }

  sighting(observer: number): Sighting | undefined {
    const o = this.#order[observer]!
    const code = this.#kernel.best[o]!
    if (code === NO_ANSWER) return undefined
    const from = this.#kernel.bestState[o]!
    const state = o < this.#firstPair ? from : this.#store.find(this.#kernel.bestAfter[o]!, 0)
    // A search that ran out of memory may have lost the last successors that it saw.
    return state < 0 ? undefined : { code, from, state }
  }
  varies(observer: number): boolean {
    return this.#relation.varies(this.#order[observer]!)
  }
  saturated(observer: number): boolean {
    const reads = this.#relation.reads(this.#order[observer]!)
    return [...this.#port.clippedSlots].some((slot) => reads.has(slot))
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
    return { taken: this.#relation.taken, all: coverable(this.layout) }
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
    return this.#decode(this.#store.arena.array, id * this.#codec.words)
  }
  /** Found again from the trees: keeping them while exploring would cost every search four bytes a transition. */
  edges(): Edges {
    const { head, transitions } = this.#kernel
    const start = new Int32Array(head + 1)
    const to = new Int32Array(transitions)
    const by = new Uint16Array(transitions)
    const words = new Int32Array(this.#codec.words)
    let e = 0
    sealed(this.#port, () => {
      for (let state = 0; state < head; state++) {
        start[state] = e
        e = this.#edgesOf(this.#load(state, words), state, e, to, by)
      }
    })
    start[head] = e
    return { start, to, by }
  }

  #edgesOf(words: Int32Array, state: number, first: number, to: Int32Array, by: Uint16Array): number {
    const successor = this.#successor
    let e = first
    let urgent = false
    for (let process = 0; process < this.layout.processes.length; process++) {
      if (urgent && process === this.#firstTick) break
      const leaf = this.#relation.leafFor(process, words, state)
      urgent ||= (this.#relation.code.array[leaf]! & URGENT) !== 0
      const T = this.#relation.code.array
      let t = leaf + 2
      for (let n = T[leaf]! & COUNT_MASK; n > 0; n--) {
        t = applyWrites(T, t, words, successor)
        to[e] = this.#store.find(successor, 0)
        by[e++] = process
      }
    }
    return e
  }

  #load(state: number, into: Int32Array): Int32Array {
    const arena = this.#store.arena.array
    const at = state * into.length
    for (let k = 0; k < into.length; k++) into[k] = arena[at + k]!
    return into
  }
}

/** The table engine with settings of its own: tests force what is rare. */
export const tableEngineWith = (options: Partial<TableOptions>): Engine => ({
  name: 'table',
  explore: (question) => new TableSpace(question, { ...DEFAULTS, ...options }),
})

export const tableEngine: Engine = tableEngineWith({})
