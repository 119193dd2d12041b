/**
 * The counters that the tree would replace: how far their sums are apart, and when sums and comparisons are right (E1, E3
 * to E7 for 6.2).
 */
import {
  holds,
  maximum,
  minimum,
  propertiesOf,
  reachable,
  spec,
  unreachable,
  violated,
} from '../checker/language/index.ts'
import { percpuCounter } from '../model/percpu-counter.ts'

const { always, maximum: largest, minimum: smallest, reachable: some, stepwise } = propertiesOf(percpuCounter)

/** What each CPU may keep, for all of them. */
const bound = (s: { readonly batch: number; readonly cpu: { readonly length: number } }): number =>
  (s.batch - 1) * s.cpu.length

/** How far from the count percpu_counter_compare() believes it. */
const margin = (s: {
  readonly batch: number
  readonly cpu: { count(test: (cpu: { readonly online: boolean }) => boolean): number }
}): number => s.batch * s.cpu.count((cpu) => cpu.online)

interface Counted {
  readonly error: number
  readonly cpu: { sum(of: (cpu: { readonly delta: number }) => number): number }
  readonly adder: {
    sum(
      of: (adder: { readonly holds_lock: boolean; readonly count: number; readonly amount: number }) => number,
    ): number
  }
}

/** What the error is more than the numbers of the CPUs, and what is under way to the count, explain. */
const unexplained = (s: Counted): number =>
  s.error - s.cpu.sum((cpu) => cpu.delta) + s.adder.sum((adder) => (adder.holds_lock ? adder.count - adder.amount : 0))

/** What every release keeps to; rows where one of them is violated name each. */
const KEPT = {
  NoStepLosesAnything: holds,
  WhoMovesHoldsTheLock: holds,
  InterruptsNest: holds,
  NothingIsLost: holds,
  NothingIsLeftBehind: holds,
}

