/**
 * How much passes between two kinds of states, over all behaviours: the longest way and the shortest one.
 *
 * Longest: the states without the goal that follow a start form a region. Where a component of it has a counted
 * transition inside, the loop can be taken as often as one likes: unbounded, and fairness does not help, since a fair
 * behaviour may go round any number of times first. Otherwise every way through the region is a way through the acyclic
 * graph of its components, with a longest one. Shortest: breadth-first search by (counted, steps).
 */
import { ComponentSearch, mustMove, type Graph } from './components.ts'
import { findLasso, type Lasso } from './lasso.ts'
import { Stems } from './stems.ts'

export interface Question {
  readonly initialStates: number
  readonly from: (state: number) => boolean
  readonly goal: (state: number) => boolean
  /** By process: 1 where its steps count. */
  readonly counts: Uint8Array
}

/** States along a way and who moves from each to the next. */
export interface Way {
  readonly states: readonly number[]
  readonly by: readonly number[]
}

export type Longest =
  /** No start is reached. */
  | { readonly is: 'never' }
  | { readonly is: 'unbounded'; readonly lasso: Lasso }
  | {
      readonly is: 'bounded'
      readonly value: number
      /** Of the shortest ways on which so much passes one that comes to the goal, if any does. */
      readonly way: Way
      readonly comes: boolean
    }
export type Shortest = { readonly is: 'never' } | { readonly is: 'bounded'; readonly value: number; readonly way: Way }

const NOT_REACHED = -1
const NOBODY = -1

/** What passes at most from each state of the region on, or `undefined` where that has no bound; -1 outside. */
function mostFrom(graph: Graph, region: Uint8Array, counts: Uint8Array): Int32Array | undefined {
  const { states, start, to, by } = graph
  const most = new Int32Array(states).fill(NOT_REACHED)
  const componentOf = new Int32Array(states).fill(NOT_REACHED)
  let rounds = 0
  let number = 0
  new ComponentSearch(graph).visit(region, (members, first, end) => {
    let value = 0
    number++
    for (let i = first; i < end; i++) componentOf[members[i]!] = number
    for (let i = first; i < end; i++) {
      const state = members[i]!
      for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
        const successor = to[edge]!
        const counted = counts[by[edge]!]!
        // What a component leads to was visited before it, or is the goal.
        if (componentOf[successor] !== number)
          value = Math.max(value, counted + (region[successor] === 1 ? most[successor]! : 0))
        else rounds += counted
      }
    }
    for (let i = first; i < end; i++) most[members[i]!] = value
  })
  return rounds === 0 ? most : undefined
}

/** How a search came to its nodes: states before a start and, shifted by the number of states, after it. */
class Ways {
  readonly #states: number
  readonly #previous: Int32Array
  readonly #by: Int32Array
  readonly #known: Uint8Array

  constructor(states: number) {
    this.#states = states
    this.#previous = new Int32Array(2 * states)
    this.#by = new Int32Array(2 * states)
    this.#known = new Uint8Array(2 * states)
  }

  knows(node: number): boolean {
    return this.#known[node] === 1
  }

