/**
 * E3: how the worst error at rest grows with the number of CPUs, for the tree, for percpu_counter and for counts per
 * thread: formulas, and for every machine of 1 to 1024 CPUs a sequence of adds that attains them.
 *
 * That nothing worse is possible: for the tree the decision record on its bound, and the rows of small trees; for
 * percpu_counter a CPU that keeps the batch moves it; for threads the model of split-rss, at the real threshold.
 */
import { describe, expect, test } from 'vitest'
import * as spinlock from '../model/percpu-counter/arithmetic.ts'
import { isRefused, treeFor, type Tree } from '../model/percpu-counter-tree/arithmetic.ts'
import { errorAtRest, excessInFlight, fill, fillingAdds } from '../model/percpu-counter-tree/bounds.ts'
import { add, climb, counterFor, sumsOf, type Counter } from '../model/percpu-counter-tree/counter.ts'
import { isDue } from '../model/split-rss.ts'

const BATCH = 32n
const THRESHOLD = 64
const machines = Array.from({ length: 1024 }, (_, i) => i + 1)
const mebibytes = (pages: number): number => (pages * 4096) / 2 ** 20

function tree(cpus: number, batch = BATCH): Tree {
  const answer = treeFor(cpus, batch)
  if (isRefused(answer)) throw new Error(answer.refused)
  return answer
}
const treeWorst = (cpus: number): number => Number(errorAtRest(tree(cpus)))
const spinlockWorst = (cpus: number): number => (spinlock.batchFor(cpus) - 1) * cpus
const threadWorst = (threads: number): number => (THRESHOLD + 2) * threads

describe('attained, on every machine', () => {
  test('by the tree: each item from the top down, then each CPU', () => {
    const missed = machines.filter((cpus) => {
      const counter = counterFor(cpus, BATCH)
      if (isRefused(counter)) throw new Error(counter.refused)
      fill(counter)
      const { precise, approximate } = sumsOf(counter)
      return Number(precise - approximate) !== treeWorst(cpus)
    })
    expect(missed).toEqual([])
  })

  test('by percpu_counter: each CPU up to one less than the batch, of either sign', () => {
    for (const sign of [1, -1]) {
      const missed = machines.filter((cpus) => {
        const counter = spinlock.spinlockCounter(cpus)
        for (let cpu = 0; cpu < cpus; cpu++) spinlock.add(counter, cpu, sign * (counter.batch - 1))
        return counter.count !== 0 || spinlock.errorOf(counter) !== sign * spinlockWorst(cpus)
      })
      expect(missed).toEqual([])
    }
  })

  test('by threads: faults up to the one before the second flush', () => {
    let [events, pending, flushes, most] = [0, 0, 0, 0]
    while (flushes < 3) {
      if (isDue(events++, THRESHOLD)) {
        events = pending = 0
        flushes++
      }
      most = Math.max(most, ++pending)
    }
    expect(most).toBe(threadWorst(1))
  })
})

test('one task is enough, if it is moved: all of these adds may be its own (E7)', () => {
  const adds = [...fillingAdds(tree(256))]
  // Two levels of items above the CPUs, 32 and 4 of them.
  expect(adds).toHaveLength(256 + 32 + 4)
  expect(adds.every(({ inc }) => inc > 0n)).toBe(true)
})

describe('growth', () => {
  test('of the tree is at most N log N: less than the documented 2 · batch · N · log2 N', () => {
    const wrong = machines.slice(1).filter((cpus) => {
      const { under } = tree(cpus)
      return treeWorst(cpus) > Number(under) || Number(under) > 2 * Number(BATCH) * cpus * Math.ceil(Math.log2(cpus))
    })
    expect(wrong).toEqual([])
  })

  test('of percpu_counter is quadratic from 16 CPUs on: 2 N² - N', () => {
    expect(machines.filter((cpus) => cpus >= 16 && spinlockWorst(cpus) !== 2 * cpus * cpus - cpus)).toEqual([])
  })

  test('of threads does not depend on CPUs', () => {
    expect([1, 5].map(threadWorst)).toEqual([66, 330])
  })
})

