/** The visited set is a map from states to ids in the order of their first insertion, and its hash spreads. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { family, upTo } from '../language/domain.ts'
import { language } from '../language/program.ts'
import { protocol } from '../language/protocol.ts'
import { layoutOf } from './layout.ts'
import { BATCH, mix, Store } from './store.ts'
import { tableEngine } from './table.ts'

/** Words `0 … 2^32 - 1` that repeat after 2^32 (Mulberry32). */
function wordsFrom(seed: number): () => number {
  let at = seed
  return () => {
    at = (at + 0x6d2b79f5) | 0
    const x = Math.imul(at ^ (at >>> 15), at | 1)
    return (x ^ (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ (x >>> 14)) | 0
  }
}

/** What a store must be: ids by the words of a state. */
class Model {
  readonly ids = new Map<string, number>()
  readonly predecessors: number[] = []

  insert(words: Int32Array, from: number): void {
    const key = words.join()
    const id = this.ids.get(key) ?? this.ids.size
    if (id === this.ids.size) {
      this.ids.set(key, id)
      this.predecessors.push(from)
    }
  }
}

function insertAll(store: Store, model: Model, states: readonly Int32Array[]): void {
  const K = store.words
  for (let first = 0; first < states.length; first += BATCH) {
    const some = states.slice(first, first + BATCH)
    const batch = Int32Array.from(some.flatMap((words) => [...words]))
    const hashes = Int32Array.from(some, (_, j) => store.hash(batch, j * K))
    const from = Int32Array.from(some, (_, j) => 7 * (first + j))
    store.insert(batch, hashes, from, some.length)
    some.forEach((words, j) => model.insert(words, from[j]!))
  }
}

function expectSame(store: Store, model: Model): void {
  expect(store.count).toBe(model.ids.size)
  for (const [key, id] of model.ids) {
    const words = Int32Array.from(key.split(','), Number)
    if (store.find(words, 0) !== id) expect.fail(`${key} is found as ${store.find(words, 0)}, not ${id}`)
    const stored = store.arena.array.subarray(id * store.words, (id + 1) * store.words)
    if (stored.join() !== key) expect.fail(`${id} holds ${stored.join()}, not ${key}`)
  }
  expect([...store.predecessors.array.subarray(0, store.count)]).toEqual(model.predecessors)
}

describe('the visited set is a map', () => {
  const batches = fc.array(fc.record({ seed: fc.integer(), size: fc.nat(3000), bits: fc.constantFrom(2, 5, 12, 32) }), {
    maxLength: 4,
  })

  test.each([1, 2, 3, 4, 5])('from states of %i words, with duplicates and growth', (K) => {
    fc.assert(
      fc.property(batches, (runs) => {
        const store = new Store(K)
        const model = new Model()
        for (const { seed, size, bits } of runs) {
          const next = wordsFrom(seed)
          insertAll(
            store,
            model,
            Array.from({ length: size }, () => Int32Array.from({ length: K }, () => next() >> (32 - bits))),
          )
        }
        expectSame(store, model)
        // What was never inserted is not found.
        const absent = Int32Array.from({ length: K }, (_, k) => 0x5eed0000 + k)
        expect(store.find(absent, 0)).toBe(model.ids.get(absent.join()) ?? -1)
      }),
      { numRuns: 12 },
    )
  })

  test('even where all hashes are the same', () => {
    const store = new Store(2)
    const model = new Model()
    const wanted = store.hash(Int32Array.of(1, 2), 0)
    const states = Array.from({ length: 1500 }, (_, a) => {
      const second = unmix(wanted ^ mix(a ^ store.salts[0]!)) ^ store.salts[1]!
      return Int32Array.of(a, second)
    })
    expect(new Set(states.map((words) => store.hash(words, 0)))).toEqual(new Set([wanted]))
    insertAll(store, model, [...states, ...states.toReversed()])
    expect(store.count).toBe(1500)
    expectSame(store, model)
  })
})

/** The word that `mix` made this of. */
function unmix(mixed: number): number {
  let x = mixed ^ (mixed >>> 16)
  x = Math.imul(x, 0x7ed1b41d)
  x = x ^ (x >>> 13) ^ (x >>> 26)
  x = Math.imul(x, 0xa5cb9243)
  return x ^ (x >>> 16)
}

/** Eight counters of a few bits each in so many words, all else in them unused: the states that are hard to spread. */
function reachableWords(words: number, limit: number): { readonly store: Store; readonly states: number } {
  const counters = 8
  const state = () => {
    const fields: Record<string, ReturnType<typeof upTo>> = {}
    for (let word = 0; word < words; word++) {
      const inHere = Array.from({ length: counters }, (_, i) => i).filter((i) => i % words === word)
      for (const i of inHere) fields[`c${i}`] = upTo(7)
      const unused = 29 - 3 * inHere.length
      if (unused > 0) fields[`unused${word}`] = upTo(2 ** unused - 1)
    }
    return { ...fields, cpu: family(1, {}) }
  }
  const { program } = language<typeof state>()
  const ways = Object.fromEntries(
    Array.from({ length: counters }, (_, i) => [
      `c${i}`,
      {
        when: (s: Record<string, number>) => s[`c${i}`]! < limit - 1,
        do: (s: Record<string, number>) => {
          s[`c${i}`]!++
        },
      },
    ]),
  )
  const counting = protocol({
    name: 'counters',
    bounds: {},
    state,
    programs: () => [program('cpu', { step: { either: ways as never } }, { loop: true })],
  })
  const hash = vi.spyOn(Store.prototype, 'hash')
  const space = tableEngine.explore({
    layout: layoutOf(counting.instance({ bounds: {} })),
    observers: [],
    history: new Set(),
  })
  const store = hash.mock.contexts[0] as Store
  hash.mockRestore()
  while (space.advance(1e6));
  return { store, states: space.statistics().states }
}

describe('the hash spreads the states of a real protocol like chance', () => {
  test.each([1, 2, 3, 4, 5])('of %i words', (K) => {
    const { store, states: n } = reachableWords(K, 4)
    expect([store.words, n]).toEqual([K, 4 ** 8])
    const hashes = Int32Array.from({ length: n }, (_, id) => store.hash(store.arena.array, id * K))
    // All 32 bits: the pairs that chance would let collide, and five standard deviations.
    const collisions = (n * (n - 1)) / 2 / 2 ** 32
    expect(new Set(hashes).size).toBeGreaterThanOrEqual(n - collisions - 5 * Math.sqrt(collisions) - 1)
    // The lowest bits, of which the index makes places: as many places are met as chance would meet, within 2 %.
    for (const places of [2 ** 12, 2 ** 16, 2 ** 17, 2 ** 20]) {
      const met = new Set(hashes.map((hash) => hash & (places - 1))).size
      const ideal = places * (1 - (1 - 1 / places) ** n)
      expect(met / ideal).toBeGreaterThan(0.98)
    }
    // And how far one must look from a place that is taken: the longest run of taken places.
    const runs = longestRun(hashes, 2 ** 17)
    expect(runs).toBeLessThan(120)
  })
})

/** The longest row of taken places in an index of this size, with linear probing. */
function longestRun(hashes: Int32Array, size: number): number {
  const taken = new Uint8Array(size)
  for (const hash of hashes) {
    let i = hash & (size - 1)
    while (taken[i] === 1) i = (i + 1) & (size - 1)
    taken[i] = 1
  }
  let [longest, run] = [0, 0]
  for (const each of taken) {
    run = each === 1 ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}
