/** Search by fingerprints: what the exhaustive search says, unless states are lost, as often as the bound allows. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COUNTER, EXAMPLES, INCREMENT } from '../cli/child.ts'
import { loadSpecs } from '../cli/load.ts'
import { casesOf, shapes } from '../engine/conformance.ts'
import { ECONOMY, type EconomyOptions } from '../engine/economy.ts'
import { lossProbability } from '../engine/fingerprints.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import type { Property } from '../language/property.ts'
import { check } from './breadth-first.ts'
import { hashedMode, type HashedOptions } from './hashed.ts'
import type { Result, Run } from './verdict.ts'

const examples = await loadSpecs(EXAMPLES)
const counter = (await loadSpecs(COUNTER))[0]!
const increment = (await loadSpecs(INCREMENT))[0]!
/** Random protocols of each shape. */
const numRuns = Number(process.env['OOMCHECK_RUNS'] ?? 3)

const hashed = (
  layout: Layout,
  properties: readonly Property[],
  options: Partial<HashedOptions> = {},
  economy: Partial<EconomyOptions> = {},
): Promise<Run> => {
  const mode = hashedMode({ bits: 64, seed: 1, ...options }, { ...ECONOMY, ...economy })
  return check(layout, properties, { engine: tableEngine, mode })
}

/** What must not depend on how states are told apart. */
function said({ verdicts, statistics }: Run, isGraph: (property: string) => boolean): unknown {
  const { states, transitions, depth, initialStates } = statistics
  return {
    counts: { states, transitions, depth, initialStates },
    verdicts: verdicts
      .filter(({ property }) => !isGraph(property))
      .map(({ property, result, because, vacuous }) => ({ property, ...plain(result), because, vacuous })),
  }
}
const plain = (result: Result): object => ({
  is: result.is,
  steps: 'steps' in result ? result.steps : undefined,
  value: 'value' in result ? [result.value, result.atLeast] : undefined,
})

async function agrees(
  layout: Layout,
  properties: readonly Property[],
  options?: Partial<HashedOptions>,
  economy?: Partial<EconomyOptions>,
): Promise<void> {
  const exact = await check(layout, properties, { engine: tableEngine, maxStates: 2000 })
  if (exact.basis.is !== 'exact') return
  const run = await hashed(layout, properties, options, economy)
  const open = run.verdicts.filter(({ because }) => because?.includes('keeps no states') === true)
  const isGraph = (name: string): boolean => open.some(({ property }) => property === name)
  expect(said(run, isGraph)).toEqual(said(exact, isGraph))
  for (const { property, kind, result } of run.verdicts) {
    if (isGraph(property))
      expect(kind).toMatch(/^(alwaysReachable|eventually|leadsTo|alwaysEventually|refines|progress|longest|shortest)$/)
    if (result.is === 'holds') expect(result.probability).toBe(lossProbability(exact.statistics.states, 64))
  }
}

const toys = examples.flatMap((spec) =>
  spec.rows
    .filter(({ full, states }) => full !== true && (states ?? 0) < 2000)
    .map((row) => {
      const { bounds, variant, ingredients } = row
      const wanted = { bounds, ...(variant === undefined ? {} : { variant }), ...(ingredients ? { ingredients } : {}) }
      return [`${spec.name} ${variant ?? ''} ${JSON.stringify(bounds)}`, spec, wanted] as const
    }),
)

describe('with 64 bits as the exhaustive search', () => {
  test.each(toys)('%s', async (_, spec, wanted) => {
    await agrees(layoutOf(spec.protocol.instance(wanted)), spec.properties)
  })

  test.each(shapes)(
    'random protocols: %s',
    async (shape) => {
      const property = fc.asyncProperty(casesOf(shape), async ({ instance, properties }) => {
        await agrees(layoutOf(instance), properties)
        await agrees(layoutOf(instance), properties, {}, { leafCap: 1 })
      })
      await fc.assert(property, { numRuns })
    },
    10_000 + 1000 * numRuns,
  )

  test('also where many predecessors have the same half of a fingerprint', async () => {
    for (const spec of examples.slice(0, 3))
      await agrees(layoutOf(spec.protocol.instance({ bounds: spec.rows[0]!.bounds })), spec.properties, { headBits: 3 })
  })
})

describe('with few bits', () => {
  const layout = layoutOf(increment.protocol.instance({ bounds: { threads: 3 } }))
  const STATES = 84

  test('states are lost as often as the bound says', async () => {
    const bits = 16
    const runs = 300
    let losses = 0
    for (let seed = 0; seed < runs; seed++) {
      const { states } = (await hashed(layout, [], { bits, seed })).statistics
      expect(states).toBeLessThanOrEqual(STATES)
      if (states < STATES) losses++
    }
    // The bound adds up the chances of all pairs and of m states alone, which is almost the whole truth here.
    const bound = lossProbability(STATES, bits)
    expect(bound).toBeCloseTo(0.0545, 4)
    expect(Math.abs(losses / runs - bound)).toBeLessThan(4 * Math.sqrt((bound * (1 - bound)) / runs))
  })

  test('nothing is said of all states where one was probably lost; what is shown is real', async () => {
    const { protocol, properties } = counter
    const wide = layoutOf(protocol.instance({ bounds: { adds: 2 } }))
    const run = await hashed(wide, properties, { bits: 12 })
    expect(run.statistics.states).toBeLessThanOrEqual(2 ** 12)
    expect(run.basis).toEqual({ is: 'hashed', bits: 12, seed: 1, probability: 1 })
    for (const { result, because } of run.verdicts) {
      expect(result).toEqual({ is: 'inconclusive' })
      expect(because).toMatch(/^no violation among \d+ states; one was lost with a probability of up to 1/)
    }
    const racy = await hashed(layout, increment.properties, { bits: 12 })
    expect(racy.verdicts.find(({ property }) => property === 'NoIncrementIsLost')?.result.is).toBe('violated')
  })
})

test('a search that stops early says so, and nothing of all states', async () => {
  const layout = layoutOf(counter.protocol.instance({ bounds: { adds: 3 } }))
  const mode = hashedMode({ bits: 64, seed: 1 })
  const run = await check(layout, counter.properties, { engine: tableEngine, mode, maxStates: 1000 })
  expect(run.basis).toMatchObject({ is: 'hashed', stop: { by: 'states', limit: 1000 } })
  for (const { result, because } of run.verdicts) {
    expect(result.is).toBe('inconclusive')
    expect(because).toBe('the search stopped at the budget of 1000 states')
  }
})
