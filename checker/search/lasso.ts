/**
 * Lassos: counterexamples of liveness, a stem and a loop that is fair to everybody, or a place where all may stop.
 *
 * The shortest one is found by breadth-first search over (state, conditions met) from every entry in the order of its
 * stem; that is exponential in the conditions, so it has a budget, beyond which the shortest so far is shown as such.
 *
 * Of several that are equally short the one is taken that is met first. It depends on the numbers of the states, which
 * `renumbered` makes the same for every engine, and neither on switches nor on names.
 */
import { fairComponents, takes, type Condition, type Graph } from './components.ts'
import { Stems, type Obligation } from './stems.ts'

export interface Lasso {
  /** States from an initial one to the entry of the loop, both included. */
  readonly stem: readonly number[]
  /** Transitions around the loop, back to its entry; none where the behaviour stops. */
  readonly loop: readonly { readonly to: number; readonly by: number }[]
  /** No lasso is shorter. */
  readonly shortest: boolean
}

export const lengthOf = ({ stem, loop }: Lasso): number => stem.length - 1 + loop.length

const SEARCH_BUDGET = 2_000_000

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

  debtsOf(component: Int32Array, all: readonly Condition[]): Debts {
    const conditions = all.filter(({ enabled }) => component.some((state) => enabled[state] === 1))
    return { conditions, width: 2 ** conditions.reduce((bits, { strong }) => bits + (strong ? 2 : 1), 0) }
  }

  /** Bits for being in a state. */
  #metIn({ conditions }: Debts, state: number): number {
    let met = 0
    let bit = 1
    for (const { strong, enabled } of conditions) {
      if (strong) {
        if (enabled[state] === 1) met |= bit << 1
        bit <<= 2
      } else {
        if (enabled[state] === 0) met |= bit
        bit <<= 1
      }
    }
    return met
  }

  /** Bits for taking a transition of a process from a state. */
  #metBy({ conditions }: Debts, by: number, state: number): number {
    let met = 0
    let bit = 1
    for (const condition of conditions) {
      if (takes(condition, by, state)) met |= bit
      bit <<= condition.strong ? 2 : 1
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
    const first = entry * width + this.#metIn(debts, entry)
    const from = new Map<number, Step>()
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
          const met = (node % width) | this.#metBy(debts, by[edge]!, state) | this.#metIn(debts, successor)
          const reached = successor * width + met
          if (successor === entry && this.#isFair(debts, met))
            return this.#back(from, node, first).concat({ to: entry, by: by[edge]! })
          if (from.has(reached) || reached === first) continue
          from.set(reached, { node, edge })
          following.push(reached)
        }
      }
      level = following
    }
    return undefined
  }

  #back(from: ReadonlyMap<number, Step>, last: number, first: number): { to: number; by: number }[] {
    const steps: { to: number; by: number }[] = []
    for (let at = last; at !== first;) {
      const { node, edge } = from.get(at)!
      steps.push({ to: this.#graph.to[edge]!, by: this.#graph.by[edge]! })
      at = node
    }
    return steps.reverse()
  }

  /** Some fair loop through `entry`: from one condition of the component to the nearest place that meets the next. */
  any(entry: number, { conditions }: Debts): Lasso['loop'] {
    const { to, by } = this.#graph
    const loop: { to: number; by: number }[] = []
    let at = entry
    const go = (done: (edge: number, from: number) => boolean): void => {
      const leg = this.#nearest(at, done)
      loop.push(...leg)
      at = leg.at(-1)?.to ?? at
    }
    for (const condition of conditions) {
      const { strong, enabled } = condition
      if (!strong && enabled[at] === 0) continue
      go((edge, from) => takes(condition, by[edge]!, from) || (!strong && enabled[to[edge]!] === 0))
    }
    if (at !== entry || loop.length === 0) go((edge) => to[edge] === entry)
    return loop
  }

  /** The shortest way inside the component whose last transition is as asked. */
  #nearest(from: number, done: (edge: number, from: number) => boolean): { to: number; by: number }[] {
    const { start, to } = this.#graph
    const own = this.#componentOf[from]!
    const reachedBy = new Map<number, Step>()
    const queue = [from]
    for (const state of queue)
      for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
        const successor = to[edge]!
        if (this.#componentOf[successor] !== own) continue
        if (done(edge, state))
          return this.#back(reachedBy, state, from).concat({ to: successor, by: this.#graph.by[edge]! })
        if (successor === from || reachedBy.has(successor)) continue
        reachedBy.set(successor, { node: state, edge })
        queue.push(successor)
      }
    throw new Error('A fair component does not meet its conditions.')
  }
}

/** How a node of the search was reached. */
interface Step {
  readonly node: number
  readonly edge: number
}

/** Where a behaviour may stop for ever. */
type Stops = (state: number) => boolean

/** A shortest behaviour that is fair and fails the obligation, or `undefined` when every fair behaviour meets it. */
export const findLasso = (
  graph: Graph,
  obligation: Obligation,
  conditions: readonly Condition[],
  stops?: Stops,
): Lasso | undefined => lassoAfter(new Stems(graph, obligation), graph, conditions, stops)

/**
 * The same, where the loop takes transitions of a graph of its own, of the same states. Without `stops` a behaviour may
 * stop where no condition is enabled.
 */
export function lassoAfter(
  stems: Stems,
  inLoop: Graph,
  conditions: readonly Condition[],
  stops: Stops = (state) => !conditions.some(({ enabled }) => enabled[state] === 1),
): Lasso | undefined {
  const fair = fairComponents(inLoop, stems.under, conditions)
  const componentOf = new Int32Array(inLoop.states).fill(-1)
  fair.forEach((component, i) => component.forEach((state) => (componentOf[state] = i)))
  const search = new LoopSearch(inLoop, componentOf)
  const debts = fair.map((component) => search.debtsOf(component, conditions))

  let nearest: number | undefined
  let best: { entry: number; loop: Lasso['loop'] } | undefined
  let total = Infinity
  for (const entry of stems.entries) {
    const mayStop = stops(entry)
    const component = componentOf[entry]!
    if (!mayStop && component === -1) continue
    nearest ??= entry
    const stem = stems.to(entry)
    if (stem >= total || search.expanded > SEARCH_BUDGET) break
    if (mayStop) {
      best = { entry, loop: [] }
      break
    }
    const loop = search.find(entry, debts[component]!, total - stem - 1)
    if (loop === undefined || stem + loop.length >= total) continue
    best = { entry, loop }
    total = stem + loop.length
  }
  if (nearest === undefined) return undefined
  const { entry, loop } = best ?? { entry: nearest, loop: search.any(nearest, debts[componentOf[nearest]!]!) }
  return { stem: stems.path(entry), loop, shortest: !search.gaveUp }
}
