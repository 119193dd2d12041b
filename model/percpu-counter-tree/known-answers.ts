/**
 * Known answers of the v12 library on one thread, and what the arithmetic of the model answers to the same questions. The
 * tolerance fix of March 2026 and the rule of v17 stand beside v12 where they differ.
 *
 * Keys of vectors.json: n CPUs, B batch size, mult/under/over/tight the range and the greatest error at rest, ap/pr the two
 * sums, lv/lvs the words of every level by the rules of v12 and v17, cv rows of a value and its comparisons (approximate,
 * precise, and both with the fix), ac/pc and acFix/pcFix those of two counters, …Sums who was summed. Operations are a(dd),
 * r(epeated add), e(ach CPU), m(igrating add: its CPU at level 0, then above), s(et).
 *
 * vectors.json is a part of them, with all kinds and sizes; all 280 counters of the whole set were reproduced as well. The
 * choices of a task to kill, which the same set has, stand beside oom-two-pass.
 */
import { carryOf, isRefused, minMaxRange, offsetOf, wrap, type CarryRule, type Refusal } from './arithmetic.ts'
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
import { add, counterFor, set, sumsOf, type Counter, type IndexRule } from './counter.ts'

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
interface Sequence extends Record<
  'n' | 'B' | 'order' | 'levels' | 'nr_items' | 'mult' | 'under' | 'over' | 'tight',
  number
> {
  readonly arity: readonly number[]
  readonly run: readonly Group[]
}
interface PairGroup extends Record<'ac' | 'pc' | 'pcSums' | 'acFix' | 'pcFix' | 'pcFixSums', number> {
  readonly ops: readonly Operation[]
  readonly ap: readonly number[]
  readonly pr: readonly number[]
}
interface Pair extends Record<'n' | 'Ba' | 'Bb', number> {
  readonly run: readonly PairGroup[]
}
interface Wrapping extends Record<'n' | 'B', number> {
  readonly steps: readonly (readonly [number, string, string, string])[]
}
export interface Vectors {
  readonly sequences: readonly Sequence[]
  readonly pairs: readonly Pair[]
  readonly wrap: readonly Wrapping[]
  readonly carry: readonly (readonly [number, number, number, number])[]
}

/** What is known, and what the model says. */
export interface Answer {
  readonly about: string
  readonly known: unknown
  readonly found: unknown
}

const LONG = 64
const v12 = forms.v12
const fixed = forms['march-2026']

function made<T extends object>(answer: T | Refusal): T {
  if (isRefused(answer)) throw new Error(answer.refused)
  return answer
}
/** What a faulty counter does otherwise. */
interface Rules {
  readonly rule?: CarryRule
  readonly find?: IndexRule
}
const counter = (n: number, batch: number, options = {}): Counter => made(counterFor(n, BigInt(batch), options))

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

function observed(c: Counter, { cv }: Group) {
  const sums = sumsOf(c)
  const { min, max } = minMaxRange(sums.approximate, sums)
  return {
    ...{ ap: Number(sums.approximate), pr: Number(sums.precise), min: Number(min), max: Number(max) },
    cv: cv.map(([v]) => [v, ...comparisons(v12, sums, v), ...comparisons(fixed, sums, v)]),
  }
}

function* ofSequence({ n, B, arity, run, ...range }: Sequence, name: string, rules: Rules): Generator<Answer> {
  const [plain, skipping] = [counter(n, B, rules), counter(n, B, { ...rules, skips: true })]
  const { tree } = plain
  const [under, over, tight] = [tree.under, tree.over, errorAtRest(tree)].map(Number)
  yield {
    about: `${name}: the tree`,
    known: { arity, ...range },
    found: {
      ...{ order: Math.ceil(Math.log2(n)), levels: tree.masks.length, arity: tree.arity },
      ...{ nr_items: tree.items.reduce((sum, nodes) => sum + nodes, 0), mult: tree.multiplier, under, over, tight },
    },
  }
  for (const [i, group] of run.entries()) {
    const { ops, lv, lvs, ...known } = group
    for (const c of [plain, skipping]) {
      for (const [kind, ...x] of ops) operations[kind](c, ...x)
      yield { about: `${name}: group ${i}`, known, found: observed(c, group) }
    }
    if (lv !== undefined)
      yield { about: `${name}: words of group ${i}`, known: [lv, lvs], found: [words(plain), words(skipping)] }
  }
}

function* ofPair({ n, Ba, Bb, run }: Pair, name: string): Generator<Answer> {
  const counters = [counter(n, Ba), counter(n, Bb)]
  for (const [i, { ops, ...known }] of run.entries()) {
    for (const [kind, which, ...x] of ops) operations[kind](counters[which], ...x)
    const [a, b] = counters.map(sumsOf)
    const [posted, mended] = [v12, fixed].map((form) => preciseCompare(form, a, b, LONG))
    const found = {
      ...{ ap: [a, b].map((s) => Number(s.approximate)), pr: [a, b].map((s) => Number(s.precise)) },
      ...{ ac: approximateCompare(v12, a, b, LONG), pc: posted.sign, pcSums: posted.summed },
      ...{ acFix: approximateCompare(fixed, a, b, LONG), pcFix: mended.sign, pcFixSums: mended.summed },
    }
    yield { about: `${name}: group ${i}`, known, found }
  }
}

function* ofWrapping({ n, B, steps }: Wrapping, name: string): Generator<Answer> {
  const c = counter(n, B)
  for (const [cpu, inc, approximate, precise] of steps) {
    add(c, cpu, BigInt(inc))
    const sums = sumsOf(c)
    yield { about: name, known: [approximate, precise], found: [String(sums.approximate), String(sums.precise)] }
  }
}

const sized = (what: string, i: number, n: number, batches: readonly number[]): string =>
  `${what} ${i}, ${n} CPUs, batch ${batches.join(' and ')}`

/** Rules other than those of the library are for showing that the answers tell them apart; only sequences ask them. */
export function* answersTo({ sequences, pairs, wrap: wrapping, carry }: Vectors, rules: Rules = {}): Generator<Answer> {
  for (const [i, each] of sequences.entries()) yield* ofSequence(each, sized('sequence', i, each.n, [each.B]), rules)
  for (const [i, each] of pairs.entries()) yield* ofPair(each, sized('pair', i, each.n, [each.Ba, each.Bb]))
  for (const [i, each] of wrapping.entries()) yield* ofWrapping(each, sized('wrap-around', i, each.n, [each.B]))
  for (const [orig, inc, mask, known] of carry)
    yield {
      about: `the carry of ${orig} and ${inc} at ${mask}`,
      known,
      found: Number(carryOf(BigInt(orig), wrap(LONG, BigInt(orig + inc)), BigInt(inc), BigInt(mask), LONG)),
    }
}

/** Are two values of JSON the same? The order of keys does not matter. */
export function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const [x, y] = [Object.entries(a), new Map(Object.entries(b))]
  return x.length === y.size && x.every(([key, value]) => y.has(key) && isSame(value, y.get(key)))
}
