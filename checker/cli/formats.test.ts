import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseXml } from '../report/xml.ts'
import { counterSpec, directory, EXAMPLES, inThisProcess, INCREMENT, recordsOf } from './child.ts'

const WRONG = `{
  properties: [
    always('AtMostTwo', (s) => s.counter.every((each) => each.n <= 2)),
    canReach('One', (s) => s.counter.some((each) => each.n === 1)),
    largest('Largest', (s) => s.counter[0].n),
  ],
  rows: [
    { claims: ['C1'], bounds: { counters: 1, limit: 3 }, expect: { AtMostTwo: holds, One: reachable(1), Largest: maximum(3) }, why: '<why> & "how"' },
    { variant: 'stuck', bounds: { counters: 2, limit: 3 }, ingredients: ['skip'], expect: { One: unreachable }, why: '' },
    { bounds: { counters: 9, limit: 9 }, expect: { One: reachable(1) }, why: '' },
  ],
}`
const MIXED = ['--max-states', '1k', '--quiet']

test('jsonl: start, verdicts, summary, all according to the schema', async () => {
  const finished = await inThisProcess('check', '--specs', counterSpec(WRONG), '--format', 'jsonl', ...MIXED)
  expect(finished.exit).toBe(1)
  const records = recordsOf(finished)
  expect(records[0]).toEqual({ record: 'start', version: 1, configurations: 3, specs: ['counters'] })
  const [atMostTwo, one, largest] = records.filter((each) => each.record === 'verdict')
  expect(atMostTwo).toMatchObject({
    spec: 'counters',
    variant: 'up',
    bounds: { counters: 1, limit: 3 },
    ingredients: [],
    property: 'AtMostTwo',
    claims: ['C1'],
    verdict: 'violated',
    expected: { is: 'holds' },
    judgement: 'differs',
    steps: 3,
    states: 4,
    transitions: 3,
    depth: 3,
    basis: { is: 'exact' },
    engine: 'table',
    counterexample: { init: [], steps: Array(3).fill({ process: 'counter0', label: 'count', picks: ['1'] }) },
  })
  expect(one).toMatchObject({ verdict: 'reachable', counterexample: null, witness: { steps: [{}] } })
  expect(largest).toMatchObject({ verdict: 'maximum', value: 3, atLeast: false, expected: { is: 'maximum', value: 3 } })
  expect(records.at(-1)).toMatchObject({ record: 'summary', exit: 1, neverTaken: {} })
})

test('jsonl: without a row that expects something, expected is null', async () => {
  const args = ['--bounds', 'threads=4', '--format', 'jsonl', '--engine', 'immer']
  const verdicts = recordsOf(await inThisProcess('check', '--specs', INCREMENT, ...args)).filter(
    (each) => each.record === 'verdict',
  )
  expect(verdicts.map(({ expected, judgement, engine }) => [expected, judgement, engine])).toEqual([
    [null, 'bad', 'immer'],
    [null, 'good', 'immer'],
    [null, 'good', 'immer'],
    [null, 'good', 'immer'],
  ])
})

test('junit: a case per property and configuration, in a file', async () => {
  const file = join(directory(), 'junit.xml')
  const { stdout } = await inThisProcess(
    'check',
    '--specs',
    counterSpec(WRONG),
    '--format',
    'junit',
    '-o',
    file,
    ...MIXED,
  )
  expect(stdout).toBe('')
  const root = parseXml(readFileSync(file, 'utf8'))
  expect(root.name).toBe('testsuites')
  expect(root.attributes).toMatchObject({ tests: '11', failures: '2', errors: '2' })
  const cases = root.children.flatMap(({ children }) => children)
  const results = cases.map(({ attributes, children }) => [
    attributes['classname'],
    attributes['name'],
    children[0]?.name,
  ])
  expect(results).toContainEqual(['counters up counters=1 limit=3', 'AtMostTwo', 'failure'])
  expect(results).toContainEqual(['counters up counters=1 limit=3', 'Largest', 'system-out'])
  expect(results).toContainEqual(['counters stuck counters=2 limit=3 +skip', 'One', 'failure'])
  expect(results).toContainEqual(['counters up counters=9 limit=9', 'StaysInDomain', 'error'])
})

test('junit: violated as expected passes', async () => {
  const { stdout } = await inThisProcess('check', '--specs', INCREMENT, '--format', 'junit')
  expect(parseXml(stdout).attributes).toMatchObject({ tests: '16', failures: '0', errors: '0' })
})

test('markdown: what differs comes first, with its counterexample', async () => {
  const { stdout } = await inThisProcess('check', '--specs', counterSpec(WRONG), '--format', 'markdown', ...MIXED)
  expect(stdout).toMatch(/^# ✗ oomcheck: /)
  expect(stdout.indexOf('## What differs')).toBeLessThan(stdout.indexOf('## counters'))
  expect(stdout).toContain('```text\n   1  counter0 count(1)  counter0.n: 0 → 1')
  expect(stdout).toContain('The row says: \\<why\\> & "how"')
  expect(stdout).toContain('| `stuck counters=2 limit=3 +skip` | ')
})

test('text: no line is wider than 100 columns', async () => {
  const { stdout } = await inThisProcess('check', '--specs', EXAMPLES)
  expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
})

test('text: labels that no row takes are named', async () => {
  const file = counterSpec(`{ properties: [], rows: [{ bounds: { counters: 1, limit: 2 }, expect: {}, why: '' }] }`)
  const { stdout } = await inThisProcess('check', '--specs', file)
  expect(stdout).toContain('never taken: counter.never')
})

test('--full: the rows that take long, with the time of each', async () => {
  const file = counterSpec(`{ properties: [], rows: [
    { bounds: { counters: 1, limit: 2 }, expect: {}, why: '' },
    { bounds: { counters: 2, limit: 2 }, expect: {}, full: true, why: '' },
  ] }`)
  expect((await inThisProcess('check', '--specs', file)).stdout).not.toContain('counters=2')
  expect((await inThisProcess('check', '--specs', file, '--full')).stdout).toMatch(/counters=2 limit=2 +9 +\d\.\d\d s/)
})

test('list: everything that can be asked for', async () => {
  const file = counterSpec(WRONG)
  const { stdout, exit } = await inThisProcess('list', '--specs', file)
  expect(exit).toBe(0)
  for (const text of [
    'up, stuck',
    '1–1000',
    'where each of them stops',
    'skip  a counter may',
    'Largest',
    'C1',
    '3 quick rows',
  ])
    expect(stdout).toContain(text)
  expect(recordsOf(await inThisProcess('list', '--specs', file, '--format', 'jsonl'))).toMatchObject([
    {
      record: 'spec',
      spec: 'counters',
      claims: ['C1'],
      rows: [{ why: '<why> & "how"' }, { ingredients: ['skip'] }, {}],
    },
  ])
})
