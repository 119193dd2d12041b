/** Confirms on the reference engine what a trace is said to show at its end. */
import { type Machine } from '../engine/machine.ts'
import { AS_CLAIMED, VIOLATED, doneObserver, observerOf } from '../engine/observer.ts'
import { Fault, type StepFault } from '../engine/fault.ts'
import type { PlainState } from '../engine/plain.ts'
import { NO_DEADLOCK, STAYS_IN_DOMAIN, isLiveness, isResponse, type Property } from '../language/property.ts'
import type { Shown } from './counterexample.ts'
import { isLasso, type LassoOf } from './lasso.ts'
import { isResponseAsShown } from './response.ts'
import { Refinement } from './refinement.ts'
import type { Trace } from './schedule.ts'

/** From the end of a trace at most so many states are visited, to see that a goal cannot be reached. */
export const TRAP_STATES = 100_000

export interface Confirmation {
  /** `unknown`: too many states lie behind the end of the trace. */
  readonly is: 'yes' | 'no' | 'unknown'
  /** What goes wrong at the end, where that is the claim. */
  readonly because?: string
}

const yesOrNo = (yes: boolean): Confirmation => ({ is: yes ? 'yes' : 'no' })

/** What a property says of the end; undefined where it goes wrong itself, as one that asks where no program stands. */
function observe(machine: Machine, property: Property, { states }: Trace): number | undefined {
  const observer = observerOf(property)
  const last = states.at(-1) ?? {}
  try {
    return observer.pair ? machine.observe(observer, states.at(-2) ?? last, last) : machine.observe(observer, last)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

const sameState = (a: PlainState, b: PlainState): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Does a step, the initial state or a property go wrong at the end? */
function faulty(machine: Machine, properties: readonly Property[], { states }: Trace): Confirmation {
  const last = states.at(-1) ?? {}
  const found: StepFault[] = []
  const successors = machine.outcomes(last, (fault) => found.push(fault)).map(({ next }) => next)
  for (const { fault, state } of machine.starts()) if (fault !== undefined && sameState(state, last)) found.push(fault)
  const [first] = found
  if (first !== undefined) return { is: 'yes', because: `${first.process} ${first.label}: ${first.message}` }
  const because = properties
    .map((property) => faultOf(machine, property, last, successors))
    .find((each) => each !== undefined)
  return because === undefined ? { is: 'no' } : { is: 'yes', because }
}

function faultOf(
  machine: Machine,
  property: Property,
  last: PlainState,
  successors: readonly PlainState[],
): string | undefined {
  const observer = observerOf(property)
  try {
    if (observer.pair) for (const next of successors) machine.observe(observer, last, next)
    else machine.observe(observer, last)
    return undefined
  } catch (error) {
    if (error instanceof Fault) return `property ${property.name}: ${error.message}`
    throw error
  }
}

function isDeadlock(machine: Machine, { states }: Trace): boolean {
  const last = states.at(-1) ?? {}
  const found: StepFault[] = []
  const taken = machine.outcomes(last, (fault) => found.push(fault))
  return taken.length + found.length === 0 && machine.observe(doneObserver(machine.layout), last) === 0
}

/** Is the goal out of reach from the end of the trace on? */
function isTrap(machine: Machine, goal: Property, { states }: Trace): Confirmation {
  const observer = observerOf(goal)
  const queue = states.slice(-1)
  const known = new Set(queue.map((state) => JSON.stringify(state)))
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    if (machine.observe(observer, state) === AS_CLAIMED) return { is: 'no' }
    for (const { next } of machine.outcomes(state)) {
      const key = JSON.stringify(next)
      if (known.has(key)) continue
      if (known.size === TRAP_STATES) return { is: 'unknown' }
      known.add(key)
      queue.push(next)
    }
  }
  return { is: 'yes' }
}

/** Does the trace end with a step that maps to none, or start where the abstract protocol does not? */
function failsToRefine(refinement: Refinement, trace: Trace): Confirmation {
  const because =
    trace.schedule.steps.length === 0 ? refinement.whyNoStart(trace.states[0] ?? {}) : refinement.whyNoStep(trace)
  return because === undefined ? { is: 'no' } : { is: 'yes', because }
}

/** Is the property violated, reached or of that value at the end of the trace? */
export function confirm(
  machine: Machine,
  name: string,
  properties: readonly Property[],
  shown: Shown & LassoOf,
  trace: Trace,
): Confirmation {
  if (name === STAYS_IN_DOMAIN) return faulty(machine, properties, trace)
  if (name === NO_DEADLOCK) return yesOrNo(isDeadlock(machine, trace))
  const property = properties.find((each) => each.name === name)
  if (property === undefined) return { is: 'no' }
  if (property.kind === 'alwaysReachable') return isTrap(machine, property, trace)
  if (isLiveness(property.kind)) return yesOrNo(isLasso(machine, property, shown, trace))
  if (isResponse(property.kind)) return yesOrNo(isResponseAsShown(machine, property, shown, trace))
  if (property.kind === 'refines') return failsToRefine(new Refinement(property, machine), trace)
  const code = observe(machine, property, trace)
  switch (shown.result) {
    case 'violated':
      return yesOrNo(code === VIOLATED)
    case 'reachable':
      return yesOrNo(code === AS_CLAIMED)
    case 'maximum':
      return yesOrNo(code === shown.value)
    case 'minimum':
      return yesOrNo(code === 0 - shown.value)
    case 'unbounded':
      return { is: 'no' }
  }
}
