/**
 * The turning point of a counterexample: the last of its states from which it could still have been avoided.
 *
 * A behaviour avoids a violation if it never violates and ends where the protocol may end, or goes on for ever and is
 * weakly fair to every process of the protocol; the environment and time are not obliged to anything. Where the claim is
 * that something can always be reached, it must stay where that can be. Of liveness it is only asked whether the goal can
 * still be reached from the end.
 *
 * What avoids the violation only by another one that the trace does not have is no way out, as long as there is one without;
 * nor is other input, so another pick at the same place, nor a step of somebody who takes no part in the trace. Before such a
 * lesser way out another order of steps is none either if all goes on as before after it: what does no harm there is only the
 * lesser one. Everything is decided by a search from the states of the trace on the reference engine, exactly, or not at all
 * where its budget is hit.
 */
import type { Machine, Taken } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Property } from '../language/property.ts'
import type { Step } from '../engine/step.ts'
import type { Trace } from '../trace/schedule.ts'
import { Escapes, isOtherInput, OutOfBudget, Possibilities, type Detour, type Rest } from './escapes.ts'
import { anyOf, hazardOf, type Hazard } from './hazard.ts'

export type { Detour, Rest } from './escapes.ts'

export type TurningPoint =
  /**
   * `step`, counted from 0, is the first one after which there is no way out. `rest` comes after the detour, and after the step
   * itself where that then does no harm.
   */
  | {
      readonly is: 'found'
      readonly step: number
      readonly detour: Detour
      readonly rest: Rest
      /** What it violates instead, of the other properties that were asked. */
      readonly instead: readonly string[]
      /** What a later way out takes, or might take: another pick, somebody who takes no part, another violation. */
      readonly later: 'input' | 'bystander' | 'trade' | undefined
    }
  /** Even at its end it is not too late: what is missing can still be reached in this way. */
  | { readonly is: 'open'; readonly detour: Detour }
  /** It cannot be avoided, whatever is done from the first state of the trace on. */
  | { readonly is: 'never' }
  | { readonly is: 'unknown'; readonly states: number }

interface Named {
  readonly name: string
  readonly hazard: Hazard
}

/** Is an invariant violated along some steps? */
const isViolatedAlong = (states: readonly PlainState[], { hazard }: Named): boolean =>
  states.some((state, i) => hazard.isBad(state, [], 0) || (i > 0 && hazard.isBadStep(states[i - 1]!, state)))

/** What is left out as long as there is another way. */
const rankOf = (movers: ReadonlySet<string>, taken: Step, instead: Step): 'input' | 'bystander' | undefined =>
  isOtherInput(taken, instead) ? 'input' : movers.has(instead.process) ? undefined : 'bystander'

/** A way out that is left out as long as there is another. */
interface Lesser {
  readonly step: number
  readonly instead: Taken
  readonly rank: 'input' | 'bystander'
}

/** The last step of the trace, `first` or a later one, before which there is a way out. */
function lastEscape(escapes: Escapes, { schedule: { steps }, states }: Trace, first = 0): TurningPoint {
  const last = steps.at(-1)?.process ?? ''
  const movers = new Set(steps.map(({ process }) => process))
  let lesser: Lesser | undefined
  // Before a lesser way out nothing does harm yet; another one must make a difference by itself.
  const isIdle = (i: number, state: PlainState, before: readonly Step[]): boolean =>
    lesser !== undefined && escapes.isAsBefore(state, before, steps.slice(i))
  const found = (i: number, instead: Taken): TurningPoint => {
    const [state, step] = [states[i]!, steps[i]!]
    const later = lesser?.step === i ? undefined : lesser?.rank
    const isLesser = (each: Step): boolean =>
      lesser !== undefined && instead !== lesser.instead && rankOf(movers, step, each) === lesser.rank
    const detour = escapes.detour(state, step, instead, last, isLesser, (...done) => isIdle(i, ...done))
    return { is: 'found', step: i, detour, rest: escapes.rest(detour, step), instead: [], later }
  }
  for (let i = steps.length - 1; i >= first; i--)
    for (const instead of escapes.alternatives(states[i]!, states[i + 1]!, last)) {
      const rank = rankOf(movers, steps[i]!, instead.step)
      if (rank !== undefined) lesser ??= { step: i, instead, rank }
      else if (!isIdle(i, instead.next, [instead.step])) return found(i, instead)
    }
  return lesser === undefined ? { is: 'never' } : found(lesser.step, lesser.instead)
}

/** Other invariants, which the trace does not violate before its last step. */
const beside = (
  machine: Machine,
  properties: readonly Property[],
  others: readonly string[],
  { states }: Trace,
): Named[] =>
  others
    .flatMap((name): Named[] => {
      const hazard = hazardOf(machine, name, properties)
      return hazard === undefined ? [] : [{ name, hazard }]
    })
    .filter((other) => !isViolatedAlong(states.slice(0, -1), other))

/**
 * Where a trace could last have been left; `undefined` where it violates nothing. A way out avoids the `others`, which are
 * invariants, as well, unless there is none that does, or it cannot be found. At most `budget` states are visited, once or twice.
 */
export function turningPointOf(
  machine: Machine,
  name: string,
  properties: readonly Property[],
  trace: Trace,
  budget: number,
  others: readonly string[] = [],
): TurningPoint | undefined {
  const hazard = hazardOf(machine, name, properties)
  if (hazard === undefined) return undefined
  const possibilities = new Possibilities(machine)
  if (hazard.isGoal !== undefined)
    return withinBudget(budget, () => {
      const way = new Escapes(machine, possibilities, hazard, budget).wayToSafety(trace.states.at(-1)!)
      // Before anything is owed, a goal is no way out.
      return way && { is: 'open', detour: { ...way, thenAsBefore: false } }
    })
  const without = (also: readonly Named[], first?: number): TurningPoint | undefined => {
    const all = anyOf(
      hazard,
      also.map((each) => each.hazard),
    )
    return withinBudget(budget, () => lastEscape(new Escapes(machine, possibilities, all, budget), trace, first))
  }
  const named = beside(
    machine,
    properties,
    others.filter((other) => other !== name),
    trace,
  )
  const clean = without(named)
  if (named.length === 0) return clean
  if (clean?.is === 'found')
    return without([], clean.step + 1)?.is === 'never' ? clean : { ...clean, later: clean.later ?? 'trade' }
  const found = without([])
  if (found?.is !== 'found') return found
  const { detour, rest } = found
  const states = [...detour.states, ...(rest.is === 'ends' ? rest.states : [])]
  return { ...found, instead: named.filter((other) => isViolatedAlong(states, other)).map((other) => other.name) }
}

function withinBudget(states: number, find: () => TurningPoint | undefined): TurningPoint | undefined {
  try {
    return find()
  } catch (error) {
    if (error instanceof OutOfBudget) return { is: 'unknown', states }
    throw error
  }
}
