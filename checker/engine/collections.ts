/** The drafts of families, arrays, queues and sets. */
import type { ScalarDomain } from '../language/domain.ts'
import { identityOf } from './identity.ts'
import { slotsOf, type Node, type SetNode } from './layout.ts'

export interface Accessors {
  get(): unknown
  set(value: unknown): void
}

/** What collections need of the tree that they belong to. */
export interface Cells {
  get(slot: number): number
  set(slot: number, code: number): void
  touch(slot: number): void
  reset(node: Node): void
  accessors(node: Node, name: string): Accessors
  decode(domain: ScalarDomain, code: number): unknown
  encode(domain: ScalarDomain, value: unknown, slot: number): number
  fail(name: string, message: string): never
}

/** Questions without an order among the elements; each looks no further than it must. */
abstract class Collection<T> {
  abstract [Symbol.iterator](): Iterator<T>

  some(test: (each: T) => boolean): boolean {
    for (const each of this) if (test(each)) return true
    return false
  }
  every(test: (each: T) => boolean): boolean {
    for (const each of this) if (!test(each)) return false
    return true
  }
  count(test: (each: T) => boolean): number {
    let n = 0
    for (const each of this) if (test(each)) n++
    return n
  }
  filter(test: (each: T) => boolean): T[] {
    const found: T[] = []
    for (const each of this) if (test(each)) found.push(each)
    return found
  }
}

/** Looks up what an object does not have in `guard`, behind its methods. */
function guarded(methods: object, guard: object): object {
  const { constructor: _constructor, ...descriptors } = Object.getOwnPropertyDescriptors(methods)
  return Object.create(guard, descriptors) as object
}

/** The order in which a recipe meets the members of a family, asked for at each look: the numbers of the members. */
export type Order = () => readonly number[]

export class FamilyDraft extends Collection<object> {
  readonly #all: readonly object[]
  /** Missing where nobody asks whether the order matters: it is that of the declaration. */
  readonly #order: Order | undefined

