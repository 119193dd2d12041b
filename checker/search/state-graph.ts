/** The reachable states of a small instance as a graph, with the step on each edge, by the reference engine. */
import type { Machine } from '../engine/machine.ts'
import { Fault } from '../engine/fault.ts'
import { doneObserver } from '../engine/observer.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Step } from '../engine/step.ts'

/** A state: where the protocol may end, where nothing is enabled although it may not, or where a step goes wrong. */
export interface GraphState {
  readonly state: PlainState
  readonly isInitial: boolean
  readonly is: 'passing' | 'end' | 'deadlock' | 'fault'
}
export interface GraphEdge {
  readonly from: number
  readonly to: number
  readonly step: Step
}
export interface StateGraph {
  /** In breadth-first order. */
  readonly states: readonly GraphState[]
  readonly edges: readonly GraphEdge[]
}

function mayEnd(machine: Machine, state: PlainState): boolean {
  try {
    return machine.observe(doneObserver(machine.layout), state) === 1
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** `undefined` where there are more than `limit` states. */
export function stateGraph(machine: Machine, limit: number): StateGraph | undefined {
  const ids = new Map<string, number>()
  const found: PlainState[] = []
  const idOf = (state: PlainState): number => {
    const key = JSON.stringify(state)
    const known = ids.get(key)
    if (known !== undefined) return known
    ids.set(key, found.length)
    return found.push(state) - 1
  }
  for (const { state, fault } of machine.starts()) if (fault === undefined) idOf(state)
  const initial = found.length
  const states: GraphState[] = []
  const edges: GraphEdge[] = []
  for (const [from, state] of found.entries()) {
    if (found.length > limit) return undefined
    let faults = 0
    const outcomes = machine.outcomes(state, () => faults++)
    for (const { step, next } of outcomes) edges.push({ from, to: idOf(next), step })
    const is = faults > 0 ? 'fault' : outcomes.length > 0 ? 'passing' : mayEnd(machine, state) ? 'end' : 'deadlock'
    states.push({ state, isInitial: from < initial, is })
  }
  return { states, edges }
}
