/**
 * Drafts: what a recipe gets as `s`, `me`, `frame` and `h`.
 *
 * One implementation for all engines, over a port that reads and writes the code of a slot. Handles are made once per
 * tree, so `===` compares members; a tree is dead between recipes, so a handle that was kept is noticed.
 */
import type { ScalarDomain } from '../language/domain.ts'
import { identify, identityOf } from './identity.ts'
import { ArrayDraft, copyOf, FamilyDraft, QueueDraft, SetDraft, type Accessors, type Cells } from './collections.ts'
import type { Orders } from './orders.ts'
import { Fault } from './fault.ts'
import {
  slotsOf,
  type FamilyNode,
  type Layout,
  type MemberNode,
  type Node,
  type ScalarNode,
  type StructNode,
} from './layout.ts'

export interface Port {
  get(slot: number): number
  /** Refuses, by a fault, where the recipe may not write. */
  set(slot: number, code: number): void
  /** A saturating domain cut off a value written to this slot. */
  clipped(slot: number): void
  /** Remembers the fault, so that no `catch` can hide it, and throws it. */
  fail(fault: Fault): never
}

/** One tree of handles over a port. */
export interface Tree {
  alive: boolean
  readonly state: object
  readonly history: object
  /** By process id: the handle of the process and the frames of its procedures. */
  readonly processes: readonly { readonly me: object; readonly frames: Readonly<Record<string, object>> }[]
}

/** Reading an index that an array or family does not have must not give `undefined`. */
const outOfRange = (name: string, length: number, port: Port): object =>
  new Proxy(
    {},
    {
      get: (_, key) => {
        if (typeof key === 'string' && /^-?(\d|Infinity$)|^NaN$|^undefined$|^null$/.test(key))
          return port.fail(
            new Fault('domain', `${name}[${key}] does not exist: the indices are 0 to ${length - 1}.`, name),
          )
        return undefined
      },
      set: (_, key) =>
        port.fail(
          new Fault('domain', `${name}[${String(key)}] does not exist: the indices are 0 to ${length - 1}.`, name),
        ),
    },
  )

const show = (value: unknown): string =>
  identityOf(value)?.name ?? (typeof value === 'string' ? `'${value}'` : String(value))

class TreeBuilder implements Cells {
  readonly tree: { alive: boolean } = { alive: false }
  readonly handles = new Map<string, object[]>()
  readonly #layout: Layout
  readonly #port: Port
  readonly #orders: Orders | undefined

  constructor(layout: Layout, port: Port, orders: Orders | undefined) {
    this.#layout = layout
    this.#port = port
    this.#orders = orders
  }

  // ---- scalars

