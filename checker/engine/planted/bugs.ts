/** Bugs of engines: steps that go wrong, states that are lost or taken for others, trees that are misread. */
import { Codec, maskOf } from '../codec.ts'
import { Kernel } from '../kernel.ts'
import { slotsOf } from '../layout.ts'
import { COUNT_MASK } from '../forest.ts'
import { Relation } from '../relation.ts'
import { tableEngineWith } from '../table.ts'
import {
  forgetting,
  frameSlots,
  garbling,
  inserting,
  neverReset,
  patched,
  porting,
  sameWords,
  slotsWhere,
  type Planted,
  type Port,
} from './planting.ts'

export const bugs: readonly Planted[] = [
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
    within: 300,
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
    within: 100,
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
    bug: 'reads what a step wrote from the state before it',
    within: 30,
    engine: porting(
      'read',
      () =>
        function (this: Port, _original: unknown, slot: number): number {
          return this.load(slot)
        },
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
      tableEngineWith({ leafCap: 1, generateFrom: Infinity }),
    ),
  },
]
