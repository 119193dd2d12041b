/** What the protocol of the tree refuses, in one sentence that says what would be right. */
import { expect, test } from 'vitest'
import { ConfigError } from '../../checker/language/index.ts'
import { percpuCounterComparison } from '../../model/percpu-counter-comparison.ts'
import { percpuCounterTree } from '../../model/percpu-counter-tree.ts'

const small = { cpus: 2, batch: 2, adders: 1, adds: 1, increment: 1, width: 4 }
type Wanted = Parameters<typeof percpuCounterTree.instance>[0]

test.each<[string, Omit<Wanted, 'bounds'> & { bounds: Partial<typeof small> }, string]>([
  [
    'a batch that is no power of two',
    { bounds: { batch: 6 } },
    'The batch size must be a power of two of at least 2, not 6.',
  ],
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
    'no CPU',
    { bounds: { cpus: 0 } },
    "The bound 'cpus' of percpu-counter-tree must be a whole number from 1 to 16, not 0.",
  ],
])('%s', (_what, { bounds, ...rest }, sentence) => {
  const instance = () => percpuCounterTree.instance({ ...rest, bounds: { ...small, ...bounds } })
  expect(instance).toThrow(new ConfigError(sentence))
})

test('comparisons refuse a batch size as well', () => {
  expect(() => percpuCounterComparison.instance({ bounds: { cpus: 2, batch: 5, window: 1 } })).toThrow(
    new ConfigError('The batch size must be a power of two of at least 2, not 5.'),
  )
})
