/**
 * The reference semantics: an instance as a pure immutable state machine over plain states, by immer.
 *
 * Used for replay, explanation and tests, and as what the table engine is held to.
 */
import { createDraft, finishDraft, type Draft } from 'immer'
import { Executor, type Observer } from './executor.ts'
import { stepFault, type StepFault } from './fault.ts'
import type { Layout } from './layout.ts'
import { Plain, type PlainState } from './plain.ts'
import { StatePort } from './port.ts'
import type { FlatAction, Process } from './process.ts'
import { sealed } from './purity.ts'
import { formatStep, sameStep, stepOf, type Step } from './step.ts'

/** A slot that one way of taking a step depends on. */
export interface BranchRead {
  readonly slot: number
  /** Only its note read it. */
  readonly byNote: boolean
}

class ImmerPort extends StatePort {
  readonly #plain: Plain
  #base: PlainState = {}
  #after: PlainState | undefined
  #draft: Draft<PlainState> | undefined
  /** What was read since `bind`, as slot and code in turn. */
  readonly reads: number[] = []
  /** What the branch that runs read of the state and had not written itself. */
  readonly branchReads: BranchRead[] = []
  readonly #written = new Set<number>()

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
    this.#notedInBranch(slot)
    return this.#noted(slot, this.#plain.places[slot]?.get(this.#base) ?? 0)
  }
  protected override read(slot: number): number {
    if (!this.#written.has(slot)) this.#notedInBranch(slot)
    return this.#noted(slot, this.#plain.places[slot]?.get(this.#draft ?? this.#after ?? this.#base) ?? 0)
  }
  #noted(slot: number, code: number): number {
    this.reads.push(slot, code)
    return code
  }
  #notedInBranch(slot: number): void {
    this.branchReads.push({ slot, byNote: this.mode === 'note' })
  }
  protected override write(slot: number, code: number): void {
    this.#draft ??= createDraft(this.#base)
    this.#written.add(slot)
    this.#plain.places[slot]?.set(this.#draft, code)
  }
  protected override rewind(): void {
    this.#draft = undefined
    this.#written.clear()
    this.branchReads.length = 0
  }
}

/** A step that was taken, and where it led. */
export interface Taken {
  readonly step: Step
  readonly next: PlainState
  readonly urgent: boolean
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
  /**
   * What the outcome that is being reported depends on, or the question that was asked last: each read of the state, in
   * order, that the same branch had not written before. With the same values it would have gone the same way.
   */
  get branchReads(): readonly BranchRead[] {
    return this.#port.branchReads
  }
  /** Actions whose guard was false in some state that was asked for its outcomes. */
  get refused(): ReadonlySet<FlatAction> {
    return this.#executor.refused
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
