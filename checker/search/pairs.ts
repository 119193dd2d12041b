/**
 * Pairs of a state and the process that moved last, for the search by preemptions: those that were reached, as nodes in
 * the order in which they were, and those that wait for the next layer. Each state is stored once, with its steps.
 */
import { GrowableWords } from '../engine/growable.ts'
import type { PackedMachine } from '../engine/packed.ts'
import { Store } from '../engine/store.ts'

/** Words of a node: the state, the process that moved last, the node before. */
const NODE = 3
/** Words of what waits: the same, and the steps to there. */
const WAITING = 4
/** In the word of the process: the state was not reached with any other. */
const FIRST = 2 ** 16

/** Pairs that wait for a layer, by their steps. */
interface Queue {
  readonly words: GrowableWords
  head: number
  count: number
}

const emptyQueue = (): Queue => ({ words: new GrowableWords(1024), head: 0, count: 0 })

/** A set of pairs: a bit for each process, and for nobody, of each state. */
class PairSet {
  readonly #bits = new GrowableWords(1024)
  /** Words of bits for a state. */
  readonly #width: number

  constructor(processes: number) {
    this.#width = Math.ceil((processes + 1) / 32)
  }
  get bytes(): number {
    return 4 * this.#bits.array.length
  }
  has(state: number, last: number): boolean {
    const word = this.#bits.array[state * this.#width + (last >>> 5)] ?? 0
    return ((word >>> (last & 31)) & 1) === 1
  }
  hasAny(state: number): boolean {
    for (let k = 0; k < this.#width; k++) if ((this.#bits.array[state * this.#width + k] ?? 0) !== 0) return true
    return false
  }
  add(state: number, last: number): void {
    this.#bits.reserve((state + 1) * this.#width)
    this.#bits.array[state * this.#width + (last >>> 5)]! |= 1 << (last & 31)
  }
}

export class Pairs {
  /** Nodes. */
  count = 0
  /** States of nodes. */
  states = 0
  readonly #store: Store
  readonly #reached: PairSet
  readonly #met: PairSet
  readonly #nodes = new GrowableWords(1024)
  readonly #firstStep = new GrowableWords(1024)
  readonly #steps = new GrowableWords(1024)
  #stepCount = 0
  #entering = emptyQueue()
  #waiting = emptyQueue()
  readonly #one: Int32Array
  readonly #hash = new Int32Array(1)
  readonly #nobody = Int32Array.of(-1)

  /** `words` of a state; the number of processes stands for nobody. */
  constructor(words: number, processes: number) {
    this.#store = new Store(words)
    this.#one = new Int32Array(words)
    this.#reached = new PairSet(processes)
    this.#met = new PairSet(processes)
  }

  get bytes(): number {
    const all = [this.#nodes, this.#firstStep, this.#steps, this.#entering.words, this.#waiting.words]
    const words = all.reduce((sum, { array }) => sum + array.length, 0)
    return this.#store.bytes + this.#reached.bytes + this.#met.bytes + 4 * words
  }

  last(node: number): number {
    return this.#nodes.array[node * NODE + 1]! & (FIRST - 1)
  }
  /** Is it the first node of its state? */
  isFirst(node: number): boolean {
    return (this.#nodes.array[node * NODE + 1]! & FIRST) !== 0
  }
  /** The node before, or -1. */
  before(node: number): number {
    return this.#nodes.array[node * NODE + 2]!
  }
  state(node: number): number {
    return this.#nodes.array[node * NODE]!
  }
  /** Copies a state to `into`, from `base` on. */
  load(state: number, into: Int32Array, base = 0): void {
    const { words, arena } = this.#store
    const { array } = arena
    const at = state * words
    for (let k = 0; k < words; k++) into[base + k] = array[at + k]!
  }

  // ---- steps of states

  /** Keeps what can be done in a state, which was expanded just now. */
  learn(state: number, { ends, enabled, faulty, successors, words }: PackedMachine): void {
    const first = this.#stepCount
    const count = ends.at(-1) ?? 0
    this.#stepCount += ends.length + count
    this.#firstStep.reserve(state + 1)[state] = first
    this.#steps.reserve(this.#stepCount)
    for (let i = 0; i < ends.length; i++)
      this.#steps.array[first + i] = (ends[i]! << 2) | (faulty[i]! << 1) | enabled[i]!
    for (let n = 0; n < count; n++) {
      const to = this.stateAt(successors, n * words)
      this.#steps.array[first + ends.length + n] = to
    }
  }
  /**
   * Where the steps of a state are in `steps`: a word for each process, which says whether it is enabled (1), whether a
   * step of it goes wrong (2), and where its steps end (from bit 2 on); then the states that the steps lead to.
   */
  firstStep(state: number): number {
    return this.#firstStep.array[state]!
  }
  get steps(): Int32Array {
    return this.#steps.array
  }

  /** A state is reached by a step of this process, from a node of the same layer. */
  reach(state: number, last: number, before: number): void {
    if (!this.#reached.has(state, last)) this.#add(state, last, before)
  }

  /** It is reached by a preempting step: the pair waits for the next layer. Called by rising numbers of steps. */
  preempt(state: number, last: number, before: number, steps: number): void {
    // The first time that a pair was met is the best one.
    if (this.#reached.has(state, last) || this.#met.has(state, last)) return
    this.#met.add(state, last)
    const queue = this.#waiting
    const at = WAITING * queue.count++
    const array = queue.words.reserve(WAITING * queue.count)
    array[at] = state
    array[at + 1] = last
    array[at + 2] = before
    array[at + 3] = steps
  }

  /** The steps to the pair that enters the layer next; `undefined` when there is none. */
  get entersAt(): number | undefined {
    const queue = this.#entering
    return this.#firstNew(queue) ? queue.words.array[WAITING * queue.head + 3]! : undefined
  }
  /** Does a pair wait for the next layer that no other way has reached? */
  get waits(): boolean {
    return this.#firstNew(this.#waiting)
  }

  /** Adds what enters the layer after so many steps. */
  enter(steps: number): void {
    while (this.entersAt === steps) {
      const queue = this.#entering
      const at = WAITING * queue.head++
      const { array } = queue.words
      this.#add(array[at]!, array[at + 1]!, array[at + 2]!)
    }
  }

  /** What waited enters from now on. */
  nextLayer(): void {
    this.#entering = this.#waiting
    this.#waiting = emptyQueue()
  }

  /** Goes on to the first pair of a queue that was not reached meanwhile. */
  #firstNew(queue: Queue): boolean {
    const { array } = queue.words
    while (
      queue.head < queue.count &&
      this.#reached.has(array[WAITING * queue.head]!, array[WAITING * queue.head + 1]!)
    )
      queue.head++
    return queue.head < queue.count
  }

  #add(state: number, last: number, before: number): void {
    const isFirst = !this.#reached.hasAny(state)
    if (isFirst) this.states++
    this.#reached.add(state, last)
    const at = NODE * this.count++
    const array = this.#nodes.reserve(NODE * this.count)
    array[at] = state
    array[at + 1] = last | (isFirst ? FIRST : 0)
    array[at + 2] = before
  }

  /** The number of the state in the words from `base` on. */
  stateAt(words: Int32Array, base: number): number {
    const known = this.#store.find(words, base)
    if (known >= 0) return known
    const one = this.#one
    for (let k = 0; k < one.length; k++) one[k] = words[base + k]!
    this.#hash[0] = this.#store.hash(one, 0)
    this.#store.insert(one, this.#hash, this.#nobody, 1)
    return this.#store.count - 1
  }
}
