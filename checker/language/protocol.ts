/** Protocols: a model under its variants, bounds and ingredients. */
import type { Fields, StateFields } from './domain.ts'
import type { AnyProgram, DONE, Pick, Program, World } from './program.ts'
import type { StateView } from './view.ts'

/** A number that makes the state space finite: CPUs, tasks, pages, ticks. */
export interface Bound {
  readonly min: number
  readonly max: number
  readonly doc?: string
}

/** A switch of a row: something that is in play or not. Off unless a row turns it on. */
export interface Ingredient {
  readonly doc: string
}

/** One point of a protocol's configuration space. */
export type Config<V extends string = string, B extends string = string, I extends string = string> = Readonly<
  { variant: V } & Record<B, number> & Record<I, boolean>
>

/** Asks where a process stands: at a label, or anywhere inside a call made there. */
export type At<L extends string> = (process: object, label: L | `${L}/${string}` | typeof DONE) => boolean

export interface ProtocolDefinition<
  V extends string,
  B extends string,
  I extends string,
  R extends StateFields,
  H extends Fields,
  P extends AnyProgram,
> {
  readonly name: string
  /** Author, date, message-id or commit; what is kept and what is dropped stands in the file's header. */
  readonly source?: string
  /** The posted revisions. Without any there is one variant, `model`. */
  readonly variants?: readonly V[]
  readonly bounds: Readonly<Record<B, Bound>>
  readonly ingredients?: Readonly<Record<I, Ingredient>>
  readonly state: (config: NoInfer<Config<V, B, I>>) => R
  readonly history?: (config: NoInfer<Config<V, B, I>>) => H
  /** Sets the initial state; every `pick` makes one more. Without it all fields hold their initial values. */
  readonly init?: (config: NoInfer<Config<V, B, I>>) => (s: StateView<R>, pick: Pick) => void
  readonly programs: (config: NoInfer<Config<V, B, I>>) => readonly P[]
  /** Where it is all right that nothing is enabled. Without it: where every process is finished. */
  readonly done?: (config: NoInfer<Config<V, B, I>>) => (s: StateView<R>, at: At<LabelOf<P>>) => boolean
}

export type LabelOf<P> = P extends Program<string, infer K> ? K : never

/** A protocol at one configuration: all that an engine needs. Everything is erased to what engines can see. */
export interface Instance {
  readonly protocol: string
  readonly config: Config
  readonly state: StateFields
  readonly history: Fields
  readonly init: ((s: never, pick: Pick) => void) | undefined
  readonly programs: readonly AnyProgram[]
  readonly done: ((s: never, at: never) => boolean) | undefined
}

/** A point of the configuration space, as a row names it. Without a variant: the first. */
export interface Wanted<V extends string, B extends string, I extends string> {
  readonly variant?: V
  readonly bounds: Readonly<Record<B, number>>
  readonly ingredients?: readonly I[]
}

export interface Protocol<
  W extends World = World,
  V extends string = string,
  B extends string = string,
  I extends string = string,
  L extends string = string,
> {
  readonly name: string
  readonly source: string | undefined
  readonly variants: readonly V[]
  readonly bounds: Readonly<Record<B, Bound>>
  readonly ingredients: Readonly<Record<I, Ingredient>>
  /** The protocol at one point; throws a `ConfigError` that names what is wrong and what would be right. */
  instance(wanted: Wanted<V, B, I>): Instance
  readonly types?: (world: W, label: L, config: Config<V, B, I>) => void
}

/** Someone asked for a variant, bound or ingredient that does not exist or does not fit. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const list = (names: readonly string[]): string =>
  names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`

/** One of these names, or a `ConfigError` that lists them. */
export function known<N extends string>(what: string, name: string, names: readonly N[]): N {
  const found = names.find((each) => each === name)
  if (found === undefined) throw new ConfigError(`Unknown ${what} '${name}'; ${list(names)}.`)
  return found
}

/** Pages, links and files are called by the name of a protocol. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

function checkName(name: string): void {
  if (!NAME.test(name))
    throw new ConfigError(
      `The name of a protocol has letters, digits, '.', '_' and '-', and begins with a letter or a digit; not ${JSON.stringify(name)}.`,
    )
}

function checkBound(protocol: string, name: string, value: number | undefined, bound: Bound): number {
  if (value === undefined)
    throw new ConfigError(`${protocol} needs the bound '${name}' (${bound.min} to ${bound.max}).`)
  if (!Number.isInteger(value) || value < bound.min || value > bound.max)
    throw new ConfigError(
      `The bound '${name}' of ${protocol} must be a whole number from ${bound.min} to ${bound.max}, not ${value}.`,
    )
  return value
}

export function protocol<
  const V extends string,
  const B extends string,
  const I extends string,
  R extends StateFields,
  H extends Fields,
  P extends AnyProgram,
>(definition: ProtocolDefinition<V, B, I, R, H, P>): Protocol<World<R, H>, V, B, I, LabelOf<P>> {
  const { name } = definition
  checkName(name)
  const variants = definition.variants ?? (['model'] as unknown as readonly V[])
  const ingredients = definition.ingredients ?? ({} as Record<I, Ingredient>)
  const boundNames = Object.keys(definition.bounds) as B[]
  const ingredientNames = Object.keys(ingredients) as I[]
  return Object.freeze({
    name,
    source: definition.source,
    variants,
    bounds: definition.bounds,
    ingredients,
    instance: (wanted: Wanted<V, B, I>) => {
      const values: Record<string, string | number | boolean> = {
        variant: known(`variant of ${name}`, wanted.variant ?? variants[0] ?? '', variants),
      }
      for (const key of Object.keys(wanted.bounds)) known(`bound of ${name}`, key, boundNames)
      for (const key of boundNames) values[key] = checkBound(name, key, wanted.bounds[key], definition.bounds[key])
      for (const key of ingredientNames) values[key] = false
      for (const key of wanted.ingredients ?? []) values[known(`ingredient of ${name}`, key, ingredientNames)] = true
      const config = Object.freeze(values) as Config<V, B, I>
      return Object.freeze({
        protocol: name,
        config,
        state: definition.state(config),
        history: definition.history?.(config) ?? {},
        init: definition.init?.(config),
        programs: definition.programs(config),
        done: definition.done?.(config),
      })
    },
  })
}
