/** The conformance suite bites: engines with one planted bug each are found out within a stated number of protocols. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Domain, Fields, StateFields } from '../language/domain.ts'
import { Codec, maskOf } from './codec.ts'
import { casesOf, differences, exploreCase, shapes, type Case, type Findings } from './conformance.ts'
import type { Engine, Question, StateSpace } from './engine.ts'
import { Executor, type Observer, type Outcome } from './executor.ts'
import { immerEngine } from './immer.ts'
import { Kernel } from './kernel.ts'
import { layoutOf, slotsOf, type FamilyNode, type Layout, type Node } from './layout.ts'
import { observerOf } from './observer.ts'
import type { FlatAction, FlatLabel } from './process.ts'
import { RecordingPort } from './recorder.ts'
import { COUNT_MASK, ECONOMY, Relation } from './relation.ts'
import { Store } from './store.ts'
import { tableEngine, tableEngineWith } from './table.ts'

// ---- ways of planting

/** A method of an engine's class, and what it does instead, given the original. */
type Patch = (question: Question) => readonly [prototype: object, method: string, instead: Method]
type Method = (this: never, original: (...args: never[]) => unknown, ...args: never[]) => unknown

/** The engine while a method of one of its classes is another. */
function patched(patch: Patch, engine: Engine = tableEngine): Engine {
  const during = <T>([prototype, method, instead]: ReturnType<Patch>, run: () => T): T => {
    const own = Object.getOwnPropertyDescriptor(prototype, method)
    const original = (prototype as Record<string, (...args: never[]) => unknown>)[method]!
    const value = function (this: never, ...args: never[]): unknown {
      return instead.call(this, original.bind(this), ...args)
    }
    Object.defineProperty(prototype, method, { value, configurable: true, writable: true })
    try {
      return run()
    } finally {
      if (own === undefined) Reflect.deleteProperty(prototype, method)
      else Object.defineProperty(prototype, method, own)
    }
  }
  return {
    name: 'table',
    explore: (question) => {
      const made = patch(question)
      const space = during(made, () => engine.explore(question))
      return pretending(space, { advance: (limit) => during(made, () => space.advance(limit)) })
    },
  }
}

/** A space that answers some questions differently. */
function pretending(space: StateSpace, changes: Partial<StateSpace>): StateSpace {
  const honest: StateSpace = {
    layout: space.layout,
    advance: (limit) => space.advance(limit),
    statistics: () => space.statistics(),
    sighting: (observer) => space.sighting(observer),
    varies: (observer) => space.varies(observer),
    saturated: (observer) => space.saturated(observer),
    mark: (observer, state) => space.mark(observer, state),
    get faults() {
      return space.faults
    },
    get deadlock() {
      return space.deadlock
    },
    get terminalStates() {
      return space.terminalStates
    },
    get coverage() {
      return space.coverage
    },
    get neededHistory() {
      return space.neededHistory
    },
    predecessor: (state) => space.predecessor(state),
    state: (id) => space.state(id),
    edges: () => space.edges(),
  }
  return Object.defineProperties(honest, Object.getOwnPropertyDescriptors(changes))
}

/** The engine that is asked something else. */
const misled = (mislead: (question: Question) => Question): Engine => ({
  name: 'table',
  explore: (question) => tableEngine.explore(mislead(question)),
})

/** The engine that misunderstands the actions of labels. */
const misreading = (read: (action: FlatAction, label: FlatLabel) => FlatAction | undefined): Engine =>
  misled((question) => ({
    ...question,
    layout: {
      ...question.layout,
      processes: question.layout.processes.map((process) => {
        const labels = process.program.labels.map((label) => ({
          ...label,
          actions: label.actions.flatMap((action) => read(action, label) ?? []),
        }))
        return { ...process, program: { ...process.program, labels } }
      }),
    },
  }))

