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
const LOAD = 0.9
/** Small tables double; large ones grow by this share, so that few entries are free. */
const GROWTH = 1 / 12
const SMALL = 2 ** 18
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

  constructor() {
    this.#entries = new GrowableWords(ENTRY * (this.#size + SLACK))
  }

  /** Of the entries, free ones included. */
  get bytes(): number {
    return 4 * ENTRY * (this.#size + SLACK)
  }

  /** Makes room for so many more. */
  reserve(more: number): void {
    while (this.count + more > LOAD * this.#size) this.#grow()
  }

  /** Loads the homes of the first so many heads: the cache misses of a batch overlap. */
  touch(heads: Int32Array, count: number): void {
    const { array } = this.#entries
    let sink = 0
    for (let i = 0; i < count; i++) sink ^= array[ENTRY * homeOf(heads[i]!, this.#size)]!
    this.sink ^= sink
  }

  /** Adds a fingerprint; `false` when it was there. `reserve` must have made room. */
  add(head: number, tail: number, from: number): boolean {
    if (head === 0 && tail === 0) return this.#addZero(from)
    const { array } = this.#entries
    let at = ENTRY * homeOf(head, this.#size)
    for (; ; at += ENTRY) {
      const knownHead = array[at]!
      const knownTail = array[at + 1]!
      if (knownHead === head && knownTail === tail) return false
      if (knownHead === 0 && knownTail === 0) break
      if (at >= array.length) throw new OutOfMemory('the table of fingerprints is too uneven.')
    }
    array[at] = head
    array[at + 1] = tail
    array[at + 2] = from
    this.count++
    return true
  }

  #addZero(from: number): boolean {
    if (this.#zero !== undefined) return false
    this.#zero = { from }
    this.count++
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
    this.#size = Math.floor(this.#size < SMALL ? 2 * this.#size : this.#size * (1 + GROWTH))
    if (this.#size > 2 ** 28) throw new OutOfMemory('more than 2^28 fingerprints cannot be indexed.')
    this.#entries.reserve(ENTRY * (this.#size + SLACK))
    // From the top: an entry's home only moves up, so what is put back never lies below the run that it comes from.
    for (let end = before; end > 0;) {
      if (this.#isFree(end - 1)) end--
      else end = this.#moveRun(end)
    }
  }

  #isFree(entry: number): boolean {
    const { array } = this.#entries
    return array[ENTRY * entry] === 0 && array[ENTRY * entry + 1] === 0
  }

  /** Takes out the entries before `end` down to the first free one, and puts them where they belong now. */
  #moveRun(end: number): number {
    let first = end
    while (first > 0 && !this.#isFree(first - 1)) first--
    const words = ENTRY * (end - first)
    if (this.#scratch.length < words) this.#scratch = new Int32Array(2 * words)
    const { array } = this.#entries
    const scratch = this.#scratch
    for (let k = 0; k < words; k++) {
      scratch[k] = array[ENTRY * first + k]!
      array[ENTRY * first + k] = 0
    }
    for (let k = 0; k < words; k += ENTRY) {
      let at = ENTRY * homeOf(scratch[k]!, this.#size)
      while (array[at] !== 0 || array[at + 1] !== 0) at += ENTRY
      array[at] = scratch[k]!
      array[at + 1] = scratch[k + 1]!
      array[at + 2] = scratch[k + 2]!
    }
    return first
  }
}

/** Where a head belongs among so many homes: in the order of heads, however many homes there are. */
const homeOf = (head: number, size: number): number => Math.floor(((head >>> 0) * size) / 2 ** 32)
