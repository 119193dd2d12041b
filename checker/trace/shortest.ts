/**
 * The shortest schedules to goals in an explored state space: of all shortest ones to any place that fits, one with the
 * fewest context switches, and of those the least by name. Which one that is depends on the protocol alone, not on how
 * states are numbered, by whom they were found first, or which engine found them.
 *
 * 1. Backwards, level by level: the states of the level above are marked from which a step leads to a marked state. All
 *    shortest paths run through marked states only, since the goals are the earliest ones. All goals share this pass.
 * 2. With the marks goes a table over (state, process that moved last): the fewest switches that are still to come. If m is
 *    the fewest over all first movers, it is m where one of the best first movers moved last, and m + 1 otherwise. So a
 *    number and a set of processes say it for every process; only marked states have them.
 * 3. Forwards: the least step by name among those that keep the fewest. Steps that lead to the same state are told
 *    apart by the reference engine, which thereby confirms each of them.
 *
 * Every step counts, and every change of process, also from or to the environment and to time.
 */
import { levelOf, type Marked, type StateSpace } from '../engine/engine.ts'
import type { Observer } from '../engine/executor.ts'
import type { Machine } from '../engine/machine.ts'
import { Fault } from '../engine/fault.ts'
import { compareSteps } from '../engine/step.ts'
import type { PlainState } from '../engine/plain.ts'
import { ReplayError, startsByName, type Step, type Trace } from './schedule.ts'

/** Where a schedule may end. All states are on one level. */
export interface Goal {
  /** Expanded states in the order of their numbers, each with the process that takes one more step; -1: none does. */
  readonly places: readonly (readonly [state: number, process: number])[]
  /** What to see over that last step. */
  readonly over?: { readonly observer: Observer; readonly code: number }
}

const SET_BITS = 32

/** The marked states of a level, and for each what is known of the goals that it leads to. */
class Level {
  readonly first: number
  /** In the order of their numbers. */
  readonly states: number[] = []
  /** What is known of state `states[i]` stands at start[i] … start[i + 1] - 1. */
  readonly #start: number[] = [0]
  readonly goals: number[] = []
  /** The fewest switches to come if a best first mover also moved last. */
  readonly switches: number[] = []
  /** The best first movers: sets of processes, `setWords` words each. */
  readonly movers: number[] = []
  readonly #setWords: number

  constructor(first: number, setWords: number) {
    this.first = first
    this.#setWords = setWords
  }

  start(i: number): number {
    return this.#start[i]!
  }

  close(state: number): void {
    this.states.push(state)
    this.#start.push(this.goals.length)
  }

  /** The fewest switches from an entry on, after a step of `process`. */
  after(entry: number, process: number): number {
    const word = this.movers[entry * this.#setWords + Math.floor(process / SET_BITS)]!
    return this.switches[entry]! + (((word >>> (process % SET_BITS)) & 1) === 1 ? 0 : 1)
  }

  /** The entry of a state for a goal, or -1. */
  entry(state: number, goal: number): number {
    let [low, high] = [0, this.states.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.states[middle]! < state) low = middle + 1
      else high = middle
    }
    if (this.states[low] !== state) return -1
    for (let entry = this.start(low); entry < this.start(low + 1); entry++) if (this.goals[entry] === goal) return entry
    return -1
  }

  /** The states by their place in `states`, plus 1. */
  marked(): Marked {
    const marks = new Int32Array((this.states.at(-1) ?? this.first) - this.first + 1)
    this.states.forEach((state, i) => (marks[state - this.first] = i + 1))
    return { first: this.first, marks }
  }
}

/** What is being gathered about one state, by goal. */
class Gathering {
  readonly #best: Int32Array
  readonly #movers: Int32Array
  readonly #setWords: number
  /** Goals that were met. */
  readonly #met: number[] = []

  constructor(goals: number, setWords: number) {
    this.#best = new Int32Array(goals).fill(-1)
    this.#movers = new Int32Array(goals * setWords)
    this.#setWords = setWords
  }

  /** From the state a step of a process leads on; then so many switches are to come. -1: any process, or none. */
  note(goal: number, process: number, switches: number): void {
    const words = this.#setWords
    const best = this.#best[goal]!
    if (best === -1) this.#met.push(goal)
    else if (switches > best) return
    if (switches !== best) this.#movers.fill(0, goal * words, (goal + 1) * words)
    this.#best[goal] = switches
    if (process < 0) this.#movers.fill(-1, goal * words, (goal + 1) * words)
    else this.#movers[goal * words + Math.floor(process / SET_BITS)]! |= 1 << (process % SET_BITS)
  }

