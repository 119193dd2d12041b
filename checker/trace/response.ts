/** Confirms on the reference engine how much passes along a trace, from where a response starts to its end. */
import type { Machine } from '../engine/machine.ts'
import { GOAL, OBLIGED, observerOf } from '../engine/observer.ts'
import type { Property } from '../language/property.ts'
import type { Shown } from './counterexample.ts'
import { closes, type LassoOf } from './lasso.ts'
import type { Trace } from './schedule.ts'

/**
 * Of `longest`: so much passes from some start on without the goal, which may come at the end. Of `shortest`: the goal is
 * there at the end, and so little passes since some start. Unbounded: the loop counts, and is under way without the goal.
 */
export function isResponseAsShown(machine: Machine, property: Property, shown: Shown & LassoOf, trace: Trace): boolean {
  const { schedule, states } = trace
  const observer = observerOf(property)
  const codes = states.map((state) => machine.observe(observer, state))
  const { processes } = machine.layout
  const isTime = new Set(processes.filter(({ program }) => program.role === 'time').map(({ name }) => name))
  const counts = schedule.steps.map(({ process }) => (property.count === 'steps' || isTime.has(process) ? 1 : 0))
  const passed = (from: number): number => counts.slice(from).reduce<number>((sum, each) => sum + each, 0)
  const isGoal = (at: number): boolean => (codes.at(at)! & GOAL) !== 0
  const starts = codes.flatMap((code, i) => ((code & OBLIGED) !== 0 ? [i] : []))
  const isMissing = (from: number, end: number): boolean => codes.slice(from, end).every((code) => (code & GOAL) === 0)
  switch (shown.result) {
    case 'maximum':
      return starts.some((start) => isMissing(start, codes.length - 1) && passed(start) === shown.value)
    case 'minimum':
      return isGoal(-1) && starts.some((start) => passed(start) === shown.value)
    case 'unbounded': {
      const { loop = 0 } = shown
      const isUnderWay = starts.some((start) => start <= loop && isMissing(start, codes.length))
      return closes(shown, trace) && isUnderWay && passed(loop) > 0
    }
    case 'violated':
    case 'reachable':
      return false
  }
}
