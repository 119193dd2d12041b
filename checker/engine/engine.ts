/** The interface of an engine: a state space that is explored breadth first and asked about afterwards. */
import type { Codec } from './codec.ts'
import type { Observer } from './executor.ts'
import type { StepFault } from './fault.ts'
import type { Layout } from './layout.ts'
import type { FamilySize } from './orders.ts'
import type { PlainState } from './plain.ts'
import type { FlatAction } from './process.ts'
import type { Invitation } from './wasm/explorer.ts'

/** What to look for while exploring. */
export interface Question {
  readonly layout: Layout
  readonly observers: readonly Observer[]
  /** History fields to keep; the others are not part of the state. */
  readonly history: ReadonlySet<string>
  /** Families whose members are exchanged: one state is kept of all that differ in that only. */
  readonly symmetry?: Symmetry | undefined
  /** Threads may be asked to help. */
  readonly shared?: boolean
}

/** Which members are exchanged, and how the state that is kept is found; see checker/reduce. */
export interface Symmetry {
  readonly families: readonly FamilySize[]
  readonly canonical: (layout: Layout, codec: Codec) => Canonical
  readonly exchanges: (layout: Layout) => Exchanges
}

/** What exchanging two members does to slots and to processes: where each of them goes. */
export interface Exchange {
  readonly slotTo: Int32Array
  readonly processTo: Int32Array
}

/** Exchanges that, repeated, make every permutation. */
export interface Exchanges {
  readonly each: readonly Exchange[]
  /** Slots of references in frames and in what may be absent: while out of use they hold a code that is never renamed. */
  readonly comeAndGo: ReadonlySet<number>
}

/** The states that are kept: one of each orbit, of the states that a permutation of members takes to each other. */
export interface Canonical {
  /** Replaces the state at `base` by the one that is kept; `false` where it is that one already. */
  apply(words: Int32Array, base: number): boolean
  /** How many states that state stands for. */
  orbit(words: Int32Array, base: number): number
  /** A number that slots share which some permutation takes to each other. */
  orbitOfSlot(slot: number): number
}

export interface Statistics {
  readonly states: number
  /** (state, process, label, alternative, picks), self-loops and duplicates included. */
  readonly transitions: number
  /** Steps from an initial state to the furthest state found so far. */
  readonly depth: number
  /** All behaviours of up to so many steps were seen; -1 where not even the initial states were. */
  readonly completeDepth: number
  readonly initialStates: number
  /** States found and not yet expanded. */
  readonly queued: number
  /** Bytes held for states, table and predecessors. */
  readonly bytes: number
  /** Times that a recipe of the model was run. */
  readonly executions: number
  /** Expansions by direct evaluation, of all expansions of one process in one state. */
  readonly direct: number
  readonly expansions: number
  /** First state of each level up to the one that is being expanded, where states are numbered by level. */
  readonly levels?: readonly number[]
  /** The share of the work that is done, where it is known beforehand how much there is. */
  readonly share?: number
}

/** The largest code that an observer gave, where first, and for pairs the state before the step. */
export interface Sighting {
  readonly code: number
  readonly state: number
  readonly from: number
}

/** A fault and the state from which it happened; -1 where making an initial state failed. */
export interface FaultSighting {
  readonly fault: StepFault
  readonly state: number
}

/** What was exercised: labels (`family.label`) and alternatives that were taken, out of all. */
export interface Coverage {
  readonly taken: ReadonlySet<string>
  readonly all: readonly string[]
  /** Those of them whose guard, or that of one of the places where the label stands, was false somewhere. */
  readonly refused: ReadonlySet<string>
  /** Those that have a guard. */
  readonly guarded: readonly string[]
}

/** Transitions as rows: those from state `s` are numbered `start[s] … start[s + 1] - 1`. */
export interface Edges {
  readonly start: ArrayLike<number>
  /** The state that a transition leads to. */
  readonly to: ArrayLike<number>
  /** The process that takes it, by its number in the layout. */
  readonly by: ArrayLike<number>
}

/** What the states of a reduced space stand for. */
export interface Orbits {
  readonly families: readonly FamilySize[]
  /** The state that is kept for a state. */
  readonly representative: (state: PlainState) => PlainState
  /** How many states the states found so far stand for. */
  standFor(): number
  /** Is every renaming of an initial state an initial state? Then unreduced there are as many states as they stand for. */
  readonly symmetricStart: boolean
  /** Why the answers of an observer, or whether a state is `done`, depend on the order of the members, if so. */
  asymmetry(observer: number | 'done'): string | undefined
}

/** What it means that steps were left out. */
export interface LeftOut {
  /** How many times the states were searched: until what was learnt bore out what was left out. */
  readonly passes: number
  /** Why the space cannot decide what an observer is for, if so: one sentence. */
  cannotDecide(observer: number): string | undefined
}

/** Some states by a number each, from state `first` on; those with 0 are not meant. */
export interface Marked {
  readonly first: number
  readonly marks: Int32Array
}

export type VisitTransition = (from: number, to: number, process: number) => void

/** A state, and the process whose step was looked at, by its number in the layout; -1 where it was no step. */
export type VisitSighting = (state: number, process: number) => void

