/** Toys reduced by symmetry and partial order together: everything that is kept is as without. */
import { describe, expect, test } from 'vitest'
import serialization from '../bench/serialization.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { tableEngine } from '../engine/table.ts'
import type { Spec } from '../language/index.ts'
import { check } from '../search/breadth-first.ts'
import { disagreements } from '../search/cross-check.ts'
import { replay } from '../trace/schedule.ts'
import increment from './increment.ts'
import mutex from './mutex.ts'
import peterson from './peterson.ts'
import twoPhaseCommit from './two-phase-commit.ts'

const both = { symmetry: true, partialOrder: true }

const layoutAt = ({ protocol }: Spec, bounds: Readonly<Record<string, number>>, variant?: string) =>
  layoutOf(protocol.instance({ bounds, ...(variant === undefined ? {} : { variant }) }))

describe.each([
  ['increment', increment, { threads: 4 }, 'racy'],
  ['increment', increment, { threads: 4 }, 'atomic'],
  ['peterson', peterson, {}, 'peterson'],
  ['mutex', mutex, { processes: 3 }, undefined],
  ['two-phase-commit', twoPhaseCommit, { rms: 3 }, 'all'],
  ['two-phase-commit', twoPhaseCommit, { rms: 3 }, 'majority'],
  ['serialization', serialization, { cpus: 3, tasks: 2, pages: 1, exits: 2 }, undefined],
] as const)('%s', (_name, spec, bounds, variant) => {
  const layout = layoutAt(spec, bounds, variant)
  const { properties } = spec

  test('says what the whole search says, from no more states than symmetry alone', async () => {
    const [whole, symmetric, together] = [
      await check(layout, properties, { engine: tableEngine }),
      await check(layout, properties, { engine: tableEngine, reduce: { symmetry: true } }),
      await check(layout, properties, { engine: tableEngine, reduce: both }),
    ]
    const kept = together.statistics.states
    expect(disagreements(together, whole)).toEqual([])
    expect(kept).toBeLessThanOrEqual(symmetric.statistics.states)
    expect(together.basis).toMatchObject({ is: 'reduced', symmetry: { kept }, partialOrder: { kept } })
  })

  test('counterexamples are behaviours of the model as it is', async () => {
    const { verdicts } = await check(layout, properties, { engine: tableEngine, reduce: both })
    const machine = new Machine(layout)
    for (const { result } of verdicts)
      if ('trace' in result) expect(replay(machine, result.trace.schedule).states).toEqual(result.trace.states)
  })
})
