/**
 * Reduction by symmetry against the reference engine: what is kept is one state of each orbit of the reachable states,
 * no more and no less; models that tell members apart are refused.
 *
 * `OOMCHECK_RUNS=500 npx vitest run checker/reduce/symmetry.test.ts` looks at that many protocols of each shape.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, shapes, type Case } from '../engine/conformance.ts'
import type { Engine, StateSpace } from '../engine/engine.ts'
import { Asymmetry } from '../engine/every-order.ts'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { observerOf } from '../engine/observer.ts'
import { tableEngineWith } from '../engine/table.ts'
import type { Property } from '../language/index.ts'
import { exchangeable, symmetryOf } from './symmetry.ts'

const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 2 : Number(wanted)
const seed = wanted === undefined ? 3 : Date.now()
const SECOND = 1000
const MINUTE = 60 * SECOND
const MOST_STATES = 300

const engines: readonly Engine[] = [
  tableEngineWith({ generateFrom: Infinity }),
  tableEngineWith({ generateFrom: 0 }),
  tableEngineWith({ generateFrom: 0, leafCap: 1 }),
]

function finish(space: StateSpace, most = Infinity): StateSpace {
  while (space.statistics().states <= most && space.advance(64));
  return space
}

/** Explores with as many families exchanged as may be; `undefined` where none may. */
function reduced(engine: Engine, layout: Layout, properties: readonly Property[]): StateSpace | undefined {
  const observers = properties.map(observerOf)
  const history = new Set(Object.keys(layout.history.fields))
  for (let { families } = exchangeable(layout); families.length > 0;)
    try {
      return finish(engine.explore({ layout, observers, history, symmetry: symmetryOf(families) }))
    } catch (error) {
      if (!(error instanceof Asymmetry)) throw error
      const { family: guilty } = error
      families = families.filter((each) => each.family !== guilty)
    }
  return undefined
}

const statesOf = (space: StateSpace, of: (state: ReturnType<StateSpace['state']>) => object): string[] => [
  ...new Set(Array.from({ length: space.statistics().states }, (_, id) => JSON.stringify(of(space.state(id))))),
]

/** What became of a random protocol. */
type Fate = 'too large' | 'refused' | 'nothing removed' | 'reduced'

/** Throws where the reduced space is not the unreduced one, up to renaming. */
function conforms({ instance, properties }: Case): Fate[] {
  const layout = layoutOf(instance)
  const observers = properties.map(observerOf)
  const history = new Set(Object.keys(layout.history.fields))
  const all = finish(immerEngine.explore({ layout, observers, history }), MOST_STATES)
  if (all.statistics().queued > 0) return ['too large']
  return engines.map((engine): Fate => {
    const some = reduced(engine, layout, properties)
    if (some === undefined) return 'refused'
    compare(some, all, observers.length)
    return some.statistics().states < all.statistics().states ? 'reduced' : 'nothing removed'
  })
}

function compare(some: StateSpace, all: StateSpace, observers: number): void {
  const { orbits } = some
  if (orbits === undefined) throw new Error('Nothing was exchanged.')
  expect(statesOf(some, (state) => state).sort()).toEqual(statesOf(all, orbits.representative).sort())
  const [kept, found] = [some.statistics(), all.statistics()]
  if (orbits.symmetricStart) expect([orbits.standFor(), kept.depth]).toEqual([found.states, found.depth])
  else expect(orbits.standFor()).toBeGreaterThanOrEqual(found.states)
  expect(some.faults.length > 0).toBe(all.faults.length > 0)
  expect(some.coverage.taken).toEqual(all.coverage.taken)
  if (orbits.asymmetry('done') === undefined) expect(some.deadlock === undefined).toBe(all.deadlock === undefined)
  for (let i = 0; i < observers; i++)
    if (orbits.asymmetry(i) === undefined) expect(some.sighting(i)?.code).toBe(all.sighting(i)?.code)
}

describe('random protocols: what is kept is one state of each orbit of the reachable ones', () => {
  const fates: Fate[] = []
  test.each(shapes)(
    '%s',
    (shape) => {
      fc.assert(
        fc.property(casesOf(shape), (example) => void fates.push(...conforms(example))),
        { numRuns: shape === 'anonymous' ? 10 * numRuns : numRuns, seed, endOnFailure: wanted !== undefined },
      )
    },
    MINUTE + SECOND * numRuns,
  )
  test('of which enough are reduced, and enough refused', () => {
    const share = (fate: Fate): number => fates.filter((each) => each === fate).length / fates.length
    expect(share('reduced')).toBeGreaterThan(0.1)
    expect(share('refused')).toBeGreaterThan(0.1)
  })
})
