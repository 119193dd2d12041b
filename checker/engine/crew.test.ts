/**
 * A crew finds what the table engine finds by itself, for any number of explorers and whoever is faster: random protocols,
 * and state spaces that outgrow their memories again and again.
 *
 * Here explorers take turns in one thread; threads are in ../search/parallel.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { array, family, upTo } from '../language/domain.ts'
import { language } from '../language/program.ts'
import { propertiesOf } from '../language/property.ts'
import { protocol } from '../language/protocol.ts'
import { casesOf, conform, shapes } from './conformance.ts'
import type { Engine, StateSpace } from './engine.ts'
import { layoutOf } from './layout.ts'
import { observerOf } from './observer.ts'
import { crewed } from './planted/crewed.ts'
import { Store } from './store.ts'
import { tableEngine } from './table.ts'
import { Explorer } from './wasm/explorer.ts'

const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 3 : Number(wanted)

describe('a crew agrees with the table engine about random protocols', () => {
  test.each(shapes)(
    '%s',
    (shape) => {
      fc.assert(
        fc.property(casesOf(shape), fc.nat(), (example, seed) => {
          const engines = [crewed(1, seed), crewed(2, seed), crewed(3, seed, { leafCap: 2 }), crewed(7, seed)]
          conform(engines, tableEngine, example, wanted === undefined ? 150 : 1000)
        }),
        { numRuns },
      )
    },
    60_000 + 2000 * numRuns,
  )
})

/**
 * Processes that each count from 0 to `limit`: `(limit + 1) ** processes` states, in each of which whoever is not at its
 * limit can step; the sums of the counters are the levels.
 */
const counting = (processes: number, limit: number) => {
  const state = () => ({ count: array(processes, upTo(limit)), p: family(processes, {}) })
  const { program } = language<typeof state>()
  const count = {
    when: (s: { count: number[]; p: { indexOf(me: object): number } }, me: object) => s.count[s.p.indexOf(me)]! < limit,
    do: (s: { count: number[]; p: { indexOf(me: object): number } }, me: object) => {
      s.count[s.p.indexOf(me)]!++
    },
  }
  const model = protocol({
    name: 'counting',
    bounds: {},
    state,
    programs: () => [program('p', { count: count as never }, { loop: true })],
  })
  const { maximum, stepwise } = propertiesOf(model)
  // They look at one counter only: what reads everything would be put off everywhere.
  const properties = [
    maximum('First', (s) => s.count[0]!),
    stepwise('CountsUp', (s, { before }) => s.count[0]! >= before(() => s.count[0]!)),
  ]
  return { layout: layoutOf(model.instance({ bounds: {} })), properties }
}
const PROCESSES = 7
const LIMIT = 3
const STATES = (LIMIT + 1) ** PROCESSES
const { layout, properties } = counting(PROCESSES, LIMIT)

/** How many states have each sum, by convolution. */
function levelSizes(): number[] {
  let sizes = [1]
  for (let p = 0; p < PROCESSES; p++) {
    const next = new Array<number>(sizes.length + LIMIT).fill(0)
    sizes.forEach((size, sum) => {
      for (let c = 0; c <= LIMIT; c++) next[sum + c]! += size
    })
    sizes = next
  }
  return sizes
}
const firstOfLevels = levelSizes().map((_, i, sizes) => sizes.slice(0, i).reduce((a, b) => a + b, 0))

function found(engine: Engine) {
  const observers = properties.map(observerOf)
  const space = engine.explore({ layout, observers, history: new Set() })
  while (space.advance(1e6));
  const { states, transitions, depth, queued } = space.statistics()
  return {
    counts: { states, transitions, depth, queued, terminal: space.terminalStates },
    levels: [...space.levels],
    largest: observers.map((_, i) => space.sighting(i)?.code),
    taken: [...space.coverage.taken].sort(),
    distinct: distinct(space, states),
    steps: predecessors(space, states),
  }
}
const expected = {
  counts: {
    states: STATES,
    transitions: (PROCESSES * LIMIT * STATES) / (LIMIT + 1),
    depth: PROCESSES * LIMIT,
    queued: 0,
    terminal: 1,
  },
  levels: firstOfLevels,
  largest: [LIMIT, 1],
  taken: ['p.count'],
  distinct: STATES,
  steps: true,
}

