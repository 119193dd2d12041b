import { expect, test } from 'vitest'
import type { Judgement, Outcome } from '../report/record.ts'
import { exitOf } from './exit.ts'

const failed = { is: 'failed' } as Outcome
const judged = (judgement: Judgement, statesDiffer = false) =>
  ({ is: 'decided', verdicts: [{ judgement }], statesDiffer }) as unknown as Outcome

test('several at once: 4, then 130, then 1, then 3', () => {
  const all = [judged('as expected'), judged('good'), judged('inconclusive'), judged('differs'), failed]
  expect(exitOf(all, true)).toBe(4)
  expect(exitOf(all.slice(0, 4), true)).toBe(130)
  expect(exitOf(all.slice(0, 4), false)).toBe(1)
  expect(exitOf(all.slice(0, 3), false)).toBe(3)
  expect(exitOf(all.slice(0, 2), false)).toBe(0)
  expect(exitOf([judged('bad')], false)).toBe(1)
  expect(exitOf([judged('as expected', true)], false)).toBe(1)
})
