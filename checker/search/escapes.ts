/** From which states a hazard can be avoided, and how: a search on the reference engine that goes no further than it must. */
import type { Machine, Taken } from '../engine/machine.ts'
import { doneObserver } from '../engine/observer.ts'
import type { PlainState } from '../engine/plain.ts'
import { sameStep, type Step } from '../engine/step.ts'
import type { Order } from '../trace/schedule.ts'
import { fairComponents, type Condition, type Graph } from './components.ts'
import { answer, never, type Hazard } from './hazard.ts'

/** Another way to go on from the turning point: what would have had to come first, from the state of the trace on. */
export interface Detour extends Order {
  /** After these steps the next step of the trace does no harm any more. Otherwise they stand in its place. */
  readonly thenAsBefore: boolean
}

/** How a behaviour that has taken the detour may go on to avoid it for good. */
export type Rest =
  /** With the fewest steps to where things may end, or to what was asked for. */
  | ({ readonly is: 'ends' } & Order)
  /** It never ends so, but may go on for ever. */
  | { readonly is: 'endless' }
  | { readonly is: 'unknown' }

export class OutOfBudget extends Error {}

/** What can be done in a state. */
interface Possible {
  readonly state: PlainState
  readonly steps: readonly (Taken & { readonly to: string })[]
  readonly faults: number
}

/** What can be done in each state that somebody has asked for. */
export class Possibilities {
  readonly #machine: Machine
  readonly #known = new Map<string, Possible>()

  constructor(machine: Machine) {
    this.#machine = machine
  }

  of(key: string, state: PlainState): Possible {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    let faults = 0
    const outcomes = this.#machine.outcomes(state, () => faults++)
    const steps = outcomes.map((taken) => ({ ...taken, to: JSON.stringify(taken.next) }))
    const possible = { state, steps, faults }
    this.#known.set(key, possible)
    return possible
  }
}

/** A state that was looked at, with the steps that do no harm. */
interface Node {
  readonly isBad: boolean
  readonly isSafe: boolean
  readonly steps: readonly (Taken & { readonly to: string })[]
  /** Who can move, be it only to do harm. */
  readonly enabled: ReadonlySet<string>
}

const inOrder = <T extends Taken>(steps: readonly T[], first: string): T[] =>
  [...steps].sort((a, b) => Number(b.step.process === first) - Number(a.step.process === first))

/** The same place, but other picks there. */
export const isOtherInput = (a: Step, b: Step): boolean =>
  a.process === b.process && a.label === b.label && a.alternative === b.alternative

export class Escapes {
  readonly #machine: Machine
  readonly #hazard: Hazard
  readonly #budget: number
  readonly #possibilities: Possibilities
  readonly #visited = new Set<string>()
  readonly #nodes = new Map<string, Node>()
  /** Decided: from there it can be avoided, or not. */
  readonly #avoidable = new Map<string, boolean>()
  /** Decided: from there what must stay within reach is, or is not. */
  readonly #within = new Map<string, boolean>()

  constructor(machine: Machine, possibilities: Possibilities, hazard: Hazard, budget: number) {
    this.#machine = machine
    this.#possibilities = possibilities
    this.#hazard = hazard
    this.#budget = budget
  }

  #possibleIn(key: string, state: PlainState): Possible {
    if (!this.#visited.has(key)) {
      if (this.#visited.size >= this.#budget) throw new OutOfBudget()
      this.#visited.add(key)
    }
    return this.#possibilities.of(key, state)
  }

