/**
 * Random walks: behaviours that are drawn, not searched for. They find, and prove nothing.
 *
 * A swarm: walks take turns at three ways to choose, which reach different corners.
 *
 * - by outcomes: each outcome of every process with the same probability;
 * - by processes: each process that can move with the same probability, then one of its outcomes;
 * - by priorities: the process of the highest priority that can move. Priorities are drawn for each walk; who moves falls
 *   to the lowest one with a probability that is drawn, too. This is in the manner of Burckhardt, Kothari, Musuvathi and
 *   Nagarakatte, *A randomized scheduler with probabilistic guarantees of finding bugs* (2010), without its guarantee.
 *
 * A walk depends on the seed and its number alone: instead of keeping it, it is walked again when it is to be shown.
 */
import { ECONOMY, type EconomyOptions } from '../engine/economy.ts'
import type { Behaviour, Coverage, FaultSighting, Question, Sighting, Statistics } from '../engine/engine.ts'
import { NO_ANSWER } from '../engine/forest.ts'
import { Generator } from '../engine/generator.ts'
import type { Layout } from '../engine/layout.ts'
import { PackedMachine } from '../engine/packed.ts'
import { describeStop } from './budget.ts'
import type { Limits, Mode, Sample } from './mode.ts'
import type { Basis, Stop } from './verdict.ts'

export interface WalkOptions {
  readonly walks: number
  /** Steps after which a walk ends. */
  readonly depth: number
  readonly seed: number
}

export const WAYS = ['outcomes', 'processes', 'priorities'] as const
/** Who moves falls with a probability of one in one of these. */
const FALLS = [4, 16, 64, 256]

/** One walk: a state, and how to choose where to go from it. */
export class Walk {
  /** The state, with room for another one behind it. */
  readonly words: Int32Array
  steps = 0
  readonly #packed: PackedMachine
  readonly #chance: Generator
  readonly #way: (typeof WAYS)[number]
  /** Processes, the highest priority first. */
  readonly #priorities: number[]
  readonly #fall: number