/** The engine that misunderstands the observers. */
const mishearing = (hear: (observer: Observer) => Observer): Engine =>
  misled((question) => ({ ...question, observers: question.observers.map(hear) }))

/** The engine with another answer to one question. */
const lying = (lie: (space: StateSpace) => Partial<StateSpace>): Engine => ({
  name: 'table',
  explore: (question) => {
    const space = tableEngine.explore(question)
    return pretending(space, lie(space))
  },
})

// ---- pieces

type Emit = (outcome: Outcome) => void

/** The executor of an engine that garbles what one step gives. */
const garbling = (garble: (emit: Emit) => Emit): Engine =>
  patched(
    () =>
      [
        Executor.prototype,
        'outcomes',
        (original: (...args: unknown[]) => unknown, process: unknown, label: unknown, emit: Emit) =>
          original(process, label, garble(emit)),
      ] as never,
  )

type Insert = (batch: Int32Array, hashes: Int32Array, from: Int32Array, count: number) => void
const inserting = (
  insert: (question: Question) => (this: Store, original: Insert, ...args: Parameters<Insert>) => void,
): Engine => patched((question) => [Store.prototype, 'insert', insert(question) as never])

/** The port of an engine that reads or writes wrongly. */
const porting = (method: string, instead: (question: Question) => Method): Engine =>
  patched((question) => [RecordingPort.prototype, method, instead(question)])
type Port = {
  readonly mode: string
  readonly readSlots: number[]
  readonly readCodes: number[]
  load(slot: number): number
}

/** Rewrites every new leaf: the outcomes that are kept. */
const forgetting = (keeps: (next: Int32Array, state: Int32Array, earlier: readonly Int32Array[]) => boolean): Engine =>
  patched(() => [
    Relation.prototype,
    'miss',
    function (
      this: Relation,
      original: (...args: unknown[]) => number,
      process: number,
      words: Int32Array,
      state: number,
    ) {
      const leaf = original(process, words, state)
      const T = this.code.array
      const successors = this.successors(leaf, words)
      let [read, write, kept] = [leaf + 2, leaf + 2, 0]
      successors.forEach((next, i) => {
        const length = 1 + 3 * T[read]!
        if (keeps(next, words, successors.slice(0, i))) {
          T.copyWithin(write, read, read + length)
          write += length
          kept++
        }
        read += length
      })
      T[leaf] = (T[leaf]! & ~COUNT_MASK) | kept
      return leaf
    } as never,
  ])

const sameWords = (a: Int32Array, b: Int32Array): boolean => a.every((word, k) => word === b[k])

/** Every slot below these nodes that a test picks out. */
function slotsWhere(layout: Layout, wanted: (node: Node) => readonly number[]): Set<number> {
  const found = new Set<number>()
  const visit = (node: Node): void => {
    for (const slot of wanted(node)) found.add(slot)
    if (node.kind === 'struct') Object.values(node.fields).forEach(visit)
    if (node.kind === 'array' || node.kind === 'queue') node.elements.forEach(visit)
    if (node.kind === 'option') visit(node.of)
  }
  const isFamily = (node: Node | FamilyNode): node is FamilyNode => node.kind === 'family'
  for (const node of Object.values(layout.root))
    if (isFamily(node)) for (const { fields, frames } of node.members) [fields, ...Object.values(frames)].forEach(visit)
    else visit(node)
  return found
}
const frameSlots = ({ families }: Layout): Set<number> =>
  new Set(
    [...families.values()].flatMap(({ members }) =>
      members.flatMap(({ frames }) => Object.values(frames).flatMap(slotsOf)),
    ),
  )

/** Writes of initial codes to these slots do not happen. */
const neverReset = (mode: string, slotsIn: (layout: Layout) => Set<number>): Engine =>
  porting('set', ({ layout }) => {
    const slots = slotsIn(layout)
    return function (this: Port, original: (slot: number, code: number) => void, slot: number, code: number): void {
      if (this.mode === mode && slots.has(slot) && code === layout.slots[slot]?.initial) return
      original(slot, code)
    } as never
  })

