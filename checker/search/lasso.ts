/**
 * Lassos: counterexamples of liveness, a stem and a loop that is fair to everybody, or a place where all may stop.
 *
 * The shortest one is found by breadth-first search over (state, conditions met) from every entry in the order of its
 * stem; that is exponential in the conditions, so it has a budget, beyond which the shortest so far is shown as such.
 *
 * Of several that are equally short the one is taken that is met first. It depends on the numbers of the states, which
 * `renumbered` makes the same for every engine, and neither on switches nor on names.
 */
import { fairComponents, type Condition, type Graph } from './components.ts'

/** What is asked of every fair behaviour: after a state of `from` one of `goal`; `from` of `eventually` is the start. */
export interface Obligation {
  readonly initialStates: number
  /** Where the obligation arises; `undefined`: in the initial states only. */
  readonly from: ((state: number) => boolean) | undefined
  readonly goal: (state: number) => boolean
}

export interface Lasso {
  /** States from an initial one to the entry of the loop, both included. */
  readonly stem: readonly number[]
  /** Transitions around the loop, back to its entry; none where the behaviour stops. */
  readonly loop: readonly { readonly to: number; readonly by: number }[]
  /** No lasso is shorter. */
  readonly shortest: boolean
}

const SEARCH_BUDGET = 2_000_000

/** The stems: shortest ways from the start, through where the obligation arises, without the goal from there on. */
class Stems {
  /** Nodes are states before the obligation, and, shifted by the number of states, states under it. */
  readonly #from: Int32Array
  readonly distance: Int32Array
  readonly #states: number

