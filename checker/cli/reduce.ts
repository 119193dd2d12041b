/** `--reduce`: which reductions are asked for, and the cross-check that goes with them. */
import { known } from '../language/protocol.ts'
import type { Property } from '../language/property.ts'
import type { Planned } from '../report/record.ts'
import { check, type Reductions, type SearchOptions } from '../search/breadth-first.ts'
import { crossCheck, downwards } from '../search/cross-check.ts'
import type { Run } from '../search/verdict.ts'
import { partialOrder } from '../reduce/reduced-kernel.ts'
import { exchangeable } from '../reduce/symmetry.ts'
import { sentences, UsageError } from './sentences.ts'

/** What each word asks for. */
export const REDUCTIONS: Readonly<Record<string, Reductions>> = {
  symmetry: { symmetry: true },
  'partial-order': { partialOrder: true },
}

/** The reductions of these names together, or none. */
export function reductionsOf(names: readonly string[] | undefined, engine: string): Reductions | undefined {
  if (names === undefined) return undefined
  if (names.length === 0) throw new UsageError(sentences.noReduction(Object.keys(REDUCTIONS)))
  if (engine !== 'table') throw new UsageError(sentences.reduceNeedsTable(engine))
  return names
    .map((name) => REDUCTIONS[known('reduction', name, Object.keys(REDUCTIONS))])
    .reduce((all, one) => ({ ...all, ...one }), {})
}

/** Decides a configuration; where a reduction was asked for, also compares it with an unreduced search. */
export async function checkReduced(
  planned: Planned,
  properties: readonly Property[],
  options: SearchOptions,
): Promise<Run> {
  const run = await check(planned.layout, properties, options)
  if (run.basis.is !== 'reduced') return run
  const { symmetry, partialOrder: order } = run.basis
  const isReducible = (layout: Planned['layout']): boolean =>
    (symmetry === undefined || exchangeable(layout).families.length > 0) &&
    (order === undefined || partialOrder.refuses(layout) === undefined)
  const smaller = downwards(planned.spec.protocol, planned, isReducible)
  const compared = await crossCheck(run, properties, options, smaller)
  return { ...run, basis: { ...run.basis, crossCheck: compared } }
}
