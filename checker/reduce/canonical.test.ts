/**
 * The canonical form against the definition: all permutations of the members, applied to plain states by renaming.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Codec } from '../engine/codec.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { arrangementsOf, type Arrangement, type FamilySize } from '../engine/orders.ts'
import { Plain, type PlainState } from '../engine/plain.ts'
import {
  array,
  bool,
  family,
  option,
  protocol,
  queue,
  ref,
  setOf,
  singleton,
  struct,
  upTo,
  type StateFields,
} from '../language/index.ts'
import { CanonicalForm } from './canonical.ts'

const numRuns = Number(process.env['OOMCHECK_RUNS'] ?? 60)

function layoutWith(fields: StateFields): Layout {
  const model = protocol({ name: 'fields', bounds: {}, state: () => fields, programs: () => [] })
  return layoutOf(model.instance({ bounds: {} }))
}

/** Everything that a reference can stand in, and what stays where it is. */
const shapes: Readonly<Record<string, StateFields>> = {
  'values of members': { n: upTo(2), a: family(4, { x: upTo(1), y: bool }) },
  'references between families': {
    a: family(3, { one: option(ref('b')) }),
    b: family(3, { x: bool, back: option(ref('a')) }),
  },
  'references within a family': { a: family(4, { next: ref('a') }) },
  'shared references and sets': {
    first: option(ref('a')),
    all: setOf(ref('a')),
    many: array(2, ref('b')),
    a: family(3, {}),
    b: family(2, { x: upTo(2) }),
  },
  relations: { a: family(3, { knows: setOf(ref('a')), has: setOf(ref('b')) }), b: family(3, {}) },
  'what may be absent': {
    list: queue(3, ref('a')),
    maybe: option(struct({ who: ref('a'), x: bool })),
    a: family(3, { pair: option(struct({ left: ref('a'), right: option(ref('b')) })), fifo: queue(2, ref('b')) }),
    b: family(2, {}),
  },
  'a family that stays': {
    a: family(3, { to: ref('c'), x: bool }),
    c: family(2, { to: ref('a') }),
    d: singleton({ to: ref('a') }),
  },
}
const sizesOf = (layout: Layout): FamilySize[] =>
  [...layout.families.values()]
    .filter(({ name }) => name === 'a' || name === 'b')
    .map(({ name, members }) => ({ family: name, members: members.length }))

/** Moves the members and renames the references, on the names that people read. */
function renamed(state: PlainState, arrangement: Arrangement, sets: ReadonlySet<string>): PlainState {
  const nameOf = (name: string): string => {
    const [, kind = '', index = ''] = /^([a-z]+)(\d+)$/.exec(name) ?? []
    const order = arrangement.get(kind)
    return order === undefined ? name : `${kind}${order[Number(index)]}`
  }
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return nameOf(value)
    if (Array.isArray(value)) {
      const elements: unknown[] = value.map((each) => walk(each, ''))
      return sets.has(key) ? elements.sort() : elements
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([inner, each]) => [inner, walk(each, inner)]))
  }
  const moved = Object.entries(state).map(([key, value]) => {
    const order = arrangement.get(key)
    const inside = walk(value, key)
    if (order === undefined || !Array.isArray(inside)) return [key, inside]
    const members: unknown[] = []
    for (const [i, member] of (inside as unknown[]).entries()) members[order[i]!] = member
    return [key, members]
  })
  return Object.fromEntries(moved) as PlainState
}
const SETS = new Set(['all', 'knows', 'has'])

class Packed {
  readonly codec: Codec
  readonly plain: Plain
  readonly layout: Layout

  constructor(layout: Layout) {
    this.layout = layout
    this.codec = new Codec(layout, new Set())
    this.plain = new Plain(layout)
  }
  pack(state: PlainState): Int32Array {
    const words = new Int32Array(this.codec.words)
    for (const { id } of this.layout.slots) this.codec.set(words, 0, id, this.plain.places[id]!.get(state))
    return words
  }
  unpack(words: Int32Array): PlainState {
    return this.plain.state((slot) => this.codec.get(words, 0, slot))
  }
}

test.each(Object.entries(shapes))('%s: one state for each orbit, of the right size', (_name, fields) => {
  const layout = layoutWith(fields)
  const packed = new Packed(layout)
  const families = sizesOf(layout)
  const form = new CanonicalForm(layout, packed.codec, families)
  const arrangements = [new Map(), ...arrangementsOf(families)]
  const codes = fc.tuple(...layout.slots.map(({ size }) => fc.nat(size - 1)))
  fc.assert(
    fc.property(codes, (all) => {
      const state = packed.plain.state((slot) => all[slot]!)
      const orbit = arrangements.map((arrangement) => renamed(state, arrangement, SETS))
      const forms = orbit.map((each) => {
        const words = packed.pack(each)
        form.apply(words, 0)
        return JSON.stringify(packed.unpack(words))
      })
      const members = new Set(orbit.map((each) => JSON.stringify(each)))
      expect(new Set(forms).size).toBe(1)
      expect([...members]).toContain(forms[0])
      expect(form.orbit(packed.pack(state), 0)).toBe(members.size)
      expect(form.apply(packed.pack(JSON.parse(forms[0]!) as PlainState), 0)).toBe(false)
    }),
    { numRuns },
  )
})
