import { expect, test } from 'vitest'
import { Machine } from '../engine/machine.ts'
import { layoutOf } from '../engine/layout.ts'
import { bool, language, propertiesOf, protocol, singleton, type Property } from '../language/index.ts'
import { confirm } from './confirm.ts'
import type { Shown } from './counterexample.ts'
import { replay } from './schedule.ts'

/** Nobody has a program for the key. */
const state = () => ({ door: singleton({ open: bool, locked: bool }), key: singleton({}) })
const { program } = language<typeof state>()
const door = protocol({
  name: 'door',
  bounds: {},
  state,
  programs: () => [
    program('door', {
      move: {
        either: {
          open: {
            when: (_s, me) => !me.locked,
            do: (_s, me) => {
              me.open = true
              return 'shut'
            },
          },
          lock: (_s, me) => {
            me.locked = true
          },
        },
      },
      rest: { when: () => false },
      shut: (_s, me) => {
        me.open = false
        return 'move'
      },
    }),
  ],
})
const { always, alwaysReachable, maximum, never, reachable, stepwise } = propertiesOf(door)
const properties = [
  always('Shut', (s) => !s.door[0]!.open),
  never('Locked', (s) => s.door[0]!.locked),
  reachable('Open', (s) => s.door[0]!.open),
  alwaysReachable('CanOpen', (s) => s.door[0]!.open),
  stepwise('StaysLocked', (s, { before }) => !before(() => s.door[0]!.locked) || s.door[0]!.locked),
  maximum('Opened', (s) => Number(s.door[0]!.open)),
]
/** Goes wrong wherever it is asked. */
const unaskable = always('KeyMoves', (s, { at }) => !at(s.key[0]!, 'rest'))

function confirmed(name: string, shown: Shown, ...alternatives: string[]) {
  return confirmedOf(properties, name, shown, ...alternatives)
}

function confirmedOf(asked: readonly Property[], name: string, shown: Shown, ...alternatives: string[]) {
  const machine = new Machine(layoutOf(door.instance({ bounds: {} })))
  const steps = alternatives.map((alternative) =>
    alternative === 'shut' ? { process: 'door', label: 'shut' } : { process: 'door', label: 'move', alternative },
  )
  return confirm(machine, name, asked, shown, replay(machine, { init: [], steps })).is
}

const violated = { result: 'violated' } as const

test('the end of a trace shows what it shows, and nothing else', () => {
  expect(confirmed('Shut', violated, 'open')).toBe('yes')
  expect(confirmed('Shut', violated, 'open', 'shut')).toBe('no')
  expect(confirmed('Locked', violated, 'lock')).toBe('yes')
  expect(confirmed('Open', { result: 'reachable' }, 'open')).toBe('yes')
  expect(confirmed('Open', { result: 'reachable' })).toBe('no')
  expect(confirmed('StaysLocked', violated, 'lock')).toBe('no')
  expect(confirmed('Opened', { result: 'maximum', value: 1 }, 'open')).toBe('yes')
  expect(confirmed('Opened', { result: 'maximum', value: 2 }, 'open')).toBe('no')
})

test('a property that cannot be asked is not shown', () => {
  expect(confirmedOf([unaskable], 'KeyMoves', violated, 'lock')).toBe('no')
  expect(confirmedOf([unaskable], 'StaysInDomain', violated, 'lock')).toBe('yes')
})

test('a trap is searched for a way out', () => {
  expect(confirmed('CanOpen', violated, 'lock')).toBe('yes')
  expect(confirmed('CanOpen', violated, 'open', 'shut')).toBe('no')
})

test('a deadlock is where nothing is enabled', () => {
  expect(confirmed('NoDeadlock', violated, 'lock')).toBe('yes')
  expect(confirmed('NoDeadlock', violated, 'open')).toBe('no')
  expect(confirmed('StaysInDomain', violated, 'lock')).toBe('no')
})
