/** E3: for every machine of 1 to 1024 CPUs the worst error at rest is attained, and grows as is said; published figures. */
import { describe, expect, test } from 'vitest'
import { excessInFlight, errorAtRest, fill, fillingAdds } from '../model/percpu-counter-tree/bounds.ts'
import { add, climb, sumsOf, type Counter } from '../model/percpu-counter-tree/counter.ts'
import { attained, counterOf, MACHINES as machines, missed, outgrown, PAGE_BYTES, tree, worst } from './worst-case.ts'

const mebibytes = (pages: number): number => (pages * PAGE_BYTES) / 2 ** 20
const { tree: treeWorst, spinlock: spinlockWorst, threads: threadWorst } = worst

test('every formula is attained, on every machine', () => {
  expect(missed()).toEqual([])
})

test('also on the largest machines of the table', () => {
  expect([2048, 4096].map(attained.tree)).toEqual([2048, 4096].map(treeWorst))
})

test('and would not be, if it said one more', () => {
  expect([treeWorst(9), spinlockWorst(9), threadWorst(2)].map((each) => each + 1)).not.toEqual(
    expect.arrayContaining([attained.tree(9), attained.spinlock(9), attained.threads(2)]),
  )
})

test('one task is enough, if it is moved: all of these adds may be its own (E7)', () => {
  const adds = [...fillingAdds(tree(256))]
  // Two levels of items above the CPUs, 32 and 4 of them.
  expect(adds).toHaveLength(256 + 32 + 4)
  expect(adds.every(({ inc }) => inc > 0n)).toBe(true)
})

describe('growth', () => {
  test('is at most N log N for the tree, and N squared for percpu_counter', () => {
    expect(outgrown()).toEqual([])
  })

  test('of the tree stays below what is documented', () => {
    expect(machines.slice(1).filter((cpus) => treeWorst(cpus) > Number(tree(cpus).under))).toEqual([])
  })

  test('of threads does not depend on CPUs', () => {
    expect([1, 5].map(threadWorst)).toEqual([66, 330])
  })
})

describe('the published figures', () => {
  test('documented range and truth of the tree, batch 32', () => {
    const rows = [2, 4, 8, 16, 32, 64, 128, 250, 256, 384, 512, 1024, 4096].map((cpus) => [
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
      [4096, 471040, 524288, 507904, 2048],
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
