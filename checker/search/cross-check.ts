/**
 * The cross-check of a reduction: the same configuration with smaller bounds is decided reduced and unreduced, and
 * everything that the reduction claims to preserve is compared. It tests the reduction, not the model: what carries the
 * verdict of the large configuration is that the conditions of the reduction were checked there.
 */
import { layoutOf, type Layout } from '../engine/layout.ts'
import { ConfigError, type Protocol } from '../language/protocol.ts'
import type { Property } from '../language/property.ts'
import { exchangeable } from '../reduce/symmetry.ts'
import { check, type SearchOptions } from './breadth-first.ts'
import type { CrossCheck, Result, Run } from './verdict.ts'

/** A configuration is small enough to be decided twice when it has no more states than this. */
export const MOST_STATES = 50_000

/** Reduced and unreduced search say different things. */
export class CrossCheckError extends Error {
  override readonly name = 'CrossCheckError'
}

type Bounds = Readonly<Record<string, number>>

/** A configuration at which to compare. */
export interface Smaller {
  readonly bounds: Bounds
  readonly layout: Layout
}

/**
 * The configuration itself, then with the largest bound lowered by one, and so on, as long as something is left to be
 * reduced. Configurations that the protocol refuses are passed over.
 */
export function* downwards(
  protocol: Pick<Protocol, 'bounds' | 'instance'>,
  wanted: { readonly variant: string; readonly bounds: Bounds; readonly ingredients: readonly string[] },
  isReducible: (layout: Layout) => boolean = (layout) => exchangeable(layout).families.length > 0,
): Generator<Smaller> {
  const attempt = (bounds: Bounds): Smaller | undefined => {
    try {
      const layout = layoutOf(protocol.instance({ ...wanted, bounds }))
      return isReducible(layout) ? { bounds, layout } : undefined
    } catch (error) {
      // A bound may depend on another one.
      if (error instanceof ConfigError || error instanceof TypeError) return undefined
      throw error
    }
  }
  for (let current = attempt(wanted.bounds); current !== undefined;) {
    yield current
    const { bounds } = current
    current = Object.keys(bounds)
      .filter((name) => bounds[name]! > (protocol.bounds[name]?.min ?? Infinity))
      .sort((a, b) => bounds[b]! - bounds[a]!)
      .map((name) => attempt({ ...bounds, [name]: bounds[name]! - 1 }))
      .find((each) => each !== undefined)
  }
}

/** Compares at the first configuration that is small enough. Throws a `CrossCheckError` where something differs. */
export async function crossCheck(
  run: Run,
  properties: readonly Property[],
  options: SearchOptions,
  configurations: Iterable<Smaller>,
  mostStates: number = MOST_STATES,
): Promise<CrossCheck> {
  const families = run.basis.is === 'reduced' ? (run.basis.symmetry?.families ?? []) : []
  const plain: SearchOptions = { engine: options.engine, fairness: options.fairness, interrupt: options.interrupt }
  let because = 'no configuration with smaller bounds can be set up'
  for (const { bounds, layout } of configurations) {
    const unreduced = await check(layout, properties, { ...plain, maxStates: mostStates + 1 })
    if (options.interrupt?.aborted === true) return { is: 'none', because: 'it was interrupted' }
    because = `no configuration with smaller bounds has at most ${mostStates} states`
    if (unreduced.basis.is !== 'exact') continue
    // What could not be exchanged in the large configuration is not exchanged here.
    const symmetry = families.length > 0 ? families.map(({ family }) => family) : false
    const reduce = { ...options.reduce, symmetry }
    const reduced = await check(layout, properties, { ...plain, reduce })
    because = `with smaller bounds nothing was left out (${unreduced.statistics.states} states)`
    const [difference] = disagreements(reduced, unreduced)
    if (difference !== undefined) {
      const where = Object.entries(bounds).map(([name, value]) => `${name}=${value}`)
      throw new CrossCheckError(`Reduced and unreduced search disagree at ${where.join(' ')}: ${difference}.`)
    }
    const [less, all] = [reduced.statistics.states, unreduced.statistics.states]
    if (less < all) return { is: 'agrees', bounds, unreduced: all, reduced: less }
  }
  return { is: 'none', because }
}

const inWords = (result: Result, withLength: boolean): string =>
  [
    result.is,
    ...('value' in result ? [`${result.atLeast ? 'at least ' : ''}${result.value}`] : []),
    ...(withLength && 'steps' in result ? [`in ${result.steps} steps`] : []),
  ].join(' ')

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))

/** What a reduced and an unreduced run of one configuration say differently, as clauses. */
export function disagreements(reduced: Run, unreduced: Run): string[] {
  if (reduced.basis.is === 'refused') return [`the reduction is refused there: ${reduced.basis.because}`]
  const found: string[] = []
  const keepsLengths = reduced.basis.is !== 'reduced' || reduced.basis.partialOrder === undefined
  for (const { property, result } of reduced.verdicts) {
    const other = unreduced.verdicts.find((verdict) => verdict.property === property)
    // What the reduction leaves open it does not claim.
    if (other === undefined || result.is === 'inconclusive') continue
    const [ours, theirs] = [inWords(result, keepsLengths), inWords(other.result, keepsLengths)]
    if (ours !== theirs) found.push(`${property} is ${ours} and not ${theirs}`)
  }
  if (reduced.basis.is !== 'reduced') return found
  if (reduced.basis.partialOrder !== undefined && reduced.neverTaken.join() !== unreduced.neverTaken.join())
    found.push(`never taken are ${list(reduced.neverTaken)} and not ${list(unreduced.neverTaken)}`)
  if (reduced.basis.symmetry === undefined) return found
  const { symmetry } = reduced.basis
  const { states, depth } = unreduced.statistics
  // Where steps are left out, so are states, and those that are left may be found late.
  if (!keepsLengths)
    return symmetry.symmetricStart && symmetry.standFor > states
      ? [...found, `what was found stands for ${symmetry.standFor} states and not for at most ${states}`]
      : found
  if (symmetry.symmetricStart ? symmetry.standFor !== states : symmetry.standFor < states)
    found.push(`what was found stands for ${symmetry.standFor} states and not for ${states}`)
  if (symmetry.symmetricStart && reduced.statistics.depth !== depth)
    found.push(`the depth is ${reduced.statistics.depth} and not ${depth}`)
  return found
}
