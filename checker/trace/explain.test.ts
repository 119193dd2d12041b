/**
 * Explanations: causes, writers, values that were overtaken.
 *
 * `OOMCHECK_RUNS=5000 npx vitest run checker/trace/explain.test.ts` explains that many random behaviours of each shape.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, shapes, type Case } from '../engine/conformance.ts'
import { Fault } from '../engine/fault.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { observerOf } from '../engine/observer.ts'
import type { PlainState } from '../engine/plain.ts'
import { bool, family, language, propertiesOf, protocol, singleton, upTo } from '../language/index.ts'
import { isLiveness, type Property } from '../language/property.ts'
import { differenceOf } from './difference.ts'
import { explain, type Explanation } from './explain.ts'
import { LATE, lateMachine, properties } from './late-check.ts'
import { replay, ReplayError, type Trace } from './schedule.ts'

const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 8 : Number(wanted)

/** Shrinking takes long; without a failure, running out of time is one. */
const LIMITS = { numRuns, interruptAfterTimeLimit: 60_000 + 1000 * numRuns, markInterruptAsFailure: true }
const TIMEOUT = 2 * LIMITS.interruptAfterTimeLimit

/** A behaviour of a case: at each state the choice says which outcome is taken. */
function walk(machine: Machine, choices: readonly number[]): Trace | undefined {
  const starts = machine.starts().filter(({ fault }) => fault === undefined)
  const [first = 0, ...rest] = choices
  const start = starts[first % Math.max(1, starts.length)]
  if (start === undefined) return undefined
  const schedule = { init: start.picks, steps: rest.slice(0, 0).map(() => ({ process: '', label: '' })) }
  const states = [start.state]
  for (const choice of rest) {
    const outcomes = machine.outcomes(states.at(-1)!)
    if (outcomes.length === 0) break
    const { step, next } = outcomes[choice % outcomes.length]!
    schedule.steps.push(step)
    states.push(next)
  }
  return { schedule, states }
}

