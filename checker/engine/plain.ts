/**
 * Plain states: a state as immutable objects, as people read it, store it and compare it.
 *
 * A member is an object with its fields, its label as `pc`, and a frame per procedure under `frames`; a reference is the
 * name of a member; a queue and a set are arrays. This file maps slots to places in such an object, both ways.
 */
import type { ScalarDomain } from '../language/domain.ts'
import { scalarName, type FamilyNode, type Layout, type MemberNode, type Node, type StructNode } from './layout.ts'
import type { CompiledProgram } from './process.ts'

/** A state of any protocol, frozen. */
export type PlainState = Readonly<Record<string, unknown>>

/** Where the code of one slot sits in a plain state. */
export interface Place {
  get(state: object): number
  /** On a mutable state or an immer draft. */
  set(state: object, code: number): void
}

type Container = Record<string | number, unknown>
type Locate = (state: object) => Container | null

export class Plain {
  readonly places: readonly Place[]
  readonly #layout: Layout

  constructor(layout: Layout) {
    this.#layout = layout
    const places: Place[] = []
    new PlaceBuilder(layout, places).build()
    this.places = places
  }

  /** The plain state with these codes. */
  state(code: (slot: number) => number): PlainState {
    const state = this.initial()
    for (const { id } of this.#layout.slots) this.places[id]?.set(state, code(id))
    return freeze(state)
  }

  /** A mutable state in which every slot holds its initial code. */
  initial(): Record<string, unknown> {
    const state: Record<string, unknown> = {}
    for (const [key, node] of Object.entries(this.#layout.root))
      state[key] = node.kind === 'family' ? initialFamily(node, this.#layout) : initialOf(node, this.#layout)
    if (Object.keys(this.#layout.history.fields).length > 0)
      state['history'] = initialOf(this.#layout.history, this.#layout)
    return state
  }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(freeze)
  }
  return value
}

function scalarValue(domain: ScalarDomain, code: number, layout: Layout): unknown {
  switch (domain.kind) {
    case 'bool':
      return code === 1
    case 'int':
      return code + domain.lo
    case 'enum':
      return domain.values[code]
    case 'ref':
      return layout.families.get(domain.family)?.members[code]?.name ?? scalarName(domain, code)
  }
}

function scalarCode(domain: ScalarDomain, value: unknown, layout: Layout): number {
  switch (domain.kind) {
    case 'bool':
      return value === true ? 1 : 0
    case 'int':
      return (value as number) - domain.lo
    case 'enum':
      return domain.values.indexOf(value as string)
    case 'ref':
      return layout.families.get(domain.family)?.members.findIndex((member) => member.name === value) ?? -1
  }
}

const nullableValue = (node: { domain: ScalarDomain; nullable: boolean }, code: number, layout: Layout): unknown =>
  !node.nullable
    ? scalarValue(node.domain, code, layout)
    : code === 0
      ? null
      : scalarValue(node.domain, code - 1, layout)

const nullableCode = (node: { domain: ScalarDomain; nullable: boolean }, value: unknown, layout: Layout): number =>
  !node.nullable
    ? scalarCode(node.domain, value, layout)
    : value === null
      ? 0
      : scalarCode(node.domain, value, layout) + 1

function initialOf(node: Node, layout: Layout): unknown {
  switch (node.kind) {
    case 'scalar':
      return nullableValue(node, layout.slots[node.slot]?.initial ?? 0, layout)
    case 'struct':
      return Object.fromEntries(Object.entries(node.fields).map(([key, field]) => [key, initialOf(field, layout)]))
    case 'array':
      return node.elements.map((element) => initialOf(element, layout))
    case 'option':
      return null
    case 'queue':
    case 'set':
      return []
  }
}

function initialFamily(family: FamilyNode, layout: Layout): unknown[] {
  return family.members.map((member, index) => {
    const value = initialOf(member.fields, layout) as Record<string, unknown>
    const process = layout.processes.find((each) => each.family === family.name && each.index === index)
    if (process !== undefined) value['pc'] = labelKey(process.program, process.program.start)
    if (Object.keys(member.frames).length > 0)
      value['frames'] = Object.fromEntries(
        Object.entries(member.frames).map(([name, frame]) => [name, initialOf(frame, layout)]),
      )
    return value
  })
}

const labelKey = (program: CompiledProgram, code: number): string => program.labels[code]?.key ?? 'done'

class PlaceBuilder {
  readonly #layout: Layout
  readonly #places: Place[]

  constructor(layout: Layout, places: Place[]) {
    this.#layout = layout
    this.#places = places
  }

  build(): void {
    const { root, history } = this.#layout
    for (const [key, node] of Object.entries(root)) {
      if (node.kind === 'family') node.members.forEach((member, i) => this.#member(node, member, i))
      else this.#node(node, (state) => state as Container, key)
    }
    this.#struct(history, (state) => (state as Container)['history'] as Container)
  }

  #member(family: FamilyNode, member: MemberNode, index: number): void {
    const at: Locate = (state) => ((state as Container)[family.name] as Container[])[index] ?? null
    this.#struct(member.fields, at)
    for (const [name, frame] of Object.entries(member.frames))
      this.#struct(frame, (state) => (at(state)?.['frames'] as Container)[name] as Container)
    const process = this.#layout.processes.find((each) => each.pc === member.pc)
    if (process === undefined || member.pc === undefined) return
    const { program } = process
    const codes = new Map([
      ...program.labels.map((label): [string, number] => [label.key, label.index]),
      ['done', program.done],
    ])
    this.#places[member.pc] = {
      get: (state) => codes.get(at(state)?.['pc'] as string) ?? 0,
      set: (state, code) => {
        const container = at(state)
        if (container !== null) container['pc'] = labelKey(program, code)
      },
    }
  }

  #struct(node: StructNode, at: Locate): void {
    for (const [key, field] of Object.entries(node.fields)) this.#node(field, at, key)
  }

  /** The place of `node`, which stands in the container that `at` finds, under `key`. A container may be absent. */
  #node(node: Node, at: Locate, key: string | number): void {
    const layout = this.#layout
    const inside: Locate = (state) => (at(state)?.[key] ?? null) as Container | null
    switch (node.kind) {
      case 'scalar': {
        const initial = layout.slots[node.slot]?.initial ?? 0
        this.#places[node.slot] = {
          get: (state) => {
            const container = at(state)
            return container === null || !(key in container) ? initial : nullableCode(node, container[key], layout)
          },
          set: (state, code) => {
            const container = at(state)
            if (container !== null && key in container) container[key] = nullableValue(node, code, layout)
          },
        }
        return
      }
      case 'struct':
        this.#struct(node, inside)
        return
      case 'array':
        node.elements.forEach((element, i) => this.#node(element, inside, i))
        return
      case 'option':
        this.#places[node.present] = {
          get: (state) => (inside(state) === null ? 0 : 1),
          set: (state, code) => {
            const container = at(state)
            if (container === null || !(key in container)) return
            if (code === 0) container[key] = null
            else container[key] ??= initialOf(node.of, layout)
          },
        }
        this.#node(node.of, at, key)
        return
      case 'queue':
        this.#places[node.length] = {
          get: (state) => (inside(state) as unknown[] | null)?.length ?? 0,
          set: (state, code) => {
            const cells = inside(state) as unknown[] | null
            if (cells === null) return
            if (code < cells.length) cells.length = code
            while (cells.length < code) cells.push(initialOf(node.elements[cells.length] as Node, layout))
          },
        }
        node.elements.forEach((element, i) => this.#node(element, inside, i))
        return
      case 'set':
        node.bits.forEach((bit, code) => {
          const value = scalarValue(node.domain, code, layout)
          this.#places[bit] = {
            get: (state) => ((inside(state) as unknown[] | null)?.includes(value) === true ? 1 : 0),
            set: (state, on) => {
              const elements = inside(state) as unknown[] | null
              if (elements === null) return
              const has = elements.includes(value)
              if (on === 0 && has) elements.splice(elements.indexOf(value), 1)
              if (on === 1 && !has) {
                const place = elements.findIndex((each) => scalarCode(node.domain, each, layout) > code)
                elements.splice(place < 0 ? elements.length : place, 0, value)
              }
            },
          }
        })
    }
  }
}
