import { format } from 'prettier'
import { describe, expect, test } from 'vitest'
import { immerEngine } from '../engine/immer.ts'
import { INCREMENT } from '../cli/child.ts'
import { loadSpecs } from '../cli/load.ts'
import { planOf } from '../cli/plan.ts'
import { holds, maximum, spec, violated, type Expectation } from '../language/index.ts'
import { check } from '../search/breadth-first.ts'
import type { Result } from '../search/verdict.ts'
import { jsonlSchema } from './jsonl-records.ts'
import { junitReport } from './junit.ts'
import { fill, hanging, shorten, wrap } from './lines.ts'
import { decided, judge, type Decided } from './record.ts'
import { verdictTable } from './table.ts'
import { resultInWords, secondsInWords } from './words.ts'
import { parseXml } from './xml.ts'

const increment = (await loadSpecs(INCREMENT))[0]!
const trace = { schedule: { init: [], steps: [] }, states: [{}] }
const found: Readonly<Record<string, Result>> = {
  holds: { is: 'holds' },
  violated: { is: 'violated', steps: 3, trace },
  unreachable: { is: 'unreachable' },
  reachable: { is: 'reachable', steps: 1, trace },
  maximum: { is: 'maximum', value: 3, atLeast: false, steps: 0, trace },
  cutOff: { is: 'minimum', value: -3, atLeast: true, steps: 0, trace },
  orNever: { is: 'maximum', value: 3, atLeast: false, orNever: true, steps: 0, trace },
  unbounded: { is: 'unbounded', steps: 1, trace, loop: { from: 0, shortest: true } },
  inconclusive: { is: 'inconclusive' },
}

test.for<[string, Expectation | undefined, string]>([
  ['holds', { is: 'holds' }, 'as expected'],
  ['holds', { is: 'violated' }, 'differs'],
  ['violated', { is: 'violated' }, 'as expected'],
  ['violated', { is: 'violated', steps: 3 }, 'as expected'],
  ['violated', { is: 'violated', steps: 4 }, 'differs'],
  ['maximum', { is: 'maximum', value: 3 }, 'as expected'],
  ['maximum', { is: 'maximum', value: 4 }, 'differs'],
  ['cutOff', { is: 'minimum', value: -3 }, 'differs'],
  ['cutOff', { is: 'minimum', value: -3, atLeast: true }, 'as expected'],
  ['maximum', { is: 'maximum', value: 3, orNever: true }, 'differs'],
  ['orNever', { is: 'maximum', value: 3 }, 'differs'],
  ['orNever', { is: 'maximum', value: 3, orNever: true }, 'as expected'],
  ['unbounded', { is: 'unbounded' }, 'as expected'],
  ['unbounded', { is: 'maximum', value: 3 }, 'differs'],
  ['unbounded', undefined, 'bad'],
  ['inconclusive', { is: 'holds' }, 'inconclusive'],
  ['inconclusive', undefined, 'inconclusive'],
  ['holds', undefined, 'good'],
  ['reachable', undefined, 'good'],
  ['maximum', undefined, 'good'],
  ['violated', undefined, 'bad'],
  ['unreachable', undefined, 'bad'],
])('%s, expected %o: %s', ([result, expected, judgement]) => {
  expect(judge(found[result]!, expected)).toBe(judgement)
})

test('words', () => {
  expect(Object.values(found).map(resultInWords)).toEqual([
    'holds',
    'violated in 3 steps',
    'unreachable',
    'reachable in 1 step',
    'maximum = 3',
    'minimum ≤ -3',
    'maximum = 3, or never',
    'unbounded',
    'inconclusive',
  ])
  expect([0.1234, 12.34, 123.4].map(secondsInWords)).toEqual(['0.12 s', '12.3 s', '123 s'])
})

