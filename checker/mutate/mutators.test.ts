/** A mutant is what its name says: the protocol that an author would have written who made that mistake. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf } from '../engine/conformance.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { formatStep } from '../engine/step.ts'
import { bool, family, language, protocol, queue, upTo } from '../language/index.ts'
import { fingerprintOf } from './fingerprint.ts'
import { changesOfLeaf } from './leaves.ts'
import { changesOf, couldMatter } from './mutators.ts'
import { explored, survey } from './survey.ts'

const state = () => ({
  held: bool,
  killed: bool,
  n: upTo(2),
  fifo: queue(2, upTo(1)),
  cpu: family(2, { got: upTo(2) }),
})
const { program } = language<typeof state>()
type Cpu = ReturnType<typeof program>

const steps = {
  take: {
    when: (s: { held: boolean }) => !s.held,
    do: (s: { held: boolean }) => {
      s.held = true
    },
  },
  add: (s: { n: number }, me: { got: number }) => {
    if (s.n < 2) s.n++
    me.got = s.n
  },
  give: (s: { held: boolean }) => {
    s.held = false
  },
}
const wait = {
  either: {
    queue: {
      when: (s: { fifo: { isFull: boolean } }) => !s.fifo.isFull,
      do: (s: { fifo: { push(value: number): void } }) => s.fifo.push(1),
    },
    kill: {
      do: (s: { killed: boolean }) => {
        s.killed = true
      },
    },
  },
}
const runs = (s: { killed: boolean; held: boolean; n: number }) => !s.killed || !s.held || s.n < 2
const out = {
  name: 'out',
  from: ['wait', 'give'] as const,
  when: (s: { killed: boolean }) => s.killed,
  to: 'give' as const,
}

const layout = (cpu: Cpu): Layout =>
  layoutOf(protocol({ name: 'lock', bounds: {}, state, programs: () => [cpu] }).instance({ bounds: {} }))

const original = program('cpu', { ...steps, wait }, { runs, escapes: [out] })

/** The same with one mistake, as an author would make it. */
const mistaken: readonly [string, Cpu][] = [
  ['drop guard: cpu.take', program('cpu', { ...steps, take: { do: steps.take.do }, wait }, { runs, escapes: [out] })],
  [
    'drop guard: cpu.wait.out',
    program(
      'cpu',
      { ...steps, wait },
      {
        runs,
        escapes: [
          { ...out, from: ['wait'], when: () => true },
          { ...out, from: ['give'] },
        ],
      },
    ),
  ],
  [
    'drop write: cpu.add cpu.got',
    program(
      'cpu',
      {
        ...steps,
        add: (s) => {
          if (s.n < 2) s.n++
        },
        wait,
      },
      { runs, escapes: [out] },
    ),
  ],
  [
    'drop write: cpu.wait.queue fifo',
    program(
      'cpu',
      { ...steps, wait: { either: { ...wait.either, queue: { when: wait.either.queue.when } } } },
      { runs, escapes: [out] },
    ),
  ],
  [
    'swap steps: cpu.take and add',
    program('cpu', { add: steps.add, take: steps.take, give: steps.give, wait }, { runs, escapes: [out] }),
  ],
  [
    'swap steps: cpu.add and give',
    program('cpu', { take: steps.take, give: steps.give, add: steps.add, wait }, { runs, escapes: [out] }),
  ],
  [
    'swap steps: cpu.give and wait',
    program('cpu', { take: steps.take, add: steps.add, wait, give: steps.give }, { runs, escapes: [out] }),
  ],
  [
    'drop alternative: cpu.wait.kill',
    program('cpu', { ...steps, wait: { either: { queue: wait.either.queue } } }, { runs, escapes: [out] }),
  ],
  ['drop escape: cpu.wait.out', program('cpu', { ...steps, wait }, { runs, escapes: [{ ...out, from: ['give'] }] })],
  ['drop runs: cpu', program('cpu', { ...steps, wait }, { escapes: [out] })],
]

const seen = (each: Layout) => {
  const space = explored(each, 10_000)
  return space === undefined ? undefined : fingerprintOf(space)
}

