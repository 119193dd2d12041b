/** The end of a trace: what the property looked at there, who cannot move, and what would make it otherwise. */
import type { BranchRead, Machine } from '../engine/machine.ts'
import { Fault } from '../engine/fault.ts'
import { doneObserver, GOAL, observerOf } from '../engine/observer.ts'
import type { Observer } from '../engine/executor.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Process } from '../engine/process.ts'
import { isLiveness, isResponse, NO_DEADLOCK, STAYS_IN_DOMAIN, type Property } from '../language/property.ts'
import type { LassoOf } from './lasso.ts'
import type { Trace } from './schedule.ts'
import type { Trap } from './trap.ts'

/** Behind the end of a trap so many states are looked at for each value, to see whether another one would open it. */
const OPENING_STATES = 60

/** A process that does not move any more. */
export interface Idle {
  readonly process: string
  readonly label: string
  /** Around the loop, or in the last state. */
  readonly enabled: 'never' | 'sometimes' | 'always'
  /** Does the row declare it to be fair, as a family or by a label? */
  readonly isFair: boolean
  /** What it looks at there. */
  readonly reads: readonly BranchRead[]
}

export interface End {
  readonly reads: readonly BranchRead[]
  /** The property looks at the last two states. */
  readonly pair: boolean
  /** Processes for which it matters where they stand. */
  readonly processes: readonly string[]
  readonly idle: readonly Idle[]
  /** The end is about the whole of the trace: about how long it takes. */
  readonly isWhole?: boolean
  /** Of a loop: what it lacks. */
  readonly goal?: { readonly reads: readonly BranchRead[]; readonly isThere: (state: PlainState) => boolean }
  /** It is about what never comes: a loop, a trap. */
  readonly isForEver?: boolean
  /** It is the answer of a property to a single state, or to a step. */
  readonly isMoment?: boolean
  /** Would the property say the same of another last state, and another one before it? */
  isStillSo(state: PlainState, before?: PlainState): boolean
}

/** What a process can do in a state, and all that it looks at. */
export function look(
  machine: Machine,
  state: PlainState,
  process: Process,
): { enabled: boolean; fault: string | undefined; reads: BranchRead[] } {
  let enabled = false
  let fault: string | undefined
  let faulty: readonly BranchRead[] = []
  machine.outcomesOf(
    state,
    process,
    () => (enabled = true),
    ({ message }) => {
      fault ??= message
      if (faulty.length === 0) faulty = [...machine.branchReads]
    },
  )
  const all = labelOf(machine, state, process) === undefined ? [] : machine.reads.filter((_, i) => i % 2 === 0)
  return { enabled, fault, reads: fault === undefined ? all.map((slot) => ({ slot, byNote: false })) : [...faulty] }
}

function labelOf(machine: Machine, state: PlainState, { pc, program }: Process): string | undefined {
  return program.labels[machine.plain.places[pc]?.get(state) ?? 0]?.name
}

/** What a question reads, and its answer; a fault is an answer, too. */
function ask(
  machine: Machine,
  observer: Observer,
  state: PlainState,
  after?: PlainState,
): { answer: number | string; reads: BranchRead[] } {
  try {
    const answer = machine.observe(observer, state, after)
    return { answer, reads: [...machine.branchReads] }
  } catch (error) {
    if (error instanceof Fault) return { answer: error.message, reads: [...machine.branchReads] }
    throw error
  }
}

export function endOf(
  machine: Machine,
  name: string,
  properties: readonly Property[],
  trace: Trace,
  lasso: LassoOf,
): End {
  const last = trace.states.at(-1)!
  const property = properties.find((each) => each.name === name)
  if (name === STAYS_IN_DOMAIN) return faultyEnd(machine, last) ?? faultyAnswer(machine, properties, last)
  if (name === NO_DEADLOCK || property === undefined) return deadEnd(machine, last)
  const observer = observerOf(property)
  if (property.kind === 'alwaysReachable') return trap(machine, observer, last)
  if (isLiveness(property.kind)) return lassoEnd(machine, observer, trace, lasso)
  if (isResponse(property.kind)) return { ...respondedEnd(machine, observer, last), isWhole: true }
  const answerAt = (state: PlainState, before = trace.states.at(-2) ?? last) =>
    observer.pair ? ask(machine, observer, before, state) : ask(machine, observer, state)
  const { answer, reads } = answerAt(last)
  return {
    reads,
    pair: observer.pair,
    processes: [],
    idle: [],
    isMoment: true,
    isStillSo: (state, before) => answerAt(state, before).answer === answer,
  }
}

/** What was waited for has come, or has not. */
function respondedEnd(machine: Machine, observer: Observer, last: PlainState): End {
  const { answer, reads } = ask(machine, observer, last)
  const isStillSo = (state: PlainState): boolean => ask(machine, observer, state).answer === answer
  return { reads, pair: false, processes: [], idle: [], isStillSo }
}

/** A step goes wrong in the last state. */
function faultyEnd(machine: Machine, last: PlainState): End | undefined {
  for (const process of machine.layout.processes) {
    const { fault, reads } = look(machine, last, process)
    if (fault === undefined) continue
    return {
      reads,
      pair: false,
      processes: [process.name],
      idle: [],
      isStillSo: (state) => look(machine, state, process).fault === fault,
    }
  }
  return undefined
}

