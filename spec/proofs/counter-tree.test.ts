/**
 * E9: the lemmas of counter-tree.smt2, if z3 is installed (or OOMCHECK_Z3 says where it is), or the package z3-solver. Wrong
 * ones must be refuted.
 *
 * Without a solver this says so, and proves nothing; the lemmas for words of 6 bits are tested elsewhere without one.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findingOf, lemmasOf } from '../../checker/cli/lemmas.ts'
import { installedSolver } from '../../checker/cli/solver.ts'
import { carryOf, isRefused, treeFor, wrap } from '../../model/percpu-counter-tree/arithmetic.ts'
import { errorAtRest } from '../../model/percpu-counter-tree/bounds.ts'
import vectors from '../../model/percpu-counter-tree/vectors.json' with { type: 'json' }
import { grounds } from '../grounds.ts'

const solver = await installedSolver()
/** With OOMCHECK_REQUIRE_Z3 a solver that is missing is a failure. */
const isInstalled = solver !== undefined || process.env['OOMCHECK_REQUIRE_Z3'] === '1'
const path = join(import.meta.dirname, '..', grounds.lemmas.lemmas)
const text = readFileSync(path, 'utf8')
const unlessInstalled = isInstalled ? '' : ' (skipped: z3 is not installed, so that no lemma was proven)'

test('there are lemmas, and wrong ones', () => {
  expect(lemmasOf(text).map(({ isTrue }) => isTrue)).toEqual([
    ...Array.from({ length: 12 }, () => true),
    ...Array.from({ length: 4 }, () => false),
  ])
})

test.skipIf(!isInstalled)(
  `every lemma holds, and those that are wrong do not${unlessInstalled}`,
  { timeout: 120_000 },
  async () => {
    expect(await findingOf(path, 'counter-tree.smt2')).toEqual({
      is: 'holds',
      says: 'z3 proves 12 lemmas of counter-tree.smt2 and refutes 4 wrong ones',
    })
  },
)

test.skipIf(!isInstalled)(`their carry is the one of the model${unlessInstalled}`, { timeout: 120_000 }, async () => {
  const definitions = text.slice(0, text.indexOf('; A mask is a power of two'))
  const ends = [-(2n ** 63n), -(2n ** 63n) + 33n, -1n, 0n, 2n ** 63n - 1n]
  const triples = [
    ...vectors.carry.map(([orig, inc, mask]) => [BigInt(orig), BigInt(inc), BigInt(mask)]),
    ...ends.flatMap((orig) => ends.map((inc) => [orig, inc, 64n])),
  ]
  const word = (value: bigint): string => `(_ bv${BigInt.asUintN(64, value)} 64)`
  const differs = triples.map(([orig, inc, mask]) => {
    const expected = carryOf(orig, wrap(64, orig + inc), inc, mask, 64)
    return `(distinct (carry ${word(orig)} ${word(inc)} ${word(mask)}) ${word(expected)})`
  })
  expect(await solver?.solve(`${definitions}\n(assert (or ${differs.join('\n')}))\n(check-sat)\n`)).toBe('unsat')
})

test('the error at rest of the largest machine fits into a word, with any batch up to 2^38', () => {
  const tree = treeFor(2 ** 20, 2n ** 38n)
  if (isRefused(tree)) throw new Error(tree.refused)
  expect(errorAtRest(tree)).toBeLessThan(2n ** 63n)
  expect(tree.under).toBeLessThan(2n ** 63n)
})
