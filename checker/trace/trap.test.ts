/** Where it ends: known by hand for a lock that is never given back, and for a race that ends in silence. */
import { expect, test } from 'vitest'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { bool, language, protocol, singleton, upTo } from '../language/index.ts'
import { trapAfter } from './trap.ts'

const state = () => ({ held: bool, n: upTo(3), spinner: singleton({}), waiter: singleton({}), owner: singleton({}) })
const { program } = language<typeof state>()

/** The owner takes the lock and goes; the waiter waits for it; the spinner counts to three, and then looks and looks. */
const locked = protocol({
  name: 'locked',
  bounds: {},
  state,
  programs: () => [
    program('owner', { take: (s) => void (s.held = true) }),
    program('waiter', { wait: { when: (s) => !s.held }, go: (s) => void (s.held = false) }),
    program('spinner', {
      count: (s) => {
        if (s.n < 3) s.n++
        return s.n < 3 ? 'count' : undefined
      },
      look: () => undefined,
      again: () => 'look',
    }),
  ],
})
const machine = new Machine(layoutOf(locked.instance({ bounds: {} })))
const [start] = machine.starts()
const after = (process: string) =>
  machine.outcomes(start?.state ?? {}).find(({ step }) => step.process === process)?.next ?? {}

test('who goes round, who stands, and who is done', () => {
  expect(trapAfter(machine, after('owner'), 100)).toEqual({
    movers: [{ process: 'spinner', labels: ['look', 'again'] }],
    idle: [{ process: 'waiter', label: 'wait' }],
  })
})

test('nothing is said where it is too far away', () => {
  expect(trapAfter(machine, after('owner'), 3)).toBeUndefined()
})
