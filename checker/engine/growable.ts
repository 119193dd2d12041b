/**
 * Growable words: an Int32Array that grows without being copied once it is large.
 *
 * Large ones live in a WebAssembly memory, which grows in place; the array must be fetched anew after `reserve`.
 */

interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
declare const WebAssembly: { Memory: new (shape: { initial: number; maximum: number }) => WasmMemory }

const PAGE_WORDS = 2 ** 14
const MAX_PAGES = 2 ** 16
/** Below this many words a plain array is copied: memories are costly to make and few. */
const SMALL_WORDS = 2 ** 20

/** The words do not fit what one memory may hold. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory'
}

export class GrowableWords {
  array: Int32Array
  #memory: WasmMemory | undefined

  constructor(words: number) {
    this.array = new Int32Array(words)
  }

  /** Makes room for this many words in all; what is there stays, what is new is 0. */
  reserve(words: number): Int32Array {
    if (words <= this.array.length) return this.array
    if (words <= SMALL_WORDS) {
      const larger = new Int32Array(Math.max(words, 2 * this.array.length))
      larger.set(this.array)
      this.array = larger
      return larger
    }
    const pages = Math.ceil(Math.max(words, Math.min(1.25 * this.array.length, MAX_PAGES * PAGE_WORDS)) / PAGE_WORDS)
    if (pages > MAX_PAGES)
      throw new OutOfMemory(`${words} words are more than one memory holds (${MAX_PAGES * PAGE_WORDS}).`)
    try {
      if (this.#memory === undefined) {
        this.#memory = new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES })
        const moved = new Int32Array(this.#memory.buffer)
        moved.set(this.array)
        this.array = moved
      } else {
        this.#memory.grow(pages - this.array.length / PAGE_WORDS)
        this.array = new Int32Array(this.#memory.buffer)
      }
    } catch (error) {
      throw new OutOfMemory(`the system refused ${pages * PAGE_WORDS * 4} bytes: ${String(error)}`)
    }
    return this.array
  }
}