function wrapping(domain: Domain): Domain {
  switch (domain.kind) {
    case 'int':
      return domain.overflow === 'error' ? { ...domain, overflow: 'wrap' } : domain
    case 'option':
    case 'array':
    case 'queue':
      return { ...domain, of: wrapping(domain.of) } as Domain
    case 'struct':
      return { ...domain, fields: wrappingFields(domain.fields) }
    default:
      return domain
  }
}
const wrappingFields = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, domain]) => [key, wrapping(domain)]))
const wrappingState = (state: StateFields): StateFields =>
  Object.fromEntries(
    Object.entries(state).map(([key, domain]) => [
      key,
      domain.kind === 'family' ? { ...domain, fields: wrappingFields(domain.fields) } : wrapping(domain),
    ]),
  )

// ---- the bugs

interface Planted {
  readonly bug: string
  readonly within: number
  readonly engine: Engine
}

const planted: readonly Planted[] = [
  {
    bug: 'drops the second way through a pick',
    within: 30,
    engine: garbling((emit) => {
      let ways = 0
      return (outcome) => {
        if (outcome.picks.length === 0 || ways++ !== 1) emit(outcome)
      }
    }),
  },
  {
    bug: 'takes only the first option of a second pick',
    within: 30,
    engine: garbling((emit) => {
      const met = new Set<string | undefined>()
      return (outcome) => {
        const known = outcome.picks.length > 1 && met.has(outcome.picks[0])
        met.add(outcome.picks[0])
        if (!known) emit(outcome)
      }
    }),
  },
  {
    bug: 'goes on where a branch faulted',
    within: 100,
    engine: garbling((emit) => (outcome) => emit({ ...outcome, fault: undefined })),
  },
  {
    bug: 'takes no branch after one that faulted',
    within: 300,
    engine: garbling((emit) => {
      let faulted = false
      return (outcome) => {
        if (!faulted) emit(outcome)
        faulted ||= outcome.fault !== undefined
      }
    }),
  },
  { bug: 'does not reset the frame of a call that is left', within: 100, engine: neverReset('engine', frameSlots) },
  {
    bug: 'leaves old elements in the unused cells of a queue',
    within: 100,
    engine: neverReset('effect', (layout) =>
      slotsWhere(layout, (node) => (node.kind === 'queue' ? node.elements.flatMap(slotsOf) : [])),
    ),
  },
  {
    bug: 'leaves the payload of an absent option',
    within: 300,
    engine: neverReset('effect', (layout) =>
      slotsWhere(layout, (node) => (node.kind === 'option' ? slotsOf(node.of) : [])),
    ),
  },
  {
    bug: 'forgets the last write of a leaf',
    within: 30,
    engine: patched(() => [
      Relation.prototype,
      'miss',
      function (this: Relation, original: (...args: unknown[]) => number, ...args: unknown[]) {
        const leaf = original(...args)
        const T = this.code.array
        let last = leaf + 2
        for (let n = T[leaf]! & COUNT_MASK; n > 1; n--) last += 1 + 3 * T[last]!
        if ((T[leaf]! & COUNT_MASK) > 0 && T[last]! > 0) T[last]!--
        return leaf
      } as never,
    ]),
  },
  {
    bug: 'takes states for equal whose hashes agree in twelve bits',
    within: 100,
    engine: inserting(() => {
      const known = new Map<number, Int32Array>()
      return function (original, batch, hashes, from, count) {
        for (let j = 0; j < count; j++) {
          const words = batch.slice(j * this.words, (j + 1) * this.words)
          const first = known.get(hashes[j]! & 0xfff) ?? words
          known.set(hashes[j]! & 0xfff, first)
          batch.set(first, j * this.words)
          hashes[j] = this.hash(batch, j * this.words)
        }
        original(batch, hashes, from, count)
      }
    }),
  },
  {
    bug: 'leaves the last field out of the state',
    within: 30,
    engine: inserting(({ layout, history }) => {
      const codec = new Codec(layout, history)
      const slot = codec.bits.findLastIndex((bits, id) => bits > 0 && layout.slots[id]!.role !== 'pc')
      return function (original, batch, hashes, from, count) {
        if (slot >= 0)
          for (let j = 0; j < count; j++) {
            const [word, shift] = [codec.position(slot) >>> 5, codec.position(slot) & 31]
            batch[j * this.words + word]! &= ~(maskOf(codec.bits[slot]!) << shift)
            hashes[j] = this.hash(batch, j * this.words)
          }
        original(batch, hashes, from, count)
      }
    }),
  },
  {
    bug: 'loses the last successor of a large batch',
    within: 100,
    engine: inserting(
      () =>
        function (original, batch, hashes, from, count) {
          original(batch, hashes, from, count > 32 ? count - 1 : count)
        },
    ),
  },
  {
    bug: 'counts equal successors of a state once',
    within: 30,
    engine: forgetting((next, _state, earlier) => !earlier.some((each) => sameWords(each, next))),
  },
  {
    bug: 'counts no step that changes nothing',
    within: 30,
    engine: forgetting((next, state) => !sameWords(next, state)),
  },
  {
    bug: 'evaluates `when` after `do`',
    within: 100,
    engine: misreading((action) =>
      action.when === undefined
        ? action
        : {
            ...action,
            when: undefined,
            do: (s, me, ...[pick, frame]) => {
              const label = action.do?.(s, me, pick, frame)
              if (action.when?.(s, me, frame) !== true) (pick as (options: []) => void)([])
              return label
            },
          },
    ),
  },
  {
    bug: 'takes an empty pick for a step without effect',
    within: 100,
    engine: misreading((action) => ({
      ...action,
      do: (s, me, ...[pick, frame]) => {
        const empty = Symbol('empty')
        const among = (options: Iterable<unknown>): unknown => {
          const all = [...options]
          if (all.length === 0) throw empty
          return (pick as (options: unknown[]) => unknown)(all)
        }
        try {
          return action.do?.(s, me, among, frame)
        } catch (thrown) {
          if (thrown !== empty) throw thrown
          return undefined
        }
      },
    })),
  },
  { bug: 'ignores urgency', within: 100, engine: misreading((action) => ({ ...action, urgent: false })) },
  {
    bug: 'closes escapes inside a call',
    within: 100,
    engine: misreading((action, { procedure }) =>
      action.escape !== undefined && procedure !== undefined ? undefined : action,
    ),
  },
  {
    bug: 'lets a note look back at the state after the step',
    within: 300,
    engine: misreading((action) => ({
      ...action,
      note: action.note && ((h, s, me) => action.note?.(h, s, me, (expression: () => unknown) => expression())),
    })),
  },
  {
    bug: 'lets a stepwise property look back at the state after the step',
    within: 100,
    engine: mishearing((observer) => ({
      ...observer,
      code: (s, context: object) =>
        observer.code(s, { ...context, before: (expression: () => unknown) => expression() } as never),
    })),
  },
  {
    bug: 'ignores the premise of a property',
    within: 30,
    engine: mishearing(({ property }) => observerOf({ ...property, given: undefined })),
  },
  {
    bug: 'ignores all initial states but the first',
    within: 30,
    engine: patched(() => {
      let first = true
      return [
        Kernel.prototype,
        'start',
        (original, words) => {
          if (first) original(words)
          first = false
        },
      ]
    }),
  },
  {
    bug: 'goes on with the array of a tree that has grown out of it',
    within: 300,
    engine: patched(() => [
      Relation.prototype,
      'miss',
      function (this: Relation, original: (...args: unknown[]) => number, ...args: unknown[]) {
        const before = this.code.array
        const leaf = original(...args)
        // What is beyond the end of the old array reads as nothing.
        return this.code.array === before ? leaf : 0
      } as never,
    ]),
  },
  {
    bug: 'wraps where it should fail',
    within: 100,
    engine: misled((question) => {
      const { instance } = question.layout
      return { ...question, layout: layoutOf({ ...instance, state: wrappingState(instance.state) }) }
    }),
  },
  {
    bug: 'reads what a step wrote from the state before it',
    within: 30,
    engine: porting(
      'read',
      () =>
        function (this: Port, _original: unknown, slot: number): number {
          return this.load(slot)
        } as never,
    ),
  },
  {
    bug: 'does not note the third field that a step reads',
    within: 30,
    engine: porting(
      'read',
      () =>
        function (this: Port, original: (slot: number) => number, slot: number): number {
          const code = original(slot)
          if (this.readSlots.length === 3) this.readSlots.length = this.readCodes.length = 2
          return code
        } as never,
    ),
  },
  {
    bug: 'evaluates directly once for two states',
    within: 30,
    engine: patched(
      () => {
        let last: { readonly process: number; readonly leaf: number } | undefined
        return [
          Relation.prototype,
          'evaluate',
          ((original: (...args: unknown[]) => number, process: number, ...args: unknown[]) => {
            const leaf = last?.process === process ? last.leaf : original(process, ...args)
            last = last?.process === process ? undefined : { process, leaf }
            return leaf
          }) as never,
        ]
      },
      tableEngineWith({ ...ECONOMY, leafCap: 1, generateFrom: Infinity }),
    ),
  },
  { bug: 'needs no history', within: 100, engine: lying(() => ({ neededHistory: new Set() })) },
  {
    bug: 'takes every label for covered',
    within: 30,
    engine: lying((space) => ({
      get coverage() {
        return { ...space.coverage, taken: new Set(space.coverage.all) }
      },
    })),
  },
  { bug: 'says that every property varies', within: 30, engine: lying(() => ({ varies: () => true })) },
  { bug: 'knows nothing of saturation', within: 100, engine: lying(() => ({ saturated: () => false })) },
  {
    bug: 'marks the state before',
    within: 30,
    engine: lying((space) => ({ mark: (observer, state) => space.mark(observer, Math.max(0, state - 1)) })),
  },
]

