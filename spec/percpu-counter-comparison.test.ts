/** From how many CPUs on the exchanged tolerances of v12 can be seen at rest, over all trees that init accepts. */
import { expect, test } from 'vitest'
import { isRefused, treeFor } from '../model/percpu-counter-tree/arithmetic.ts'
import { errorAtRest } from '../model/percpu-counter-tree/bounds.ts'
import { forms, preciseCompareValue, type Form } from '../model/percpu-counter-tree/comparison.ts'

/** Is a full counter called different from its own precise sum? */
function isMistaken(form: Form, cpus: number, batch: bigint): boolean {
  const tree = treeFor(cpus, batch)
  if (isRefused(tree)) throw new Error(tree.refused)
  const full = { approximate: -errorAtRest(tree), precise: 0n, under: tree.under, over: tree.over }
  return preciseCompareValue(form, full, 0n, 64) !== 0
}

const sizes = [...Array.from({ length: 1024 }, (_, i) => i + 1), ...Array.from({ length: 10 }, (_, i) => 2 ** (i + 11))]
const mistaken = (form: Form, batch: bigint): number[] => sizes.filter((cpus) => isMistaken(form, cpus, batch))

test('with batch 2 from 9 CPUs on', () => {
  expect(mistaken(forms.v12, 2n)[0]).toBe(9)
})

test('with batch 4 from 107 CPUs to the end of that row of the table, and from 171 in the next', () => {
  const found = mistaken(forms.v12, 4n).filter((cpus) => cpus <= 256)
  expect(found).toEqual(sizes.filter((cpus) => (cpus >= 107 && cpus <= 128) || (cpus >= 171 && cpus <= 256)))
})

test('with batch 8 only in trees of arity 16, and with larger batches, such as the 32 of RSS, never', () => {
  expect(mistaken(forms.v12, 8n).every((cpus) => cpus > 2 ** 15)).toBe(true)
  expect(mistaken(forms.v12, 8n)).not.toEqual([])
  for (const batch of [16n, 32n, 64n, 512n]) expect(mistaken(forms.v12, batch)).toEqual([])
})

test('after the fix never', () => {
  for (const batch of [2n, 4n, 8n, 32n]) expect(mistaken(forms['march-2026'], batch)).toEqual([])
})
