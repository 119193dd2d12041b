/** The command line of `mutate`: exit codes, formats, and what it refuses. */
import { expect, test } from 'vitest'
import { INCREMENT, inThisProcess } from './child.ts'

const INCREMENT_ONLY = ['mutate', '--specs', INCREMENT, '--quiet', '--leaves', '0'] as const

test('survivors without a reason give exit code 1, in both formats', async () => {
  const text = await inThisProcess(...INCREMENT_ONLY)
  expect([text.exit, text.stderr]).toEqual([1, ''])
  expect(text.stdout).toContain('✗ survived: drop write: thread.read thread.t (rows 3, 4)')
  const lines = await inThisProcess(...INCREMENT_ONLY, '--format', 'jsonl')
  expect(lines.exit).toBe(1)
  const records = lines.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { record: string; fate?: string; name?: string })
  expect(records.filter(({ fate }) => fate === 'survived').map(({ name }) => name)).toEqual([
    'drop write: thread.read thread.t',
  ])
  expect(records.at(-1)?.record).toBe('mutation')
})

test.for([
  [['gone'], "Unknown spec 'gone'; there are: increment."],
  [['--leaves', 'many'], '--leaves takes a whole number from 0 to 1000000'],
  [['--max-states', '0'], '--max-states takes a whole number above 0'],
] as const)('%s', async ([args, message]) => {
  const { exit, stderr } = await inThisProcess(...INCREMENT_ONLY, ...args)
  expect(exit).toBe(2)
  expect(stderr).toContain(message)
})
