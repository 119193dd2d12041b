/**
 * Symmetry: members of a family are opaque, so states that differ only in which member is which are explored once.
 *
 * Why that is sound (C. N. Ip, D. L. Dill, Better Verification Through Symmetry, 1996). Let G be the permutations of the
 * members of the families that are exchanged, acting on a state by moving what belongs to a member and renaming the
 * references to it. The search keeps one state r of each orbit. Let every step be symmetric at every state that is
 * kept: next(π r) = π next(r) for all π of G. Then by induction every reachable state s is some π r with r kept: if s
 * leads to t, then r = π⁻¹ s leads to π⁻¹ t, and the state that is kept for that is the one for t. The other way round
 * what is kept is reachable, up to a renaming, in as many steps. So invariants, steps, deadlocks, extremes, AG EF and the
 * lengths of shortest schedules carry over for properties that are symmetric themselves. The initial states need not be.
 *
 * That steps and properties are symmetric is shown leaf by leaf while they are recorded (engine/every-order.ts). A family
 * to whose order something is sensitive is left out, and the search begins anew without it. Values that never change take
 * no bits and are not moved; members of a family are declared alike, so these are alike, too.
 *
 * What depends on who is who is not preserved: the number of context switches, and fairness to each member, for which
 * the quotient would have to remember permutations (E. A. Emerson, A. P. Sistla, Utilizing Symmetry when Model-Checking
 * under Fairness Assumptions, 1997). Liveness is therefore left open.
 */
import type { Symmetry } from '../engine/engine.ts'
import type { Layout } from '../engine/layout.ts'
import type { FamilySize } from '../engine/orders.ts'
import { CanonicalForm } from './canonical.ts'
import { exchangesOf } from './exchanges.ts'

/** More members than this are not exchanged: sums of powers of their number would not be exact. */
export const MOST_MEMBERS = 12

/** A family that is not exchanged, and why. */
export interface LeftOut {
  readonly family: string
  readonly reason: string
}

/** The families with something to exchange, and those that are too large. */
export function exchangeable(layout: Layout): { readonly families: FamilySize[]; readonly leftOut: LeftOut[] } {
  const sizes = [...layout.families.values()].map(({ name, members }) => ({ family: name, members: members.length }))
  return {
    families: sizes.filter(({ members }) => members >= 2 && members <= MOST_MEMBERS),
    leftOut: sizes
      .filter(({ members }) => members > MOST_MEMBERS)
      .map(({ family, members }) => ({ family, reason: `it has ${members} members; ${MOST_MEMBERS} are the most` })),
  }
}

/** The symmetry of these families. */
export const symmetryOf = (families: readonly FamilySize[]): Symmetry => ({
  families,
  canonical: (layout, codec) => new CanonicalForm(layout, codec, families),
  exchanges: (layout) => exchangesOf(layout, families),
})
