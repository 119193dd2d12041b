/** Symmetry and partial order together, as a search: what is claimed, what is left open, and the cross-check. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Footprints } from '../engine/footprint.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import { bool, family, language, propertiesOf, protocol, singleton, upTo, type Property } from '../language/index.ts'
import { check, type SearchOptions } from './breadth-first.ts'
import { crossCheck, CrossCheckError, disagreements, downwards } from './cross-check.ts'

const both = { symmetry: true, partialOrder: true }

/** Members that count by themselves, and look at each other at the end only, if at all. */
const state = ({ members, limit }: { members: number; limit: number }) => ({
  member: family(members, { n: upTo(limit) }),
})
const { program } = language<typeof state>()
const counting = protocol({
  name: 'counting',
  bounds: { members: { min: 1, max: 9 }, limit: { min: 1, max: 9 } },
  state,
  programs: ({ limit }) => [
    program('member', {
      count: {
        when: (_s, me) => me.n < limit,
        do: (_s, me) => {
          me.n++
          return 'count'
        },
      },
    }),
  ],
  done: () => () => true,
})

// (limit + 1) ^ members states; multisets of counts by symmetry; one order of all steps by both.
test('members with nothing in common move in a single order', async () => {
  const layout = layoutOf(counting.instance({ bounds: { members: 4, limit: 3 } }))
  const states = async (reduce: SearchOptions['reduce']): Promise<number> =>
    (await check(layout, [], { engine: tableEngine, reduce })).statistics.states
  expect(await states(undefined)).toBe(4 ** 4)
  expect(await states({ symmetry: true })).toBe(35)
  expect(await states(both)).toBe(4 * 3 + 1)
})

test('a family that is sensitive to the order is left out, and the rest is reduced', async () => {
  const mixed = () => ({ a: family(2, { n: upTo(2) }), b: family(2, {}), first: upTo(2) })
  const { program: of } = language<typeof mixed>()
  const programs = [
    of('a', { count: (_s, me) => void (me.n += 1), again: (_s, me) => void (me.n += 1) }),
    of('b', { number: (s, me) => void (s.first = 1 + s.b.indexOf(me)) }),
  ]
  const model = protocol({ name: 'mixed', bounds: {}, state: mixed, programs: () => programs })
  const layout = layoutOf(model.instance({ bounds: {} }))
  const [whole, together] = [
    await check(layout, [], { engine: tableEngine }),
    await check(layout, [], { engine: tableEngine, reduce: both }),
  ]
  expect(together.basis).toMatchObject({
    symmetry: { families: [{ family: 'a', members: 2 }], leftOut: [{ family: 'b' }] },
    partialOrder: {},
  })
  expect(disagreements(together, whole)).toEqual([])
})

test('without anything to exchange there is still something to leave out', async () => {
  const alone = () => ({ a: singleton({ n: upTo(2) }), b: singleton({ n: upTo(2) }) })
  const { program: of } = language<typeof alone>()
  const programs = [of('a', { count: (_s, me) => void (me.n += 1) }), of('b', { count: (_s, me) => void (me.n += 1) })]
  const model = protocol({ name: 'alone', bounds: {}, state: alone, programs: () => programs })
  const { basis } = await check(layoutOf(model.instance({ bounds: {} })), [], { engine: tableEngine, reduce: both })
  expect(basis).toEqual({ is: 'reduced', partialOrder: { kept: 3, passes: 1 } })
})

describe('the cross-check', () => {
  afterEach(() => vi.restoreAllMocks())

  async function compared(
    protocolAtHand: Parameters<typeof downwards>[0],
    bounds: Readonly<Record<string, number>>,
    properties: readonly Property[] = [],
  ) {
    const options: SearchOptions = { engine: tableEngine, reduce: both }
    const configurations = [...downwards(protocolAtHand, { variant: 'model', bounds, ingredients: [] })]
    const run = await check(configurations[0]!.layout, properties, options)
    return crossCheck(run, properties, options, configurations, 1000)
  }

  test('agrees at the first bounds that are small enough', async () => {
    expect(await compared(counting, { members: 5, limit: 3 })).toEqual({
      is: 'agrees',
      bounds: { members: 4, limit: 3 },
      unreduced: 4 ** 4,
      reduced: 4 * 3 + 1,
    })
  })

  test('finds that nothing was carried over from one member to the others', async () => {
    // One member parks; the other one, which is kept as the last, reads what Q writes.
    const parting = ({ members }: { members: number }) => ({
      q: singleton({}),
      x: bool,
      parked: bool,
      p: family(members, { seen: bool }),
    })
    const { program: of } = language<typeof parting>()
    const model = protocol({
      name: 'parting',
      bounds: { members: { min: 1, max: 3 } },
      state: parting,
      programs: () => [
        of('q', { write: (s) => void (s.x = true) }),
        of('p', {
          go: (s) => {
            if (s.parked) return 'read'
            s.parked = true
            return 'park'
          },
          park: { when: () => false, do: () => undefined },
          read: (s, me) => void (me.seen = s.x),
        }),
      ],
    })
    const { never } = propertiesOf(model)
    const properties = [never('MissesIt', (s, { at }) => s.p.some((p) => at(p, 'done') && !p.seen))]
    expect(await compared(model, { members: 2 }, properties)).toMatchObject({ is: 'agrees', bounds: { members: 2 } })
    vi.spyOn(Footprints.prototype, 'carryOver').mockReturnValue()
    await expect(compared(model, { members: 2 }, properties)).rejects.toThrow(
      'Reduced and unreduced search disagree at members=2: MissesIt is holds and not violated.',
    )
    await expect(compared(model, { members: 2 }, properties)).rejects.toThrow(CrossCheckError)
  })
})