  node(state: PlainState): Node {
    const key = JSON.stringify(state)
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    const machine = this.#machine
    const { steps, faults } = this.#possibleIn(key, state)
    const { isBad, isBadStep, isGoal, mustReach } = this.#hazard
    const ends = (): boolean =>
      steps.length + faults === 0 && answer(machine, doneObserver(machine.layout), state) === 1
    const node: Node = {
      isBad: isBad(state, steps, faults) || (mustReach !== undefined && !this.#reaches(key, state, mustReach)),
      isSafe: isGoal === undefined ? ends() : isGoal(state),
      steps: steps.filter(({ next }) => !isBadStep(state, next)),
      enabled: new Set(steps.map(({ step }) => step.process)),
    }
    this.#nodes.set(key, node)
    return node
  }

  /** Can such a state be reached, whatever happens on the way? */
  #reaches(first: string, state: PlainState, isGoal: (state: PlainState) => boolean): boolean {
    const cameFrom = new Map<string, string | undefined>([[first, undefined]])
    const queue: (readonly [key: string, state: PlainState])[] = [[first, state]]
    for (const [key, at] of queue) {
      const known = this.#within.get(key)
      if (known === false) continue
      if (known === true || isGoal(at)) {
        for (let each: string | undefined = key; each !== undefined; each = cameFrom.get(each))
          this.#within.set(each, true)
        return true
      }
      for (const { next, to } of this.#possibleIn(key, at).steps) {
        if (cameFrom.has(to)) continue
        cameFrom.set(to, key)
        queue.push([to, next])
      }
    }
    for (const key of cameFrom.keys()) this.#within.set(key, false)
    return false
  }

  /** Can the violation be avoided from a state on? */
  canAvoid(state: PlainState): boolean {
    const first = JSON.stringify(state)
    const before = this.#avoidable.get(first)
    if (before !== undefined) return before
    const region = new Map<string, Node>()
    const cameFrom = new Map<string, string | undefined>([[first, undefined]])
    const queue: (readonly [key: string, state: PlainState])[] = [[first, state]]
    for (const [key, at] of queue) {
      const known = this.#avoidable.get(key)
      if (known === false) continue
      const node = this.#nodes.get(key) ?? this.node(at)
      if (node.isBad) continue
      if (node.isSafe || known === true) {
        for (let each: string | undefined = key; each !== undefined; each = cameFrom.get(each))
          this.#avoidable.set(each, true)
        return true
      }
      region.set(key, node)
      for (const { next, to } of node.steps) {
        if (cameFrom.has(to)) continue
        cameFrom.set(to, key)
        queue.push([to, next])
      }
    }
    // All that can be reached without harm was seen, and nothing of it is safe.
    const lasting = this.#hazard.isGoal === undefined ? this.#goingRound(region) : new Set<string>()
    for (const key of [first, ...region.keys()]) this.#avoidable.set(key, lasting.has(key))
    return lasting.has(first)
  }

