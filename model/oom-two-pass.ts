/**
 * The OOM killer's choice in two passes, Mathieu Desnoyers, v12 of 11 January 2026, patch 3 of 3: select_bad_process() for
 * counters whose cheap sum is off by a known range.
 *
 * The first pass goes through the tasks by their approximate points, the second sums precisely whoever may still be larger
 * than what was found, but not more than `budget` of them, 16 in the kernel: a precise sum reads a word of every CPU. Asked
 * wrongly, it kills a small process for the memory of a large one.
 *
 * Instead of counters a task has its precise points, and how far the approximate ones are below them: anything from 0 to
 * what the counters of a process reach together at rest, and all of it is tried.
 *
 * Kept: both passes, task by task, in percpu-counter-tree's arithmetic; ties; the budget; origins; differences that wrap, at
 * `width` bits as at 64. Dropped: page tables and oom_score_adj, which both passes know exactly and which here are part of
 * the points; tasks that exit or are marked between the passes, and counters that move meanwhile; an earlier victim, at
 * which both passes stop.
 *
 * One label is one task in one pass. At rest nothing else moves, so that this is for reading, and not for what may happen.
 *
 * Variants: v12 and v10 as posted; in bar-stays (of v12) nobody is chosen beyond the budget who may be smaller than the
 * chosen one is; no-wrap compares v12's points as they are, not by a difference that wraps; precise sums everybody, in one
 * pass, as was merged instead (5898aa8f9a0b).
 */
import {
  ConfigError,
  bool,
  family,
  language,
  option,
  protocol,
  range,
  ref,
  singleton,
  struct,
  upTo,
  type Member,
  type StateView,
} from '../checker/language/index.ts'
import { forms, leastOf, type Pass, type Terms } from './oom-two-pass/arithmetic.ts'
import { isRefused, treeFor, type Tree } from './percpu-counter-tree/arithmetic.ts'
import { errorAtRest } from './percpu-counter-tree/bounds.ts'

interface Setup {
  readonly variant: string
  readonly cpus: number
  readonly batch: number
  readonly tasks: number
  readonly points: number
  readonly budget: number
  readonly width: number
  readonly adjusted: boolean
  readonly origins: boolean
  readonly unkillables: boolean
}

/** The tree of each counter; a process has one counter here, where the kernel has four with four times the range. */
function treeOf({ cpus, batch }: Setup): Tree {
  const tree = treeFor(cpus, BigInt(batch))
  if (isRefused(tree)) throw new ConfigError(tree.refused)
  return tree
}

/** Without an origin no difference may wrap, as none does at 64 bits. */
function checkWidth({ width, points, adjusted }: Setup, tree: Tree): void {
  const span = BigInt(adjusted ? 2 * points : points) + tree.under + tree.over + errorAtRest(tree)
  const needed = 1 + span.toString(2).length
  if (width < needed)
    throw new ConfigError(
      `Points can be ${span} apart, so that the width must be at least ${needed} bits, not ${width}.`,
    )
}

const state = (setup: Setup) => {
  const tree = treeOf(setup)
  checkWidth(setup, tree)
  const word = range(Number(leastOf(setup.width)), -Number(leastOf(setup.width)) - 1)
  const constant = (value: bigint) => range(Number(value), Number(value))
  return {
    /** What the approximate points may be below the precise ones and above them, as is documented. */
    approx_accuracy_range: struct({ under: constant(tree.under), over: constant(tree.over) }),
    task: family(setup.tasks, {
      /** What all its pages come to, and how far the approximate points are below it. */
      points: range(setup.adjusted ? -setup.points : 0, setup.points),
      error: upTo(Number(errorAtRest(tree))),
      is_unkillable: bool,
      oom_flag_origin: bool,
    }),
    killer: singleton({
      next: upTo(setup.tasks),
      chosen: option(ref('task')),
      chosen_points: word,
      slack: upTo(Number(tree.under)),
      nr_precise: upTo(setup.tasks),
    }),
  }
}

const { program } = language<typeof state>()
type State = StateView<ReturnType<typeof state>>
type Killer = Member<ReturnType<typeof state>, 'killer'>

/** oom_evaluate_task() for the next task of the list, and what is kept of it. */
function evaluate(pass: Pass, terms: Terms, s: State, me: Killer): void {
  const name = me.next++
  const { points, error, is_unkillable, oom_flag_origin } = s.task[name]
  const task = {
    approximate: BigInt(points - error),
    precise: BigInt(points),
    isUnkillable: is_unkillable,
    isOrigin: oom_flag_origin,
  }
  const choice = {
    chosen: me.chosen === null ? null : s.task.indexOf(me.chosen),
    bar: BigInt(me.chosen_points),
    slack: BigInt(me.slack),
    sums: me.nr_precise,
  }
  const { chosen, bar, slack, sums } = pass(choice, task, name, terms)
  me.chosen = chosen === null ? null : s.task[chosen]
  me.chosen_points = Number(bar)
  me.slack = Number(slack)
  me.nr_precise = sums
}

const killer = (setup: Setup) => {
  const terms = { range: treeOf(setup), budget: setup.budget, width: setup.width }
  const passes: readonly Pass[] = forms[setup.variant as keyof typeof forms]
  const [first, second] = [passes[0], passes.at(1)]
  return program('killer', {
    /** Every task is looked at once. */
    first_pass: (s, me) => {
      evaluate(first, terms, s, me)
      if (me.next < s.task.length) return 'first_pass'
      if (second === undefined) return 'done'
      me.next = 0
      return 'second_pass'
    },
    /** Every task is looked at again, the chosen one as well. */
    second_pass: (s, me) => {
      evaluate(second!, terms, s, me)
      return me.next < s.task.length ? 'second_pass' : 'done'
    },
  })
}

const upwards = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

export const oomTwoPass = protocol({
  name: 'oom-two-pass',
  source: 'Mathieu Desnoyers, v12, 11 January 2026',
  variants: ['v12', 'v10', 'bar-stays', 'no-wrap', 'precise'],
  bounds: {
    cpus: { min: 0, max: 2 ** 21, doc: 'possible CPUs, from 1 to 2^20' },
    batch: { min: 0, max: 1024, doc: 'batch size, a power of two of at least 2' },
    tasks: { min: 1, max: 5, doc: 'tasks that may be chosen' },
    points: { min: 1, max: 100, doc: 'the most points that a task has' },
    budget: { min: 0, max: 16, doc: 'tasks that are summed precisely; 16 in the kernel' },
    width: { min: 4, max: 12, doc: 'bits of points, which differences wrap at' },
  },
  ingredients: {
    adjusted: { doc: 'points may be as far below 0, by oom_score_adj' },
    origins: { doc: 'tasks may ask to be killed first' },
    unkillables: { doc: 'tasks may have to be spared' },
    extremes: { doc: 'errors are none, or the greatest that there is' },
  },
  state,
  init: (setup) => (s, pick) => {
    const greatest = Number(errorAtRest(treeOf(setup)))
    const errors = setup.extremes ? [...new Set([0, greatest])] : upwards(0, greatest)
    const points = upwards(setup.adjusted ? -setup.points : 0, setup.points)
    for (const task of s.task) {
      task.points = pick(points)
      task.error = pick(errors)
      task.is_unkillable = setup.unkillables && pick([false, true])
      task.oom_flag_origin = setup.origins && pick([false, true])
    }
    s.killer[0].chosen_points = Number(leastOf(setup.width))
  },
  programs: (setup) => [killer(setup)],
})
