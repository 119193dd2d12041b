/**
 * Hierarchical per-CPU counters, Mathieu Desnoyers, v12 of 11 January 2026: lib/percpu_counter_tree.c.
 *
 * Every CPU has a word of its own, level 0, to which tasks add while they run there. What overflows a batch is carried to
 * an item that several CPUs share, from there to a larger one, and in the end to the root. The root is the approximate
 * sum; all words of level 0 together are the precise one. This model decides how far the two can be apart, whether
 * anything gets lost on the way, and what readers can see.
 *
 * Kept: the table of levels and arities; the carry as it is computed, by bits (percpu-counter-tree/arithmetic.ts); level 0
 * and the climb as separate steps, with any migration in between; readers that load one word at a time; set(), which
 * sums and then stores the bias. Tasks and interrupts do not differ: whoever adds is an adder, on any CPU, at any time.
 *
 * How much of a word is kept is a bound. With `width` n a word has n bits and wraps around, as a long does at 64. With
 * width 0 the state is a quotient: each word is kept modulo its mask, and the root not at all. This hides nothing that is
 * asked for there: a carry depends on a word only through its residual (arithmetic.test.ts), no guard reads a word, and
 * the error, precise sum less approximate sum, is counted beside it: an add to level 0 raises it, an add to the root
 * lowers it. That the words say the same error is a property of the rows with whole words. In return the tree may be
 * added to for ever: the quotient is finite without a limit on the number of adds.
 *
 * The shape of the tree is state that never changes: each CPU refers to the item above it, each item of level 1 to the one
 * of level 2. So the index rule is asked once, in the initial state, and what the reduction by symmetry may exchange
 * follows from the references: CPUs below the same item, items with all that is below them, adders. Two CPUs below
 * different items cannot change places alone, for the state in which they have is another tree. Readers and set go
 * through the CPUs in order, which makes CPUs different from each other; so does `pinned`.
 *
 * Dropped:
 * - Memory order. Every step of the kernel is relaxed; here they are seen in the order in which they happen. A reader that
 *   sees a root before the word that it comes from would see more; the error of such a read is not bounded here.
 * - init_many(), memory, alignment; the build without SMP, which has one atomic word and no error.
 * - A third level of items below the root, which trees for more than 512 CPUs have, and a fourth. What is said of them
 *   rests on the proof and on sequences that are replayed, up to 1024 CPUs.
 *
 * One label is one step. Where a step covers more than one access, this is why it hides nothing:
 * - level0: the increment is chosen, the word changed, the carry computed: the last is local.
 * - level1, level2: raw_smp_processor_id() and the add. Nobody else can see or change the number that was read, and the
 *   task may have been anywhere, so that only the item that it leads to is picked, at the first level that is added to.
 *   What is kept of it is the item that the next level needs.
 * - load_bias, store_bias: also the local arithmetic around it.
 *
 * Variants: v12, v17 and v1 with its kin are revisions of add; the others are faulty, one ingredient each, and listed with
 * where they come from in percpu-counter-tree/revisions.ts. compare-tolerances-swapped, compare-two-copies,
 * boundary-test-on-one-cpu and range-overwritten are about comparisons and stand in percpu-counter-comparison;
 * bound-without-quiescence is v12 itself, while adds are under way. Not stated, and why: item-sized-percpu costs memory
 * and no value is wrong; static-size is a number of bytes, which the tests of the arithmetic have. budget-cascade and
 * oom-wrap are about choosing a task to kill, and stand in oom-two-pass.
 */
import { protocol } from '../checker/language/index.ts'
import { connect, startFull } from './percpu-counter-tree/climb.ts'
import { layoutOf, revisions } from './percpu-counter-tree/revisions.ts'
import { historyOf, stateOf } from './percpu-counter-tree/state.ts'

export const percpuCounterTree = protocol({
  name: 'percpu-counter-tree',
  source: 'Mathieu Desnoyers, v12, 11 January 2026',
  variants: [
    'v12',
    'v17',
    'v1',
    'skip-drops-low-bits',
    'adjacent-index',
    'truncating-carry',
    'carry-from-reload',
    'split-level0',
    'level0-cpu-reused',
    'set-resets-items',
    'late-init',
    'int-width',
    'alloc-precedence',
    'single-cpu-root',
    'sum-approximate',
    'unclamped-approx',
    'unclamped-precise',
  ],
  bounds: {
    cpus: { min: 0, max: 2 ** 21, doc: 'possible CPUs: from 1 to 512, of which about ten can be searched' },
    batch: { min: 0, max: 1024, doc: 'batch size, a power of two of at least 2' },
    adders: { min: 1, max: 4, doc: 'tasks or interrupts that may be in the middle of an add at a time' },
    adds: { min: 0, max: 8, doc: 'adds of each of them; 0: for ever' },
    increment: { min: 1, max: 64, doc: 'the larger of the two increments; the other one is 1' },
    width: { min: 0, max: 12, doc: 'bits of a word; 0: words are kept modulo their mask' },
  },
  ingredients: {
    decrements: { doc: 'increments have both signs' },
    pages: { doc: 'a counter of pages: nobody gives back what is not there, and sums are told as at least 0' },
    pinned: { doc: 'each adder stays on one CPU' },
    filled: { doc: 'the tree begins as full as it can be' },
    counted: { doc: 'what was added is counted modulo 16 where words are not whole' },
    preciseReader: { doc: 'somebody reads the precise sum once' },
    approximateReader: { doc: 'somebody reads the approximate sum once' },
    setter: { doc: 'somebody sets the counter to 1 once' },
  },
  state: stateOf(layoutOf),
  history: historyOf(layoutOf),
  init: (setup) => (s) => {
    for (const adder of s.adder) adder.adds_left = setup.adds
    connect(s, setup, layoutOf(setup))
    if (setup.filled) startFull(s, setup, layoutOf(setup))
  },
  programs: (setup) => [...revisions[setup.variant](setup)],
})
