/**
 * The order in which recipes meet the members of families, for finding out whether it matters.
 *
 * Members are opaque handles, so their order is all that can tell them apart: where a family is walked, asked for a
 * number, or a set of references into it is walked. A tree of handles over `Orders` meets them in the order that is set.
 */
import type { Order } from './collections.ts'

/** Families of these are met in the order of the declaration, unless another one is set. */
export interface FamilySize {
  readonly family: string
  readonly members: number
}

/** For some families the numbers of their members, in the order in which they are to be met. */
export type Arrangement = ReadonlyMap<string, readonly number[]>

export class Orders {
  readonly families: readonly FamilySize[]
  /** Families at whose order something looked since `begin`. */
  readonly seen: Set<string> = new Set()
  readonly #declared: Arrangement
  readonly #current = new Map<string, readonly number[]>()

  constructor(families: readonly FamilySize[]) {
    this.families = families
    this.#declared = new Map(
      families.map(({ family, members }) => [family, Array.from({ length: members }, (_, i) => i)]),
    )
    this.arrange(new Map())
  }

  /** Sets the order of every family: those that are not named are met as declared. */
  arrange(arrangement: Arrangement): void {
    for (const [family, declared] of this.#declared) this.#current.set(family, arrangement.get(family) ?? declared)
  }

  /** The order of a family; `undefined` where it is never changed. */
  orderOf(family: string): Order | undefined {
    if (!this.#declared.has(family)) return undefined
    return () => {
      this.seen.add(family)
      return this.#current.get(family)!
    }
  }
}

/** All orders of so many members, that of the declaration first. */
export function permutationsOf(members: number): readonly (readonly number[])[] {
  const ordersOf = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((first) => ordersOf(left.filter((each) => each !== first)).map((others) => [first, ...others]))
  return ordersOf(Array.from({ length: members }, (_, i) => i))
}

/**
 * Every way to arrange these families but the declared one: first the ways that rearrange one family only, so that the
 * first one that makes a difference rearranges as few as possible.
 */
export function arrangementsOf(families: readonly FamilySize[]): Arrangement[] {
  let all: (readonly (readonly [string, readonly number[]])[])[] = [[]]
  for (const { family, members } of families) {
    const [, ...others] = permutationsOf(members)
    all = all.flatMap((some) => [some, ...others.map((order) => [...some, [family, order] as const])])
  }
  return all
    .slice(1)
    .sort((a, b) => a.length - b.length)
    .map((some) => new Map(some))
}

/** How many arrangements there are, the declared one included. */
export const arrangementCount = (families: readonly FamilySize[]): number =>
  families.reduce((product, { members }) => product * factorial(members), 1)

export const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
