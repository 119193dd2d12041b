/** The last way out, against a reference that knows the whole graph. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, shapes, type Case } from '../engine/conformance.ts'
import { Fault } from '../engine/fault.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine, type Taken } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import { sameStep } from '../engine/step.ts'
import { AS_CLAIMED, doneObserver, observerOf, VIOLATED } from '../engine/observer.ts'
import { bool, language, propertiesOf, protocol, singleton } from '../language/index.ts'
import type { Property } from '../language/property.ts'
import { formatStep, replay, type Step, type Trace } from '../trace/schedule.ts'
import { LATE, lateMachine, properties } from '../trace/late-check.ts'
import { stateGraph, type StateGraph } from './state-graph.ts'
import { turningPointOf, type TurningPoint } from './turning-point.ts'

const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 6 : Number(wanted)
const STATES = 80
/** Shrinking takes long; without a failure, running out of time is one. */
const LIMITS = { numRuns, interruptAfterTimeLimit: 60_000 + 1000 * numRuns, markInterruptAsFailure: true }
const TIMEOUT = 2 * LIMITS.interruptAfterTimeLimit

test('of the late check it is the death of the victim, before which the killer should have checked', () => {
  const machine = lateMachine()
  const found = turningPointOf(machine, 'NobodyIsKilled', properties, replay(machine, LATE), 1000)
  expect(found).toMatchObject({ is: 'found', step: 3, detour: { thenAsBefore: true } })
  expect(found?.is === 'found' ? found.detour.steps.map(formatStep) : []).toEqual(['killer check'])
})

test('it is unknown where the budget is hit', () => {
  const machine = lateMachine()
  expect(turningPointOf(machine, 'NobodyIsKilled', properties, replay(machine, LATE), 3)).toEqual({
    is: 'unknown',
    states: 3,
  })
})

test('to go round in one state for ever is a way out, where nobody is obliged to do harm', () => {
  const state = () => ({ x: bool, cpu: singleton({}), env: singleton({}) })
  const { program } = language<typeof state>()
  const spin = program('cpu', { spin: () => undefined }, { loop: true })
  const set = { set: (s: { x: boolean }) => void (s.x = true) }
  for (const role of ['environment', 'protocol'] as const) {
    const model = protocol({ name: 'spins', bounds: {}, state, programs: () => [spin, program('env', set, { role })] })
    const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
    const { never } = propertiesOf(model)
    const trace = replay(machine, { init: [], steps: [{ process: 'env', label: 'set' }] })
    const found = turningPointOf(machine, 'X', [never('X', (s) => s.x)], trace, 100)
    const spun = { steps: [{ process: 'cpu', label: 'spin' }], thenAsBefore: false }
    // If env is weakly fair it must move in the end.
    expect(found).toMatchObject(role === 'environment' ? { is: 'found', step: 0, detour: spun } : { is: 'never' })
  }
})

const by = (...steps: readonly string[]): Step[] =>
  steps.map((each) => {
    const [process = '', label = ''] = each.split(' ')
    return { process, label }
  })

/** The waiter passes if it comes before the taker, which keeps what it takes. */
function lock() {
  const state = () => ({ held: bool, marked: bool, passed: bool, taker: singleton({}), waiter: singleton({}) })
  const { program } = language<typeof state>()
  const pass = (s: { marked: boolean; passed: boolean }): void => {
    s.marked = true
    s.passed = true
  }
  const model = protocol({
    name: 'lock',
    bounds: {},
    state,
    programs: () => [
      program('taker', { set_out: () => undefined, take: (s) => void (s.held = true) }),
      program('waiter', { wait: { when: (s) => !s.held, do: pass } }),
    ],
  })
  const { always, alwaysReachable, never } = propertiesOf(model)
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const own = [
    alwaysReachable('MayPass', (s) => s.passed),
    alwaysReachable('MayBeFree', (s) => !s.held || s.passed),
    always('Unmarked', (s) => !s.marked),
    never('Free', (s) => s.held),
  ]
  return { machine, own, trace: replay(machine, { init: [], steps: by('taker set_out', 'taker take') }) }
}