  /** Moves what was gathered to a level. */
  flush(state: number, into: Level): void {
    const words = this.#setWords
    this.#met.sort((a, b) => a - b)
    for (const goal of this.#met) {
      into.goals.push(goal)
      into.switches.push(this.#best[goal]!)
      for (let w = goal * words; w < (goal + 1) * words; w++) into.movers.push(this.#movers[w]!)
      this.#best[goal] = -1
    }
    this.#met.length = 0
    into.close(state)
  }
}

/** A step that may be the next one of a schedule. */
interface Candidate {
  readonly step: Step
  readonly next: PlainState
  readonly id: number
}

/** The shortest schedules to several goals, found together. */
export class ShortestTraces {
  readonly #space: StateSpace
  readonly #machine: Machine
  readonly #goals: readonly Goal[]
  readonly #depths: readonly number[]
  /** By depth. */
  readonly #levels: Level[] = []
  readonly #setWords: number
  readonly #numbers: ReadonlyMap<string, number>

  constructor(space: StateSpace, machine: Machine, goals: readonly Goal[]) {
    this.#space = space
    this.#machine = machine
    this.#goals = goals
    this.#setWords = Math.ceil(Math.max(1, space.layout.processes.length) / SET_BITS)
    this.#numbers = new Map(space.layout.processes.map(({ name, id }) => [name, id]))
    this.#depths = goals.map(({ places }) => {
      const [first] = places
      return first === undefined ? -1 : levelOf(space.levels, first[0])
    })
    for (let depth = Math.max(-1, ...this.#depths); depth >= 0; depth--) this.#levels[depth] = this.#mark(depth)
  }

  /** Marks a level, given the one after it. */
  #mark(depth: number): Level {
    const first = this.#space.levels[depth]!
    const level = new Level(first, this.#setWords)
    const gathering = new Gathering(this.#goals.length, this.#setWords)
    const ends = this.#goals
      .flatMap(({ places }, goal) => (this.#depths[goal] === depth ? places.map((place) => ({ place, goal })) : []))
      .sort((a, b) => a.place[0] - b.place[0])
    let [end, current] = [0, -1]
    const turnTo = (state: number): void => {
      if (state === current) return
      if (current >= 0) gathering.flush(current, level)
      current = state
    }
    const endAt = (until: number): void => {
      for (; end < ends.length && ends[end]!.place[0] <= until; end++) {
        const { place, goal } = ends[end]!
        turnTo(place[0])
        gathering.note(goal, place[1], 0)
      }
    }
    const after = this.#levels[depth + 1]
    if (after !== undefined) {
      const into = after.marked()
      const visit = (from: number, to: number, process: number): void => {
        endAt(from)
        turnTo(from)
        const i = into.marks[to - into.first]! - 1
        for (let entry = after.start(i); entry < after.start(i + 1); entry++)
          gathering.note(after.goals[entry]!, process, after.after(entry, process))
      }
      this.#space.transitions(first, after.first, visit, into)
    }
    endAt(Infinity)
    turnTo(-1)
    return level
  }

  /** The schedule to a goal, by its number. */
  trace(goal: number): Trace {
    const start = this.#start(goal)
    const steps: Step[] = []
    const states = [start.state]
    let [id, last] = [start.id, -1]
    const { over } = this.#goals[goal]!
    const length = this.#depths[goal]! + (over === undefined ? 0 : 1)
    while (steps.length < length) {
      const depth = steps.length
      const left = this.#left(depth, id, last, goal)
      const candidates =
        depth < this.#depths[goal]!
          ? this.#onwards(depth, id, last, goal, left, states.at(-1)!)
          : this.#lastSteps(over!, last, left, states.at(-1)!)
      const [taken] = candidates.sort((a, b) => compareSteps(this.#numbers, a.step, b.step))
      if (taken === undefined)
        throw new ReplayError(`No step leads from state ${depth} of the path to the next one.`, {
          schedule: { init: start.picks, steps },
          states,
        })
      steps.push(taken.step)
      states.push(taken.next)
      id = taken.id
      last = this.#numbers.get(taken.step.process)!
    }
    return { schedule: { init: start.picks, steps }, states }
  }

  /** The fewest switches that are still to come. */
  #left(depth: number, state: number, last: number, goal: number): number {
    const level = this.#levels[depth]!
    const entry = level.entry(state, goal)
    return last < 0 ? level.switches[entry]! : level.after(entry, last)
  }

  /** The initial state with the least picks among those from which the fewest switches are needed. */
  #start(goal: number): { readonly picks: readonly string[]; readonly state: PlainState; readonly id: number } {
    const [level] = this.#levels
    const entries = (level?.states ?? [])
      .map((state) => ({ state, entry: level!.entry(state, goal) }))
      .filter(({ entry }) => entry >= 0)
      .map(({ state, entry }) => ({ state, switches: level!.switches[entry]! }))
    const fewest = entries.reduce((least, { switches }) => Math.min(least, switches), Infinity)
    const ids = new Map(
      entries
        .filter(({ switches }) => switches === fewest)
        .map(({ state }) => [JSON.stringify(this.#space.state(state)), state]),
    )
    for (const { picks, state } of startsByName(this.#machine)) {
      const id = ids.get(JSON.stringify(state))
      if (id !== undefined) return { picks, state, id }
    }
    throw new ReplayError('The first state of the path is not an initial state.')
  }

  /** The steps to marked states of the next level that keep what is left. */
  #onwards(depth: number, id: number, last: number, goal: number, left: number, state: PlainState): Candidate[] {
    const next = this.#levels[depth + 1]!
    const ids = new Map<string, number>()
    this.#space.transitions(id, id + 1, (_from, to, process) => {
      const entry = next.entry(to, goal)
      if (entry >= 0 && switched(last, process) + next.after(entry, process) === left)
        ids.set(`${process} ${JSON.stringify(this.#space.state(to))}`, to)
    })
    return this.#machine.outcomes(state).flatMap(({ step, next: following }) => {
      const to = ids.get(`${this.#numbers.get(step.process)} ${JSON.stringify(following)}`)
      return to === undefined ? [] : [{ step, next: following, id: to }]
    })
  }

  /** The steps over which the answer is given. */
  #lastSteps(
    { observer, code }: NonNullable<Goal['over']>,
    last: number,
    left: number,
    state: PlainState,
  ): Candidate[] {
    return this.#machine
      .outcomes(state)
      .filter(({ step }) => switched(last, this.#numbers.get(step.process)!) === left)
      .filter(({ next }) => answers(this.#machine, observer, state, next) === code)
      .map(({ step, next }) => ({ step, next, id: -1 }))
  }
}

/** What an observer says over a step, if it does not fault. */
function answers(machine: Machine, observer: Observer, state: PlainState, next: PlainState): number | undefined {
  try {
    return machine.observe(observer, state, next)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

const switched = (last: number, process: number): number => (last < 0 || last === process ? 0 : 1)
