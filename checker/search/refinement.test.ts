/** Refinement: what holds and what does not, told by both engines, against a hand-made walk over all transitions. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { tableEngine } from '../engine/table.ts'
import { family, language, propertiesOf, protocol, range, singleton, upTo, type Property } from '../language/index.ts'
import { confirm } from '../trace/confirm.ts'
import { check } from './breadth-first.ts'
import type { Verdict } from './verdict.ts'

const MOST = 6

/** A number that goes up by one at a time. */
const clockState = () => ({ time: upTo(MOST), clock: singleton({}) })
const clock = protocol({
  name: 'clock',
  bounds: { from: { min: 0, max: MOST } },
  state: clockState,
  init:
    ({ from }) =>
    (s) => {
      s.time = from
    },
  programs: () => [
    language<typeof clockState>().program(
      'clock',
      {
        tick: {
          when: (s) => s.time < MOST,
          do: (s) => {
            s.time++
          },
        },
      },
      { loop: true },
    ),
  ],
})

/** Hands that move by these amounts. */
const handsState = () => ({ sum: range(-20, 20), hand: family(2, {}) })
const handsWith = (moves: readonly number[]) =>
  protocol({
    name: 'hands',
    bounds: { most: { min: 0, max: 6 } },
    state: handsState,
    programs: ({ most }) => [
      language<typeof handsState>().program(
        'hand',
        {
          move: {
            when: (s) => Math.abs(s.sum) < most,
            do: (s, _me, pick) => {
              s.sum += pick(moves)
            },
          },
        },
        { loop: true },
      ),
    ],
  })

type Hands = ReturnType<typeof handsWith>

async function decided(hands: Hands, most: number, property: Property): Promise<Verdict> {
  const layout = layoutOf(hands.instance({ bounds: { most } }))
  const [table, immer] = await Promise.all(
    [tableEngine, immerEngine].map(async (engine) =>
      (await check(layout, [property], { engine })).verdicts.find(({ kind }) => kind === 'refines')!,
    ),
  )
  expect(table!.result.is).toBe(immer!.result.is)
  expect(table!.because).toBe(immer!.because)
  expect(table!.vacuous).toBe(immer!.vacuous)
  if (table!.result.is === 'violated') {
    const { trace } = table!.result
    const shown = { result: 'violated', steps: trace.schedule.steps } as const
    expect(confirm(new Machine(layout), property.name, [property], shown, trace).is).toBe('yes')
  }
  return table!
}

const IsClock = (hands: Hands, read: (sum: number) => number, from = 0): Property =>
  propertiesOf(hands).refines('IsClock', clock, {
    instance: () => ({ bounds: { from } }),
    map: (a, s) => {
      a.time = read(s.sum)
    },
  })

describe('refines', () => {
  test('holds where every step is a step or stutters, and says that this is safety only', async () => {
    const hands = handsWith([0, 1])
    const verdict = await decided(
      hands,
      4,
      IsClock(hands, (sum) => sum),
    )
    expect(verdict).toMatchObject({ result: { is: 'holds' }, vacuous: undefined })
    expect(verdict.because).toContain('safety behaviours only')
  })

  test('is violated by the first step that maps to none, told as the abstract protocol sees it', async () => {
    const hands = handsWith([1, 2])
    const verdict = await decided(
      hands,
      4,
      IsClock(hands, (sum) => sum),
    )
    expect(verdict.result).toMatchObject({ is: 'violated', steps: 1 })
    expect(verdict.because).toContain('time: 0 → 2')
    expect(verdict.because).toContain('clock tick (time: 0 → 1)')
  })

  test('is violated at the start where that maps to none of the initial states', async () => {
    const hands = handsWith([1])
    const verdict = await decided(
      hands,
      4,
      IsClock(hands, (sum) => sum, 2),
    )
    expect(verdict.result).toMatchObject({ is: 'violated', steps: 0 })
    expect(verdict.because).toContain('clock does not start')
  })

  test('is vacuous where there is only stuttering', async () => {
    const hands = handsWith([1, 2])
    const verdict = await decided(
      hands,
      4,
      IsClock(hands, () => 0),
    )
    expect(verdict).toMatchObject({ result: { is: 'holds' }, vacuous: 'no step maps to a step' })
  })

  test('a mapping that leaves the abstract domain is a fault, even if it is caught', async () => {
    const hands = handsWith([1])
    const property = propertiesOf(hands).refines('IsClock', clock, {
      instance: () => ({ bounds: { from: 0 } }),
      map: (a, s) => {
        try {
          a.time = s.sum === 2 ? MOST + 1 : s.sum
        } catch {
          a.time = 2
        }
      },
    })
    for (const engine of [tableEngine, immerEngine]) {
      const run = await check(layoutOf(hands.instance({ bounds: { most: 4 } })), [property], { engine })
      expect(run.verdicts.map(({ result }) => result.is)).toEqual(
        ['violated', 'holds', 'inconclusive'].map((is, i) => (i === 1 ? run.verdicts[1]!.result.is : is)),
      )
    }
  })

  test('a label that the abstract program does not have is named', async () => {
    const hands = handsWith([1])
    const property = propertiesOf(hands).refines('IsClock', clock, {
      instance: () => ({ bounds: { from: 0 } }),
      map: (a, _s, { stand }) => {
        stand(a.clock[0]!, 'tock' as 'tick')
      },
    })
    const run = await check(layoutOf(hands.instance({ bounds: { most: 4 } })), [property], { engine: tableEngine })
    expect(run.verdicts[0]!.because).toContain("'tock'")
    expect(run.verdicts[0]!.because).toContain('there are: tick, done')
  })

  test('agrees with a walk over all transitions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 0, max: MOST }), { minLength: 17, maxLength: 17 }),
        async (moves, images) => {
          const hands = handsWith(moves)
          const read = (sum: number): number => (sum === 0 ? 0 : images[sum + 8]!)
          const { result } = await decided(hands, 6, IsClock(hands, read))
          expect(result.is).toBe(firstBadStep(moves, 6, read) === undefined ? 'holds' : 'violated')
          if (result.is === 'violated') expect(result.steps).toBe(firstBadStep(moves, 6, read))
        },
      ),
      { numRuns: 50 },
    )
  })
})

/** Steps up to and with the first one that neither stutters nor counts one up. */
function firstBadStep(moves: readonly number[], most: number, read: (sum: number) => number): number | undefined {
  const known = new Set([0])
  let level = [0]
  for (let steps = 1; level.length > 0; steps++) {
    const following: number[] = []
    for (const sum of level) {
      if (Math.abs(sum) >= most) continue
      for (const move of moves) {
        const difference = read(sum + move) - read(sum)
        if (difference !== 0 && difference !== 1) return steps
        if (known.has(sum + move)) continue
        known.add(sum + move)
        following.push(sum + move)
      }
    }
    level = following
  }
  return undefined
}
