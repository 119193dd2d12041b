/**
 * Non-progress cycles: loops of a fair behaviour in which a member of a family takes steps, and none that is progress.
 *
 * They are the fair loops of the graph without the member's progress steps, under one more condition: that it moves. The
 * way to them may take any step, and fairness asks of the loop what it always asks: a progress step that the member could
 * have taken counts as enabled.
 */
import type { Machine } from '../engine/machine.ts'
import type { Process } from '../engine/process.ts'
import { ConfigError, known } from '../language/protocol.ts'
import type { Property } from '../language/property.ts'
import { ComponentSearch, mustMove, type Condition, type Graph } from './components.ts'
import { explainOthers, fieldsRead, moversOf } from './explain.ts'
import type { FairGraph } from './fairness.ts'
import { lassoAfter, lengthOf, type Lasso } from './lasso.ts'
import { Stems } from './stems.ts'

export interface Spin {
  /** Who takes steps without progress. */
  readonly process: Process
  readonly lasso: Lasso
}

/** Is a step from this label one of those? A label with a call covers the whole call. */
export const isAmong = (labels: readonly string[], label: string | undefined): boolean =>
  label !== undefined && labels.some((each) => label === each || label.startsWith(`${each}/`))

/** The members that the property asks. None where the family has no program in this variant. */
export function askedBy({ space }: FairGraph, { name, progress }: Property): readonly Process[] {
  const { layout } = space
  const { family = '', labels = [] } = progress ?? {}
  known(`family that ${name} asks`, family, [...layout.families.keys()])
  const others = layout.processes.filter((process) => process.family !== family)
  const asked = layout.processes.filter((process) => process.family === family)
  const own = new Set(asked.flatMap(({ program }) => program.labels.map((label) => label.name)))
  // A label that nobody has belongs to another variant; to leave it out only makes the property stricter.
  for (const label of labels)
    if (![...own].some((each) => isAmong([label], each)))
      for (const { program, family: another } of others)
        if (program.labels.some((each) => isAmong([label], each.name)))
          throw new ConfigError(
            `${name} names the label '${label}', which is one of '${another}'; those of '${family}' are: ${[...own].join(', ')}.`,
          )
  return asked
}

/** The graph without the transitions of a process from some of its states. */
function without({ states, start, to, by }: Graph, process: number, from: (state: number) => boolean): Graph {
  const kept = { start: new Int32Array(states + 1), to: new Int32Array(to.length), by: new Uint16Array(by.length) }
  let count = 0
  for (let state = 0; state < states; state++) {
    kept.start[state] = count
    const leaves = from(state)
    for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
      if (leaves && by[edge] === process) continue
      kept.to[count] = to[edge]!
      kept.by[count++] = by[edge]!
    }
  }
  kept.start[states] = count
  return { states, ...kept }
}

/** Ways to every state: a loop without progress may be anywhere. */
export const stemsToAll = (graph: Graph, initialStates: number): Stems =>
  new Stems(graph, { initialStates, from: undefined, goal: () => false })

/** The shortest fair behaviour that ends in a loop with steps of a process, none of them from a state of progress. */
export function spinOf(
  graph: Graph,
  stems: Stems,
  moves: Condition,
  isProgress: (state: number) => boolean,
  fairness: readonly Condition[],
): Lasso | undefined {
  const inLoop = without(graph, moves.takers.indexOf(1), isProgress)
  return lassoAfter(stems, inLoop, [...fairness, moves])
}

/** The shortest loop without progress of any member, if there is one; of equals that of the first member. */
export function findSpin(fair: FairGraph, property: Property): Spin | undefined {
  const { space, graph, conditions } = fair
  const labels = property.progress?.labels ?? []
  const stems = stemsToAll(graph, space.statistics().initialStates)
  let best: Spin | undefined
  for (const process of askedBy(fair, property)) {
    const isProgress = (state: number): boolean => isAmong(labels, space.labelAt(process.id, state))
    const takers = fair.takers(({ id }) => id === process.id)
    const lasso = spinOf(graph, stems, mustMove(takers, graph.states), isProgress, conditions)
    if (lasso !== undefined && (best === undefined || lengthOf(lasso) < lengthOf(best.lasso))) best = { process, lasso }
  }
  return best
}

