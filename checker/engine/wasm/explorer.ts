/**
 * An explorer: what one thread of a crew does. It runs the generated loop on states that it takes from the level, and
 * leaves to the leader whatever needs a recipe.
 *
 * It knows no layout and no recipe: what it needs is sent to its thread as it is, and it starts within milliseconds.
 */
import {
  auditAt,
  bestAt,
  COMMAND,
  deferredAt,
  HEADER,
  MOST_AUDITS,
  MOST_DEFERRED,
  PART,
  partOf,
  SEGMENT,
  teamOf,
} from './control.ts'
import { CELLS, DEFERRED, fillRecent, memoryMap, type Import, type MemoryMap, type Shape } from './shape.ts'
import { Audits } from '../audits.ts'
import { BATCH } from '../store.ts'
import { DIRECT, FAULTY, NO_ANSWER, UNAUDITED } from '../leaf.ts'
import type { WasmMemory } from '../growable.ts'

/** What a thread needs to explore; it can be sent to it. */
export interface Invitation {
  readonly shape: Shape
  /** Compiled. */
  readonly module: object
  /** States, predecessors, index, trees, control. */
  readonly memories: readonly WasmMemory[]
  readonly salts: Int32Array
  readonly roots: Int32Array
  readonly observerCells: Int32Array
}

/** What the leader can do and the others leave to it: what needs recipes. */
export interface Resolver {
  miss(process: number, words: Int32Array, state: number): number
  unusual(process: number, leaf: number, words: Int32Array, state: number): number
  answer(observer: number, pointer: number, words: Int32Array, state: number): number
}

interface Exports {
  insert(count: number): void
  rehash(first: number, end: number): void
  advance(stop: number): void
}
/** The part of the global that is used here; the library types of ES2024 do not have it. */
declare const WebAssembly: {
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
  readonly Memory: new (shape: { initial: number }) => WasmMemory
}

const PAGE_BYTES = 2 ** 16
/** States that are taken from the level at a time. */
const MOST_TAKEN = 1024
const FEWEST_TAKEN = 32
/** Looks at a word that another thread is about to change, before sleeping. */
const SPINS = 2000

/** Some successors, at most as many as the generated loop inserts together, their hashes, and where they come from. */
export interface Batch {
  readonly states: Int32Array
  readonly hashes: Int32Array
  readonly from: Int32Array
}

export class Explorer {
  readonly #shape: Shape
  readonly #map: MemoryMap
  readonly #words: Int32Array
  readonly #trees: WasmMemory
  #treeWords: Int32Array
  readonly #index: WasmMemory
  readonly #shared: readonly WasmMemory[]
  /** Pages that all of them had when it last looked. */
  #pages = 0
  readonly #observerCells: Int32Array
  readonly #control: Int32Array
  /** That of the leader is 0; the others get theirs when they join. */
  #number = 0
  #part = 0
  #team = 1
  readonly #exports: Exports
  /** The states in hand: from `#head` on, up to but not including `#stop`. */
  #head = 0
  #stop = 0
  #waiting: Batch[] = []
  /** While states are expanded that were put off. */
  #resolver: Resolver | undefined
  readonly #state: Int32Array
  readonly #audits = new Audits()

