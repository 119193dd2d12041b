/**
 * Comparisons of percpu_counter_tree, v12 of January 2026: of two counters, and of a counter and a value, while nobody
 * adds.
 *
 * A comparison first takes the approximate sums and what they may be off by, and sums precisely only where that leaves it
 * undecided. Asked wrongly it calls one mm larger than another, or prints "bad rss-counter" for an mm that is balanced.
 *
 * Instead of a tree there is what a comparison can see of it: how far its approximate sum is below the precise one. At
 * rest that is anything from 0 to the bound that percpu-counter-tree reaches and never exceeds; all of it is tried. Only
 * differences of sums are looked at, so that the precise sum of the second counter is 0, and that of the first any
 * `difference` up to `window`.
 *
 * Kept: the stages and tolerances, in percpu-counter-tree/comparison.ts. Dropped: adds under way, with which no comparison
 * is claimed to be right; sums that have wrapped; counters of different batch sizes, which the vectors have.
 *
 * One label is one step: at rest nothing changes between the reads of a comparison, so that none need stand alone.
 *
 * Variants: march-2026 has the tolerances as the range demands them; v12 has them exchanged, as does a reposting after the
 * fix (compare-tolerances-swapped); v2 asks a > b twice (compare-two-copies); range-overwritten has the ranges of two
 * counters assigned to the same variables, where they should be added up.
 */
import { ConfigError, language, protocol, range, singleton, upTo } from '../checker/language/index.ts'
import { isRefused, treeFor, type Tree } from './percpu-counter-tree/arithmetic.ts'
import { errorAtRest } from './percpu-counter-tree/bounds.ts'
import {
  approximateCompare,
  approximateCompareValue,
  forms,
  preciseCompare,
  preciseCompareValue,
  type Sums,
} from './percpu-counter-tree/comparison.ts'

interface Bounds {
  readonly cpus: number
  readonly batch: number
  readonly window: number
}

function treeOf({ cpus, batch }: Bounds): Tree {
  const tree = treeFor(cpus, BigInt(batch))
  if (isRefused(tree)) throw new ConfigError(tree.refused)
  return tree
}

const SIGN = range(-1, 1)
const WIDTH = 64

const state = (bounds: Bounds) => {
  const { under, over } = treeOf(bounds)
  const greatest = Number(errorAtRest(treeOf(bounds)))
  return {
    /** How far each approximate sum is below the precise one. */
    error_a: upTo(greatest),
    error_b: upTo(greatest),
    /** The precise sum of a less that of b, or less the value that it is compared to. */
    difference: range(-bounds.window, bounds.window),
    /** The range that is said to hold for both approximate sums together. */
    under: upTo(2 * Number(under)),
    over: upTo(2 * Number(over)),
    caller: singleton({ approximate: SIGN, precise: SIGN, approximate_value: SIGN, precise_value: SIGN }),
  }
}

const { program } = language<typeof state>()

const comparing = (bounds: Bounds, form: (typeof forms)[keyof typeof forms], rangesAreAdded: boolean) => {
  const { under, over } = treeOf(bounds)
  const sums = (precise: number, error: number): Sums => ({
    approximate: BigInt(precise - error),
    precise: BigInt(precise),
    under,
    over,
  })
  return program('caller', {
    /** Everything is asked at once: both comparisons of a and b, and of a and the precise sum of b as a value. */
    compare: (s, me) => {
      const a = sums(s.difference, s.error_a)
      const b = sums(0, s.error_b)
      me.approximate = approximateCompare(form, a, b, WIDTH)
      me.precise = preciseCompare(form, a, b, WIDTH).sign
      me.approximate_value = approximateCompareValue(form, a, 0n, WIDTH)
      me.precise_value = preciseCompareValue(form, a, 0n, WIDTH)
      const times = rangesAreAdded ? 2 : 1
      s.under = Number(under) * times
      s.over = Number(over) * times
    },
  })
}

export const percpuCounterComparison = protocol({
  name: 'percpu-counter-comparison',
  source: 'Mathieu Desnoyers, v12, 11 January 2026',
  variants: ['march-2026', 'v12', 'v2', 'range-overwritten'],
  bounds: {
    cpus: { min: 0, max: 2 ** 21, doc: 'possible CPUs, from 1 to 2^20' },
    batch: { min: 0, max: 1024, doc: 'batch size of both counters, a power of two of at least 2' },
    window: { min: 0, max: 1000, doc: 'how far the precise sums may be apart' },
  },
  ingredients: { value: { doc: 'b is exact, as a value is; only comparisons with a value are of interest then' } },
  state,
  init: (setup) => (s, pick) => {
    const errors = Array.from({ length: Number(errorAtRest(treeOf(setup))) + 1 }, (_, e) => e)
    s.error_a = pick(errors)
    s.error_b = setup.value ? 0 : pick(errors)
    s.difference = pick(Array.from({ length: 2 * setup.window + 1 }, (_, i) => i - setup.window))
  },
  programs: (setup) => {
    const form = setup.variant === 'v12' || setup.variant === 'v2' ? forms[setup.variant] : forms['march-2026']
    return [comparing(setup, form, setup.variant !== 'range-overwritten')]
  },
})
