/** What becomes of mutants, where it can be said beforehand; and what is reported of them. */
import { describe, expect, test } from 'vitest'
import { planOf } from '../cli/plan.ts'
import {
  bool,
  family,
  holds,
  language,
  maximum,
  propertiesOf,
  protocol,
  reachable,
  spec,
  upTo,
  violated,
  type Spec,
} from '../language/index.ts'
import { complaints, mutationLines, mutationText, tallyOf } from './report.ts'
import { mutate, type MutateOptions, type Mutated } from './run.ts'

const run = (of: Spec, options: Partial<MutateOptions> = {}): Promise<Mutated> => {
  const all = { specs: [], variants: [], bounds: undefined, ingredients: undefined, properties: [], full: false }
  return mutate(of, planOf([of], all), { leaves: 0, maxStates: 1000, timeout: 60, ...options })
}
const fates = ({ tried }: Mutated): Record<string, string> =>
  Object.fromEntries(
    tried.map(({ mutant, fate }) => [mutant.name, fate.is === 'killed' ? `killed by ${fate.by}` : fate.is]),
  )

const state = () => ({ i: upTo(3), thread: family(2, { t: upTo(3) }) })
const { program } = language<typeof state>()
const increment = protocol({
  name: 'increment',
  bounds: {},
  state,
  programs: () => [
    program('thread', {
      read: (s, me) => {
        me.t = s.i
      },
      write: (s, me) => {
        s.i = me.t + 1
      },
    }),
  ],
})
const { always, reachable: reaches, maximum: most } = propertiesOf(increment)
const properties = [
  always('NothingIsLost', (s, { at }) => s.i === s.thread.count((each) => at(each, 'done'))),
  reaches('AllAreDone', (s, { at }) => s.thread.every((each) => at(each, 'done'))),
  most('Most', (s) => s.i),
]
const expected = { NothingIsLost: violated(4), AllAreDone: reachable(4) }
const incrementSpec = (expect: Spec['rows'][number]['expect'], survives: Readonly<Record<string, string>> = {}): Spec =>
  spec(increment, { properties, rows: [{ bounds: {}, expect, why: 'Two read, then two write.' }], survives })

describe('two threads that add one to a counter', () => {
  test('what is not asked is not noticed: that a thread reads what the other has written', async () => {
    // Without what it has read each thread writes 1: the second one loses an increment in four steps, too.
    expect(fates(await run(incrementSpec(expected)))).toEqual({
      'drop write: thread.read thread.t': 'survived',
      'drop write: thread.write i': 'killed by steps',
      'skip step: thread.read': 'killed by steps',
      'skip step: thread.write': 'killed by steps',
      'swap steps: thread.read and write': 'killed by steps',
    })
  })

  test('and is noticed when it is asked', async () => {
    const mutated = await run(incrementSpec({ ...expected, Most: maximum(2) }))
    const found = fates(mutated)
    expect(found['drop write: thread.read thread.t']).toBe('killed by verdict')
    expect(tallyOf(mutated.tried)).toMatchObject({ mutants: 5, survived: 0, score: 1, raw: 1 })
    expect(complaints(mutated)).toEqual([])
  })

  test('a survivor needs a reason, few may have one, and none that does not survive', async () => {
    const name = 'drop write: thread.read thread.t'
    expect(complaints(await run(incrementSpec(expected)))).toEqual(['1 mutant of programs survived without a reason'])
    expect(complaints(await run(incrementSpec(expected, { [name]: 'so be it' })))).toEqual([
      '1 mutant excused by a reason; 0 may be, 3 % of 5',
    ])
    const stale = await run(incrementSpec({ ...expected, Most: maximum(2) }, { [name]: 'so be it', gone: '' }))
    expect(complaints(stale)).toEqual([
      `a reason is given for '${name}', which does not survive`,
      "a reason is given for 'gone', which does not survive",
    ])
  })

  test('the report', async () => {
    const mutated = { ...(await run(incrementSpec(expected))), seconds: 0 }
    expect(mutationText(mutated).split('\n')).toEqual([
      'increment: 5 mutants on 1 row, 0.00 s',
      '              mutants  killed  by steps  equivalent  survived  undecided    score      raw',
      '  drop write        2       1         1           0         1          0   50.0 %   50.0 %',
      '  swap steps        1       1         1           0         0          0  100.0 %  100.0 %',
      '  skip step         2       2         2           0         0          0  100.0 %  100.0 %',
      '  programs          5       4         4           0         1          0   80.0 %   80.0 %',
      '  ✗ survived: drop write: thread.read thread.t (row 1)',
      '  ✗ 1 mutant of programs survived without a reason.',
      '  row 1: model (13 states)',
      '',
      '',
    ])
    const lines = mutationLines(mutated)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { record: string; name?: string; fate?: string })
    expect(lines.map(({ record, fate }) => fate ?? record)).toEqual([
      'survived',
      'killed',
      'killed',
      'killed',
      'killed',
      'mutation',
    ])
    expect(mutationLines({ ...(await run(incrementSpec(expected))), seconds: 0 })).toBe(mutationLines(mutated))
  })

  test('what is expected must be so to begin with', async () => {
    await expect(run(incrementSpec({ NothingIsLost: holds }))).rejects.toThrow(
      'Mutants are compared with what rows expect, and increment model is not as its row says: NothingIsLost: violated in 4 steps.',
    )
  })

  test('leaves', async () => {
    const mutated = await run(incrementSpec({ ...expected, Most: maximum(2) }), { leaves: 1000 })
    const found = fates(mutated)
    // Either thread reads 0 or 1, and writes after 0 or 1: eight outcomes to lose. To read 0 changes nothing: six to change.
    expect(tallyOf(mutated.tried).mutants).toBe(5 + 14)
    // Without the second write of one thread the other order still shows everything.
    expect(Object.keys(found).filter((name) => /^change write: .* thread0 write .*t:1\] i /.test(name))).toHaveLength(1)
    expect(
      tallyOf(mutated.tried.filter(({ mutant }) => mutant.mutator === 'change write')).killedByVerdict,
    ).toBeGreaterThan(0)
  })

  test('leaves are excused by their kind, best by the field that they write', async () => {
    const reasons = { 'change write thread.t': 'of reads', 'change write': 'of the rest', 'change write j': 'of none' }
    const { tried, stale } = await run(incrementSpec(expected, reasons), { leaves: 1000 })
    const found = tried.filter(({ mutant, fate }) => mutant.mutator === 'change write' && fate.is === 'survived')
    expect(new Set(found.map(({ mutant, reason }) => `${mutant.kind ?? ''}: ${reason ?? ''}`))).toEqual(
      new Set(['change write thread.t: of reads', 'change write i: of the rest']),
    )
    expect(stale).toEqual(['change write j'])
  })
})

