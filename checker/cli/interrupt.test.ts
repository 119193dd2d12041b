import { expect, test } from 'vitest'
import { counterSpec, recordsOf, start } from './child.ts'

const LONG = `{
  properties: [always('AtMostTwo', (s) => s.counter.every((each) => each.n <= 2))],
  rows: [
    { bounds: { counters: 1, limit: 2 }, expect: { AtMostTwo: holds }, why: '' },
    { bounds: { counters: 9, limit: 1000 }, expect: { AtMostTwo: violated(3) }, why: '' },
    { bounds: { counters: 1, limit: 1 }, expect: { AtMostTwo: holds }, why: '' },
  ],
}`

test('Ctrl-C: what is known is printed, in every format', async () => {
  const child = start(['check', '--specs', counterSpec(LONG), '--format', 'jsonl'])
  await child.said('stdout', '"record":"progress"')
  child.process.kill('SIGINT')
  const finished = await child.finished
  expect(finished.exit).toBe(130)
  const records = recordsOf(finished)
  const verdicts = records.filter((each) => each.record === 'verdict')
  expect(verdicts.map(({ bounds, property, verdict }) => [bounds['counters'], property, verdict])).toEqual([
    [1, 'AtMostTwo', 'holds'],
    [1, 'StaysInDomain', 'holds'],
    [1, 'NoDeadlock', 'holds'],
    [9, 'AtMostTwo', 'violated'],
    [9, 'StaysInDomain', 'inconclusive'],
    [9, 'NoDeadlock', 'inconclusive'],
  ])
  expect(records.at(-1)).toMatchObject({
    record: 'summary',
    interrupted: true,
    exit: 130,
    configurations: { planned: 3, decided: 2 },
  })
})

test('Ctrl-C: people get a table, and progress before it', async () => {
  const child = start(['check', '--specs', counterSpec(LONG)])
  await child.said('stderr', 'queue')
  child.process.kill('SIGINT')
  const { exit, stdout, stderr } = await child.finished
  expect(stderr).toMatch(
    /^\[2\/3\] counters up counters=9 limit=1000 · [\d,]+ states · [\d.]+[kM]?\/s · depth \d+ · queue [\d,]+ · [\d,]+ MiB · no estimate yet\n/,
  )
  expect(stdout).toMatch(/up counters=9 limit=1000 +[\d,]+\+ +violated in 3 steps/)
  expect(stdout).toContain('interrupted: 2 of 3 configurations')
  expect(exit).toBe(130)
})