function distinct(space: StateSpace, states: number): number {
  return new Set(Array.from({ length: states }, (_, id) => String(space.state(id)['count']))).size
}

/** Every state but the initial ones has a predecessor in the level before. */
function predecessors(space: StateSpace, states: number): boolean {
  const level = new Int32Array(states)
  space.levels.forEach((first, i) => level.fill(i, first))
  return Array.from({ length: states }, (_, id) => id).every((id) => {
    const before = space.predecessor(id)
    return level[id] === 0 ? before === -1 : before >= 0 && level[before] === level[id]! - 1
  })
}

describe('a crew counts right where the memories are outgrown again and again', () => {
  test.each([1, 2, 7])('%i explorers', (explorers) => {
    expect(found(crewed(explorers, 11))).toEqual(expected)
  })
})

describe('closing holes', () => {
  test('keeps every state, once, below the new count', () => {
    const runs = fc.array(fc.record({ states: fc.nat(40), hole: fc.nat(9) }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(runs, (segments) => {
        const store = new Store(2)
        const holes: [number, number][] = []
        const kept: number[] = []
        const words = Int32Array.of(0, 0)
        // All ids are given to states; those of the holes are then forgotten, as if nobody had used them.
        const all = segments.reduce((n, { states, hole }) => n + states + hole, 0)
        for (let id = 0; id < all; id++) {
          words.set([id, 7 * id])
          store.insert(words, Int32Array.of(store.hash(words, 0)), Int32Array.of(3 * id), 1)
        }
        let next = 0
        for (const { states, hole } of segments) {
          for (let i = 0; i < states; i++) kept.push(next++)
          holes.push([next, (next += hole)])
        }
        const lost = holes.flatMap(([first, end]) => Array.from({ length: end - first }, (_, i) => first + i))
        forget(store, lost)
        store.close(holes, all)
        expect(store.count).toBe(kept.length)
        const ids = kept.map((id) => store.find(Int32Array.of(id, 7 * id), 0))
        expect(ids.toSorted((a, b) => a - b)).toEqual(kept.map((_, i) => i))
        kept.forEach((id, i) => expect(store.predecessors.array[ids[i]!]).toBe(3 * id))
      }),
      { numRuns: 100 },
    )
  })
})

/** Takes states out of the index; the others are put in anew, as an index is made for states that only come. */
function forget(store: Store, ids: readonly number[]): void {
  const gone = new Set(ids)
  const index = store.index.array
  const kept = [...index].filter((entry) => entry !== 0 && !gone.has((entry & store.mask) - 1))
  index.fill(0)
  for (const entry of kept) {
    let i = store.hash(store.arena.array, ((entry & store.mask) - 1) * store.words) & store.mask
    while (index[i] !== 0) i = (i + 1) & store.mask
    index[i] = entry
  }
}

type Method = (this: never, original: (...args: never[]) => unknown, ...args: never[]) => unknown

/** Runs while a method is another. */
function planting(prototype: object, method: string, instead: Method, run: () => void): void {
  const original = Object.getOwnPropertyDescriptor(prototype, method)!
  const value = function (this: never, ...args: never[]): unknown {
    return instead.call(this, (original.value as (...all: never[]) => unknown).bind(this), ...args)
  }
  Object.defineProperty(prototype, method, { ...original, value })
  try {
    run()
  } finally {
    Object.defineProperty(prototype, method, original)
  }
}

describe('a crew is found out that', () => {
  const bugs: readonly (readonly [bug: string, prototype: object, method: string, instead: Method])[] = [
    [
      'leaves holes among its states',
      Store.prototype,
      'close',
      function (this: Store, _original: unknown, _holes: unknown, end: number): void {
        this.count = end
      },
    ],
    ['does not come back to what was put off', Explorer.prototype, 'resolve', () => undefined],
    [
      'expands twice what was put off',
      Explorer.prototype,
      'resolve',
      (original, states, resolver) => {
        original(states, resolver)
        original(states, resolver)
      },
    ],
    ['forgets what found no room', Explorer.prototype, 'wait', () => undefined],
  ]
  test.each(bugs)('%s', (_bug, prototype, method, instead) => {
    planting(prototype, method, instead, () => {
      const crews = [1, 3].map((explorers) => found(crewed(explorers, 5)))
      expect(crews.some((crew) => JSON.stringify(crew) !== JSON.stringify(expected))).toBe(true)
    })
  })
})