/** A behaviour as it was found: the states along it, and who moved from each to the next, where that is known. */
export interface Behaviour {
  readonly states: readonly PlainState[]
  readonly movers: readonly (string | undefined)[]
}

/** What an exploration found, whatever it keeps of it. States have numbers; the smaller one was found first. */
export interface Exploration {
  readonly layout: Layout
  /** Expands up to `limit` states; `false` when there is nothing left to do. */
  advance(limit: number): boolean
  statistics(): Statistics
  /** What the observers saw; `undefined` for one that was never evaluated. */
  sighting(observer: number): Sighting | undefined
  /** Do the fields that decide the observer ever change, or are they history, which may rightly never change? */
  varies(observer: number): boolean
  /** Could a saturated field have decided the observer? */
  saturated(observer: number): boolean
  readonly faults: readonly FaultSighting[]
  /** The first state from which nothing is enabled and that is not `done`. */
  readonly deadlock: number | undefined
  readonly terminalStates: number
  readonly coverage: Coverage
  /** History that was read and not kept: explore again with it. */
  readonly neededHistory: ReadonlySet<string>
  /** Set where the question was asked with a symmetry. States are then those that are kept. */
  readonly orbits?: Orbits | undefined
  /** Set where some steps were left out at some states. */
  readonly leftOut?: LeftOut | undefined
}

/** An exploration that keeps its states. They are numbered from 0 in breadth-first order. */
export interface StateSpace extends Exploration {
  /** The code that a marking observer gave at a state; 0 where it faulted. */
  mark(observer: number, state: number): number
  /** The label at which a process, by its number, stands in a state; `undefined` when it is finished. */
  labelAt(process: number, state: number): string | undefined
  /** -1 for an initial state. */
  predecessor(state: number): number
  /** The first state of each level of which a state was expanded: level d needs d steps. */
  readonly levels: readonly number[]
  /** Visits the transitions from the expanded ones of the states `first … end - 1`, in their order; into marked states only, if there are any. */
  transitions(first: number, end: number, visit: VisitTransition, into?: Marked): void
  /** Visits every place where the observer gave its largest answer, among the expanded states of the earliest level that has one, in their order. */
  sightings(observer: number, visit: VisitSighting): void
  /** All states like `deadlock`, among the expanded states of its level, in their order. */
  deadlocks(): readonly number[]
  state(id: number): PlainState
  edges(): Edges
  /** The means by which threads can help, where they can: asked for, and of a kind that a crew can explore. */
  readonly crew?: Crew | undefined
  /** States of the level that is being expanded which are not expanded yet; 0 before the first one. */
  readonly leftInLevel?: number
  /** Was no state of the level expanded yet? */
  readonly betweenLevels?: boolean
}

/**
 * Threads that expand the levels of one space together, as their leader sees them: it opens a round, works until nothing
 * is left, waits until the others have arrived, and closes the round.
 */
export interface Crew {
  /** What a thread must be sent to take part. */
  readonly invitation: Invitation
  /** Threads that are ready to take part. */
  readonly ready: number
  /** Is something in hand, so that the next round must be opened whatever else may be wanted? */
  readonly unfinished: boolean
  /** Were most states of the last level put off for the leader, so that a crew is a loss? */
  readonly idle: boolean
  /** Opens a round, for the leader and all threads that are ready. */
  open(): void
  /** Does a part of the leader's share of the round; `false` when it is done. */
  work(times: number): boolean
  /** Waits a moment for the others; have all arrived? */
  arrived(milliseconds: number): boolean
  /** Has one of the threads failed in this round? */
  readonly failed: boolean
  /** All have arrived: puts together what they did, and does what they could not. */
  close(): void
  /** From now on nobody takes more states: what is in hand is finished, and then the search can stop. */
  halt(): void
  /** Lets the threads go. */
  dismiss(): void
}

export interface Engine {
  readonly name: 'table' | 'immer'
  explore(question: Question): StateSpace
}

/** The level of a state: the last one that starts at or before it. */
export function levelOf(levels: readonly number[], state: number): number {
  let [low, high] = [0, levels.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (levels[middle]! <= state) low = middle
    else high = middle - 1
  }
  return low
}

/** The names of coverage of a layout, of those actions that are meant. */
function namesOf(layout: Layout, isMeant: (action: FlatAction) => boolean): string[] {
  const names = new Set<string>()
  for (const { family, program } of layout.processes)
    for (const label of program.labels)
      for (const action of label.actions) if (isMeant(action)) names.add(coverName(family, label.name, action.name))
  return [...names]
}

/** All names of coverage of a layout. */
export const coverable = (layout: Layout): string[] => namesOf(layout, () => true)

/** The names of those that have a guard. */
export const guarded = (layout: Layout): string[] => namesOf(layout, ({ when }) => when !== undefined)

/** What was exercised, given the names that were taken and the actions whose guards were false. */
export const coverageOf = (layout: Layout, taken: ReadonlySet<string>, refused: ReadonlySet<FlatAction>): Coverage => ({
  taken,
  all: coverable(layout),
  refused: new Set(namesOf(layout, (action) => refused.has(action))),
  guarded: guarded(layout),
})

export const coverName = (family: string, label: string, action: string): string =>
  `${family}.${label}${action === '' ? '' : `.${action}`}`
