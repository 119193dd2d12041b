/**
 * The reference engine: the semantics, on plain immutable states.
 *
 * Slow and simple. It explores small instances, replays and explains schedules, and is what the table engine is held to.
 */
import { createDraft, finishDraft, type Draft } from 'immer'
import { Executor, type Observer, type Outcome } from './executor.ts'
import {
  coverable,
  coverName,
  type Coverage,
  type Edges,
  type Engine,
  type FaultSighting,
  type Question,
  type Sighting,
  type StateSpace,
  type Statistics,
} from './engine.ts'
import { Fault, type StepFault } from './fault.ts'
import type { Layout } from './layout.ts'
import { Plain, type PlainState } from './plain.ts'
import { StatePort } from './port.ts'
import { sealed } from './purity.ts'
import type { Process } from './process.ts'

class ImmerPort extends StatePort {
  readonly #plain: Plain
  #base: PlainState = {}
  #after: PlainState | undefined
  #draft: Draft<PlainState> | undefined
  /** What was read since `bind`, as slot and code in turn. */
  readonly reads: number[] = []

  constructor(layout: Layout, plain: Plain, history: ReadonlySet<string>) {
    super(layout, history)
    this.#plain = plain
  }

  /** Steps start from this state; an observer of pairs sees `after` beside it. */
  bind(base: PlainState, after?: PlainState): void {
    this.#base = base
    this.#after = after
    this.#draft = undefined
    this.reads.length = 0
  }
  /** The state that the step made. */
  finish(): PlainState {
    const draft = this.#draft
    this.#draft = undefined
    return draft === undefined ? this.#base : finishDraft<Draft<PlainState>>(draft)
  }
  protected override load(slot: number): number {
    return this.#noted(slot, this.#plain.places[slot]?.get(this.#base) ?? 0)
  }
  protected override read(slot: number): number {
    return this.#noted(slot, this.#plain.places[slot]?.get(this.#draft ?? this.#after ?? this.#base) ?? 0)
  }
  #noted(slot: number, code: number): number {
    this.reads.push(slot, code)
    return code
  }
  protected override write(slot: number, code: number): void {
    this.#draft ??= createDraft(this.#base)
    this.#plain.places[slot]?.set(this.#draft, code)
  }
  protected override rewind(): void {
    this.#draft = undefined
  }
}

/** One step of a schedule. */
export interface Step {
  readonly process: string
  readonly label: string
  /** Set where the label has several. */
  readonly alternative?: string
  readonly picks?: readonly string[]
}

/** A step that was taken, and where it led. */
export interface Taken {
  readonly step: Step
  readonly next: PlainState
  readonly urgent: boolean
}

export function stepOf(process: Process, label: string, outcome: Pick<Outcome, 'action' | 'picks'>): Step {
  return {
    process: process.name,
    label,
    ...(outcome.action === '' ? {} : { alternative: outcome.action }),
    ...(outcome.picks.length === 0 ? {} : { picks: outcome.picks }),
  }
}

/** The instance as a pure immutable state machine. */
export class Machine {
  readonly layout: Layout
  readonly plain: Plain
  readonly #port: ImmerPort
  readonly #executor: Executor
  executions = 0

  constructor(layout: Layout, history?: ReadonlySet<string>) {
    this.layout = layout
    this.plain = new Plain(layout)
    this.#port = new ImmerPort(layout, this.plain, history ?? new Set(Object.keys(layout.history.fields)))
    this.#executor = new Executor(layout, this.#port)
  }

  /** What the last recipe read. */
  get reads(): readonly number[] {
    return this.#port.reads
  }
  get clippedSlots(): ReadonlySet<number> {
    return this.#port.clippedSlots
  }
  get neededHistory(): ReadonlySet<string> {
    return this.#port.needed
  }

  /** The initial states, with the picks that lead to each. Two that are equal appear twice. */
  starts(): { readonly picks: readonly string[]; readonly state: PlainState; readonly fault: StepFault | undefined }[] {
    const found: { picks: readonly string[]; state: PlainState; fault: StepFault | undefined }[] = []
    this.#port.bind(this.plain.state((slot) => this.layout.slots[slot]?.initial ?? 0))
    sealed(this.#port, () =>
      this.#executor.initial((outcome) => {
        const fault = outcome.fault && stepFault(outcome.fault, 'init', 'init')
        found.push({ picks: outcome.picks, state: this.#port.finish(), fault })
      }),
    )
    return found
  }

