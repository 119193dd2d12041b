/** Backward reachability on the stored graph, for AG EF: from where can a goal still be reached? */
import type { Edges } from '../engine/engine.ts'

/** Marks with 1 every state from which a state of `goal` can be reached. */
export function canReach(edges: Edges, states: number, goal: (state: number) => boolean): Uint8Array {
  const { start, to } = edges
  // Predecessors by counting sort: those of state t are from[first[t]] … from[first[t + 1] - 1].
  const first = new Int32Array(states + 1)
  const transitions = start[states]!
  for (let e = 0; e < transitions; e++) first[to[e]! + 1]!++
  for (let t = 0; t < states; t++) first[t + 1]! += first[t]!
  const from = new Int32Array(transitions)
  const next = first.slice(0, states)
  for (let s = 0; s < states; s++) for (let e = start[s]!; e < start[s + 1]!; e++) from[next[to[e]!]!++] = s

  const reaches = new Uint8Array(states)
  const queue = new Int32Array(states)
  let tail = 0
  for (let s = 0; s < states; s++)
    if (goal(s)) {
      reaches[s] = 1
      queue[tail++] = s
    }
  for (let head = 0; head < tail; head++) {
    const t = queue[head]!
    for (let e = first[t]!; e < first[t + 1]!; e++) {
      const s = from[e]!
      if (reaches[s] === 1) continue
      reaches[s] = 1
      queue[tail++] = s
    }
  }
  return reaches
}