  constructor(packed: PackedMachine, seed: number, number: number) {
    this.#packed = packed
    this.#chance = new Generator(seed, number + 1)
    this.#way = WAYS[number % WAYS.length]!
    this.words = new Int32Array(2 * packed.words)
    this.words.set(packed.starts[this.#chance.below(packed.starts.length)]!)
    this.#priorities = Array.from(packed.ends, (_, process) => process)
    shuffle(this.#priorities, this.#chance)
    this.#fall = FALLS[this.#chance.below(FALLS.length)]!
  }

  /** Draws an outcome of the state, which was expanded: its number among all. There must be one. */
  draw(): number {
    const { ends } = this.#packed
    if (this.#way === 'outcomes') return this.#chance.below(ends.at(-1)!)
    const process = this.#way === 'processes' ? this.#anyProcess() : this.#highest()
    const first = process === 0 ? 0 : ends[process - 1]!
    return first + this.#chance.below(ends[process]! - first)
  }

  /** Takes an outcome; the state after it must stand behind the state. */
  take(): void {
    this.words.copyWithin(0, this.#packed.words)
    this.steps++
  }

  #moves(process: number): boolean {
    const { ends } = this.#packed
    return ends[process]! > (process === 0 ? 0 : ends[process - 1]!)
  }

  #anyProcess(): number {
    let movers = 0
    for (let i = 0; i < this.#priorities.length; i++) if (this.#moves(i)) movers++
    let drawn = this.#chance.below(movers)
    let process = 0
    while (!this.#moves(process) || drawn-- > 0) process++
    return process
  }

  #highest(): number {
    const order = this.#priorities
    const at = order.findIndex((process) => this.#moves(process))
    const process = order[at]!
    if (this.#chance.below(this.#fall) === 0) {
      order.splice(at, 1)
      order.push(process)
    }
    return process
  }
}

function shuffle(items: number[], chance: Generator): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = chance.below(i + 1)
    const item = items[i]!
    items[i] = items[j]!
    items[j] = item
  }
}

/** What an observer saw: in which walk, and after how many steps. */
interface Seen {
  readonly code: number
  readonly walk: number
  readonly steps: number
}

class WalkSpace implements Sample {
  readonly layout: Layout
  readonly wanders = true
  terminalStates = 0
  readonly #options: WalkOptions
  readonly #packed: PackedMachine
  readonly #seen: (Seen | undefined)[]
  #deadlock: Omit<Seen, 'code'> | undefined
  /** Where each fault of the relation was met. */
  readonly #faultsAt: number[] = []
  #walk: Walk | undefined
  #done = 0
  #visits = 0
  #steps = 0
  #depth = 0

  constructor(question: Question, options: WalkOptions, economy: EconomyOptions) {
    this.layout = question.layout
    this.#options = options
    this.#packed = new PackedMachine(question, economy)
    this.#seen = Array.from({ length: this.#packed.observers }, () => undefined)
  }

  // ---- the walks

  advance(limit: number): boolean {
    return this.#packed.sealed(() => {
      for (let left = limit; left > 0; left--) if (!this.#go()) return false
      return true
    })
  }

  /** One step further; `false` when all walks are done. */
  #go(): boolean {
    const { walks, seed, depth } = this.#options
    if (this.#done === walks || this.#packed.starts.length === 0) return false
    if (this.#walk === undefined) {
      this.#walk = new Walk(this.#packed, seed, this.#done)
      this.#observe(this.#walk)
    }
    if (this.#walk.steps === depth || !this.#step(this.#walk)) {
      this.#depth = Math.max(this.#depth, this.#walk.steps)
      this.#walk = undefined
      this.#done++
    }
    return true
  }

  /** Takes a step; `false` where there is none. */
  #step(walk: Walk): boolean {
    const packed = this.#packed
    packed.expand(walk.words, this.#visits)
    this.#noteFaults(walk)
    if (packed.ends.at(-1) === 0) {
      if (!packed.enabled.includes(1)) this.#terminal(walk)
      return false
    }
    this.#drawn(walk)
    for (let o = packed.stateObservers; o < packed.observers; o++) this.#ask(o, walk, walk.steps + 1)
    walk.take()
    this.#steps++
    this.#observe(walk)
    return true
  }

  /** Draws an outcome and puts the state after it behind the state. Gives the process. */
  #drawn(walk: Walk): number {
    const { words: K, successors, ends } = this.#packed
    const outcome = walk.draw()
    for (let k = 0; k < K; k++) walk.words[K + k] = successors[outcome * K + k]!
    return ends.findIndex((end) => outcome < end)
  }

  #observe(walk: Walk): void {
    this.#visits++
    for (let o = 0; o < this.#packed.stateObservers; o++) this.#ask(o, walk, walk.steps)
    this.#noteFaults(walk)
  }

  #ask(observer: number, walk: Walk, steps: number): void {
    const code = this.#packed.answer(observer, walk.words, this.#visits)
    const before = this.#seen[observer]
    // Of two that are alike the shorter one is shown.
    if (
      code === NO_ANSWER ||
      (before !== undefined && (code < before.code || (code === before.code && steps >= before.steps)))
    )
      return
    this.#seen[observer] = { code, walk: this.#done, steps }
  }