test('lines', () => {
  expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four'])
  expect(fill(['abcdef', 'g'], ', ', 6)).toEqual(['abcdef', 'g'])
  expect(fill(['abcdef', 'g'], ', ', 4)).toEqual(['abcd', 'ef', 'g'])
  expect(fill(['abc'], ', ', 0)).toEqual(['a', 'b', 'c'])
  expect(hanging('a: ', ['b', 'c'])).toEqual(['a: b', '   c'])
  expect(shorten('abcdef', 4)).toBe('abc…')
})

// `vitest -u` writes it anew.
test('the committed schema of JSON lines is that of the code', async () => {
  const json = await format(JSON.stringify(jsonlSchema()), { parser: 'json', printWidth: 120 })
  await expect(json).toMatchFileSnapshot('jsonl.schema.json')
})

const NOTHING = { specs: [], variants: [], bounds: undefined, ingredients: undefined, properties: [], full: false }

/** The rows of increment, with other expectations. */
async function decide(expect: Readonly<Record<string, Expectation>>): Promise<Decided[]> {
  const rows = increment.rows.map((row) => ({ ...row, expect, why: 'a <b> & "c" \u0001 ]]>' }))
  const plan = planOf([{ ...increment, rows }], NOTHING)
  return Promise.all(
    plan.map(async (planned) =>
      decided(planned, await check(planned.layout, planned.spec.properties, { engine: immerEngine })),
    ),
  )
}

describe('the table', () => {
  const options = { width: 100, style: (_: unknown, text: string) => text, times: false }
  const names = ['NoIncrementIsLost', 'AllAreDone']

  test('has a column per property where there is room, else a block per configuration; either fits', async () => {
    const outcomes = await decide({ NoIncrementIsLost: holds })
    const wide = verdictTable(outcomes, names, options)
    expect(wide).toHaveLength(1 + outcomes.length)
    expect(wide[2]).toMatch(/^ {2}racy threads=2 +13 {2}✗ violated in 4 steps$/)
    for (const width of [60, 50, 45]) {
      const narrow = verdictTable(outcomes, names, { ...options, width })
      expect(narrow.filter((line) => line.length > width)).toEqual([])
      expect(narrow.slice(2, 4)).toEqual([
        `  racy threads=2${'13 states'.padStart(width - 16)}`,
        '    NoIncrementIsLost  ✗ violated in 4 steps',
      ])
    }
  })
})

test('junit escapes what XML forbids', async () => {
  const outcomes = await decide({ AllAreDone: maximum(1), NoIncrementIsLost: violated() })
  let written = ''
  junitReport((text) => (written += text)).end({
    planned: outcomes.map(({ planned }) => planned),
    outcomes: [
      ...outcomes.slice(1),
      { is: 'failed', planned: outcomes[0]!.planned, message: 'a <b> & "c"\n\u0001\ud800 ]]>' },
    ],
    interrupted: false,
    exit: 4,
    seconds: 1,
  })
  const root = parseXml(written)
  const messages = root.children.flatMap(({ children }) =>
    children.map((each) => each.children[0]?.attributes['message']),
  )
  expect(messages).toContain('a <b> & "c"\n\ufffd\ufffd ]]>')
})

test('a fault that is expected leaves the question of deadlocks open in silence', async () => {
  const planned = planOf(
    [
      spec(increment.protocol, {
        properties: [],
        rows: [{ bounds: { threads: 1 }, expect: { StaysInDomain: violated() }, why: '' }],
      }),
    ],
    NOTHING,
  )[0]!
  const run = await check(planned.layout, [], { engine: immerEngine })
  const open = run.verdicts.map((verdict) => ({ ...verdict, result: { is: 'inconclusive' } as const }))
  expect(decided(planned, { ...run, verdicts: open }).verdicts.map(({ verdict }) => verdict.property)).toEqual([
    'StaysInDomain',
  ])
  // A deadlock that is found, however, is told.
  expect(decided(planned, run).verdicts.map(({ judgement }) => judgement)).toEqual(['differs', 'good'])
})
