/** E8: known tasks, and who is chosen among them; and an answer that is not right would be noticed. */
import { expect, test } from 'vitest'
import { isSame } from '../percpu-counter-tree/known-answers.ts'
import { choicesOf, outcomeOf, type Selection } from './known-answers.ts'
import json from './vectors.json' with { type: 'json' }

const all = json as unknown as Selection[]
const wrongIn = (selections: readonly Selection[]) =>
  [...choicesOf(selections)].filter(({ known, found }) => !isSame(known, found))

test('every choice is reproduced, with the bar and the number of sums', () => {
  expect(all).toHaveLength(124)
  expect(wrongIn(all)).toEqual([])
})

test.each(['v12', 'v10'] as const)('and not by the other form than %s', (name) => {
  const other = name === 'v12' ? 'v10' : 'v12'
  expect(all.filter((each) => !isSame(each[name], outcomeOf(other, each))).length).toBeGreaterThan(0)
})

test('whoever sums everybody finds the task with the most, whatever else is wrong', () => {
  const usual = all.filter(({ tasks }) => tasks.some(([, , kind]) => kind === 0))
  expect(usual.filter((each) => outcomeOf('precise', each)[1] !== each.best)).toEqual([])
})

test.each<[string, (choice: [number, string, number]) => unknown]>([
  ['who is chosen', (choice) => (choice[0] += 1)],
  ['the bar', (choice) => (choice[1] = '12345')],
  ['the number of sums', (choice) => (choice[2] += 1)],
])('an answer that differs in %s is noticed', (_what, change) => {
  for (const name of ['v12', 'v10'] as const) {
    const some = structuredClone(all.slice(0, 5))
    change(some[3][name] as unknown as [number, string, number])
    expect(wrongIn(some)).toHaveLength(1)
  }
})
