/** Every golden still shows what it claims, on both engines, in the fewest steps, and its page says so. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { objectionsTo, placesIn, questionOf, type Question } from '../checker/cli/corpus.ts'
import { Machine } from '../checker/engine/machine.ts'
import { withoutGenerated } from '../checker/report/golden-page.ts'
import { confirm } from '../checker/trace/confirm.ts'
import { replay } from '../checker/trace/schedule.ts'
import specs from '../spec/index.ts'
import type { Row, Spec } from '../checker/language/index.ts'

const folder = import.meta.dirname
const questions = placesIn(folder).map((place) => questionOf(place, specs))

test.each(questions.map((question) => ({ name: question.place.name, question })))('$name', async ({ question }) => {
  expect(await objectionsTo(question)).toEqual([])
})

test('every page belongs to a golden, and lies in the folder of its spec', () => {
  const pages = globSync('*/*.md', { cwd: folder }).map((page) => join(folder, page))
  expect(pages.filter((page) => !existsSync(page.replace(/\.md$/, '.json')))).toEqual([])
  expect(
    questions.filter(({ place, file }) => !place.name.startsWith(`${file.spec}/`)).map(({ place }) => place.name),
  ).toEqual([])
})

/** What people wrote, without code: what begins like a tag there is one, and is not seen by who reads the page. */
const proseOf = (page: string): string =>
  withoutGenerated(page)
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '')
    .replaceAll(/<!--[^]*?-->/g, '')

test('nothing that people wrote is HTML', () => {
  const tags = (text: string): string[] => text.match(/<[/!?]?[A-Za-z][^>\s]*>?/g) ?? []
  expect(tags(proseOf('# a\n`<b>` and ``c`<d>`` < 3\n```text\n<e>\n```\n/proc/<pid>/status'))).toEqual(['<pid>'])
  const pages = globSync('**/*.md', { cwd: folder })
  expect(pages.flatMap((page) => tags(proseOf(readFileSync(join(folder, page), 'utf8'))))).toEqual([])
})

/** Does the end of this schedule violate the property? */
function shows({ file, spec, layout }: Question, property: string, steps: number | undefined): boolean {
  if (steps !== undefined && steps !== file.steps.length && property !== file.property) return false
  if (property === file.property) return true
  const machine = new Machine(layout)
  return confirm(machine, property, spec.properties, { result: 'violated' }, replay(machine, file)).is === 'yes'
}

const isAt = ({ file, spec }: Question, row: Row): boolean =>
  file.variant === (row.variant ?? spec.protocol.variants[0]) &&
  Object.entries(row.bounds).every(([name, value]) => file.bounds[name] === value) &&
  [...file.ingredients].sort().join() === [...(row.ingredients ?? [])].sort().join()

const inOrder = (fairness: Row['fairness']) =>
  [fairness?.weak, fairness?.strong].map((each) => [...(each ?? [])].sort())

/** What stops or goes round for ever does so because of who is not fair: a golden must not assume less than its row. */
describe('a golden that rests on fairness rests on that of a row', () => {
  const expectsIt =
    ({ file }: Question) =>
    (row: Row) =>
      Object.entries(row.expect).some(([name, expected]) => name === file.property && expected.is === 'violated')
  const asked = questions.flatMap((question) => {
    const rows = question.spec.rows.filter((row) => isAt(question, row)).filter(expectsIt(question))
    return question.file.fairness === undefined || rows.length === 0
      ? []
      : [{ name: question.place.name, question, rows }]
  })
  test.each(asked)('$name', ({ question, rows }) => {
    expect(rows.map((row) => inOrder(row.fairness))).toContainEqual(inOrder(question.file.fairness))
  })
})

/** Violations that quick rows of a spec expect and no golden shows. */
function missing(spec: Spec): string[] {
  const own = questions.filter(({ file }) => file.spec === spec.name)
  return spec.rows
    .filter((row) => row.full !== true && row.claims !== undefined)
    .flatMap((row) => {
      const here = own.filter((question) => isAt(question, row))
      return Object.entries(row.expect)
        .filter(([, expected]) => expected.is === 'violated')
        .filter(([property, expected]) => {
          const steps = 'steps' in expected ? expected.steps : undefined
          return !here.some((question) => shows(question, property, steps))
        })
        .map(([property]) => `${property}: ${row.why}`)
    })
}

describe('every violation that a quick row expects is shown by a golden', () => {
  // See README.md on how to add one.
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const covered = specs.filter(({ name }) => folders.some((entry) => basename(entry.name) === name))
  test('there are specs with goldens', () => {
    expect(covered.length).toBe(folders.length)
  })
  test.each(covered.map((spec) => ({ name: spec.name, spec })))('$name', ({ spec }) => {
    expect(missing(spec)).toEqual([])
  })
})

test('every race and flaw of the thread has a golden', () => {
  const titles = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9']
  expect(titles.filter((each) => !questions.some(({ place }) => place.name.includes(`/${each}-`)))).toEqual([])
})
