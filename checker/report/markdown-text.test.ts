/** Names and values that look like Markdown, in tables, headings and prose. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tell } from '../cli/tell.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { language, oneOf, propertiesOf, protocol, singleton, spec, violated } from '../language/index.ts'
import { check } from '../search/breadth-first.ts'
import { tableEngine } from '../engine/table.ts'
import type { CounterexampleFile } from '../trace/counterexample.ts'
import { replay } from '../trace/schedule.ts'
import { explanationMarkdown } from './explanation-markdown.ts'
import { generatedPart } from './golden-page.ts'
import { markdownReport } from './markdown.ts'
import { codeCell, codeText, nameCell, plainCell, plainText } from './markdown-text.ts'
import type { Planned } from './record.ts'

/** Cells of a row: a bar behind a backslash is none. */
const cells = (line: string): number => line.replaceAll(/\\./g, '').split('|').length

/** Every row of a table has as many cells as its head. */
function expectTables(page: string): void {
  const prose = page.replaceAll(/^```[^]*?^```$/gm, '')
  const tables = prose.match(/(?:^\|.*\n?)+/gm) ?? []
  expect(tables).not.toEqual([])
  for (const table of tables) expect(new Set(table.trim().split('\n').map(cells)).size).toBe(1)
}

describe('text in Markdown', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '<', '>', '&', 'amp;', '`', '|', '_', '*', '[', ']', '(', '\\'),
    minLength: 1,
    maxLength: 12,
  })
  test.each([
    ['plain', plainCell],
    ['a name', nameCell],
    ['code', codeCell],
  ])('%s stays one cell', (_what, cell) => {
    fc.assert(
      fc.property(text, (each) => {
        expect(cells(`| ${cell(each)} |`)).toBe(3)
      }),
    )
  })
  test('what means nothing is left as it is', () => {
    expect(nameCell('task0.oom_victim[1] = a->b & c')).toBe('task0.oom_victim[1] = a->b & c')
    expect(plainText('a & b &c')).toBe('a & b &c')
  })
  test('what would mean something is not', () => {
    expect(nameCell('__free *x* <b> a|b &amp; [a](b)')).toBe('\\_\\_free \\*x\\* \\<b> a\\|b \\&amp; [a\\](b)')
    expect(plainText('<b>&amp;&#38;')).toBe('\\<b\\>\\&amp;\\&#38;')
    expect(codeText('a`b``')).toBe('``` a`b`` ```')
    expect(codeCell('c|d x_y')).toBe('c\\|d x\\_y')
  })
})

const state = () => ({ word: oneOf('a|b', '<b>&amp;'), writer: singleton({}) })
const { program } = language<typeof state>()
const tricky = protocol({
  name: 'tricky',
  source: 'page <1> | 2',
  variants: ['c|d', 'plain'],
  bounds: { cpus: { min: 1, max: 3, doc: 'the | <b> CPUs' } },
  ingredients: { 'x|y': { doc: 'a | bar' } },
  state,
  programs: () => [
    program('writer', {
      write: (s) => {
        s.word = '<b>&amp;'
      },
    }),
  ],
})
const { always } = propertiesOf(tricky)
const property = always('StaysSame', (s) => s.word === 'a|b')
const row = { variant: 'c|d', bounds: { cpus: 2 }, ingredients: ['x|y'] } as const
const trickySpec = spec(tricky, {
  properties: [property],
  rows: [{ ...row, expect: { StaysSame: violated(2) }, why: 'It is written.' }],
})

describe('a model whose names are markup', () => {
  const layout = layoutOf(tricky.instance({ ...row, ingredients: [...row.ingredients] }))
  const machine = new Machine(layout)
  const schedule = { init: [], steps: [{ process: 'writer', label: 'write' }] }
  const trace = replay(machine, schedule)
  const point = { variant: row.variant, bounds: { cpus: 2 }, ingredients: ['x|y'], property: property.name }
  const file: CounterexampleFile = { version: 1, spec: tricky.name, ...point, result: 'violated', ...schedule }
  const told = tell({ ...point, spec: trickySpec, shown: file, because: undefined, machine, trace }, 100)

  test('in the page of a golden', () => {
    const page = generatedPart({ name: 'x', shownPath: 'x', file, spec: trickySpec, layout, trace, also: [] }, told)
    expectTables(page)
    expect(page).toContain(
      '\n| c\\|d | a variant of tricky; the model is after page \\<1\\> \\| 2 |\n| cpus = 2 | the \\| \\<b\\> CPUs |\n',
    )
    expect(page).toContain('word is \\<b\\>\\&amp;')
  })
  test('in an explanation', () => {
    const page = explanationMarkdown(told)
    expect(page).toContain('# tricky: StaysSame\n')
    expect(page).toContain('\n`c|d cpus=2 +x|y`\n')
  })
  test('in the report of check', async () => {
    const planned: Planned = {
      ...{ spec: trickySpec, variant: row.variant, bounds: row.bounds, ingredients: row.ingredients, fairness: {} },
      ...{ layout, asked: [property.name], expect: {}, labels: [], guards: [] },
    } as never
    const run = await check(layout, [property], { engine: tableEngine })
    const verdicts = run.verdicts
      .filter((each) => each.property === property.name)
      .map((verdict) => ({ verdict, judgement: 'bad', expected: undefined }) as const)
    const outcome = { is: 'decided', planned, run, verdicts, statesDiffer: false } as never
    let page = ''
    const summary = { planned: [planned], outcomes: [outcome], interrupted: false, exit: 1, seconds: 0 }
    markdownReport((text) => void (page += text)).end(summary)
    expectTables(page)
    expect(page).toContain('### tricky c\\|d cpus=2 +x\\|y: StaysSame\n')
    expect(page).toContain('| c\\|d cpus=2 +x\\|y |')
  })
})
