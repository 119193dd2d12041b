/** Specs: rows of configurations with the verdicts that are expected there. */
import { NO_DEADLOCK, STAYS_IN_DOMAIN, type Property } from './property.ts'
import { ConfigError, known, type Bound, type Ingredient, type Protocol } from './protocol.ts'
import type { World } from './program.ts'

/** A verdict that a row expects. Numbers are those of the shortest schedule, or of the extreme. */
export type Expectation =
  | { readonly is: 'holds' }
  | { readonly is: 'violated'; readonly steps?: number }
  | { readonly is: 'reachable'; readonly steps?: number }
  | { readonly is: 'unreachable' }
  | {
      readonly is: 'maximum' | 'minimum'
      readonly value: number
      readonly atLeast?: boolean
      /** Of `longest`: what is waited for may also never come. */
      readonly orNever?: boolean
    }
  /** `longest` has no maximum. */
  | { readonly is: 'unbounded' }

export const holds: Expectation = Object.freeze({ is: 'holds' })
export const unreachable: Expectation = Object.freeze({ is: 'unreachable' })
export const violated = (steps?: number): Expectation =>
  Object.freeze(steps === undefined ? { is: 'violated' } : { is: 'violated', steps })
export const reachable = (steps?: number): Expectation =>
  Object.freeze(steps === undefined ? { is: 'reachable' } : { is: 'reachable', steps })
export const unbounded: Expectation = Object.freeze({ is: 'unbounded' })
export const maximum = (value: number, options: { readonly orNever?: boolean } = {}): Expectation =>
  Object.freeze({ is: 'maximum', value, ...options })
export const minimum = (value: number): Expectation => Object.freeze({ is: 'minimum', value })

/** Who is not held up for ever, by family (`cpu`) or label (`cpu.out_of_memory`); each member by itself. */
export interface Fairness {
  /** If for ever enabled, it moves again and again. */
  readonly weak?: readonly string[]
  /** If enabled again and again, it moves again and again. */
  readonly strong?: readonly string[]
}

export interface Row<V extends string = string, B extends string = string, I extends string = string> {
  /** Ids of the ledger of claims that this row decides. */
  readonly claims?: readonly string[]
  readonly variant?: V
  readonly bounds: Readonly<Record<B, number>>
  readonly ingredients?: readonly I[]
  /** What `eventually`, `leadsTo`, `alwaysEventually` and `progress` may rely on. */
  readonly fairness?: Fairness
  /** Property name → verdict. `StaysInDomain` and `NoDeadlock` are decided in every row, and hold unless named here. */
  readonly expect: Readonly<Record<string, Expectation>>
  /** Reachable states, when two independent counts agree on them. */
  readonly states?: number
  /** One sentence that a kernel engineer would accept as the reason. */
  readonly why: string
  /** Decided only with `--full`. */
  readonly full?: boolean
}

/** The rows of a protocol, for specs that keep them in files of their own. */
export type RowOf<P> = P extends {
  readonly variants: readonly (infer V extends string)[]
  readonly bounds: Readonly<Record<infer B extends string, Bound>>
  readonly ingredients: Readonly<Record<infer I extends string, Ingredient>>
}
  ? Row<V, B, I>
  : never

export interface Spec {
  readonly name: string
  readonly protocol: Protocol
  readonly properties: readonly Property[]
  readonly rows: readonly Row[]
  /** Names of properties that are not worth a line of their own where they hold in every row that asks for them. */
  readonly routine?: readonly string[]
  /** Parts of the state that are locks: `oom_lock`, `mm.mmap_lock`. Mutants drop each of them, family by family. */
  readonly locks?: readonly string[]
  /** Mutants of the model that no row notices, by the name that `oomcheck mutate` gives them, and why that does no harm. */
  readonly survives?: Readonly<Record<string, string>>
}

export function spec<W extends World, V extends string, B extends string, I extends string, L extends string>(
  protocol: Protocol<W, V, B, I, L>,
  definition: {
    readonly properties: readonly Property[]
    readonly rows: readonly Row<NoInfer<V>, NoInfer<B>, NoInfer<I>>[]
    readonly routine?: readonly string[]
    readonly locks?: readonly string[]
    readonly survives?: Readonly<Record<string, string>>
  },
): Spec {
  const names = definition.properties.map((property) => property.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new ConfigError(`The spec of ${protocol.name} declares the property '${twice}' twice.`)
  for (const row of definition.rows)
    for (const name of Object.keys(row.expect))
      if (!names.includes(name) && name !== NO_DEADLOCK && name !== STAYS_IN_DOMAIN)
        throw new ConfigError(
          `A row of ${protocol.name} expects something of '${name}', which is no property of it; there are: ${names.join(', ')}.`,
        )
  for (const name of definition.routine ?? []) known('property', name, names)
  return Object.freeze({ name: protocol.name, protocol: protocol as unknown as Protocol, ...definition })
}
