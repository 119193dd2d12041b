/**
 * What exchanging two neighbouring members of a family does to slots and processes. Repeated, such exchanges make every
 * permutation of the members of every family.
 */
import type { Exchange, Exchanges } from '../engine/engine.ts'
import type { Layout } from '../engine/layout.ts'
import type { FamilySize } from '../engine/orders.ts'
import { movingOf, type Moving } from './moving.ts'

/** The exchanges that make all permutations of these families. */
export function exchangesOf(layout: Layout, families: readonly FamilySize[]): Exchanges {
  const moving = movingOf(layout, families)
  return {
    each: families.flatMap(({ members }, family) =>
      Array.from({ length: members - 1 }, (_, first) => exchange(layout, moving, families, family, first)),
    ),
    comeAndGo: new Set(moving.links.flatMap(({ slots, while: uses }) => slots.filter((_, i) => uses[i]!.length > 0))),
  }
}

/** Exchanges a member with the one after it. */
function exchange(
  { slots, processes }: Layout,
  { fields, links, memberships }: Moving,
  families: readonly FamilySize[],
  family: number,
  first: number,
): Exchange {
  const moved = (of: number | undefined, member: number): number =>
    of !== family ? member : member === first ? first + 1 : member === first + 1 ? first : member
  const slotTo = Int32Array.from(slots, ({ id }) => id)
  const move = (owner: number | undefined, group: readonly number[]): void =>
    group.forEach((slot, i) => (slotTo[slot] = group[moved(owner, i)]!))
  for (const { family: owner, slots: group } of fields) move(owner, group)
  for (const { owner, slots: group } of links) move(owner, group)
  for (const { owner, target, slots: groups } of memberships)
    groups.forEach((group, i) =>
      group.forEach((slot, j) => (slotTo[slot] = groups[moved(owner, i)]![moved(target, j)]!)),
    )
  const { family: name } = families[family]!
  const processTo = Int32Array.from(processes, ({ id, family: of, index }) =>
    of === name ? processes.find((other) => other.family === of && other.index === moved(family, index))!.id : id,
  )
  return { slotTo, processTo }
}
