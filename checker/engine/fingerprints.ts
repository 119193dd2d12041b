/**
 * Fingerprints of states, and the table that stores them in place of the states.
 *
 * A fingerprint is the exclusive or of one random number for each byte of the packed words (Zobrist hashing; simple
 * tabulation). Two different states differ in some byte; whatever the other numbers are, those for this byte make their
 * fingerprints equal with probability 2^-b, over the random tables. So a search that stored m states lost one with
 * probability at most m (m + 1) / 2^(b + 1). The tables come from a seeded generator, which stands for chance here.
 *
 * A fingerprint has a head of 32 bits, which says where its entry belongs, and a tail of the others.
 */
import { Generator } from './generator.ts'
import { GrowableWords, OutOfMemory } from './growable.ts'

const BYTE_VALUES = 256
const BYTES = 4

export class Fingerprints {
  /** By word, byte of it and value of the byte. */
  readonly heads: Int32Array
  readonly tails: Int32Array

  /** For states of so many words; from 1 to 64 bits, of which the head takes up to `headBits`. */
  constructor(words: number, bits: number, seed: number, headBits = 32) {
    const size = words * BYTES * BYTE_VALUES
    this.heads = new Int32Array(size)
    this.tails = new Int32Array(size)
    const [headMask, tailMask] = [highest(Math.min(bits, headBits)), highest(Math.max(0, bits - headBits))]
    const generator = new Generator(seed)
    for (let i = 0; i < size; i++) {
      this.heads[i] = generator.next() & headMask
      this.tails[i] = generator.next() & tailMask
    }
  }

  head(words: Int32Array, base: number): number {
    return combined(this.heads, words, base)
  }
  tail(words: Int32Array, base: number): number {
    return combined(this.tails, words, base)
  }
}

/** What a table of `Fingerprints` gives for the `k`th word. */
export function ofWord(table: Int32Array, k: number, word: number): number {
  const at = k << 10
  return (
    table[at | (word & 255)]! ^
    table[at | 256 | ((word >>> 8) & 255)]! ^
    table[at | 512 | ((word >>> 16) & 255)]! ^
    table[at | 768 | (word >>> 24)]!
  )
}

function combined(table: Int32Array, words: Int32Array, base: number): number {
  let hash = 0
  for (let k = 0; k < table.length >>> 10; k++) hash ^= ofWord(table, k, words[base + k]!)
  return hash
}

/** The highest so many of 32 bits. */
const highest = (bits: number): number => (bits === 0 ? 0 : -1 << (32 - bits))

/** Largest probability with which a search that stored so many states lost one. */
export const lossProbability = (states: number, bits: number): number =>
  Math.min(1, (states * (states + 1)) / 2 ** (bits + 1))

/** Words of an entry: head, tail, and the head of the predecessor. All zero: free. */
const ENTRY = 3
const LOAD = 0.92
/** Tables of up to so many homes, 50 MB, double; larger ones grow by a share, so that few entries are free. */
const SMALL = 2 ** 22
const GROWTH = 1 / 16
/** Entries behind the last home, for what is pushed beyond it. */
const SLACK = 2 ** 14

/** Fingerprints, each with the head of its predecessor: open addressing, in one array that grows in place. */
export class FingerprintTable {
  count = 0
  readonly #entries: GrowableWords
  /** Homes. */
  #size = 4096
  #scratch = new Int32Array(ENTRY * 1024)
  /** The fingerprint that looks like a free entry. */
  #zero: { readonly from: number } | undefined
  /** Keeps the touching loads alive. */
  sink = 0

  readonly #small: number

  /** Up to `small` homes it doubles. */
  constructor(small: number = SMALL) {
    this.#small = small
    this.#entries = new GrowableWords(ENTRY * (this.#size + SLACK))
  }