  #terminal(walk: Walk): void {
    this.terminalStates++
    if (this.#deadlock !== undefined && this.#deadlock.steps <= walk.steps) return
    if (!this.#packed.mayEnd(walk.words, this.#visits)) this.#deadlock = { walk: this.#done, steps: walk.steps }
    this.#noteFaults(walk)
  }

  #noteFaults(walk: Walk): void {
    while (this.#faultsAt.length < this.#packed.relation.faults.length)
      this.#faultsAt.push(this.#number({ walk: this.#done, steps: walk.steps }))
  }

  // ---- what was found

  /** Places by number: those of each walk one after the other. */
  #number({ walk, steps }: Omit<Seen, 'code'>): number {
    return walk * (this.#options.depth + 1) + steps
  }

  statistics(): Statistics {
    const { executions, direct } = this.#packed.relation
    return {
      states: this.#visits,
      transitions: this.#steps,
      depth: Math.max(this.#depth, this.#walk?.steps ?? 0),
      completeDepth: -1,
      initialStates: this.#packed.starts.length,
      queued: 0,
      bytes: 0,
      executions,
      direct,
      expansions: this.#visits * this.layout.processes.length,
      share: this.#done / this.#options.walks,
    }
  }

  sighting(observer: number): Sighting | undefined {
    const o = this.#packed.order[observer]!
    const seen = this.#seen[o]
    if (seen === undefined) return undefined
    const state = this.#number(seen)
    return { code: seen.code, state, from: o < this.#packed.stateObservers ? state : state - 1 }
  }
  varies(observer: number): boolean {
    return this.#packed.varies(observer)
  }
  saturated(observer: number): boolean {
    return this.#packed.saturated(observer)
  }
  get deadlock(): number | undefined {
    return this.#deadlock && this.#number(this.#deadlock)
  }
  get faults(): readonly FaultSighting[] {
    const { startFaults, relation } = this.#packed
    const met = relation.faults.map(({ fault }, i) => ({ fault, state: this.#faultsAt[i]! }))
    return [...startFaults, ...met].sort((a, b) => a.state - b.state)
  }
  get coverage(): Coverage {
    return this.#packed.coverage
  }
  get neededHistory(): ReadonlySet<string> {
    return this.#packed.neededHistory
  }

  /** Walks there again, and leaves out where the walk went in circles. The last step of a pair stays. */
  behaviour(state: number, next?: number): Behaviour {
    const stride = this.#options.depth + 1
    const path = this.#packed.sealed(() => this.#again(Math.floor(state / stride), (next ?? state) % stride))
    const end = next === undefined ? [] : path.splice(-1)
    const direct = [...withoutCircles(path, ({ words }) => words.join()), ...end]
    return {
      states: direct.map(({ words }) => this.#packed.plain(words, 0)),
      movers: direct.slice(1).map(({ by }) => this.layout.processes[by]!.name),
    }
  }

  /** The first steps of a walk: the states, each with who moved to there. */
  #again(number: number, steps: number): { readonly words: Int32Array; readonly by: number }[] {
    const packed = this.#packed
    const walk = new Walk(packed, this.#options.seed, number)
    const path = [{ words: walk.words.slice(0, packed.words), by: -1 }]
    while (walk.steps < steps) {
      packed.expand(walk.words, this.#visits)
      const by = this.#drawn(walk)
      walk.take()
      path.push({ words: walk.words.slice(0, packed.words), by })
    }
    return path
  }

  // ---- what it carries

  basis(stop: Stop | undefined): Basis {
    const { seed } = this.#options
    const walks = this.#done + (this.#walk === undefined ? 0 : 1)
    return { is: 'walks', walks, steps: this.#steps, seed, ...(stop === undefined ? {} : { stop }) }
  }

  limits(stop: Stop | undefined): Limits {
    const { seed } = this.#options
    const walks = this.#done + (this.#walk === undefined ? 0 : 1)
    const stopped = stop === undefined ? '' : `; ${describeStop(stop)}`
    return {
      seen: `in ${walks} random ${walks === 1 ? 'walk' : 'walks'} of ${this.#steps} steps in all (seed ${seed})${stopped}`,
      graph: 'random walks see no whole graph to decide it on',
    }
  }
}

/** The path without its circles: of what lies between two equal places nothing is left. */
export function withoutCircles<T>(path: readonly T[], key: (place: T) => string): T[] {
  const last = new Map<string, number>()
  path.forEach((place, i) => last.set(key(place), i))
  const direct: T[] = []
  for (let i = 0; i < path.length; i++) {
    // The place as it was come to first, then on from where it was left last.
    direct.push(path[i]!)
    i = last.get(key(path[i]!))!
  }
  return direct
}

export const walkMode = (options: WalkOptions, economy: EconomyOptions = ECONOMY): Mode => ({
  explore: (question) => new WalkSpace(question, options, economy),
})
