/** Values with line ends and control characters break no line of a report. */
import { expect, test } from 'vitest'
import { tell } from '../cli/tell.ts'
import { layoutOf } from '../engine/layout.ts'
import { Fault } from '../engine/fault.ts'
import { Machine } from '../engine/machine.ts'
import { language, oneOf, propertiesOf, protocol, setOf, singleton, spec } from '../language/index.ts'
import { fieldsOf } from '../trace/fields.ts'
import { formatStep, replay } from '../trace/schedule.ts'
import { columnLines } from './columns.ts'
import { explanationMarkdown } from './explanation-markdown.ts'
import { paragraph } from './paragraph.ts'
import { traceLines } from './trace.ts'

const WORDS = ['x\ny', '\u001b[31mred'] as const
const state = () => ({ word: oneOf('', ...WORDS), seen: setOf(oneOf(...WORDS)), writer: singleton({}) })
const { program } = language<typeof state>()
const words = protocol({
  name: 'words',
  variants: ['one'],
  bounds: {},
  state,
  init: () => (s, pick) => {
    s.word = pick(WORDS)
  },
  programs: () => [
    program('writer', {
      write: (s, _me, pick) => {
        s.word = pick(WORDS)
        s.seen.add(s.word)
      },
    }),
  ],
})
const { always } = propertiesOf(words)
const property = always('NothingIsSeen', (s) => s.seen.isEmpty)
const machine = new Machine(layoutOf(words.instance({ bounds: {} })))
const step = { process: 'writer', label: 'write', picks: ['x\ny'] }
const trace = replay(machine, { init: ['\u001b[31mred'], steps: [step] })

test('a value with a line end stays in its line', () => {
  const wordsSpec = spec(words, { properties: [property], rows: [] })
  const about = { variant: 'one', bounds: {}, ingredients: [], property: property.name, because: undefined }
  const told = tell({ ...about, spec: wordsSpec, shown: { result: 'violated' }, machine, trace }, 100)
  const lines = [...traceLines(trace, machine.layout), ...columnLines(told), paragraph(told), formatStep(step)]
  expect(lines.filter((line) => /[\u0000-\u001f]/.test(line))).toEqual([])
  expect(lines.join('\n')).toContain('init(\\u001b[31mred)')
  expect(lines.join('\n')).toContain('write(x\\u000ay)')
  expect(lines.join('\n')).toContain('word: \\u001b[31mred → x\\u000ay')
  expect(explanationMarkdown(told)).not.toContain('\u001b')
})

test('a set of such values knows which of them it has', () => {
  const elements = fieldsOf(machine.layout).find(({ name }) => name === 'seen')?.elements ?? []
  const last = trace.states.at(-1) ?? {}
  expect(elements.map((each) => [each.name, each.show(last)])).toEqual([
    ['seen.has(x\\u000ay)', 'true'],
    ['seen.has(\\u001b[31mred)', 'false'],
  ])
})

test('nor does what goes wrong with such a value', () => {
  expect(new Fault('domain', "word cannot hold 'x\ny'.").message).toBe("word cannot hold 'x\\u000ay'.")
})
