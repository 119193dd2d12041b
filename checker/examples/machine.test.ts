/** Every protocol is a pure immutable state machine: initial states, what is enabled, and the state after a step. */
import { expect, test } from 'vitest'
import { increment } from './increment.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'

const machine = new Machine(layoutOf(increment.instance({ bounds: { threads: 2 } })))
const [start] = machine.initial()

test('a state is a frozen plain object that reads like the declaration', () => {
  expect(start).toEqual({
    i: 0,
    thread: [
      { t: 0, pc: 'read' },
      { t: 0, pc: 'read' },
    ],
  })
  expect(Object.isFrozen(start)).toBe(true)
})

test('a step makes a new frozen state and leaves the old one alone', () => {
  const before = structuredClone(start)
  const read = machine.next(start, { process: 'thread1', label: 'read' })
  const written = machine.next(read, { process: 'thread1', label: 'write' })
  expect(written).toMatchObject({ i: 1, thread: [{ pc: 'read' }, { pc: 'done' }] })
  expect(start).toEqual(before)
  expect(Object.isFrozen(written)).toBe(true)
})

test('what is enabled is said by name, and nothing else can be taken', () => {
  expect(machine.enabled(start)).toEqual([
    { process: 'thread0', label: 'read' },
    { process: 'thread1', label: 'read' },
  ])
  expect(() => machine.next(start, { process: 'thread0', label: 'write' })).toThrow(
    'thread0 write is not enabled here.',
  )
})
