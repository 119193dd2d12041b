/** What the protocol of the tree refuses, in one sentence that says what would be right. */
import { expect, test } from 'vitest'
import { inThisProcess } from '../../checker/cli/child.ts'
import { ConfigError } from '../../checker/language/index.ts'
import { percpuCounterComparison } from '../../model/percpu-counter-comparison.ts'
import { percpuCounterTree } from '../../model/percpu-counter-tree.ts'

const batch = 'The batch size must be a power of two of at least 2, not'
const EINVAL = 'percpu_counter_tree_init() returns -EINVAL.'
const rows = 'the table of levels has rows for 1 to 1048576, and percpu_counter_tree_subsystem_init() returns -1.'
const small = { cpus: 2, batch: 2, adders: 1, adds: 1, increment: 1, width: 4 }
type Wanted = Parameters<typeof percpuCounterTree.instance>[0]

test.each<[string, Omit<Wanted, 'bounds'> & { bounds: Partial<typeof small> }, string]>([
  ['a batch that is no power of two', { bounds: { batch: 6 } }, `${batch} 6: ${EINVAL}`],
  [
    'an increment wider than a word',
    { bounds: { increment: 9 } },
    'An increment must fit into 4 bits, which 9 does not.',
  ],
  [
    'a width that does not hold the error',
    { bounds: { cpus: 4 } },
    'The error can become 9, so that the width must be at least 5 bits, not 4.',
  ],
  [
    'a reader in the quotient',
    { bounds: { width: 0 }, ingredients: ['preciseReader'] },
    'Words must be whole for preciseReader: give a width of at least 3 bits, not 0.',
  ],
  [
    'a variant that needs whole words',
    { bounds: { width: 0 }, variant: 'split-level0' },
    'Words must be whole for split-level0: give a width of at least 3 bits, not 0.',
  ],
  [
    'two readers',
    { bounds: {}, ingredients: ['preciseReader', 'approximateReader'] },
    'There is one reader: take either preciseReader or approximateReader.',
  ],
  [
    'more levels than the model has',
    { bounds: { cpus: 513 } },
    'A tree for 513 CPUs has 4 levels below the root, and this model has 3: search at most 512 CPUs.',
  ],
  ['no CPU', { bounds: { cpus: 0 } }, `Unsupported number of CPUs (0): ${rows}`],
])('%s', (_what, { bounds, ...rest }, sentence) => {
  const instance = () => percpuCounterTree.instance({ ...rest, bounds: { ...small, ...bounds } })
  expect(instance).toThrow(new ConfigError(sentence))
})

/** What is typed on the command line. */
test.each([
  ['percpu-counter-tree', 'batch=3,cpus=2', `${batch} 3: ${EINVAL}`],
  ['percpu-counter-tree', 'batch=1,cpus=2', `${batch} 1: ${EINVAL}`],
  ['percpu-counter-tree', 'batch=0,cpus=2', `${batch} 0: ${EINVAL}`],
  ['percpu-counter-tree', 'batch=2,cpus=0', `Unsupported number of CPUs (0): ${rows}`],
  ['percpu-counter-tree', 'batch=2,cpus=1048577', `Unsupported number of CPUs (1048577): ${rows}`],
  ['percpu-counter-comparison', 'batch=48,cpus=2', `${batch} 48: ${EINVAL}`],
  ['percpu-counter-comparison', 'batch=2,cpus=1048577', `Unsupported number of CPUs (1048577): ${rows}`],
])('%s %s', async (name, bounds, sentence) => {
  const others = name === 'percpu-counter-tree' ? 'adders=1,adds=1,increment=1,width=4' : 'window=1'
  const { exit, stdout, stderr } = await inThisProcess('check', name, '--bounds', `${bounds},${others}`)
  expect({ exit, stdout, stderr }).toEqual({ exit: 2, stdout: '', stderr: `oomcheck: ${sentence}\n` })
})

test('comparisons refuse a batch size as well', () => {
  expect(() => percpuCounterComparison.instance({ bounds: { cpus: 2, batch: 5, window: 1 } })).toThrow(
    new ConfigError(`${batch} 5: ${EINVAL}`),
  )
})
