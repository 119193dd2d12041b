/** Ways of planting a bug in an engine: patches of its classes, questions that mislead it, answers that are lies. */
import type { Domain, Fields, StateFields } from '../../language/domain.ts'
import type { Engine, Question, StateSpace } from '../engine.ts'
import { Executor, type Observer, type Outcome } from '../executor.ts'
import { slotsOf, type FamilyNode, type Layout, type Node } from '../layout.ts'
import type { FlatAction, FlatLabel } from '../process.ts'
import { RecordingPort } from '../recorder.ts'
import { COUNT_MASK } from '../forest.ts'
import { Relation } from '../relation.ts'
import { Store } from '../store.ts'
import { tableEngine } from '../table.ts'

/** An engine with one bug, and the number of protocols within which the conformance suite must notice it. */
export interface Planted {
  readonly bug: string
  readonly within: number
  readonly engine: Engine
}

/** A method of an engine's class, and what it does instead, given the original. */
export type Patch = (question: Question) => readonly [prototype: object, method: string, instead: Method]
export type Method = (this: never, original: (...args: never[]) => unknown, ...args: never[]) => unknown

/** The engine while a method of one of its classes is another. */
export function patched(patch: Patch, engine: Engine = tableEngine): Engine {
  const during = <T>([prototype, method, instead]: ReturnType<Patch>, run: () => T): T => {
    const own = Object.getOwnPropertyDescriptor(prototype, method)
    const original = (prototype as Record<string, (...args: never[]) => unknown>)[method]!
    const value = function (this: never, ...args: never[]): unknown {
      return instead.call(this, original.bind(this), ...args)
    }
    Object.defineProperty(prototype, method, { value, configurable: true, writable: true })
    try {
      return run()
    } finally {
      if (own === undefined) Reflect.deleteProperty(prototype, method)
      else Object.defineProperty(prototype, method, own)
    }
  }
  return {
    name: 'table',
    explore: (question) => {
      const made = patch(question)
      const space = during(made, () => engine.explore(question))
      return pretending(space, { advance: (limit) => during(made, () => space.advance(limit)) })
    },
  }
}

/** A space that answers some questions differently. */
export function pretending(space: StateSpace, changes: Partial<StateSpace>): StateSpace {
  const honest: StateSpace = {
    layout: space.layout,
    advance: (limit) => space.advance(limit),
    statistics: () => space.statistics(),
    sighting: (observer) => space.sighting(observer),
    varies: (observer) => space.varies(observer),
    saturated: (observer) => space.saturated(observer),
    mark: (observer, state) => space.mark(observer, state),
    get faults() {
      return space.faults
    },
    get deadlock() {
      return space.deadlock
    },
    get terminalStates() {
      return space.terminalStates
    },
    get coverage() {
      return space.coverage
    },
    get neededHistory() {
      return space.neededHistory
    },
    labelAt: (process, state) => space.labelAt(process, state),
    predecessor: (state) => space.predecessor(state),
    get levels() {
      return space.levels
    },
    transitions: (first, end, visit, into) => space.transitions(first, end, visit, into),
    sightings: (observer, visit) => space.sightings(observer, visit),
    deadlocks: () => space.deadlocks(),
    state: (id) => space.state(id),
    edges: () => space.edges(),
    orbits: space.orbits,
    get leftOut() {
      return space.leftOut
    },
  }
  return Object.defineProperties(honest, Object.getOwnPropertyDescriptors(changes))
}

/** The engine that is asked something else. */
export const misled = (mislead: (question: Question) => Question): Engine => ({
  name: 'table',
  explore: (question) => tableEngine.explore(mislead(question)),
})

/** The engine that misunderstands the actions of labels. */
export const misreading = (read: (action: FlatAction, label: FlatLabel) => FlatAction | undefined): Engine =>
  misled((question) => ({
    ...question,
    layout: {
      ...question.layout,
      processes: question.layout.processes.map((process) => {
        const labels = process.program.labels.map((label) => ({
          ...label,
          actions: label.actions.flatMap((action) => read(action, label) ?? []),
        }))
        return { ...process, program: { ...process.program, labels } }
      }),
    },
  }))

/** The engine that misunderstands the observers. */
export const mishearing = (hear: (observer: Observer) => Observer): Engine =>
  misled((question) => ({ ...question, observers: question.observers.map(hear) }))

/** The engine with another answer to one question. */
export const lying = (lie: (space: StateSpace) => Partial<StateSpace>): Engine => ({
  name: 'table',
  explore: (question) => {
    const space = tableEngine.explore(question)
    return pretending(space, lie(space))
  },
})

