/**
 * The comparisons of percpu_counter_tree: approximate, and precise at the price of up to two precise sums.
 *
 * Two counters: 1 if a > b, -1 if a < b, 0 if equal or undecided. A counter and a value: the sign is about the *value*,
 * 1 if it is greater than the counter. (The inlines of builds without SMP say it the other way round.)
 *
 * Which tolerance belongs to which sign is what the forms differ in. v12, and the reposting after it, take the range of
 * the wrong side; a fix of March 2026 exchanged them.
 */
import { wrap, type Range } from './arithmetic.ts'

export type Sign = -1 | 0 | 1

/** A counter at rest: both of its sums, and its documented range. */
export interface Sums extends Range {
  readonly approximate: bigint
  readonly precise: bigint
}

export interface Form {
  /** What is allowed to an approximate sum of a counter of this range, when it seems too small, and too large. */
  readonly lessBy: (range: Range) => bigint
  readonly moreBy: (range: Range) => bigint
  /** The order of two precise sums. */
  readonly order: (a: bigint, b: bigint, width: number) => Sign
}

const signOf = (difference: bigint): Sign => (difference > 0n ? 1 : difference < 0n ? -1 : 0)
/** Sums may have wrapped: what counts is the way from one to the other. */
const inOrder: Form['order'] = (a, b, width) => signOf(wrap(width, a - b))

export const forms = {
  /** A sum that seems too small has the precise one up to `under` above it, one that seems too large up to `over` below. */
  'march-2026': { lessBy: ({ under }) => under, moreBy: ({ over }) => over, order: inOrder },
  v12: { lessBy: ({ over }) => over, moreBy: ({ under }) => under, order: inOrder },
  /** The last two tests are both a > b, and the first of them answers -1. */
  v2: {
    lessBy: ({ under }) => under,
    moreBy: ({ over }) => over,
    order: (a, b, width) => (inOrder(a, b, width) === 1 ? -1 : 0),
  },
} as const satisfies Record<string, Form>

/** The sign of a difference, or 0 if it may be the other: it is off by up to `negative` below 0 and `positive` above. */
function compareDelta(delta: bigint, negative: bigint, positive: bigint): Sign {
  if (delta >= 0n) return delta <= positive ? 0 : 1
  return -delta <= negative ? 0 : -1
}

export function approximateCompare(form: Form, a: Sums, b: Sums, width: number): Sign {
  const delta = wrap(width, a.approximate - b.approximate)
  return compareDelta(delta, form.lessBy(a) + form.moreBy(b), form.moreBy(a) + form.lessBy(b))
}

export function approximateCompareValue(form: Form, { approximate, ...range }: Sums, v: bigint, width: number): Sign {
  return compareDelta(wrap(width, v - approximate), form.moreBy(range), form.lessBy(range))
}

export function preciseCompareValue(form: Form, counter: Sums, v: bigint, width: number): Sign {
  const quick = approximateCompareValue(form, counter, v, width)
  return quick === 0 ? signOf(wrap(width, v - counter.precise)) : quick
}

/** Also says whose precise sums were needed, a bit for each. */
export interface Decision {
  readonly sign: Sign
  readonly summed: number
}
const SUMMED_A = 1
const SUMMED_B = 2

/** First the sum that settles more, then the other. */
export function preciseCompare(form: Form, a: Sums, b: Sums, width: number): Decision {
  const quick = approximateCompare(form, a, b, width)
  if (quick !== 0) return { sign: quick, summed: 0 }
  const aSeemsMore = wrap(width, a.approximate - b.approximate) >= 0n
  const [ofA, ofB] = aSeemsMore ? [a.under, b.over] : [a.over, b.under]
  const aFirst = ofB < ofA
  const second = aFirst
    ? compareDelta(wrap(width, a.precise - b.approximate), form.moreBy(b), form.lessBy(b))
    : compareDelta(wrap(width, a.approximate - b.precise), form.lessBy(a), form.moreBy(a))
  if (second !== 0) return { sign: second, summed: aFirst ? SUMMED_A : SUMMED_B }
  return { sign: form.order(a.precise, b.precise, width), summed: SUMMED_A | SUMMED_B }
}