  constructor(graph: Graph, { initialStates, from, goal }: Obligation) {
    const N = (this.#states = graph.states)
    this.#from = new Int32Array(2 * N).fill(-1)
    this.distance = new Int32Array(2 * N).fill(-1)
    const queue: number[] = []
    const reach = (node: number, previous: number, distance: number): void => {
      if (this.distance[node] !== -1) return
      this.distance[node] = distance
      this.#from[node] = previous
      queue.push(node)
      const state = node % N
      // The obligation arises in a state, without a step.
      if (node < N && from?.(state) === true && !goal(state)) reach(N + state, previous, distance)
    }
    for (let state = 0; state < initialStates; state++)
      if (from !== undefined) reach(state, -1, 0)
      else if (!goal(state)) reach(N + state, -1, 0)
    for (let head = 0; head < queue.length; head++) {
      const node = queue[head]!
      const state = node % N
      for (let edge = graph.start[state]!; edge < graph.start[state + 1]!; edge++) {
        const to = graph.to[edge]!
        if (node < N) reach(to, node, this.distance[node]! + 1)
        else if (!goal(to)) reach(N + to, node, this.distance[node]! + 1)
      }
    }
  }

  /** Steps to a state under the obligation, or -1. */
  to(state: number): number {
    return this.distance[this.#states + state]!
  }

  path(state: number): number[] {
    const path: number[] = []
    for (let node = this.#states + state; node !== -1; node = this.#from[node]!) path.push(node % this.#states)
    return path.reverse()
  }
}

/** A loop as it is searched for: bits for what it has met so far. */
interface Debts {
  /** Conditions that matter in the component: the others hold whatever loop is taken. */
  readonly conditions: readonly Condition[]
  /** What must be met: a bit for a weak condition; for a strong one a bit that it was taken, and one that it was enabled. */
  readonly width: number
}

/** More bits than this are not searched through. */
const MAX_BITS = 20

class LoopSearch {
  expanded = 0
  /** Some loop was not searched for exhaustively. */
  gaveUp = false
  readonly #graph: Graph
  readonly #componentOf: Int32Array

  constructor(graph: Graph, componentOf: Int32Array) {
    this.#graph = graph
    this.#componentOf = componentOf
  }

  debtsOf(component: readonly number[], all: readonly Condition[]): Debts {
    const conditions = all.filter((condition) => component.some((state) => condition.enabled(state)))
    return { conditions, width: 2 ** conditions.reduce((bits, { strong }) => bits + (strong ? 2 : 1), 0) }
  }

  /** Bits for being in a state, and for taking a transition from it. */
  #met({ conditions }: Debts, state: number, edge: number | undefined): number {
    let met = 0
    let bit = 1
    for (const condition of conditions) {
      const taken = edge !== undefined && condition.taken(edge, state)
      if (condition.strong) {
        if (taken) met |= bit
        if (condition.enabled(state)) met |= bit << 1
        bit <<= 2
      } else {
        if (taken || !condition.enabled(state)) met |= bit
        bit <<= 1
      }
    }
    return met
  }

  /** Is a loop that met this fair? A strong condition is owed nothing where it was never enabled. */
  #isFair({ conditions }: Debts, met: number): boolean {
    let bit = 1
    for (const { strong } of conditions) {
      if ((met & bit) === 0 && (!strong || (met & (bit << 1)) !== 0)) return false
      bit <<= strong ? 2 : 1
    }
    return true
  }

  /** The shortest fair loop through `entry` inside its component, if it has at most `limit` steps. */
  find(entry: number, debts: Debts, limit: number): Lasso['loop'] | undefined {
    const { start, to, by } = this.#graph
    const own = this.#componentOf[entry]!
    const { width } = debts
    if (width > 2 ** MAX_BITS) {
      this.gaveUp = true
      return undefined
    }
    const first = entry * width + this.#met(debts, entry, undefined)
    const from = new Map<number, readonly [node: number, edge: number]>()
    let level = [first]
    for (let length = 1; length <= limit && level.length > 0; length++) {
      const following: number[] = []
      for (const node of level) {
        if (++this.expanded > SEARCH_BUDGET) {
          this.gaveUp = true
          return undefined
        }
        const state = Math.floor(node / width)
        for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
          const successor = to[edge]!
          if (this.#componentOf[successor] !== own) continue
          const met = (node % width) | this.#met(debts, state, edge) | this.#met(debts, successor, undefined)
          const reached = successor * width + met
          if (successor === entry && this.#isFair(debts, met))
            return this.#back(from, node, first).concat({ to: entry, by: by[edge]! })
          if (from.has(reached) || reached === first) continue
          from.set(reached, [node, edge])
          following.push(reached)
        }
      }
      level = following
    }
    return undefined
  }

  #back(
    from: ReadonlyMap<number, readonly [number, number]>,
    last: number,
    first: number,
  ): { to: number; by: number }[] {
    const steps: { to: number; by: number }[] = []
    for (let node = last; node !== first;) {
      const [previous, edge] = from.get(node)!
      steps.push({ to: this.#graph.to[edge]!, by: this.#graph.by[edge]! })
      node = previous
    }
    return steps.reverse()
  }

  /** Some fair loop through `entry`: from one condition of the component to the nearest place that meets the next. */
  any(entry: number, { conditions }: Debts): Lasso['loop'] {
    const loop: { to: number; by: number }[] = []
    let at = entry
    const go = (done: (edge: number, from: number) => boolean): void => {
      const leg = this.#nearest(at, done)
      loop.push(...leg)
      at = leg.at(-1)?.to ?? at
    }
    for (const condition of conditions) {
      if (!condition.strong && !condition.enabled(at)) continue
      go(
        (edge, from) => condition.taken(edge, from) || (!condition.strong && !condition.enabled(this.#graph.to[edge]!)),
      )
    }
    if (at !== entry || loop.length === 0) go((edge) => this.#graph.to[edge] === entry)
    return loop
  }

  /** The shortest way inside the component whose last transition is as asked. */
  #nearest(from: number, done: (edge: number, from: number) => boolean): { to: number; by: number }[] {
    const { start, to } = this.#graph
    const own = this.#componentOf[from]!
    const reachedBy = new Map<number, readonly [node: number, edge: number]>()
    const queue = [from]
    for (const state of queue)
      for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
        const successor = to[edge]!
        if (this.#componentOf[successor] !== own) continue
        if (done(edge, state))
          return this.#back(reachedBy, state, from).concat({ to: successor, by: this.#graph.by[edge]! })
        if (successor === from || reachedBy.has(successor)) continue
        reachedBy.set(successor, [state, edge])
        queue.push(successor)
      }
    throw new Error('A fair component does not meet its conditions.')
  }
}

/** A shortest behaviour that is fair and fails the obligation, or `undefined` when every fair behaviour meets it. */
export function findLasso(graph: Graph, obligation: Obligation, conditions: readonly Condition[]): Lasso | undefined {
  const stems = new Stems(graph, obligation)
  const inside = Uint8Array.from({ length: graph.states }, (_, state) => (stems.to(state) >= 0 ? 1 : 0))
  const componentOf = new Int32Array(graph.states).fill(-1)
  const fair = fairComponents(graph, inside, conditions)
  fair.forEach((component, i) => component.forEach((state) => (componentOf[state] = i)))
  const search = new LoopSearch(graph, componentOf)
  const debts = fair.map((component) => search.debtsOf(component, conditions))

  const stops = (state: number): boolean => !conditions.some((condition) => condition.enabled(state))
  const entries = [...inside.keys()].filter(
    (state) => inside[state] === 1 && (componentOf[state] !== -1 || stops(state)),
  )
  entries.sort((a, b) => stems.to(a) - stems.to(b))
  const [nearest] = entries
  if (nearest === undefined) return undefined

  let best: { entry: number; loop: Lasso['loop'] } | undefined
  let total = Infinity
  for (const entry of entries) {
    const stem = stems.to(entry)
    if (stem >= total || search.expanded > SEARCH_BUDGET) break
    if (stops(entry)) {
      best = { entry, loop: [] }
      break
    }
    const loop = search.find(entry, debts[componentOf[entry]!]!, total - stem - 1)
    if (loop === undefined || stem + loop.length >= total) continue
    best = { entry, loop }
    total = stem + loop.length
  }
  const { entry, loop } = best ?? { entry: nearest, loop: search.any(nearest, debts[componentOf[nearest]!]!) }
  return { stem: stems.path(entry), loop, shortest: !search.gaveUp }
}
