/** `--reduce`: which reductions are asked for, and the cross-check that goes with them. */
import { known } from '../language/protocol.ts'
import type { Property } from '../language/property.ts'
import type { Planned } from '../report/record.ts'
import { check, type Reductions, type SearchOptions } from '../search/breadth-first.ts'
import { crossCheck, downwards } from '../search/cross-check.ts'
import type { Run } from '../search/verdict.ts'
import { sentences, UsageError } from './sentences.ts'

/** What each word asks for; `undefined` where it is known and not there yet. */
export const REDUCTIONS: Readonly<Record<string, Reductions | undefined>> = {
  symmetry: { symmetry: true },
  'partial-order': undefined,
}

/** The reductions of these names together, or none. */
export function reductionsOf(names: readonly string[] | undefined, engine: string): Reductions | undefined {
  if (names === undefined) return undefined
  if (names.length === 0) throw new UsageError(sentences.noReduction(Object.keys(REDUCTIONS)))
  if (engine !== 'table') throw new UsageError(sentences.reduceNeedsTable(engine))
  return names
    .map((name) => REDUCTIONS[known('reduction', name, Object.keys(REDUCTIONS))] ?? notYet(name))
    .reduce((all, one) => ({ ...all, ...one }), {})
}

function notYet(name: string): never {
  throw new UsageError(sentences.notAvailable(name))
}

/** Decides a configuration; where a reduction was asked for, also compares it with an unreduced search. */
export async function checkReduced(
  planned: Planned,
  properties: readonly Property[],
  options: SearchOptions,
): Promise<Run> {
  const run = await check(planned.layout, properties, options)
  if (run.basis.is !== 'reduced') return run
  const compared = await crossCheck(run, properties, options, downwards(planned.spec.protocol, planned))
  return { ...run, basis: { ...run.basis, crossCheck: compared } }
}
