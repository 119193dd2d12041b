/** Which labels a process goes to from each of its labels, as seen in a whole state space. */
import type { StateSpace } from '../engine/engine.ts'
import { DONE } from '../language/program.ts'

/** Family → pairs of labels, `from\nto`; a label to itself where a step stays. */
export type Moves = ReadonlyMap<string, ReadonlySet<string>>

export const move = (from: string, to: string): string => `${from}\n${to}`

/** Every state must have been expanded. */
export function movesIn(space: StateSpace): Moves {
  const moves = new Map<string, Set<string>>()
  const { processes } = space.layout
  for (const { family } of processes) moves.set(family, new Set())
  space.transitions(0, space.statistics().states, (from, to, by) => {
    const label = space.labelAt(by, from) ?? DONE
    moves.get(processes[by]?.family ?? '')?.add(move(label, space.labelAt(by, to) ?? DONE))
  })
  return moves
}
