/**
 * Preemption-bounded search: all behaviours with at most k preemptions, for k = 0, 1, … up to a bound.
 *
 * A step of a process is a preemption where another one, which made the step before, could have gone on. What counts is
 * therefore a pair: a state, and the process that moved last. A layer is what needs the same number of preemptions;
 * inside it pairs are found level by level of steps, and what enters it from the layer before waits for its level. So
 * every pair is found by a behaviour with the fewest preemptions and, among those, the fewest steps. Programs of every
 * role are counted alike. The first step of a behaviour preempts nobody.
 *
 * Preempting steps are looked at in the last layer, too, though not taken: where they lead to nothing new, every behaviour
 * was seen, and the answer is exact.
 */
import { ECONOMY, type EconomyOptions } from '../engine/economy.ts'
import type { Behaviour, Coverage, FaultSighting, Question, Sighting, Statistics } from '../engine/engine.ts'
import type { StepFault } from '../engine/fault.ts'
import { NO_ANSWER } from '../engine/forest.ts'
import type { Layout } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { PackedMachine } from '../engine/packed.ts'
import { describeStop } from './budget.ts'
import type { Limits, Mode, Sample } from './mode.ts'
import { Pairs } from './pairs.ts'
import type { Basis, Stop } from './verdict.ts'

/** How dear a behaviour is. */
interface Cost {
  readonly preemptions: number
  readonly steps: number
}
const isLess = (a: Cost, b: Cost): boolean =>
  a.preemptions < b.preemptions || (a.preemptions === b.preemptions && a.steps < b.steps)

/** What an observer saw: at a node, or over a step of a process from there. */
interface Seen extends Cost {
  readonly code: number
  readonly node: number
  readonly by: number | undefined
  readonly to: number | undefined
}

/** Numbers from here on are the ends of steps, not nodes. */
const ENDS = 2 ** 40
/** The number of the end of a step at which a step goes wrong. */
const FAULT = ENDS - 1

class PreemptionSpace implements Sample {
  readonly layout: Layout
  deadlock: number | undefined
  terminalStates = 0
  readonly #most: number
  readonly #packed: PackedMachine
  readonly #reference: Machine
  readonly #pairs: Pairs
  /** The state that is expanded, and a successor behind it. */
  readonly #state: Int32Array
  readonly #seen: (Seen | undefined)[]
  /** What was seen over preempting steps: it counts from the next layer on. */
  readonly #ahead: (Seen | undefined)[]
  /** The cheapest step that goes wrong. */
  #fault: (Cost & { readonly node: number; readonly by: number }) | undefined
  readonly #initialStates: number
  /** First node of each layer. */
  readonly #layers: number[] = [0]
  #complete = -1
  #exact = false
  #steps = 0
  #depth = 0
  #head = 0
  #levelEnd: number
  #transitions = 0

  constructor(question: Question, most: number, economy: EconomyOptions) {
    this.layout = question.layout
    this.#most = most
    const packed = new PackedMachine(question, economy)
    this.#packed = packed
    this.#reference = new Machine(question.layout, question.history)
    this.#state = new Int32Array(2 * packed.words)
    this.#seen = Array.from({ length: packed.observers }, () => undefined)
    this.#ahead = [...this.#seen]
    const processes = packed.ends.length
    this.#pairs = new Pairs(packed.words, processes)
    for (const start of packed.starts) this.#pairs.reach(this.#pairs.stateAt(start, 0), processes, -1)
    this.#initialStates = this.#levelEnd = this.#pairs.count
  }

  // ---- the search

