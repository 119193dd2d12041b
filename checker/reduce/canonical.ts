/**
 * The canonical form of a packed state under the permutations of members: one state for each orbit, exactly.
 *
 * Members are first told apart by what they hold themselves, then, again and again, by the members that they refer to and
 * that refer to them. All of that is symmetric: renaming the members of a state renames the result. Where some are still
 * alike, each of them is tried in turn as the first of them. Every way ends in an order of the members; the form is the
 * least of the states in these orders. A renamed state has the same ways, and so the same least one.
 *
 * Two ways that end in the same state differ by a permutation that leaves the state as it is; so the ways to the least
 * state number |stabiliser|, and the orbit has |G| / |stabiliser| states. This also saves ways: members that can be
 * exchanged without a trace need be tried in one order only, and a member one of whose ways ends where a way of the
 * first one ended has the same ways as that one.
 */
import type { Canonical } from '../engine/engine.ts'
import { maskOf, type Codec } from '../engine/codec.ts'
import type { Layout } from '../engine/layout.ts'
import { arrangementCount, factorial, type FamilySize } from '../engine/orders.ts'
import { movingOf, type Condition, type Link } from './moving.ts'

/** So many forms are kept, a power of two: successors of neighbouring states are often the same. */
const KNOWN = 2 ** 14

/** Whole numbers below this are exact. */
const EXACT = 2 ** 53

/** What tells members of one family apart by themselves: sums of code times weight, in as few numbers as are exact. */
interface Trait {
  readonly family: number
  readonly word: number
  readonly weight: number
}
interface FieldTrait extends Trait {
  readonly slots: readonly number[]
}
/** A link to itself counts 2, to another one 1. */
interface LinkTrait extends Trait {
  readonly link: number
}

/** The least state so far, and how many ways lead to it. */
interface Best {
  readonly words: Int32Array
  ways: number
}

export class CanonicalForm implements Canonical {
  readonly #words: number
  readonly #group: number
  /** Of families: the number of their first member among all members, and how many they have. */
  readonly #first: readonly number[]
  readonly #sizes: readonly number[]
  readonly #members: number
  readonly #fields: readonly FieldTrait[]
  readonly #links: readonly Link[]
  readonly #ownLinks: readonly LinkTrait[]
  readonly #sharedLinks: readonly LinkTrait[]
  readonly #memberships: readonly { owner: number; target: number; slots: readonly (readonly number[])[] }[]
  readonly #traits: number
  // By slot.
  readonly #at: Uint16Array
  readonly #shift: Uint8Array
  readonly #mask: Int32Array
  readonly #codes: Int32Array
  /** Slots that take bits and matter here. */
  readonly #decoded: Int32Array
  /** Bits of slots that no permutation moves. */
  readonly #fixed: Int32Array
  readonly #orbitOfSlot: Int32Array
  /** States and their forms, by a hash of the state. */
  readonly #known: Int32Array
  readonly #isKnown: Uint8Array = new Uint8Array(KNOWN)
  // Of the state at hand.
  readonly #targets: Int32Array[]
  readonly #traitsOf: Float64Array
  readonly #keys: Float64Array
  readonly #weights: Float64Array
  readonly #ranks: Int32Array
  readonly #before: Int32Array
  readonly #moved: Int32Array

