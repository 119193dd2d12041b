/**
 * Layout: the state of an instance as a list of slots.
 *
 * A slot holds one scalar as a code `0 … size-1`; 0 need not be its initial value. Queues, sets and options are made of
 * slots with one canonical form: cells beyond the length of a queue and the payload of an absent option hold their
 * initial codes. Slots are numbered in the order of declaration, history last.
 */
import type { Domain, Fields, ScalarDomain, StateFields } from '../language/domain.ts'
import { ConfigError, type Instance } from '../language/protocol.ts'
import { compilePrograms, type Process } from './process.ts'

/** What a slot means to a plain state: the path to it, and whether it is a value, a queue's length or a set's element. */
export interface Slot {
  readonly id: number
  /** How a person names it: `task0.mm`, `lru.length`, `cpu1.pc`. */
  readonly name: string
  /** Number of codes. */
  readonly size: number
  readonly initial: number
  readonly history: boolean
  readonly role: 'value' | 'present' | 'length' | 'element' | 'pc'
  readonly domain: ScalarDomain | undefined
  readonly nullable: boolean
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly slot: number
  readonly domain: ScalarDomain
  readonly nullable: boolean
}
export interface StructNode {
  readonly kind: 'struct'
  readonly fields: Readonly<Record<string, Node>>
}
export interface OptionNode {
  readonly kind: 'option'
  readonly present: number
  readonly of: Node
}
export interface ArrayNode {
  readonly kind: 'array'
  readonly elements: readonly Node[]
}
export interface QueueNode {
  readonly kind: 'queue'
  readonly length: number
  readonly elements: readonly Node[]
}
export interface SetNode {
  readonly kind: 'set'
  readonly bits: readonly number[]
  readonly domain: ScalarDomain
}
export type Node = ScalarNode | StructNode | OptionNode | ArrayNode | QueueNode | SetNode

export interface MemberNode {
  /** `task0`, or `reaper` for a singleton. */
  readonly name: string
  readonly fields: StructNode
  /** The slot of the label, for members with a program. */
  readonly pc: number | undefined
  /** Arguments and locals of the procedures that its program calls. */
  readonly frames: Readonly<Record<string, StructNode>>
}
export interface FamilyNode {
  readonly kind: 'family'
  readonly name: string
  readonly members: readonly MemberNode[]
}

export interface Layout {
  readonly instance: Instance
  readonly slots: readonly Slot[]
  readonly root: Readonly<Record<string, Node | FamilyNode>>
  readonly history: StructNode
  readonly families: ReadonlyMap<string, FamilyNode>
  readonly processes: readonly Process[]
  /** For slots of what can be absent: the slots that tell, and the least codes at which it is there. */
  readonly presence: ReadonlyMap<number, readonly Presence[]>
}

/** Something is there while the code of a slot is at least so much: an option's flag, a queue's length. */
export interface Presence {
  readonly by: number
  readonly least: number
}

/** Number of values of a scalar domain. */
function scalarSize(domain: ScalarDomain, families: StateFields): number {
  switch (domain.kind) {
    case 'bool':
      return 2
    case 'int':
      return domain.hi - domain.lo + 1
    case 'enum':
      return domain.values.length
    case 'ref': {
      const family = families[domain.family]
      if (family?.kind !== 'family') throw new ConfigError(`ref('${domain.family}') names no family of the state.`)
      return family.size ?? 1
    }
  }
}

const initialCode = (domain: ScalarDomain): number =>
  domain.kind === 'int' ? Math.min(Math.max(0, domain.lo), domain.hi) - domain.lo : 0

/** How the codes of a scalar read to a person. */
export function scalarName(domain: ScalarDomain, code: number): string {
  switch (domain.kind) {
    case 'bool':
      return code === 1 ? 'true' : 'false'
    case 'int':
      return String(code + domain.lo)
    case 'enum':
      return domain.values[code] ?? `#${code}`
    case 'ref':
      return `${domain.family}${code}`
  }
}

const RESERVED = new Set(['pc', 'frames', 'history', 'length', '__proto__', 'constructor', 'prototype'])

class Builder {
  readonly slots: Slot[] = []
  readonly presence = new Map<number, readonly Presence[]>()
  history = false
  #around: readonly Presence[] = []
  readonly #families: StateFields

  constructor(families: StateFields) {
    this.#families = families
  }

  slot(
    name: string,
    size: number,
    initial: number,
    role: Slot['role'],
    domain?: ScalarDomain,
    nullable = false,
  ): number {
    const id = this.slots.length
    if (this.#around.length > 0) this.presence.set(id, this.#around)
    this.slots.push({ id, name, size, initial, history: this.history, role, domain, nullable })
    return id
  }

  /** Lays out what is there only while a slot has such a code. */
  #within<T>(by: number, least: number, build: () => T): T {
    const outer = this.#around
    this.#around = [...outer, { by, least }]
    try {
      return build()
    } finally {
      this.#around = outer
    }
  }

