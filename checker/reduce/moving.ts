/**
 * What a permutation of members moves: every slot of a layout, sorted by how it follows the members.
 *
 * A *field* has one slot for each member of its family and goes where that member goes. A *link* is a reference: its slot
 * goes where its owner goes, if it has one, and its code is renamed. A *set* has a slot for each pair of an owner and an
 * element, and follows both; one without an owner is a field of its elements. References in what is absent, and in frames
 * that are not in use, are no references: they hold the initial code, and are not renamed.
 */
import type { Layout, MemberNode, Node } from '../engine/layout.ts'
import type { FamilySize } from '../engine/orders.ts'
import type { Process } from '../engine/process.ts'

/** One value for each member. */
export interface Field {
  readonly family: number
  /** By member. */
  readonly slots: readonly number[]
}

/** A reference to a member of `target`, of each member of `owner`, or a single one. */
export interface Link {
  readonly owner: number | undefined
  readonly target: number
  readonly slots: readonly number[]
  /** 1 where code 0 means that there is none, and the members follow. */
  readonly offset: 0 | 1
  /** By slot: it is a reference while the code of each of these slots is one of those. */
  readonly while: readonly (readonly Condition[])[]
}
export interface Condition {
  readonly slot: number
  /** By code: 1 where it is met. */
  readonly codes: Uint8Array
}

/** A set of members of `target` for each member of `owner`: the slots by owner, then by element. */
export interface Membership {
  readonly owner: number
  readonly target: number
  readonly slots: readonly (readonly number[])[]
}

export interface Moving {
  readonly fields: readonly Field[]
  readonly links: readonly Link[]
  readonly memberships: readonly Membership[]
}

type Item =
  | { readonly is: 'field'; readonly slot: number }
  | {
      readonly is: 'link'
      readonly slot: number
      readonly target: number
      readonly offset: 0 | 1
      readonly while: readonly Condition[]
    }
  | { readonly is: 'set'; readonly slots: readonly number[]; readonly target: number }

class Mover {
  readonly #layout: Layout
  readonly #families: readonly FamilySize[]

  constructor(layout: Layout, families: readonly FamilySize[]) {
    this.#layout = layout
    this.#families = families
  }

  #number(family: string): number {
    return this.#families.findIndex((each) => each.family === family)
  }

  /** What stands below a node. `inUse`: when the frame that it belongs to is. */
  #items(node: Node, inUse: readonly Condition[] = []): Item[] {
    switch (node.kind) {
      case 'scalar': {
        const target = node.domain.kind === 'ref' ? this.#number(node.domain.family) : -1
        if (target < 0) return [{ is: 'field', slot: node.slot }]
        const conditions = [...inUse, ...this.#presence(node.slot)]
        return [{ is: 'link', slot: node.slot, target, offset: node.nullable ? 1 : 0, while: conditions }]
      }
      case 'struct':
        return Object.values(node.fields).flatMap((field) => this.#items(field, inUse))
      case 'option':
        return [{ is: 'field', slot: node.present }, ...this.#items(node.of, inUse)]
      case 'array':
        return node.elements.flatMap((element) => this.#items(element, inUse))
      case 'queue':
        return [{ is: 'field', slot: node.length }, ...node.elements.flatMap((element) => this.#items(element, inUse))]
      case 'set': {
        const target = node.domain.kind === 'ref' ? this.#number(node.domain.family) : -1
        return target < 0
          ? node.bits.map((slot): Item => ({ is: 'field', slot }))
          : [{ is: 'set', slots: node.bits, target }]
      }
    }
  }

  #presence(slot: number): Condition[] {
    return (this.#layout.presence.get(slot) ?? []).map(({ by, least }) => ({
      slot: by,
      codes: Uint8Array.from({ length: this.#layout.slots[by]!.size }, (_, code) => (code >= least ? 1 : 0)),
    }))
  }

  #ofMember(member: MemberNode, process: Process | undefined): Item[] {
    const pc: Item[] = member.pc === undefined ? [] : [{ is: 'field', slot: member.pc }]
    const frames = Object.entries(member.frames).flatMap(([procedure, frame]) =>
      this.#items(frame, process === undefined ? [] : [whileIn(process, procedure)]),
    )
    return [...pc, ...this.#items(member.fields), ...frames]
  }

  moving(): Moving {
    const found = { fields: [] as Field[], links: [] as Link[], memberships: [] as Membership[] }
    const { root, history, processes } = this.#layout
    for (const node of [...Object.values(root), history]) {
      if (node.kind !== 'family') for (const item of this.#items(node)) addShared(item, found)
      else {
        const family = this.#number(node.name)
        const members = node.members.map((member, index) =>
          this.#ofMember(
            member,
            processes.find((process) => process.family === node.name && process.index === index),
          ),
        )
        if (family < 0) for (const item of members.flat()) addShared(item, found)
        else
          (members[0] ?? []).forEach((_, i) =>
            addOwned(
              family,
              members.map((items) => items[i]!),
              found,
            ),
          )
      }
    }
    return found
  }
}

/** While a process stands where a procedure has a frame in use. */
function whileIn({ pc, program }: Process, procedure: string): Condition {
  const codes = new Uint8Array(program.labels.length + 1)
  for (const { index, within } of program.labels) if (within.includes(procedure)) codes[index] = 1
  return { slot: pc, codes }
}

interface Found {
  readonly fields: Field[]
  readonly links: Link[]
  readonly memberships: Membership[]
}

/** What belongs to no member that is exchanged: a value stays where it is. */
function addShared(item: Item, { fields, links }: Found): void {
  if (item.is === 'link') links.push({ ...item, owner: undefined, slots: [item.slot], while: [item.while] })
  else if (item.is === 'set') fields.push({ family: item.target, slots: item.slots })
}

/** The same thing of every member of a family. */
function addOwned(owner: number, items: readonly Item[], { fields, links, memberships }: Found): void {
  const ofKind = <K extends Item['is']>(kind: K): Extract<Item, { is: K }>[] =>
    items.filter((item): item is Extract<Item, { is: K }> => item.is === kind)
  const [first] = items
  if (first?.is === 'field') fields.push({ family: owner, slots: ofKind('field').map(({ slot }) => slot) })
  else if (first?.is === 'link') {
    const { target, offset } = first
    const all = ofKind('link')
    links.push({ owner, target, offset, slots: all.map(({ slot }) => slot), while: all.map((each) => each.while) })
  } else if (first?.is === 'set')
    memberships.push({ owner, target: first.target, slots: ofKind('set').map(({ slots }) => slots) })
}

/** What the permutations of these families move. */
export const movingOf = (layout: Layout, families: readonly FamilySize[]): Moving =>
  new Mover(layout, families).moving()
