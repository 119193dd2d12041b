/**
 * CPUs, items and adders can be exchanged where the index rule allows it, and all that is lost are copies.
 *
 * The tree for 4 CPUs looks alike from 8 orders of its CPUs (two pairs, which can be exchanged, and the CPUs of each); the
 * other orders, 24 · 2 / 8 = 6 with those of the items, are other ways to lay it out. So the states that are kept stand for
 * 6 times those of the one layout.
 */
import { expect, test } from 'vitest'
import { layoutOf } from '../../checker/engine/layout.ts'
import { tableEngine } from '../../checker/engine/table.ts'
import { check } from '../../checker/search/breadth-first.ts'
import { percpuCounterTree } from '../../model/percpu-counter-tree.ts'
import spec from '../percpu-counter-tree.ts'

const LAYOUTS = 6
const rows = spec.rows.filter(
  ({ variant = 'v12', bounds, ingredients = [], full }) =>
    variant === 'v12' &&
    bounds['cpus'] === 4 &&
    bounds['increment'] === 1 &&
    bounds['width'] === 0 &&
    full !== true &&
    ingredients.join() === 'decrements',
)

test('there are such rows', () => {
  expect(rows.length).toBeGreaterThan(1)
})

test.each(rows.map((row) => ({ ...row, name: Object.values(row.bounds).join() })))(
  '$name: verdicts and extremes are those of the row, and what is kept stands for all states',
  async ({ bounds, expect: expected }) => {
    const layout = layoutOf(percpuCounterTree.instance({ bounds, ingredients: ['decrements'] }))
    const properties = spec.properties.filter(({ name }) => name in expected && !name.startsWith('Is'))
    const [reduced, all] = [
      await check(layout, properties, { engine: tableEngine, reduce: { symmetry: true } }),
      await check(layout, properties, { engine: tableEngine }),
    ]
    expect(reduced.verdicts.map(({ property, result: { is } }) => [property, is])).toEqual(
      all.verdicts.map(({ property, result: { is } }) => [property, is]),
    )
    for (const { property, result } of reduced.verdicts)
      if ('value' in result)
        expect([property, result.value]).toEqual([property, (expected[property] as typeof result).value])
    expect(reduced.basis).toMatchObject({
      is: 'reduced',
      symmetry: { standFor: LAYOUTS * all.statistics.states, leftOut: [] },
    })
    // More than two thirds are copies.
    expect(3 * reduced.statistics.states).toBeLessThan(all.statistics.states)
  },
)
