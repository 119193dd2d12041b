/** Explanations as text, Markdown, HTML, JSON, ITF and DOT. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { EXAMPLES } from '../cli/child.ts'
import { loadSpecs } from '../cli/load.ts'
import { tell } from '../cli/tell.ts'
import { casesOf, shapes } from '../engine/conformance.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { bool, language, propertiesOf, protocol, singleton, upTo } from '../language/index.ts'
import type { Spec } from '../language/spec.ts'
import { stateGraph } from '../search/state-graph.ts'
import { explain } from '../trace/explain.ts'
import { fieldsOf } from '../trace/fields.ts'
import { LATE, lateMachine, properties } from '../trace/late-check.ts'
import { replay, type Step, type Trace } from '../trace/schedule.ts'
import { columnLines, MAIL_WIDTH, otherwiseLines } from './columns.ts'
import { dot } from './dot.ts'
import { explanationHtml } from './explanation-html.ts'
import { explanationJson } from './explanation-json.ts'
import { explanationMarkdown } from './explanation-markdown.ts'
import { explanationText } from './explanation-text.ts'
import { itf } from './itf.ts'
import { paragraph } from './paragraph.ts'
import type { Told } from './told.ts'
import { parseXml, type Element } from './xml.ts'

const examples = await loadSpecs(EXAMPLES)
const example = (name: string): Spec => examples.find((each) => each.name === name)!
const [increment, philosophers] = [example('increment'), example('dining-philosophers')]

function late(): Told {
  const machine = lateMachine()
  const protocol = { variants: ['model'] }
  const spec = { name: 'late-check', protocol, properties, rows: [] } as unknown as Spec
  const trace = replay(machine, LATE)
  const where = { spec, variant: 'model', bounds: { cpus: 2 }, ingredients: ['noise'], because: undefined }
  return tell({ ...where, property: 'NobodyIsKilled', shown: { result: 'violated' }, machine, trace }, 1000)
}

function told(
  spec: Spec,
  variant: string,
  bounds: Record<string, number>,
  property: string,
  steps: readonly Step[],
): Told {
  const machine = new Machine(layoutOf(spec.protocol.instance({ variant, bounds })))
  const trace = replay(machine, { init: [], steps })
  const where = { spec, variant, bounds, ingredients: [], because: undefined }
  return tell({ ...where, property, shown: { result: 'violated' }, machine, trace }, 1000)
}

test('the paragraph of the late check says what one would say by hand', () => {
  expect(paragraph(late())).toBe(
    [
      'In late-check (cpus=2), with noise, NobodyIsKilled is violated after 6 steps of killer, other and victim.',
      'First killer takes look (step 1), where free is false.',
      'victim takes release and die (steps 3 and 4); free becomes true and dead becomes true.',
      'killer does not look again at free (false in step 1, true by now); it takes check and kill (steps 5 and 6), where dead is true.',
      'Then killed is true, which NobodyIsKilled rules out.',
      'The last way out is before step 4 (die of victim).',
      'Had killer taken check before it, it would have found dead false instead of true and finished instead of going on to kill, and this could still have been avoided.',
    ].join(' '),
  )
})

test('the paragraph of a deadlock says who waits for whom', () => {
  const steps = [0, 1, 2].map((i) => ({ process: `philosopher${i}`, label: 'take_first' }))
  const text = paragraph(told(philosophers, 'left-first', { philosophers: 3 }, 'NoDeadlock', steps))
  for (const [i, other] of [1, 2, 0].entries())
    expect(text).toContain(
      `philosopher${i} waits at take_second because of fork${other}.taken, which is true since philosopher${other} took take_first in step ${other + 1}.`,
    )
})

describe('columns', () => {
  test('of the late check', () => {
    expect(columnLines(late())).toEqual([
      '    killer          other           victim',
      ' 1  look: sees free=false',
      ' 2                  hum: noise=1',
      ' 3                                  release: free=true',
      ' 4                                  die: dead=true, done',
      ' 5  check: sees dead=true',
      ' 6  kill: killed=true, done',
    ])
  })
  test('only causes', () => {
    const lines = columnLines(late(), { onlyCauses: true })
    expect(lines.join('\n')).not.toContain('hum')
    expect(lines.at(-1)).toBe(' 6  kill: killed=true, done')
  })
  test('too many processes make a list', () => {
    const steps = [0, 1, 2, 3, 4].map((i) => ({ process: `philosopher${i}`, label: 'take_first' }))
    const { explanation } = told(philosophers, 'left-first', { philosophers: 5 }, 'NoDeadlock', steps)
    const lines = columnLines({ explanation })
    expect(lines[0]).toBe('(5 processes take steps, too many for columns side by side.)')
    expect(lines).toContain(' 2  philosopher1 take_first: fork1.taken=true')
  })

  const walks = fc.array(fc.nat(10_000), { minLength: 2, maxLength: 12, size: 'max' })
  test.each(shapes)('are never wider than a mail: %s', (shape) => {
    fc.assert(
      fc.property(casesOf(shape), walks, (example, choices) => {
        const machine = new Machine(layoutOf(example.instance))
        const [start] = machine.starts().filter(({ fault }) => fault === undefined)
        if (start === undefined) return
        const trace = { schedule: { init: start.picks, steps: [] as Step[] }, states: [start.state] }
        for (const choice of choices) {
          const outcomes = machine.outcomes(trace.states.at(-1)!)
          const taken = outcomes[choice % Math.max(1, outcomes.length)]
          if (taken === undefined) break
          trace.schedule.steps.push(taken.step)
          trace.states.push(taken.next)
        }
        const lines = columnLines({ explanation: explain(machine, 'NoDeadlock', [], trace) })
        expect(lines.filter((line) => line.length > MAIL_WIDTH)).toEqual([])
      }),
      { numRuns: 5 },
    )
  })
})

/** The waiter waits for what the owner keeps. Beside them somebody may go round for ever. */
function trapped(spins: boolean): Told {
  const state = () => ({ held: bool, owner: singleton({}), waiter: singleton({}), spinner: singleton({}) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'trap',
    bounds: {},
    state,
    programs: () => [
      program('owner', { take: (s) => void (s.held = true) }),
      program('waiter', { wait: { when: (s) => !s.held } }),
      ...(spins ? [program('spinner', { look: () => undefined, again: () => 'look' })] : []),
    ],
  })
  const goal = propertiesOf(model).alwaysReachable('WaiterCanFinish', (s, { at }) => at(s.waiter[0]!, 'done'))
  const spec = { name: 'trap', protocol: { variants: ['model'] }, properties: [goal], rows: [] } as unknown as Spec
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const trace = replay(machine, { init: [], steps: [{ process: 'owner', label: 'take' }] })
  const where = { spec, variant: 'model', bounds: {}, ingredients: [], because: undefined }
  return tell({ ...where, property: 'WaiterCanFinish', shown: { result: 'violated' }, machine, trace }, 1000)
}

