/** Fields as a person names them, for slots: a queue, a set and an option are one field each, however many slots they take. */
import { scalarName, slotsOf, type Layout, type Node, type SetNode, type StructNode } from '../engine/layout.ts'
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import { printable } from '../engine/printable.ts'
import type { Process } from '../engine/process.ts'
import type { Step } from '../engine/step.ts'
import { show } from './diff.ts'

export interface Field {
  /** `task0.mm`, `free`, `history.shot`, as in `diff`. */
  readonly name: string
  /** The member that it belongs to, if any: `task0`. */
  readonly owner: string | undefined
  readonly kind: 'bool' | 'ref' | 'pc' | 'other'
  readonly history: boolean
  readonly slots: readonly number[]
  /** Of a set: whether each value is in it, as a field of its own. */
  readonly elements?: readonly Field[]
  /** Its value in a plain state, in one line. */
  show(state: PlainState): string
}

type Get = (state: PlainState) => unknown
const under =
  (get: Get, key: string | number): Get =>
  (state) => {
    const container = get(state) as Readonly<Record<string | number, unknown>> | null | undefined
    return container?.[key]
  }

class FieldBuilder {
  readonly fields: Field[] = []
  #owner: string | undefined
  #history = false

  build({ root, history }: Layout): void {
    for (const [key, node] of Object.entries(root)) {
      const get: Get = (state) => state[key]
      this.#owner = undefined
      if (node.kind !== 'family') this.#node(node, key, get)
      else
        node.members.forEach((member, i) => {
          const at = under(get, i)
          this.#owner = member.name
          if (member.pc !== undefined) this.#add(`${member.name}.pc`, 'pc', [member.pc], under(at, 'pc'))
          this.#struct(member.fields, member.name, at)
          for (const [procedure, frame] of Object.entries(member.frames))
            this.#struct(frame, `${member.name}.${procedure}`, under(under(at, 'frames'), procedure))
        })
    }
    this.#owner = undefined
    this.#history = true
    this.#struct(history, 'history', (state) => state['history'])
  }

  #add(name: string, kind: Field['kind'], slots: readonly number[], get: Get): void {
    const [owner, history] = [this.#owner, this.#history]
    this.fields.push({ name, owner, kind, history, slots, show: (state) => show(get(state) ?? null) })
  }

  #struct({ fields }: StructNode, path: string, get: Get): void {
    for (const [key, node] of Object.entries(fields)) this.#node(node, `${path}.${key}`, under(get, key))
  }

  #node(node: Node, name: string, get: Get): void {
    if (node.kind === 'struct') this.#struct(node, name, get)
    else if (node.kind === 'array')
      node.elements.forEach((element, i) => this.#node(element, `${name}[${i}]`, under(get, i)))
    else if (node.kind === 'set') this.#set(node, name, get)
    else this.#add(name, kindOf(node), slotsOf(node), get)
  }

  #set({ bits, domain }: SetNode, name: string, get: Get): void {
    const [owner, history] = [this.#owner, this.#history]
    const elements = bits.map((slot, code): Field => {
      const value = printable(scalarName(domain, code))
      const has = (state: PlainState): boolean => show(get(state)).slice(1, -1).split(', ').includes(value)
      const field = { name: `${name}.has(${value})`, owner, kind: 'bool', history, slots: [slot] } as const
      return { ...field, show: (state) => String(has(state)) }
    })
    this.fields.push({ name, owner, kind: 'other', history, slots: bits, elements, show: (state) => show(get(state)) })
  }
}

function kindOf(node: Node): Field['kind'] {
  if (node.kind !== 'scalar') return 'other'
  return node.domain.kind === 'bool' || node.domain.kind === 'ref' ? node.domain.kind : 'other'
}

export const processOf = ({ layout }: Machine, step: Step): Process =>
  layout.processes.find(({ name }) => name === step.process)!

/** The fields of a layout, in the order of declaration; of a process its label comes first. */
export function fieldsOf(layout: Layout): readonly Field[] {
  const builder = new FieldBuilder()
  builder.build(layout)
  return builder.fields
}
