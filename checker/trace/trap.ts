/**
 * Where it ends after a state from which something can never be reached again: a set of states that all lead to each other and
 * nowhere else (a bottom component), the first that is found. Who still moves there, and who stands where for ever.
 */
import type { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import { DONE } from '../language/program.ts'

export interface Trap {
  /** Who goes round there, and from which labels. */
  readonly movers: readonly { readonly process: string; readonly labels: readonly string[] }[]
  /** Who stands there and never moves again, and at which label. */
  readonly idle: readonly { readonly process: string; readonly label: string }[]
}

interface Move {
  readonly process: string
  readonly label: string
  readonly to: string
}

/** All that can be reached from a state, with the moves between; `undefined` where that is more than `most` states. */
function reachable(machine: Machine, from: PlainState, most: number): Map<string, readonly Move[]> | undefined {
  const found = new Map<string, readonly Move[]>()
  const pending = [from]
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    const key = JSON.stringify(state)
    if (found.has(key)) continue
    if (found.size === most) return undefined
    const taken = machine.outcomes(state)
    found.set(
      key,
      taken.map(({ step, next }) => ({ process: step.process, label: step.label, to: JSON.stringify(next) })),
    )
    pending.push(...taken.map(({ next }) => next))
  }
  return found
}

/** The states that can be reached from one of them. */
function closure(moves: ReadonlyMap<string, readonly Move[]>, from: string): Set<string> {
  const found = new Set([from])
  for (const key of found) for (const { to } of moves.get(key) ?? []) found.add(to)
  return found
}

/** A component that nothing leads out of: of the states that can be reached go on to one from which fewer can. */
function bottom(moves: ReadonlyMap<string, readonly Move[]>, from: string): Set<string> {
  let component = closure(moves, from)
  for (const key of component) {
    const own = closure(moves, key)
    if (own.size < component.size) return bottom(moves, key)
    component = own
  }
  return component
}

/** What is left in the end; `undefined` where that is too far away. */
export function trapAfter(machine: Machine, state: PlainState, most: number): Trap | undefined {
  const moves = reachable(machine, state, most)
  if (moves === undefined) return undefined
  const states = bottom(moves, JSON.stringify(state))
  const made = [...states].flatMap((key) => moves.get(key) ?? [])
  const labelsOf = Map.groupBy(made, ({ process }) => process)
  const movers = machine.layout.processes.flatMap(({ name, program }) => {
    const own = new Set(labelsOf.get(name)?.map(({ label }) => label))
    const labels = [...new Set(program.labels.map((label) => label.name))].filter((label) => own.has(label))
    return labels.length === 0 ? [] : [{ process: name, labels }]
  })
  const [first = ''] = states
  const last = JSON.parse(first) as PlainState
  const idle = machine.layout.processes.flatMap(({ name, pc, program }) => {
    const label = program.labels[machine.plain.places[pc]?.get(last) ?? program.done]?.name ?? DONE
    return labelsOf.has(name) || label === DONE ? [] : [{ process: name, label }]
  })
  return { movers, idle }
}
