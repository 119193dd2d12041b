/**
 * Components of a graph: sets of states in which a behaviour can stay for ever, and those among them in which it can do
 * so without being unfair to anybody.
 *
 * Strongly connected components by an iterative Tarjan; each is judged by the fairness conditions and, where a strong one
 * is enabled inside but never taken, searched again without the states that enable it (Emerson and Lei, 1987).
 */
import type { Edges } from '../engine/engine.ts'

/** Weak: if for ever enabled, taken again and again. Strong: if enabled again and again, taken again and again. */
export interface Condition {
  readonly strong: boolean
  /** By process: 1 where its transitions from a state in which the condition is enabled take it. */
  readonly takers: Uint8Array
  /** By state: 1 where it is enabled. */
  readonly enabled: Uint8Array
}

/** Does a transition of this process from this state take the condition? */
export const takes = ({ takers, enabled }: Condition, by: number, state: number): boolean =>
  takers[by] === 1 && enabled[state] === 1

/** A condition that no loop meets without a transition of these processes, and that nobody meets by stopping. */
export function mustMove(takers: Uint8Array, states: number): Condition {
  return { strong: false, takers, enabled: new Uint8Array(states).fill(1) }
}

export interface Graph extends Edges {
  readonly states: number
}

/** The states of a component: `members[first] … members[end - 1]`, good until the visit returns. */
type Visit = (members: Int32Array, first: number, end: number) => void

/** Tarjan's search, iterative; its arrays serve one search after the other. */
export class ComponentSearch {
  readonly #graph: Graph
  /** In which order a state was entered; what is not above `#before` belongs to an earlier search. */
  readonly #order: Int32Array
  readonly #low: Int32Array
  readonly #next: Int32Array
  readonly #onStack: Uint8Array
  readonly #stack: Int32Array
  readonly #path: Int32Array
  #height = 0
  #count = 0

  constructor(graph: Graph) {
    this.#graph = graph
    this.#order = new Int32Array(graph.states)
    this.#low = new Int32Array(graph.states)
    this.#next = new Int32Array(graph.states)
    this.#onStack = new Uint8Array(graph.states)
    this.#stack = new Int32Array(graph.states)
    this.#path = new Int32Array(graph.states)
  }

  /**
   * Visits the strongly connected components of the states `inside`, of all or of those `among` them. Those that a component leads to
   * are visited before it.
   */
  visit(inside: Uint8Array, visit: Visit, among?: Int32Array): void {
    const before = this.#count
    const roots = among?.length ?? inside.length
    for (let i = 0; i < roots; i++) {
      const root = among === undefined ? i : among[i]!
      if (inside[root] === 1 && this.#order[root]! <= before) this.#from(root, inside, before, visit)
    }
  }

  #from(root: number, inside: Uint8Array, before: number, visit: Visit): void {
    const { start, to } = this.#graph
    const [order, low, next, onStack, path] = [this.#order, this.#low, this.#next, this.#onStack, this.#path]
    let length = 0
    path[length++] = root
    this.#enter(root)
    while (length > 0) {
      const state = path[length - 1]!
      if (next[state]! < start[state + 1]!) {
        const successor = to[next[state]!++]!
        if (inside[successor] === 0) continue
        if (order[successor]! <= before) {
          this.#enter(successor)
          path[length++] = successor
        } else if (onStack[successor] === 1 && order[successor]! < low[state]!) low[state] = order[successor]!
        continue
      }
      length--
      if (length > 0) {
        const caller = path[length - 1]!
        if (low[state]! < low[caller]!) low[caller] = low[state]!
      }
      if (low[state] === order[state]) this.#leave(state, visit)
    }
  }

  #enter(state: number): void {
    this.#order[state] = this.#low[state] = ++this.#count
    this.#next[state] = this.#graph.start[state]!
    this.#onStack[state] = 1
    this.#stack[this.#height++] = state
  }

  #leave(state: number, visit: Visit): void {
    const end = this.#height
    let first = end
    do this.#onStack[this.#stack[--first]!] = 0
    while (this.#stack[first] !== state)
    this.#height = first
    visit(this.#stack, first, end)
  }
}

/** Does a transition lead from a state to itself? */
export function hasSelfLoop({ start, to }: Graph, state: number): boolean {
  for (let edge = start[state]!; edge < start[state + 1]!; edge++) if (to[edge] === state) return true
  return false
}

/** Every fair component within `inside`. */
export function fairComponents(graph: Graph, inside: Uint8Array, conditions: readonly Condition[]): Int32Array[] {
  const fair: Int32Array[] = []
  const pending: Int32Array[] = []
  const search = new ComponentSearch(graph)
  const keep: Visit = (members, first, end) => {
    if (end - first > 1 || hasSelfLoop(graph, members[first]!)) pending.push(members.slice(first, end))
  }
  search.visit(inside, keep)
  const here = new Uint8Array(graph.states)
  for (let component = pending.pop(); component !== undefined; component = pending.pop()) {
    for (const state of component) here[state] = 1
    const judged = judge(graph, component, here, conditions)
    if (judged === 'fair') fair.push(component)
    else if (judged !== 'unfair') {
      for (const state of component) if (judged.enabled[state] === 1) here[state] = 0
      search.visit(here, keep, component)
    }
    for (const state of component) here[state] = 0
  }
  return fair
}

/** Is the condition taken by a transition inside the component? */
function isTaken({ start, to, by }: Graph, component: Int32Array, here: Uint8Array, condition: Condition): boolean {
  const { takers, enabled } = condition
  for (const state of component) {
    if (enabled[state] === 0) continue
    for (let edge = start[state]!; edge < start[state + 1]!; edge++)
      if (takers[by[edge]!] === 1 && here[to[edge]!] === 1) return true
  }
  return false
}

/** Fair as it is, unfair whatever is left out, or the strong condition whose states must go. */
function judge(
  graph: Graph,
  component: Int32Array,
  here: Uint8Array,
  conditions: readonly Condition[],
): 'fair' | 'unfair' | Condition {
  let strong: Condition | undefined
  for (const condition of conditions) {
    const { enabled } = condition
    if (isTaken(graph, component, here, condition)) continue
    if (condition.strong) {
      if (component.some((state) => enabled[state] === 1)) strong ??= condition
    } else if (component.every((state) => enabled[state] === 1)) return 'unfair'
  }
  return strong ?? 'fair'
}