  /** `false` where the node is known already. */
  reach(node: number, previous: number, by: number): boolean {
    if (this.#known[node] === 1) return false
    this.#known[node] = 1
    this.#previous[node] = previous
    this.#by[node] = by
    return true
  }

  to(last: number): Way {
    const states: number[] = []
    const by: number[] = []
    for (let node = last; node !== NOT_REACHED; node = this.#previous[node]!) {
      const previous = this.#previous[node]!
      const mover = this.#by[node]!
      // Where it begins to count nobody moves: the two nodes are one state.
      if (previous !== NOT_REACHED && mover === NOBODY) continue
      states.push(node % this.#states)
      if (previous !== NOT_REACHED) by.push(mover)
    }
    return { states: states.reverse(), by: by.reverse() }
  }
}

/** The shortest ways on which `value` passes: to the goal, and to where no more can pass. */
function waysOf(graph: Graph, question: Question, most: Int32Array, value: number): { goal?: Way; end?: Way } {
  const { states, start, to, by } = graph
  const { initialStates, from, goal, counts } = question
  const ways = new Ways(states)
  const queue: number[] = []
  const reach = (node: number, previous: number, mover: number): void => {
    if (ways.reach(node, previous, mover)) queue.push(node)
  }
  const valueOf = (state: number): number => (most[state] === NOT_REACHED ? 0 : most[state]!)
  for (let state = 0; state < initialStates; state++) reach(state, NOT_REACHED, NOBODY)
  let end: number | undefined
  for (const node of queue) {
    const state = node % states
    const isAfter = node >= states
    if (isAfter && goal(state)) return { goal: ways.to(node) }
    if (isAfter && valueOf(state) === 0) end ??= node
    if (!isAfter && from(state) && (goal(state) ? 0 : valueOf(state)) === value) reach(states + state, node, NOBODY)
    for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
      const successor = to[edge]!
      if (!isAfter) reach(successor, node, by[edge]!)
      else if (valueOf(state) === counts[by[edge]!]! + (goal(successor) ? 0 : valueOf(successor)))
        reach(states + successor, node, by[edge]!)
    }
  }
  return end === undefined ? {} : { end: ways.to(end) }
}

/** What passes at most from a start on until the goal, or without it. */
export function longest(graph: Graph, question: Question): Longest {
  const { from, goal, counts } = question
  const stems = new Stems(graph, question)
  const starts: number[] = []
  for (let state = 0; state < graph.states; state++) if (from(state) && stems.isReached(state)) starts.push(state)
  if (starts.length === 0) return { is: 'never' }
  const most = mostFrom(graph, stems.under, counts)
  if (most === undefined) {
    return { is: 'unbounded', lasso: findLasso(graph, question, [mustMove(counts, graph.states)])! }
  }
  let value = 0
  for (const state of starts) if (!goal(state)) value = Math.max(value, most[state]!)
  const ways = waysOf(graph, question, most, value)
  return { is: 'bounded', value, way: ways.goal ?? ways.end!, comes: ways.goal !== undefined }
}

/** A node that was met, and how; entries are taken in the order of what has passed, then of steps. */
interface Met {
  readonly node: number
  readonly previous: number
  readonly by: number
  readonly steps: number
}

/** What must pass at least from a start to the goal. */
export function shortest(graph: Graph, { initialStates, from, goal, counts }: Question): Shortest {
  const { states, start, to, by } = graph
  const ways = new Ways(states)
  /** Met where so much has passed: first those that a counted step led to, then those that others led to. */
  let first: Met[] = []
  let then: Met[] = []
  let later: Met[] = []
  const expand = (node: number, steps: number): void => {
    const state = node % states
    for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
      const successor = node - state + to[edge]!
      if (ways.knows(successor)) continue
      const met = { node: successor, previous: node, by: by[edge]!, steps: steps + 1 }
      if (node >= states && counts[by[edge]!] === 1) later.push(met)
      else then.push(met)
    }
  }
  for (let state = 0; state < initialStates; state++)
    first.push({ node: state, previous: NOT_REACHED, by: NOBODY, steps: 0 })
  for (let value = 0; first.length > 0; value++) {
    for (const { node, previous, by: mover, steps } of inOrder(first, then)) {
      if (!ways.reach(node, previous, mover)) continue
      if (node < states && from(node) && ways.reach(states + node, node, NOBODY)) {
        if (goal(node)) return { is: 'bounded', value, way: ways.to(states + node) }
        expand(states + node, steps)
      }
      if (node >= states && goal(node - states)) return { is: 'bounded', value, way: ways.to(node) }
      expand(node, steps)
    }
    first = later
    then = []
    later = []
  }
  return { is: 'never' }
}

/** Both lists, each of which is in the order of steps, as one; `then` may grow meanwhile. */
function* inOrder(first: readonly Met[], then: readonly Met[]): Generator<Met> {
  let i = 0
  let j = 0
  while (i < first.length || j < then.length)
    yield j >= then.length || (i < first.length && first[i]!.steps <= then[j]!.steps) ? first[i++]! : then[j++]!
}
