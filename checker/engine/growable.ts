/**
 * Growable words: an Int32Array that grows without being copied once it is large.
 *
 * Large ones live in a WebAssembly memory, which grows in place and which the generated kernel can import. The array
 * must be fetched anew after `reserve`.
 */

export interface WasmMemory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}
/** The part of the global that is used here; the library types of ES2024 do not have it. */
declare const WebAssembly: {
  readonly Memory: new (shape: { initial: number; maximum: number; shared: boolean }) => WasmMemory
}

const PAGE_BYTES = 2 ** 16
const MAX_PAGES = 2 ** 16
/** Below this many words a plain array is copied: memories are costly to make. */
const SMALL_WORDS = 2 ** 20

/** The words do not fit what one memory may hold. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory'
}

export class GrowableWords {
  array: Int32Array
  #memory: WasmMemory | undefined
  /** Bytes of the memory in front of the array. */
  #offset = 0
  readonly #shared: boolean

  /** `shared`: the memory may be looked at from several threads. */
  constructor(words: number, shared = false) {
    this.array = new Int32Array(words)
    this.#shared = shared
  }

  /** The memory behind the words, made now if they were in a plain array, with room for `offset` bytes in front. */
  memory(offset = 0): WasmMemory {
    if (this.#memory === undefined || this.#offset < offset) this.#memory = this.#moved(this.array.length, offset)
    return this.#memory
  }

  /** Makes room for this many words in all; what is there stays, what is new is 0. */
  reserve(words: number): Int32Array {
    const { length } = this.array
    if (words <= length) return this.array
    if (this.#memory === undefined) {
      if (words > SMALL_WORDS) this.#memory = this.#moved(words, 0)
      else {
        const larger = new Int32Array(Math.max(words, 2 * length))
        larger.set(this.array)
        this.array = larger
      }
      return this.array
    }
    const before = this.#memory.buffer.byteLength / PAGE_BYTES
    const pages = Math.max(pagesFor(words, this.#offset), Math.min(Math.ceil(1.25 * before), MAX_PAGES))
    const memory = this.#memory
    attempt(pages, () => memory.grow(pages - before))
    this.array = new Int32Array(memory.buffer, this.#offset)
    return this.array
  }

  #moved(words: number, offset: number): WasmMemory {
    const pages = pagesFor(words, offset)
    const memory = attempt(
      pages,
      () => new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES, shared: this.#shared }),
    )
    const moved = new Int32Array(memory.buffer, offset)
    moved.set(this.array)
    this.array = moved
    this.#offset = offset
    return memory
  }
}

function pagesFor(words: number, offset: number): number {
  const pages = Math.ceil((4 * words + offset) / PAGE_BYTES)
  if (pages > MAX_PAGES) throw new OutOfMemory(`${words} words are more than one memory of 4 GiB holds.`)
  return pages
}

function attempt<T>(pages: number, allocate: () => T): T {
  try {
    return allocate()
  } catch (error) {
    throw new OutOfMemory(`the system refused ${(pages * PAGE_BYTES) / 2 ** 20} MiB: ${String(error)}`)
  }
}
