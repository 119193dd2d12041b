/**
 * Where it ends after a state from which something can never be reached again: in a set of states that all lead to each other
 * and nowhere else (a bottom component), here the nearest one. How it gets there, and who still goes round in it and how.
 */
import type { Machine, Taken } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Order } from './schedule.ts'

export interface Trap {
  /** The fewest steps to a state of the set. */
  readonly into: Order
  /** From there a way round, back to the same state, on which everybody moves who ever moves there; no steps where nobody does. */
  readonly round: Order
  /** Who goes round there, and from which labels. */
  readonly movers: readonly { readonly process: string; readonly labels: readonly string[] }[]
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

/** From where one step leads to a state. */
type Sources = ReadonlyMap<string, readonly string[]>

function sourcesIn(region: Region): Sources {
  const sources = new Map<string, string[]>()
  for (const [key, { moves }] of region)
    for (const { to } of moves) {
      const known = sources.get(to)
      if (known === undefined) sources.set(to, [key])
      else known.push(key)
    }
  return sources
}

/** Those of the states from which one of them can be reached. */
function leadingTo(sources: Sources, target: string, among: ReadonlySet<string>): Set<string> {
  const found = new Set([target])
  for (const key of found) for (const source of sources.get(key) ?? []) if (among.has(source)) found.add(source)
  return found
}

/** A bottom component that can be reached from a state. */
function bottomFrom(region: Region, sources: Sources, from: string): ReadonlySet<string> {
  for (let at = from; ;) {
    const states = closure(region, at)
    const back = leadingTo(sources, at, states)
    // The farthest one from which nothing leads back is the nearest to an end.
    const next = [...states].findLast((key) => !back.has(key))
    if (next === undefined) return states
    at = next
  }
}

/** The bottom component that is the nearest to the first state, and its first state. */
function nearestBottom(region: Region): { readonly entry: string; readonly states: ReadonlySet<string> } {
  const sources = sourcesIn(region)
  const found = new Map<string, ReadonlySet<string>>()
  /** From where no bottom component that was found can be reached. */
  const undecided = new Set(region.keys())
  for (const key of [...region.keys()].reverse()) {
    if (!undecided.has(key)) continue
    const states = bottomFrom(region, sources, key)
    for (const each of states) found.set(each, states)
    const [first = key] = states
    for (const each of leadingTo(sources, first, undecided)) undecided.delete(each)
  }
  for (const entry of region.keys()) {
    const states = found.get(entry)
    if (states !== undefined) return { entry, states }
  }
  throw new Error('A finite set of states with no bottom component.')
}

/** The shortest way to the first move that is wanted, and that move. */
function wayTo(region: Region, from: string, isWanted: (taken: Node['moves'][number]) => boolean): Order {
  const start = region.get(from)!.state
  const by = new Map<string, { readonly before: string; readonly taken: Taken } | undefined>([[from, undefined]])
  for (const before of by.keys())
    for (const taken of region.get(before)!.moves) {
      if (isWanted(taken)) {
        const way: Taken[] = [taken]
        for (let at = by.get(before); at !== undefined; at = by.get(at.before)) way.unshift(at.taken)
        return { steps: way.map(({ step }) => step), states: [start, ...way.map(({ next }) => next)] }
      }
      if (!by.has(taken.to)) by.set(taken.to, { before, taken })
    }
  return { steps: [], states: [start] }
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
      wayTo(region, endOf(round), ({ step }) => step.process === mover),
    )
  }
  return endOf(round) === entry
    ? round
    : joined(
        round,
        wayTo(region, endOf(round), ({ to }) => to === entry),
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
  const first = keyOf(state)
  const into = entry === first ? { steps: [], states: [state] } : wayTo(region, first, ({ to }) => to === entry)
  return {
    into,
    round: roundFrom(
      region,
      entry,
      movers.map(({ process }) => process),
    ),
    movers,
  }
}
