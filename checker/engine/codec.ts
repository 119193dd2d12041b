/**
 * Codec: slots as bit fields of 32-bit words. The only place that knows bits.
 *
 * A field never crosses a word. Fields with one value, and history that is not kept, take no bits. Unused bits are zero,
 * so a state has one code and words can be compared.
 */
import { ConfigError } from '../language/protocol.ts'
import type { Layout } from './layout.ts'
import { historyField } from './port.ts'

const WORD_BITS = 32
/** A position has ten bits for the word, and an observer of pairs sees two states. */
const MAX_WORDS = 512

export class Codec {
  /** Words of a state. */
  readonly words: number
  readonly bits: Uint8Array
  readonly #word: Uint16Array
  readonly #shift: Uint8Array
  readonly #constant: Int32Array

  constructor(layout: Layout, keptHistory: ReadonlySet<string>) {
    const { slots } = layout
    this.bits = Uint8Array.from(slots, (slot) =>
      slot.size <= 1 || (slot.history && !keptHistory.has(historyField(slot.name)))
        ? 0
        : WORD_BITS - Math.clz32(slot.size - 1),
    )
    this.#word = new Uint16Array(slots.length)
    this.#shift = new Uint8Array(slots.length)
    this.#constant = Int32Array.from(slots, (slot) => slot.initial)
    // First fit in the order of declaration keeps neighbours together and leaves few holes.
    const free: number[] = []
    this.bits.forEach((bits, slot) => {
      if (bits === 0) return
      let word = free.findIndex((left) => left >= bits)
      if (word < 0) word = free.push(WORD_BITS) - 1
      this.#word[slot] = word
      this.#shift[slot] = WORD_BITS - free[word]!
      free[word]! -= bits
    })
    this.words = Math.max(1, free.length)
    if (this.words > MAX_WORDS)
      throw new ConfigError(`A state takes ${this.words} words of 32 bits; ${MAX_WORDS} are the most.`)
  }

  /** Word and lowest bit of a slot, as one number: `word | shift << 10`. */
  position(slot: number): number {
    return this.#word[slot]! | (this.#shift[slot]! << 10)
  }

  get(words: Int32Array, base: number, slot: number): number {
    const bits = this.bits[slot]!
    if (bits === 0) return this.#constant[slot]!
    return (words[base + this.#word[slot]!]! >>> this.#shift[slot]!) & maskOf(bits)
  }

  set(words: Int32Array, base: number, slot: number, code: number): void {
    const bits = this.bits[slot]!
    if (bits === 0) return
    const word = base + this.#word[slot]!
    const shift = this.#shift[slot]!
    words[word] = (words[word]! & ~(maskOf(bits) << shift)) | (code << shift)
  }
}

/** The lowest `bits` bits; fields have at most 31. */
export const maskOf = (bits: number): number => 2 ** bits - 1
