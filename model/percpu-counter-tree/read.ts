/** Those who do not add: readers of both sums, and set. */
import { biasFor, positive, preciseSum, wrap } from './arithmetic.ts'
import { program, sizesOf, steps, type Layout, type Setup, type State } from './state.ts'

type Clamp = (sum: bigint) => bigint
/** Sums of counters that cannot be negative, such as those of an mm, and sums as they are. */
export const clamped: Clamp = positive
export const asItIs: Clamp = (sum) => sum

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
      me.reads = false
    },
  })

/** percpu_counter_tree_precise_sum() */
export const preciseReader = (setup: Setup, layout: Layout, clamp: Clamp) => {
  const { width } = sizesOf(setup, layout)
  return program('reader', {
    /** The reader adds up the words of the CPUs, one after the other, while they may change. */
    load: {
      do: (s, me) => {
        me.sum = Number(wrap(width, BigInt(me.sum + s.level0[me.next])))
        me.next++
        me.reads = true
        return me.next < setup.cpus ? 'load' : 'load_bias'
      },
      note: (h, s, me) => {
        if (me.next === 1) noteBegin(h, s)
      },
    },
    ...loadBias(clamp, width),
  })
}

/** percpu_counter_tree_approximate_sum() */
export const approximateReader = (setup: Setup, layout: Layout, clamp: Clamp, root?: (s: State) => number) => {
  const { tree, width } = sizesOf(setup, layout)
  const rootOf = root ?? ((s: State) => (tree.masks.length === 0 ? s.level0[0] : s.items[s.items.length - 1]))
  return program('reader', {
    load_root: {
      do: (s, me) => {
        me.sum = rootOf(s)
        me.reads = true
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
        me.sum = Number(wrap(width, BigInt(me.sum + s.level0[me.next])))
        me.next++
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
        s.total = Number(preciseSum([...s.level0].map(BigInt), BigInt(s.bias), width))
        me.next = me.sum = 0
      },
      note: (h, s) => {
        h.setMissed = s.total !== VALUE
        h.setWasDisturbed = h.disturbed
        if (s.reader[0].reads) h.totals.add(s.total)
      },
    },
  })
}

/** A set that clears the tree, with no regard for adds that are on their way up. */
export const resetter = () =>
  program('setter', {
    reset: {
      do: (s) => {
        for (let i = 0; i < s.level0.length; i++) s.level0[i] = 0
        for (let i = 0; i < s.items.length; i++) s.items[i] = 0
        s.bias = s.total = VALUE
        s.error = 0
      },
    },
  })
