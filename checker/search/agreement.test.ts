/** Both engines come to the same verdicts about random protocols, properties of every kind under fairness included. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { casesOf, shapes, type Case } from '../engine/conformance.ts'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngineWith } from '../engine/table.ts'
import type { Engine } from '../engine/engine.ts'
import { isLiveness, isResponse, PROPERTY_KINDS, type PropertyKind } from '../language/property.ts'
import type { Fairness } from '../language/spec.ts'
import { check } from './breadth-first.ts'

const wanted = process.env['OOMCHECK_RUNS']
const RUNS = wanted === undefined ? 5 : Number(wanted)
const STATES = wanted === undefined ? 100 : 400

const fairnesses: readonly Fairness[] = [{}, { weak: ['cpu'] }, { strong: ['cpu'] }]

interface Worded {
  readonly kind: PropertyKind | 'built-in'
  readonly is: string
  readonly value: number | undefined
  readonly orNever: boolean
  readonly steps: number | undefined
  readonly vacuous: string | undefined
}

/** The verdicts, without what may depend on the numbers of states; `undefined` where there are too many states. */
async function verdicts(engine: Engine, example: Case, fairness: Fairness): Promise<Worded[] | undefined> {
  const layout = layoutOf(example.instance)
  const run = await check(layout, example.properties, { engine, fairness, maxStates: STATES })
  if (run.basis.is !== 'exact') return undefined
  return run.verdicts.map(({ kind, result, vacuous }) => ({
    kind,
    is: result.is,
    value: 'value' in result ? result.value : undefined,
    orNever: 'orNever' in result && result.orNever,
    steps: 'steps' in result ? result.steps : undefined,
    vacuous,
  }))
}

test(
  'of every kind',
  async () => {
    const seen = new Map<string, number>()
    for (const [i, shape] of shapes.entries())
      for (const [j, example] of fc.sample(casesOf(shape), { numRuns: RUNS, seed: 40 + i }).entries()) {
        const fairness = fairnesses[j % fairnesses.length]!
        const expected = await verdicts(immerEngine, example, fairness)
        if (expected === undefined) continue
        const engine = tableEngineWith({ generateFrom: j % 2 === 0 ? 0 : Infinity })
        expect(await verdicts(engine, example, fairness), fc.stringify(example)).toEqual(expected)
        for (const { kind, is } of expected) seen.set(`${kind} ${is}`, (seen.get(`${kind} ${is}`) ?? 0) + 1)
      }
    const conclusive = (kind: string): number =>
      [...seen].filter(([name]) => name.startsWith(`${kind} `) && !name.endsWith('inconclusive')).length
    const kinds = PROPERTY_KINDS.filter((kind) => isLiveness(kind) || isResponse(kind))
    // The few protocols of a short run have each kind, those of a long one nearly each result.
    expect(kinds.filter((kind) => conclusive(kind) < (wanted === undefined ? 1 : 2))).toEqual([])
  },
  60_000 + 2000 * RUNS,
)
