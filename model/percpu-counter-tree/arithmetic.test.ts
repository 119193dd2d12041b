/** The carry by bits is the carry by floors; what init refuses, and how it says so. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addReturn, carryOf, checkIncrement, isRefused, passes, shapeFor, treeFor, wrap } from './arithmetic.ts'
import { errorAtRest, fill } from './bounds.ts'
import { add, counterFor, set, sumsOf, type Counter } from './counter.ts'

const floorDivide = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b
const byFloors = (orig: bigint, inc: bigint, mask: bigint): bigint =>
  mask * (floorDivide(orig + inc, mask) - floorDivide(orig, mask))

describe('carry', () => {
  test('of every word and increment of 6 bits, at every mask, is the one by floors', () => {
    const WIDTH = 6
    const wrong: unknown[] = []
    for (let mask = 2n; mask < 16n; mask *= 2n)
      for (let orig = -32n; orig < 32n; orig++)
        for (let inc = -32n; inc < 32n; inc++) {
          const { res, carry } = addReturn(orig, inc, mask, WIDTH)
          if (carry !== wrap(WIDTH, byFloors(orig, inc, mask)) || res !== wrap(WIDTH, orig + inc))
            wrong.push({ orig, inc, mask, carry, res })
        }
    expect(wrong).toEqual([])
  })

  test('depends on a word only through its residual', () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    fc.assert(
      fc.property(long, long, fc.integer({ min: 1, max: 40 }), (orig, inc, bit) => {
        const mask = 2n ** BigInt(bit)
        const residual = ((orig % mask) + mask) % mask
        expect(addReturn(orig, inc, mask, 64).carry).toBe(addReturn(residual, inc, mask, 64).carry)
      }),
    )
  })

  test('without a mask is none', () => {
    expect(carryOf(5n, 12n, 7n, 0n, 64)).toBe(0n)
  })

  test('that a level passes on unchanged leaves its residual as it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -500n, max: 500n }), fc.bigInt({ min: -500n, max: 500n }), (orig, inc) => {
        fc.pre(passes(inc, 8n))
        expect(addReturn(orig, inc, 8n, 64).carry).toBe(inc)
      }),
    )
  })
})

const made = (cpus: number, batch: bigint, options = {}): Counter => {
  const answer = counterFor(cpus, batch, options)
  if (isRefused(answer)) throw new Error(answer.refused)
  return answer
}
const errorOf = (counter: Counter): bigint => {
  const { precise, approximate } = sumsOf(counter)
  return wrap(counter.width, precise - approximate)
}

describe('a counter at rest', () => {
  test('is off by its residuals, never below 0, at most by the bound, whatever was added and set', () => {
    const someAdd = fc.tuple(fc.nat(63), fc.nat(63), fc.bigInt({ min: -5000n, max: 5000n }), fc.boolean())
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(2n, 4n, 32n),
        fc.boolean(),
        fc.array(someAdd, { maxLength: 60 }),
        (cpus, batch, skips, adds) => {
          const counter = made(cpus, batch, { skips })
          const bound = errorAtRest(counter.tree)
          for (const [from, to, inc, sets] of adds) {
            if (sets) set(counter, inc)
            if (sets) expect(sumsOf(counter).precise).toBe(inc)
            add(counter, from % cpus, inc, to % cpus)
            expect(errorOf(counter)).toBeGreaterThanOrEqual(0n)
            expect(errorOf(counter)).toBeLessThanOrEqual(bound)
          }
        },
      ),
    )
  })

  test('both rules have the same sums', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.tuple(fc.nat(63), fc.nat(63), fc.bigInt({ min: -5000n, max: 5000n }))),
        (cpus, adds) => {
          const counters = [false, true].map((skips) => made(cpus, 4n, { skips }))
          for (const [from, to, inc] of adds) for (const counter of counters) add(counter, from % cpus, inc, to % cpus)
          expect(sumsOf(counters[0])).toEqual(sumsOf(counters[1]))
        },
      ),
    )
  })

  test('the bound is attained', () => {
    for (const cpus of [2, 3, 5, 9, 10, 48, 96, 250, 384])
      for (const batch of [2n, 32n, 256n])
        for (const skips of [false, true]) {
          const counter = made(cpus, batch, { skips })
          fill(counter)
          expect(errorOf(counter)).toBe(errorAtRest(counter.tree))
        }
  })

  test('one page unmapped from nothing reaches the root', () => {
    const counter = made(8, 32n)
    add(counter, 0, -1n)
    expect(sumsOf(counter)).toMatchObject({ approximate: -128n, precise: -1n })
    add(counter, 0, 1n)
    expect(sumsOf(counter)).toMatchObject({ approximate: 0n, precise: 0n })
  })
})

describe('the table of levels', () => {
  test('has 2^order leaves in every row, and the items that the kernel counts', () => {
    const items = [0, 1, 3, 7, 7, 11, 21, 21, 37, 73, 149, 293, 585, 1173, 2341, 4681, 4681, 8777, 17481, 34953, 69905]
    items.forEach((count, order) => {
      const shape = shapeFor(2 ** order)
      if (isRefused(shape)) throw new Error(shape.refused)
      expect(shape.arity.reduce((product, a) => product * a, 1)).toBe(2 ** order)
      expect(shape.items.reduce((sum, n) => sum + n, 0)).toBe(count)
      expect(shape.multiplier).toBe(shape.arity.length * 2 ** order)
    })
  })

  test('needs less room for more CPUs, so that items cannot be sized by the largest machine (11, static-size)', () => {
    const itemsFor = (cpus: number): number => {
      const shape = shapeFor(cpus)
      if (isRefused(shape)) throw new Error(shape.refused)
      return shape.items.reduce((sum, n) => sum + n, 0)
    }
    const LINE = 256
    // s390, as reported: room for one counter of 512 CPUs, and four counters of a machine with 64.
    const [room, needed] = [itemsFor(512) * LINE, 4 * itemsFor(64) * LINE]
    expect([room, needed]).toEqual([18688, 21504])
    // On a machine with so few CPUs that a quarter suffices nobody noticed.
    expect(4 * itemsFor(16) * LINE).toBeLessThan(room)
  })

  test('takes the next row when one more CPU is possible', () => {
    expect(shapeFor(256)).toMatchObject({ arity: [8, 8, 4] })
    expect(shapeFor(257)).toMatchObject({ arity: [8, 8, 8] })
  })
})

describe('what is refused', () => {
  test.each([0n, 1n, 3n, -2n, 48n])('a batch size of %s', (batch) => {
    expect(treeFor(4, batch)).toEqual({
      error: '-EINVAL',
      refused: `The batch size must be a power of two of at least 2, not ${batch}: percpu_counter_tree_init() returns -EINVAL.`,
    })
  })

  test.each([0, -1, 1.5, 2 ** 20 + 1])('%s CPUs', (cpus) => {
    expect(treeFor(cpus, 32n)).toEqual({
      error: '-1',
      refused: `Unsupported number of CPUs (${cpus}): the table of levels has rows for 1 to 1048576, and percpu_counter_tree_subsystem_init() returns -1.`,
    })
  })

  test('an increment wider than a word', () => {
    expect(checkIncrement(8, 127n)).toBeUndefined()
    expect(add(made(2, 2n, { width: 8 }), 0, 128n)).toEqual({
      refused: 'An increment must fit into 8 bits, which 128 does not.',
    })
  })
})
