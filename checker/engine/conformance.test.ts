/**
 * The table engine agrees with the reference engine about random protocols of every shape, however little of its
 * decision trees it is allowed to keep, and whichever of its two loops runs.
 *
 * `OOMCHECK_RUNS=5000 npx vitest run checker/engine/conformance.test.ts` runs that many protocols of each shape, and
 * looks at more states of each.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, conform, explore, shapes, type Case } from './conformance.ts'
import { immerEngine } from './immer.ts'
import { ECONOMY } from './economy.ts'
import { tableEngine, tableEngineWith, type TableOptions } from './table.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 20 : Number(wanted)
const states = wanted === undefined ? 150 : 1000

const variant = (options: Partial<TableOptions>) => tableEngineWith({ ...ECONOMY, generateFrom: Infinity, ...options })

const engines = [
  tableEngine,
  variant({ leafCap: 1 }),
  variant({ leafCap: 2 }),
  // Trees that are given up for their miss rate.
  variant({ window: 2, statesPerRecording: 3 }),
  // The generated loop, from the start or taking over on the way.
  variant({ generateFrom: 0 }),
  variant({ generateFrom: 0, leafCap: 1 }),
  variant({ generateFrom: 40, leafCap: 3 }),
]

describe('the table engine agrees with the reference engine about random protocols', () => {
  test.each(shapes)(
    '%s',
    (shape) => {
      fc.assert(
        fc.property(casesOf(shape), (example) => conform(engines, immerEngine, example, states)),
        // Shrinking is part of the time; without a failure, running out of it is one.
        { numRuns, interruptAfterTimeLimit: MINUTE + SECOND * numRuns, markInterruptAsFailure: true },
      )
    },
    2 * MINUTE + SECOND * numRuns,
  )
})

/** The largest share that may be trivial, the smallest that must be met, of a fixed sample of all shapes. */
describe('random protocols', () => {
  const sample = shapes.flatMap((shape, i) => fc.sample(casesOf(shape), { numRuns: 12, seed: 5 + i }))
  const rounds = sample.map((example) => explore(immerEngine, example, 100))
  const explored = rounds.map((each) => each.at(-1)!)
  const share = (test: (findings: (typeof explored)[number], example: Case) => boolean): number =>
    explored.filter((findings, i) => test(findings, sample[i]!)).length / explored.length

  test('are mostly worth exploring', () => {
    expect(share((found) => Number(found.get('states')) >= 10)).toBeGreaterThan(0.4)
    expect(share((found) => Number(found.get('queued')) > 0)).toBeLessThan(0.4)
  })

  test('meet what engines must agree about', () => {
    expect(share((found) => Number(found.get('initial states')) > 1)).toBeGreaterThan(0.1)
    expect(share((found) => found.get('depth of the deadlock') !== undefined)).toBeGreaterThan(0.05)
    expect(share((found) => found.get('faults') !== '')).toBeGreaterThan(0.03)
    expect(rounds.filter((each) => each.length > 1).length).toBeGreaterThan(0.03 * rounds.length)
  })

  test('are printed so that they can be read', () => {
    const [example] = fc.sample(casesOf('pools'), { numRuns: 1, seed: 5 })
    expect(fc.stringify(example)).toContain('program cpu')
  })
})