/** Why nobody could have spun, if so. */
export function vacuousProgress(fair: FairGraph, property: Property): string | undefined {
  const asked = new Set(askedBy(fair, property).map(({ id }) => id))
  if (asked.size === 0) return 'nobody runs a program there'
  const { states, start, to, by } = fair.graph
  const componentOf = new Int32Array(states)
  const all = new Uint8Array(states).fill(1)
  let number = 0
  new ComponentSearch(fair.graph).visit(all, (members, first, end) => {
    for (let i = first; i < end; i++) componentOf[members[i]!] = number
    number++
  })
  for (let state = 0; state < states; state++)
    for (let edge = start[state]!; edge < start[state + 1]!; edge++)
      if (asked.has(by[edge]!) && componentOf[to[edge]!] === componentOf[state]) return undefined
  return 'no loop has a step of any of them'
}

/** So many states behind a loop are looked at, to see whether a field could change there at all. */
const LOOK_AHEAD = 5000

/** The states that can be reached from one; `undefined` where they are too many. */
function statesAfter({ start, to }: Graph, first: number): ReadonlySet<number> | undefined {
  const found = new Set([first])
  for (const state of found) {
    for (let edge = start[state]!; edge < start[state + 1]!; edge++) found.add(to[edge]!)
    if (found.size > LOOK_AHEAD) return undefined
  }
  return found
}

/** What the steps of the process look at around the loop, its own fields apart, and whether that changes. */
function awaited(fair: FairGraph, { process, lasso }: Spin, machine: Machine): string {
  const { space } = fair
  const around = [lasso.stem.at(-1)!, ...lasso.loop.map(({ to }) => to)]
  const read = new Set<string>()
  lasso.loop.forEach(({ by }, i) => {
    if (by === process.id) for (const field of fieldsRead(fair, machine, by, around[i]!)) read.add(field)
  })
  const slotOf = new Map(space.layout.slots.map((slot) => [slot.name, slot.id]))
  const placeOf = (field: string) => machine.plain.places[slotOf.get(field) ?? -1]
  const isSame = (field: string, states: Iterable<number>): boolean => {
    const place = placeOf(field)
    const value = place?.get(space.state(around[0]!))
    for (const state of states) if (place?.get(space.state(state)) !== value) return false
    return true
  }
  const after = statesAfter(fair.graph, around[0]!)
  const fields = [...read].filter((field) => !field.startsWith(`${process.name}.`))
  if (after !== undefined && fields.every((field) => isSame(field, after)))
    return ', and nothing that it looks at can change any more'
  const missed = fields.filter((field) => isSame(field, around) && (after === undefined || !isSame(field, after)))
  if (missed.length === 0) return ''
  return ` while ${missed.join(', ')} ${missed.length === 1 ? 'stays as it is' : 'stay as they are'}`
}

/** Who spins, where, on what, and whose fairness would end it: one sentence for each. */
export function explainSpin(fair: FairGraph, spin: Spin, machine: Machine): string {
  const { process, lasso } = spin
  const { space, fairness } = fair
  const entry = lasso.stem.at(-1)!
  const from = [entry, ...lasso.loop.map(({ to }) => to)]
  const labels = lasso.loop.flatMap(({ by }, i) =>
    by === process.id ? [space.labelAt(process.id, from[i]!) ?? ''] : [],
  )
  const others = moversOf(fair, lasso).filter((name) => name !== process.name)
  const declared = [
    ...(fairness.weak ?? []).map((name) => `weak fairness of ${name}`),
    ...(fairness.strong ?? []).map((name) => `strong fairness of ${name}`),
  ]
  return [
    `${process.name} goes round ${[...new Set(labels)].join(', ')} for ever${awaited(fair, spin, machine)}`,
    others.length === 0
      ? 'nobody else moves'
      : `${others.join(', ')} ${others.length === 1 ? 'moves' : 'move'} as well`,
    declared.length === 0 ? 'no fairness is declared' : `that keeps ${declared.join(', ')}`,
    ...explainOthers(fair, lasso, machine),
  ].join('; ')
}
