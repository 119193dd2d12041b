/** The engines agree at the limits of what a state may be, and the two loops beyond what the reference can reach. */
import { describe, expect, test } from 'vitest'
import {
  array,
  bool,
  family,
  language,
  option,
  propertiesOf,
  protocol,
  range,
  upTo,
  type Instance,
  type Property,
} from '../language/index.ts'
import { differences, Inquiry, investigate } from './findings.ts'
import { immerEngine } from './immer.ts'
import { layoutOf } from './layout.ts'
import { observerOf } from './observer.ts'
import { crewed } from './planted/crewed.ts'
import { tableEngineWith } from './table.ts'

const variants = [{}, { leafCap: 1 }, { generateFrom: 0 }, { generateFrom: 0, leafCap: 1 }]
const FAR = 2 ** 30

const inquiryOf = (
  subject: { instance(wanted: { bounds: object }): Instance },
  properties: readonly Property[],
): Inquiry => new Inquiry(layoutOf(subject.instance({ bounds: {} })), properties.map(observerOf))

describe('engines agree about', () => {
  const extent = { states: 500, stride: 50 }
  const expectAgreement = (inquiry: Inquiry): void => {
    const expected = investigate(immerEngine, inquiry, extent)
    for (const variant of variants)
      expect(differences(investigate(tableEngineWith(variant), inquiry, extent), expected)).toEqual([])
  }

  test('numbers of 31 bits', () => {
    const state = () => ({
      far: range(-FAR, FAR - 1),
      maybe: option(range(-FAR, FAR - 2)),
      near: range(-FAR, 2 - FAR),
      cpu: family(2, {}),
    })
    const { program } = language<typeof state>()
    const numbers = protocol({
      name: 'numbers',
      bounds: {},
      state,
      programs: () => [
        program(
          'cpu',
          {
            a: (s, _me, pick) => {
              s.far = pick([FAR - 1, -FAR, 0, FAR - 2])
            },
            b: (s, _me, pick) => {
              s.maybe = pick([null, FAR - 2, -FAR, Math.min(s.far, FAR - 2)])
            },
            c: (s) => {
              s.near = s.far > 0 || s.maybe === -FAR ? 1 - FAR : -FAR
            },
          },
          { loop: true },
        ),
      ],
    })
    const { maximum, minimum, stepwise } = propertiesOf(numbers)
    expectAgreement(
      inquiryOf(numbers, [
        maximum('Most', (s) => s.far),
        minimum('Least', (s) => s.maybe ?? 0),
        stepwise('Rises', (s, { before }) => before(() => s.far) <= s.far),
      ]),
    )
  })

  test('a field of more values is refused', () => {
    const state = () => ({ far: range(-FAR, FAR), cpu: family(1, {}) })
    const { program } = language<typeof state>()
    const numbers = protocol({
      name: 'numbers',
      bounds: {},
      state,
      programs: () => [program('cpu', { a: () => undefined })],
    })
    expect(() => layoutOf(numbers.instance({ bounds: {} }))).toThrow('far has 2147483649 values; 2^31 are the most')
  })

  // 24 words are the most that the generated loop unrolls, 512 the most that there may be.
  test.each([1, 24, 25, 512])('states of %i words', (words) => {
    const state = () => ({ a: array(words, range(-FAR, FAR - 1)), cpu: family(1, {}) })
    const { program } = language<typeof state>()
    const wide = protocol({
      name: 'wide',
      bounds: {},
      state,
      programs: () => [
        program(
          'cpu',
          {
            a: (s, _me, pick) => {
              const i = pick([0, words - 1])
              s.a[i] = s.a[i] === 3 ? -5 : s.a[i]! + 1
            },
          },
          { loop: true },
        ),
      ],
    })
    const { maximum, stepwise } = propertiesOf(wide)
    const last = words - 1
    expectAgreement(
      inquiryOf(wide, [
        maximum('Most', (s) => s.a[last]! + s.a[0]!),
        stepwise('Rises', (s, { before }) => before(() => s.a[last]!) <= s.a[last]!),
      ]),
    )
  })

  test('programs of hundreds of labels', () => {
    const state = () => ({ x: upTo(3), cpu: family(2, {}) })
    const { program } = language<typeof state>()
    const labels = Array.from({ length: 300 }, (_, i) => `l${i}`)
    const steps = Object.fromEntries(
      labels.map((label, i) => [
        label,
        (s: { x: number }, _me: object, pick: (options: number[]) => number) => {
          if (i % 50 === 0) s.x = pick([0, 1, 2, 3])
          return i % 3 === 0 ? labels[(7 * i + s.x) % 300] : undefined
        },
      ]),
    )
    const long = protocol({
      name: 'long',
      bounds: {},
      state,
      programs: () => [program('cpu', steps as never, { loop: true })],
    })
    expectAgreement(inquiryOf(long, [propertiesOf(long).maximum('Most', (s) => s.x)]))
  })
})

test('the two loops number tens of thousands of states alike, wherever the one takes over from the other', () => {
  const state = () => ({ best: upTo(13), cpu: family(4, { n: upTo(13), flag: upTo(2 ** 20) }) })
  const { program } = language<typeof state>()
  const clocks = protocol({
    name: 'clocks',
    bounds: {},
    state,
    programs: () => [
      program(
        'cpu',
        {
          turn: (s, me, pick) => {
            me.n = pick([(me.n + 1) % 14, 0])
            me.flag = me.n * 40_000
            s.best = me.n === 13 ? s.best : 0
          },
        },
        { loop: true },
      ),
    ],
  })
  const { maximum, stepwise } = propertiesOf(clocks)
  const inquiry = inquiryOf(clocks, [
    maximum('Sum', (s) => s.cpu.sum((cpu) => cpu.n)),
    stepwise('Falls', (s, { before }) => s.cpu.every((cpu) => cpu.n < 13 || before(() => cpu.n === 12))),
  ])
  const explored = [Infinity, 0, 1000, 16_384].map((generateFrom) => {
    const space = tableEngineWith({ generateFrom }).explore(inquiry.question(new Set()))
    while (space.advance(10_007));
    const { states, transitions, depth, queued } = space.statistics()
    const ids = Array.from({ length: states }, (_, id) => id)
    return {
      statistics: { states, transitions, depth, queued },
      sightings: [space.sighting(0), space.sighting(1)],
      predecessors: ids.map((id) => space.predecessor(id)).join(),
      some: ids.filter((id) => id % 997 === 0).map((id) => space.state(id)),
    }
  })
  const [interpreted, ...generated] = explored
  expect(interpreted?.statistics.states).toBe(14 ** 4)
  for (const each of generated) expect(each).toEqual(interpreted)
})

test('a state whose words are all 0 is not known before it was met', () => {
  const state = () => ({ x: bool, p: family(1, {}) })
  const { program } = language<typeof state>()
  const flips = protocol({
    name: 'flips',
    bounds: {},
    state,
    init: () => (s) => void (s.x = true),
    programs: () => [program('p', { flip: (s) => void (s.x = !s.x) }, { loop: true })],
  })
  for (const engine of [tableEngineWith({ generateFrom: 0 }), crewed(2, 1, { generateFrom: 0 })]) {
    const space = engine.explore(inquiryOf(flips, []).question(new Set()))
    while (space.advance(1));
    expect(space.statistics().states).toBe(2)
  }
})