export default spec(percpuCounter, {
  locks: ['lock'],
  properties: [
    /** The range that follows from the batch. A task is shot or not by the count. */
    always('ErrorStaysWithinBound', (s) => Math.abs(s.error) <= bound(s), {
      numbers: (s) => ({ 'the error': s.error, 'what all CPUs may keep': bound(s) }),
    }),
    some('NumberLeavesTwoBatches', (s) => s.cpu.some(({ delta }) => Math.abs(delta) > 2 * s.batch)),
    some('WorstCase', (s) => s.error === bound(s) && s.adder.every((adder) => adder.cpu === null)),
    largest('GreatestError', (s) => s.error),
    smallest('LeastError', (s) => s.error),
    /** What was added is in the count, in the numbers of the CPUs, or under way between them. */
    always('NothingIsLost', (s) => unexplained(s) === 0),
    /** No step loses what was added, as long as the numbers stay where they are followed exactly: two batches, and an add of each. */
    stepwise('NoStepLosesAnything', (s, { before }) => unexplained(s) === before(() => unexplained(s)), {
      given: (s, { before }) => {
        const isFollowed = () =>
          s.cpu.every(({ delta }) => Math.abs(delta) < 2 * s.batch + s.adder.length) &&
          Math.abs(s.error) < 4 * s.cpu.length * s.batch
        return isFollowed() && before(isFollowed)
      },
    }),
    /** The lock is held by whoever says so, one adder, and by nobody if it is free. */
    always('LockIsOfOne', (s) => s.adder.count(({ holds_lock }) => holds_lock) === Number(s.lock)),
    /** The lock is held by one adder or by the reader, who has it from the first number to the last. */
    always(
      'LockIsOfOneOrTheReader',
      (s, { at }) =>
        s.adder.count(({ holds_lock }) => holds_lock) +
          s.reader.count((me) => at(me, 'load') || at(me, 'raw_spin_unlock')) ===
        Number(s.lock),
    ),
    /** Who has to take from the number of its CPU what is in the count is who holds the lock. */
    always('WhoMovesHoldsTheLock', (s, { at }) => s.adder.every((me) => me.holds_lock === at(me, 'this_cpu_sub'))),
    /** A precise sum that nobody disturbs is exact; else check_mm() reports a "bad rss-counter" for nothing. */
    always('SumIsExactAtRest', (_s, { h }) => !h.missed, { given: (s) => s.reader[0].told }),
    /** While things are only added a sum is one that there was meanwhile, or between two such: no batch is in it twice. */
    always('SumIsBetweenTotals', (_s, { h }) => !h.beside, { given: (s) => s.reader[0].told }),
    /** An interrupt ends before what it has interrupted goes on: on each CPU they are numbered from the bottom up. */
    always('InterruptsNest', (s) =>
      s.adder.every(
        (adder) =>
          adder.cpu === null ||
          (s.adder.count((each) => each.cpu === adder.cpu && each.depth === adder.depth) === 1 &&
            s.adder.count((each) => each.cpu === adder.cpu && each.depth < adder.depth) === adder.depth),
      ),
    ),
    /** States are told apart only by what somebody will look at: who is between adds holds nothing of the last one. */
    always('NothingIsLeftBehind', (s) =>
      s.adder.every(
        ({ cpu, depth, amount, count, holds_lock }) =>
          cpu !== null || (depth === 0 && amount === 0 && count === 0 && !holds_lock),
      ),
    ),
    /** percpu_counter_compare() trusts the count where it is more than batch times the CPUs online away. */
    always('ComparisonTrustsRightly', (s) => Math.abs(s.error) <= margin(s), {
      numbers: (s) => ({ 'the error': s.error, 'batch times the CPUs online': margin(s) }),
    }),
  ],
  rows: [
    {
      claims: ['E1', 'E2', 'E3'],
      bounds: { cpus: 2, minimum: 2, adders: 2, increment: 1 },
      ingredients: ['decrements'],
      expect: {
        ...KEPT,
        LockIsOfOne: holds,
        ErrorStaysWithinBound: holds,
        WorstCase: reachable(12),
        GreatestError: maximum(6),
        LeastError: minimum(-6),
        ComparisonTrustsRightly: holds,
      },
      why: 'Each of two CPUs keeps up to 3 of either sign, adds under way included: who moves a number to the count takes it from nobody else.',
    },
    {
      claims: ['E1', 'E3'],
      bounds: { cpus: 3, minimum: 2, adders: 2, increment: 1 },
      ingredients: ['decrements'],
      expect: {
        ...KEPT,
        LockIsOfOne: holds,
        ErrorStaysWithinBound: holds,
        GreatestError: maximum(15),
        LeastError: minimum(-15),
      },
      why: 'Three CPUs and a batch of 6: each one adds its number to the error, and raises what the others may keep.',
    },
    {
      claims: ['E7'],
      bounds: { cpus: 3, minimum: 2, adders: 1, increment: 1 },
      expect: {
        ...KEPT,
        LockIsOfOne: holds,
        WorstCase: reachable(30),
        GreatestError: maximum(15),
      },
      why: 'One task that is moved from CPU to CPU reaches the worst case alone.',
    },
    {
      claims: ['E7'],
      bounds: { cpus: 3, minimum: 2, adders: 1, increment: 1 },
      ingredients: ['pinned'],
      expect: {
        ...KEPT,
        LockIsOfOne: holds,
        WorstCase: unreachable,
        GreatestError: maximum(5),
      },
      why: 'On one CPU it is off by one batch less 1.',
    },
    {
      claims: ['E1'],
      bounds: { cpus: 1, minimum: 4, adders: 2, increment: 1 },
      ingredients: ['interrupts'],
      expect: {
        ...KEPT,
        LockIsOfOne: holds,
        ErrorStaysWithinBound: violated(8),
        GreatestError: maximum(4),
      },
      why: 'An interrupt between the look at the number and the change fills it, so that the number gets beyond the batch: fixed in 6.3 (805afd830099).',
    },
    {
      claims: ['E1'],
      variant: '6.3',
      bounds: { cpus: 1, minimum: 4, adders: 2, increment: 1 },
      ingredients: ['interrupts'],
      expect: {
        ...KEPT,
        LockIsOfOne: holds,
        ErrorStaysWithinBound: holds,
        GreatestError: maximum(3),
      },
      why: 'Neighbour: with interrupts off the number is what was seen.',
    },
    {
      claims: ['E6'],
      bounds: { cpus: 1, minimum: 4, adders: 2, increment: 3 },
      ingredients: ['interrupts'],
      expect: {
        NoStepLosesAnything: holds,
        LockIsOfOne: holds,
        WhoMovesHoldsTheLock: holds,
        ComparisonTrustsRightly: violated(4),
        ErrorStaysWithinBound: violated(4),
        NumberLeavesTwoBatches: reachable(),
        InterruptsNest: holds,
        NothingIsLeftBehind: holds,
      },
      why: 'With larger increments the excess is more than comparisons allow for; and since what was seen is taken from what is there, interrupts that come at the worst time make the number swing further each time, beyond two batches, and whatever else one may think of.',
    },
    {
      claims: ['E4'],
      bounds: { cpus: 2, minimum: 2, adders: 1, increment: 1 },
      ingredients: ['sum'],
      expect: {
        ...KEPT,
        LockIsOfOneOrTheReader: holds,
        SumIsExactAtRest: holds,
        SumIsBetweenTotals: holds,
      },
      why: 'All CPUs are summed, under the lock, so that no batch is moved to the count meanwhile.',
    },
    {
      claims: ['E4'],
      bounds: { cpus: 2, minimum: 2, adders: 1, increment: 1 },
      ingredients: ['sum', 'decrements'],
      expect: {
        ...KEPT,
        LockIsOfOneOrTheReader: holds,
        SumIsExactAtRest: holds,
        SumIsBetweenTotals: violated(8),
      },
      why: 'Neighbour: what is added on one CPU and taken away on another can be seen by half.',
    },
    {
      claims: ['E4'],
      bounds: { cpus: 2, minimum: 2, adders: 1, increment: 1 },
      ingredients: ['sum', 'hotplug'],
      expect: {
        ...KEPT,
        LockIsOfOneOrTheReader: holds,
        SumIsExactAtRest: violated(7),
      },
      why: 'A CPU that has gone offline and is not folded yet is not summed.',
    },
    {
      claims: ['E4'],
      variant: '6.3',
      bounds: { cpus: 2, minimum: 2, adders: 1, increment: 1 },
      ingredients: ['sum', 'hotplug'],
      expect: {
        ...KEPT,
        LockIsOfOneOrTheReader: holds,
        SumIsExactAtRest: holds,
      },
      why: 'Neighbour: dying CPUs are summed as well (8b57b11cca88).',
    },
    {
      claims: ['E6'],
      variant: '6.3',
      bounds: { cpus: 2, minimum: 2, adders: 1, increment: 1 },
      ingredients: ['hotplug'],
      expect: {
        ...KEPT,
        LockIsOfOne: holds,
        ComparisonTrustsRightly: violated(8),
        ErrorStaysWithinBound: violated(8),
      },
      why: 'A comparison counts the CPUs that are online, and one that has gone still has its number; once it is folded, the batch is smaller than what the others were allowed to keep.',
    },
    {
      claims: ['E6'],
      variant: '6.3',
      bounds: { cpus: 2, minimum: 4, adders: 1, increment: 1 },
      ingredients: ['hotplug'],
      expect: {
        ...KEPT,
        LockIsOfOne: holds,
        ErrorStaysWithinBound: holds,
        ComparisonTrustsRightly: violated(11),
      },
      why: 'Where the batch is at its minimum it does not shrink, and only the time until the fold is left.',
    },
  ],
  survives: {
    'change write':
      '6.2, interrupts that come between look and change: a number that has swung beyond two batches is followed no further, and nothing is claimed of where it goes.',
  },
})
