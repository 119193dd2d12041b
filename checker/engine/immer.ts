/** The reference engine: explores one plain state at a time. Slow and simple. */
import type { Observer } from './executor.ts'
import {
  coverageOf,
  coverName,
  type Coverage,
  type Edges,
  type Engine,
  type FaultSighting,
  levelOf,
  type Marked,
  type Question,
  type Sighting,
  type StateSpace,
  type Statistics,
  type VisitSighting,
  type VisitTransition,
} from './engine.ts'
import { Fault, IMPURE_INIT, stepFault, type StepFault } from './fault.ts'
import type { Layout } from './layout.ts'
import { Machine } from './machine.ts'
import { doneObserver } from './observer.ts'
import type { PlainState } from './plain.ts'
import type { Step } from './step.ts'

/** The state space, explored one plain state at a time. */
class ImmerSpace implements StateSpace {
  readonly layout: Layout
  readonly faults: FaultSighting[] = []
  readonly #question: Question
  readonly #machine: Machine
  readonly #states: PlainState[] = []
  readonly #ids = new Map<string, number>()
  readonly #predecessors: number[] = []
  readonly #depths: number[] = []
  readonly levels: number[] = []
  readonly #sightings: (Sighting | undefined)[]
  readonly #firstReads: (string | undefined)[]
  readonly #varies: boolean[]
  readonly #readSlots: Set<number>[]
  readonly #marks: number[][]
  readonly #edges: { readonly to: number; readonly by: number }[][] = []
  readonly #taken = new Set<string>()
  readonly #initialStates: number
  #head = 0
  #transitions = 0
  #expansions = 0
  deadlock: number | undefined
  terminalStates = 0