  initial(): PlainState[] {
    return this.starts().map((start) => start.state)
  }

  /** Everything that one process can do in a state, urgency of others apart. */
  outcomesOf(
    state: PlainState,
    process: Process,
    found: (taken: Taken) => void,
    fault: (fault: StepFault) => void,
  ): void {
    const pc = this.plain.places[process.pc]?.get(state) ?? 0
    const label = process.program.labels[pc]
    if (label === undefined) return
    this.executions++
    this.#port.bind(state)
    sealed(this.#port, () =>
      this.#executor.outcomes(process, label, (outcome) => {
        if (outcome.fault !== undefined) fault(stepFault(outcome.fault, process.name, label.name))
        else found({ step: stepOf(process, label.name, outcome), next: this.#port.finish(), urgent: outcome.urgent })
      }),
    )
  }

  /** Every step that can be taken, in the order of the processes. Ticks wait for what is urgent. */
  outcomes(state: PlainState, fault: (fault: StepFault) => void = () => undefined): Taken[] {
    const steps: Taken[] = []
    const take = (ofTime: boolean): void => {
      for (const process of this.layout.processes)
        if ((process.program.role === 'time') === ofTime)
          this.outcomesOf(state, process, (taken) => steps.push(taken), fault)
    }
    take(false)
    if (!steps.some((taken) => taken.urgent)) take(true)
    return steps
  }

  enabled(state: PlainState): Step[] {
    return this.outcomes(state).map((taken) => taken.step)
  }

  /** The state after a step; throws when it is not enabled. */
  next(state: PlainState, step: Step): PlainState {
    const taken = this.outcomes(state).find((each) => sameStep(each.step, step))
    if (taken === undefined) throw new Error(`${formatStep(step)} is not enabled here.`)
    return taken.next
  }

  observe(observer: Observer, state: PlainState, after?: PlainState): number {
    this.#port.bind(state, after)
    return sealed(this.#port, () => this.#executor.observe(observer))
  }
}

export const sameStep = (a: Step, b: Step): boolean => formatStep(a) === formatStep(b)

/** `cpu0 oom_kill_process.child(task1)`. */
export const formatStep = ({ process, label, alternative, picks }: Step): string =>
  `${process} ${label}${alternative === undefined ? '' : `.${alternative}`}${picks === undefined ? '' : `(${picks.join(', ')})`}`

export const stepFault = (fault: Fault, process: string, label: string): StepFault => ({
  kind: fault.kind,
  message: fault.message,
  field: fault.field,
  process,
  label,
})

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
    this.#question = question
    this.layout = question.layout
    this.#machine = new Machine(question.layout, question.history)
    this.#sightings = question.observers.map(() => undefined)
    this.#firstReads = question.observers.map(() => undefined)
    this.#varies = question.observers.map(() => false)
    this.#readSlots = question.observers.map(() => new Set())
    this.#marks = question.observers.map(() => [])
    for (const start of this.#machine.starts()) {
      const id = this.#add(start.state, -1, 0)
      if (start.fault !== undefined) this.faults.push({ fault: start.fault, state: id })
    }
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
    return { taken: this.#taken, all: coverable(this.layout) }
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

/** Asks whether a terminal state is one that the protocol may end in. */
export function doneObserver(layout: Layout): Observer {
  const declared = layout.instance.done as ((s: never, at: unknown) => boolean) | undefined
  return {
    property: { kind: 'reachable', name: 'done', test: () => true, given: undefined },
    pair: false,
    code: (s, context) => {
      const { at } = context as { at: (process: object, label: string) => boolean }
      if (declared !== undefined) return declared(s, at) ? 1 : 0
      const families = s as unknown as Record<string, readonly object[]>
      return layout.processes.every((process) => at(families[process.family]?.[process.index] as object, 'done'))
        ? 1
        : 0
    },
  }
}

export const immerEngine: Engine = { name: 'immer', explore: (question) => new ImmerSpace(question) }
