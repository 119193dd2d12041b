/**
 * What recipes see: the type of a draft, computed from the domains.
 *
 * A reference reads as the member that it points to, so `victim.mm.mm_users` reads as in C. Handles of members are
 * opaque: compare them with `===`, read and write their fields, store them in `ref` fields; nothing else.
 */
import type { BoolDomain, EnumDomain, IntDomain, RefDomain, StateFields } from './domain.ts'

declare const memberOf: unique symbol

/**
 * The draft of a value of domain `D` within a state of fields `R`.
 *
 * Containers are matched by shape: `infer` from a constrained type parameter would make the compiler expand the
 * recursive union of all domains for ever.
 */
export type View<D, R extends StateFields> =
  D extends RefDomain<infer N>
    ? Member<R, N>
    : D extends BoolDomain
      ? boolean
      : D extends IntDomain
        ? number
        : D extends EnumDomain<infer V>
          ? V
          : D extends { kind: 'option'; of: infer E }
            ? View<E, R> | null
            : D extends { kind: 'struct'; fields: infer F }
              ? Record<F, R>
              : D extends { kind: 'array'; of: infer E }
                ? ArrayView<View<E, R>>
                : D extends { kind: 'queue'; of: infer E }
                  ? QueueView<View<E, R>>
                  : D extends { kind: 'set'; of: infer E }
                    ? SetView<View<E, R>>
                    : never

type Record<F, R extends StateFields> = { -readonly [K in keyof F]: View<F[K], R> }

/** A member of family `N`. */
export type Member<R extends StateFields, N> = N extends keyof R
  ? R[N] extends { kind: 'family'; fields: infer F }
    ? Record<F, R> & { readonly [memberOf]: N }
    : never
  : never

/** The names of the families of a state. */
export type FamilyName<R extends StateFields> = {
  [K in keyof R]: R[K] extends { kind: 'family' } ? K : never
}[keyof R] &
  string

/** The draft of a whole state. */
export type StateView<R extends StateFields> = {
  -readonly [K in keyof R as R[K] extends { kind: 'family' } ? never : K]: View<R[K], R>
} & { readonly [K in FamilyName<R>]: FamilyView<Member<R, K>> }

/** Questions that a collection answers without an order among its elements. */
export interface Collection<T> extends Iterable<T> {
  some(test: (each: T) => boolean): boolean
  every(test: (each: T) => boolean): boolean
  count(test: (each: T) => boolean): number
  filter(test: (each: T) => boolean): T[]
}

/** The members of a family. Walking it by number or `for … of` depends on the order of the members; the questions do not. */
export interface FamilyView<T> extends Collection<T> {
  readonly length: number
  readonly [index: number]: T
  sum(of: (each: T) => number): number
  /** The number of a member: its order becomes visible. */
  indexOf(member: T): number
}

/** Questions that a plain array answers too, so that one can be assigned. */
export interface ArrayView<T> extends Iterable<T> {
  some(test: (each: T) => boolean): boolean
  every(test: (each: T) => boolean): boolean
  filter(test: (each: T) => boolean): T[]
  readonly length: number
  [index: number]: T
}

export interface QueueView<T> extends Collection<T> {
  readonly length: number
  readonly isEmpty: boolean
  readonly isFull: boolean
  /** Appends; an error under `StaysInDomain` when the queue is full. */
  push(value: T): void
  /** Removes and returns the oldest; an error when the queue is empty. */
  shift(): T
  /** The element at a place, 0 being the oldest. */
  at(index: number): T
  includes(value: T): boolean
  /** Removes the oldest equal element; `false` when there was none. */
  remove(value: T): boolean
  clear(): void
}

export interface SetView<T> extends Collection<T> {
  readonly size: number
  readonly isEmpty: boolean
  has(value: T): boolean
  add(value: T): void
  delete(value: T): void
  clear(): void
}
