/** Fingerprints: as distinct as chance makes them, and a table that loses and invents nothing. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COUNTER } from '../cli/child.ts'
import { loadSpecs } from '../cli/load.ts'
import { Fingerprints, FingerprintTable, lossProbability, ofWord } from './fingerprints.ts'
import { Generator } from './generator.ts'
import { layoutOf } from './layout.ts'
import { PackedMachine } from './packed.ts'
import { tableEngine } from './table.ts'

const words = fc.array(fc.integer(), { minLength: 3, maxLength: 3 }).map((all) => Int32Array.from(all))

test('what a changed word changes can be computed from that word alone', () => {
  const { heads, tails } = new Fingerprints(3, 64, 1)
  const print = (all: Int32Array) => [heads, tails].map((t) => all.reduce((h, word, k) => h ^ ofWord(t, k, word), 0))
  fc.assert(
    fc.property(words, fc.nat(2), fc.integer(), (before, k, word) => {
      const after = before.with(k, word)
      const changed = [heads, tails].map((t) => ofWord(t, k, before[k]!) ^ ofWord(t, k, word))
      expect(print(after)).toEqual(print(before).map((part, i) => part ^ changed[i]!))
    }),
  )
})

const counter = (await loadSpecs(COUNTER))[0]!

/** All states of the bench model: 10,812, alike in most of their bits. */
const states = ((): Int32Array[] => {
  const question = {
    layout: layoutOf(counter.protocol.instance({ bounds: { adds: 2 } })),
    observers: [],
    history: new Set<string>(),
  }
  const space = tableEngine.explore(question)
  while (space.advance(10_000));
  const packed = new PackedMachine(question)
  return Array.from({ length: space.statistics().states }, (_, id) => packed.packed(space.state(id)))
})()

// The mean is exact: each pair is alike with probability 2^-bits. The spread is more than that of chance alone, since pairs
// that differ in the same way are alike together; so it is taken from the seeds.
test.each([16, 20, 24, 32])('of real states as many pairs are alike as theory says, with %i bits', (bits) => {
  const counts = Array.from({ length: 40 }, (_, seed) => {
    const prints = new Fingerprints(states[0]!.length, bits, seed)
    const heads = Int32Array.from(states, (state) => prints.head(state, 0)).sort()
    let run = 0
    return heads.reduce((alike, head, i) => alike + (run = i > 0 && head === heads[i - 1] ? run + 1 : 0), 0)
  })
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1)
  const expected = (states.length * (states.length - 1)) / 2 / 2 ** bits
  const spread = Math.sqrt(Math.max(variance, expected) / counts.length)
  expect(Math.abs(mean - expected)).toBeLessThan(4 * spread)
})

test('the bound on losing a state', () => {
  // Two states: the one chance that they are alike, and the looser bound on it.
  expect(lossProbability(1, 32)).toBe(2 ** -32)
  expect(lossProbability(2, 32)).toBe(3 * 2 ** -32)
  expect(lossProbability(10 ** 6, 64)).toBeCloseTo(2.7e-8, 9)
  expect(lossProbability(10 ** 6, 32)).toBe(1)
})

const one = [0, 1, 2, 3].map(() => new Int32Array(1)) as [Int32Array, Int32Array, Int32Array, Int32Array]

/** Adds a fingerprint by itself. */
function add(table: FingerprintTable, head: number, tail: number, from: number): boolean {
  one[0][0] = head
  one[1][0] = tail
  one[2][0] = from
  return table.insert(one[0], one[1], one[2], 1, one[3]) === 1
}

test('the table is a set, whatever collides', () => {
  const entry = fc.tuple(
    fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)),
    fc.integer({ min: -2, max: 2 }),
    fc.integer(),
  )
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      const table = new FingerprintTable()
      const known = new Map<string, number>()
      for (const [head, tail, from] of entries) {
        expect(add(table, head, tail, from)).toBe(!known.has(`${head} ${tail}`))
        if (!known.has(`${head} ${tail}`)) known.set(`${head} ${tail}`, from)
      }
      expect(table.count).toBe(known.size)
      for (const [head] of entries)
        for (const { tail, from } of table.withHead(head)) expect(known.get(`${head} ${tail}`)).toBe(from)
    }),
  )
})

test('the table grows and keeps what it has, at most 16 bytes for each', () => {
  const table = new FingerprintTable(2 ** 18)
  const count = 600_000
  const fingerprints = (): (() => [number, number]) => {
    const generator = new Generator(3)
    return () => [generator.next(), generator.next()]
  }
  let next = fingerprints()
  let added = 0
  let bytes = 0
  for (let i = 0; i < count; i++) {
    const [head, tail] = next()
    if (add(table, head, tail, i)) added++
    if (i > 400_000) bytes = Math.max(bytes, table.bytes / (i + 1))
  }
  expect(added).toBe(count)
  expect(bytes).toBeLessThan(15)
  next = fingerprints()
  let missing = 0
  for (let i = 0; i < count; i++) {
    const [head, tail] = next()
    if (!table.withHead(head).some((entry) => entry.tail === tail && entry.from === i)) missing++
  }
  expect([missing, table.count]).toEqual([0, count])
})
