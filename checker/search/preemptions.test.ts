/** Preemption bounds: the same states as by definition, cheapest schedules, exact where nothing is left. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { INCREMENT } from '../cli/child.ts'
import { loadSpecs } from '../cli/load.ts'
import { casesOf, shapes } from '../engine/conformance.ts'
import { ECONOMY, type EconomyOptions } from '../engine/economy.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { tableEngine } from '../engine/table.ts'
import { bool, language, propertiesOf, protocol, singleton } from '../language/index.ts'
import type { Property } from '../language/property.ts'
import { replay, type Schedule } from '../trace/schedule.ts'
import { check } from './breadth-first.ts'
import { Pairs } from './pairs.ts'
import { preemptionMode } from './preemptions.ts'
import { cheapest, firstStays, isState, randomThreads } from './random-threads.ts'
import type { Run } from './verdict.ts'

const ENOUGH = 1000
const originals = (({ preempt, last }) => ({ preempt, last }))(Pairs.prototype)
/** Random protocols of each shape; of threads more. */
const numRuns = Number(process.env['OOMCHECK_RUNS'] ?? 3)
const threadRuns = 8 * numRuns
const timeout = 20_000 + 1000 * threadRuns

const bounded = (
  layout: Layout,
  properties: readonly Property[],
  most: number,
  economy: Partial<EconomyOptions> = {},
): Promise<Run> =>
  check(layout, properties, { engine: tableEngine, mode: preemptionMode(most, { ...ECONOMY, ...economy }) })

/** Preemptions of a schedule, by their definition. */
function preemptionsOf(layout: Layout, schedule: Schedule): number {
  const machine = new Machine(layout)
  const { states } = replay(machine, schedule)
  return schedule.steps.filter((step, i) => {
    const last = schedule.steps[i - 1]?.process
    return step.process !== last && machine.enabled(states[i]!).some(({ process }) => process === last)
  }).length
}

/** All schedules of up to so many steps, one after the other: the states, each with the fewest preemptions. */
function byBruteForce(layout: Layout, steps: number): Map<string, number> {
  const machine = new Machine(layout)
  const found = new Map<string, number>()
  const go = (state: object, last: string | undefined, preemptions: number, left: number): void => {
    const key = JSON.stringify(state)
    found.set(key, Math.min(preemptions, found.get(key) ?? Infinity))
    if (left === 0) return
    const outcomes = machine.outcomes(state as never)
    const couldGoOn = outcomes.some(({ step }) => step.process === last)
    for (const { step, next } of outcomes) {
      const preempts = couldGoOn && step.process !== last
      go(next, step.process, preemptions + (preempts ? 1 : 0), left - 1)
    }
  }
  for (const state of machine.initial()) go(state, undefined, 0, steps)
  return found
}

const shownBy = ({ verdicts }: Run, name: string): string => {
  const { result } = verdicts.find(({ property }) => property === name)!
  return 'trace' in result ? `${result.is}: ${result.preemptions} preemptions, ${result.steps} steps` : result.is
}

/** Throws where the search and the definition differ about a protocol, for some bound up to so many. */
async function agrees(layout: Layout, most: number): Promise<void> {
  const { states, rise } = cheapest(layout)
  const properties = [...states.map(({ state }, i) => isState(layout, state, `S${i}`)), firstStays]
  for (let k = 0; k <= most; k++) {
    const run = await bounded(layout, properties, k)
    const isExact = run.basis.is === 'exact'
    states.forEach(({ preemptions, steps }, i) => {
      const expected = preemptions <= k ? `reachable: ${preemptions} preemptions, ${steps} steps` : 'inconclusive'
      expect(`S${i} ${shownBy(run, `S${i}`)}`).toBe(`S${i} ${expected}`)
    })
    expect(run.statistics.states).toBe(states.filter(({ preemptions }) => preemptions <= k).length)
    const isSeen = rise !== undefined && (rise.preemptions <= k || isExact)
    const expected = isSeen ? `violated: ${rise.preemptions} preemptions, ${rise.steps} steps` : undefined
    expect(shownBy(run, 'FirstStays')).toBe(expected ?? (isExact ? 'holds' : 'inconclusive'))
    for (const { result } of run.verdicts)
      if ('trace' in result && result.preemptions !== undefined)
        expect(preemptionsOf(layout, result.trace.schedule)).toBe(result.preemptions)
    if (isExact) return
  }
}