/** What is taken while it is off is not held. The turner turns it off and on; so might the idler; the taker might take nothing. */
function switched({ idles, picks }: { idles: boolean; picks: boolean }) {
  const state = () => ({ off: bool, held: bool, taker: singleton({}), turner: singleton({}), idler: singleton({}) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'switched',
    bounds: {},
    state,
    programs: () => [
      program('turner', { turn_off: (s) => void (s.off = true), turn_on: (s) => void (s.off = false) }),
      program('taker', {
        take: (s, _me, pick) => {
          s.held = (!picks || pick([true, false])) && !s.off
        },
      }),
      ...(idles ? [program('idler', { idle: (s) => void (s.off = true) })] : []),
    ],
  })
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const turned = replay(machine, { init: [], steps: by('turner turn_off', 'turner turn_on') })
  const [take] = machine.outcomes(turned.states.at(-1)!).filter(({ next }) => next['held'] === true)
  const steps = [...turned.schedule.steps, ...(take === undefined ? [] : [take.step])]
  const { never } = propertiesOf(model)
  return turningPointOf(machine, 'Held', [never('Held', (s) => s.held)], replay(machine, { init: [], steps }), 100)
}

describe('a way out', () => {
  const { machine, own, trace } = lock()
  const ask = (name: string, others: readonly string[] = []): TurningPoint | undefined =>
    turningPointOf(machine, name, own, trace, 100, others)
  test('of a trap keeps the goal within reach, where to meet it once is not enough', () => {
    const before = { is: 'found', step: 1, detour: { thenAsBefore: true }, rest: { is: 'ends', steps: [] } }
    expect(ask('MayPass')).toMatchObject(before)
    // As long as nothing is held the goal is met, and that does not help.
    expect(ask('MayBeFree')).toMatchObject(before)
  })
  test('says what it violates instead, if it has to', () => {
    expect(ask('MayPass')).toMatchObject({ instead: [] })
    expect(ask('MayPass', ['Unmarked'])).toMatchObject({ is: 'found', instead: ['Unmarked'] })
    expect(ask('MayPass', ['Free', 'Unmarked'])).toMatchObject({ is: 'found', instead: ['Free', 'Unmarked'] })
  })
  test('that violates nothing else may come before another one, and then it is said', () => {
    const state = () => ({ armed: bool, held: bool, odd: bool, p: singleton({}), q: singleton({}), r: singleton({}) })
    const { program } = language<typeof state>()
    const model = protocol({
      name: 'trade',
      bounds: {},
      state,
      programs: () => [
        program('p', { take: (s) => void (s.held = s.armed && !s.odd) }),
        program('q', { arm: (s) => void (s.armed = true) }),
        program(
          'r',
          {
            idle: (s, _me, pick) => {
              if (pick([false, true])) s.odd = true
              return 'idle'
            },
          },
          { role: 'environment' },
        ),
      ],
    })
    const armed = new Machine(layoutOf(model.instance({ bounds: {} })))
    const [idle] = armed
      .outcomes(armed.initial()[0]!)
      .filter(({ step, next }) => step.process === 'r' && next['odd'] === false)
    const took = replay(armed, { init: [], steps: [idle!.step, ...by('q arm', 'p take')] })
    const { always } = propertiesOf(model)
    const both = [always('NotHeld', (s) => !s.held), always('Even', (s) => !s.odd)]
    const asked = (others: readonly string[]): TurningPoint | undefined =>
      turningPointOf(armed, 'NotHeld', both, took, 100, others)
    expect(asked([])).toMatchObject({ is: 'found', step: 2, detour: { steps: [{ process: 'r' }] }, later: undefined })
    expect(asked(['Even'])).toMatchObject({
      step: 1,
      detour: { steps: [{ process: 'p' }] },
      instead: [],
      later: 'trade',
    })
  })
  test('is not left to a bystander, nor to other input, as long as there is another', () => {
    const before = { is: 'found', step: 1, detour: { steps: [{ process: 'taker' }] } }
    expect(switched({ idles: false, picks: false })).toMatchObject({ ...before, later: undefined })
    expect(switched({ idles: true, picks: false })).toMatchObject({ ...before, later: 'bystander' })
    expect(switched({ idles: false, picks: true })).toMatchObject({ ...before, later: 'input' })
  })
})

