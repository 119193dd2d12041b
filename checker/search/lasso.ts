/**
 * Lassos: counterexamples of liveness, a stem and a loop that is fair to everybody, or a place where all may stop.
 *
 * The shortest one is found by breadth-first search over (state, conditions met) from every entry in the order of its
 * stem; that is exponential in the conditions, so it has a budget, beyond which the shortest so far is shown as such.
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

/** The shortest loop through `entry` inside a component that meets all conditions, if it has at most `limit` steps. */
class LoopSearch {
  expanded = 0
  readonly #graph: Graph
  readonly #conditions: readonly Condition[]
  readonly #componentOf: Int32Array

  constructor(graph: Graph, conditions: readonly Condition[], componentOf: Int32Array) {
    this.#graph = graph
    this.#conditions = conditions
    this.#componentOf = componentOf
  }

  /** Conditions that being in this state, or taking this transition from it, meets; `open` ones are looked at. */
  #met(open: readonly number[], state: number, edge: number | undefined): number {
    let met = 0
    open.forEach((c, bit) => {
      const condition = this.#conditions[c]!
      const disabled = !condition.strong && !condition.enabled(state)
      if (disabled || (edge !== undefined && condition.taken(edge, state))) met |= 1 << bit
    })
    return met
  }

  /** The conditions that matter in a component: the others hold whatever loop is taken. */
  open(component: readonly number[]): number[] {
    return this.#conditions.flatMap((condition, c) => (component.some((state) => condition.enabled(state)) ? [c] : []))
  }

  find(entry: number, open: readonly number[], limit: number): Lasso['loop'] | undefined {
    const { start, to, by } = this.#graph
    const own = this.#componentOf[entry]!
    const full = 2 ** open.length - 1
    const width = full + 1
    const first = entry * width + this.#met(open, entry, undefined)
    const from = new Map<number, readonly [node: number, edge: number]>()
    let level = [first]
    for (let length = 1; length <= limit && level.length > 0; length++) {
      const following: number[] = []
      for (const node of level) {
        if (++this.expanded > SEARCH_BUDGET) return undefined
        const state = Math.floor(node / width)
        for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
          const successor = to[edge]!
          if (this.#componentOf[successor] !== own) continue
          const met = (node % width) | this.#met(open, state, edge) | this.#met(open, successor, undefined)
          const reached = successor * width + met
          if (successor === entry && met === full)
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
}

/** A shortest behaviour that is fair and fails the obligation, or `undefined` when every fair behaviour meets it. */
export function findLasso(graph: Graph, obligation: Obligation, conditions: readonly Condition[]): Lasso | undefined {
  const stems = new Stems(graph, obligation)
  const inside = Uint8Array.from({ length: graph.states }, (_, state) => (stems.to(state) >= 0 ? 1 : 0))
  const componentOf = new Int32Array(graph.states).fill(-1)
  const fair = fairComponents(graph, inside, conditions)
  fair.forEach((component, i) => component.forEach((state) => (componentOf[state] = i)))
  const search = new LoopSearch(graph, conditions, componentOf)
  const open = fair.map((component) => search.open(component))

  const stops = (state: number): boolean => !conditions.some((condition) => condition.enabled(state))
  const entries = [...inside.keys()].filter(
    (state) => inside[state] === 1 && (componentOf[state] !== -1 || stops(state)),
  )
  entries.sort((a, b) => stems.to(a) - stems.to(b))

  let best: { entry: number; loop: Lasso['loop'] } | undefined
  let total = Infinity
  for (const entry of entries) {
    const stem = stems.to(entry)
    if (stem >= total || search.expanded > SEARCH_BUDGET) break
    if (stops(entry)) {
      best = { entry, loop: [] }
      break
    }
    const loop = search.find(entry, open[componentOf[entry]!]!, total - stem - 1)
    if (loop === undefined || stem + loop.length >= total) continue
    best = { entry, loop }
    total = stem + loop.length
  }
  if (best === undefined) {
    if (entries.length === 0) return undefined
    throw new RangeError(`A fair loop exists, but none was found within ${SEARCH_BUDGET} steps of the search for it.`)
  }
  return { stem: stems.path(best.entry), loop: best.loop, shortest: search.expanded <= SEARCH_BUDGET }
}
