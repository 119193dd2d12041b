/** The verdict table of the README says what the rows say, which `npm start` decides. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Expectation } from '../checker/language/index.ts'
import oomSerialization from './oom-serialization.ts'
import { revisions } from './oom-serialization/revisions.ts'

const columns = {
  FailedAttemptFollowsCleaning: 'failed attempt follows cleaning (A1)',
  NoKillWhileEnoughIsFree: 'no kill while enough is free (A2)',
  NoKillWhileVictimExits: 'no kill while the victim exits (A2)',
  AllocatorsCanFinish: 'allocators can finish (A4)',
}

const cell = (expected: Expectation | undefined): string =>
  expected === undefined ? '' : expected.is === 'violated' ? `violated in ${expected.steps}` : expected.is

/** The first row of each revision with the small hog. */
const firstRows = oomSerialization.protocol.variants
  .map((variant) => revisions.find((row) => row.variant === variant && row.bounds.pages === 2 && row.bounds.cpus === 2))
  .filter((row) => row !== undefined)

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = [
  line(['revision', ...Object.values(columns)]),
  line(['revision', ...Object.values(columns)].map(() => '---')),
  ...firstRows.map((row) =>
    line([row.variant ?? '', ...Object.keys(columns).map((property) => cell(row.expect[property]))]),
  ),
].join('\n')

test('the table of revisions in the README is that of the rows', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const [, found] = /<!-- revisions -->\n([^]*?)\n<!-- end -->/.exec(readme) ?? []
  expect(found).toBe(table)
})

test('every revision has a row with the small hog', () => {
  expect(firstRows.map((row) => row.variant)).toEqual(oomSerialization.protocol.variants)
})
