/** Puts together what there is to tell about a trace, for `explain` and for the report of `check`. */
import { Machine } from '../engine/machine.ts'
import type { Spec } from '../language/spec.ts'
import { paragraph } from '../report/paragraph.ts'
import { loopOf, traceOf, type Decided, type Judged } from '../report/record.ts'
import type { Told } from '../report/told.ts'
import { turningPointOf, type Detour } from '../search/turning-point.ts'
import type { Shown } from '../trace/counterexample.ts'
import { differenceOf, extended, type Difference } from '../trace/difference.ts'
import { explain, type Explanation } from '../trace/explain.ts'
import type { LassoOf } from '../trace/lasso.ts'
import type { Trace } from '../trace/schedule.ts'
import { trapAfter } from '../trace/trap.ts'
import { shownBy } from './save.ts'

export interface Tellable extends LassoOf {
  readonly spec: Spec
  readonly variant: string
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients: readonly string[]
  readonly property: string
  readonly shown: Shown
  readonly because: string | undefined
  readonly machine: Machine
  readonly trace: Trace
}

/** From the end of a trace so many states are visited to see where it ends. */
const TRAPPED_STATES = 1_000

/** What the detour changes: within it, or in the step that then does no harm. */
function compare(machine: Machine, explanation: Explanation, step: number, detour: Detour): Difference | undefined {
  const following = explanation.trace.schedule.steps[step]
  const order = detour.thenAsBefore && following !== undefined ? extended(machine, detour, following) : detour
  return differenceOf(machine, explanation, step, order)
}

/** At most `budget` states are visited in search of the turning point. */
export function tell(tellable: Tellable, budget: number): Told {
  const { spec, variant, bounds, ingredients, property, shown, because, machine, trace } = tellable
  const explanation = explain(machine, property, spec.properties, trace, tellable)
  const turning = turningPointOf(machine, property, spec.properties, trace, budget)
  const difference = turning?.is === 'found' ? compare(machine, explanation, turning.step, turning.detour) : undefined
  const kind = spec.properties.find(({ name }) => name === property)?.kind ?? 'built-in'
  const last = trace.states.at(-1)
  const shownVariant = spec.protocol.variants.length > 1 ? variant : undefined
  return {
    spec: spec.name,
    variant: shownVariant,
    bounds,
    ingredients,
    property,
    kind,
    shown,
    because,
    explanation,
    trap: kind === 'alwaysReachable' && last !== undefined ? trapAfter(machine, last, TRAPPED_STATES) : undefined,
    turning,
    difference,
  }
}

/** In a report the search for the turning point must not take longer than what is reported. */
const REPORT_STATES = 5_000

/** The paragraph about a verdict that has a trace. */
export function paragraphOf({ planned, run }: Decided, { verdict }: Judged): string | undefined {
  const { result, property, because, history } = verdict
  const [shown, trace, loop] = [shownBy(result), traceOf(result), loopOf(result)]
  if (shown === undefined || trace === undefined) return undefined
  const machine = new Machine(planned.layout, new Set(history ?? run.history))
  const lasso = loop === undefined ? {} : { loop, fairness: planned.fairness }
  return paragraph(tell({ ...planned, ...lasso, property, shown, because, machine, trace }, REPORT_STATES))
}