/** A property cannot be evaluated there. */
function faultyAnswer(machine: Machine, properties: readonly Property[], last: PlainState): End {
  const found = properties
    .map(observerOf)
    .filter(({ pair }) => !pair)
    .map((observer) => ({ observer, ...ask(machine, observer, last) }))
    .find(({ answer }) => typeof answer === 'string')
  if (found === undefined) return { reads: [], pair: false, processes: [], idle: [], isStillSo: () => true }
  const isStillSo = (state: PlainState): boolean => ask(machine, found.observer, state).answer === found.answer
  return { reads: found.reads, pair: false, processes: [], idle: [], isStillSo }
}

function idleIn(
  machine: Machine,
  states: readonly PlainState[],
  movers: ReadonlySet<string>,
  fair: readonly string[],
): Idle[] {
  const state = states[0]!
  return machine.layout.processes.flatMap((process): Idle[] => {
    const label = labelOf(machine, state, process)
    if (label === undefined || movers.has(process.name)) return []
    const enabledAt = states.map((each) => look(machine, each, process).enabled)
    const enabled = enabledAt.every((each) => each) ? 'always' : enabledAt.includes(true) ? 'sometimes' : 'never'
    const isFair = fair.includes(process.family) || fair.includes(`${process.family}.${label}`)
    return [{ process: process.name, label, enabled, isFair, reads: look(machine, state, process).reads }]
  })
}

function deadEnd(machine: Machine, last: PlainState): End {
  const idle = idleIn(machine, [last], new Set(), [])
  const done = doneObserver(machine.layout)
  const { answer, reads } = ask(machine, done, last)
  return {
    reads: [...idle.flatMap((each) => each.reads), ...reads],
    pair: false,
    // Who is done could still move, had it not come to that.
    processes: machine.layout.processes.map(({ name }) => name),
    idle,
    isStillSo: (state) => machine.outcomes(state).length === 0 && ask(machine, done, state).answer === answer,
  }
}

/** The goal is out of reach for ever. */
function trap(machine: Machine, goal: Observer, last: PlainState): End {
  const looks = machine.layout.processes.map((process) => ({ process, ...look(machine, last, process) }))
  // While somebody can move, waiting is not what makes it a trap.
  const idle = looks.some(({ enabled }) => enabled) ? [] : idleIn(machine, [last], new Set(), [])
  return {
    reads: [...ask(machine, goal, last).reads, ...looks.flatMap(({ reads }) => reads)],
    pair: false,
    isForEver: true,
    processes: looks.map(({ process }) => process.name),
    idle,
    isStillSo: (state) => !opens(machine, goal, state),
  }
}

/** Who does not move any more in these states, all around which only the movers move. */
export function standstill(machine: Machine, around: readonly PlainState[], movers: Trap['movers']): End {
  const idle = idleIn(machine, around, new Set(movers.map(({ process }) => process)), [])
  const blocked = machine.layout.processes.filter(({ name }) => idle.some((each) => each.process === name))
  return {
    reads: idle.flatMap(({ reads }) => reads),
    pair: false,
    isForEver: true,
    processes: idle.map(({ process }) => process),
    idle,
    isStillSo: (state) => blocked.every((process) => !look(machine, state, process).enabled),
  }
}

function opens(machine: Machine, goal: Observer, from: PlainState): boolean {
  const queue = [from]
  const known = new Set([JSON.stringify(from)])
  for (const state of queue) {
    if (ask(machine, goal, state).answer === 1) return true
    for (const { next } of machine.outcomes(state)) {
      const key = JSON.stringify(next)
      if (known.has(key) || known.size >= OPENING_STATES) continue
      known.add(key)
      queue.push(next)
    }
  }
  return false
}

/** Who is done although fairness would oblige it to move: it matters how it came to that. */
const doneIn = (machine: Machine, state: PlainState, fair: readonly string[]): string[] =>
  machine.layout.processes
    .filter((process) => labelOf(machine, state, process) === undefined)
    .filter(({ family }) => fair.some((name) => name === family || name.startsWith(`${family}.`)))
    .map(({ name }) => name)

function lassoEnd(
  machine: Machine,
  goal: Observer,
  { schedule, states }: Trace,
  { loop, fairness = {} }: LassoOf,
): End {
  const from = Math.min(loop ?? schedule.steps.length, schedule.steps.length)
  const around = from === schedule.steps.length ? states.slice(-1) : states.slice(from, -1)
  const movers = new Set(schedule.steps.slice(from).map(({ process }) => process))
  const fair = [...(fairness.weak ?? []), ...(fairness.strong ?? [])]
  const idle = idleIn(machine, around, movers, fair)
  const { answer } = ask(machine, goal, around[0]!)
  const asked = around.flatMap((state) => ask(machine, goal, state).reads)
  const blocked = machine.layout.processes.filter(({ name }) =>
    idle.some((each) => each.process === name && each.enabled === 'never'),
  )
  return {
    reads: [...asked, ...idle.flatMap((each) => each.reads)],
    pair: false,
    isForEver: true,
    processes: [...idle.map(({ process }) => process), ...doneIn(machine, around[0]!, fair)],
    idle,
    goal: {
      reads: ask(machine, goal, states.at(-1)!).reads,
      isThere: (state) => (Number(ask(machine, goal, state).answer) & GOAL) !== 0,
    },
    isStillSo: (state) =>
      ask(machine, goal, state).answer === answer && blocked.every((process) => !look(machine, state, process).enabled),
  }
}
