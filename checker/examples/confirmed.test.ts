/** What a saved schedule claims about a loop without progress, or about how much passes, is confirmed or refused. */
import { expect, test } from 'vitest'
import { Machine } from '../engine/machine.ts'
import { layoutOf } from '../engine/layout.ts'
import delayedWorkSpec, { delayedWork } from './delayed-work.ts'
import spinningSpec, { spinning } from './spinning.ts'
import type { Fairness, Spec } from '../language/spec.ts'
import type { Instance } from '../language/protocol.ts'
import { confirm } from '../trace/confirm.ts'
import type { Shown } from '../trace/counterexample.ts'
import type { LassoOf } from '../trace/lasso.ts'
import { replay } from '../trace/schedule.ts'

/** `cpu0 lock`. */
function confirmed(instance: Instance, spec: Spec, name: string, shown: Shown & LassoOf, steps: readonly string[]) {
  const machine = new Machine(layoutOf(instance))
  const named = steps.map((step) => {
    const [process = '', label = ''] = step.split(' ')
    return { process, label }
  })
  return confirm(machine, name, spec.properties, shown, replay(machine, { init: [], steps: named })).is
}

test('a loop without progress', () => {
  const show = (loop: number, fairness: Fairness, ...steps: string[]) =>
    confirmed(
      spinning.instance({ variant: 'test-and-set', bounds: { cpus: 2 } }),
      spinningSpec,
      'NobodySpinsForEver',
      { result: 'violated', loop, fairness },
      steps,
    )
  expect(show(1, {}, 'cpu0 lock', 'cpu1 lock')).toBe('yes')
  // It does not close, or closes too early.
  expect(show(0, {}, 'cpu0 lock', 'cpu1 lock')).toBe('no')
  expect(show(2, {}, 'cpu0 lock', 'cpu1 lock')).toBe('no')
  // cpu0 is enabled and does not move.
  expect(show(1, { weak: ['cpu'] }, 'cpu0 lock', 'cpu1 lock')).toBe('no')
  expect(show(0, { weak: ['cpu'] }, 'cpu0 lock', 'cpu1 lock', 'cpu0 unlock')).toBe('yes')
  // Whoever moves gets the lock and gives it back.
  expect(show(0, {}, 'cpu0 lock', 'cpu0 unlock')).toBe('no')
  expect(show(0, {}, 'cpu0 lock', 'cpu0 unlock', 'cpu1 lock', 'cpu1 unlock')).toBe('no')
})

const ticks = (n: number): string[] => Array<string>(n).fill('clock tick')
const show = (variant: 'urgent' | 'lazy', name: string, shown: Shown & LassoOf, ...steps: string[]) =>
  confirmed(delayedWork.instance({ variant, bounds: { delay: 3, puts_off: 1 } }), delayedWorkSpec, name, shown, [
    'worker queue_delayed_work',
    ...steps,
  ])

test('how much passes at most, and at least', () => {
  const once = [...ticks(3), 'worker work']
  const twice = [...ticks(3), 'user mod_delayed_work', ...ticks(3), 'worker work']
  const most = (value: number, ...steps: string[]) =>
    show('urgent', 'RunsInTime', { result: 'maximum', value }, ...steps)
  expect(most(6, ...twice)).toBe('yes')
  expect(most(6, ...twice.slice(0, -1))).toBe('yes')
  expect([most(5, ...twice), most(7, ...twice), most(6, ...once)]).toEqual(['no', 'no', 'no'])
  // What passes afterwards does not count.
  expect(most(6, ...once, ...ticks(3))).toBe('no')
  const least = (value: number, ...steps: string[]) =>
    show('urgent', 'RunsNotBefore', { result: 'minimum', value }, ...steps)
  expect(least(3, ...once)).toBe('yes')
  expect(least(2, ...once)).toBe('no')
  expect(least(3, ...once.slice(0, -1))).toBe('no')
})

test('that there is no bound', () => {
  const unbounded = (loop: number, ...steps: string[]) =>
    show('lazy', 'RunsInTime', { result: 'unbounded', loop }, ...steps)
  expect(unbounded(4, ...ticks(4))).toBe('yes')
  expect(unbounded(3, ...ticks(4))).toBe('no')
  // The work has run.
  expect(unbounded(5, ...ticks(3), 'worker work', ...ticks(1))).toBe('no')
  // Nothing passes.
  expect(unbounded(4, ...ticks(3))).toBe('no')
})
