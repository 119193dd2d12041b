/** Lassos in words: who moves, who waits for what, and whose fairness would exclude it. */
import type { Machine } from '../engine/machine.ts'
import type { FairGraph } from './fairness.ts'
import type { Lasso } from './lasso.ts'

/** The states of the loop, or the one where the behaviour stops. */
const statesAround = ({ stem, loop }: Lasso): readonly number[] =>
  loop.length === 0 ? stem.slice(-1) : loop.map((step) => step.to)

/** The names of the fields that the steps of a process look at in a state, where it stands aside. */
export function fieldsRead({ space }: FairGraph, machine: Machine, id: number, state: number): string[] {
  const { layout } = space
  const process = layout.processes[id]!
  machine.outcomesOf(
    space.state(state),
    process,
    () => undefined,
    () => undefined,
  )
  const slots = machine.reads.filter((_, i) => i % 2 === 0).filter((slot) => slot !== process.pc)
  return [...new Set(slots.map((slot) => layout.slots[slot]!.name))]
}

/** Of each process that does not move: what it waits for, or whose fairness would not have it left out. */
export function explainOthers(fair: FairGraph, lasso: Lasso, machine: Machine): string[] {
  const { space, conditions, enabled } = fair
  const entry = lasso.stem.at(-1)!
  const around = statesAround(lasso)
  const movers = new Set(lasso.loop.map((step) => step.by))
  const declared = new Set(conditions.map((condition) => condition.process))
  return space.layout.processes.flatMap(({ id, name }) => {
    const label = space.labelAt(id, entry)
    if (movers.has(id) || label === undefined) return []
    const enabledAt = around.filter((state) => enabled[id]![state] === 1).length
    if (enabledAt === 0) {
      const fields = fieldsRead(fair, machine, id, entry)
      return [`${name} waits at ${label}${fields.length === 0 ? '' : ` for ${fields.join(', ')}`}`]
    }
    if (declared.has(id)) return []
    return [`${enabledAt === around.length ? 'weak' : 'strong'} fairness of ${name} would exclude this`]
  })
}

export const moversOf = ({ space }: FairGraph, { loop }: Lasso): string[] =>
  [...new Set(loop.map((step) => step.by))].map((id) => space.layout.processes[id]!.name)

/** Who waits for what around the loop, and whose fairness would exclude it: one sentence for each. */
export function explain(fair: FairGraph, lasso: Lasso, machine: Machine): string {
  const first =
    lasso.loop.length === 0
      ? 'everything that is fair is disabled, so the behaviour may stop there'
      : `${moversOf(fair, lasso).join(', ')} may go round for ever`
  return [first, ...explainOthers(fair, lasso, machine)].join('; ')
}