  constructor(layout: Layout, codec: Codec, families: readonly FamilySize[]) {
    const { slots } = layout
    const moving = movingOf(layout, families)
    this.#words = codec.words
    this.#group = arrangementCount(families)
    this.#sizes = families.map(({ members }) => members)
    this.#first = this.#sizes.map((_, f) => this.#sizes.slice(0, f).reduce((sum, size) => sum + size, 0))
    this.#members = this.#sizes.reduce((sum, size) => sum + size, 0)
    this.#links = moving.links
    this.#memberships = moving.memberships
    const traits = new TraitPlan(families.length)
    this.#fields = moving.fields.map(({ family, slots: ofMembers }) => ({
      ...traits.place(family, slots[ofMembers[0]!]!.size),
      slots: ofMembers,
    }))
    const numbered = moving.links.map((link, number) => ({ ...link, number }))
    this.#ownLinks = numbered
      .filter(({ owner }) => owner !== undefined)
      .map(({ owner, number }) => ({ ...traits.place(owner!, 3), link: number }))
    this.#sharedLinks = numbered
      .filter(({ owner }) => owner === undefined)
      .map(({ target, number }) => ({ ...traits.place(target, 2), link: number }))
    this.#traits = traits.words

    const position = slots.map(({ id }) => codec.position(id))
    this.#at = Uint16Array.from(position, (each) => each & 1023)
    this.#shift = Uint8Array.from(position, (each) => each >>> 10)
    this.#mask = Int32Array.from(codec.bits, maskOf)
    this.#codes = Int32Array.from(slots, ({ initial }) => initial)
    const read = new Set(
      [...moving.fields, ...moving.links]
        .flatMap((each) => each.slots)
        .concat(
          moving.memberships.flatMap((each) => each.slots.flat()),
          moving.links.flatMap((link) => link.while.flat().map(({ slot }) => slot)),
        ),
    )
    this.#decoded = Int32Array.from([...read].filter((slot) => codec.bits[slot]! > 0))
    this.#known = new Int32Array(KNOWN * 2 * codec.words)
    this.#orbitOfSlot = Int32Array.from(slots, ({ id }) => id)
    this.#fixed = new Int32Array(codec.words).fill(-1)
    for (const group of [
      ...[...moving.fields, ...moving.links].map((each) => each.slots),
      ...moving.memberships.map((each) => each.slots.flat()),
    ])
      this.#follows(group, codec, layout)

    this.#targets = this.#links.map((link) => new Int32Array(link.slots.length))
    this.#traitsOf = new Float64Array(this.#members * this.#traits)
    this.#keys = new Float64Array(this.#members)
    const base = Math.max(0, ...this.#sizes) + 1
    this.#weights = Float64Array.from({ length: base }, (_, rank) => base ** rank)
    this.#ranks = new Int32Array(this.#members)
    this.#before = new Int32Array(this.#members)
    this.#moved = new Int32Array(codec.words)
  }

  /** Slots that move to each other. They must be alike, for a code of one is moved into another. */
  #follows(group: readonly number[], codec: Codec, { slots }: Layout): void {
    const [first] = group
    if (first === undefined) return
    for (const slot of group) {
      const [one, other] = [slots[first]!, slots[slot]!]
      if (one.size !== other.size || codec.bits[first] !== codec.bits[slot] || one.initial !== other.initial)
        throw new Error(`${one.name} and ${other.name} are not alike and cannot be exchanged.`)
      this.#orbitOfSlot[slot] = this.#orbitOfSlot[first]!
      if (codec.bits[slot]! > 0) this.#fixed[this.#at[slot]!]! &= ~(this.#mask[slot]! << this.#shift[slot]!)
    }
  }

  // ---- what is asked

  apply(words: Int32Array, base: number): boolean {
    const K = this.#words
    const known = this.#known
    let hash = 0
    for (let k = 0; k < K; k++) hash = Math.imul(hash ^ words[base + k]!, 0x9e3779b1) ^ (hash >>> 15)
    const entry = (hash ^ (hash >>> 16)) & (KNOWN - 1)
    const at = entry * 2 * K
    let k = 0
    while (k < K && known[at + k] === words[base + k]) k++
    if (k < K || this.#isKnown[entry] === 0) {
      this.#isKnown[entry] = 1
      this.#load(words, base)
      const form = this.#isDeclared() ? undefined : this.#search(this.#ranks).words
      for (let i = 0; i < K; i++) {
        known[at + i] = words[base + i]!
        known[at + K + i] = form === undefined ? words[base + i]! : form[i]!
      }
    }
    let changed = false
    for (let i = 0; i < K; i++) {
      const word = known[at + K + i]!
      if (words[base + i] !== word) {
        words[base + i] = word
        changed = true
      }
    }
    return changed
  }

  /** Are all members told apart, and in their declared order? */
  #isDeclared(): boolean {
    for (let f = 0; f < this.#sizes.length; f++) {
      const first = this.#first[f]!
      for (let i = 0; i < this.#sizes[f]!; i++) if (this.#ranks[first + i] !== i) return false
    }
    return true
  }

  orbit(words: Int32Array, base: number): number {
    this.#load(words, base)
    return this.#group / this.#search(this.#ranks).ways
  }

  orbitOfSlot(slot: number): number {
    return this.#orbitOfSlot[slot]!
  }

  // ---- the state at hand

  /** Decodes a state and tells its members apart as far as that goes. */
  #load(words: Int32Array, base: number): void {
    const decoded = this.#decoded
    for (let i = 0; i < decoded.length; i++) {
      const slot = decoded[i]!
      this.#codes[slot] = (words[base + this.#at[slot]!]! >>> this.#shift[slot]!) & this.#mask[slot]!
    }
    for (let k = 0; k < this.#words; k++) this.#moved[k] = words[base + k]! & this.#fixed[k]!
    for (let n = 0; n < this.#links.length; n++) this.#follow(this.#links[n]!, this.#targets[n]!)
    this.#rankByTraits()
    this.#refine(this.#ranks)
  }

  /** Where a link leads from each of its owners: the number of a member among all, or -1. */
  #follow({ slots, offset, target, while: conditions }: Link, targets: Int32Array): void {
    for (let i = 0; i < slots.length; i++) {
      const member = this.#codes[slots[i]!]! - offset
      targets[i] = member >= 0 && this.#areMet(conditions[i]!) ? this.#first[target]! + member : -1
    }
  }

  #areMet(conditions: readonly Condition[]): boolean {
    for (const { slot, codes } of conditions) if (codes[this.#codes[slot]!] === 0) return false
    return true
  }

  /** A rank of a member is the number of members of its family before it; those that are alike share one. */
  #rankByTraits(): void {
    const traits = this.#traitsOf.fill(0)
    const W = this.#traits
    for (const { family, word, weight, slots } of this.#fields) {
      const at = this.#first[family]! * W + word
      for (let i = 0; i < slots.length; i++) traits[at + i * W]! += weight * this.#codes[slots[i]!]!
    }
    for (const { family, word, weight, link } of this.#ownLinks) {
      const targets = this.#targets[link]!
      const first = this.#first[family]!
      for (let i = 0; i < targets.length; i++)
        if (targets[i]! >= 0) traits[(first + i) * W + word]! += weight * (targets[i] === first + i ? 2 : 1)
    }
    for (const { word, weight, link } of this.#sharedLinks) {
      const [target] = this.#targets[link]!
      if (target! >= 0) traits[target! * W + word]! += weight
    }
    for (let f = 0; f < this.#sizes.length; f++) {
      const first = this.#first[f]!
      const end = first + this.#sizes[f]!
      for (let i = first; i < end; i++) {
        let before = 0
        for (let j = first; j < end; j++) if (this.#isBefore(j, i)) before++
        this.#ranks[i] = before
      }
    }
  }

  #isBefore(a: number, b: number): boolean {
    const W = this.#traits
    const traits = this.#traitsOf
    for (let w = 0; w < W; w++) {
      const difference = traits[a * W + w]! - traits[b * W + w]!
      if (difference !== 0) return difference < 0
    }
    return false
  }

  // ---- telling members apart

  /** Tells members apart by whom they are linked with, until that tells no more. */
  #refine(ranks: Int32Array): void {
    for (let changed = true; changed;) {
      changed = false
      for (let n = 0; n < this.#links.length; n++) {
        const { owner } = this.#links[n]!
        if (owner !== undefined && this.#refineByLink(n, owner, ranks)) changed = true
      }
      for (const membership of this.#memberships) if (this.#refineBySet(membership, ranks)) changed = true
    }
  }

  #refineByLink(n: number, owner: number, ranks: Int32Array): boolean {
    const keys = this.#keys
    const targets = this.#targets[n]!
    const first = this.#first[owner]!
    for (let i = 0; i < targets.length; i++) keys[first + i] = targets[i]! < 0 ? 0 : ranks[targets[i]!]! + 1
    const changed = this.#split(owner, ranks)
    const { target } = this.#links[n]!
    keys.fill(0)
    for (let i = 0; i < targets.length; i++)
      if (targets[i]! >= 0) keys[targets[i]!]! += this.#weights[ranks[first + i]!]!
    return this.#split(target, ranks) || changed
  }

  #refineBySet(
    { owner, target, slots }: { owner: number; target: number; slots: readonly (readonly number[])[] },
    ranks: Int32Array,
  ): boolean {
    const keys = this.#keys
    const own = this.#first[owner]!
    const other = this.#first[target]!
    for (let i = 0; i < slots.length; i++) {
      let sum = 0
      const bits = slots[i]!
      for (let j = 0; j < bits.length; j++) if (this.#codes[bits[j]!] === 1) sum += this.#weights[ranks[other + j]!]!
      keys[own + i] = sum
    }
    const changed = this.#split(owner, ranks)
    keys.fill(0)
    for (let i = 0; i < slots.length; i++) {
      const bits = slots[i]!
      for (let j = 0; j < bits.length; j++)
        if (this.#codes[bits[j]!] === 1) keys[other + j]! += this.#weights[ranks[own + i]!]!
    }
    return this.#split(target, ranks) || changed
  }

  /** Of members that share a rank, puts those with smaller keys first. */
  #split(family: number, ranks: Int32Array): boolean {
    const keys = this.#keys
    const first = this.#first[family]!
    const end = first + this.#sizes[family]!
    let changed = false
    // Kept aside: ranks must not change while they are compared.
    const before = this.#before
    for (let i = first; i < end; i++) {
      let n = 0
      for (let j = first; j < end; j++) if (ranks[j] === ranks[i] && keys[j]! < keys[i]!) n++
      before[i] = n
      if (n > 0) changed = true
    }
    if (changed) for (let i = first; i < end; i++) ranks[i]! += before[i]!
    return changed
  }

  // ---- trying the members that are alike

  /** The first members that share a rank, or none. */
  #alike(ranks: Int32Array): number[] | undefined {
    for (let f = 0; f < this.#sizes.length; f++) {
      const first = this.#first[f]!
      const end = first + this.#sizes[f]!
      let once = 0
      let twice = 0
      for (let i = first; i < end; i++) {
        const bit = 1 << ranks[i]!
        twice |= once & bit
        once |= bit
      }
      if (twice === 0) continue
      const rank = 31 - Math.clz32(twice & -twice)
      const alike: number[] = []
      for (let i = first; i < end; i++) if (ranks[i] === rank) alike.push(i)
      return alike
    }
    return undefined
  }

  #search(ranks: Int32Array): Best {
    let ways = 1
    let alike = this.#alike(ranks)
    // Members without a difference get their places in any order.
    while (alike !== undefined && this.#areTwins(alike)) {
      ways *= factorial(alike.length)
      alike.forEach((member, k) => (ranks[member]! += k))
      alike = this.#alike(ranks)
    }
    if (alike === undefined) return { words: this.#arranged(ranks), ways }
    const best = this.#searchAll(alike, ranks)
    return { words: best.words, ways: ways * best.ways }
  }

  /** Tries each of these as the first of them. */
  #searchAll(alike: readonly number[], ranks: Int32Array): Best {
    const [first, ...others] = alike
    const firsts = this.#search(this.#individualised(first!, alike, ranks))
    let best: Best = { ...firsts }
    for (const member of others) {
      const tried = this.#individualised(member, alike, ranks)
      if (compare(this.#anyWay(tried.slice()), firsts.words) === 0) {
        // The same ways as those of the first one.
        if (compare(firsts.words, best.words) === 0) best.ways += firsts.ways
        continue
      }
      const found = this.#search(tried)
      const order = compare(found.words, best.words)
      if (order < 0) best = { ...found }
      else if (order === 0) best.ways += found.ways
    }
    return best
  }

  #individualised(member: number, alike: readonly number[], ranks: Int32Array): Int32Array {
    const copy = ranks.slice()
    for (const each of alike) if (each !== member) copy[each]!++
    this.#refine(copy)
    return copy
  }

  /** The state at the end of one of the ways. */
  #anyWay(ranks: Int32Array): Int32Array {
    for (let alike = this.#alike(ranks); alike !== undefined; alike = this.#alike(ranks)) {
      for (const each of alike.slice(1)) ranks[each]!++
      this.#refine(ranks)
    }
    return this.#arranged(ranks)
  }

  /** Can any two of these be exchanged without a trace? They share a rank already. */
  #areTwins([one, ...others]: readonly number[]): boolean {
    return others.every((other) => this.#isTwin(one!, other))
  }

  #isTwin(a: number, b: number): boolean {
    const swapped = (member: number): number => (member === a ? b : member === b ? a : member)
    for (let n = 0; n < this.#links.length; n++) {
      const { owner } = this.#links[n]!
      const targets = this.#targets[n]!
      const first = owner === undefined ? -1 : this.#first[owner]!
      for (let i = 0; i < targets.length; i++) {
        // Of a link without an owner the place stays where it is.
        const image = owner === undefined ? 0 : swapped(first + i) - first
        if (targets[image] !== swapped(targets[i]!)) return false
      }
    }
    return this.#memberships.every(({ owner, target, slots }) => {
      const [own, other] = [this.#first[owner]!, this.#first[target]!]
      return slots.every((bits, i) =>
        bits.every(
          (bit, j) => this.#codes[bit] === this.#codes[slots[swapped(own + i) - own]![swapped(other + j) - other]!],
        ),
      )
    })
  }

  /** The state with each member at the place that its rank says. */
  #arranged(ranks: Int32Array): Int32Array {
    const into = this.#moved.slice()
    for (const { family, slots } of this.#fields) {
      const first = this.#first[family]!
      for (let i = 0; i < slots.length; i++) this.#put(into, slots[ranks[first + i]!]!, this.#codes[slots[i]!]!)
    }
    for (let n = 0; n < this.#links.length; n++) {
      const { owner, slots, offset } = this.#links[n]!
      const targets = this.#targets[n]!
      for (let i = 0; i < slots.length; i++) {
        const place = owner === undefined ? 0 : ranks[this.#first[owner]! + i]!
        const code = targets[i]! < 0 ? this.#codes[slots[i]!]! : ranks[targets[i]!]! + offset
        this.#put(into, slots[place]!, code)
      }
    }
    for (const { owner, target, slots } of this.#memberships)
      for (let i = 0; i < slots.length; i++)
        for (let j = 0; j < slots[i]!.length; j++)
          if (this.#codes[slots[i]![j]!] === 1)
            this.#put(into, slots[ranks[this.#first[owner]! + i]!]![ranks[this.#first[target]! + j]!]!, 1)
    return into
  }

  #put(into: Int32Array, slot: number, code: number): void {
    if (this.#mask[slot] !== 0) into[this.#at[slot]!]! |= code << this.#shift[slot]!
  }
}

/** Where traits go: as many into one number as it can tell apart. */
class TraitPlan {
  readonly #used: { word: number; weight: number }[]
  words = 1

  constructor(families: number) {
    this.#used = Array.from({ length: families }, () => ({ word: 0, weight: 1 }))
  }

  place(family: number, values: number): Trait {
    const used = this.#used[family]!
    if (used.weight * values > EXACT) {
      used.word++
      used.weight = 1
    }
    const trait = { family, word: used.word, weight: used.weight }
    used.weight *= values
    this.words = Math.max(this.words, used.word + 1)
    return trait
  }
}

function compare(a: Int32Array, b: Int32Array): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k]! - b[k]!
  return 0
}