// ---- the tests

const EXTENT = { states: 100 }
const PER_SHAPE = 30
const bySeed = shapes.map((shape) => fc.sample(casesOf(shape), { numRuns: PER_SHAPE, seed: 2026 }))
/** One of every shape in turn. */
const cases: readonly Case[] = Array.from(
  { length: PER_SHAPE * shapes.length },
  (_, i) => bySeed[i % shapes.length]![Math.floor(i / shapes.length)]!,
)
const expected = new Map<number, Findings[]>()

/** The number of protocols after which an engine is found out. */
function foundAfter(engine: Engine, within: number): number | undefined {
  for (let i = 0; i < within; i++) {
    const reference = expected.get(i) ?? exploreCase(immerEngine, cases[i]!, EXTENT)
    expected.set(i, reference)
    if (differences(exploreCase(engine, cases[i]!, EXTENT), reference).length > 0) return i + 1
  }
  return undefined
}

describe('an engine is found out that', () => {
  test.each(planted.map(({ bug, within, engine }) => [bug, within, engine] as const))(
    '%s: within %i protocols',
    (bug, within, engine) => {
      const after = foundAfter(engine, within)
      if (process.env['OOMCHECK_VERBOSE'] !== undefined) console.info(`${bug}: after ${after} of ${within}`)
      expect(after).toBeDefined()
    },
  )
})

test('the engine itself is not', () => {
  expect(foundAfter(tableEngine, 100)).toBeUndefined()
  expect(
    foundAfter(
      patched(() => [Relation.prototype, 'miss', (original, ...args) => original(...args)]),
      30,
    ),
  ).toBeUndefined()
})
