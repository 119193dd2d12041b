/** The iterators on address spaces that are larger than those of the rows: random layouts of up to 64 slots. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { State, Walker } from './state.ts'
import { iterators, type Iterator } from './walks.ts'

const SLOTS = 64

interface Vma {
  readonly vm_start: number
  readonly vm_end: number
}

/** Ranges between cuts; whether each is mapped. */
const layouts = fc
  .record({
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: SLOTS - 1 }), { maxLength: 30 }),
    mapped: fc.array(fc.boolean(), { minLength: 31, maxLength: 31 }),
  })
  .map(({ cuts, mapped }): readonly Vma[] => {
    const edges = [0, ...cuts.sort((a, b) => a - b), SLOTS]
    return edges.slice(1).flatMap((vm_end, i) => (mapped[i] ? [{ vm_start: edges[i], vm_end }] : []))
  })

/** The VMAs that a walk comes to, by number. */
function visited(vmas: readonly Vma[], iterator: Iterator): number[] {
  const s = { map_count: vmas.length, vma: vmas } as unknown as State
  const setup = { slots: SLOTS, kinds: 1, mapped: true, top: true, variant: '' }
  const [index, last] = iterator.start(s, setup)
  const mas = { status: 'ma_start', index, last, vma: null } as unknown as Walker
  const found: number[] = []
  for (;;) {
    const vma = iterator.next(s, mas, setup)
    if (vma === null) return found
    expect(found.length).toBeLessThan(vmas.length)
    found.push(vma)
  }
}

const upwards = (vmas: readonly Vma[]): number[] => vmas.map((_, i) => i)
const downwards = (vmas: readonly Vma[]): number[] => upwards(vmas).reverse()
const reachesTheTop = (vmas: readonly Vma[]): boolean => vmas.at(-1)?.vm_end === SLOTS

const expected: Readonly<Record<string, (vmas: readonly Vma[]) => number[]>> = {
  '6.17': upwards,
  '6.18': downwards,
  'v5-index-above-last': downwards,
  'v4-vma_prev': (vmas) => downwards(vmas).slice(reachesTheTop(vmas) ? 1 : 0),
  'vma_prev-from-last': (vmas) => downwards(vmas).slice(1),
}

test.each(Object.keys(expected))('%s', (variant) => {
  fc.assert(
    fc.property(layouts, (vmas) => {
      expect(visited(vmas, iterators[variant])).toEqual(expected[variant](vmas))
    }),
    { numRuns: 300 },
  )
})

test('an empty address space is walked in no step', () => {
  for (const variant of Object.keys(expected)) expect(visited([], iterators[variant])).toEqual([])
})
