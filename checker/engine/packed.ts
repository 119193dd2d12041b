/**
 * The instance as a state machine over packed words, by the trees of the table engine: for searches that do not store
 * states, or store something else beside them.
 */
import { Audits } from './audits.ts'
import { Codec } from './codec.ts'
import { ECONOMY, type EconomyOptions } from './economy.ts'
import { coverageOf, type Coverage, type FaultSighting, type Question } from './engine.ts'
import { Executor } from './executor.ts'
import { COUNT_MASK, DIRECT, FAULTY, NO_ANSWER, UNAUDITED, URGENT } from './forest.ts'
import type { Layout } from './layout.ts'
import { doneObserver } from './observer.ts'
import type { PlainState } from './plain.ts'
import { sealed } from './purity.ts'
import { Packing } from './packing.ts'
import { RecordingPort } from './recorder.ts'
import { Relation } from './relation.ts'

/** One in this many steps is compared with the reference engine. */

export class PackedMachine {
  readonly layout: Layout
  readonly relation: Relation
  /** Words of a state. */
  readonly words: number
  /** From the order of the question to the order here: observers of states first, then those of pairs. */
  readonly order: readonly number[]
  readonly stateObservers: number
  readonly observers: number
  /** Processes from this one on are time. */
  readonly firstTick: number
  /** The initial states, duplicates included. */
  readonly starts: readonly Int32Array[]
  readonly startFaults: readonly FaultSighting[]
  /** Of the state that was expanded last: its successors, one behind the other, in the order of the processes. */
  successors: Int32Array
  /** Where those of each process end. */
  readonly ends: Int32Array
  /** Can each process do something there, be it wrong? */
  readonly enabled: Uint8Array
  /** Does a step of each process go wrong there? */
  readonly faulty: Uint8Array
  readonly #codec: Codec
  readonly #port: RecordingPort
  readonly #packing: Packing
  readonly #audits = new Audits()
  #untilAudit = 1