describe('one mistake', () => {
  const whole = layout(original)
  const changes = new Map(changesOf(whole).map((change) => [`${change.mutator}: ${change.place}`, change]))

  test.each(mistaken)('%s', (name, cpu) => {
    const change = changes.get(name)
    expect([...changes.keys()]).toContain(name)
    expect(seen(change?.apply(whole) ?? whole)).toEqual(seen(layout(cpu)))
    expect(seen(layout(cpu))).not.toEqual(seen(whole))
  })

  test('skip step: the label is still a place to go to, but nobody stays there', () => {
    const skipped = explored(changes.get('skip step: cpu.add')?.apply(whole) ?? whole, 10_000)
    const without = seen(layout(program('cpu', { take: steps.take, give: steps.give, wait }, { runs, escapes: [out] })))
    expect({ ...(skipped && fingerprintOf(skipped)), digest: '' }).toEqual({ ...without, digest: '' })
    const labels = Array.from({ length: skipped?.statistics().states ?? 0 }, (_, id) => skipped?.labelAt(0, id))
    expect(new Set(labels)).toEqual(new Set(['take', 'give', 'wait', undefined]))
  })

  test('a first step that is skipped, or swapped, is not where anybody starts', () => {
    const starts = (name: string): unknown => explored(changes.get(name)?.apply(whole) ?? whole, 10_000)?.labelAt(0, 0)
    expect(starts('skip step: cpu.take')).toBe('add')
    expect(starts('swap steps: cpu.take and add')).toBe('add')
  })
})

test('two steps after a call are swapped for those who return from it', () => {
  const { call, procedure } = language<typeof state>()
  const put = procedure('put', { family: 'cpu', args: {} }, { first: () => 'return', last: () => undefined })
  const [a, b] = [steps.add, steps.give]
  const whole = layout(program('cpu', { call: call(put, () => ({})) as never, a, b }))
  const other = layout(program('cpu', { call: call(put, () => ({})) as never, b, a }))
  const change = changesOf(whole).find(({ mutator, place }) => mutator === 'swap steps' && place === 'cpu.a and b')
  expect(seen(change?.apply(whole) ?? whole)).toEqual(seen(other))
  expect(seen(other)).not.toEqual(seen(whole))
})

test('a write that is dropped is seen by the rest of the step', () => {
  const counting = program('cpu', {
    count: (s, me) => {
      while (s.n < 2) s.n++
      me.got = s.n
    },
  })
  const whole = layout(counting)
  const change = changesOf(whole).find(({ mutator, place }) => mutator === 'drop write' && place === 'cpu.count n')
  const space = explored(change?.apply(whole) ?? whole, 100)
  // Each CPU has counted or not, and n is always 0.
  expect([space?.statistics().states, space?.faults.length]).toEqual([4, 0])
  const last = space?.state(3) as { n: number; cpu: { got: number }[] }
  expect([last.n, ...last.cpu.map(({ got }) => got)]).toEqual([0, 2, 2])
})

const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 4 : Number(wanted)
const STATES = 60

describe.each(['control', 'calls', 'containers'] as const)('random protocols: %s', (shape) => {
  test('what cannot matter changes nothing', () => {
    let passedOver = 0
    fc.assert(
      fc.property(casesOf(shape), ({ instance }) => {
        const whole = layoutOf(instance)
        const found = survey(whole, STATES)
        if (found === undefined) return
        for (const change of changesOf(whole)) {
          if (couldMatter(change, found)) continue
          passedOver++
          const space = explored(change.apply(whole), STATES)
          expect([change.mutator, change.place, space && fingerprintOf(space)]).toEqual([
            change.mutator,
            change.place,
            found.fingerprint,
          ])
        }
      }),
      { numRuns, seed: 11 },
    )
    expect(passedOver).toBeGreaterThan(10)
  })

  test('an outcome that is lost is one step at some states, and no other step', () => {
    fc.assert(
      fc.property(casesOf(shape), fc.nat(), ({ instance }, n) => {
        const whole = layoutOf(instance)
        const found = survey(whole, STATES)
        const leaf = found?.leaves[n % found.leaves.length]
        const space = explored(whole, STATES)
        if (leaf === undefined || space === undefined || found?.isFaulty === true) return
        const [lost] = changesOfLeaf(whole, leaf, 0)
        const mutant = lost?.apply(whole)
        if (mutant === undefined) return
        const [honest, losing] = [new Machine(whole, new Set()), new Machine(mutant, new Set())]
        const missing: string[] = []
        for (let id = 0; id < space.statistics().states; id++)
          for (const process of whole.processes) {
            const stepsOf = (machine: Machine, by: typeof process): string[] => {
              const names: string[] = []
              machine.outcomesOf(
                space.state(id),
                by,
                ({ step, next }) => names.push(`${formatStep(step)} → ${JSON.stringify(next)}`),
                () => undefined,
              )
              return names
            }
            const before = stepsOf(honest, process)
            const after = stepsOf(losing, mutant.processes[process.id] ?? process)
            expect(before).toEqual(expect.arrayContaining(after))
            for (const each of before) if (!after.includes(each)) missing.push(process.name)
          }
        expect(missing.length).toBeGreaterThan(0)
        expect(new Set(missing)).toEqual(new Set([leaf.process]))
      }),
      { numRuns, seed: 12 },
    )
  })
})