function answer(machine: Machine, property: Property, { states }: Trace): number | undefined {
  const observer = observerOf(property)
  try {
    return observer.pair
      ? machine.observe(observer, states.at(-2) ?? states.at(-1)!, states.at(-1))
      : machine.observe(observer, states.at(-1)!)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

interface Sample {
  readonly machine: Machine
  readonly trace: Trace
  readonly property: Property
  readonly answer: number
  readonly explanation: Explanation
}

/** The first property of one moment that has an answer at the end of a behaviour. */
function sampleOf(example: Case, choices: readonly number[]): Sample | undefined {
  const machine = new Machine(layoutOf(example.instance))
  const trace = walk(machine, choices)
  if (trace === undefined || trace.schedule.steps.length === 0) return undefined
  // The same initial picks may lead to several states, and then name only one of them.
  for (const property of example.properties) {
    if (isLiveness(property.kind) || property.kind === 'alwaysReachable' || property.kind === 'refines') continue
    const found = answer(machine, property, trace)
    if (found === undefined) continue
    const explanation = explain(machine, property.name, example.properties, trace)
    return { machine, trace, property, answer: found, explanation }
  }
  return undefined
}

const choices = fc.array(fc.nat(10_000), { minLength: 2, maxLength: 14, size: 'max' })

/** A field changes where what it shows does: the reference for writers. */
function lastChange(show: (state: PlainState) => string, states: readonly PlainState[], at: number): number {
  for (let i = at; i > 0; i--) if (show(states[i]!) !== show(states[i - 1]!)) return i - 1
  return -1
}

describe('of random behaviours', () => {
  test.each(shapes)(
    'the causes alone do the same once more: %s',
    (shape) => {
      fc.assert(
        fc.property(casesOf(shape), choices, (example, chosen) => {
          const sample = sampleOf(example, chosen)
          if (sample === undefined) return
          const { machine, trace, property, explanation } = sample
          const steps = explanation.steps.filter(({ isCause }) => isCause).map(({ step }) => step)
          const again = replay(machine, { init: trace.schedule.init, steps })
          expect(answer(machine, property, again)).toBe(sample.answer)
        }),
        LIMITS,
      )
    },
    TIMEOUT,
  )

  test.each(shapes)(
    'who wrote a value changed it last, and it is what was there: %s',
    (shape) => {
      fc.assert(
        fc.property(casesOf(shape), choices, (example, chosen) => {
          const sample = sampleOf(example, chosen)
          if (sample === undefined) return
          const { trace, explanation } = sample
          const { states } = trace
          const all = [
            ...explanation.steps.map(({ reads }, at) => ({ reads, at })),
            { reads: explanation.atEnd, at: states.length - 1 },
          ]
          for (const { reads, at } of all)
            for (const { field, value, writer, by } of reads) {
              const show = (state: PlainState): string => field.show(state)
              expect(value).toBe(show(states[at]!))
              expect([field.name, writer]).toEqual([field.name, lastChange(show, states, at)])
              expect(by).toEqual(writer < 0 ? undefined : trace.schedule.steps[writer])
            }
        }),
        LIMITS,
      )
    },
    TIMEOUT,
  )

  test('they are worth it: many are shortened, few are all causes or none', () => {
    const samples = shapes.flatMap((shape, i) =>
      fc
        .sample(fc.tuple(casesOf(shape), choices), { numRuns: 6, seed: 7 + i })
        .flatMap(([example, chosen]) => sampleOf(example, chosen) ?? []),
    )
    const shares = samples.map(
      ({ explanation: { steps } }) => steps.filter(({ isCause }) => isCause).length / steps.length,
    )
    expect(samples.length).toBeGreaterThan(shapes.length * 3)
    expect(shares.filter((share) => share > 0 && share < 1).length / shares.length).toBeGreaterThan(0.08)
    const decisive = samples.filter(({ explanation }) =>
      explanation.steps.some(({ reads }) => reads.some((read) => read.decisive)),
    )
    expect(decisive.length / samples.length).toBeGreaterThan(0.08)
  })

  // The test above would be empty if any step could be left out.
  test('many causes cannot be left out', () => {
    const samples = shapes.flatMap((shape, i) =>
      fc
        .sample(fc.tuple(casesOf(shape), choices), { numRuns: 5, seed: 70 + i })
        .flatMap(([example, chosen]) => sampleOf(example, chosen) ?? []),
    )
    let [needed, all] = [0, 0]
    for (const { machine, trace, property, answer: found, explanation } of samples)
      for (const { isCause, index } of explanation.steps) {
        if (!isCause) continue
        all++
        const steps = trace.schedule.steps.filter((_, i) => i !== index)
        try {
          if (answer(machine, property, replay(machine, { init: trace.schedule.init, steps })) !== found) needed++
        } catch (error) {
          if (!(error instanceof ReplayError)) throw error
          needed++
        }
      }
    expect(needed / all).toBeGreaterThan(0.35)
  })
})

describe('the late check', () => {
  const machine = lateMachine()
  const trace = replay(machine, LATE)
  const explanation = explain(machine, 'NobodyIsKilled', properties, trace)

  test('has the causes that it has by hand', () => {
    expect(explanation.steps.map(({ isCause }) => isCause)).toEqual([true, false, true, true, true, true])
  })
  test('reads of the killer are decided by the steps that wrote them', () => {
    const reads = explanation.steps[4]!.reads.map(({ field, value, writer, decisive }) => [
      field.name,
      value,
      writer,
      decisive,
    ])
    // That it had seen nothing free is as at the start, so nobody has written it.
    expect(reads).toEqual([
      ['dead', 'true', 3, true],
      ['killer.saw', 'false', -1, false],
    ])
    expect(explanation.atEnd).toMatchObject([{ value: 'true', writer: 5, decisive: true }])
  })
  test('what was read of free is overtaken', () => {
    expect(explanation.overtaken).toMatchObject([{ process: 'killer', read: 0, value: 'false', by: [2], now: 'true' }])
    expect(explanation.overtaken[0]?.field.name).toBe('free')
  })
  test('the other order makes its difference in the check', () => {
    const states = trace.states.slice(3, 4)
    const [check] = machine.outcomes(states[0]!).filter(({ step }) => step.process === 'killer')
    const order = { steps: [check!.step], states: [states[0]!, check!.next] }
    const difference = differenceOf(machine, explanation, 3, order)
    expect(difference).toMatchObject({ step: 4, to: 'done', toInTrace: 'kill' })
    expect(difference?.fields.map(({ field, value, inTrace }) => [field.name, value, inTrace])).toEqual([
      ['dead', 'false', 'true'],
    ])
  })
})

test('who waits, and for what: with an earlier value it could move, or with the other one if nobody wrote it', () => {
  const state = () => ({
    lock: family(2, { taken: bool }),
    go: bool,
    panic: bool,
    p: singleton({}),
    q: singleton({}),
    r: singleton({}),
  })
  const { program } = language<typeof state>()
  const crossing = <const F extends 'p' | 'q'>(process: F, first: 0 | 1, second: 0 | 1) =>
    program(process, {
      first: { when: (s) => !s.lock[first]!.taken, do: (s) => void (s.lock[first]!.taken = true) },
      second: { when: (s) => !s.panic && !s.lock[second]!.taken },
    })
  const model = protocol({
    name: 'crossing',
    bounds: {},
    state,
    programs: () => [
      crossing('p', 0, 1),
      crossing('q', 1, 0),
      program('r', { wait: { when: (s) => s.go && !s.panic } }),
    ],
  })
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const steps = [
    { process: 'p', label: 'first' },
    { process: 'q', label: 'first' },
  ]
  const { waiting } = explain(machine, 'NoDeadlock', [], replay(machine, { init: [], steps }))
  const told = waiting.map(({ process, label, enabled, reads }) => [
    process,
    label,
    enabled,
    ...reads
      .filter(({ decisive }) => decisive)
      .map(({ field, value, writer }) => `${field.name} = ${value} by ${writer}`),
  ])
  expect(told).toEqual([
    ['p', 'second', 'never', 'lock1.taken = true by 1'],
    ['q', 'second', 'never', 'lock0.taken = true by 0'],
    ['r', 'wait', 'never', 'go = false by -1'],
  ])
})

test('what a step adds to a number decides nothing; what it makes of a value does', () => {
  const state = () => ({ readers: upTo(3), seen: upTo(3), p: singleton({}), q: singleton({}) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'readers',
    bounds: {},
    state,
    programs: () => [
      program('p', { lock: (s) => void (s.readers += 1) }),
      program('q', { lock: (s) => void (s.readers += 1), look: (s) => void (s.seen = s.readers) }),
    ],
  })
  const { never } = propertiesOf(model)
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const steps = [
    { process: 'p', label: 'lock' },
    { process: 'q', label: 'lock' },
    { process: 'q', label: 'look' },
  ]
  const explanation = explain(
    machine,
    'Both',
    [never('Both', (s) => s.seen === 2)],
    replay(machine, { init: [], steps }),
  )
  const decisive = explanation.steps.map(({ reads }) => reads.filter((read) => read.decisive).length)
  expect(decisive).toEqual([0, 0, 1])
  // Both locks are causes all the same: without one of them it would be 1.
  expect(explanation.steps.map(({ isCause }) => isCause)).toEqual([true, true, true])
})

test('what was read in a round that is over is not overtaken', () => {
  const state = () => ({ free: bool, rounds: upTo(1), p: singleton({ saw: bool }), q: singleton({}) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'rounds',
    bounds: {},
    state,
    programs: () => [
      program('p', {
        set_out: (s) => (s.rounds === 0 ? undefined : 'kill'),
        look: (s, me) => void (me.saw = s.free),
        come_back: (s) => {
          s.rounds++
          return 'set_out'
        },
        kill: (_s, me) => void (me.saw = true),
      }),
      program('q', { release: (s) => void (s.free = true) }),
    ],
  })
  const { never } = propertiesOf(model)
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const order = ['p set_out', 'p look', 'q release', 'p come_back', 'p set_out', 'p kill'].map((each) => {
    const [process = '', label = ''] = each.split(' ')
    return { process, label }
  })
  const explained = (steps: readonly { process: string; label: string }[]) =>
    explain(
      machine,
      'Free',
      [never('Free', (s, { at }) => s.free && at(s.p[0]!, 'done') && !s.p[0]!.saw)],
      replay(machine, { init: [], steps }),
    ).overtaken
  expect(explained(order)).toEqual([])
})

test('a note is a cause too', () => {
  const state = () => ({ p: singleton({}), q: singleton({}) })
  const history = () => ({ first: bool, second: bool })
  const { program } = language<typeof state, typeof history>()
  const model = protocol({
    name: 'notes',
    bounds: {},
    state,
    history,
    programs: () => [
      program('p', { a: { note: (h) => void (h.first = true) } }),
      program('q', { b: { note: (h) => void (h.second = h.first) } }),
    ],
  })
  const { never } = propertiesOf(model)
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const trace = replay(machine, {
    init: [],
    steps: [
      { process: 'p', label: 'a' },
      { process: 'q', label: 'b' },
    ],
  })
  const { steps } = explain(machine, 'Second', [never('Second', (_s, { h }) => h.second)], trace)
  expect(steps.map(({ isCause }) => isCause)).toEqual([true, true])
  expect(steps[1]!.reads).toMatchObject([{ value: 'true', writer: 0, decisive: true, byNote: true }])
})

test('what a note sees of the state before its step is a cause, though the step has written it', () => {
  const state = () => ({ n: upTo(3), p: singleton({}), q: singleton({}) })
  const history = () => ({ seen: bool })
  const { program } = language<typeof state, typeof history>()
  const model = protocol({
    name: 'before',
    bounds: {},
    state,
    history,
    programs: () => [
      program('p', { a: (s) => void (s.n = 1) }),
      program('q', {
        b: { do: (s) => void (s.n = 3), note: (h, s, _me, before) => void (h.seen = before(() => s.n === 1)) },
      }),
    ],
  })
  const { never } = propertiesOf(model)
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const order = [
    { process: 'p', label: 'a' },
    { process: 'q', label: 'b' },
  ]
  const properties = [never('Seen', (_s, { h }) => h.seen)]
  const { steps } = explain(machine, 'Seen', properties, replay(machine, { init: [], steps: order }))
  expect(steps.map(({ isCause }) => isCause)).toEqual([true, true])
})

/** The timer is due while both are set; what makes it due no more comes before what would make it due. */
test('a step that keeps somebody from ever being urgent is a cause of the tick behind it', () => {
  const state = () => ({
    armed: bool,
    muted: bool,
    late: bool,
    arming: singleton({}),
    muting: singleton({}),
    timer: singleton({}),
    clock: singleton({}),
  })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'muted',
    bounds: {},
    state,
    programs: () => [
      program('arming', { arm: (s) => void (s.armed = true) }),
      program('muting', { mute: (s) => void (s.muted = true) }),
      program('timer', { fire: { when: (s) => s.armed && !s.muted, do: () => undefined, urgent: true } }),
      program('clock', { tick: (s) => void (s.late = true) }, { role: 'time' }),
    ],
  })
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const [mute, arm, tick] = ['muting mute', 'arming arm', 'clock tick'].map((each) => {
    const [process = '', label = ''] = each.split(' ')
    return { process, label }
  })
  const own = [propertiesOf(model).never('ArmedAndLate', (s) => s.armed && s.late)]
  const trace = replay(machine, { init: [], steps: [mute!, arm!, tick!] })
  expect(explain(machine, 'ArmedAndLate', own, trace).steps.map(({ isCause }) => isCause)).toEqual([true, true, true])
  expect(() => replay(machine, { init: [], steps: [arm!, tick!] })).toThrow(ReplayError)
})
