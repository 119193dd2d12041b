/**
 * The states of a counterexample as far as they are known: with all history, though the search that found it may have kept
 * only some. What is not kept stays as it was at the start, and must not be shown as if it were so.
 */
import { Machine } from '../engine/machine.ts'
import { closes, type LassoOf } from '../trace/lasso.ts'
import { replay, ReplayError, type Trace } from '../trace/schedule.ts'

/** A trace, and the machine that keeps what it has. */
export interface Replayed {
  readonly machine: Machine
  readonly trace: Trace
}

/** The same steps with all history; `undefined` where a field of it cannot hold what is noted on the way. */
export function withAllHistory({ layout }: Machine, { schedule }: Trace): Replayed | undefined {
  const machine = new Machine(layout)
  try {
    return { machine, trace: replay(machine, schedule) }
  } catch (error) {
    if (error instanceof ReplayError) return undefined
    throw error
  }
}

export interface Whole {
  readonly trace: Trace
  /** The history fields that are as the behaviour makes them. */
  readonly history: ReadonlySet<string>
}

/** With all history, unless a field of it cannot hold what is noted on the way, or grows from round to round. */
export function wholeOf(
  machine: Machine,
  trace: Trace,
  file: LassoOf & { readonly history?: readonly string[] },
): Whole {
  const fields = Object.keys(machine.layout.history.fields)
  const kept = withAllHistory(machine, trace)?.trace
  if (kept !== undefined && (file.loop === undefined || closes(file, kept)))
    return { trace: kept, history: new Set(fields) }
  return { trace, history: new Set(file.history ?? fields) }
}
