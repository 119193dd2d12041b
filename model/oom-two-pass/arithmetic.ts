/**
 * select_bad_process() in two passes, as the series on hierarchical per-CPU counters would have it: what each pass makes of
 * one task. Whole numbers are bigints, two's complement at a width that is given.
 *
 * The first pass looks at approximate points only and sets a bar. The second sums precisely, at most `budget` times, whoever
 * may still be above it. v12 keeps the least that the chosen task may have for a bar; v10 keeps approximate points, and
 * allows for what they may be too low by.
 */
import { wrap, type Range } from '../percpu-counter-tree/arithmetic.ts'

/** A task as oom_badness() scores it: not at all if it may not be killed; an origin asks to be killed first. */
export interface Scored {
  readonly approximate: bigint
  readonly precise: bigint
  readonly isUnkillable: boolean
  readonly isOrigin: boolean
}

/** What is kept between tasks. */
export interface Choice {
  readonly chosen: number | null
  /** chosen_points */
  readonly bar: bigint
  /** v10: by how much the bar may be too low; nothing once the chosen task was summed precisely. */
  readonly slack: bigint
  /** How many tasks were summed precisely. */
  readonly sums: number
}

export interface Terms {
  /** Of the counters of a process together. */
  readonly range: Range
  readonly budget: number
  readonly width: number
}

export type Pass = (choice: Choice, task: Scored, name: number, terms: Terms) => Choice

export const leastOf = (width: number): bigint => -(2n ** BigInt(width - 1))
const mostOf = (width: number): bigint => -leastOf(width) - 1n

export const nobody = (width: number): Choice => ({ chosen: null, bar: leastOf(width), slack: 0n, sums: 0 })

/** In both passes a task that may not be killed is passed over, and an origin is chosen whatever the bar. */
const scored =
  (pass: Pass): Pass =>
  (choice, task, name, terms) => {
    if (task.isUnkillable) return choice
    if (task.isOrigin) return { ...choice, chosen: name, bar: mostOf(terms.width), slack: 0n }
    return pass(choice, task, name, terms)
  }

type Below = (points: bigint, bar: bigint, width: number) => boolean
/** Is a difference below 0? In C it wraps. */
const byDifference: Below = (points, bar, width) => wrap(width, points - bar) < 0n
const asTheyAre: Below = (points, bar) => points < bar

type Allowance = (range: Range) => bigint
const nothing: Allowance = () => 0n

/** What a form allows for: how much more a candidate may have; how much less is kept for a bar, or how much it may be too low by. */
interface Form {
  readonly more: Allowance
  readonly less: Allowance
  readonly slack: Allowance
  readonly isBelow?: Below
  /** Nobody is chosen beyond the budget who may be smaller than the bar. */
  readonly barStays?: boolean
}

/** A task replaces the chosen one unless it seems smaller; so the last of equals is chosen. */
const first = ({ less, slack }: Form): Pass =>
  scored((choice, { approximate }, chosen, { range }) => {
    const bar = approximate - less(range)
    return bar < choice.bar ? choice : { ...choice, chosen, bar, slack: slack(range) }
  })

/** Nobody is summed who cannot reach the bar, and once the budget is spent nobody is. */
const second = ({ more, less, slack, isBelow = byDifference, barStays = false }: Form): Pass => {
  const seemsLarger: Pass = (choice, { approximate }, chosen, { range }) => {
    const bar = approximate - less(range)
    return barStays && bar < choice.bar ? choice : { ...choice, chosen, bar, slack: slack(range) }
  }
  return scored((choice, task, chosen, terms) => {
    const { range, budget, width } = terms
    if (isBelow(task.approximate + more(range) + choice.slack, choice.bar, width)) return choice
    if (choice.sums >= budget) return seemsLarger(choice, task, chosen, terms)
    const sums = choice.sums + 1
    if (isBelow(task.precise + choice.slack, choice.bar, width)) return { ...choice, sums }
    return { chosen, bar: task.precise, slack: 0n, sums }
  })
}

const inTwo = (form: Form): readonly Pass[] => [first(form), second(form)]

const v12: Form = { more: ({ under }) => under, less: ({ over }) => over, slack: nothing }

export const forms = {
  v12: inTwo(v12),
  v10: inTwo({ more: ({ over }) => over, less: nothing, slack: ({ under }) => under }),
  'bar-stays': inTwo({ ...v12, barStays: true }),
  'no-wrap': inTwo({ ...v12, isBelow: asTheyAre }),
  /** One pass, and every sum is precise: 5898aa8f9a0b. */
  precise: [
    scored((choice, { precise }, chosen) => (precise < choice.bar ? choice : { ...choice, chosen, bar: precise })),
  ],
} as const satisfies Record<string, readonly Pass[]>

/** From end to end. */
export function select(form: readonly Pass[], tasks: readonly Scored[], terms: Terms): Choice {
  return form.reduce(
    (before, pass) => tasks.reduce((choice, task, name) => pass(choice, task, name, terms), before),
    nobody(terms.width),
  )
}
