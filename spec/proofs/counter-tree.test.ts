/**
 * E9: the lemmas of counter-tree.smt2, if z3 is installed (or OOMCHECK_Z3 says where it is). Wrong ones must be refuted.
 *
 * Without a solver this says so, and proves nothing; the lemmas for words of 6 bits are tested elsewhere without one.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { carryOf, isRefused, treeFor, wrap } from '../../model/percpu-counter-tree/arithmetic.ts'
import { errorAtRest } from '../../model/percpu-counter-tree/bounds.ts'

const solver = process.env['OOMCHECK_Z3'] ?? 'z3'
/** With OOMCHECK_REQUIRE_Z3 a solver that is missing is a failure. */
const isInstalled = spawnSync(solver, ['--version']).status === 0 || process.env['OOMCHECK_REQUIRE_Z3'] === '1'
const text = readFileSync(join(import.meta.dirname, 'counter-tree.smt2'), 'utf8')
const unlessInstalled = isInstalled ? '' : ' (skipped: z3 is not installed, so that no lemma was proven)'

/** What the solver says to a script. */
function solved(script: string): string {
  const { stdout, status } = spawnSync(solver, ['-in', '-T:60'], { encoding: 'utf8', input: script })
  expect(status).toBe(0)
  return stdout.trim()
}

/** Lemma by lemma, each after all definitions that stand before it; together they take the solver much longer. */
function* lemmas(): Generator<{ readonly name: string; readonly script: string }> {
  const [definitions, ...parts] = text.split(/(?=^\(echo )/m)
  let known = definitions
  for (const part of parts) {
    const [, name, lemma, more] = /^\(echo "(.*)"\)\n\(push\)\n([^]*?)\(pop\)\n([^]*)$/.exec(part) ?? []
    yield { name, script: known + lemma }
    known += more
  }
}

test.skipIf(!isInstalled)(
  `every lemma holds, and those that are wrong do not${unlessInstalled}`,
  { timeout: 120_000 },
  () => {
    const found = [...lemmas()].map(({ name, script }) => [name, solved(script)])
    expect(found).toHaveLength(16)
    expect(found.filter(([name, answer]) => answer !== (name.startsWith('holds: ') ? 'unsat' : 'sat'))).toEqual([])
  },
)

test.skipIf(!isInstalled)(`their carry is the one of the model${unlessInstalled}`, { timeout: 120_000 }, () => {
  const definitions = text.slice(0, text.indexOf('; A mask is a power of two'))
  const { carry } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../model/percpu-counter-tree/vectors.json'), 'utf8'),
  ) as { readonly carry: readonly (readonly [number, number, number, number])[] }
  const ends = [-(2n ** 63n), -(2n ** 63n) + 33n, -1n, 0n, 2n ** 63n - 1n]
  const triples = [
    ...carry.map(([orig, inc, mask]) => [BigInt(orig), BigInt(inc), BigInt(mask)]),
    ...ends.flatMap((orig) => ends.map((inc) => [orig, inc, 64n])),
  ]
  const word = (value: bigint): string => `(_ bv${BigInt.asUintN(64, value)} 64)`
  const differs = triples.map(([orig, inc, mask]) => {
    const expected = carryOf(orig, wrap(64, orig + inc), inc, mask, 64)
    return `(distinct (carry ${word(orig)} ${word(inc)} ${word(mask)}) ${word(expected)})`
  })
  expect(solved(`${definitions}\n(assert (or ${differs.join('\n')}))\n(check-sat)\n`)).toBe('unsat')
})

test('the error at rest of the largest machine fits into a word, with any batch up to 2^38', () => {
  const tree = treeFor(2 ** 20, 2n ** 38n)
  if (isRefused(tree)) throw new Error(tree.refused)
  expect(errorAtRest(tree)).toBeLessThan(2n ** 63n)
  expect(tree.under).toBeLessThan(2n ** 63n)
})
