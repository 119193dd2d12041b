/** Follows a trace of the reference engine through the state space of another one. */
import type { StateSpace } from '../engine/engine.ts'
import type { PlainState } from '../engine/plain.ts'
import { formatStep, type Trace } from '../trace/schedule.ts'

/** The number of the state at the end of the trace and of the one before, or why it cannot be followed to its end. */
export type Followed =
  | { readonly state: number; readonly before: number; readonly because?: undefined }
  | { readonly because: string; readonly state?: undefined }

const same = (a: PlainState, b: PlainState): boolean => JSON.stringify(a) === JSON.stringify(b)

function successor(space: StateSpace, from: number, process: number, wanted: PlainState): number | undefined {
  const targets: number[] = []
  space.transitions(from, from + 1, (_, to, by) => {
    if (by === process) targets.push(to)
  })
  return targets.find((to) => same(space.state(to), wanted))
}

/** Every state along the trace but the last must have been expanded, and both sides keep the same history. */
export function follow(space: StateSpace, { schedule, states }: Trace): Followed {
  const [first = {}, ...rest] = states
  const starts = Array.from({ length: space.statistics().initialStates }, (_, id) => id)
  let at = starts.find((id) => same(space.state(id), first))
  if (at === undefined) return { because: 'it has no such initial state' }
  let before = at
  for (const [i, step] of schedule.steps.entries()) {
    const process = space.layout.processes.findIndex(({ name }) => name === step.process)
    const label = space.labelAt(process, at)
    if (label !== step.label)
      return { because: `at step ${i + 1} ${step.process} stands at ${label ?? 'done'}, not at ${step.label}` }
    const next = successor(space, at, process, rest[i] ?? {})
    if (next === undefined) return { because: `its step ${i + 1}, ${formatStep(step)}, leads somewhere else` }
    before = at
    at = next
  }
  return { state: at, before }
}
