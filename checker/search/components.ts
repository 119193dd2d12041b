/**
 * Fair components of a graph: sets of states in which a behaviour can stay for ever without being unfair to anybody.
 *
 * Strongly connected components by an iterative Tarjan; each is judged by the fairness conditions and, where a strong one
 * is enabled inside but never taken, searched again without the states that enable it (Emerson and Lei, 1987).
 */
import type { Edges } from '../engine/engine.ts'

/** Weak: if for ever enabled, taken again and again. Strong: if enabled again and again, taken again and again. */
export interface Condition {
  readonly strong: boolean
  /** Is it enabled in this state, that is: does a transition of it leave from there? */
  readonly enabled: (state: number) => boolean
  /** Is it taken by this transition, which leaves from this state? */
  readonly taken: (edge: number, state: number) => boolean
}

export interface Graph extends Edges {
  readonly states: number
}

/** Tarjan's search, iterative; its arrays serve one search after the other. */
class ComponentSearch {
  readonly #graph: Graph
  /** 0: not met in this search. */
  readonly #order: Int32Array
  readonly #low: Int32Array
  readonly #next: Int32Array
  readonly #onStack: Uint8Array

  constructor(graph: Graph) {
    this.#graph = graph
    this.#order = new Int32Array(graph.states)
    this.#low = new Int32Array(graph.states)
    this.#next = new Int32Array(graph.states)
    this.#onStack = new Uint8Array(graph.states)
  }

  /** The strongly connected components of those states `among` which are `inside`. */
  find(inside: Uint8Array, among: Iterable<number>): number[][] {
    const { start, to } = this.#graph
    const [order, low, next, onStack] = [this.#order, this.#low, this.#next, this.#onStack]
    const found: number[][] = []
    const stack: number[] = []
    const path: number[] = []
    let count = 0
    const enter = (state: number): void => {
      order[state] = low[state] = ++count
      next[state] = start[state]!
      onStack[state] = 1
      stack.push(state)
      path.push(state)
    }
    for (const root of among) {
      if (inside[root] === 0 || order[root] !== 0) continue
      enter(root)
      while (path.length > 0) {
        const state = path.at(-1)!
        if (next[state]! < start[state + 1]!) {
          const successor = to[next[state]!++]!
          if (inside[successor] === 0) continue
          if (order[successor] === 0) enter(successor)
          else if (onStack[successor] === 1) low[state] = Math.min(low[state]!, order[successor]!)
          continue
        }
        path.pop()
        const caller = path.at(-1)
        if (caller !== undefined) low[caller] = Math.min(low[caller]!, low[state]!)
        if (low[state] === order[state]) found.push(this.#unstack(stack, state))
      }
    }
    for (const component of found) for (const state of component) order[state] = 0
    return found
  }

  #unstack(stack: number[], last: number): number[] {
    const component: number[] = []
    let member: number
    do {
      member = stack.pop()!
      this.#onStack[member] = 0
      component.push(member)
    } while (member !== last)
    return component
  }
}

/** Every fair component within `inside`. */
export function fairComponents(graph: Graph, inside: Uint8Array, conditions: readonly Condition[]): number[][] {
  const fair: number[][] = []
  const search = new ComponentSearch(graph)
  const here = new Uint8Array(graph.states)
  const pending = search.find(inside, inside.keys())
  for (let component = pending.pop(); component !== undefined; component = pending.pop()) {
    for (const state of component) here[state] = 1
    const inner = innerEdges(graph, here, component)
    const judged = inner.length === 0 ? 'unfair' : judge(component, inner, conditions)
    if (judged === 'fair') fair.push(component)
    else if (judged !== 'unfair') {
      for (const state of component) if (judged.enabled(state)) here[state] = 0
      for (const smaller of search.find(here, component)) pending.push(smaller)
    }
    for (const state of component) here[state] = 0
  }
  return fair
}

type InnerEdge = readonly [edge: number, from: number]

function innerEdges({ start, to }: Graph, here: Uint8Array, component: readonly number[]): InnerEdge[] {
  const inner: InnerEdge[] = []
  for (const state of component)
    for (let edge = start[state]!; edge < start[state + 1]!; edge++)
      if (here[to[edge]!] === 1) inner.push([edge, state])
  return inner
}

/** Fair as it is, unfair whatever is left out, or the strong condition whose states must go. */
function judge(
  component: readonly number[],
  inner: readonly InnerEdge[],
  conditions: readonly Condition[],
): 'fair' | 'unfair' | Condition {
  let strong: Condition | undefined
  for (const condition of conditions) {
    if (inner.some(([edge, from]) => condition.taken(edge, from))) continue
    if (condition.strong) {
      if (component.some((state) => condition.enabled(state))) strong ??= condition
    } else if (component.every((state) => condition.enabled(state))) return 'unfair'
  }
  return strong ?? 'fair'
}