describe('a trap', () => {
  test('is shown to where it ends, with who waits there for what', () => {
    expect(columnLines(trapped(true))).toEqual([
      '    owner           spinner',
      ' 1  take: held=true, done',
      '── from here on it is out of reach, whatever is done; for example ──',
      '── from here on, again and again ──',
      ' 2                  look · 3 again',
      '    waiter waits at wait: sees held=true',
    ])
  })
  test('and in words', () => {
    expect(paragraph(trapped(true))).toBe(
      [
        'In trap, what WaiterCanFinish asks for can never be reached again after 1 step of owner.',
        'owner takes take (step 1); held becomes true.',
        'It may end where spinner goes round by look and again for ever (steps 2 and 3).',
        'waiter waits at wait because of held, which is true since owner took take in step 1.',
        'The last way out is before step 1 (take of owner).',
        'Had waiter taken wait before it, this could still have been avoided.',
      ].join(' '),
    )
  })
  test('that ends with the trace itself names no further steps', () => {
    expect(paragraph(trapped(false))).toContain('It may end where nobody moves any more. waiter waits at wait')
  })
  test('and so is the behaviour that takes the last way out, where it comes to an end', () => {
    expect(otherwiseLines(trapped(true))).toEqual([])
    expect(otherwiseLines(trapped(false))).toEqual([
      'Otherwise',
      '    waiter          owner',
      ' 1  wait: done',
      ' 2                  take: held=true, done',
    ])
  })
})

/** A counter goes round between 0 and 1, and nobody ever opens. */
test('what is said to be so all along does not change around the loop', () => {
  const state = () => ({ n: upTo(2), open: bool, counter: singleton({}) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'round',
    bounds: {},
    state,
    programs: () => [program('counter', { count: (s) => ((s.n = 1 - s.n), 'count') })],
  })
  const { eventually } = propertiesOf(model)
  const own = [eventually('BothCome', (s) => s.n === 2 && s.open), eventually('TwoComes', (s) => s.n === 2 || s.open)]
  const spec = { name: 'round', protocol: { variants: ['model'] }, properties: own, rows: [] } as unknown as Spec
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const count = { process: 'counter', label: 'count' }
  const trace = replay(machine, { init: [], steps: [count, count] })
  const where = { spec, variant: 'model', bounds: {}, ingredients: [], because: undefined, loop: 0 }
  const said = (property: string): string =>
    paragraph(tell({ ...where, property, shown: { result: 'violated' }, machine, trace }, 100))
  expect(said('BothCome')).not.toContain('All along')
  expect(said('TwoComes')).toContain('All along, open is false.')
})

