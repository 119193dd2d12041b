/**
 * E8: known inputs give known sums. The vectors are answers of the v12 library on one thread; the tolerance fix of March
 * 2026 and the rule of v17 stand beside it where they differ.
 *
 * Keys: n CPUs, B batch size, mult/under/over/tight the range and the greatest error at rest, ap/pr the two sums, lv/lvs
 * the words of every level by the rules of v12 and v17, cv rows of a value and its comparisons (approximate, precise, and
 * both with the fix), ac/pc and acFix/pcFix those of two counters, …Sums who was summed. Operations are a(dd), r(epeated
 * add), e(ach CPU), m(igrating add: its CPU at level 0, then above), s(et).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { carryOf, isRefused, minMaxRange, offsetOf, wrap, type Refusal } from './arithmetic.ts'
import { errorAtRest } from './bounds.ts'
import {
  approximateCompare,
  approximateCompareValue,
  forms,
  preciseCompare,
  preciseCompareValue,
  type Form,
  type Sums,
} from './comparison.ts'
import { add, counterFor, set, sumsOf, type Counter } from './counter.ts'

type Operation = readonly [string, ...number[]]
interface Group {
  readonly ops: readonly Operation[]
  readonly ap: number
  readonly pr: number
  readonly min: number
  readonly max: number
  readonly cv: readonly (readonly number[])[]
  readonly lv?: readonly (readonly number[])[]
  readonly lvs?: readonly (readonly number[])[]
}
interface Sequence extends Record<'n' | 'B' | 'mult' | 'under' | 'over' | 'tight', number> {
  readonly arity: readonly number[]
  readonly run: readonly Group[]
}
interface PairGroup extends Record<'ac' | 'pc' | 'pcSums' | 'acFix' | 'pcFix' | 'pcFixSums', number> {
  readonly ops: readonly Operation[]
  readonly ap: readonly number[]
  readonly pr: readonly number[]
}
interface Vectors {
  readonly sequences: readonly Sequence[]
  readonly pairs: readonly { n: number; Ba: number; Bb: number; run: readonly PairGroup[] }[]
  readonly wrap: readonly { n: number; B: number; steps: readonly (readonly [number, string, string, string])[] }[]
  readonly carry: readonly (readonly [number, number, number, number])[]
}

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8')) as Vectors
const LONG = 64
const v12 = forms.v12
const fixed = forms['march-2026']

function made<T extends object>(answer: T | Refusal): T {
  if (isRefused(answer)) throw new Error(answer.refused)
  return answer
}
const counter = (n: number, batch: number, skips = false): Counter => made(counterFor(n, BigInt(batch), { skips }))

const operations: Record<string, (c: Counter, ...x: number[]) => void> = {
  a: (c, cpu, inc) => void add(c, cpu, BigInt(inc)),
  r: (c, cpu, inc, times) => {
    for (let i = 0; i < times; i++) add(c, cpu, BigInt(inc))
  },
  e: (c, inc, times) => {
    for (let cpu = 0; cpu < c.tree.cpus; cpu++) operations['r'](c, cpu, inc, times)
  },
  m: (c, cpu, climbsFrom, inc) => void add(c, cpu, BigInt(inc), climbsFrom),
  s: (c, v) => set(c, BigInt(v)),
}

/** The words of all levels, as the vectors have them. */
const words = ({ tree, level0, items }: Counter): number[][] =>
  [level0, ...tree.items.map((nodes, i) => items.slice(offsetOf(tree, i + 1), offsetOf(tree, i + 1) + nodes))].map(
    (level) => level.map(Number),
  )

const comparisons = (form: Form, sums: Sums, v: number): number[] => [
  approximateCompareValue(form, sums, BigInt(v), LONG),
  preciseCompareValue(form, sums, BigInt(v), LONG),
]

