/** Toys reduced by symmetry: what is kept is counted by hand, and everything else is as without. */
import { describe, expect, test } from 'vitest'
import serialization from '../bench/serialization.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { observerOf, VIOLATED } from '../engine/observer.ts'
import { tableEngine, tableEngineWith } from '../engine/table.ts'
import type { Spec } from '../language/index.ts'
import { check } from '../search/breadth-first.ts'
import type { Result, Run } from '../search/verdict.ts'
import { replay } from '../trace/schedule.ts'
import increment from './increment.ts'
import peterson from './peterson.ts'
import twoPhaseCommit from './two-phase-commit.ts'

const layoutAt = ({ protocol }: Spec, bounds: Readonly<Record<string, number>>, variant?: string) =>
  layoutOf(protocol.instance({ bounds, ...(variant === undefined ? {} : { variant }) }))

const inShort = ({ verdicts }: Run): unknown[] =>
  verdicts.map(({ property, result }) => [
    property,
    result.is,
    'steps' in result ? result.steps : undefined,
    'value' in result ? result.value : undefined,
  ])

const binomial = (n: number, k: number): number => (k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k)

/**
 * What is kept, by hand. `increment`: Stateright's documentation counts 8 with symmetry for two threads; of `atomic` only
 * how many are done is left. `two-phase-commit` with n RMs (see the counts there): multisets of n of 4 and of 6 kinds
 * while it is undecided and after an abort, and how many have heard of a commit. `peterson`: the two processes are each
 * other's mirror image, and no state is its own, since the turn is one's.
 */
const counted: readonly (readonly [
  string,
  Spec,
  Readonly<Record<string, number>>,
  string | undefined,
  number,
  number,
])[] = [
  ['increment', increment, { threads: 2 }, 'racy', 8, 13],
  ['increment', increment, { threads: 5 }, 'atomic', 6, 32],
  ...[2, 3, 4, 5].map(
    (n) =>
      [
        'two-phase-commit',
        twoPhaseCommit,
        { rms: n },
        'all',
        binomial(n + 3, 3) + binomial(n + 5, 5) + (n + 1),
        2 ** n + 4 ** n + 6 ** n,
      ] as const,
  ),
  ['peterson', peterson, {}, 'peterson', 10, 20],
]

test.each(counted)('%s: kept and stood for are as counted by hand', async (_name, spec, bounds, variant, kept, all) => {
  const run = await check(layoutAt(spec, bounds, variant), [], { engine: tableEngine, reduce: { symmetry: true } })
  expect(run.basis).toMatchObject({ is: 'reduced', symmetry: { kept, standFor: all, leftOut: [] } })
})

describe.each([
  ['increment', increment, { threads: 3 }, 'racy'],
  ['two-phase-commit', twoPhaseCommit, { rms: 3 }, 'all'],
  ['two-phase-commit', twoPhaseCommit, { rms: 3 }, 'majority'],
  ['serialization', serialization, { cpus: 3, tasks: 2, pages: 1, exits: 2 }, undefined],
] as const)('%s', (_name, spec, bounds, variant) => {
  test.each([0, Infinity])(
    'verdicts, lengths, extremes and states are as without (generated from %d)',
    async (generateFrom) => {
      const engine = tableEngineWith({ generateFrom })
      const layout = layoutAt(spec, bounds, variant)
      const [reduced, unreduced] = [
        await check(layout, spec.properties, { engine, reduce: { symmetry: true } }),
        await check(layout, spec.properties, { engine }),
      ]
      expect(inShort(reduced)).toEqual(inShort(unreduced))
      expect(reduced.statistics.states).toBeLessThan(unreduced.statistics.states)
      expect(reduced.statistics.depth).toBe(unreduced.statistics.depth)
      expect(reduced.basis).toMatchObject({ symmetry: { standFor: unreduced.statistics.states, symmetricStart: true } })
    },
  )
})

test('a counterexample is a real behaviour of the model as it is, to the last step', async () => {
  for (const [spec, bounds, variant, property, steps] of [
    [increment, { threads: 4 }, 'racy', 'NoIncrementIsLost', 4],
    [twoPhaseCommit, { rms: 3 }, 'majority', 'OutcomesAreFinal', 7],
  ] as const) {
    const layout = layoutAt(spec, bounds, variant)
    const run = await check(layout, spec.properties, { engine: tableEngine, reduce: { symmetry: true } })
    const result = run.verdicts.find((each) => each.property === property)!.result as Extract<
      Result,
      { is: 'violated' }
    >
    expect(result).toMatchObject({ is: 'violated', steps })
    const machine = new Machine(layout)
    const { states } = replay(machine, result.trace.schedule)
    expect(states).toEqual(result.trace.states)
    const observer = observerOf(spec.properties.find(({ name }) => name === property)!)
    const [before, last] = [states.at(-2)!, states.at(-1)!]
    expect(observer.pair ? machine.observe(observer, before, last) : machine.observe(observer, last)).toBe(VIOLATED)
  }
})
