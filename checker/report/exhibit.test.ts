/** Exhibits: curves stay in their frame, and what a page says of verdicts is what was decided. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chart,
  language,
  propertiesOf,
  protocol,
  singleton,
  spec,
  upTo,
  violated,
  type Chart,
  type Exhibit,
} from '../language/index.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import { check } from '../search/breadth-first.ts'
import { chartPicture, scaleOf } from './chart.ts'
import { markdown } from './document-markdown.ts'
import { exhibitBlocks } from './exhibit.ts'
import type { Outcome, Planned } from './record.ts'
import { parseXml } from './xml.ts'

const SCALES = ['linear', 'log2', 'log10'] as const
const axis = fc.record({ label: fc.constantFrom('CPUs', 'error in pages'), scale: fc.constantFrom(...SCALES) })
const point = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 1e12 }))
const curves: fc.Arbitrary<Chart> = fc
  .record({
    title: fc.constant('curves'),
    x: axis,
    y: axis,
    series: fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b'),
        points: fc.uniqueArray(point, { minLength: 1, maxLength: 30, selector: ([x]) => x }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map((of) =>
    chart({
      ...of,
      series: of.series.map(({ name, points }) => ({ name, points: [...points].sort(([a], [b]) => a - b) })),
    }),
  )
  .filter(({ series }) => series.some(({ points }) => points.some(([, y]) => y > 0)))

describe('a chart', () => {
  test('keeps its curves in the frame, and the names apart', () => {
    fc.assert(
      fc.property(curves, (each) => {
        const svg = parseXml(chartPicture(each).svg)
        const ys = svg.children
          .filter(({ name, attributes }) => name === 'text' && /^series/.test(attributes['class'] ?? ''))
          .map(({ attributes }) => Number(attributes['y']))
          .sort((a, b) => a - b)
        expect(ys).toHaveLength(each.series.length)
        expect(ys.every((y, i) => i === 0 || y - (ys[i - 1] ?? 0) >= 13.9)).toBe(true)
        const places = svg.children
          .filter(({ name }) => name === 'polyline')
          .flatMap(({ attributes }) => (attributes['points'] ?? '').split(' ').filter((pair) => pair !== ''))
          .map((pair) => pair.split(',').map(Number))
        for (const [x = NaN, y = NaN] of places) {
          expect(x >= 63.9 && x <= 490.1).toBe(true)
          expect(y >= 27.9 && y <= 314.1).toBe(true)
        }
      }),
    )
  })

  test('an axis puts larger values further out, and its ticks around all of them', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.constantFrom(...SCALES), values, (scale, some) => {
        const { at, ticks } = scaleOf({ label: '', scale }, some, 100)
        const sorted = [...some].sort((a, b) => a - b).map(at)
        expect(sorted.every((place, i) => i === 0 || place >= (sorted[i - 1] ?? 0))).toBe(true)
        expect(at(ticks[0] ?? NaN)).toBeCloseTo(0)
        expect(ticks.length).toBeGreaterThan(1)
        expect(ticks.length).toBeLessThan(12)
      }),
    )
  })

  test('is a table of all points where only text is shown', () => {
    const of = chart({
      title: 't',
      x: { label: 'CPUs' },
      y: { label: 'error' },
      series: [
        { name: 'tree', points: [[1, 0], [2, 64]] },
        { name: 'flat', points: [[2, 256]] },
      ],
    }) // prettier-ignore
    expect(markdown(chartPicture(of).instead)).toBe(
      '| CPUs | tree | flat |\n| --- | --- | --- |\n| 1 | 0 |  |\n| 2 | 64 | 256 |\n',
    )
  })
})

describe('an exhibit', () => {
  const state = () => ({ n: upTo(9), p: singleton({}) })
  const { program } = language<typeof state>()
  const counting = protocol({
    name: 'counting',
    variants: ['up', 'down'],
    bounds: { most: { min: 1, max: 9, doc: '' } },
    state,
    programs: () => [program('p', { count: (s) => void (s.n += 1) }, { loop: true })],
  })
  const { never } = propertiesOf(counting)
  const properties = [never('Three', (s) => s.n === 3)]
  const why = 'It counts.'
  const counted = spec(counting, { properties, rows: [{ bounds: { most: 3 }, expect: { Three: violated(3) }, why }] })
  const specs = [counted]
  const reference = { variant: 'up', bounds: { most: 3 }, property: 'Three' }
  const exhibit = (of: object): Exhibit => ({
    spec: 'counting',
    title: 'Up to three',
    parts: () => ['One by one.', { is: 'verdicts', of: [{ ...reference, ...of }] }],
  })

  async function decided(): Promise<Outcome> {
    const { variant, bounds } = reference
    const layout = layoutOf(counting.instance({ variant: 'up', bounds }))
    const run = await check(layout, properties, { engine: tableEngine })
    const planned: Planned = {
      spec: counted, variant, bounds, ingredients: [], asked: [], expected: {}, states: undefined, claims: [], why: undefined,
      fairness: {}, full: false, labels: [], guards: [], layout,
    } // prettier-ignore
    const verdicts = run.verdicts.map((verdict) => ({ verdict, expected: undefined, judgement: 'bad' as const }))
    return { is: 'decided', planned, run, verdicts, statesDiffer: false }
  }

  test('shows what was decided, with its basis', async () => {
    const text = markdown(exhibitBlocks(exhibit({}), { specs, outcomes: [await decided()] }))
    expect(text).toContain('### Up to three\n\nOne by one.')
    expect(text).toMatch(/\| counting .*most=3.* \| `Three` \| .*violated in 3 steps.* \| exact \|/)
  })

  test('says so where a row was not run', () => {
    const text = markdown(exhibitBlocks(exhibit({}), { specs, outcomes: [] }))
    expect(text).toMatch(/\? violated in 3 steps is expected \| not run here/)
  })

  test('cannot rest on what no row decides', () => {
    const with_ = (of: object) => () => exhibitBlocks(exhibit(of), { specs, outcomes: [] })
    expect(with_({ bounds: { most: 7 } })).toThrow(
      "The exhibit 'Up to three' rests on Three of counting up most=7, and no row decides that; name a row of the spec.",
    )
    expect(with_({ variant: 'sideways' })).toThrow(
      "Unknown variant of counting in the exhibit 'Up to three' 'sideways'",
    )
    expect(with_({ spec: 'waiting' })).toThrow("Unknown spec in the exhibit 'Up to three' 'waiting'")
  })
})
