/** What the toys promise, on every engine: exact counts, verdicts, shortest lengths. */
import { describe, expect, test } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import type { Expectation, Row, Spec } from '../language/index.ts'
import { check } from '../search/breadth-first.ts'
import type { Run, Verdict } from '../search/verdict.ts'
import specs from './index.ts'

const engines: readonly Engine[] = [immerEngine, tableEngine]

/** States, transitions and depth, as independent-counts.test.ts has them. */
const counts: Readonly<Record<string, readonly [number, number, number]>> = {
  'increment threads=1': [3, 2, 2],
  'increment threads=2': [13, 14, 4],
  'increment threads=3': [84, 111, 6],
  'increment atomic threads=3': [8, 12, 3],
  'spinning test-and-set cpus=2': [3, 6, 1],
  'spinning test-and-test-and-set cpus=2': [8, 16, 3],
  'spinning ticket cpus=2': [27, 54, 9],
  'spinning sleep cpus=2': [3, 4, 1],
  'delayed-work urgent delay=3 puts_off=1': [11, 15, 6],
  'delayed-work lazy delay=3 puts_off=1': [11, 17, 6],
  'die-hard small=3 big=5': [16, 96, 7],
  'die-hard small=3 big=6': [6, 36, 2],
  'mutex processes=3': [4, 6, 1],
  peterson: [20, 34, 6],
  'peterson without-turn': [8, 12, 3],
  'peterson turn-before-flag': [32, 60, 7],
  'bounded-queue capacity=2 items=3 consumers=1': [18, 27, 10],
  'bounded-queue capacity=2 items=3 consumers=2': [108, 264, 18],
  'bounded-queue test-then-take capacity=2 items=3 consumers=1': [24, 36, 13],
  'bounded-queue test-then-take capacity=2 items=3 consumers=2': [174, 417, 24],
  'bounded-queue unchecked capacity=2 items=3 consumers=1': [18, 27, 10],
  'dining-philosophers left-first philosophers=3': [26, 51, 6],
  'dining-philosophers left-first philosophers=4': [80, 212, 9],
  'dining-philosophers ordered philosophers=3': [27, 54, 7],
  'dining-philosophers ordered philosophers=4': [81, 216, 10],
  'dining-philosophers rude philosophers=3': [214, 588, 12],
  'two-phase-commit rms=3': [288, 1_145, 10],
  'two-phase-commit rms=5': [8_832, 58_145, 16],
  'two-phase-commit majority rms=3': [348, 1_358, 10],
  'two-phase-commit majority rms=2': [56, 153, 7],
}

const title = (spec: Spec, row: Row): string =>
  [spec.name, row.variant, ...Object.entries(row.bounds).map(([bound, n]) => `${bound}=${n}`)].filter(Boolean).join(' ')

const rows = specs.flatMap((spec) => spec.rows.map((row) => ({ title: title(spec, row), spec, row })))

const decide = (engine: Engine, spec: Spec, row: Row): Promise<Run> =>
  check(layoutOf(spec.protocol.instance(row)), spec.properties, { engine, fairness: row.fairness })

/** A verdict as a row would word it. */
function worded({ result }: Verdict): Expectation | { readonly is: 'inconclusive' } {
  if (result.is === 'violated' || result.is === 'reachable') return { is: result.is, steps: result.steps }
  if (result.is === 'maximum' || result.is === 'minimum') {
    const { is, value, orNever } = result
    return orNever === undefined ? { is, value } : { is, value, orNever }
  }
  return { is: result.is }
}

test('every row has its counts', () => {
  expect([...new Set(rows.map((row) => row.title))]).toEqual(Object.keys(counts))
})

describe.each(engines)('$name', (engine) => {
  test.each(rows)('$title', async ({ title, spec, row }) => {
    const { statistics, basis, verdicts } = await decide(engine, spec, row)
    const { states, transitions, depth, initialStates } = statistics
    expect([states, transitions, depth]).toEqual(counts[title])
    expect([initialStates, basis]).toEqual([1, { is: 'exact' }])
    if (row.states !== undefined) expect(states).toBe(row.states)
    // After a fault nothing that holds can be claimed.
    const faulty = 'StaysInDomain' in row.expect && row.expect['StaysInDomain'].is === 'violated'
    const builtIn = faulty ? {} : { NoDeadlock: { is: 'holds' }, StaysInDomain: { is: 'holds' } }
    const found = Object.fromEntries(verdicts.map((verdict) => [verdict.property, worded(verdict)]))
    expect(found).toMatchObject({ ...builtIn, ...row.expect })
    for (const [name, { is }] of Object.entries(row.expect))
      if (is === 'maximum' || is === 'minimum') expect(found[name]).toEqual(row.expect[name])
  })

  test.each(specs)('every label of $name is taken in some row', async (spec) => {
    const small = spec.rows.filter((row) => row.states !== 8_832)
    const never = (await Promise.all(small.map((row) => decide(engine, spec, row)))).map(
      (run) => new Set(run.neverTaken),
    )
    expect([...(never[0] ?? [])].filter((label) => never.every((set) => set.has(label)))).toEqual([])
  })
})
