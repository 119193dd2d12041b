import { expect, test } from 'vitest'
import { Generator } from './generator.ts'

const drawn = (generator: Generator, count: number, below: number): number[] =>
  Array.from({ length: count }, () => generator.below(below))

test('a seed gives the same numbers every time, another seed or stream gives others', () => {
  const numbers = (seed: number, stream?: number) => drawn(new Generator(seed, stream), 20, 1000).join()
  expect(numbers(7)).toBe(numbers(7))
  const all = [numbers(7), numbers(8), numbers(7, 1), numbers(8, 1), numbers(7 + 2 ** 32)]
  expect(new Set(all).size).toBe(all.length)
})

test.each([2, 3, 7, 10, 64])('below(%i) gives each number equally often', (n) => {
  const counts = Array.from({ length: n }, () => 0)
  const all = 20_000
  for (const number of drawn(new Generator(5), all, n)) counts[number]!++
  const chiSquare = counts.reduce((sum, count) => sum + (count - all / n) ** 2 / (all / n), 0)
  // n - 1 degrees of freedom: mean n - 1, variance 2 (n - 1).
  expect(chiSquare).toBeLessThan(n - 1 + 5 * Math.sqrt(2 * (n - 1)))
  expect(Math.max(...drawn(new Generator(1), 1000, n))).toBe(n - 1)
})