  get(slot: number): number {
    if (!this.tree.alive) this.#dead()
    return this.#port.get(slot)
  }
  set(slot: number, code: number): void {
    if (!this.tree.alive) this.#dead()
    this.#port.set(slot, code)
  }
  #dead(): never {
    return this.#port.fail(
      new Fault('impure', 'a draft or handle was kept from an earlier step; store a ref in the state instead.'),
    )
  }

  decode(domain: ScalarDomain, code: number): unknown {
    switch (domain.kind) {
      case 'bool':
        return code === 1
      case 'int':
        return code + domain.lo
      case 'enum':
        return domain.values[code]
      case 'ref':
        return this.handles.get(domain.family)?.[code]
    }
  }

  encode(domain: ScalarDomain, value: unknown, slot: number): number {
    switch (domain.kind) {
      case 'bool':
        if (typeof value === 'boolean') return value ? 1 : 0
        break
      case 'int': {
        if (typeof value !== 'number' || !Number.isSafeInteger(value)) break
        if (value >= domain.lo && value <= domain.hi) return value - domain.lo + 0
        if (domain.overflow === 'wrap') {
          // Term by term: the difference of two safe integers need not be one.
          const size = domain.hi - domain.lo + 1
          return ((((value % size) - (domain.lo % size)) % size) + size) % size
        }
        if (domain.overflow === 'saturate') {
          this.#port.clipped(slot)
          return value < domain.lo ? 0 : domain.hi - domain.lo
        }
        break
      }
      case 'enum': {
        const code = domain.values.indexOf(value as string)
        if (code >= 0) return code
        break
      }
      case 'ref': {
        const identity = identityOf(value)
        if (identity?.layout === this.#layout && identity.family === domain.family) return identity.index
        break
      }
    }
    const name = this.#layout.slots[slot]?.name ?? `slot ${slot}`
    return this.#port.fail(
      new Fault('domain', `${name} cannot hold ${show(value)}; it holds ${describeDomain(domain)}.`, name),
    )
  }

  /** Whoever kept the draft of something that was removed since must not read or write what is left of it. */
  touch(slot: number): void {
    for (const { by, least } of this.#layout.presence.get(slot) ?? [])
      if (this.get(by) < least) {
        const name = this.#layout.slots[slot]?.name ?? `slot ${slot}`
        this.fail(name, `${name} was used after what it belongs to was removed.`)
      }
  }

  readScalar(node: ScalarNode): unknown {
    this.touch(node.slot)
    const code = this.get(node.slot)
    if (!node.nullable) return this.decode(node.domain, code)
    return code === 0 ? null : this.decode(node.domain, code - 1)
  }

  writeScalar(node: ScalarNode, value: unknown): void {
    this.touch(node.slot)
    if (node.nullable) this.set(node.slot, value === null ? 0 : this.encode(node.domain, value, node.slot) + 1)
    else this.set(node.slot, this.encode(node.domain, value, node.slot))
  }

  // ---- everything else

  /** A getter and a setter for a node, closed over its view. */
  accessors(node: Node, name: string): Accessors {
    if (node.kind === 'scalar')
      return { get: () => this.readScalar(node), set: (value) => this.writeScalar(node, value) }
    if (node.kind === 'option') {
      const inner = this.accessors(node.of, name)
      return {
        get: () => {
          this.touch(node.present)
          return this.get(node.present) === 1 ? inner.get() : null
        },
        set: (value) => {
          this.touch(node.present)
          this.set(node.present, value === null ? 0 : 1)
          if (value === null) this.reset(node.of)
          else inner.set(value)
        },
      }
    }
    const view = this.view(node, name)
    return { get: () => view, set: (value) => this.copy(node, name, value, view) }
  }

  view(node: Node, name: string): object {
    switch (node.kind) {
      case 'struct':
        return this.struct(node, name)
      case 'array':
        return new ArrayDraft(
          node.elements.map((element, i) => this.accessors(element, `${name}[${i}]`)),
          outOfRange(name, node.elements.length, this.#port),
        )
      case 'queue':
        return new QueueDraft(this, node.length, node.elements, name)
      case 'set':
        return new SetDraft(
          this,
          node,
          node.domain.kind === 'ref' ? this.#orders?.orderOf(node.domain.family) : undefined,
        )
      case 'scalar':
      case 'option':
        throw new TypeError(`${name} has accessors, not a view.`)
    }
  }

  struct(node: StructNode, name: string, into: object = {}): object {
    for (const [key, field] of Object.entries(node.fields))
      Object.defineProperty(into, key, {
        ...this.accessors(field, name === '' ? key : `${name}.${key}`),
        enumerable: true,
      })
    return Object.preventExtensions(into)
  }

  /** Assigns a composite: copies, slot by slot. All is read before anything is written, for the two may overlap. */
  copy(node: Node, name: string, from: unknown, view: object): void {
    if (from === view) return
    if (typeof from !== 'object' || from === null) return this.fail(name, `${name} cannot hold ${show(from)}.`)
    const value = copyOf(from) as object
    switch (node.kind) {
      case 'struct': {
        const keys = Object.keys(node.fields)
        const given = Object.keys(value)
        const wrong = keys.find((key) => !given.includes(key)) ?? given.find((key) => !keys.includes(key))
        if (wrong !== undefined)
          return this.fail(
            name,
            `${name} was assigned something that ${given.includes(wrong) ? 'has a field' : 'lacks the field'} '${wrong}'.`,
          )
        for (const key of keys) (view as Record<string, unknown>)[key] = (value as Record<string, unknown>)[key]
        return
      }
      case 'array': {
        const elements = [...(value as Iterable<unknown>)]
        if (elements.length !== node.elements.length)
          return this.fail(name, `${name} holds ${node.elements.length} elements and was assigned ${elements.length}.`)
        elements.forEach((element, i) => ((view as Record<number, unknown>)[i] = element))
        return
      }
      case 'queue': {
        const elements = [...(value as Iterable<unknown>)]
        const queue = view as QueueDraft
        queue.clear()
        for (const element of elements) queue.push(element)
        return
      }
      case 'set': {
        const elements = [...(value as Iterable<unknown>)]
        const set = view as SetDraft
        set.clear()
        for (const element of elements) set.add(element)
        return
      }
      case 'scalar':
      case 'option':
        return
    }
  }

  /** Back to initial values, one canonical form for what is unused. */
  reset(node: Node): void {
    for (const slot of slotsOf(node)) this.set(slot, this.#layout.slots[slot]?.initial ?? 0)
  }

  fail(name: string, message: string): never {
    return this.#port.fail(new Fault('domain', message, name))
  }

  // ---- members and the whole

  member(node: MemberNode, family: string, index: number): object {
    const handle = {}
    identify(handle, { layout: this.#layout, family, index, name: node.name, pc: node.pc })
    return this.struct(node.fields, node.name, handle)
  }

  family(node: FamilyNode): object {
    const handles = this.handles.get(node.name) ?? []
    const guard = outOfRange(node.name, handles.length, this.#port)
    return new FamilyDraft(handles, guard, this.#orders?.orderOf(node.name))
  }

  build(): Tree {
    // References may point forward: all handles first, then the fields.
    const { root, families, processes, history } = this.#layout
    for (const node of families.values()) {
      const handles: object[] = []
      this.handles.set(node.name, handles)
      node.members.forEach((member, index) => handles.push(this.member(member, node.name, index)))
    }
    const state = {}
    for (const [key, node] of Object.entries(root)) {
      if (node.kind === 'family') Object.defineProperty(state, key, { value: this.family(node), enumerable: true })
      else Object.defineProperty(state, key, { ...this.accessors(node, key), enumerable: true })
    }
    return Object.assign(this.tree, {
      state: Object.preventExtensions(state),
      history: this.struct(history, ''),
      processes: processes.map((process) => {
        const member = families.get(process.family)?.members[process.index]
        return {
          me: this.handles.get(process.family)?.[process.index] ?? {},
          frames: Object.fromEntries(
            Object.entries(member?.frames ?? {}).map(([name, frame]) => [
              name,
              this.struct(frame, `${process.name}.${name}`),
            ]),
          ),
        }
      }),
    })
  }
}

function describeDomain(domain: ScalarDomain): string {
  switch (domain.kind) {
    case 'bool':
      return 'true or false'
    case 'int':
      return `whole numbers from ${domain.lo} to ${domain.hi}`
    case 'enum':
      return `one of ${domain.values.join(', ')}`
    case 'ref':
      return `members of '${domain.family}'`
  }
}

/**
 * Builds a tree of handles over a port. It is dead until its engine says `alive`. With `orders` a recipe meets the
 * members of families in the order that these say at the time.
 */
export const treeOf = (layout: Layout, port: Port, orders?: Orders): Tree =>
  new TreeBuilder(layout, port, orders).build()
