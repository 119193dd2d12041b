/** Random walks: the same every time, drawn as they should be, and real. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EXAMPLES } from '../cli/child.ts'
import { loadSpecs } from '../cli/load.ts'
import { casesOf, shapes } from '../engine/conformance.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { PackedMachine } from '../engine/packed.ts'
import { tableEngine } from '../engine/table.ts'
import { language, protocol, singleton, upTo } from '../language/index.ts'
import type { Property } from '../language/property.ts'
import { replay } from '../trace/schedule.ts'
import { check } from './breadth-first.ts'
import type { Run } from './verdict.ts'
import { Walk, walkMode, WAYS, withoutCircles, type WalkOptions } from './walks.ts'

const examples = await loadSpecs(EXAMPLES)
const [dieHard, increment] = ['die-hard', 'increment'].map((name) => examples.find((spec) => spec.name === name)!)
/** Random protocols of each shape. */
const numRuns = Number(process.env['OOMCHECK_RUNS'] ?? 3)

const walked = (layout: Layout, properties: readonly Property[], options: Partial<WalkOptions> = {}): Promise<Run> =>
  check(layout, properties, { engine: tableEngine, mode: walkMode({ walks: 30, depth: 60, seed: 1, ...options }) })

const racy = layoutOf(increment!.protocol.instance({ bounds: { threads: 3 } }))
const jugs = layoutOf(dieHard!.protocol.instance({ bounds: { small: 3, big: 5 } }))

test('the same seed gives the same result, another one another', async () => {
  const run = async (seed: number): Promise<string> => {
    const { seconds: _, ...rest } = await walked(jugs, dieHard!.properties, { seed })
    return JSON.stringify(rest)
  }
  expect(await run(1)).toBe(await run(1))
  expect(new Set([await run(1), await run(2), await run(3)]).size).toBe(3)
})

test('they find a violation, and claim nothing else', async () => {
  const run = await walked(racy, increment!.properties)
  const results = Object.fromEntries(run.verdicts.map(({ property, result }) => [property, result]))
  expect(results['NoIncrementIsLost']).toMatchObject({ is: 'violated', longer: true })
  expect(results['AllAreDone']).toMatchObject({ is: 'reachable', steps: 6, longer: true })
  expect(results['NoDeadlock']).toEqual({ is: 'inconclusive' })
  expect(run.basis).toEqual({ is: 'walks', walks: 30, steps: 180, seed: 1 })
  expect(run.neverTaken).toEqual([])
})

test('an extreme is at least what was seen', async () => {
  const { result, because } = (await walked(jugs, dieHard!.properties)).verdicts.at(-1)!
  expect(result).toMatchObject({ is: 'maximum', value: 8, atLeast: true, sampled: true })
  expect(because).toBe('the most extreme value in 30 random walks of 1800 steps in all (seed 1)')
})

test.each(shapes)(
  'random protocols: what they show is real, and no better than what there is: %s',
  async (shape) => {
    const property = fc.asyncProperty(casesOf(shape), fc.nat(99), async ({ instance, properties }, seed) => {
      const layout = layoutOf(instance)
      const exact = await check(layout, properties, { engine: tableEngine, maxStates: 1000 })
      const run = await walked(layout, properties, { seed })
      run.verdicts.forEach(({ result }, i) => {
        expect(['holds', 'unreachable']).not.toContain(result.is)
        if ('trace' in result) {
          const machine = new Machine(layout, new Set(run.history))
          expect(replay(machine, result.trace.schedule).states).toEqual(result.trace.states)
          const keys = result.trace.states.slice(0, -1).map((state) => JSON.stringify(state))
          expect(new Set(keys).size).toBe(keys.length)
        }
        const expected = exact.verdicts[i]!.result
        if (exact.basis.is !== 'exact' || expected.is === 'inconclusive' || result.is === 'inconclusive') return
        expect(result.is).toBe(expected.is)
        if ('steps' in result && 'steps' in expected && !('value' in result))
          expect(result.steps).toBeGreaterThanOrEqual(expected.steps)
        if ('value' in result && 'value' in expected)
          expect(result.is === 'maximum' ? result.value <= expected.value : result.value >= expected.value).toBe(true)
      })
    })
    await fc.assert(property, { numRuns })
  },
  10_000 + 1000 * numRuns,
)

/** A process with one outcome, one with three, and one that waits. */
const choices = (() => {
  const state = () => ({ one: singleton({}), waits: singleton({}), three: singleton({}), n: upTo(4) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'choices',
    bounds: {},
    state,
    programs: () => [
      program('one', { step: (s) => void (s.n = 4) }, { loop: true }),
      program('waits', { step: { when: () => false } }),
      program('three', { step: (s, _me, pick) => void (s.n = pick([1, 2, 3])) }, { loop: true }),
    ],
  })
  return layoutOf(model.instance({ bounds: {} }))
})()

test.each([
  ['outcomes', 0, [1 / 4, 1 / 4, 1 / 4, 1 / 4]],
  ['processes', 1, [1 / 2, 1 / 6, 1 / 6, 1 / 6]],
  ['priorities', 2, [1 / 2, 1 / 6, 1 / 6, 1 / 6]],
] as const)('the first choice by %s', (way, turn, expected) => {
  expect(WAYS[turn]).toBe(way)
  const packed = new PackedMachine({ layout: choices, observers: [], history: new Set() })
  const seeds = 4000
  const counts = expected.map(() => 0)
  for (let seed = 0; seed < seeds; seed++) {
    const walk = new Walk(packed, seed, turn)
    packed.expand(walk.words, 0)
    counts[walk.draw()]!++
  }
  counts.forEach((count, i) => {
    const p = expected[i]!
    expect(Math.abs(count / seeds - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / seeds))
  })
})

test('priorities hold on to a process, and let go of it in the end', () => {
  const packed = new PackedMachine({ layout: choices, observers: [], history: new Set() })
  const changes = Array.from({ length: 40 }, (_, seed) => {
    const walk = new Walk(packed, seed, 2)
    let last: boolean | undefined
    let changes = 0
    for (let i = 0; i < 2000; i++) {
      packed.expand(walk.words, 0)
      const isFirst = walk.draw() === 0
      if (last !== undefined && isFirst !== last) changes++
      last = isFirst
    }
    return changes
  })
  // One in 4 to one in 256 steps lets go; at random it would be every other one.
  expect(Math.min(...changes)).toBeGreaterThan(0)
  expect(Math.max(...changes)).toBeLessThan(700)
  expect(Math.max(...changes)).toBeGreaterThan(300)
  expect(Math.min(...changes)).toBeLessThan(30)
})

test('a path without its circles is a path between the same ends, and meets nothing twice', () => {
  const key = (n: number): string => String(n)
  fc.assert(
    fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 20 }), (path) => {
      const direct = withoutCircles(path, key)
      expect([direct[0], direct.at(-1)]).toEqual([path[0], path.at(-1)])
      expect(new Set(direct).size).toBe(direct.length)
      direct.slice(1).forEach((place, i) => {
        expect(path.some((each, k) => each === direct[i] && path[k + 1] === place)).toBe(true)
      })
    }),
  )
})
