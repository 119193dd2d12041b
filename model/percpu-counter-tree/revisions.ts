/**
 * The revisions of the series, and forms that differ from v12 in one thing and are wrong, read from top to bottom.
 *
 * [list] was reported or fixed in public, [read] stands in a posted revision, [derived] was found by thinking about it.
 */
import { level0, levelsAbove } from './add.ts'
import { carryOf, isRefused, itemOf, passes, treeFor, wrap } from './arithmetic.ts'
import type { Revision } from './climb.ts'
import { loadAndStore, numberReused, reload } from './faulty-add.ts'
import { approximateReader, asItIs, clamped, preciseReader, resetter, setter } from './read.ts'
import { program, type Layout, type Setup } from './state.ts'

const v12: Revision = {
  tree: treeFor,
  room: (items) => items,
  wordBits: (width) => width,
  carry: carryOf,
  parent: (node, _nodesBelow, nodes) => itemOf(node, nodes),
  passed: () => undefined,
  staysOnCpu: false,
}

/** v17 leaves a level out that the carry would pass unchanged. */
const v17: Revision = { ...v12, passed: (carry, mask) => (passes(carry, mask) ? carry : undefined) }

/** [derived] A level is left out although the carry has bits for it, which are lost. */
const dropping: Revision = {
  ...v12,
  passed: (carry, mask) => {
    const whole = carry < 0n ? -(-carry & -mask) : carry & -mask
    return whole === 0n ? undefined : whole
  },
}

/** v1 takes nr_cpus - 1 * sizeof(item) bytes. An item is a cache line there; so that a small tree shows it, 2 bytes here. */
const ITEM_BYTES = 2

/** Where revisions differ in more than their adds, or less. */
const layouts: Partial<Record<string, Revision>> = {
  /** v1 to v7, as far as their arithmetic goes: migration is off during an add. */
  v1: { ...v12, staysOnCpu: true },
  v17,
  'skip-drops-low-bits': dropping,
  /** [derived] The item above a CPU is found by the high bits of its number. */
  'adjacent-index': { ...v12, parent: (node, nodesBelow, nodes) => Math.floor((node * nodes) / nodesBelow) },
  /** [derived] Division rounds towards 0, as in C, instead of down. */
  'truncating-carry': {
    ...v12,
    carry: (orig, res, _inc, mask, width) => wrap(width, mask === 0n ? 0n : mask * (res / mask - orig / mask)),
    needsWholeWords: true,
  },
  'split-level0': { ...v12, needsWholeWords: true },
  'level0-cpu-reused': { ...v12, needsWholeWords: true },
  /** [list] v7: a counter that was initialised before the machine was configured takes it for one with a single CPU. */
  'late-init': {
    ...v12,
    tree: (cpus, batch) => {
      const tree = treeFor(1, batch)
      return isRefused(tree) ? tree : { ...tree, cpus }
    },
  },
  /** [list] Up to v11: words are ints, narrower than the sums that are asked for. Here by one bit. */
  'int-width': { ...v12, wordBits: (width) => width - 1, needsWholeWords: true },
  /** [read] v1: the size of the items is computed with a missing pair of brackets. */
  'alloc-precedence': {
    ...v12,
    room: (items, cpus) => Math.min(items, Math.max(0, Math.floor((cpus - ITEM_BYTES) / ITEM_BYTES))),
  },
}

export const layoutOf = ({ variant }: { readonly variant: string }): Revision => layouts[variant] ?? v12

/** A counter of pages cannot be negative, and neither can what its accessors tell. */
const clampOf = ({ pages }: Setup) => (pages ? clamped : asItIs)

const readers = (setup: Setup, layout: Layout, clamps = { precise: clampOf(setup), approximate: clampOf(setup) }) => [
  ...(setup.preciseReader ? [preciseReader(setup, layout, clamps.precise)] : []),
  ...(setup.approximateReader ? [approximateReader(setup, layout, clamps.approximate)] : []),
]
const setters = (setup: Setup, layout: Layout) => (setup.setter ? [setter(setup, layout)] : [])

/** The adds of a revision, with whoever else is in play. */
const asPosted = (setup: Setup) => {
  const revision = layoutOf(setup)
  return [
    program('adder', { ...level0(setup, revision), ...levelsAbove(setup, revision) }, { loop: true }),
    ...readers(setup, revision),
    ...setters(setup, revision),
  ]
}

export const revisions = {
  v12: asPosted,
  v17: asPosted,
  v1: asPosted,
  'skip-drops-low-bits': asPosted,
  'adjacent-index': asPosted,
  'truncating-carry': asPosted,
  'late-init': asPosted,
  'int-width': asPosted,
  'alloc-precedence': asPosted,
  /** [derived] */
  'carry-from-reload': (setup: Setup) => [
    program('adder', { ...reload(setup, v12), ...levelsAbove(setup, v12) }, { loop: true }),
  ],
  /** [derived] */
  'split-level0': (setup: Setup) => [
    program('adder', { ...loadAndStore(setup, v12), ...levelsAbove(setup, v12) }, { loop: true }),
  ],
  /** [derived] */
  'level0-cpu-reused': (setup: Setup) => [
    program('adder', { ...numberReused(setup, v12), ...levelsAbove(setup, v12) }, { loop: true }),
  ],
  /** [list] v4: the approximate sum is told as it is, also to those who take it for a number of pages. */
  'unclamped-approx': (setup: Setup) => [
    program('adder', { ...level0(setup, v12), ...levelsAbove(setup, v12) }, { loop: true }),
    ...readers(setup, v12, { precise: clamped, approximate: asItIs }),
  ],
  /** [list] v7: so is the precise one. */
  'unclamped-precise': (setup: Setup) => [
    program('adder', { ...level0(setup, v12), ...levelsAbove(setup, v12) }, { loop: true }),
    ...readers(setup, v12, { precise: asItIs, approximate: clamped }),
  ],
  /** [list] v11: get_mm_counter_sum() gives the approximate sum. */
  'sum-approximate': (setup: Setup) => [
    program('adder', { ...level0(setup, v12), ...levelsAbove(setup, v12) }, { loop: true }),
    ...(setup.preciseReader ? [approximateReader(setup, v12, clampOf(setup))] : []),
  ],
  /** [read] v1: the root is item nr_cpus - 2, which for one CPU stands before the first. */
  'single-cpu-root': (setup: Setup) => [
    program('adder', { ...level0(setup, v12), ...levelsAbove(setup, v12) }, { loop: true }),
    ...(setup.approximateReader ? [approximateReader(setup, v12, asItIs, true)] : []),
  ],
  /** [derived] */
  'set-resets-items': (setup: Setup) => [
    program('adder', { ...level0(setup, v12), ...levelsAbove(setup, v12) }, { loop: true }),
    ...(setup.setter ? [resetter()] : []),
  ],
}
