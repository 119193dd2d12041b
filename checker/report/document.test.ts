/** Documents: the same blocks as Markdown and as HTML, in which nothing of a text becomes markup. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { upTo, range, oneOf, ref, option, array, queue, setOf, struct, bool } from '../language/index.ts'
import { fold, heading, list, listing, paragraph, pieces, raised, table, type Block } from './document.ts'
import { html } from './document-html.ts'
import { markdown } from './document-markdown.ts'
import { domainInWords } from './fields.ts'
import { headerOf, sectionOf } from './header.ts'
import { claimInWords, matrixCell, verdictMatrix, type Entry } from './matrix.ts'
import { lanesOf } from './program-diagram.ts'
import { parseXml, type Element } from './xml.ts'

/** The main part of a page is XML as well, so that what is not well-formed is found. */
const mainOf = (page: string) => parseXml(/<main>[^]*<\/main>/.exec(page)?.[0] ?? '')

const texts = ({ text, children }: Element): string[] => [text, ...children.flatMap(texts)]

describe('every text arrives as it is', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', '<', '>', '&', '"', '`', '|', '_', '*', '[', ']', '\\'),
    minLength: 1,
    maxLength: 12,
  })

  test('in HTML', () => {
    fc.assert(
      fc.property(text, (each) => {
        const blocks: Block[] = [
          heading(2, each),
          paragraph(each),
          list([each]),
          table([each], [[each]]),
          listing([each]),
        ]
        const page = html(each, blocks)
        const said = texts(mainOf(page))
        const [first] = pieces(each)
        if (pieces(each).length === 1 && first?.isCode === false)
          expect(said.filter((one) => one === first.text)).toHaveLength(6)
        expect(page).not.toMatch(/<(script|link|img|iframe)/)
      }),
    )
  })

  test('in Markdown a cell stays one cell', () => {
    fc.assert(
      fc.property(text, (each) => {
        const line = markdown([table(['head'], [[each]])]).split('\n')[2] ?? ''
        expect(line.replaceAll(/\\./g, '').split('|')).toHaveLength(3)
      }),
    )
  })

  test('pieces put together are the text', () => {
    fc.assert(
      fc.property(text, (each) => {
        const found = pieces(each)
        expect(found.map((piece) => (piece.isCode ? `\`${piece.text}\`` : piece.text)).join('')).toBe(each)
      }),
    )
  })
})

test('a page of its own begins with a title', () => {
  const blocks: Block[] = [heading(2, 'a'), { is: 'fold', summary: '', blocks: [heading(4, 'b')] }]
  expect(markdown(raised(blocks))).toBe('# a\n\n<details><summary></summary>\n\n### b\n\n</details>\n')
})

test('the header of a model is read as paragraphs and lists', () => {
  const source = `/**
 * A lock. It is
 * taken.
 *
 * Dropped, and why:
 * - fairness: nobody
 *   waits
 * - time
 */
import './b.ts'
/** Not this. */`
  expect(headerOf(source)).toEqual([
    paragraph('A lock. It is taken.'),
    paragraph('Dropped, and why:'),
    list(['fairness: nobody waits', 'time']),
  ])
  expect(headerOf('import "./b.ts"')).toEqual([])
})

test('a section of a page ends at the next one', () => {
  const page = '# Page\n\n## One\n\ntext\n\n- a\n  b\n- c\n\n## Two\n\nmore\n'
  expect(sectionOf(page, 'One')).toEqual([paragraph('text'), list(['a b', 'c'])])
  expect(sectionOf(page, 'Three')).toEqual([])
})

test('domains in words', () => {
  const domains = [
    [bool, 'true or false'],
    [upTo(3), '0 … 3'],
    [range(-1, 1, 'wrap'), '-1 … 1, wraps'],
    [oneOf('idle', 'busy'), 'idle, busy'],
    [option(ref('mm')), 'a mm, or null'],
    [array(2, upTo(1)), '2 × (0 … 1)'],
    [queue(2, ref('task')), 'a queue of up to 2 × (a task)'],
    [setOf(ref('cpu')), 'a set of (a cpu)'],
    [struct({ x: bool, y: upTo(1) }), '{ x: true or false; y: 0 … 1 }'],
  ] as const
  for (const [domain, words] of domains) expect(domainInWords(domain)).toBe(words)
})

describe('the verdict matrix', () => {
  const holds: Entry = { result: { is: 'holds' }, tone: 'plain' }
  const violated = (steps: number): Entry => ({ result: { is: 'violated', steps }, tone: 'violated' })
  const maximum = (value: number): Entry => ({ result: { is: 'maximum', value }, tone: 'plain' })

  test.each<[readonly Entry[], string]>([
    [[], ''],
    [[holds, holds], 'holds'],
    [[violated(3)], 'violated in 3 steps'],
    [[violated(3), violated(5)], 'violated in 3 to 5 steps'],
    [[holds, violated(3), holds], 'violated in 3 steps (1 of 3); holds (2 of 3)'],
    [[maximum(2), maximum(4)], 'maximum = 2 to 4'],
  ])('%j', (entries, words) => {
    expect(matrixCell(entries).text).toBe(words)
  })

  test('has a line for each variant', () => {
    const point = (variant: string, entry: Entry) => ({ variant, entries: new Map([['P', entry]]) })
    const { rows } = verdictMatrix([point('a', holds), point('b', violated(1)), point('a', holds)], ['P', 'Q'])
    expect(rows.map((cells) => cells.map((cell) => cell.text))).toEqual([
      ['a', 'holds', ''],
      ['b', 'violated in 1 step', ''],
    ])
  })

  test('its cells lead to what shows them', () => {
    const point = { variant: 'a', entries: new Map([['P', violated(1)]]) }
    const linkOf = (variant: string, property: string) => (property === 'P' ? `${variant}-shown` : undefined)
    const matrix = verdictMatrix([point], ['P', 'Q'], { linkOf })
    const page = html('Title', [matrix, { ...fold('Story', [paragraph('It goes wrong.')]), id: 'a-shown' }])
    expect(page).toContain('<a href="#a-shown">violated in 1 step</a>')
    // The target lies within what is folded, so that the link opens it.
    expect(page).toMatch(/<\/summary>\s*<div id="a-shown">/)
    expect(page.match(/href=/g)).toHaveLength(1)
    expect(markdown([matrix])).toContain('| a | violated in 1 step |  |')
  })

  test('reads as English', () => {
    expect(claimInWords('NoKillWhileVictimExits')).toBe('no kill while victim exits')
    expect(claimInWords('NoTLBFlushIsLost')).toBe('no TLB flush is lost')
    expect(claimInWords('AKillIsEnough')).toBe('a kill is enough')
  })
})

test('no two moves in a lane of a drawing meet, and no lane is left empty', () => {
  const jump = fc.record({ from: fc.nat(9), to: fc.nat(9) })
  fc.assert(
    fc.property(fc.array(jump, { maxLength: 12 }), (jumps) => {
      const placed = lanesOf(jumps)
      expect(placed).toHaveLength(jumps.length)
      const rowsOf = ({ from, to }: { from: number; to: number }) =>
        Array.from({ length: Math.abs(from - to) + 1 }, (_, i) => Math.min(from, to) + i)
      const cells = placed.flatMap(({ jump: each, lane }) => rowsOf(each).map((row) => `${lane}:${row}`))
      expect(new Set(cells).size).toBe(cells.length)
      const lanes = new Set(placed.map(({ lane }) => lane))
      expect(lanes.size).toBe(Math.max(0, ...[...lanes].map((lane) => lane + 1)))
    }),
  )
})
