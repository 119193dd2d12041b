/**
 * The visited set: states as words in one arena, found by an index of 32-bit ids, each with its predecessor.
 *
 * Exact: an entry of the index holds an id and, in the bits that the id leaves free, a part of the hash, so that most
 * other states are told apart without touching the arena; what remains is compared word by word. Load at most 1/2.
 */
import { GrowableWords, OutOfMemory } from './growable.ts'

/** Successors that are inserted together, so that their cache misses overlap. */
export const BATCH = 512

/** Mixes one word into 32 well-spread bits; every word of a state has a salt of its own. */
export function mix(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** Salts of the words of a state: the hash of a state is the exclusive or of its salted, mixed words. */
export function saltsOf(words: number): Int32Array {
  return Int32Array.from({ length: words }, (_, k) => mix(Math.imul(k + 1, 0x9e3779b1)))
}

export class Store {
  readonly words: number
  count = 0
  readonly arena: GrowableWords
  readonly predecessors: GrowableWords
  readonly salts: Int32Array
  readonly index: GrowableWords
  /** Entries of the index less one: a power of two less one. */
  mask: number
  /** Empties the index and fills it from the states; the generated kernel does it faster. */
  refill: () => void = () => this.#refill()
  readonly #touched: Int32Array = new Int32Array(BATCH)
  readonly #hashes: Int32Array = new Int32Array(BATCH)
  /** Keeps the touching loads alive. */
  sink = 0

  constructor(words: number, shared = false) {
    this.words = words
    this.salts = saltsOf(words)
    this.arena = new GrowableWords(words * 1024, shared)
    this.predecessors = new GrowableWords(1024, shared)
    this.index = new GrowableWords(4096, shared)
    this.mask = 4095
  }

  get bytes(): number {
    const { arena, predecessors, index } = this
    return 4 * (arena.array.length + predecessors.array.length + index.array.length)
  }

  /** States up to which `reserve` has nothing to do. */
  get capacity(): number {
    return Math.min(
      (this.mask + 1) >>> 1,
      Math.floor(this.arena.array.length / this.words),
      this.predecessors.array.length,
    )
  }

  /** Forgets all states. */
  clear(): void {
    this.count = 0
    this.index.array.fill(0)
  }

  /** Makes room for this many more states. */
  reserve(more: number): void {
    const states = this.count + more
    this.arena.reserve(states * this.words)
    this.predecessors.reserve(states)
    if (2 * states <= this.mask + 1) return
    let size = this.mask + 1
    while (size < 4 * states) size *= 2
    if (size > 2 ** 30) throw new OutOfMemory('more than 2^29 states cannot be indexed.')
    this.index.reserve(size)
    this.mask = size - 1
    this.refill()
  }

  hash(words: Int32Array, base: number): number {
    let hash = 0
    for (let k = 0; k < this.words; k++) hash ^= mix(words[base + k]! ^ this.salts[k]!)
    return hash
  }

  /** Inserts the first `count` states of a batch, in order; those that are known are left as they are. */
  insert(batch: Int32Array, hashes: Int32Array, from: Int32Array, count: number): void {
    const K = this.words
    this.reserve(count)
    const arena = this.arena.array
    const predecessors = this.predecessors.array
    const index = this.index.array
    const mask = this.mask
    const tagMask = ~mask
    const touched = this.#touched
    // Two loops of independent loads: the cache misses of the whole batch overlap.
    for (let j = 0; j < count; j++) touched[j] = index[hashes[j]! & mask]!
    let sink = 0
    for (let j = 0; j < count; j++) {
      const entry = touched[j]!
      if (entry !== 0) sink ^= arena[((entry & mask) - 1) * K]!
    }
    this.sink ^= sink
    let next = this.count
    for (let j = 0; j < count; j++) {
      const hash = hashes[j]!
      const base = j * K
      let i = hash & mask
      let id = -1
      for (;;) {
        const entry = index[i]!
        if (entry === 0) break
        if (((entry ^ hash) & tagMask) === 0) {
          const known = (entry & mask) - 1
          let k = 0
          const at = known * K
          while (k < K && arena[at + k] === batch[base + k]) k++
          if (k === K) {
            id = known
            break
          }
        }
        i = (i + 1) & mask
      }
      if (id < 0) {
        id = next++
        const at = id * K
        for (let k = 0; k < K; k++) arena[at + k] = batch[base + k]!
        predecessors[id] = from[j]!
        index[i] = (hash & tagMask) | (id + 1)
      }
    }
    this.count = next
  }

  /** The ids of the first `count` states of a batch, into `ids` from `first` on; -1 for what is not known. */
  findAll(batch: Int32Array, count: number, ids: Int32Array, first: number): void {
    const K = this.words
    const arena = this.arena.array
    const index = this.index.array
    const mask = this.mask
    const touched = this.#touched
    const hashes = this.#hashes
    // As in `insert`: independent loads, so that their cache misses overlap.
    let sink = 0
    for (let j = 0; j < count; j++) {
      const hash = this.hash(batch, j * K)
      hashes[j] = hash
      touched[j] = index[hash & mask]!
    }
    for (let j = 0; j < count; j++) sink ^= arena[Math.max(0, (touched[j]! & mask) - 1) * K]!
    this.sink ^= sink
    for (let j = 0; j < count; j++) {
      const hash = hashes[j]!
      let id = -1
      for (let i = hash & mask; id < 0; i = (i + 1) & mask) {
        const entry = index[i]!
        if (entry === 0) break
        if (((entry ^ hash) & ~mask) !== 0) continue
        const at = ((entry & mask) - 1) * K
        let k = 0
        while (k < K && arena[at + k] === batch[j * K + k]) k++
        if (k === K) id = (entry & mask) - 1
      }
      ids[first + j] = id
    }
  }

  /** The id of a state, or -1. */
  find(words: Int32Array, base: number, hash: number = this.hash(words, base)): number {
    const K = this.words
    const arena = this.arena.array
    const index = this.index.array
    const mask = this.mask
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const entry = index[i]!
      if (entry === 0) return -1
      const id = (entry & mask) - 1
      let k = 0
      while (k < K && arena[id * K + k] === words[base + k]) k++
      if (k === K) return id
    }
  }

  /** Makes the ids below `end` contiguous: the last states move into the holes, which are ranges of ids of no state. */
  close(holes: readonly (readonly [first: number, end: number])[], end: number): void {
    const ascending = holes.filter(([first, behind]) => first < behind).sort(([a], [b]) => a - b)
    this.count = ascending.reduce((count, [first, behind]) => count - (behind - first), end)
    const above = [...ascending]
    let last = end
    for (const [first, behind] of ascending)
      for (let id = first; id < Math.min(behind, this.count); id++) {
        for (let hole = above.at(-1); hole?.[1] === last; hole = above.at(-1)) last = above.pop()![0]
        this.#move(--last, id)
      }
  }

  /** Gives a state another id. */
  #move(from: number, to: number): void {
    const K = this.words
    const arena = this.arena.array
    const index = this.index.array
    const mask = this.mask
    let i = this.hash(arena, from * K) & mask
    while ((index[i]! & mask) !== from + 1) i = (i + 1) & mask
    arena.copyWithin(to * K, from * K, (from + 1) * K)
    this.predecessors.array[to] = this.predecessors.array[from]!
    index[i] = (index[i]! & ~mask) | (to + 1)
  }

  #refill(): void {
    const mask = this.mask
    const index = this.index.array
    const arena = this.arena.array
    index.fill(0)
    for (let id = 0; id < this.count; id++) {
      const hash = this.hash(arena, id * this.words)
      let i = hash & mask
      while (index[i] !== 0) i = (i + 1) & mask
      index[i] = (hash & ~mask) | (id + 1)
    }
  }
}