  scalar(name: string, domain: ScalarDomain, nullable: boolean): ScalarNode {
    const values = scalarSize(domain, this.#families)
    if (values === 0 && !nullable)
      throw new ConfigError(
        `${name} refers to '${domain.kind === 'ref' ? domain.family : ''}', which has no members; use option(ref(…)).`,
      )
    const size = values + (nullable ? 1 : 0)
    if (size > 2 ** 31) throw new ConfigError(`${name} has ${size} values; 2^31 are the most that a field can hold.`)
    return {
      kind: 'scalar',
      slot: this.slot(name, size, nullable ? 0 : initialCode(domain), 'value', domain, nullable),
      domain,
      nullable,
    }
  }

  node(name: string, domain: Domain): Node {
    switch (domain.kind) {
      case 'bool':
      case 'int':
      case 'enum':
      case 'ref':
        return this.scalar(name, domain, false)
      case 'option': {
        const of = domain.of
        if (of.kind === 'bool' || of.kind === 'int' || of.kind === 'enum' || of.kind === 'ref')
          return this.scalar(name, of, true)
        const present = this.slot(`${name}.present`, 2, 0, 'present')
        return { kind: 'option', present, of: this.#within(present, 1, () => this.node(name, of)) }
      }
      case 'struct':
        return this.struct(name, domain.fields)
      case 'array':
        return {
          kind: 'array',
          elements: Array.from({ length: domain.length }, (_, i) => this.node(`${name}[${i}]`, domain.of)),
        }
      case 'queue': {
        const length = this.slot(`${name}.length`, domain.capacity + 1, 0, 'length')
        return {
          kind: 'queue',
          length,
          elements: Array.from({ length: domain.capacity }, (_, i) =>
            this.#within(length, i + 1, () => this.node(`${name}[${i}]`, domain.of)),
          ),
        }
      }
      case 'set': {
        const values = scalarSize(domain.of, this.#families)
        const bits = Array.from({ length: values }, (_, code) =>
          this.slot(`${name}.has(${scalarName(domain.of, code)})`, 2, 0, 'element'),
        )
        return { kind: 'set', bits, domain: domain.of }
      }
    }
  }

  struct(name: string, fields: Fields): StructNode {
    const nodes: Record<string, Node> = {}
    for (const [key, domain] of Object.entries(fields)) {
      if (RESERVED.has(key))
        throw new ConfigError(`'${key}' cannot name a field${name === '' ? '' : ` of ${name}`}: the name is reserved.`)
      nodes[key] = this.node(name === '' ? key : `${name}.${key}`, domain)
    }
    return { kind: 'struct', fields: nodes }
  }
}

/** Lays out an instance; throws a `ConfigError` where its declarations do not fit together. */
export function layoutOf(instance: Instance): Layout {
  const builder = new Builder(instance.state)
  const compiled = compilePrograms(instance)
  const root: Record<string, Node | FamilyNode> = {}
  const families = new Map<string, FamilyNode>()
  const processes: Process[] = []

  for (const [name, domain] of Object.entries(instance.state)) {
    if (RESERVED.has(name)) throw new ConfigError(`'${name}' cannot name a field of the state: the name is reserved.`)
    if (domain.kind !== 'family') {
      root[name] = builder.node(name, domain)
      continue
    }
    const program = compiled.get(name)
    const members = Array.from({ length: domain.size ?? 1 }, (_, index): MemberNode => {
      const member = domain.size === undefined ? name : `${name}${index}`
      const pc = program && builder.slot(`${member}.pc`, program.labels.length + 1, program.start, 'pc')
      const fields = builder.struct(member, domain.fields)
      const frames: Record<string, StructNode> = {}
      for (const [procedure, shape] of program?.frames ?? [])
        frames[procedure] = builder.struct(`${member}.${procedure}`, shape)
      if (program && pc !== undefined)
        processes.push({ id: processes.length, name: member, family: name, index, pc, program })
      return { name: member, fields, pc, frames }
    })
    const node: FamilyNode = { kind: 'family', name, members }
    root[name] = node
    families.set(name, node)
  }
  for (const family of compiled.keys())
    if (!families.has(family))
      throw new ConfigError(`There is a program for '${family}', which is no family of the state.`)

  const names = [...families.values()].flatMap((family) => family.members.map((member) => member.name))
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new ConfigError(`Two members are named '${twice}'; give one of their families another name.`)

  // Ticks come last, once it is known whether something urgent is enabled.
  processes.sort((a, b) => Number(a.program.role === 'time') - Number(b.program.role === 'time'))
  const ordered = processes.map((process, id): Process => ({ ...process, id }))

  builder.history = true
  const history = builder.struct('', instance.history)
  return { instance, slots: builder.slots, root, history, families, processes: ordered, presence: builder.presence }
}

/** All slots below a node. */
export function slotsOf(node: Node): number[] {
  switch (node.kind) {
    case 'scalar':
      return [node.slot]
    case 'struct':
      return Object.values(node.fields).flatMap(slotsOf)
    case 'option':
      return [node.present, ...slotsOf(node.of)]
    case 'array':
      return node.elements.flatMap(slotsOf)
    case 'queue':
      return [node.length, ...node.elements.flatMap(slotsOf)]
    case 'set':
      return [...node.bits]
  }
}