test('where a field of the history is too small for the trace, the last way out is searched for without it', () => {
  const state = () => ({ n: upTo(3), counter: singleton({}), stopper: singleton({}) })
  const history = () => ({ counted: upTo(1) })
  const { program } = language<typeof state, typeof history>()
  const model = protocol({
    name: 'small',
    bounds: {},
    state,
    history,
    programs: () => [
      program('counter', {
        count: {
          do: (s) => void (s.n = 1),
          note: (h) => {
            h.counted++
          },
        },
        again: {
          do: (s) => void (s.n = s.n === 1 ? 3 : 0),
          note: (h) => {
            h.counted++
          },
        },
      }),
      program('stopper', { stop: (s) => void (s.n = 0) }),
    ],
  })
  const own = [propertiesOf(model).never('Three', (s) => s.n === 3)]
  const spec = { name: 'small', protocol: { variants: ['model'] }, properties: own, rows: [] } as unknown as Spec
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })), new Set())
  const steps = ['count', 'again'].map((label) => ({ process: 'counter', label }))
  const where = { spec, variant: 'model', bounds: {}, ingredients: [], because: undefined, property: 'Three' }
  const trace = replay(machine, { init: [], steps })
  expect(tell({ ...where, shown: { result: 'violated' }, machine, trace }, 100).turning).toMatchObject({
    is: 'found',
    step: 1,
    detour: { steps: [{ process: 'stopper', label: 'stop' }], thenAsBefore: true },
  })
})

test('the text is the paragraph and the columns, as narrow as a mail', () => {
  const lines = explanationText(late()).split('\n')
  expect(lines.filter((line) => line.length > MAIL_WIDTH)).toEqual([])
  expect(lines[0]).toMatch(/^In late-check /)
  expect(lines).toContain(' 6  kill: killed=true, done')
})

test('Markdown has the columns, what was overtaken and what decided', () => {
  const page = explanationMarkdown(late())
  expect(page).toContain(
    '- killer read `free = false` in step 1. Step 3 made it `true`, and it went on without looking again.',
  )
  expect(page).toContain('| 5 | killer | `check` | `dead = true`, by 4 victim `die` |')
})

/** All elements of a page. */
const elements = (element: Element): Element[] => [element, ...element.children.flatMap(elements)]

