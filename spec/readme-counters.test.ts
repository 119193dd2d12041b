/** The table of counters in the README is computed from the formulas that worst-case.test.ts attains. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { batchFor } from '../model/percpu-counter/arithmetic.ts'
import { isRefused, treeFor } from '../model/percpu-counter-tree/arithmetic.ts'
import { errorAtRest } from '../model/percpu-counter-tree/bounds.ts'

const PAGES_OF_A_THREAD = 66

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const rows = [8, 64, 256, 1024].map((cpus) => {
  const tree = treeFor(cpus, 32n)
  if (isRefused(tree)) throw new Error(tree.refused)
  return [cpus, PAGES_OF_A_THREAD, (batchFor(cpus) - 1) * cpus, Number(errorAtRest(tree)), Number(tree.under)]
})
const head = ['CPUs', 'before 6.2, for each thread', 'percpu_counter, 6.2', 'tree', 'tree, as documented']
const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')

test('the table of counters in the README is that of the formulas', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const [, found] = /<!-- counters -->\n([^]*?)\n<!-- end -->/.exec(readme) ?? []
  expect(found).toBe(table)
})
