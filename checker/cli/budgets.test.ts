import { expect, test } from 'vitest'
import { counterSpec, oomcheck, recordsOf } from './child.ts'

/** Far too many states for any budget. */
const HUGE = `{
  properties: [
    always('AtMostTwo', (s) => s.counter.every((each) => each.n <= 2)),
    always('AtMostAll', (s) => s.counter.every((each) => each.n <= 1000)),
  ],
  rows: [{ bounds: { counters: 9, limit: 1000 }, expect: { AtMostTwo: violated(3), AtMostAll: holds }, states: 5, why: '' }],
}`

test.for([
  ['--max-states', '20k', 'states'],
  ['--max-memory', '64M', 'memory'],
  ['--timeout', '1s', 'timeout'],
] as const)('%s %s: what was found counts, the rest is inconclusive', async ([option, value, by]) => {
  const finished = await oomcheck('check', '--specs', counterSpec(HUGE), '--format', 'jsonl', '--quiet', option, value)
  expect(finished.exit).toBe(3)
  expect(finished.stderr).toBe('')
  const verdicts = recordsOf(finished).filter((each) => each.record === 'verdict')
  expect(verdicts.map(({ property, verdict }) => [property, verdict])).toEqual([
    ['AtMostTwo', by === 'memory' ? expect.any(String) : 'violated'],
    ['AtMostAll', 'inconclusive'],
    ['StaysInDomain', 'inconclusive'],
    ['NoDeadlock', 'inconclusive'],
  ])
  for (const { basis, because, verdict } of verdicts) {
    expect(basis).toMatchObject({ is: 'partial', stop: { by } })
    if (verdict === 'inconclusive') expect(because).toContain('the search stopped')
  }
})

test('a budget that is not hit changes nothing', async () => {
  const args = ['check', '--specs', counterSpec(HUGE), '--bounds', 'counters=2,limit=30', '--property', 'AtMostAll']
  const { exit, stdout } = await oomcheck(...args, '--max-states', '10k', '--max-memory', '8G', '--timeout', '5m')
  expect(stdout).toContain('961  holds')
  expect(exit).toBe(0)
})