/** The taker sets out and takes, if it wants to; or the keeper takes it away in time. Whatever the other does plays no part. */
function taken({ picks, keeps }: { picks: boolean; keeps: boolean }) {
  const state = () => ({
    off: bool,
    seen: bool,
    held: bool,
    taker: singleton({}),
    other: singleton({}),
    keeper: singleton({}),
  })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'taken',
    bounds: {},
    state,
    programs: () => [
      program('other', { look: (s) => void (s.seen = true) }),
      program('taker', {
        set_out: () => undefined,
        take: (s, _me, pick) => {
          s.held = (!picks || pick([true, false])) && !s.off
        },
      }),
      ...(keeps ? [program('keeper', { keep: (s) => void (s.off = true) })] : []),
    ],
  })
  const machine = new Machine(layoutOf(model.instance({ bounds: {} })))
  const before = replay(machine, { init: [], steps: by('other look', 'taker set_out') })
  const [take] = machine.outcomes(before.states.at(-1)!).filter(({ next }) => next['held'] === true)
  const trace = replay(machine, { init: [], steps: [...before.schedule.steps, take!.step] })
  const { never } = propertiesOf(model)
  return turningPointOf(machine, 'Held', [never('Held', (s) => s.held)], trace, 100)
}

test('a step after which all goes on as before is no way out, though a lesser one comes behind it', () => {
  expect(taken({ picks: true, keeps: false })).toMatchObject({
    is: 'found',
    step: 2,
    detour: { steps: [{ process: 'taker', label: 'take' }], thenAsBefore: false },
    later: undefined,
  })
  expect(taken({ picks: false, keeps: true })).toMatchObject({
    is: 'found',
    step: 2,
    detour: { steps: [{ process: 'keeper' }], thenAsBefore: true },
    later: undefined,
  })
})

/** Whatever is asked about one state, as something that must not be: random properties rarely fail late. */
const questions = (all: readonly Property[]): Property[] =>
  all
    .filter(({ kind }) => kind !== 'maximum' && kind !== 'minimum' && kind !== 'stepwise' && kind !== 'refines')
    .flatMap(({ name, test }): Property[] => [
      { kind: 'never', name, test, given: undefined },
      { kind: 'alwaysReachable', name, test, given: undefined },
    ])

/** Who reaches whom through harmless states; by Warshall. */
function reachability(graph: StateGraph, harmless: readonly boolean[]): boolean[][] {
  const n = graph.states.length
  const reach = Array.from({ length: n }, () => Array.from({ length: n }, () => false))
  for (const { from, to } of graph.edges) if (harmless[from] && harmless[to]) reach[from]![to] = true
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) if (reach[i]![k]) for (let j = 0; j < n; j++) if (reach[k]![j]) reach[i]![j] = true
  return reach
}