test('equivalent, undecided, killed by a fault', async () => {
  const counting = () => ({ n: upTo(1_000_000), stop: bool, one: family(1, {}) })
  const { program: loop } = language<typeof counting>()
  const counter = protocol({
    name: 'counter',
    bounds: {},
    state: counting,
    programs: () => [
      loop(
        'one',
        {
          // The first guard is what bounds the counter, the second one is never false.
          up: {
            when: (s) => s.n < 3,
            do: (s) => {
              s.n++
            },
          },
          on: { when: (s) => s.n > 0 },
        },
        { loop: true },
      ),
    ],
    done: () => (s) => s.n === 3,
  })
  const always3 = propertiesOf(counter).always('AtMostAll', (s) => s.n <= 1_000_000)
  const bounded = spec(counter, {
    properties: [always3],
    rows: [{ bounds: {}, expect: { AtMostAll: holds }, why: 'The guard.' }],
  })
  const mutated = await run(bounded)
  expect(fates(mutated)).toMatchObject({
    // The mutant goes on to a million, while the original has seven states.
    'drop guard: one.up': 'undecided',
    'drop guard: one.on': 'equivalent',
    // Nothing counts any more: nobody gets past the second guard, which is a deadlock.
    'drop write: one.up n': 'killed by verdict',
  })
  expect(mutated.neverFalse).toEqual(['one.on'])
  expect(tallyOf(mutated.tried)).toMatchObject({ undecided: 1, equivalent: 1 })

  const narrow = () => ({ n: upTo(3), one: family(1, {}) })
  const { program: step } = language<typeof narrow>()
  const tight = protocol({
    name: 'tight',
    bounds: {},
    state: narrow,
    programs: () => [step('one', { up: { when: (s) => s.n < 3, do: (s) => void (s.n = s.n + 1) } }, { loop: true })],
    done: () => (s) => s.n === 3,
  })
  const fault = await run(spec(tight, { properties: [], rows: [{ bounds: {}, expect: {}, why: 'The guard.' }] }))
  const [dropped] = fault.tried.filter(({ mutant }) => mutant.mutator === 'drop guard')
  expect(dropped?.fate).toMatchObject({
    is: 'killed',
    by: 'verdict',
    judged: { verdict: { property: 'StaysInDomain' } },
  })
})

test('rows with too many states are left out, and said to be', async () => {
  const { rows, leftOut, idleLocks } = await run({ ...incrementSpec(expected), locks: ['i'] }, { maxStates: 5 })
  // Who takes what in them nobody knows.
  expect([rows.length, leftOut.length, idleLocks]).toEqual([0, 1, []])
})