describe('the published figures', () => {
  test('documented range and truth of the tree, batch 32', () => {
    const rows = [2, 4, 8, 16, 32, 64, 128, 250, 256, 384, 512, 1024].map((cpus) => [
      cpus,
      treeWorst(cpus),
      Number(tree(cpus).under),
      Number(tree(cpus).over),
      mebibytes(Number(tree(cpus).under)),
    ])
    expect(rows).toEqual([
      [2, 62, 64, 62, 0.25],
      [4, 188, 256, 248, 1],
      [8, 504, 768, 744, 3],
      [16, 1136, 1536, 1488, 6],
      [32, 2528, 3072, 2976, 12],
      [64, 5056, 6144, 5952, 24],
      [128, 10624, 12288, 11904, 48],
      [250, 22086, 24576, 23808, 96],
      [256, 22272, 24576, 23808, 96],
      [384, 40576, 49152, 47616, 192],
      [512, 44544, 49152, 47616, 192],
      [1024, 113664, 131072, 126976, 512],
    ])
  })

  test('percpu_counter', () => {
    const sizes = [8, 16, 32, 64, 128, 250, 256, 384, 512]
    expect(sizes.map(spinlockWorst)).toEqual([248, 496, 2016, 8128, 32640, 124750, 130816, 294528, 523776])
    // "Up to a gigabyte": two of the three counters of RSS, on 250 CPUs.
    expect(mebibytes(2 * spinlockWorst(250))).toBeCloseTo(974.6, 1)
  })

  test('"64 pages a thread, a livable megabyte" is a little more', () => {
    expect(mebibytes(threadWorst(5))).toBeCloseTo(1.29, 2)
  })
})

test('the range of the tree is narrower than that of percpu_counter from 79 CPUs on, and from 56 to 64', () => {
  const narrower = machines.filter((cpus) => Number(tree(cpus).under) < spinlockWorst(cpus))
  const within = (from: number, to: number) => machines.filter((cpus) => cpus >= from && cpus <= to)
  // By hand: one CPU has no range at all; (2 n - 1) n exceeds 6144 from n = 56 on, 12288 from 79, and 24576 already at 129.
  expect(narrower).toEqual([1, ...within(56, 64), ...within(79, 1024)])
})

describe('while adds are under way', () => {
  /** The fewest adders with which the error can leave the documented range, by the formula. */
  function fewest(cpus: number, increment: bigint, side: 'under' | 'over'): number {
    const atRest = side === 'under' ? errorAtRest(tree(cpus)) : 0n
    for (let adders = 1; ; adders++)
      if (atRest + excessInFlight(tree(cpus), adders, increment) > tree(cpus)[side]) return adders
  }

  const counterOf = (cpus: number): Counter => {
    const counter = counterFor(cpus, BATCH)
    if (isRefused(counter)) throw new Error(counter.refused)
    return counter
  }
  const errorOf = (counter: Counter): bigint => {
    const { precise, approximate } = sumsOf(counter)
    return precise - approximate
  }

  /**
   * All adders but one stop before the root, one after the other, with all that the nodes above CPU 0 kept; after each of
   * them the last adder fills these nodes again, page by page, and in the end stops there as well.
   */
  function stopBeforeTheRoot(counter: Counter, adders: number, inc: 1n | -1n): void {
    const top = counter.tree.masks.at(-1) ?? 0n
    for (let adder = 1; adder <= adders; adder++) {
      expect(climb(counter, 0, inc)).toBe(inc * top)
      if (adder < adders) for (let i = 1n; i < top; i++) add(counter, 0, inc)
    }
  }

  test.each([2, 3, 8, 16, 64, 250, 256, 1024])('both ends of the interval are attained, on %i CPUs', (cpus) => {
    for (const adders of [1, 2, 3, 5]) {
      const full = counterOf(cpus)
      fill(full)
      stopBeforeTheRoot(full, adders, 1n)
      expect(errorOf(full)).toBe(errorAtRest(full.tree) + excessInFlight(full.tree, adders, 1n))
      const empty = counterOf(cpus)
      stopBeforeTheRoot(empty, adders, -1n)
      expect(errorOf(empty)).toBe(-excessInFlight(empty.tree, adders, 1n))
    }
  })

  test('a few adders suffice to leave the documented range of large machines, batch 32', () => {
    const rows = [2, 4, 8, 16, 64, 128, 256, 512, 1024].map((cpus) => [
      cpus,
      ...[1n, 512n].flatMap((increment) => [fewest(cpus, increment, 'under'), fewest(cpus, increment, 'over')]),
    ])
    // CPUs; pages one by one: under, over; huge pages of 512: under, over.
    expect(rows).toEqual([
      [2, 2, 3, 1, 1],
      [4, 3, 5, 1, 1],
      [8, 4, 7, 1, 2],
      [16, 3, 7, 1, 3],
      [64, 4, 13, 3, 12],
      [128, 3, 13, 3, 13],
      [256, 3, 13, 2, 13],
      [512, 4, 25, 4, 25],
      [1024, 4, 17, 4, 17],
    ])
  })
})
