/** Runs the generated kernel: moves the arrays into memories that it can import, and talks to it by cells. */
import type { WasmMemory } from '../growable.ts'
import type { Relation } from '../relation.ts'
import { BATCH, type Store } from '../store.ts'
import { AdvanceGenerator } from './advance.ts'
import { assemble } from './assembler.ts'
import { insertCode, rehashCode } from './insert.ts'
import { CELLS, IMPORTS, fillRecent, memoryMap, MEMORIES, type Import, type MemoryMap, type Shape } from './shape.ts'

type Imports = Record<Import, (a: number, b: number, c: number) => unknown>
interface Exports {
  advance(stop: number): void
  rehash(first: number, end: number): void
}
/** The part of the global that is used here; the library types of ES2024 do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

export class GeneratedKernel {
  readonly #shape: Shape
  readonly #map: MemoryMap
  readonly #store: Store
  readonly #work: WasmMemory
  #words: Int32Array
  #exports: Exports | undefined

  constructor(shape: Shape, relation: Relation, store: Store, best: Int32Array) {
    this.#shape = shape
    this.#map = memoryMap(shape)
    this.#store = store
    this.#work = relation.code.memory(this.#map.trees)
    this.#words = new Int32Array(this.#work.buffer)
    const { salts, roots, observers, best: bestAt } = this.#map
    this.#words.set(store.salts, salts / 4)
    this.#words.set(relation.roots, roots / 4)
    this.#words.set(relation.observerCells.subarray(0, best.length), observers / 4)
    this.#words.set(best, bestAt / 4)
    fillRecent(shape, this.#map, this.#words, store.arena.array)
  }

  connect(imports: Imports): void {
    const store = this.#store
    const { arena, predecessors, index } = store
    const memories = [this.#work, arena.memory(), predecessors.memory(), index.memory()]
    const env = { ...imports, ...Object.fromEntries(memories.map((memory, i) => [`m${i}`, memory])) }
    const module = new WebAssembly.Module(generate(this.#shape, this.#map))
    this.#exports = new WebAssembly.Instance(module, { env }).exports as Exports
    store.refill = () => {
      store.index.array.fill(0)
      this.cell('count', store.count)
      this.cell('mask', store.mask)
      this.#exports?.rehash(0, store.count)
    }
    this.#publish()
  }

  /** Expands states up to, not including, `stop`; the store and the largest answers may be others than the last time. */
  advance(stop: number, best: Int32Array): void {
    this.#publish()
    this.#view().set(best, this.#map.best / 4)
    this.#exports?.advance(stop)
    this.#collect()
  }

  /** Makes room for a batch: called from inside the loop. */
  reserve(count: number): void {
    this.#collect()
    this.#store.reserve(count)
    this.#publish()
  }

  /** Reads a cell, or writes it. */
  cell(name: keyof typeof CELLS, value?: number): number {
    const words = this.#view()
    if (value !== undefined) words[CELLS[name]] = value
    return words[CELLS[name]]!
  }

  /** Copies the state being expanded and, for observers of pairs, the successor behind it. */
  fetch(into: Int32Array): void {
    const { words: K, pairObservers } = this.#shape
    const start = this.#map.state / 4
    const words = this.#view()
    const end = pairObservers > 0 ? 2 * K : K
    for (let k = 0; k < end; k++) into[k] = words[start + k]!
  }

  /** The successors that wait to be inserted, and their hashes. */
  get batch(): { readonly batch: Int32Array; readonly hashes: Int32Array } {
    const words = this.#view()
    const { batch, hashes } = this.#map
    return { batch: words.subarray(batch / 4, hashes / 4), hashes: words.subarray(hashes / 4, hashes / 4 + BATCH) }
  }

  /** The words of memory 0, which are another array after it has grown. */
  #view(): Int32Array {
    if (this.#words.buffer !== this.#work.buffer) this.#words = new Int32Array(this.#work.buffer)
    return this.#words
  }

  #collect(): void {
    this.#store.count = this.cell('count')
  }

  #publish(): void {
    const store = this.#store
    this.cell('count', store.count)
    this.cell('capacity', store.capacity)
    this.cell('mask', store.mask)
  }
}

/** The module for a shape; it exports `advance(stop)` and `rehash(first, end)`. */
function generate(shape: Shape, map: MemoryMap): Uint8Array {
  const memories = Array.from({ length: MEMORIES }, () => shape.shared)
  return assemble(memories, IMPORTS, [
    { name: 'insert', parameters: 1, results: 0, code: insertCode(shape, map) },
    { name: 'rehash', parameters: 2, results: 0, code: rehashCode(shape, map) },
    { name: 'advance', parameters: 1, results: 0, code: new AdvanceGenerator(shape, map).generate() },
  ])
}