  advance(limit: number): boolean {
    return this.#packed.sealed(() => {
      for (let left = limit; left > 0; left--) {
        if (this.#head === this.#levelEnd && !this.#nextLevel()) return false
        this.#expand(this.#head++)
      }
      return true
    })
  }

  get #layer(): number {
    return this.#layers.length - 1
  }

  /** Goes on to the next level that is not empty; `false` when there is none within the bound. */
  #nextLevel(): boolean {
    const pairs = this.#pairs
    if (this.#exact || this.#complete === this.#most) return false
    for (let steps = this.#steps + 1; ;) {
      pairs.enter(steps)
      if (pairs.count > this.#head) {
        this.#steps = steps
        this.#depth = Math.max(this.#depth, steps)
        this.#levelEnd = pairs.count
        return true
      }
      if (pairs.entersAt === undefined && !this.#nextLayer()) return false
      steps = pairs.entersAt!
    }
  }

  #nextLayer(): boolean {
    this.#complete = this.#layer
    this.#exact = !this.#pairs.waits
    if (!this.#exact && this.#complete === this.#most) return false
    this.#ahead.forEach((seen, o) => {
      if (seen !== undefined) this.#note(this.#seen, o, seen)
      this.#ahead[o] = undefined
    })
    if (this.#exact) return false
    this.#layers.push(this.#head)
    this.#pairs.nextLayer()
    return true
  }

  #expand(node: number): void {
    const pairs = this.#pairs
    const state = pairs.state(node)
    if (pairs.isFirst(node)) this.#visit(node, state)
    const processes = this.layout.processes.length
    const last = pairs.last(node)
    const hasPairs = this.#packed.observers > this.#packed.stateObservers
    const steps = pairs.steps
    const first = pairs.firstStep(state)
    const couldGoOn = last < processes && (steps[first + last]! & 1) === 1
    for (let by = 0, next = 0; by < processes; by++) {
      const word = steps[first + by]!
      const preempts = couldGoOn && by !== last
      if ((word & 2) !== 0) this.#goesWrong(node, by, preempts)
      for (; next < word >> 2; next++) {
        const to = steps[first + processes + next]!
        if (hasPairs) this.#observeStep(node, by, to, preempts)
        if (preempts) pairs.preempt(to, by, node, this.#steps + 1)
        else pairs.reach(to, by, node)
      }
    }
  }

  /** Does what depends on the state alone, at its first node: no other one is cheaper. */
  #visit(node: number, state: number): void {
    const packed = this.#packed
    const words = this.#state
    this.#pairs.load(state, words)
    packed.expand(words, node)
    this.#pairs.learn(state, packed)
    this.#transitions += packed.ends.at(-1) ?? 0
    if (!packed.enabled.includes(1)) this.#terminal(node)
    const cost = { preemptions: this.#layer, steps: this.#steps }
    for (let o = 0; o < packed.stateObservers; o++) {
      const code = packed.answer(o, words, node)
      if (code !== NO_ANSWER) this.#note(this.#seen, o, { ...cost, code, node, by: undefined, to: undefined })
    }
  }

  #terminal(node: number): void {
    this.terminalStates++
    if (this.deadlock === undefined && !this.#packed.mayEnd(this.#state, node)) this.deadlock = node
  }

  #costOfStep(preempts: boolean): Cost {
    return { preemptions: this.#layer + (preempts ? 1 : 0), steps: this.#steps + 1 }
  }

  #goesWrong(node: number, by: number, preempts: boolean): void {
    const cost = this.#costOfStep(preempts)
    if (this.#fault === undefined || isLess(cost, this.#fault)) this.#fault = { ...cost, node, by }
  }

  #observeStep(node: number, by: number, to: number, preempts: boolean): void {
    const packed = this.#packed
    this.#pairs.load(this.#pairs.state(node), this.#state)
    this.#pairs.load(to, this.#state, packed.words)
    const into = preempts ? this.#ahead : this.#seen
    for (let o = packed.stateObservers; o < packed.observers; o++) {
      const code = packed.answer(o, this.#state, node)
      if (code !== NO_ANSWER) this.#note(into, o, { ...this.#costOfStep(preempts), code, node, by, to })
    }
  }

  #note(into: (Seen | undefined)[], observer: number, seen: Seen): void {
    if (isNews(into[observer], seen.code, seen)) into[observer] = seen
  }

  // ---- what was found

  statistics(): Statistics {
    const { count, states, bytes } = this.#pairs
    const { executions, direct } = this.#packed.relation
    return {
      states,
      transitions: this.#transitions,
      depth: this.#depth,
      completeDepth: -1,
      initialStates: this.#initialStates,
      queued: count - this.#head,
      bytes,
      executions,
      direct,
      expansions: this.#head * this.layout.processes.length,
    }
  }

  sighting(observer: number): Sighting | undefined {
    const o = this.#packed.order[observer]!
    const seen = this.#seen[o]
    return seen && { code: seen.code, from: seen.node, state: seen.to === undefined ? seen.node : ENDS + o }
  }
  varies(observer: number): boolean {
    return this.#packed.varies(observer)
  }
  saturated(observer: number): boolean {
    return this.#packed.saturated(observer)
  }
  get coverage(): Coverage {
    return this.#packed.coverage
  }
  get neededHistory(): ReadonlySet<string> {
    return this.#packed.neededHistory
  }

  /** Of the steps that go wrong the cheapest one; of properties and impure steps all. */
  get faults(): readonly FaultSighting[] {
    const { startFaults, relation } = this.#packed
    const others = relation.faults.filter(({ fault }) => fault.kind === 'impure' || fault.process === 'property')
    return [...startFaults, ...others, ...this.#stepFaults()].sort((a, b) => a.state - b.state)
  }

  #stepFaults(): FaultSighting[] {
    const found = this.#fault
    if (found === undefined || (!this.#exact && found.preemptions > this.#layer)) return []
    const faults: StepFault[] = []
    this.#reference.outcomesOf(
      this.#plain(this.#pairs.state(found.node)),
      this.layout.processes[found.by]!,
      () => undefined,
      (fault) => faults.push(fault),
    )
    return faults.slice(0, 1).map((fault) => ({ fault, state: FAULT }))
  }

  #plain(state: number): Behaviour['states'][number] {
    const words = new Int32Array(this.#packed.words)
    this.#pairs.load(state, words)
    return this.#packed.plain(words, 0)
  }

  behaviour(state: number, next?: number): Behaviour {
    const nodes: number[] = []
    for (let at = state === FAULT ? this.#fault!.node : state; at >= 0; at = this.#pairs.before(at)) nodes.push(at)
    nodes.reverse()
    const states = nodes.map((node) => this.#plain(this.#pairs.state(node)))
    const movers = nodes.slice(1).map((node) => this.#pairs.last(node))
    const end = next === undefined ? undefined : this.#seen[next - ENDS]
    if (end?.to !== undefined) {
      states.push(this.#plain(end.to))
      movers.push(end.by!)
    }
    return { states, movers: movers.map((process) => this.layout.processes[process]!.name) }
  }

  preemptionsTo(state: number, next?: number): number {
    if (state === FAULT) return this.#fault!.preemptions
    if (next !== undefined) return this.#seen[next - ENDS]!.preemptions
    return this.#layers.findLastIndex((first) => first <= state)
  }

  basis(stop: Stop | undefined): Basis {
    if (this.#exact) return { is: 'exact' }
    return { is: 'preemptions', most: this.#complete, ...(stop === undefined ? {} : { stop }) }
  }

  limits(stop: Stop | undefined): Limits {
    const graph = 'a search by preemptions keeps no graph to decide it on'
    if (this.#exact) return { graph }
    const within =
      this.#complete < 0
        ? 'in some of the behaviours without preemptions'
        : `with at most ${this.#complete} ${this.#complete === 1 ? 'preemption' : 'preemptions'}`
    const stopped = stop === undefined ? '' : `; ${describeStop(stop)}`
    return { graph, seen: `${within} (${this.#pairs.states} states)${stopped}` }
  }
}

const isNews = (before: Seen | undefined, code: number, cost: Cost): boolean =>
  before === undefined || code > before.code || (code === before.code && isLess(cost, before))

/** The search with at most so many preemptions. */
export const preemptionMode = (most: number, economy: EconomyOptions = ECONOMY): Mode => ({
  explore: (question) => new PreemptionSpace(question, most, economy),
})