/** From which states a behaviour can avoid what is harmful: it ends well, or stays in a component that is weakly fair. */
function avoidable(machine: Machine, graph: StateGraph, harmless: readonly boolean[]): boolean[] {
  const reach = reachability(graph, harmless)
  const all = graph.states.map((_, i) => i)
  const protocol = machine.layout.processes.filter(({ program }) => program.role === 'protocol').map(({ name }) => name)
  const isFair = (s: number): boolean => {
    if (!reach[s]![s]) return false
    const component = all.filter((t) => t === s || (reach[s]![t] && reach[t]![s]))
    const inside = graph.edges.filter(({ from, to }) => component.includes(from) && component.includes(to))
    return protocol.every(
      (name) =>
        inside.some(({ step }) => step.process === name) ||
        component.some((t) => !graph.edges.some(({ from, step }) => from === t && step.process === name)),
    )
  }
  const ends = (s: number): boolean =>
    graph.states[s]!.is === 'end' && machine.observe(doneObserver(machine.layout), graph.states[s]!.state) === 1
  const good = all.map((s) => harmless[s]! && (ends(s) || isFair(s)))
  return all.map((s) => harmless[s]! && (good[s]! || all.some((t) => reach[s]![t] && good[t])))
}

const key = (state: object): string => JSON.stringify(state)

/** The shortest trace to a harmful state, by the order of the graph. */
function traceTo(machine: Machine, graph: StateGraph, target: number): Trace | undefined {
  const by = new Map<number, (typeof graph.edges)[number]>()
  const queue = graph.states.flatMap(({ isInitial }, i) => (isInitial ? [i] : []))
  const seen = new Set(queue)
  for (const at of queue)
    for (const edge of graph.edges)
      if (edge.from === at && !seen.has(edge.to)) {
        seen.add(edge.to)
        by.set(edge.to, edge)
        queue.push(edge.to)
      }
  const steps = []
  let at = target
  for (let edge = by.get(at); edge !== undefined; edge = by.get(at)) {
    steps.unshift(edge.step)
    at = edge.from
  }
  const start = machine
    .starts()
    .find(({ state, fault }) => fault === undefined && key(state) === key(graph.states[at]!.state))
  return start && replay(machine, { init: start.picks, steps })
}

function answers(machine: Machine, { states }: StateGraph, property: Property): (number | undefined)[] {
  return states.map(({ state }) => {
    try {
      return machine.observe(observerOf(property), state)
    } catch (error) {
      if (error instanceof Fault) return undefined
      throw error
    }
  })
}

/** Harm is done where it is violated; or where the goal cannot be reached any more. */
function harmlessStates(machine: Machine, graph: StateGraph, property: Property): boolean[] {
  const found = answers(machine, graph, property)
  if (property.kind !== 'alwaysReachable') return found.map((answer) => answer !== VIOLATED)
  const everywhere = graph.states.map(() => true)
  const reach = reachability(graph, everywhere)
  return found.map((answer, s) => answer === AS_CLAIMED || found.some((to, t) => to === AS_CLAIMED && reach[s]![t]!))
}

/** The last step after which there is no way out although there was one before it. */
function expected(
  machine: Machine,
  graph: StateGraph,
  harmless: readonly boolean[],
  { states, schedule }: Trace,
): number {
  const can = avoidable(machine, graph, harmless)
  const numbers = new Map(graph.states.map(({ state }, i) => [key(state), i]))
  const movers = new Set(schedule.steps.map(({ process }) => process))
  const isPreferred = (i: number, step: Step): boolean => {
    const { process, label, alternative } = schedule.steps[i]!
    const isInput = step.process === process && step.label === label && step.alternative === alternative
    return !isInput && movers.has(step.process)
  }
  const isHarmless = (of: readonly boolean[], state: PlainState): boolean => of[numbers.get(key(state))!] === true
  /** With one step taken before the others of the trace it ends as it did. */
  const isAsBefore = (i: number, { step, next }: Taken): boolean => {
    const left = schedule.steps.slice(i)
    const own = left.findIndex((each) => sameStep(each, step))
    if (own >= 0) left.splice(own, 1)
    let at: PlainState | undefined = next
    for (const each of left) at = at && machine.outcomes(at).find((taken) => sameStep(taken.step, each))?.next
    return at !== undefined && !isHarmless(harmless, at)
  }
  const last = schedule.steps.at(-1)?.process
  let lesser = -1
  for (let i = schedule.steps.length - 1; i >= 0; i--) {
    const ways = machine
      .outcomes(states[i]!)
      .filter(({ next }) => key(next) !== key(states[i + 1]!) && isHarmless(can, next))
      .sort((a, b) => Number(b.step.process === last) - Number(a.step.process === last))
    for (const way of ways) {
      if (!isPreferred(i, way.step)) lesser = Math.max(lesser, i)
      else if (lesser < 0 || !isAsBefore(i, way)) return i
    }
  }
  return lesser
}

