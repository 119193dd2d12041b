import { expect, test } from 'vitest'
import { diff, show } from './diff.ts'

const families = new Map([
  ['task', { members: [{ name: 'task0' }, { name: 'task1' }] }],
  ['reaper', { members: [{ name: 'reaper' }] }],
])
const lines = (before: object, after: object) =>
  diff(before as never, after as never, families).map(({ field, from, to }) => `${field}: ${from} → ${to}`)

test('members are called by their names, procedures like their frames', () => {
  const before = {
    task: [
      { mm: 'mm0', pc: 'run' },
      { mm: null, pc: 'run' },
    ],
    reaper: [{ frames: { mmput: { n: 1 } } }],
  }
  const after = {
    task: [
      { mm: null, pc: 'exit' },
      { mm: null, pc: 'run' },
    ],
    reaper: [{ frames: { mmput: { n: 0 } } }],
  }
  expect(lines(before, after)).toEqual(['task0.mm: mm0 → null', 'task0.pc: run → exit', 'reaper.mmput.n: 1 → 0'])
})

test('of a list the one element that differs, or the whole', () => {
  expect(lines({ slots: [0, 0, 0] }, { slots: [0, 2, 0] })).toEqual(['slots[1]: 0 → 2'])
  expect(lines({ queue: [1, 2] }, { queue: [2, 3] })).toEqual(['queue: [1, 2] → [2, 3]'])
  expect(lines({ queue: [1, 2] }, { queue: [2] })).toEqual(['queue: [1, 2] → [2]'])
  expect(lines({ pages: [{ n: 0 }, { n: 1 }] }, { pages: [{ n: 1 }, { n: 0 }] })).toEqual([
    'pages[0].n: 0 → 1',
    'pages[1].n: 1 → 0',
  ])
})

test('a struct appears and disappears as a whole', () => {
  expect(lines({ held: null }, { held: { by: 'task1', depth: 2 } })).toEqual(['held: null → {by: task1, depth: 2}'])
})

test('nothing has changed', () => {
  expect(lines({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toEqual([])
  expect(show([true, null, 'x'])).toBe('[true, null, x]')
})