  constructor({ shape, module, memories, salts, roots, observerCells }: Invitation) {
    this.#shape = shape
    this.#map = memoryMap(shape)
    this.#state = new Int32Array(2 * shape.words)
    const [arena, predecessors, index, trees, control] = memories as [
      WasmMemory,
      WasmMemory,
      WasmMemory,
      WasmMemory,
      WasmMemory,
    ]
    const work = new WebAssembly.Memory({ initial: Math.ceil(this.#map.trees / PAGE_BYTES) })
    this.#words = new Int32Array(work.buffer)
    this.#trees = trees
    this.#index = index
    this.#shared = memories
    this.#treeWords = new Int32Array(trees.buffer)
    this.#control = new Int32Array(control.buffer)
    const observers = shape.stateObservers + shape.pairObservers
    this.#observerCells = observerCells
    this.#words.set(salts, this.#map.salts / 4)
    this.#words.set(roots, this.#map.roots / 4)
    this.#words.set(observerCells.subarray(0, observers), this.#map.observers / 4)
    this.#words.fill(NO_ANSWER, this.#map.best / 4, this.#map.best / 4 + observers)
    this.#words[CELLS.untilAudit] = this.#audits.next()
    fillRecent(shape, this.#map, this.#words, new Int32Array(arena.buffer))
    const imports: Record<Import, (a: number, b: number, c: number) => unknown> = {
      miss: (process, state) => this.#resolver?.miss(process, this.#fetch(), state) ?? this.#defer(state),
      unusual: (process, leaf, state) =>
        this.#resolver?.unusual(process, leaf, this.#fetch(), state) ?? this.#defer(state),
      audit: (process, _leaf, state) => this.#audit(process, state),
      answer: (observer, pointer, state) => this.#answer(observer, pointer, state),
      saw: (observer, state, answer) => this.#saw(observer, state, answer),
      terminal: (state) => this.#terminal(state),
      level: () => undefined,
      reserve: (count) => this.#keep(count),
      // Members are exchanged by one thread only.
      keep: () => undefined,
    }
    const env = { ...imports, m0: work, m1: arena, m2: predecessors, m3: index, m4: trees, m5: control }
    this.#exports = new WebAssembly.Instance(module, { env }).exports as Exports
  }

  // ---- what the thread does

  /** Becomes one of the crew. */
  join(explorer: number): void {
    const { words: K, stateObservers, pairObservers } = this.#shape
    const observers = stateObservers + pairObservers
    this.#number = explorer
    this.#part = partOf(explorer, observers, K)
    for (let o = 0; o < observers; o++) this.#control[bestAt(this.#part, o, K)] = NO_ANSWER
  }

  /** Becomes the next of the crew that is ready: rounds that are opened from now on count on it. */
  enlist(): void {
    const C = this.#control
    this.join(Atomics.add(C, HEADER.claimed, 1) + 1)
    while (Atomics.compareExchange(C, HEADER.ready, this.#number - 1, this.#number) !== this.#number - 1);
  }

  /** Enlists, and takes part in every round until told to leave. */
  serve(): void {
    const C = this.#control
    let round = Atomics.load(C, HEADER.round)
    if (C[HEADER.command] === COMMAND.leave) return
    this.enlist()
    for (;;) {
      for (let spin = 0; spin < SPINS && Atomics.load(C, HEADER.round) === round; spin++);
      Atomics.wait(C, HEADER.round, round)
      round = Atomics.load(C, HEADER.round)
      // Whoever joined late is not part of the round that is under way.
      if (this.#number >= teamOf(round)) continue
      if (C[HEADER.command] === COMMAND.leave) return
      this.#serveRound()
    }
  }

  #serveRound(): void {
    try {
      this.begin()
      while (this.work(Infinity));
    } catch (error) {
      this.#control[this.#part + PART.failed] = 1
      this.arrive()
      throw error
    }
    this.arrive()
  }

  begin(): void {
    const C = this.#control
    this.#catchUp(C[HEADER.pages]!)
    const words = this.#words
    this.#team = teamOf(Atomics.load(C, HEADER.round))
    words[CELLS.mask] = C[HEADER.mask]!
    words[CELLS.limit] = C[HEADER.limit]!
    words[CELLS.halt] = words[CELLS.next] = words[CELLS.end] = words[CELLS.transitions] = 0
    C.fill(0, this.#part, deferredAt(this.#part, 0))
    C[this.#part + PART.deadlock] = -1
    if (C[HEADER.command] !== COMMAND.expand) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const batch of waiting) this.insert(batch)
  }

  /**
   * Another thread has let the memories grow. Instances of this one come to know of it at some check of the stack, which may
   * come after the first look at what is new; to grow by nothing tells them now.
   */
  #catchUp(pages: number): void {
    if (pages === this.#pages || this.#number === 0) return
    this.#pages = pages
    for (const memory of this.#shared) memory.grow(0)
  }

  /** Does its share of the round, or as much of it as expands so many times what is taken at once; `false` when done. */
  work(times: number): boolean {
    const C = this.#control
    const command = C[HEADER.command]
    if (command === COMMAND.expand) return this.#expand(times)
    const isIndex = command === COMMAND.clear
    const [first, end] = this.#shareOf(isIndex ? C[HEADER.mask]! + 1 : C[HEADER.count]!)
    if (isIndex) new Int32Array(this.#index.buffer).fill(0, first, end)
    else this.#exports.rehash(first, end)
    return false
  }

  arrive(): void {
    const C = this.#control
    this.publish()
    Atomics.add(C, HEADER.arrived, 1)
    Atomics.notify(C, HEADER.arrived)
  }

  /** Writes what it did into its part. */
  publish(): void {
    const C = this.#control
    const part = this.#part
    C[part + PART.next] = this.#words[CELLS.next]!
    C[part + PART.end] = this.#words[CELLS.end]!
    C[part + PART.transitions] = this.#words[CELLS.transitions]!
    C[part + PART.left] = this.#head < this.#stop || this.#waiting.length > 0 ? 1 : 0
  }

  /** The share of so many things that falls to this explorer: first, and behind the last. */
  #shareOf(things: number): readonly [number, number] {
    const at = (explorer: number): number => Math.floor((things * explorer) / this.#team)
    return [at(this.#number), at(this.#number + 1)]
  }

  #expand(times: number): boolean {
    const C = this.#control
    const words = this.#words
    for (let n = 0; n < times; n++) {
      if (words[CELLS.halt] !== 0) {
        // Nobody needs to go on for long: most of what is to come will need the same.
        Atomics.store(C, HEADER.halt, 1)
        return false
      }
      if (this.#head === this.#stop && !this.take()) return false
      words[CELLS.head] = this.#head
      this.#exports.advance(this.#stop)
      this.#head = words[CELLS.head]!
    }
    return true
  }

  /** Takes states from the level; `false` where none is left, or where nobody is to take more. */
  protected take(): boolean {
    const C = this.#control
    if (Atomics.load(C, HEADER.halt) !== 0) return false
    const end = C[HEADER.levelEnd]!
    const left = end - Atomics.load(C, HEADER.head)
    if (left <= 0) return false
    const share = Math.ceil(left / (4 * this.#team))
    const some = Math.min(MOST_TAKEN, Math.max(FEWEST_TAKEN, share))
    const first = Atomics.add(C, HEADER.head, some)
    if (first >= end) return false
    this.#head = first
    this.#stop = Math.min(end, first + some)
    return true
  }

  /** Expands states that were put off; only the leader can. */
  resolve(states: Iterable<number>, resolver: Resolver): void {
    const words = this.#words
    this.#resolver = resolver
    for (const state of states) {
      words[CELLS.halt] = 0
      words[CELLS.head] = state
      this.#exports.advance(state + 1)
    }
    this.#resolver = undefined
    this.publish()
  }

  // ---- what the generated loop asks

  /** The state that is being expanded and, for observers of pairs, the successor behind it. */
  #fetch(): Int32Array {
    const at = this.#map.state / 4
    for (let k = 0; k < this.#state.length; k++) this.#state[k] = this.#words[at + k]!
    return this.#state
  }

  /** Puts a state off. Gives what stands for no leaf. */
  #defer(state: number): number {
    const at = this.#part + PART.deferredCount
    const count = this.#control[at]!
    this.#control[deferredAt(this.#part, count)] = state
    this.#control[at] = count + 1
    if (count + 1 === MOST_DEFERRED) this.#words[CELLS.halt] = 1
    return 0
  }

  /** Leaves a step to be compared; gives how many steps there are until the next one. */
  #audit(process: number, state: number): number {
    const C = this.#control
    const at = this.#part + PART.auditCount
    const count = C[at]!
    if (count < MOST_AUDITS) {
      C[auditAt(this.#part, count)] = process
      C[auditAt(this.#part, count) + 1] = state
      C[at] = count + 1
    }
    return this.#audits.next()
  }

  /** The answer of an observer behind a pointer that is no plain leaf. */
  #answer(observer: number, pointer: number, state: number): number {
    if (this.#resolver !== undefined) return this.#resolver.answer(observer, pointer, this.#fetch(), state)
    const flags = pointer === 0 ? DIRECT : this.#tree(-pointer)
    if ((flags & (DIRECT | UNAUDITED)) === 0 && (flags & FAULTY) !== 0) return NO_ANSWER
    this.#defer(state)
    return DEFERRED
  }

  #saw(observer: number, state: number, answer: number): void {
    const { words: K, stateObservers } = this.#shape
    const C = this.#control
    const at = bestAt(this.#part, observer, K)
    C[at] = answer
    C[at + 1] = state
    if (observer < stateObservers) return
    const after = this.#map.state / 4 + K
    for (let k = 0; k < K; k++) C[at + 2 + k] = this.#words[after + k]!
  }

  #terminal(state: number): void {
    const done = this.#shape.stateObservers + this.#shape.pairObservers
    const words = this.#words
    const W = this.#map.state / 4
    let p = this.#tree(this.#observerCells[done]!)
    while (p > 0) {
      const test = this.#tree(p)
      p = this.#tree(p + 1 + ((words[W + (test & 1023)]! >>> ((test >>> 10) & 31)) & (test >>> 15)))
    }
    const answer = p !== 0 && this.#tree(-p) === 0 ? this.#tree(1 - p) : this.#answer(done, p, state)
    if (answer === DEFERRED) return
    const C = this.#control
    C[this.#part + PART.terminalStates]!++
    const known = C[this.#part + PART.deadlock]!
    if (answer === 0 && (known < 0 || state < known)) C[this.#part + PART.deadlock] = state
  }

  /** There is no room for the batch: it is kept for the next round. */
  #keep(count: number): void {
    const { words: K } = this.#shape
    const { batch, hashes, from } = this.#map
    const copy = (start: number, length: number): Int32Array => this.#words.slice(start / 4, start / 4 + length)
    this.wait({ states: copy(batch, count * K), hashes: copy(hashes, count), from: copy(from, count) })
    this.#words[CELLS.halt] = 1
  }

  protected wait(batch: Batch): void {
    this.#waiting.push(batch)
  }

  /** Inserts states into the shared set; what finds no room is kept. */
  insert({ states, hashes, from }: Batch): void {
    this.#words.set(states, this.#map.batch / 4)
    this.#words.set(hashes, this.#map.hashes / 4)
    this.#words.set(from, this.#map.from / 4)
    this.#exports.insert(hashes.length)
  }

  /** A word of the trees, which may have grown since. */
  #tree(at: number): number {
    const index = this.#map.trees / 4 + at
    if (index >= this.#treeWords.length) this.#treeWords = new Int32Array(this.#trees.buffer)
    return this.#treeWords[index]!
  }
}

/** Room that one explorer may need beyond the limit. */
export const ROOM: number = BATCH + SEGMENT