/** Traces of a random protocol to states that are harmful, with the whole graph. */
function* tracesOf(example: Case) {
  const machine = new Machine(layoutOf(example.instance))
  const graph = stateGraph(machine, STATES)
  if (graph === undefined || graph.states.some(({ is }) => is === 'fault')) return
  for (const property of questions(example.properties)) {
    const harmless = harmlessStates(machine, graph, property)
    // A state to which there is some way; one that is harmful at the start teaches nothing.
    const target = harmless.findIndex((is, i) => !is && !graph.states[i]!.isInitial)
    if (graph.states.some(({ isInitial }, i) => isInitial && !harmless[i])) continue
    const trace = target < 0 ? undefined : traceTo(machine, graph, target)
    if (trace !== undefined && trace.schedule.steps.length > 0) yield { machine, graph, property, harmless, trace }
  }
}

describe('of random protocols it is the one that the whole graph gives', () => {
  test.each(shapes)(
    '%s',
    (shape) => {
      fc.assert(
        fc.property(casesOf(shape), (example) => {
          for (const { machine, graph, property, harmless, trace } of tracesOf(example)) {
            const found = turningPointOf(machine, property.name, [property], trace, 10 * STATES)
            expect(stepOf(found)).toBe(expected(machine, graph, harmless, trace))
            if (found?.is === 'found') checkDetour(machine, graph, harmless, trace, found)
          }
        }),
        LIMITS,
      )
    },
    TIMEOUT,
  )
  test('which there are, in a fixed sample', () => {
    const samples = shapes.flatMap((shape) => fc.sample(casesOf(shape), { numRuns: 10, seed: 1 }))
    expect(samples.flatMap((example) => [...tracesOf(example)]).length).toBeGreaterThan(10)
  })
})

const stepOf = (found: TurningPoint | undefined): number => (found?.is === 'found' ? found.step : -1)

/** The detour can be taken, does no harm, and leaves a way out; after the step of the trace as well if it says so. */
function checkDetour(
  machine: Machine,
  graph: StateGraph,
  harmless: readonly boolean[],
  { states, schedule }: Trace,
  { step, detour, rest }: Extract<TurningPoint, { is: 'found' }>,
): void {
  const can = avoidable(machine, graph, harmless)
  const numbers = new Map(graph.states.map(({ state }, i) => [key(state), i]))
  let at = states[step]!
  const steps = [...detour.steps, ...(detour.thenAsBefore ? [schedule.steps[step]!] : [])]
  for (const each of steps) {
    at = machine.next(at, each)
    expect(can[numbers.get(key(at))!]).toBe(true)
  }
  // The rest leads to an end, and no shorter way through harmless states does; or none does at all.
  const far = new Map([[numbers.get(key(at))!, 0]])
  for (const [from, steps] of far)
    for (const edge of graph.edges)
      if (edge.from === from && harmless[edge.to] && !far.has(edge.to)) far.set(edge.to, steps + 1)
  const isEnd = (s: number): boolean => graph.states[s]!.is === 'end'
  const ends = [...far].filter(([s]) => isEnd(s)).map(([, steps]) => steps)
  expect(rest.is).toBe(ends.length === 0 ? 'endless' : 'ends')
  if (rest.is !== 'ends') return
  expect(rest.steps.length).toBe(Math.min(...ends))
  for (const each of rest.steps) {
    at = machine.next(at, each)
    expect(harmless[numbers.get(key(at))!]).toBe(true)
  }
  expect(isEnd(numbers.get(key(at))!)).toBe(true)
}
