/** Confirms on the reference engine that a trace is a fair behaviour which fails a liveness property, or has no bound. */
import type { Machine } from '../engine/machine.ts'
import type { Step } from '../engine/step.ts'
import { GOAL, OBLIGED, observerOf } from '../engine/observer.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Property } from '../language/property.ts'
import type { Fairness } from '../language/spec.ts'
import type { Trace } from './schedule.ts'

/** What turns a trace into a lasso. */
export interface LassoOf {
  /** The number of steps before the loop; all of them where the behaviour stops. */
  readonly loop?: number
  readonly fairness?: Fairness
}

/** The goal is missing from where it is owed until the end, and so for ever. */
function fails(machine: Machine, property: Property, states: readonly PlainState[], loop: number): boolean {
  const observer = observerOf(property)
  const codes = states.map((state) => machine.observe(observer, state))
  const owedFrom = property.kind === 'eventually' ? 0 : loop
  const withoutGoal = (from: number): boolean => codes.slice(from).every((code) => (code & GOAL) === 0)
  if (property.kind !== 'leadsTo') return withoutGoal(owedFrom)
  return codes.some((code, i) => i <= loop && (code & OBLIGED) !== 0 && withoutGoal(i))
}

/** Is the behaviour fair to every member of `name`, a family or `family.label`? */
function isFairTo(
  machine: Machine,
  name: string,
  strong: boolean,
  around: readonly PlainState[],
  steps: readonly Step[],
): boolean {
  const [family = '', ...rest] = name.split('.')
  const label = rest.length === 0 ? undefined : rest.join('.')
  return machine.layout.processes
    .filter((process) => process.family === family)
    .every((process) => {
      const counts = (step: Step): boolean =>
        step.process === process.name && (label === undefined || step.label === label)
      if (steps.some(counts)) return true
      const enabled = around.map((state) => machine.enabled(state).some(counts))
      return strong ? !enabled.includes(true) : enabled.includes(false)
    })
}

/** Some member of the family takes steps around the loop, none of which is progress. */
function spins({ layout }: Machine, { progress }: Property, steps: readonly Step[]): boolean {
  const { family, labels = [] } = progress ?? {}
  const isProgress = ({ label }: Step): boolean => labels.some((each) => label === each || label.startsWith(`${each}/`))
  return layout.processes
    .filter((process) => process.family === family)
    .map(({ name }) => steps.filter(({ process }) => process === name))
    .some((own) => own.length > 0 && !own.some(isProgress))
}

/** Does the trace end in the state in which its loop begins? */
export function closes({ loop }: LassoOf, { schedule, states }: Trace): boolean {
  return (
    loop !== undefined &&
    loop <= schedule.steps.length &&
    JSON.stringify(states[loop]) === JSON.stringify(states.at(-1))
  )
}

export function isLasso(machine: Machine, property: Property, lasso: LassoOf, trace: Trace): boolean {
  const { loop = 0, fairness = {} } = lasso
  const { schedule, states } = trace
  if (!closes(lasso, trace)) return false
  const isViolated =
    property.kind === 'progress'
      ? spins(machine, property, schedule.steps.slice(loop))
      : fails(machine, property, states, loop)
  if (!isViolated) return false
  const around = states.slice(loop)
  const steps = schedule.steps.slice(loop)
  const fair =
    (strong: boolean) =>
    (name: string): boolean =>
      isFairTo(machine, name, strong, around, steps)
  return (fairness.weak ?? []).every(fair(false)) && (fairness.strong ?? []).every(fair(true))
}
