/** Threads that insert the same states at the same time: the shared set holds each once. One that does not look is found out. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chance } from '../../engine/planted/crewed.ts'
import { GrowableWords, type WasmMemory } from '../../engine/growable.ts'
import { BATCH, Store } from '../../engine/store.ts'
import { HEADER, PART, partOf } from '../../engine/wasm/control.ts'
import { crewModule } from '../../engine/wasm/crew-module.ts'
import type { Batch } from '../../engine/wasm/explorer.ts'
import type { Shape } from '../../engine/wasm/shape.ts'
import type { Insertion } from './planted/inserting-worker.ts'

/** The part of the global that is used here; the library types of ES2024 do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Memory: new (shape: { initial: number; maximum: number; shared: boolean }) => WasmMemory
}

const THREADS = 3
const WORDS = 2
const STATES = 30_000
const SHAPE: Shape = {
  words: WORDS,
  processes: 0,
  stateObservers: 0,
  pairObservers: 0,
  firstTick: 0,
  exchanges: false,
  shared: true,
  crew: true,
}

let threads: Worker[] = []
beforeAll(() => {
  const module = new URL('./planted/inserting-worker.ts', import.meta.url)
  threads = Array.from({ length: THREADS }, () => new Worker(module, { execArgv: [] }))
})
afterAll(() => Promise.all(threads.map((thread) => thread.terminate())))

/** The states in batches, in the same order for everybody: so all want the same places at the same time. */
function batchesOf(seed: number): Batch[] {
  const store = new Store(WORDS)
  const below = chance(seed)
  const all = Int32Array.from({ length: STATES * WORDS }, (_, i) => (i % WORDS === 0 ? i / WORDS : below(2 ** 16)))
  return Array.from({ length: Math.ceil(STATES / BATCH) }, (_, b) => {
    const states = all.slice(b * BATCH * WORDS, (b + 1) * BATCH * WORDS)
    const count = states.length / WORDS
    const hashes = Int32Array.from({ length: count }, (_each, j) => store.hash(states, j * WORDS))
    return { states, hashes, from: new Int32Array(count).fill(b) }
  })
}

/** What the set holds when all have inserted everything. */
async function raced(module: Uint8Array, batches: readonly Batch[]): Promise<{ count: number; found: number }> {
  const store = new Store(WORDS, true)
  store.reserve(THREADS * STATES)
  const control = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const C = new Int32Array(control.buffer)
  C[HEADER.mask] = store.mask
  C[HEADER.limit] = store.capacity
  const { arena, predecessors, index, salts } = store
  const trees = new GrowableWords(1, true)
  const memories = [arena.memory(), predecessors.memory(), index.memory(), trees.memory(), control]
  const cells = new Int32Array(0)
  const invitation = {
    shape: SHAPE,
    module: new WebAssembly.Module(module),
    memories,
    salts,
    roots: cells,
    observerCells: cells,
  }
  const start = new Int32Array(new SharedArrayBuffer(4))
  const ready = Promise.all(threads.map((thread) => once(thread, 'message')))
  threads.forEach((thread, number) => {
    const insertion: Insertion = { invitation, number, batches, start }
    thread.postMessage(insertion)
  })
  await ready
  const done = Promise.all(threads.map((thread) => once(thread, 'message')))
  Atomics.store(start, 0, 1)
  await done
  const parts = threads.map((_, number) => partOf(number, 0, WORDS))
  const holes = parts.map((part) => [C[part + PART.next]!, C[part + PART.end]!] as const)
  const count = holes.reduce((n, [first, end]) => n - (end - first), C[HEADER.nextId]!)
  // Where one was lost its id is in no index.
  if (count !== STATES) return { count, found: 0 }
  store.close(holes, C[HEADER.nextId]!)
  const found = batches.flatMap(({ states, hashes }) =>
    [...hashes].filter((_, j) => store.find(states, j * WORDS) >= 0),
  )
  return { count, found: found.length }
}

test('every state is in the set once', async () => {
  for (let seed = 0; seed < 4; seed++)
    expect(await raced(crewModule(SHAPE), batchesOf(seed))).toEqual({ count: STATES, found: STATES })
})

/** `i32.atomic.rmw.cmpxchg` in the index, and a branch where it gave something; and the same with the answer dropped. */
const LOOKING = [0xfe, 0x48, 0x42, 0x03, 0x00, 0x0d, 0x00]
const NOT_LOOKING = [0xfe, 0x48, 0x42, 0x03, 0x00, 0x1a, 0x01]

test('who does not look whether somebody was faster is found out', async () => {
  const module = crewModule(SHAPE)
  const at = module.findIndex((_, i) => LOOKING.every((byte, k) => module[i + k] === byte))
  expect(at).toBeGreaterThan(0)
  module.set(NOT_LOOKING, at)
  const batches = batchesOf(0)
  for (let race = 0; race < 1000; race++) if ((await raced(module, batches)).count !== STATES) return
  expect.fail('Nobody was faster in 1000 races.')
}, 60_000)
