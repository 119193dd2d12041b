/** What the choice in two passes refuses, in one sentence that says what would be right. */
import { expect, test } from 'vitest'
import { inThisProcess } from '../checker/cli/child.ts'

test.each([
  [
    'batch=6',
    'The batch size must be a power of two of at least 2, not 6: percpu_counter_tree_init() returns -EINVAL.',
  ],
  [
    'cpus=0',
    'Unsupported number of CPUs (0): the table of levels has rows for 1 to 1048576, and percpu_counter_tree_subsystem_init() returns -1.',
  ],
  // By hand: 24 points, and 4, 2 and 2 for the range and the error of two CPUs; 32 is the first number of six digits.
  ['points=24', 'Points can be 32 apart, so that the width must be at least 7 bits, not 6.'],
])('%s', async (bounds, sentence) => {
  const { exit, stdout, stderr } = await inThisProcess('check', 'oom-two-pass', '--bounds', bounds)
  expect({ exit, stdout, stderr }).toEqual({ exit: 2, stdout: '', stderr: `oomcheck: ${sentence}\n` })
})

test('points that leave room for every difference are accepted', async () => {
  const bounds = 'points=23,tasks=1,budget=1'
  const { exit } = await inThisProcess(
    'check',
    'oom-two-pass',
    '--bounds',
    bounds,
    '--property',
    'LargestIsChosen',
    '-q',
  )
  expect(exit).toBe(0)
})