  constructor(question: Question) {
    if (question.symmetry !== undefined) throw new TypeError('The reference engine exchanges no members.')
    this.#question = question
    this.layout = question.layout
    this.#machine = new Machine(question.layout, question.history)
    this.#sightings = question.observers.map(() => undefined)
    this.#firstReads = question.observers.map(() => undefined)
    this.#varies = question.observers.map(() => false)
    this.#readSlots = question.observers.map(() => new Set())
    this.#marks = question.observers.map(() => [])
    const starts = this.#machine.starts()
    for (const { state, fault } of starts)
      if (fault !== undefined) this.faults.push({ fault, state: -1 })
      else this.#add(state, -1, 0)
    if (JSON.stringify(starts) !== JSON.stringify(this.#machine.starts()))
      this.faults.push({ fault: IMPURE_INIT, state: -1 })
    this.#initialStates = this.#states.length
  }

  #add(state: PlainState, from: number, depth: number): number {
    const key = JSON.stringify(state)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#states.length
    this.#ids.set(key, id)
    this.#states.push(state)
    this.#predecessors.push(from)
    this.#depths.push(depth)
    return id
  }

  advance(limit: number): boolean {
    for (let n = 0; n < limit && this.#head < this.#states.length; n++) this.#expand(this.#head++)
    return this.#head < this.#states.length
  }

  #expand(id: number): void {
    const state = this.#states[id] as PlainState
    if (this.#depths[id] === this.levels.length) this.levels.push(id)
    this.#question.observers.forEach((observer, i) => {
      if (!observer.pair) this.#see(observer, i, id, id, state)
    })
    const successors: { to: number; by: number }[] = []
    const { processes } = this.layout
    this.#expansions += processes.length
    const faultsBefore = this.faults.length
    const outcomes = this.#machine.outcomes(state, (fault) => this.faults.push({ fault, state: id }))
    const isFaulty = this.faults.length > faultsBefore
    for (const { step, next } of outcomes) {
      this.#transitions++
      this.#cover(step)
      const to = this.#add(next, id, (this.#depths[id] ?? 0) + 1)
      successors.push({ to, by: processes.findIndex((process) => process.name === step.process) })
      this.#question.observers.forEach((observer, i) => {
        if (observer.pair) this.#see(observer, i, to, id, state, next)
      })
    }
    this.#edges[id] = successors
    if (outcomes.length === 0 && !isFaulty) this.#terminal(id, state)
  }

  /** The expanded states of the level of a state. */
  #levelWith(state: number): number[] {
    const level = levelOf(this.levels, state)
    const [first, end] = [this.levels[level] ?? 0, Math.min(this.levels[level + 1] ?? this.#head, this.#head)]
    return Array.from({ length: end - first }, (_, i) => first + i)
  }

  #isDeadlock(id: number): boolean {
    const state = this.state(id)
    const faults: StepFault[] = []
    return (
      this.#edges[id]?.length === 0 &&
      this.#machine.outcomes(state, (fault) => faults.push(fault)).length + faults.length === 0 &&
      this.#answer(doneObserver(this.layout), state) === 0
    )
  }

  /** What an observer says, if it does not fault. */
  #answer(observer: Observer, state: PlainState, after?: PlainState): number | undefined {
    try {
      return this.#machine.observe(observer, state, after)
    } catch (thrown) {
      if (thrown instanceof Fault) return undefined
      throw thrown
    }
  }

  #cover(step: Step): void {
    const family = this.layout.processes.find((each) => each.name === step.process)?.family ?? ''
    this.#taken.add(coverName(family, step.label, step.alternative ?? ''))
  }

  #terminal(id: number, state: PlainState): void {
    this.terminalStates++
    const done = doneObserver(this.layout)
    try {
      if (this.#machine.observe(done, state) === 0) this.deadlock ??= id
    } catch (thrown) {
      this.#failed(done, id, thrown)
    }
  }

  #see(observer: Observer, i: number, id: number, from: number, state: PlainState, after?: PlainState): void {
    try {
      const code = this.#machine.observe(observer, state, after)
      this.#noteReads(i)
      ;(this.#marks[i] ??= [])[id] = code
      if (code > (this.#sightings[i]?.code ?? -Infinity)) this.#sightings[i] = { code, state: id, from }
    } catch (thrown) {
      this.#failed(observer, from, thrown)
    }
  }

  #noteReads(i: number): void {
    const { reads } = this.#machine
    const path = reads.join()
    this.#firstReads[i] ??= path
    if (path !== this.#firstReads[i]) this.#varies[i] = true
    for (let k = 0; k < reads.length; k += 2) this.#readSlots[i]?.add(reads[k] ?? 0)
  }

  #failed(observer: Observer, state: number, thrown: unknown): void {
    if (!(thrown instanceof Fault)) throw thrown
    this.faults.push({ fault: stepFault(thrown, 'property', observer.property.name), state })
  }

  statistics(): Statistics {
    return {
      states: this.#states.length,
      transitions: this.#transitions,
      depth: this.#depths.at(-1) ?? 0,
      completeDepth: (this.#depths[this.#head] ?? (this.#depths.at(-1) ?? -1) + 1) - 1,
      initialStates: this.#initialStates,
      queued: this.#states.length - this.#head,
      bytes: 0,
      executions: this.#machine.executions,
      direct: this.#expansions,
      expansions: this.#expansions,
    }
  }
  sighting(observer: number): Sighting | undefined {
    return this.#sightings[observer]
  }
  varies(observer: number): boolean {
    const looksAtHistory = [...(this.#readSlots[observer] ?? [])].some((slot) => this.layout.slots[slot]?.history)
    return looksAtHistory || (this.#varies[observer] ?? false)
  }
  saturated(observer: number): boolean {
    return [...this.#machine.clippedSlots].some((slot) => this.#readSlots[observer]?.has(slot))
  }
  mark(observer: number, state: number): number {
    return this.#marks[observer]?.[state] ?? 0
  }
  get coverage(): Coverage {
    return coverageOf(this.layout, this.#taken, this.#machine.refused)
  }
  get neededHistory(): ReadonlySet<string> {
    return this.#machine.neededHistory
  }
  labelAt(process: number, state: number): string | undefined {
    const { pc, program } = this.layout.processes[process]!
    return program.labels[this.#machine.plain.places[pc]!.get(this.state(state))]?.name
  }
  predecessor(state: number): number {
    return this.#predecessors[state] ?? -1
  }
  transitions(first: number, end: number, visit: VisitTransition, into?: Marked): void {
    for (let from = first; from < Math.min(end, this.#head); from++)
      for (const { to, by } of this.#edges[from] ?? [])
        if (into === undefined || (into.marks[to - into.first] ?? 0) !== 0) visit(from, to, by)
  }
  sightings(index: number, visit: VisitSighting): void {
    const [observer, sighting] = [this.#question.observers[index], this.#sightings[index]]
    if (observer === undefined || sighting === undefined) return
    for (const id of this.#levelWith(sighting.from))
      if (!observer.pair) {
        if (this.#marks[index]?.[id] === sighting.code) visit(id, -1)
      } else
        for (const { to, by } of this.#edges[id] ?? [])
          if (this.#answer(observer, this.state(id), this.state(to)) === sighting.code) visit(id, by)
  }
  deadlocks(): readonly number[] {
    return this.deadlock === undefined ? [] : this.#levelWith(this.deadlock).filter((id) => this.#isDeadlock(id))
  }
  state(id: number): PlainState {
    return this.#states[id] as PlainState
  }
  edges(): Edges {
    const rows = this.#states.map((_, state) => this.#edges[state] ?? [])
    const all = rows.flat()
    const start = [0]
    for (const row of rows) start.push(start.at(-1)! + row.length)
    return { start, to: all.map((edge) => edge.to), by: all.map((edge) => edge.by) }
  }
}

export const immerEngine: Engine = { name: 'immer', explore: (question) => new ImmerSpace(question) }