  constructor({ layout, observers, history }: Question, economy: EconomyOptions = ECONOMY) {
    this.layout = layout
    this.#codec = new Codec(layout, history)
    this.words = this.#codec.words
    this.#port = new RecordingPort(layout, this.#codec, history)
    this.#packing = new Packing(layout, this.#codec, this.#port)
    const executor = new Executor(layout, this.#port)
    const numbers = observers.map((_, i) => i)
    const sorted = [...numbers.filter((i) => !observers[i]!.pair), ...numbers.filter((i) => observers[i]!.pair)]
    this.order = numbers.map((i) => sorted.indexOf(i))
    this.observers = observers.length
    this.stateObservers = observers.filter(({ pair }) => !pair).length
    const all = [...sorted.map((i) => observers[i]!), doneObserver(layout)]
    this.relation = new Relation(layout, this.#codec, this.#port, executor, all, economy)
    this.relation.reference = this.#packing.reference(history)
    const firstTick = layout.processes.findIndex(({ program }) => program.role === 'time')
    this.firstTick = firstTick < 0 ? layout.processes.length : firstTick
    const { length } = layout.processes
    this.ends = new Int32Array(length)
    this.enabled = new Uint8Array(length)
    this.faulty = new Uint8Array(length)
    this.successors = new Int32Array(64 * this.words)
    const starts = this.#packing.starts(executor)
    this.starts = starts.states
    this.startFaults = starts.faults
  }

  /** Does work that runs recipes, with clock and randomness out of their reach. */
  sealed<T>(work: () => T): T {
    return sealed(this.#port, work)
  }

  plain(words: Int32Array, base: number): PlainState {
    return this.#packing.plain(words, base)
  }
  packed(state: PlainState): Int32Array {
    return this.#packing.packed(state)
  }

  /**
   * Everything that can be done in the state at the start of `words`, which is the `nth` that is looked at: fills
   * `successors`, `ends`, `enabled` and `faulty`. Ticks wait for what is urgent.
   */
  expand(words: Int32Array, nth: number): void {
    const { ends, enabled, faulty, firstTick, relation } = this
    let urgent = false
    let count = 0
    for (let i = 0; i < ends.length; i++) {
      enabled[i] = faulty[i] = 0
      if (!urgent || i < firstTick) {
        const leaf = this.#leaf(i, words, nth)
        const header = relation.code.array[leaf]!
        if (i < firstTick && (header & URGENT) !== 0) urgent = true
        if ((header & (COUNT_MASK | FAULTY)) !== 0) enabled[i] = 1
        if ((header & FAULTY) !== 0) faulty[i] = 1
        count = this.#spread(leaf, words, count)
      }
      ends[i] = count
    }
  }

  /** Puts the successors that a leaf leads to behind the first `count`; gives how many there are then. */
  #spread(leaf: number, words: Int32Array, count: number): number {
    const T = this.relation.code.array
    const K = this.words
    const end = count + (T[leaf]! & COUNT_MASK)
    if (end * K > this.successors.length) {
      const larger = new Int32Array(2 * end * K)
      larger.set(this.successors)
      this.successors = larger
    }
    const all = this.successors
    let t = leaf + 2
    for (let base = count * K; base < end * K; base += K) {
      for (let k = 0; k < K; k++) all[base + k] = words[k]!
      let writes = T[t++]!
      for (; writes > 0; writes--, t += 3) all[base + T[t]!] = (all[base + T[t]!]! & T[t + 1]!) | T[t + 2]!
    }
    return end
  }

  #leaf(process: number, words: Int32Array, nth: number): number {
    const { relation } = this
    const leaf = this.leafBehind(process, relation.forest.descend(relation.roots[process]!, words), words, nth)
    if (--this.#untilAudit === 0) {
      this.#untilAudit = this.#audits.next()
      relation.auditByReference(process, leaf, words, nth)
    }
    return leaf
  }

  /** The leaf to go on with where a descent came to this pointer: recorded, evaluated directly or audited if need be. */
  leafBehind(process: number, pointer: number, words: Int32Array, nth: number): number {
    const { relation } = this
    if (pointer === 0) return relation.miss(process, words, nth)
    const header = relation.code.array[-pointer]!
    if ((header & DIRECT) !== 0) return relation.evaluate(process, words, nth)
    return (header & UNAUDITED) === 0 ? -pointer : relation.auditOnce(process, -pointer, words, nth)
  }

  /** The answer of an observer about the state at the start of `words`; of one of pairs, about the step to the next. */
  answer(observer: number, words: Int32Array, nth: number): number {
    const { relation } = this
    const pointer = relation.forest.descend(relation.code.array[relation.observerCells[observer]!]!, words)
    if (pointer === 0) return relation.observe(observer, words, nth)
    const header = relation.code.array[-pointer]!
    if ((header & DIRECT) !== 0) return relation.observe(observer, words, nth)
    if ((header & FAULTY) !== 0) return NO_ANSWER
    return header === 0 ? relation.code.array[1 - pointer]! : relation.auditAnswer(observer, -pointer, words, nth)
  }

  /** May the protocol end in this state? */
  mayEnd(words: Int32Array, nth: number): boolean {
    return this.answer(this.observers, words, nth) !== 0
  }

  // ---- what a question asks afterwards, by the number that it gave the observer

  varies(observer: number): boolean {
    return this.relation.varies(this.order[observer]!)
  }
  saturated(observer: number): boolean {
    const reads = this.relation.reads(this.order[observer]!)
    return [...this.#port.clippedSlots].some((slot) => reads.has(slot))
  }
  get coverage(): Coverage {
    return coverageOf(this.layout, this.relation.taken, this.relation.refused)
  }
  get neededHistory(): ReadonlySet<string> {
    return this.#port.needed
  }
}
