/** The claims index: a claim is decided when every variant that it names has a row, and differs when a row does. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jsonlRecord } from '../report/jsonl-records.ts'
import { counterSpec, directory, inThisProcess } from './child.ts'

const PROPERTIES = `[always('StaysBelow', (s) => s.counter.every((each) => each.n <= 2)), canReach('GetsThere', (s) => s.counter[0].n === 2)]`
const row = (fields: string) => `{ bounds: { counters: 1, limit: 2 }, why: 'so it is', ${fields} }`
const specs = () =>
  counterSpec(`{
  properties: ${PROPERTIES},
  rows: [
    ${row(`claims: ['One', 'Two', 'Five'], expect: { StaysBelow: holds, GetsThere: reachable(2) }`)},
    ${row(`claims: ['One', 'Three', 'Five'], variant: 'stuck', expect: { StaysBelow: holds, GetsThere: unreachable }`)},
    ${row(`claims: ['Two'], ingredients: ['skip'], expect: { StaysBelow: holds, GetsThere: reachable(1) }`)},
    ${row(`claims: ['Four'], full: true, expect: { StaysBelow: holds }`)},
    ${row(`claims: ['Five'], ingredients: ['skip'], expect: { GetsThere: reachable(2) }`)},
  ],
}`)

const LEDGER = {
  One: { decided: [{ spec: 'counters', variants: ['up', 'stuck'], properties: ['StaysBelow'] }] },
  Two: { decided: [{ spec: 'counters', variants: ['up', 'up +skip'], properties: ['StaysBelow', 'GetsThere'] }] },
  Three: {
    variants: ['down'],
    decided: [{ spec: 'counters', variants: ['stuck', 'up +skip'], properties: ['StaysBelow'] }],
  },
  Four: { decided: [{ spec: 'counters', variants: ['up'], properties: ['StaysBelow'] }] },
  Five: {},
  Six: {},
}

function ledger(claims: object): string {
  const file = join(directory(), 'ledger.mjs')
  const stated = Object.fromEntries(
    Object.entries(claims).map(([id, claim]) => [id, { claim: `Claim ${id}.`, thread: 'a', ...(claim as object) }]),
  )
  writeFileSync(file, `export const threads = { a: 'a thread' }\nexport const claims = ${JSON.stringify(stated)}\n`)
  return file
}

const said = async (...args: readonly string[]) => {
  const { exit, stdout, stderr } = await inThisProcess(
    ...['claims', ...args, '--specs', specs(), '--claims', ledger(LEDGER), '-q'],
  )
  return { exit, stdout, stderr }
}

const records = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => jsonlRecord.parse(JSON.parse(line)))
    .flatMap((record) => (record.record === 'claim' ? [record] : []))

test('every claim has a verdict, and its rows', async () => {
  const { exit, stdout } = await said('--format', 'jsonl')
  const found = records(stdout)
  expect(found.map(({ claim, verdict, open, rows }) => [claim, verdict, open, rows.length])).toEqual([
    ['One', 'as expected', [], 2],
    ['Two', 'as expected', [], 4],
    ['Three', 'open', ['no row yet for up +skip, down'], 1],
    ['Four', 'open', ['no row yet for up'], 0],
    ['Five', 'differs', [], 5],
    ['Six', 'open', ['no row yet'], 0],
  ])
  expect(exit).toBe(1)
  expect(found[0]).toMatchObject({ sentence: 'Claim One.', thread: 'a' })
  expect(found[1]?.rows[3]).toEqual({
    spec: 'counters',
    variant: 'up',
    bounds: { counters: 1, limit: 2 },
    ingredients: ['skip'],
    property: 'GetsThere',
    expected: { is: 'reachable', steps: 1 },
    verdict: { is: 'reachable', steps: 1 },
    basis: { is: 'exact' },
  })
})

test('long rows count with --full', async () => {
  expect(records((await said('Four', '--full', '--format', 'jsonl')).stdout)[0]?.verdict).toBe('as expected')
})

test('text says what differs, and why a claim is open', async () => {
  const { stdout } = await said()
  expect(stdout).toContain('✓ One  decided as expected: Claim One.\n')
  expect(stdout).toContain('      open: no row yet for up +skip, down\n')
  expect(stdout).toContain('✗ up counters=1 limit=2 +skip: GetsThere: reachable in 1 step; expected: reachable')
  expect(stdout).toMatch(/\n6 claims: 2 as expected, 1 differs, 3 open\n$/)
  expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
})

test('only what is asked for is decided', async () => {
  const { exit, stdout } = await said('One')
  expect(stdout).toMatch(/\n1 claim: 1 as expected\n$/)
  expect(exit).toBe(0)
})

test('what cannot be used', async () => {
  expect(await said('Seven')).toMatchObject({
    exit: 2,
    stderr: "oomcheck: Unknown claim 'Seven'; there are: One, Two, Three, Four, Five, Six.\n",
  })
  const broken = join(directory(), 'broken.mjs')
  writeFileSync(broken, 'export const claims = { A: 1 }')
  expect((await inThisProcess('claims', '--claims', broken)).stderr).toContain(
    'must export claims, each with a sentence',
  )
  expect((await inThisProcess('claims', '--claims', 'none.ts')).stderr).toContain('There is no file none.ts')
})