describe('HTML', () => {
  const pages = [
    explanationHtml(late()),
    explanationHtml(late(), { onlyCauses: true }),
    explanationHtml(
      told(increment, 'racy', { threads: 2 }, 'NoIncrementIsLost', [
        { process: 'thread0', label: 'read' },
        { process: 'thread1', label: 'read' },
        { process: 'thread1', label: 'write' },
        { process: 'thread0', label: 'write' },
      ]),
    ),
  ]
  const parse = (page: string): Element => parseXml(page.replace(/^<!DOCTYPE html>\n/, '').trim())

  test.each(pages)('is well formed and needs nothing from elsewhere: page %#', (page) => {
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">/)
    const all = elements(parse(page))
    expect(
      all.map(({ name }) => name).filter((name) => ['script', 'link', 'img', 'iframe', 'object'].includes(name)),
    ).toEqual([])
    const references = all.flatMap(({ attributes }) =>
      Object.entries(attributes).filter(([key]) => ['href', 'src', 'xlink:href', 'style'].includes(key)),
    )
    expect(references).toEqual([])
    expect(page).not.toMatch(/https?:|url\((?!#)|@import/)
    expect(page).toContain('prefers-color-scheme: dark')
  })

  test.each(pages)('every arrow has its head, and names in the diagram are told apart: page %#', (page) => {
    const all = elements(parse(page))
    const ids = all.map(({ attributes }) => attributes['id']).filter((id) => id !== undefined)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { attributes } of all) {
      const [, head] = /^url\(#(.*)\)$/.exec(attributes['marker-end'] ?? '') ?? []
      if (head !== undefined) expect(ids).toContain(head)
    }
  })

  test.each(pages)('labels stay in their lanes and do not overlap: page %#', (page) => {
    const labels = elements(parse(page)).filter(({ name }) => name === 'tspan')
    const boxes = labels.reduce<{ x: number; y: number; right: number }[]>((found, { attributes, text }) => {
      const before = found.at(-1)
      const [x, dy] = [Number(attributes['x']), Number(attributes['dy'])]
      return [
        ...found,
        { x, y: dy === 0 ? (before?.y ?? 0) + 25 : (before?.y ?? 0) + dy, right: x + text.length * 6.3 },
      ]
    }, [])
    expect(boxes.length).toBeGreaterThan(3)
    for (const { x, right } of boxes) expect(right - x).toBeLessThan(108 - 24 + 1)
  })

  test('what is in a model cannot break the page', () => {
    const odd = { ...late(), spec: '<script>&"', because: undefined }
    const page = explanationHtml(odd)
    expect(page).not.toContain('<script')
    expect(elements(parse(page)).find(({ name }) => name === 'title')?.text).toContain('<script>&"')
  })

  test('steps that are no causes are set aside, or left out', () => {
    expect(pages[0]).toContain('class="step lane1 aside"')
    expect(pages[1]).not.toContain('hum')
  })
})

test('JSON names steps from 1, and the start is 0', () => {
  const value = JSON.parse(explanationJson(late())) as { steps: unknown[]; overtaken: unknown[]; lastWayOut: object }
  expect(value.steps[4]).toMatchObject({
    number: 5,
    process: 'killer',
    label: 'check',
    isCause: true,
    reads: [
      { field: 'dead', value: 'true', writtenBy: 4, decisive: true },
      { field: 'killer.saw', writtenBy: 0 },
    ],
  })
  expect(value.overtaken).toEqual([
    { process: 'killer', field: 'free', readBy: 1, value: 'false', changedBy: [3], now: 'true' },
  ])
  expect(value.lastWayOut).toMatchObject({ is: 'found', beforeStep: 4, thenAsBefore: true })
})

/** The Informal Trace Format, as far as it says what a document must look like. */
const expression: z.ZodType = z.lazy(() =>
  z.union([
    z.boolean(),
    z.int(),
    z.string(),
    z.array(expression),
    z.strictObject({ '#set': z.array(expression) }),
    z.strictObject({ '#tup': z.array(expression) }),
    z.strictObject({ '#map': z.array(z.tuple([expression, expression])) }),
    z.record(z.string().regex(/^[^#]/), expression),
  ]),
)
const document = z.strictObject({
  '#meta': z.looseObject({ format: z.literal('ITF') }),
  vars: z.array(z.string()).min(1),
  loop: z.int().optional(),
  states: z.array(z.looseObject({ '#meta': z.looseObject({ index: z.int() }) })).min(1),
})

describe('ITF', () => {
  const all = ({ layout }: Machine) => new Set(Object.keys(layout.history.fields))
  function valid(machine: Machine, trace: Trace, loop?: number): z.infer<typeof document> {
    const value = document.parse(
      JSON.parse(itf(machine.layout, trace, { property: 'P', ...(loop === undefined ? {} : { loop }) }, all(machine))),
    )
    for (const { '#meta': _, ...state } of value.states) {
      expect(Object.keys(state)).toEqual(value.vars)
      for (const each of Object.values(state)) expression.parse(each)
    }
    return value
  }
  test('of the late check', () => {
    const machine = lateMachine()
    const { states, vars } = valid(machine, replay(machine, LATE))
    expect(states).toHaveLength(7)
    expect(vars).toEqual(['free', 'dead', 'killed', 'noise', 'killer', 'victim', 'other'])
    expect(states[1]).toMatchObject({
      '#meta': { index: 1, step: 'killer look' },
      free: false,
      killer: { '#map': [['killer', { pc: 'check', saw: false }]] },
    })
  })
  test.each(shapes)('of random protocols: %s', (shape) => {
    fc.assert(
      fc.property(casesOf(shape), (example) => {
        const machine = new Machine(layoutOf(example.instance))
        const [start] = machine.starts().filter(({ fault }) => fault === undefined)
        if (start === undefined) return
        const [taken] = machine.outcomes(start.state)
        const steps = taken === undefined ? [] : [taken.step]
        const states = taken === undefined ? [start.state] : [start.state, taken.next]
        valid(machine, { schedule: { init: start.picks, steps }, states })
      }),
      { numRuns: 5 },
    )
  })
  test('a loop leads from the last state back', () => {
    const machine = lateMachine()
    const steps = Array.from({ length: 4 }, () => ({ process: 'other', label: 'hum' }))
    const { states, loop } = valid(machine, replay(machine, { init: [], steps }), 0)
    expect([states.length, loop]).toEqual([4, 0])
  })
})

test('DOT has a node for each state and an edge for each transition', () => {
  const machine = new Machine(layoutOf(increment.protocol.instance({ variant: 'racy', bounds: { threads: 2 } })))
  const graph = stateGraph(machine, 13)!
  const text = dot('increment "racy"', graph, fieldsOf(machine.layout))
  // 13 states are known by hand, see the example; the diamond of two threads of two steps each.
  expect(text.match(/^ {2}s\d+ \[/gm)).toHaveLength(13)
  expect(text.match(/ -> /g)).toHaveLength(graph.edges.length)
  expect(text).toContain('digraph "increment \\"racy\\"" {')
  expect(text.match(/peripheries=2/g)).toHaveLength(graph.states.filter(({ is }) => is === 'end').length)
  expect(stateGraph(machine, 12)).toBeUndefined()
})