describe('random threads', () => {
  test('within every bound: the states, preemptions and steps of the definition', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(randomThreads, (layout) => agrees(layout, ENOUGH)),
      { numRuns },
    )
  })

  test('no schedule reaches a state with fewer preemptions', { timeout }, () => {
    fc.assert(
      fc.property(randomThreads, (layout) => {
        const least = new Map(
          cheapest(layout).states.map(({ state, preemptions }) => [JSON.stringify(state), preemptions]),
        )
        for (const [state, preemptions] of byBruteForce(layout, 5))
          expect(preemptions).toBeGreaterThanOrEqual(least.get(state) ?? Infinity)
      }),
      { numRuns: 20 },
    )
  })

  test('a search that forgets to count, or who moved last, is noticed', async () => {
    const { preempt, last } = originals
    const planted = [
      () =>
        vi.spyOn(Pairs.prototype, 'preempt').mockImplementation(function (this: Pairs, to, by, before, steps) {
          if (by === 0) this.reach(to, by, before)
          else preempt.call(this, to, by, before, steps)
        }),
      () =>
        vi.spyOn(Pairs.prototype, 'last').mockImplementation(function (this: Pairs, node) {
          return Math.min(1, last.call(this, node))
        }),
      // The state alone, without who moved last.
      () => {
        const known = new WeakMap<Pairs, Set<number>>()
        return vi.spyOn(Pairs.prototype, 'preempt').mockImplementation(function (this: Pairs, to, by, before, steps) {
          const states = known.get(this) ?? new Set()
          known.set(this, states)
          if (!states.has(to)) preempt.call(this, to, by, before, steps)
          states.add(to)
        })
      },
    ]
    const sample = fc.sample(randomThreads, { numRuns: 40, seed: 1 })
    for (const [i, plant] of planted.entries()) {
      const spy = plant()
      let noticed = false
      for (const layout of sample)
        noticed ||= await agrees(layout, 3).then(
          () => false,
          () => true,
        )
      spy.mockRestore()
      expect([i, noticed]).toEqual([i, true])
    }
  })
})

const economies = fc.constantFrom<Partial<EconomyOptions>>({}, { leafCap: 1 })

test.each(shapes)(
  'without a bound that matters, the verdicts of the exhaustive search: %s',
  async (shape) => {
    const property = fc.asyncProperty(casesOf(shape), economies, async ({ instance, properties }, economy) => {
      const layout = layoutOf(instance)
      const exact = await check(layout, properties, { engine: tableEngine, maxStates: 300 })
      if (exact.basis.is !== 'exact') return
      const run = await bounded(layout, properties, ENOUGH, economy)
      expect(run.basis).toEqual({ is: 'exact' })
      const { states, transitions, initialStates } = run.statistics
      expect({ states, transitions, initialStates }).toEqual({
        states: exact.statistics.states,
        transitions: exact.statistics.transitions,
        initialStates: exact.statistics.initialStates,
      })
      exact.verdicts.forEach((expected, i) => {
        const found = run.verdicts[i]!
        if (found.because?.includes('keeps no graph') === true) return
        expect([found.property, found.result.is]).toEqual([expected.property, expected.result.is])
        if ('value' in expected.result) expect(found.result).toMatchObject({ value: expected.result.value })
        if ('steps' in expected.result && 'steps' in found.result)
          expect(found.result.steps).toBeGreaterThanOrEqual(expected.result.steps)
        expect(found.vacuous).toBe(expected.vacuous)
      })
    })
    await fc.assert(property, { numRuns })
  },
  timeout,
)

test('a search that stops early claims only the bound that was finished', async () => {
  const layout = layoutOf((await loadSpecs(INCREMENT))[0]!.protocol.instance({ bounds: { threads: 3 } }))
  // 31 states without preemptions and 76 with one, the first of which are found while none of the second are complete.
  for (const [maxStates, most] of [
    [20, -1],
    [50, 0],
  ]) {
    const mode = preemptionMode(5)
    const run = await check(layout, [], { engine: tableEngine, mode, maxStates })
    expect(run.basis).toEqual({ is: 'preemptions', most, stop: { by: 'states', limit: maxStates } })
    for (const { result, because } of run.verdicts) {
      expect(result).toEqual({ is: 'inconclusive' })
      expect(because).toContain(`; the search stopped at the budget of ${maxStates} states`)
    }
  }
})

