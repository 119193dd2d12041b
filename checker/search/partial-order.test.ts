/** What a search that leaves out steps claims, and what it leaves open. */
import { describe, expect, test } from 'vitest'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import { bool, family, language, propertiesOf, protocol, singleton, upTo, type Property } from '../language/index.ts'
import { check, type Reductions } from './breadth-first.ts'
import { disagreements } from './cross-check.ts'
import type { Run } from './verdict.ts'

/** Two processes count by themselves; then the second one rings, where the first one has not. */
function bells() {
  const state = () => ({ rung: bool, p: singleton({ n: upTo(3) }), q: singleton({ n: upTo(3) }) })
  const { program } = language<typeof state>()
  const counting = (_s: unknown, me: { n: number }): 'count' | undefined => (++me.n < 3 ? 'count' : undefined)
  const programs = [
    program('p', { count: counting, ring: (s) => void (s.rung = true) }),
    program('q', { count: counting, ring: { when: (s) => !s.rung, do: (s) => void (s.rung = true) } }),
  ]
  return protocol({ name: 'bells', bounds: {}, state, programs: () => programs })
}
const model = bells()
const layout = layoutOf(model.instance({ bounds: {} }))
const { always, alwaysReachable, eventually, maximum, never, reachable, stepwise } = propertiesOf(model)
const byOrder: Reductions = { partialOrder: true }
const run = (properties: readonly Property[], reduce?: Reductions, engine = tableEngine): Promise<Run> =>
  check(layout, properties, { engine, reduce })
const verdict = ({ verdicts }: Run, name: string) => verdicts.find(({ property }) => property === name)!

const claims = [
  always('CountsStayLow', (s) => s.p.every((p) => p.n <= 3)),
  never('NeverRings', (s) => s.rung),
  reachable('QRingsFirst', (s, { at }) => s.rung && s.p.every((p) => !at(p, 'done'))),
  maximum('Most', (s) => s.p.sum((p) => p.n)),
  stepwise('RingingIsForEver', (s, { before }) => s.rung || !before(() => s.rung)),
]

test('it claims what the whole search claims, from fewer states', async () => {
  const [whole, part] = [await run(claims), await run(claims, byOrder)]
  expect(disagreements(part, whole)).toEqual([])
  expect(part.verdicts.map(({ result }) => result.is)).not.toContain('inconclusive')
  expect(part.statistics.states).toBeLessThan(whole.statistics.states)
  expect(part.basis).toMatchObject({ is: 'reduced', partialOrder: { kept: part.statistics.states } })
})

test('a deadlock is found, with a schedule that is a real one', async () => {
  // Q is blocked before its ring once P has rung, and then it is not where the protocol may end.
  const { verdicts } = await run([], byOrder)
  const { result } = verdicts.find(({ property }) => property === 'NoDeadlock')!
  // 3 counts each and one ring: no schedule to the end is shorter.
  expect(result).toMatchObject({ is: 'violated', steps: 7 })
})

/** It holds of every step, but not of one that changes nothing. */
const everyStepMoves = stepwise(
  'EveryStepMoves',
  (s, { at, before }) =>
    s.p.some((p) => p.n !== before(() => p.n) || at(p, 'done')) ||
    s.q.some((q) => q.n !== before(() => q.n)) ||
    s.rung !== before(() => s.rung),
)

describe('it leaves open', () => {
  test.each([
    ['what can still be reached', alwaysReachable('SomebodyRings', (s) => s.rung), 'branchings'],
    ['what comes under fairness', eventually('Rings', (s) => s.rung), 'fairness'],
    ['what fails of a step that changes nothing', everyStepMoves, 'changes nothing'],
  ])('%s', async (_what, property, because) => {
    const { result, because: reason } = verdict(await run([property], byOrder), property.name)
    expect(result.is).toBe('inconclusive')
    expect(reason).toContain(because)
  })

  test('though not a step that was seen to violate', async () => {
    const property = stepwise('NobodyMoves', (s, { before }) => s.p.every((p) => p.n !== before(() => p.n)))
    const { result } = verdict(await run([property], byOrder), property.name)
    expect(result.is).toBe('violated')
  })
})

test('what it leaves open for that reason holds of the whole', async () => {
  expect(verdict(await run([everyStepMoves]), 'EveryStepMoves').result.is).toBe('holds')
})

describe('it is refused', () => {
  test('with time', async () => {
    const state = () => ({ clock: singleton({ n: upTo(2) }), p: family(2, {}) })
    const { program } = language<typeof state>()
    const programs = [
      program(
        'clock',
        {
          tick: {
            when: (_s, me) => me.n < 2,
            do: (_s, me) => {
              me.n++
            },
          },
        },
        { loop: true, role: 'time' },
      ),
      program('p', { a: () => undefined }),
    ]
    const ticking = protocol({ name: 'ticking', bounds: {}, state, programs: () => programs })
    const { basis } = await check(layoutOf(ticking.instance({ bounds: {} })), [], {
      engine: tableEngine,
      reduce: byOrder,
    })
    expect(basis).toMatchObject({ is: 'refused', because: expect.stringContaining('clock is time') as string })
  })
})

test('under a budget no depth is claimed', async () => {
  const { basis, verdicts } = await check(layout, claims, { engine: tableEngine, reduce: byOrder, maxStates: 4 })
  expect(basis).toMatchObject({ is: 'reduced', partial: { depth: -1, stop: { by: 'states' } } })
  expect(verdicts.find(({ property }) => property === 'CountsStayLow')?.result.is).toBe('inconclusive')
})

test('the reference engine leaves out nothing', async () => {
  const whole = await run(claims)
  const { basis, statistics } = await run(claims, byOrder, immerEngine)
  expect([basis.is, statistics.states]).toEqual(['exact', whole.statistics.states])
})
