/**
 * Traces that random walks found, without the steps that they do not need. Nobody looked for a shortest one; what is left has
 * a guarantee of its own: no single step of it can go.
 */
import { Machine } from '../engine/machine.ts'
import { withoutNeedlessSteps } from '../minimize/steps.ts'
import { loopOf, traceOf, type Planned } from '../report/record.ts'
import type { Result, Run, Verdict } from '../search/verdict.ts'
import { confirm } from '../trace/confirm.ts'
import { shownBy } from './save.ts'

/** For all traces of a configuration the reference engine may take so many steps: some seconds. */
export const TRIM_STEPS = 100_000

/** What goes wrong is asked for first, then what can be. */
const inOrder = (verdicts: readonly Verdict[]): Verdict[] =>
  [...verdicts].sort((a, b) => Number(b.result.is === 'violated') - Number(a.result.is === 'violated'))

/** The result with its trace trimmed, if it has one, and how many steps that took. */
function trim(planned: Planned, machine: Machine, verdict: Verdict, most: number): { result: Result; spent: number } {
  const { result, property } = verdict
  const [trace, shown] = [traceOf(result), shownBy(result)]
  if (trace === undefined || shown === undefined || !('steps' in result) || loopOf(result) !== undefined)
    return { result, spent: 0 }
  const { properties } = planned.spec
  const whatFor = confirm(machine, property, properties, shown, trace)
  if (whatFor.is !== 'yes') return { result, spent: 0 }
  let spent = 0
  const left = withoutNeedlessSteps(
    machine,
    { trace, loop: undefined },
    (each) => {
      const confirmed = confirm(machine, property, properties, shown, each)
      return confirmed.is === 'yes' && confirmed.because === whatFor.because
    },
    (taken) => {
      spent = taken
      return taken < most
    },
  )
  const trimmed = { trace: left.trace, steps: left.trace.schedule.steps.length, irreducible: left.irreducible }
  return { result: { ...result, ...trimmed }, spent }
}

/** The run, its traces trimmed where they are those of walks. */
export function trimmed(planned: Planned, run: Run): Run {
  if (run.basis.is !== 'walks') return run
  const machine = new Machine(planned.layout, new Set(run.history))
  let most = TRIM_STEPS
  const results = new Map<string, Result>()
  for (const verdict of inOrder(run.verdicts)) {
    const { result, spent } = trim(planned, machine, verdict, most)
    results.set(verdict.property, result)
    most = Math.max(0, most - spent)
  }
  const verdicts = run.verdicts.map((verdict) => ({
    ...verdict,
    result: results.get(verdict.property) ?? verdict.result,
  }))
  return { ...run, verdicts }
}
