/**
 * The smallest instances that show something: bounds and ingredients form a lattice, in which the instances below a given
 * one are decided, from the smallest up.
 *
 * Showing something is not monotone: a larger instance may lack what a smaller one shows. So "no smaller instance shows
 * it" is said only where every instance below was decided and none of them does. A smaller instance may well need more
 * steps; that is why it is an artifact of its own, beside the shortest schedule of the given one.
 */
import { layoutOf, type Layout } from '../engine/layout.ts'
import { ConfigError, type Protocol } from '../language/protocol.ts'
import type { Property } from '../language/property.ts'
import { STAYS_IN_DOMAIN } from '../language/property.ts'
import { check, type SearchOptions } from '../search/breadth-first.ts'
import type { Result, Run, Verdict } from '../search/verdict.ts'
import type { Shown } from '../trace/counterexample.ts'

/** More instances than this are not decided. */
export const MAX_INSTANCES = 10_000

/** An instance of a protocol, all but the variant. */
export interface Point {
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients: readonly string[]
}

export interface Asked extends Point {
  readonly protocol: Protocol
  readonly variant: string
  readonly properties: readonly Property[]
  /** The name of what is shown, built-in ones included. */
  readonly property: string
  readonly shown: Shown
  /** Also instances with fewer of the ingredients. */
  readonly fewerIngredients: boolean
}

/** An instance that shows it. */
export interface Smallest extends Point {
  readonly layout: Layout
  readonly run: Run
  readonly verdict: Verdict
  /** Every instance below was decided, and none shows it. */
  readonly proved: boolean
  /** The instances below that were not decided. */
  readonly undecided: readonly Point[]
  /** So many lie below, those left out that cannot be set up. */
  readonly below: number
}

export interface Instances {
  /** None of them is below another. Empty: neither the given instance nor one below was seen to show it. */
  readonly smallest: readonly Smallest[]
  /** Instances that were decided, one way or the other. */
  readonly decided: number
  /** Instances that the budget did not suffice for; those above one that shows it are not even tried. */
  readonly undecided: readonly Point[]
  /** Points of the lattice where the protocol cannot be set up: there is no instance that could show anything. */
  readonly impossible: readonly Point[]
}

/** Is this as large a result as the one to be shown? A larger maximum shows more, not less. */
export function isShownBy(shown: Shown, result: Result): boolean {
  switch (shown.result) {
    case 'violated':
    case 'reachable':
    case 'unbounded':
      return result.is === shown.result
    case 'maximum':
      return result.is === 'unbounded' || (result.is === 'maximum' && result.value >= shown.value)
    case 'minimum':
      return result.is === 'minimum' && result.value <= shown.value
  }
}

const isBelow = (a: Point, b: Point): boolean =>
  Object.entries(a.bounds).every(([name, value]) => value <= (b.bounds[name] ?? -Infinity)) &&
  a.ingredients.every((name) => b.ingredients.includes(name))

const size = ({ bounds, ingredients }: Point): number =>
  Object.values(bounds).reduce((sum, value) => sum + value, ingredients.length)

/** The points below the given one, itself included, smaller ones first. */
function pointsBelow({ protocol, bounds, ingredients, fewerIngredients }: Asked): Point[] {
  const ranges = Object.entries(protocol.bounds).map(([name, { min }]) => {
    const values = Array.from({ length: (bounds[name] ?? min) - min + 1 }, (_, i) => min + i)
    return { name, values }
  })
  const many = ranges.reduce(
    (product, { values }) => product * values.length,
    fewerIngredients ? 2 ** ingredients.length : 1,
  )
  if (many > MAX_INSTANCES)
    throw new ConfigError(
      `${many} instances of ${protocol.name} lie below this one; ${MAX_INSTANCES} are the most that are decided. Start from smaller bounds.`,
    )
  let points: Point[] = [{ bounds: {}, ingredients: fewerIngredients ? [] : ingredients }]
  for (const { name, values } of ranges)
    points = points.flatMap((point) =>
      values.map((value) => ({ ...point, bounds: { ...point.bounds, [name]: value } })),
    )
  for (const name of fewerIngredients ? ingredients : [])
    points = points.flatMap((point) => [point, { ...point, ingredients: [...point.ingredients, name] }])
  return points.sort((a, b) => size(a) - size(b))
}

/** The instance at a point; `undefined` where the protocol refuses to be set up. */
function layoutAt({ protocol, variant }: Asked, point: Point): Layout | undefined {
  try {
    return layoutOf(protocol.instance({ variant, ...point }))
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

/** The properties without which the one cannot be decided: a fault can be in any of them. */
const needed = ({ properties, property }: Asked): readonly Property[] =>
  property === STAYS_IN_DOMAIN ? properties : properties.filter(({ name }) => name === property)

/**
 * The minimal instances at or below the given one that show the same result of the property; for extremes, a value at
 * least as extreme. An instance above one that shows it is not decided: it cannot be minimal.
 */
export async function smallestInstances(asked: Asked, options: SearchOptions): Promise<Instances> {
  // The given point must be one: otherwise everything below could be refused in silence.
  layoutOf(asked.protocol.instance({ variant: asked.variant, bounds: asked.bounds, ingredients: asked.ingredients }))
  const showing: Omit<Smallest, 'proved' | 'undecided' | 'below'>[] = []
  const notShowing: Point[] = []
  const undecided: Point[] = []
  const impossible: Point[] = []
  let decided = 0
  for (const point of pointsBelow(asked)) {
    if (showing.some((each) => isBelow(each, point))) continue
    const layout = layoutAt(asked, point)
    if (layout === undefined) {
      impossible.push(point)
      continue
    }
    const run = await check(layout, needed(asked), options)
    const verdict = run.verdicts.find(({ property }) => property === asked.property)
    if (verdict === undefined || verdict.result.is === 'inconclusive') undecided.push(point)
    else {
      decided++
      if (isShownBy(asked.shown, verdict.result)) showing.push({ ...point, layout, run, verdict })
      else notShowing.push(point)
    }
  }
  const smallest = showing.map((each) => {
    const open = undecided.filter((point) => isBelow(point, each))
    const below = open.length + notShowing.filter((point) => isBelow(point, each)).length
    return { ...each, proved: open.length === 0, undecided: open, below }
  })
  return { smallest, decided, undecided, impossible }
}
