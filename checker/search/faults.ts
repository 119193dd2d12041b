/** Which of several faults is shown, and the shortest schedule to it, both by level and name: not by who met what first. */
import { levelOf, type FaultSighting, type StateSpace } from '../engine/engine.ts'
import { Fault, type StepFault } from '../engine/fault.ts'
import type { Machine } from '../engine/machine.ts'
import { observerOf } from '../engine/observer.ts'
import { compareNames } from '../engine/step.ts'
import type { Property } from '../language/property.ts'
import type { Trace } from '../trace/schedule.ts'
import { ShortestTraces } from '../trace/shortest.ts'

/** The faults of a state space: those in initial states, then the nearest ones; of a level first those of steps, by process. */
export function faultsInOrder({
  faults,
  levels,
  layout,
}: Pick<StateSpace, 'faults' | 'levels' | 'layout'>): FaultSighting[] {
  const level = ({ state }: FaultSighting): number => (state < 0 ? -1 : levelOf(levels, state))
  const process = ({ fault }: FaultSighting): number => {
    const id = layout.processes.findIndex(({ name }) => name === fault.process)
    return id < 0 ? layout.processes.length : id
  }
  const names = ({ fault }: FaultSighting): string[] => [fault.label, fault.message]
  return [...faults].sort((a, b) => level(a) - level(b) || process(a) - process(b) || compareNames(names(a), names(b)))
}

/** The faults that the reference engine meets in a state, in the step or the property of the one that is looked for. */
function faultsIn(
  space: StateSpace,
  machine: Machine,
  properties: readonly Property[],
  wanted: StepFault,
  id: number,
): Pick<StepFault, 'message'>[] {
  const found: Pick<StepFault, 'message'>[] = []
  const process = space.layout.processes.find(({ name }) => name === wanted.process)
  if (process !== undefined) {
    // The other processes matter: while something urgent is enabled, time does not come to fail.
    if (space.labelAt(process.id, id) === wanted.label)
      machine.outcomes(space.state(id), (fault) => {
        if (fault.process === wanted.process) found.push(fault)
      })
    return found
  }
  const property = properties.find(({ name }) => name === wanted.label)
  if (property === undefined) return found
  const observer = observerOf(property)
  const state = space.state(id)
  for (const next of observer.pair ? machine.outcomes(state).map((taken) => taken.next) : [undefined])
    try {
      machine.observe(observer, state, next)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      found.push(error)
    }
  return found
}

/** The shortest schedule to a fault like this one; `undefined` where the reference engine does not meet it. */
export function traceToFault(
  space: StateSpace,
  machine: Machine,
  properties: readonly Property[],
  { fault, state }: FaultSighting,
): Trace | undefined {
  const { levels } = space
  const level = levelOf(levels, state)
  const { states, queued } = space.statistics()
  const end = Math.min(levels[level + 1] ?? Infinity, states - queued)
  const places: [number, number][] = []
  for (let id = levels[level]!; id < end; id++)
    if (faultsIn(space, machine, properties, fault, id).some(({ message }) => message === fault.message))
      places.push([id, -1])
  return places.length === 0 ? undefined : new ShortestTraces(space, machine, [{ places }]).trace(0)
}
