/** Puts together what there is to tell about a trace, for `explain` and for the report of `check`. */
import { Machine } from '../engine/machine.ts'
import type { Spec } from '../language/spec.ts'
import { paragraph } from '../report/paragraph.ts'
import { loopOf, traceOf, type Decided, type Judged } from '../report/record.ts'
import type { Told } from '../report/told.ts'
import { turningPointOf, type TurningPoint } from '../search/turning-point.ts'
import type { Shown } from '../trace/counterexample.ts'
import { differenceOf } from '../trace/difference.ts'
import { explain, explainTrap, type Explanation } from '../trace/explain.ts'
import type { LassoOf } from '../trace/lasso.ts'
import { comparedAt, type Comparison } from '../trace/numbers.ts'
import { along, beginningOf, continued, type Trace } from '../trace/schedule.ts'
import { trapAfter, type Trap } from '../trace/trap.ts'
import { violableInvariants } from './asked.ts'
import { shownBy } from './save.ts'
import { withAllHistory, type Replayed } from './whole.ts'

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
const TRAPPED_STATES = 10_000
/** A way to there and round of more steps is not shown: nobody would read it. */
const AFTERMATH_STEPS = 40

const isShort = ({ into, round }: Trap): boolean => into.steps.length + round.steps.length <= AFTERMATH_STEPS

/** The last way out; it is searched for with all history, if the trace can be kept so. */
function turningOf(tellable: Tellable, whole: Replayed | undefined, budget: number): TurningPoint | undefined {
  const { machine, trace, property, spec, variant } = tellable
  if (whole === undefined) return turningPointOf(machine, property, spec.properties, trace, budget)
  const others = violableInvariants(spec, variant)
  return turningPointOf(whole.machine, property, spec.properties, whole.trace, budget, others)
}

/** What the property compares where it is violated. */
function comparisonOf({ shown, property, spec }: Tellable, whole: Replayed | undefined): Comparison | undefined {
  const asked = spec.properties.find(({ name }) => name === property)
  if (whole === undefined || asked === undefined || shown.result !== 'violated') return undefined
  return comparedAt(whole.machine, asked, whole.trace.states)
}

/** What the last way out changes, and where it leads. */
function outOf(
  { machine, trace, property, spec }: Tellable,
  explanation: Explanation,
  turning: TurningPoint | undefined,
): Pick<Told, 'difference' | 'otherwise'> {
  if (turning?.is !== 'found') return { difference: undefined }
  const { step, detour, rest } = turning
  const following = trace.schedule.steps.slice(step, detour.thenAsBefore ? step + 1 : step)
  const before = beginningOf(trace, step)
  const escape = along(machine, before, [...detour.steps, ...following])
  const difference = differenceOf(machine, explanation, step, escape)
  if (rest.is !== 'ends') return { difference }
  const escaped = continued(before, escape)
  const passing = continued(escaped, along(machine, escaped, rest.steps))
  return { difference, otherwise: explain(machine, property, spec.properties, passing) }
}

/** At most `budget` states are visited in search of the turning point. */
export function tell(tellable: Tellable, budget: number): Told {
  const { spec, variant, bounds, ingredients, property, shown, because, machine, trace } = tellable
  const explanation = explain(machine, property, spec.properties, trace, tellable)
  const whole = withAllHistory(machine, trace)
  const turning = turningOf(tellable, whole, budget)
  const kind = spec.properties.find(({ name }) => name === property)?.kind ?? 'built-in'
  const last = trace.states.at(-1)
  const trap = kind === 'alwaysReachable' && last !== undefined ? trapAfter(machine, last, TRAPPED_STATES) : undefined
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
    comparison: comparisonOf(tellable, whole),
    trap,
    aftermath: trap && isShort(trap) ? explainTrap(machine, explanation, trap) : undefined,
    turning,
    ...outOf(tellable, explanation, turning),
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