  constructor(handles: readonly object[], guard: object, order?: Order) {
    super()
    this.#all = handles
    this.#order = order
    handles.forEach((handle, i) =>
      Object.defineProperty(this, i, {
        ...(order === undefined ? { value: handle } : { get: () => this.#handles[i] }),
        enumerable: true,
      }),
    )
    Object.defineProperty(this, 'length', { value: handles.length })
    Object.setPrototypeOf(this, guarded(FamilyDraft.prototype, guarded(Collection.prototype, guard)))
    Object.freeze(this)
  }
  get #handles(): readonly object[] {
    return this.#order === undefined ? this.#all : this.#order().map((member) => this.#all[member]!)
  }
  sum(of: (each: object) => number): number {
    let total = 0
    for (const each of this.#handles) total += of(each)
    return total
  }
  indexOf(member: object): number {
    return this.#handles.indexOf(member)
  }
  override [Symbol.iterator](): Iterator<object> {
    return this.#handles[Symbol.iterator]()
  }
}

export class ArrayDraft extends Collection<unknown> {
  readonly #cells: readonly Accessors[]

  constructor(cells: readonly Accessors[], guard: object) {
    super()
    this.#cells = cells
    cells.forEach((cell, i) => Object.defineProperty(this, i, { ...cell, enumerable: true }))
    Object.defineProperty(this, 'length', { value: cells.length })
    Object.setPrototypeOf(this, guarded(ArrayDraft.prototype, guarded(Collection.prototype, guard)))
    Object.preventExtensions(this)
  }
  override *[Symbol.iterator](): Iterator<unknown> {
    for (const cell of this.#cells) yield cell.get()
  }
}

export class QueueDraft extends Collection<unknown> {
  readonly #tree: Cells
  readonly #length: number
  readonly #nodes: readonly Node[]
  readonly #cells: readonly Accessors[]
  readonly #slots: readonly number[][]
  readonly #name: string

  constructor(tree: Cells, length: number, nodes: readonly Node[], name: string) {
    super()
    this.#tree = tree
    this.#length = length
    this.#nodes = nodes
    this.#cells = nodes.map((node, i) => tree.accessors(node, `${name}[${i}]`))
    this.#slots = nodes.map(slotsOf)
    this.#name = name
  }
  get length(): number {
    this.#tree.touch(this.#length)
    return this.#tree.get(this.#length)
  }
  get isEmpty(): boolean {
    return this.length === 0
  }
  get isFull(): boolean {
    return this.length === this.#cells.length
  }
  push(value: unknown): void {
    const { length } = this
    const cell = this.#cells[length]
    if (cell === undefined) return this.#tree.fail(this.#name, `${this.#name} is full: it holds ${this.#cells.length}.`)
    this.#tree.set(this.#length, length + 1)
    cell.set(value)
  }
  shift(): unknown {
    if (this.length === 0) return this.#tree.fail(this.#name, `${this.#name} is empty: nothing can be shifted.`)
    const value = copyOf(this.at(0))
    this.#removeAt(0)
    return value
  }
  at(index: number): unknown {
    const cell = this.#cells[index]
    if (cell === undefined || index >= this.length)
      return this.#tree.fail(this.#name, `${this.#name}.at(${index}) is beyond its ${this.length} elements.`)
    return cell.get()
  }
  override *[Symbol.iterator](): Iterator<unknown> {
    const { length } = this
    for (let i = 0; i < length; i++) yield this.#cells[i]?.get()
  }
  includes(value: unknown): boolean {
    return this.some((each) => each === value)
  }
  remove(value: unknown): boolean {
    const { length } = this
    for (let i = 0; i < length; i++)
      if (this.#cells[i]?.get() === value) {
        this.#removeAt(i)
        return true
      }
    return false
  }
  clear(): void {
    this.#tree.touch(this.#length)
    this.#tree.set(this.#length, 0)
    for (const node of this.#nodes) this.#tree.reset(node)
  }
  #removeAt(index: number): void {
    const last = this.length - 1
    for (let i = index; i < last; i++)
      this.#slots[i]?.forEach((slot, k) => this.#tree.set(slot, this.#tree.get(this.#slots[i + 1]?.[k] ?? slot)))
    const node = this.#nodes[last]
    if (node !== undefined) this.#tree.reset(node)
    this.#tree.set(this.#length, last)
  }
}

/** A plain copy of a view; members and scalars stay what they are. */
export function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || identityOf(value) !== undefined) return value
  if (Symbol.iterator in value) return Object.freeze([...(value as Iterable<unknown>)].map(copyOf))
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copyOf(field)])))
}

export class SetDraft extends Collection<unknown> {
  readonly #tree: Cells
  readonly #bits: readonly number[]
  readonly #domain: ScalarDomain
  readonly #order: Order | undefined

  constructor(tree: Cells, node: SetNode, order?: Order) {
    super()
    this.#tree = tree
    this.#bits = node.bits
    this.#order = order
    // An element outside the domain is an error: a set neither wraps nor saturates.
    this.#domain = node.domain.kind === 'int' ? { ...node.domain, overflow: 'error' } : node.domain
  }
  #bit(value: unknown): number {
    this.#touch()
    return this.#bits[this.#tree.encode(this.#domain, value, this.#bits[0] ?? 0)] ?? 0
  }
  has(value: unknown): boolean {
    return this.#tree.get(this.#bit(value)) === 1
  }
  add(value: unknown): void {
    this.#tree.set(this.#bit(value), 1)
  }
  delete(value: unknown): void {
    this.#tree.set(this.#bit(value), 0)
  }
  #touch(): void {
    const [first] = this.#bits
    if (first !== undefined) this.#tree.touch(first)
  }
  clear(): void {
    this.#touch()
    for (const bit of this.#bits) this.#tree.set(bit, 0)
  }
  get size(): number {
    return this.count(() => true)
  }
  get isEmpty(): boolean {
    return !this.some(() => true)
  }
  override *[Symbol.iterator](): Iterator<unknown> {
    this.#touch()
    for (const code of this.#order?.() ?? this.#bits.keys())
      if (this.#tree.get(this.#bits[code]!) === 1) yield this.#tree.decode(this.#domain, code)
  }
}
