/**
 * Finite domains: what a field of the state may hold.
 *
 * A domain is plain data that engines turn into slots and bits; authors only combine the constructors below.
 * Initial values: `false`, the number nearest to 0, the first of `oneOf`, `null`, empty, and for a `ref` the first member.
 */

/** What happens when a number outside an integer domain is written. An `error` ends the branch under `StaysInDomain`. */
export type Overflow = 'error' | 'wrap' | 'saturate'

export interface BoolDomain {
  readonly kind: 'bool'
}
export interface IntDomain {
  readonly kind: 'int'
  readonly lo: number
  readonly hi: number
  readonly overflow: Overflow
}
export interface EnumDomain<V extends string = string> {
  readonly kind: 'enum'
  readonly values: readonly V[]
}
export interface RefDomain<N extends string = string> {
  readonly kind: 'ref'
  readonly family: N
}
export interface OptionDomain<D extends Domain = Domain> {
  readonly kind: 'option'
  readonly of: D
}
export interface ArrayDomain<D extends Domain = Domain> {
  readonly kind: 'array'
  readonly length: number
  readonly of: D
}
export interface QueueDomain<D extends Domain = Domain> {
  readonly kind: 'queue'
  readonly capacity: number
  readonly of: D
}
export interface SetDomain<D extends ScalarDomain = ScalarDomain> {
  readonly kind: 'set'
  readonly of: D
}
export interface StructDomain<F extends Fields = Fields> {
  readonly kind: 'struct'
  readonly fields: F
}
export interface FamilyDomain<F extends Fields = Fields> {
  readonly kind: 'family'
  /** Number of members; `undefined` for a singleton, whose one member is named like the family, without a number. */
  readonly size: number | undefined
  readonly fields: F
}

/** One value, one slot. */
export type ScalarDomain = BoolDomain | IntDomain | EnumDomain | RefDomain
export type Domain = ScalarDomain | OptionDomain | ArrayDomain | QueueDomain | SetDomain | StructDomain
export type Fields = Readonly<Record<string, Domain>>
/** The whole state: shared fields, and families of members beside them. */
export type StateFields = Readonly<Record<string, Domain | FamilyDomain>>

const wholeNumber = (what: string, n: number): number => {
  if (!Number.isSafeInteger(n) || Math.abs(n) > 2 ** 30)
    throw new TypeError(`${what} must be a whole number within ±2^30, not ${n}.`)
  return n
}
const size = (what: string, n: number): number => {
  if (wholeNumber(what, n) < 0) throw new TypeError(`${what} must not be negative, not ${n}.`)
  return n
}

export const bool: BoolDomain = Object.freeze({ kind: 'bool' })

/** The whole numbers `lo … hi`, both included. */
export function range(lo: number, hi: number, overflow: Overflow = 'error'): IntDomain {
  wholeNumber('The lower end of a range', lo)
  if (wholeNumber('The upper end of a range', hi) < lo)
    throw new TypeError(`range(${lo}, ${hi}) is empty: the upper end must not be below the lower.`)
  return Object.freeze({ kind: 'int', lo, hi, overflow })
}

/** The whole numbers `0 … n`. */
export function upTo(n: number, overflow: Overflow = 'error'): IntDomain {
  return range(0, n, overflow)
}

/** One of a few words. */
export function oneOf<const V extends string>(...values: readonly V[]): EnumDomain<V> {
  if (values.length === 0) throw new TypeError('oneOf() needs at least one value.')
  if (new Set(values).size !== values.length) throw new TypeError(`oneOf(${values.join(', ')}) names a value twice.`)
  return Object.freeze({ kind: 'enum', values: Object.freeze([...values]) })
}

/** A member of the family of that name: a pointer that is never NULL. `option(ref('mm'))` may be. */
export function ref<const N extends string>(family: N): RefDomain<N> {
  return Object.freeze({ kind: 'ref', family })
}

/** A value or `null`. */
export function option<D extends Domain>(of: D): OptionDomain<D> {
  if (of.kind === 'option') throw new TypeError('option(option(…)) has two nulls that could not be told apart.')
  return Object.freeze({ kind: 'option', of })
}

/** A fixed number of like fields, read and written by number. */
export function array<D extends Domain>(length: number, of: D): ArrayDomain<D> {
  return Object.freeze({ kind: 'array', length: size('The length of an array', length), of })
}

/** First in, first out, at most `capacity` long; pushing onto a full queue is an error. */
export function queue<D extends Domain>(capacity: number, of: D): QueueDomain<D> {
  return Object.freeze({ kind: 'queue', capacity: size('The capacity of a queue', capacity), of })
}

/** A set of scalar values. */
export function setOf<D extends ScalarDomain>(of: D): SetDomain<D> {
  return Object.freeze({ kind: 'set', of })
}

/** Fields under one name. Assigning a struct copies it. */
export function struct<F extends Fields>(fields: F): StructDomain<F> {
  return Object.freeze({ kind: 'struct', fields })
}

/**
 * A set of like members: CPUs, tasks, mm_structs. Members that get a program are processes, the others a pool.
 * Stands only at the top of the state, since references are by family name.
 */
export function family<F extends Fields>(count: number, fields: F): FamilyDomain<F> {
  return Object.freeze({ kind: 'family', size: size('The size of a family', count), fields })
}

/** A family of one, named without a number: a daemon, the environment. */
export function singleton<F extends Fields>(fields: F): FamilyDomain<F> {
  return Object.freeze({ kind: 'family', size: undefined, fields })
}
