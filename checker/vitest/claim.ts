/** What the matchers are given: a property of a protocol at one configuration; and how it is decided. */
import { immerEngine } from '../engine/immer.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import { NO_DEADLOCK, STAYS_IN_DOMAIN, type Property } from '../language/property.ts'
import { ConfigError, known, type Instance } from '../language/protocol.ts'
import type { Fairness, Spec } from '../language/spec.ts'
import { check } from '../search/breadth-first.ts'
import { checkFairness } from '../search/fairness.ts'
import type { Verdict } from '../search/verdict.ts'
import { checkClaim } from './given.ts'

/** A protocol, whatever its types. */
export interface AnyProtocol {
  readonly name: string
  instance(wanted: never): Instance
}

interface Point {
  /** Without it: the first. */
  readonly variant?: string
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients?: readonly string[]
  /** What liveness may rely on. */
  readonly fairness?: Fairness
  /** `table`, unless the slow reference is wanted. */
  readonly engine?: 'table' | 'immer'
  /** The search stops at so many states; what is then not known fails every matcher. */
  readonly maxStates?: number
  /** Seconds after which the search stops. */
  readonly timeout?: number
}

/** A property by its name in a spec (or `StaysInDomain`, `NoDeadlock`), or as it was made for a protocol. */
export type Claim = Point &
  (
    | { readonly spec: Spec; readonly property: string }
    | { readonly protocol: AnyProtocol; readonly property: Property | string }
  )

const BUILT_IN = [STAYS_IN_DOMAIN, NO_DEADLOCK]

/** A claim with its names looked up. */
export interface Resolved {
  readonly name: string
  readonly layout: Layout
  /** None for what every search decides by itself. */
  readonly properties: readonly Property[]
  /** `spinlock test-then-set cpus=2: MutualExclusion`. */
  readonly title: string
}

function propertyOf(claim: Claim): Property | undefined {
  const { property } = claim
  if (typeof property !== 'string') return property
  if (BUILT_IN.includes(property)) return undefined
  if (!('spec' in claim))
    throw new ConfigError(
      `A protocol has no property '${property}' by itself: give the property, a spec that has it, or one of ${BUILT_IN.join(', ')}.`,
    )
  const { name, properties } = claim.spec
  const names = [...properties.map((each) => each.name), ...BUILT_IN]
  known(`property of ${name}`, property, names)
  return properties.find((each) => each.name === property)
}

/** Throws a `ConfigError` where something else is given than a claim, or something is named that does not exist. */
export function resolve(claim: Claim): Resolved {
  checkClaim(claim)
  const { variant, bounds, ingredients = [], fairness = {} } = claim
  const protocol: AnyProtocol = 'spec' in claim ? claim.spec.protocol : claim.protocol
  const wanted = { ...(variant === undefined ? {} : { variant }), bounds, ingredients }
  const layout = layoutOf(protocol.instance(wanted as never))
  checkFairness(layout.processes, fairness)
  const property = propertyOf(claim)
  const name = typeof claim.property === 'string' ? claim.property : claim.property.name
  const where = [
    layout.instance.config.variant,
    ...Object.entries(bounds).map(([bound, value]) => `${bound}=${value}`),
    ...ingredients.map((ingredient) => `+${ingredient}`),
  ]
  const title = `${protocol.name} ${where.join(' ')}: ${name}`
  return { name, layout, properties: property === undefined ? [] : [property], title }
}

/** Decides the claim by a search of all states, within its budget. */
export async function decideClaim(claim: Claim, { name, layout, properties }: Resolved): Promise<Verdict> {
  const { verdicts } = await check(layout, properties, {
    engine: claim.engine === 'immer' ? immerEngine : tableEngine,
    fairness: claim.fairness,
    maxStates: claim.maxStates,
    timeoutSeconds: claim.timeout,
  })
  const verdict = verdicts.find(({ property }) => property === name)
  if (verdict === undefined) throw new Error(`The search has not decided ${name}.`)
  return verdict
}