export type Emit = (outcome: Outcome) => void

/** The executor of an engine that garbles what one step gives. */
export const garbling = (garble: (emit: Emit) => Emit): Engine =>
  patched(
    () =>
      [
        Executor.prototype,
        'outcomes',
        (original: (...args: unknown[]) => unknown, process: unknown, label: unknown, emit: Emit) =>
          original(process, label, garble(emit)),
      ] as never,
  )

export type Insert = (batch: Int32Array, hashes: Int32Array, from: Int32Array, count: number) => void
export const inserting = (
  insert: (question: Question) => (this: Store, original: Insert, ...args: Parameters<Insert>) => void,
): Engine => patched((question) => [Store.prototype, 'insert', insert(question) as never])

/** The port of an engine that reads or writes wrongly. */
export const porting = (method: string, instead: (question: Question) => Method): Engine =>
  patched((question) => [RecordingPort.prototype, method, instead(question)])
export type Port = {
  readonly mode: string
  readonly readSlots: number[]
  readonly readCodes: number[]
  load(slot: number): number
}

/** Rewrites every new leaf: the outcomes that are kept. */
export const forgetting = (
  keeps: (next: Int32Array, state: Int32Array, earlier: readonly Int32Array[]) => boolean,
): Engine =>
  patched(() => [
    Relation.prototype,
    'miss',
    function (
      this: Relation,
      original: (...args: unknown[]) => number,
      process: number,
      words: Int32Array,
      state: number,
    ) {
      const leaf = original(process, words, state)
      const T = this.code.array
      const successors = this.forest.successors(leaf, words)
      let [read, write, kept] = [leaf + 2, leaf + 2, 0]
      successors.forEach((next, i) => {
        const length = 1 + 3 * T[read]!
        if (keeps(next, words, successors.slice(0, i))) {
          T.copyWithin(write, read, read + length)
          write += length
          kept++
        }
        read += length
      })
      T[leaf] = (T[leaf]! & ~COUNT_MASK) | kept
      return leaf
    } as never,
  ])

export const sameWords = (a: Int32Array, b: Int32Array): boolean => a.every((word, k) => word === b[k])

/** Every slot below these nodes that a test picks out. */
export function slotsWhere(layout: Layout, wanted: (node: Node) => readonly number[]): Set<number> {
  const found = new Set<number>()
  const visit = (node: Node): void => {
    for (const slot of wanted(node)) found.add(slot)
    if (node.kind === 'struct') Object.values(node.fields).forEach(visit)
    if (node.kind === 'array' || node.kind === 'queue') node.elements.forEach(visit)
    if (node.kind === 'option') visit(node.of)
  }
  const isFamily = (node: Node | FamilyNode): node is FamilyNode => node.kind === 'family'
  for (const node of Object.values(layout.root))
    if (isFamily(node)) for (const { fields, frames } of node.members) [fields, ...Object.values(frames)].forEach(visit)
    else visit(node)
  return found
}
export const frameSlots = ({ families }: Layout): Set<number> =>
  new Set(
    [...families.values()].flatMap(({ members }) =>
      members.flatMap(({ frames }) => Object.values(frames).flatMap(slotsOf)),
    ),
  )

/** Writes of initial codes to these slots do not happen. */
export const neverReset = (mode: string, slotsIn: (layout: Layout) => Set<number>): Engine =>
  porting('set', ({ layout }) => {
    const slots = slotsIn(layout)
    return function (this: Port, original: (slot: number, code: number) => void, slot: number, code: number): void {
      if (this.mode === mode && slots.has(slot) && code === layout.slots[slot]?.initial) return
      original(slot, code)
    } as never
  })

/** The domain without numbers whose overflow is an error. */
function wrapping(domain: Domain): Domain {
  if (domain.kind === 'int') return domain.overflow === 'error' ? { ...domain, overflow: 'wrap' } : domain
  if (domain.kind === 'struct') return { ...domain, fields: wrappingFields(domain.fields) }
  if (domain.kind === 'option' || domain.kind === 'array' || domain.kind === 'queue')
    return { ...domain, of: wrapping(domain.of) }
  return domain
}
const wrappingFields = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, domain]) => [key, wrapping(domain)]))
export const wrappingState = (state: StateFields): StateFields =>
  Object.fromEntries(
    Object.entries(state).map(([key, domain]) => [
      key,
      domain.kind === 'family' ? { ...domain, fields: wrappingFields(domain.fields) } : wrapping(domain),
    ]),
  )
