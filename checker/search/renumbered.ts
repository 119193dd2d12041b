/**
 * A state space whose states are numbered anew, breadth first from the least initial state, along the transitions in the
 * order of the processes and of their choices. What is found in it does not depend on who found which state first.
 */
import type { Edges, StateSpace } from '../engine/engine.ts'
import type { Machine } from '../engine/machine.ts'
import { startsByName } from '../trace/schedule.ts'

/** What liveness asks of a state space. */
export type LiveSpace = Pick<StateSpace, 'layout' | 'statistics' | 'labelAt' | 'mark' | 'state' | 'edges'>

/** The initial states by their least picks. */
function initialStates(space: StateSpace, machine: Machine): number[] {
  const ids = new Map<string, number>()
  for (let id = 0; id < space.statistics().initialStates; id++) ids.set(JSON.stringify(space.state(id)), id)
  const found = startsByName(machine).flatMap(({ state }) => ids.get(JSON.stringify(state)) ?? [])
  return [...new Set(found)]
}

/** The old numbers in the new order. */
function breadthFirst({ start, to }: Edges, initial: readonly number[], states: number): Int32Array {
  const order = new Int32Array(states)
  const met = new Uint8Array(states)
  let count = 0
  const meet = (state: number): void => {
    if (met[state] === 1) return
    met[state] = 1
    order[count++] = state
  }
  initial.forEach(meet)
  for (let head = 0; head < count; head++) {
    const state = order[head]!
    for (let edge = start[state]!; edge < start[state + 1]!; edge++) meet(to[edge]!)
  }
  return order
}

/** All states must have been expanded. */
export function renumbered(space: StateSpace, machine: Machine): LiveSpace {
  const { states } = space.statistics()
  const edges = space.edges()
  const order = breadthFirst(edges, initialStates(space, machine), states)
  const original = (state: number): number => order[state]!
  return {
    layout: space.layout,
    statistics: () => space.statistics(),
    labelAt: (process, state) => space.labelAt(process, original(state)),
    mark: (observer, state) => space.mark(observer, original(state)),
    state: (id) => space.state(original(id)),
    edges: () => (order.every((old, state) => old === state) ? edges : inOrder(edges, order)),
  }
}

function inOrder({ start, to, by }: Edges, order: Int32Array): Edges {
  const states = order.length
  const transitions = start[states]!
  const numbers = new Int32Array(states)
  order.forEach((old, state) => (numbers[old] = state))
  const made = { start: new Int32Array(states + 1), to: new Int32Array(transitions), by: new Uint16Array(transitions) }
  let e = 0
  order.forEach((old, state) => {
    for (let edge = start[old]!; edge < start[old + 1]!; edge++) {
      made.to[e] = numbers[to[edge]!]!
      made.by[e++] = by[edge]!
    }
    made.start[state + 1] = e
  })
  return made
}