describe('by hand', () => {
  /**
   * `a` writes a bit, and looks at the answer; `b` answers if it sees the bit, and takes the answer back. To be caught `b`
   * must answer between the two steps of `a`, which could have gone on, and `a` must look between the two of `b`, which
   * could have gone on: two preemptions, in a schedule of three steps.
   */
  const caught = (): { layout: Layout; property: Property } => {
    const state = () => ({ bit: bool, answer: bool, caught: bool, a: singleton({}), b: singleton({}) })
    const { program } = language<typeof state>()
    const model = protocol({
      name: 'caught',
      bounds: {},
      state,
      programs: () => [
        program('a', {
          set: (s) => void (s.bit = true),
          look: (s) => {
            s.caught = s.answer
            s.bit = false
          },
        }),
        program('b', { reply: (s) => void (s.answer = s.bit), take_back: (s) => void (s.answer = false) }),
      ],
    })
    return {
      layout: layoutOf(model.instance({ bounds: {} })),
      property: propertiesOf(model).never('NeverCaught', (s) => s.caught),
    }
  }

  test('a bug that needs two preemptions', async () => {
    const { layout, property } = caught()
    for (const k of [0, 1]) {
      const run = await bounded(layout, [property], k)
      expect(run.basis).toEqual({ is: 'preemptions', most: k })
      const preemptions = k === 1 ? '1 preemption' : '0 preemptions'
      expect(run.verdicts[2]).toMatchObject({
        result: { is: 'inconclusive' },
        because: `no violation with at most ${preemptions} (${run.statistics.states} states)`,
      })
    }
    const run = await bounded(layout, [property], 2)
    expect(run.verdicts[2]).toMatchObject({
      result: {
        is: 'violated',
        steps: 3,
        preemptions: 2,
        trace: { schedule: { steps: [{ label: 'set' }, { label: 'reply' }, { label: 'look' }] } },
      },
    })
  })

  test('to go on where another one waits, or is finished, is no preemption', async () => {
    const state = () => ({ turn: bool, a: singleton({}), b: singleton({}) })
    const { program } = language<typeof state>()
    const model = protocol({
      name: 'turns',
      bounds: {},
      state,
      programs: () => [
        program('a', { ping: (s) => void (s.turn = true), wait: { when: (s) => !s.turn } }),
        program('b', { pong: { when: (s) => s.turn, do: (s) => void (s.turn = false) } }),
      ],
    })
    const layout = layoutOf(model.instance({ bounds: {} }))
    const { reachable } = propertiesOf(model)
    const allDone = reachable('AllDone', (s, { at }) => at(s.a[0]!, 'done') && at(s.b[0]!, 'done'))
    const run = await bounded(layout, [allDone], 0)
    // ping, pong, wait: a waits after ping, and b is finished after pong.
    expect(run.verdicts[2]).toMatchObject({ result: { is: 'reachable', steps: 3, preemptions: 0 } })
    expect(run.basis).toEqual({ is: 'exact' })
  })

  test('a step that goes wrong only when it preempts', async () => {
    const state = () => ({ half: bool, a: singleton({}), b: singleton({}), c: singleton({}) })
    const { program } = language<typeof state>()
    const model = protocol({
      name: 'half',
      bounds: {},
      state,
      programs: () => [
        program('a', { begin: (s) => void (s.half = true), end: (s) => void (s.half = false) }),
        program('b', {
          look: (s) => {
            if (s.half) throw new RangeError('half')
          },
        }),
        // There is more to see with more preemptions.
        program('c', { one: () => undefined, two: () => undefined }),
      ],
    })
    const layout = layoutOf(model.instance({ bounds: {} }))
    expect((await bounded(layout, [], 0)).verdicts[0]).toMatchObject({ result: { is: 'inconclusive' } })
    expect((await bounded(layout, [], 1)).verdicts[0]).toMatchObject({
      result: { is: 'violated', steps: 1, preemptions: 1 },
      because: 'b look: the recipe threw RangeError: half.',
    })
  })
})
