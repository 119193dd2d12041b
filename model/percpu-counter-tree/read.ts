/** Those who do not add: readers of both sums, and set. */
import { biasFor, positive, preciseSum, wrap } from './arithmetic.ts'
import { program, sizesOf, steps, type Layout, type Setup, type State } from './state.ts'

type Clamp = (sum: bigint) => bigint
/** Sums of counters that cannot be negative, such as those of an mm, and sums as they are. */
export const clamped: Clamp = positive
export const asItIs: Clamp = (sum) => sum

const wordsOf = (s: State): bigint[] => [...s.cpu].map(({ level0 }) => BigInt(level0))
const isQuiet = (s: State): boolean => s.adder.every((adder) => adder.carry === 0)

/** What is noted when a read begins; the sums that it may tell are those that were true since then. */
const noteBegin = (
  h: { readonly totals: { clear(): void; add(total: number): void }; disturbed: boolean },
  s: State,
): void => {
  h.totals.clear()
  h.totals.add(s.total)
  h.disturbed = !isQuiet(s)
}

/** The end of both reads: the bias, a word of its own. */
const loadBias = (clamp: Clamp, width: number) =>
  steps('reader', {
    load_bias: (s, me) => {
      me.sum = Number(clamp(wrap(width, BigInt(me.sum + s.bias))))
      me.phase = 'done'
    },
  })

/** percpu_counter_tree_precise_sum() */
export const preciseReader = (setup: Setup, layout: Layout, clamp: Clamp) => {
  const { width } = sizesOf(setup, layout)
  return program('reader', {
    /** The reader adds up the words of the CPUs, one after the other, while they may change. */
    load: {
      do: (s, me) => {
        me.sum = Number(wrap(width, BigInt(me.sum + s.cpu[me.next].level0)))
        me.next++
        me.phase = 'busy'
        return me.next < setup.cpus ? 'load' : 'load_bias'
      },
      note: (h, s, me) => {
        if (me.next === 1) noteBegin(h, s)
      },
    },
    ...loadBias(clamp, width),
  })
}

/** percpu_counter_tree_approximate_sum(). A root that `strays` is not where the counter has memory. */
export const approximateReader = (setup: Setup, layout: Layout, clamp: Clamp, strays = false) => {
  const { tree, width } = sizesOf(setup, layout)
  return program('reader', {
    load_root: {
      do: (s, me) => {
        me.sum = tree.masks.length === 0 ? s.cpu[0].level0 : s.root
        me.phase = 'busy'
        if (strays) s.strayed = true
      },
      note: (h, s) => {
        noteBegin(h, s)
      },
    },
    ...loadBias(clamp, width),
  })
}

/** What set() is asked for. */
const VALUE = 1

/** percpu_counter_tree_set(): it sums, and stores the difference into the bias; the tree stays as it is. */
export const setter = (setup: Setup, layout: Layout) => {
  const { width } = sizesOf(setup, layout)
  return program('setter', {
    load: {
      do: (s, me) => {
        me.sum = Number(wrap(width, BigInt(me.sum + s.cpu[me.next].level0)))
        me.next++
        me.phase = 'busy'
        return me.next < setup.cpus ? 'load' : 'store_bias'
      },
      note: (h, s, me) => {
        if (me.next === 1) h.disturbed = !isQuiet(s)
      },
    },
    /** From here on what was added before its word was read is forgotten, and what was added later is not. */
    store_bias: {
      do: (s, me) => {
        s.bias = Number(biasFor(BigInt(VALUE), [BigInt(me.sum)], width))
        s.total = Number(preciseSum(wordsOf(s), BigInt(s.bias), width))
        me.next = me.sum = 0
        me.phase = 'done'
      },
      note: (h, s) => {
        h.setMissed = s.total !== VALUE
        h.setWasDisturbed = h.disturbed
        if (s.reader[0].phase === 'busy') h.totals.add(s.total)
      },
    },
  })
}

/** A set that clears the tree, with no regard for adds that are on their way up. */
export const resetter = () =>
  program('setter', {
    reset: {
      do: (s) => {
        for (const cpu of s.cpu) cpu.level0 = 0
        for (const item of [...s.lower, ...s.upper]) item.count = 0
        s.root = s.error = 0
        s.bias = s.total = VALUE
      },
    },
  })