  /** Of the entries, free ones included. */
  get bytes(): number {
    return 4 * ENTRY * (this.#size + SLACK)
  }

  /**
   * Adds the first `count` fingerprints of a batch, each with the head of its predecessor. Gives how many were not there
   * before; their places in the batch are put into `fresh`.
   */
  insert(heads: Int32Array, tails: Int32Array, from: Int32Array, count: number, fresh: Int32Array): number {
    while (this.count + count > LOAD * this.#size) this.#grow()
    const { array } = this.#entries
    const size = this.#size
    // A loop of independent loads: the cache misses of the whole batch overlap.
    let sink = 0
    for (let i = 0; i < count; i++) sink ^= array[ENTRY * homeOf(heads[i]!, size)]!
    this.sink ^= sink
    let found = 0
    for (let i = 0; i < count; i++) {
      const head = heads[i]!
      const tail = tails[i]!
      if (head === 0 && tail === 0) {
        if (this.#addZero(from[i]!)) fresh[found++] = i
        continue
      }
      let at = ENTRY * homeOf(head, size)
      let known = array[at]!
      while ((known !== head || array[at + 1] !== tail) && (known !== 0 || array[at + 1] !== 0)) {
        at += ENTRY
        if (at >= array.length) throw new OutOfMemory('the table of fingerprints is too uneven.')
        known = array[at]!
      }
      if (known === head && array[at + 1] === tail) continue
      array[at] = head
      array[at + 1] = tail
      array[at + 2] = from[i]!
      fresh[found++] = i
    }
    this.count += found
    return found
  }

  #addZero(from: number): boolean {
    if (this.#zero !== undefined) return false
    this.#zero = { from }
    return true
  }

  /** The entries with this head: their tails, and the heads of their predecessors. */
  withHead(head: number): { readonly tail: number; readonly from: number }[] {
    const { array } = this.#entries
    const found = head === 0 && this.#zero !== undefined ? [{ tail: 0, from: this.#zero.from }] : []
    for (let at = ENTRY * homeOf(head, this.#size); array[at] !== 0 || array[at + 1] !== 0; at += ENTRY)
      if (array[at] === head) found.push({ tail: array[at + 1]!, from: array[at + 2]! })
    return found
  }

  #grow(): void {
    const before = this.#size + SLACK
    this.#size = Math.floor(this.#size < this.#small ? 2 * this.#size : this.#size * (1 + GROWTH))
    if (this.#size > 2 ** 28) throw new OutOfMemory('more than 2^28 fingerprints cannot be indexed.')
    const array = this.#entries.reserve(ENTRY * (this.#size + SLACK))
    // Runs from the top: an entry's home only moves up, so what is put back never lies below the run that it comes from.
    for (let end = ENTRY * before; end > 0;) {
      let first = end
      while (first > 0 && (array[first - ENTRY] !== 0 || array[first - ENTRY + 1] !== 0)) first -= ENTRY
      if (first < end) this.#replace(array, first, end)
      end = first - ENTRY
    }
  }

  /** Takes out the entries of a run, given by its words, and puts them where they belong now. */
  #replace(array: Int32Array, first: number, end: number): void {
    const words = end - first
    if (this.#scratch.length < words) this.#scratch = new Int32Array(2 * words)
    const scratch = this.#scratch
    const size = this.#size
    for (let k = 0; k < words; k++) {
      scratch[k] = array[first + k]!
      array[first + k] = 0
    }
    for (let k = 0; k < words; k += ENTRY) {
      let at = ENTRY * homeOf(scratch[k]!, size)
      while (array[at] !== 0 || array[at + 1] !== 0) at += ENTRY
      array[at] = scratch[k]!
      array[at + 1] = scratch[k + 1]!
      array[at + 2] = scratch[k + 2]!
    }
  }
}

/** Where a head belongs among so many homes: in the order of heads, however many homes there are. */
const homeOf = (head: number, size: number): number => Math.floor(((head >>> 0) * size) / 2 ** 32)