  /** From where in the region a behaviour can stay in it for ever, and be fair to every process of the protocol. */
  #goingRound(region: ReadonlyMap<string, Node>): ReadonlySet<string> {
    const keys = [...region.keys()]
    const nodes = [...region.values()]
    const numbers = new Map(keys.map((key, i) => [key, i]))
    const { processes } = this.#machine.layout
    const [start, to, by]: [number[], number[], number[]] = [[0], [], []]
    for (const { steps } of nodes) {
      for (const { step, to: key } of steps) {
        const target = numbers.get(key)
        if (target === undefined) continue
        to.push(target)
        by.push(processes.findIndex(({ name }) => name === step.process))
      }
      start.push(to.length)
    }
    const graph: Graph = { start, to, by, states: nodes.length }
    const conditions = processes
      .filter(({ program }) => program.role === 'protocol')
      .map(({ id, name }): Condition => ({
        strong: false,
        takers: Uint8Array.from(processes, (each) => Number(each.id === id)),
        enabled: Uint8Array.from(nodes, ({ enabled }) => Number(enabled.has(name))),
      }))
    const fair = fairComponents(graph, new Uint8Array(nodes.length).fill(1), conditions)
    const sources = keys.map((): string[] => [])
    nodes.forEach(({ steps }, i) => {
      for (const { to: key } of steps) sources[numbers.get(key) ?? -1]?.push(keys[i]!)
    })
    const found = new Set(fair.flatMap((component) => Array.from(component, (i) => keys[i]!)))
    for (const key of found) for (const source of sources[numbers.get(key)!]!) found.add(source)
    return found
  }

  /** The steps that do no harm where the trace took another one; `first` moves first. They may lead back to the state. */
  *alternatives(state: PlainState, following: PlainState, first: string): Generator<Taken> {
    const to = JSON.stringify(following)
    for (const each of inOrder(this.node(state).steps, first))
      if (each.to !== to && this.canAvoid(each.next)) yield each
  }

  /**
   * The fewest steps that must come before a step of the trace, so that it does no harm, or else one in its place. Some
   * steps are left out, and so are ways after which all goes on as before.
   */
  detour(
    state: PlainState,
    step: Step,
    instead: Taken,
    last: string,
    isLeftOut: (step: Step) => boolean,
    isIdle: (state: PlainState, before: readonly Step[]) => boolean,
  ): Detour {
    try {
      const without = (each: Step): boolean => sameStep(each, step) || isLeftOut(each)
      for (const { node, steps, states } of this.#ways(state, last, without)) {
        const taken = node.steps.find((each) => sameStep(each.step, step))
        if (taken !== undefined && this.canAvoid(taken.next) && !isIdle(states.at(-1)!, steps))
          return { steps, states, thenAsBefore: true }
      }
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error
    }
    return { steps: [instead.step], states: [state, instead.next], thenAsBefore: false }
  }

  /** The shortest way to what is missing, or to where things may end. */
  wayToSafety(state: PlainState): Order | undefined {
    if (this.node(state).isSafe) return { steps: [], states: [state] }
    for (const { node, steps, states } of this.#ways(state, '')) if (node.isSafe) return { steps, states }
    return undefined
  }

  /** What may come after a detour, and after the step of the trace where that is taken then. */
  rest({ states, thenAsBefore }: Detour, step: Step): Rest {
    try {
      const end = states.at(-1)!
      const taken = this.node(end).steps.find((each) => sameStep(each.step, step))
      const from = thenAsBefore && taken !== undefined ? taken.next : end
      const way = this.wayToSafety(from)
      return way === undefined ? { is: 'endless' } : { is: 'ends', ...way }
    } catch (error) {
      if (error instanceof OutOfBudget) return { is: 'unknown' }
      throw error
    }
  }

  /** Does the trace go on to its end all the same, with these steps taken before the others of it? */
  isAsBefore(state: PlainState, before: readonly Step[], following: readonly Step[]): boolean {
    const left = [...following]
    for (const step of before) {
      const at = left.findIndex((each) => sameStep(each, step))
      if (at >= 0) left.splice(at, 1)
    }
    let at = state
    for (const step of left) {
      const taken = this.#possibleIn(JSON.stringify(at), at).steps.find((each) => sameStep(each.step, step))
      if (taken === undefined) return false
      if (this.#hazard.isBadStep(at, taken.next)) return true
      at = taken.next
    }
    return this.node(at).isBad
  }

  /** Ways through states from which it can be avoided, the shortest first; `first` moves first. */
  *#ways(
    from: PlainState,
    first: string,
    isLeftOut: (step: Step) => boolean = never,
  ): Generator<{ node: Node; steps: readonly Step[]; states: readonly PlainState[] }> {
    const known = new Set([JSON.stringify(from)])
    const queue = [{ node: this.node(from), steps: [] as Step[], states: [from] }]
    for (const way of queue) {
      if (way.steps.length > 0) yield way
      // Without a wish, who has moved moves on: it is read more easily.
      const mover = first === '' ? (way.steps.at(-1)?.process ?? '') : first
      for (const taken of inOrder(way.node.steps, mover)) {
        if (known.has(taken.to) || isLeftOut(taken.step)) continue
        known.add(taken.to)
        if (!this.canAvoid(taken.next)) continue
        queue.push({
          node: this.node(taken.next),
          steps: [...way.steps, taken.step],
          states: [...way.states, taken.next],
        })
      }
    }
  }
}
