/** The claims index: a claim is decided when every variant that it names has a row, and differs when a row does. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { jsonlRecord } from '../report/jsonl-records.ts'
import { counterSpec, directory, inThisProcess } from './child.ts'
import { installedSolver } from './solver.ts'

const solver = await installedSolver()
const hasSolver = solver !== undefined
solver?.close()

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

function ledger(claims: object, grounds = '{}', files: Readonly<Record<string, string>> = {}): string {
  const folder = directory()
  const file = join(folder, 'ledger.mjs')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const stated = Object.fromEntries(
    Object.entries(claims).map(([id, claim]) => [id, { claim: `Claim ${id}.`, thread: 'a', ...(claim as object) }]),
  )
  writeFileSync(
    file,
    `export const threads = { a: 'a thread' }\nexport const claims = ${JSON.stringify(stated)}\nexport const grounds = ${grounds}\n`,
  )
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

test('a claim is open until all of its properties are asked', async () => {
  const decided = [{ spec: 'counters', variants: ['up'], properties: ['StaysBelow', 'StaysBelwo'] }]
  const args = ['--specs', specs(), '--claims', ledger({ One: { decided } }), '-q', '--format', 'jsonl']
  const { stdout } = await inThisProcess('claims', ...args)
  expect(records(stdout)[0]).toMatchObject({ verdict: 'open', open: ['no row asks StaysBelwo'] })
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

describe('claims that something else than rows decides', () => {
  const RIGHT = `{ basis: 'replayed sequences', decide: () => ({ is: 'holds', says: 'all of them come out' }) }`
  const WRONG = `{ basis: 'replayed sequences', decide: () => ({ is: 'fails', says: 'one of them does not' }) }`
  const lemma = (kind: string, assertion: string) =>
    `(echo "${kind}: one is more than nothing")\n(push)\n(assert ${assertion})\n(check-sat)\n(pop)\n`
  const [refuted, satisfied] = ['(not (> 1 0))', '(> 1 0)']
  const judged = async (claims: object, grounds: string, files = {}) => {
    const args = ['--specs', specs(), '--claims', ledger(claims, grounds, files), '-q', '--format', 'jsonl']
    const { exit, stdout } = await inThisProcess('claims', ...args)
    return {
      exit,
      found: records(stdout).map(({ claim, verdict, open, grounds: all }) => ({ claim, verdict, open, all })),
    }
  }
  afterEach(() => vi.unstubAllEnvs())

  test('are as expected, or differ', async () => {
    const claims = { Seven: { grounds: ['right'] }, Eight: { grounds: ['right', 'wrong'] } }
    const all = [{ name: 'right', basis: 'replayed sequences', verdict: 'holds', says: 'all of them come out' }]
    const { exit, found } = await judged(claims, `{ right: ${RIGHT}, wrong: ${WRONG} }`)
    expect(found[0]).toEqual({ claim: 'Seven', verdict: 'as expected', open: [], all })
    expect(found[1]).toMatchObject({ verdict: 'differs', all: [...all, { verdict: 'fails' }] })
    expect(exit).toBe(1)
  })

  test('and may need rows as well', async () => {
    const { found } = await judged({ Four: { ...LEDGER.Four, grounds: ['right'] } }, `{ right: ${RIGHT} }`)
    expect(found[0]).toMatchObject({ verdict: 'open', open: ['no row yet for up'] })
  })

  test('are told in text', async () => {
    const file = ledger({ Seven: { grounds: ['right'] } }, `{ right: ${RIGHT} }`)
    const { exit, stdout } = await inThisProcess('claims', '--specs', specs(), '--claims', file, '-q')
    expect(stdout).toBe(
      '✓ Seven  decided as expected: Claim Seven.\n      replayed sequences: all of them come out\n\n1 claim: 1 as expected\n',
    )
    expect(exit).toBe(0)
  })

  const THROWN = "oomcheck: Claim Seven: its ground 'bad' could not be decided: It broke here.\n"
  const GROUNDS = `{ lemmas: { basis: 'proof', lemmas: 'some.smt2' } }`
  test('a proof that no solver can check leaves a claim open', async () => {
    vi.stubEnv('OOMCHECK_Z3', 'no-such-program')
    const { exit, found } = await judged({ Seven: { grounds: ['lemmas'] } }, GROUNDS, { 'some.smt2': '' })
    const because = 'proof: neither z3 nor the package z3-solver is installed, to prove the lemmas of some.smt2'
    expect(found[0]).toMatchObject({ verdict: 'open', open: [because] })
    expect(exit).toBe(0)
  })

  test.skipIf(!hasSolver).each([
    ['a lemma without a counterexample', lemma('holds', refuted) + lemma('fails', satisfied), 'as expected'],
    ['a lemma that has one', lemma('holds', satisfied), 'differs'],
    ['a wrong lemma that cannot be refuted', lemma('fails', refuted), 'differs'],
    ['one that the solver gives up', lemma('holds', '(= unknown 1)'), 'open'],
  ])('%s', async (_what, text, verdict) => {
    const { found } = await judged({ Seven: { grounds: ['lemmas'] } }, GROUNDS, { 'some.smt2': text })
    expect(found[0]).toMatchObject({ verdict })
  })

  test.each([
    ['decided', { decided: {} }, 'claims.Seven.decided: it must be a list'],
    ['variants', { variants: 'up' }, 'claims.Seven.variants: it must be a list'],
    [
      'properties',
      { decided: [{ spec: 'counters', variants: [] }] },
      'claims.Seven.decided[0].properties: it is missing',
    ],
    ['grounds', { grounds: [1] }, 'claims.Seven.grounds[0]: it must be a string'],
  ])('%s of the wrong shape', async (_what, claim, sentence) => {
    const file = ledger({ Seven: claim })
    const { exit, stdout, stderr } = await inThisProcess('claims', '--claims', file)
    expect([exit, stdout, stderr]).toEqual([2, '', `oomcheck: ${file} is no ledger: ${sentence}.\n`])
  })

  test.each([
    ['that is a text', "{ bad: 'z3' }", {}, 'grounds.bad: it must have a text'],
    ['without lemmas', "{ bad: { basis: 'proof' } }", {}, "a function 'decide' or a path 'lemmas'."],
    ['with lemmas that are missing', GROUNDS, {}, "The ground 'lemmas' needs the lemmas of some.smt2: /"],
    [
      'with what is no lemma',
      GROUNDS,
      { 'some.smt2': '(echo "x")\n' },
      'of some.smt2: (echo "x") is not followed by a lemma',
    ],
    ['that throws', `{ bad: { basis: 'x', decide: () => { throw new TypeError('It broke\\nhere') } } }`, {}, THROWN],
    [
      'that says nothing',
      `{ bad: { basis: 'x', decide: () => undefined } }`,
      {},
      "'bad' could not be decided: what it",
    ],
    [
      'that says nonsense',
      `{ bad: { basis: 'x', decide: () => ({ is: 'so', says: '' }) } }`,
      {},
      'what it returns: is ',
    ],
  ])('a ground %s', async (_what, grounds, files, sentence) => {
    const name = grounds.includes('bad') ? 'bad' : 'lemmas'
    const file = ledger({ Six: {}, Seven: { grounds: [name] } }, grounds, files)
    const { exit, stdout, stderr } = await inThisProcess('claims', '--specs', specs(), '--claims', file, '-q')
    expect([exit, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)])
    expect(stderr).toMatch(/^oomcheck: .*\.\n$/)
  })

  test('a thread that the ledger does not have is a mistake', async () => {
    const file = ledger({ Seven: { thread: 'b' } })
    expect((await inThisProcess('claims', '--claims', file)).stderr).toBe(
      "oomcheck: Claim Seven is of the thread 'b', which the threads of its ledger do not have.\n",
    )
  })

  test('a ground that the ledger does not have is a mistake', async () => {
    const file = ledger({ Seven: { grounds: ['lost'] } })
    expect((await inThisProcess('claims', '--claims', file)).stderr).toBe(
      "oomcheck: Claim Seven rests on 'lost', which the grounds of its ledger do not have.\n",
    )
  })
})