const observed = (c: Counter, { cv }: Group) => {
  const sums = sumsOf(c)
  const { min, max } = minMaxRange(sums.approximate, sums)
  return {
    ...{ ap: Number(sums.approximate), pr: Number(sums.precise), min: Number(min), max: Number(max) },
    cv: cv.map(([v]) => [v, ...comparisons(v12, sums, v), ...comparisons(fixed, sums, v)]),
  }
}

test.each(vectors.sequences.map((each, i) => ({ ...each, name: `#${i}: ${each.n} CPUs, batch ${each.B}` })))(
  '$name',
  ({ n, B, arity, mult, under, over, tight, run }) => {
    const plain = counter(n, B)
    const skipping = counter(n, B, true)
    const { tree } = plain
    expect([tree.arity, tree.multiplier, tree.under, tree.over, errorAtRest(tree)]).toEqual([
      arity,
      mult,
      ...[under, over, tight].map(BigInt),
    ])
    for (const group of run) {
      const { ops, lv, lvs, ...sums } = group
      for (const c of [plain, skipping]) {
        for (const [kind, ...x] of ops) operations[kind](c, ...x)
        expect(observed(c, group)).toEqual(sums)
      }
      if (lv !== undefined) expect([words(plain), words(skipping)]).toEqual([lv, lvs])
    }
  },
)

test.each(vectors.pairs.map((each, i) => ({ ...each, name: `#${i}: ${each.n} CPUs, ${each.Ba} and ${each.Bb}` })))(
  'two counters $name',
  ({ n, Ba, Bb, run }) => {
    const counters = [counter(n, Ba), counter(n, Bb)]
    for (const { ops, ...expected } of run) {
      for (const [kind, which, ...x] of ops) operations[kind](counters[which], ...x)
      const [a, b] = counters.map(sumsOf)
      const [posted, mended] = [v12, fixed].map((form) => preciseCompare(form, a, b, LONG))
      expect({
        ...{ ap: [a, b].map((s) => Number(s.approximate)), pr: [a, b].map((s) => Number(s.precise)) },
        ...{ ac: approximateCompare(v12, a, b, LONG), pc: posted.sign, pcSums: posted.summed },
        ...{ acFix: approximateCompare(fixed, a, b, LONG), pcFix: mended.sign, pcFixSums: mended.summed },
      }).toEqual(expected)
    }
  },
)

test.each(vectors.wrap)('sums wrap around: $n CPUs, batch $B', ({ n, B, steps }) => {
  const c = counter(n, B)
  for (const [cpu, inc, approximate, precise] of steps) {
    add(c, cpu, BigInt(inc))
    expect(sumsOf(c)).toMatchObject({ approximate: BigInt(approximate), precise: BigInt(precise) })
  }
})

test('every carry', () => {
  for (const [orig, inc, mask, carry] of vectors.carry)
    expect(carryOf(BigInt(orig), wrap(LONG, BigInt(orig + inc)), BigInt(inc), BigInt(mask), LONG)).toBe(BigInt(carry))
})

test('there is something to reproduce, and all kinds of it', () => {
  const kinds = new Set(vectors.sequences.flatMap(({ run }) => run.flatMap(({ ops }) => ops.map(([kind]) => kind))))
  expect([...kinds].sort()).toEqual(['a', 'e', 'm', 'r', 's'])
  const counts = [vectors.sequences, vectors.pairs, vectors.wrap, vectors.carry].map((list) => list.length)
  expect(counts).toEqual([122, 82, 20, 400])
  const full = vectors.sequences.flatMap(({ tight, run }) => run.filter(({ ap, pr }) => tight > 0 && pr - ap === tight))
  expect(full.length).toBeGreaterThan(30)
  // Where the two orders of the tolerances differ, so do their answers.
  const differ = vectors.sequences.flatMap(({ run }) => run.flatMap(({ cv }) => cv.filter(([, , x, , y]) => x !== y)))
  expect(differ.length).toBeGreaterThan(0)
})
