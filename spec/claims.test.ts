/** The ledger and the rows know each other. */
import { describe, expect, test } from 'vitest'
import { claimedVariants } from './claimed-variants.ts'
import { claims, grounds, type Claim } from './claims.ts'
import specs from './index.ts'

const ids = Object.keys(claims)
const rows = specs.flatMap((spec) => spec.rows.map((row) => ({ spec, row })))
const all: readonly [string, Claim][] = Object.entries(claims)

test('every claim that a row names is in the ledger', () => {
  const unknown = rows.flatMap(({ row }) => row.claims ?? []).filter((id) => !ids.includes(id))
  expect(unknown).toEqual([])
})

test('every claim of section A is decided by a row', () => {
  const named = new Set(rows.flatMap(({ row }) => row.claims ?? []))
  expect(ids.filter((id) => id.startsWith('A') && !named.has(id))).toEqual([])
})

test('variants are named of claims that are in the ledger', () => {
  expect(Object.keys(claimedVariants).filter((id) => !ids.includes(id))).toEqual([])
})

test('every claim is one sentence', () => {
  expect(all.filter(([, { claim }]) => !/^[^.]*(\d\.\d[^.]*)*\.$/.test(claim)).map(([id]) => id)).toEqual([])
})

describe('what the ledger says about where a claim is decided', () => {
  const places = all.flatMap(([id, { decided }]) => (decided ?? []).map((place) => ({ id, ...place })))
  test.each(places)('$id in $spec', ({ id, spec: name, variants, properties }) => {
    const about = rows.filter(({ spec, row }) => spec.name === name && row.claims?.includes(id) === true)
    const decidedBy = (named: string, property: string) =>
      about.some(({ spec, row }) => {
        const [variant, ...ingredients] = named.split(' +')
        const isOf = (row.variant ?? spec.protocol.variants[0]) === variant
        return isOf && ingredients.every((each) => row.ingredients?.includes(each)) && property in row.expect
      })
    expect(variants.filter((variant) => !properties.some((property) => decidedBy(variant, property)))).toEqual([])
    expect(properties.filter((property) => !variants.some((variant) => decidedBy(variant, property)))).toEqual([])
  })
})

describe('what claims rest on beside rows', () => {
  test('is named by some claim, and what is named is there', () => {
    const named = new Set(all.flatMap(([, claim]) => claim.grounds ?? []))
    expect([...named].sort()).toEqual(Object.keys(grounds).sort())
  })

  // The lemmas need a solver, and have a test of their own.
  const replayed = Object.entries(grounds).flatMap(([name, ground]) => ('decide' in ground ? [{ name, ground }] : []))
  test.each(replayed)('$name holds', ({ ground }) => {
    expect(ground.decide()).toMatchObject({ is: 'holds' })
  })
})

describe('every race and flaw of the 2006 thread is the beginning of a sentence', () => {
  const names = ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9']
  test.each(names)('%s', (name) => {
    expect(rows.some(({ row }) => new RegExp(`^${name}\\b`).test(row.why))).toBe(true)
  })
})
