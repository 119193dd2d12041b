/**
 * A generator of random numbers that a seed decides: sfc32 by Chris Doty-Humphrey (PractRand), 128 bits of state.
 *
 * It adds besides shifting, so that its numbers are no linear functions of the seed: fingerprints are exclusive ors of
 * them, and must not cancel each other out.
 */

/** Rounds until a seed has reached every bit of the state. */
const WARM_UP = 15

export class Generator {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** `stream` makes independent generators of one seed. */
  constructor(seed: number, stream = 0) {
    this.#a = stream | 0
    this.#b = seed | 0
    this.#c = Math.floor(seed / 2 ** 32) | 0
    for (let i = 0; i < WARM_UP; i++) this.next()
  }

  /** The next 32 bits, as a signed number. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum
  }

  /** One of the whole numbers from 0 to `n` - 1, each with the same probability. */
  below(n: number): number {
    const fair = 2 ** 32 - (2 ** 32 % n)
    for (;;) {
      const drawn = this.next() >>> 0
      if (drawn < fair) return drawn % n
    }
  }
}
