/** Stems: shortest ways from the start, through where an obligation arises, and from there on without the goal. */
import type { Graph } from './components.ts'

/** What is asked of every fair behaviour: after a state of `from` one of `goal`; `from` of `eventually` is the start. */
export interface Obligation {
  readonly initialStates: number
  /** Where the obligation arises; `undefined`: in the initial states only. */
  readonly from: ((state: number) => boolean) | undefined
  readonly goal: (state: number) => boolean
}

export class Stems {
  /** By state: 1 where the obligation is open. */
  readonly under: Uint8Array
  /** The states under the obligation, the nearest first. */
  readonly entries: readonly number[]
  /** Nodes are states before the obligation, and, shifted by the number of states, states under it. */
  readonly #previous: Int32Array
  readonly #distance: Int32Array
  readonly #states: number

  constructor(graph: Graph, { initialStates, from, goal }: Obligation) {
    const { states, start, to } = graph
    const previous = new Int32Array(2 * states)
    const distance = new Int32Array(2 * states).fill(-1)
    const queue = new Int32Array(2 * states)
    const goals = new Uint8Array(states)
    for (let state = 0; state < states; state++) if (goal(state)) goals[state] = 1
    let tail = 0
    const reach = (node: number, by: number, steps: number): void => {
      if (distance[node] !== -1) return
      distance[node] = steps
      previous[node] = by
      queue[tail++] = node
      // The obligation arises in a state, without a step.
      if (node < states && goals[node] === 0 && from?.(node) === true) reach(states + node, by, steps)
    }
    for (let state = 0; state < initialStates; state++)
      if (from !== undefined) reach(state, -1, 0)
      else if (goals[state] === 0) reach(states + state, -1, 0)
    for (let head = 0; head < tail; head++) {
      const node = queue[head]!
      const layer = node < states ? 0 : states
      const state = node - layer
      const steps = distance[node]! + 1
      for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
        const successor = to[edge]!
        if (layer === 0 || goals[successor] === 0) reach(layer + successor, node, steps)
      }
    }
    this.#states = states
    this.#previous = previous
    this.#distance = distance
    this.under = new Uint8Array(states)
    const entries: number[] = []
    for (let head = 0; head < tail; head++) {
      const state = queue[head]! - states
      if (state < 0) continue
      this.under[state] = 1
      entries.push(state)
    }
    this.entries = entries
  }

  /** Can a state be reached at all? With `from` only: else only what is under the obligation is looked at. */
  isReached(state: number): boolean {
    return this.#distance[state] !== -1
  }

  /** Steps to a state under the obligation, or -1. */
  to(state: number): number {
    return this.#distance[this.#states + state]!
  }

  /** The states on the way to one under the obligation, both ends included. */
  path(state: number): number[] {
    const path: number[] = []
    for (let node = this.#states + state; node !== -1; node = this.#previous[node]!) path.push(node % this.#states)
    return path.reverse()
  }
}
