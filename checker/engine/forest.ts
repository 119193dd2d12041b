/**
 * Decision trees over the fields of packed states, all in one array of words.
 *
 *     inner node   [slot, test, child × (mask + 1)]; pointers lead to the test: word | shift << 10 | mask << 15
 *     child        0 unknown · > 0 a node · < 0 a leaf, negated
 *     leaf         [number of outcomes | flags, label number, outcome …]
 *     outcome      [number of words written, (word, bits kept, bits set) …]
 *     answer       [flags, code]: the leaf of an observer
 *
 * Wide fields are tested in pieces of five bits.
 */
import { maskOf, type Codec } from './codec.ts'
import { GrowableWords } from './growable.ts'
import { COUNT_MASK } from './leaf.ts'

export { COUNT_MASK, DIRECT, FAULTY, NO_ANSWER, UNAUDITED, URGENT } from './leaf.ts'

const PIECE_BITS = 5

/** What a recipe read first, in order: slots, and the codes that it found. */
export interface Path {
  readonly readSlots: readonly number[]
  readonly readCodes: readonly number[]
}

export class Forest {
  readonly code: GrowableWords
  readonly #codec: Codec
  #size = 1
  #scratch = 0
  #scratchWords = 0

  constructor(codec: Codec, shared = false) {
    this.#codec = codec
    this.code = new GrowableWords(4096, shared)
  }

  /** From a pointer down to a leaf, negated, or to 0 where no path covers the state. */
  descend(pointer: number, words: Int32Array): number {
    const T = this.code.array
    let p = pointer
    while (p > 0) {
      const test = T[p]!
      p = T[p + 1 + ((words[test & 1023]! >>> ((test >>> 10) & 31)) & (test >>> 15))]!
    }
    return p
  }

  /** The states that a leaf leads to from a state. */
  successors(leaf: number, words: Int32Array): Int32Array[] {
    const T = this.code.array
    const successors: Int32Array[] = []
    let t = leaf + 2
    for (let n = T[leaf]! & COUNT_MASK; n > 0; n--) {
      const next = new Int32Array(this.#codec.words)
      t = applyWrites(T, t, words, next)
      successors.push(next)
    }
    return successors
  }

  /**
   * Puts a leaf at the end of the path that was recorded, without the reads that the root has tested already.
   * Gives what contradicts where the path does not fit the tree.
   */
  insert(root: number, leaf: number, { readSlots, readCodes }: Path, tested = 0): Conflict | undefined {
    const slots = this.#codec.bits.length
    let cell = root
    for (let i = tested; i < readSlots.length; i++) {
      const read = readSlots[i]!
      const slot = read % slots
      const bits = this.#codec.bits[slot]!
      // Of a pair of states the second one stands behind the first.
      const start = this.#codec.position(slot) + (read >= slots ? this.#codec.words : 0)
      for (let low = 0; low < bits; low += PIECE_BITS) {
        const mask = maskOf(Math.min(PIECE_BITS, bits - low))
        const position = start + (low << 10)
        if (this.code.array[cell] === 0) {
          const node = this.node(read, position, mask)
          this.code.array[cell] = node
        }
        const node = this.code.array[cell]!
        const T = this.code.array
        if (node < 0 || T[node - 1] !== read || T[node] !== (position | (mask << 15))) return this.#conflict(node, read)
        cell = node + 1 + ((readCodes[i]! >>> low) & mask)
      }
    }
    if (this.code.array[cell] !== 0) return this.#conflict(this.code.array[cell]!, undefined)
    this.code.array[cell] = -leaf
    return undefined
  }

  #conflict(node: number, read: number | undefined): Conflict {
    return { read, before: node < 0 ? undefined : this.code.array[node - 1]! }
  }

  allocate(words: number): number {
    const at = this.#size
    this.#size += words
    this.code.reserve(this.#size)
    return at
  }

  node(slot: number, position: number, mask: number): number {
    const node = this.allocate(2 + mask + 1) + 1
    this.code.array[node - 1] = slot
    this.code.array[node] = position | (mask << 15)
    return node
  }

  leaf(words: readonly number[]): number {
    const leaf = this.allocate(words.length)
    this.code.array.set(words, leaf)
    return leaf
  }

  /** A leaf that is good until the next call. */
  scratch(words: readonly number[]): number {
    if (words.length > this.#scratchWords) {
      this.#scratchWords = 2 * words.length
      this.#scratch = this.allocate(this.#scratchWords)
    }
    this.code.array.set(words, this.#scratch)
    return this.#scratch
  }
}

/** The same reads were followed by reading one slot, and before by another, or by none. */
export interface Conflict {
  readonly read: number | undefined
  readonly before: number | undefined
}

/** Puts the state that the outcome at `t` leads to into `into`; gives where the next outcome starts. */
export function applyWrites(T: Int32Array, t: number, words: Int32Array, into: Int32Array): number {
  for (let k = 0; k < into.length; k++) into[k] = words[k]!
  let at = t + 1
  for (let writes = T[t]!; writes > 0; writes--, at += 3) into[T[at]!] = (into[T[at]!]! & T[at + 1]!) | T[at + 2]!
  return at
}
