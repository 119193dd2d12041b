/**
 * Where it ends after a state from which something can never be reached again: in a set of states that all lead to each other
 * and nowhere else (a bottom component), here the nearest one. How it gets there, who still goes round in it and how, and who
 * stands where for ever.
 */
import type { Machine, Taken } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import { DONE } from '../language/program.ts'
import type { Order } from './schedule.ts'

export interface Trap {
  /** The fewest steps to a state of the set. */
  readonly into: Order
  /** From there a way round, back to the same state, on which everybody moves who ever moves there; no steps where nobody does. */
  readonly round: Order
  /** Who goes round there, and from which labels. */
  readonly movers: readonly { readonly process: string; readonly labels: readonly string[] }[]
  /** Who stands there and never moves again, and at which label. */
  readonly idle: readonly { readonly process: string; readonly label: string }[]
}

interface Node {
  readonly state: PlainState
  readonly moves: readonly (Taken & { readonly to: string })[]
}
/** States by what they are, each after one that leads to it with fewer steps. */
type Region = ReadonlyMap<string, Node>

const keyOf = (state: PlainState): string => JSON.stringify(state)

/** All that can be reached from a state; `undefined` where that is more than `most` states. */
function regionFrom(machine: Machine, from: PlainState, most: number): Region | undefined {
  const found = new Map<string, Node>()
  const states = new Map([[keyOf(from), from]])
  for (const [key, state] of states) {
    if (states.size > most) return undefined
    const moves = machine.outcomes(state).map((taken) => ({ ...taken, to: keyOf(taken.next) }))
    found.set(key, { state, moves })
    for (const { to, next } of moves) if (!states.has(to)) states.set(to, next)
  }
  return found
}

/** The states that can be reached from one of them. */
function closure(region: Region, from: string): Set<string> {
  const found = new Set([from])
  for (const key of found) for (const { to } of region.get(key)?.moves ?? []) found.add(to)
  return found
}

/** Those of the states from which one of them can be reached. */
function leadingTo(region: Region, target: string, among: ReadonlySet<string>): Set<string> {
  const sources = new Map<string, string[]>()
  for (const key of among)
    for (const { to } of region.get(key)?.moves ?? []) {
      const known = sources.get(to)
      if (known === undefined) sources.set(to, [key])
      else known.push(key)
    }
  const found = new Set([target])
  for (const key of found) for (const source of sources.get(key) ?? []) found.add(source)
  return found
}

/** A bottom component that can be reached from a state. */
function bottomFrom(region: Region, from: string): ReadonlySet<string> {
  const states = closure(region, from)
  const back = leadingTo(region, from, states)
  for (const key of states) if (!back.has(key)) return bottomFrom(region, key)
  return states
}

/** The bottom component that is the nearest to the first state, and its first state. */
function nearestBottom(region: Region): { readonly entry: string; readonly states: ReadonlySet<string> } {
  const all = new Set(region.keys())
  const found = new Map<string, ReadonlySet<string>>()
  const led = new Set<string>()
  for (const key of all) {
    if (led.has(key)) continue
    const states = bottomFrom(region, key)
    const [first = key] = states
    for (const each of states) found.set(each, states)
    for (const each of leadingTo(region, first, all)) led.add(each)
  }
  for (const entry of all) {
    const states = found.get(entry)
    if (states !== undefined) return { entry, states }
  }
  throw new Error('A finite set of states with no bottom component.')
}

/** The shortest way to the first move that is wanted, and that move. */
function wayTo(region: Region, from: string, isWanted: (key: string, taken: Node['moves'][number]) => boolean): Order {
  const start = region.get(from)!
  const known = new Set([from])
  const ways = [{ key: from, order: { steps: [], states: [start.state] } as Order }]
  for (const { key, order } of ways) {
    const { moves } = region.get(key)!
    for (const taken of moves) {
      const next = { steps: [...order.steps, taken.step], states: [...order.states, taken.next] }
      if (isWanted(key, taken)) return next
      if (known.has(taken.to)) continue
      known.add(taken.to)
      ways.push({ key: taken.to, order: next })
    }
  }
  return { steps: [], states: [start.state] }
}

const joined = (first: Order, second: Order): Order => ({
  steps: [...first.steps, ...second.steps],
  states: [...first.states, ...second.states.slice(1)],
})

const endOf = ({ states }: Order): string => keyOf(states.at(-1)!)

/** Everybody who moves in the bottom component moves once, and back. */
function roundFrom(region: Region, entry: string, movers: readonly string[]): Order {
  let round: Order = { steps: [], states: [region.get(entry)!.state] }
  for (const mover of movers) {
    if (round.steps.some(({ process }) => process === mover)) continue
    round = joined(
      round,
      wayTo(region, endOf(round), (_, { step }) => step.process === mover),
    )
  }
  return endOf(round) === entry
    ? round
    : joined(
        round,
        wayTo(region, endOf(round), (_, { to }) => to === entry),
      )
}

/** What is left in the end; `undefined` where that is too far away. */
export function trapAfter(machine: Machine, state: PlainState, most: number): Trap | undefined {
  const region = regionFrom(machine, state, most)
  if (region === undefined) return undefined
  const { entry, states } = nearestBottom(region)
  const made = [...states].flatMap((key) => region.get(key)?.moves ?? []).map(({ step }) => step)
  const labelsOf = Map.groupBy(made, ({ process }) => process)
  const movers = machine.layout.processes.flatMap(({ name, program }) => {
    const own = new Set(labelsOf.get(name)?.map(({ label }) => label))
    const labels = [...new Set(program.labels.map((label) => label.name))].filter((label) => own.has(label))
    return labels.length === 0 ? [] : [{ process: name, labels }]
  })
  const last = region.get(entry)!.state
  const idle = machine.layout.processes.flatMap(({ name, pc, program }) => {
    const label = program.labels[machine.plain.places[pc]?.get(last) ?? program.done]?.name ?? DONE
    return labelsOf.has(name) || label === DONE ? [] : [{ process: name, label }]
  })
  const first = keyOf(state)
  const into = entry === first ? { steps: [], states: [state] } : wayTo(region, first, (_, { to }) => to === entry)
  return {
    into,
    round: roundFrom(
      region,
      entry,
      movers.map(({ process }) => process),
    ),
    movers,
    idle,
  }
}
