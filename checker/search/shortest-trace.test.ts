/**
 * The trace that is shown is the best of all: fewest steps, then fewest context switches, then least by name; the same for
 * every engine. The reference enumerates all shortest schedules on the reference machine and takes the first in order.
 *
 * `OOMCHECK_RUNS=1000 npx vitest run checker/search/shortest-trace.test.ts` looks at that many protocols of each shape.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, shapes } from '../engine/conformance.ts'
import { levelOf, type Engine, type StateSpace } from '../engine/engine.ts'
import { Fault } from '../engine/fault.ts'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { Machine, type Taken } from '../engine/machine.ts'
import { doneObserver, observerOf } from '../engine/observer.ts'
import type { PlainState } from '../engine/plain.ts'
import { pretending } from '../engine/planted/planting.ts'
import { tableEngine, tableEngineWith } from '../engine/table.ts'
import { bool, family, language, propertiesOf, protocol, singleton, upTo } from '../language/index.ts'
import { isLiveness, isResponse, type Property } from '../language/property.ts'
import { contextSwitches, formatStep, type Schedule, type Step, type Trace } from '../trace/schedule.ts'
import { check } from './breadth-first.ts'
import type { Result, Run } from './verdict.ts'

const MINUTE = 60_000
const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 5 : Number(wanted)

const ENGINES = [
  immerEngine,
  tableEngine,
  tableEngineWith({ generateFrom: 0 }),
  tableEngineWith({ generateFrom: Infinity, leafCap: 1 }),
]
const MAX_STATES = 250
const MAX_SCHEDULES = 20_000

const traceOf = (result: Result): Trace | undefined => ('trace' in result ? result.trace : undefined)
const scheduleOf = (run: Run, property: string): Schedule | undefined =>
  traceOf(run.verdicts.find((verdict) => verdict.property === property)!.result)?.schedule

/** Every behaviour along which each state is as near to the start as can be, by length. */
class Behaviours {
  readonly #machine: Machine
  readonly #distance = new Map<string, number>()
  readonly #outcomes = new Map<string, Taken[]>()

  constructor(machine: Machine) {
    this.#machine = machine
    let level = this.starts.map(({ state }) => state)
    for (let distance = 0; level.length > 0; distance++) {
      const fresh = level.filter((state) => {
        const key = JSON.stringify(state)
        if (this.#distance.has(key)) return false
        this.#distance.set(key, distance)
        return true
      })
      level = fresh.flatMap((state) => this.after(state).map(({ next }) => next))
    }
  }

  get starts() {
    return this.#machine.starts().filter(({ fault }) => fault === undefined)
  }
  after(state: PlainState): Taken[] {
    const key = JSON.stringify(state)
    const known = this.#outcomes.get(key) ?? this.#machine.outcomes(state)
    this.#outcomes.set(key, known)
    return known
  }
  distance(state: PlainState): number {
    return this.#distance.get(JSON.stringify(state))!
  }

  /** All schedules along states of rising distance, to each state of this distance; `undefined` if there are too many. */
  schedulesTo(distance: number): (Schedule & { readonly state: PlainState })[] | undefined {
    let all = this.starts.map(({ picks, state }) => ({ init: picks, steps: [] as Step[], state }))
    for (let i = 0; i < distance; i++) {
      all = all.flatMap(({ init, steps, state }) =>
        this.after(state)
          .filter(({ next }) => this.distance(next) === i + 1)
          .map(({ step, next }) => ({ init, steps: [...steps, step], state: next })),
      )
      if (all.length > MAX_SCHEDULES) return undefined
    }
    return all
  }
  get states(): PlainState[] {
    return [...this.#distance.keys()].map((key) => JSON.parse(key) as PlainState)
  }
}

/** First by switches, then by what the steps are called; spelt out, unlike the code that it checks. */
function inOrder(layout: Layout, a: Schedule, b: Schedule): number {
  const bySwitches = contextSwitches(a) - contextSwitches(b)
  if (bySwitches !== 0) return bySwitches
  const names = ({ init, steps }: Schedule): (string | number)[][] => [
    [...init],
    ...steps.map(({ process, label, alternative, picks }) => [
      layout.processes.findIndex(({ name }) => name === process),
      label,
      alternative ?? '',
      ...(picks ?? []),
    ]),
  ]
  const [ours, theirs] = [names(a), names(b)]
  for (const [i, our] of ours.entries()) {
    const their = theirs[i]!
    for (let k = 0; k < Math.max(our.length, their.length); k++) {
      if (our[k] === their[k]) continue
      if (our[k] === undefined) return -1
      if (their[k] === undefined) return 1
      return our[k]! < their[k]! ? -1 : 1
    }
  }
  return 0
}

type Seen = (state: PlainState, next?: PlainState) => boolean

/** The best schedule to where something is seen first; `undefined` where it cannot be enumerated. */
function bestSchedule(layout: Layout, behaviours: Behaviours, pair: boolean, seen: Seen): Schedule | undefined {
  const fits = (state: PlainState): boolean =>
    pair ? behaviours.after(state).some(({ next }) => seen(state, next)) : seen(state)
  const distance = Math.min(...behaviours.states.filter(fits).map((state) => behaviours.distance(state)))
  if (distance === Infinity) throw new Error('What was shown is seen nowhere.')
  const all = behaviours.schedulesTo(distance)?.flatMap(({ init, steps, state }) => {
    if (!pair) return seen(state) ? [{ init, steps }] : []
    return behaviours
      .after(state)
      .filter(({ next }) => seen(state, next))
      .map(({ step }) => ({ init, steps: [...steps, step] }))
  })
  return all?.sort((a, b) => inOrder(layout, a, b))[0]
}

function seenBy(machine: Machine, property: Property, result: Result, behaviours: Behaviours): Seen {
  const observer = observerOf(property)
  const answer = (state: PlainState, next?: PlainState): number | undefined => {
    try {
      return machine.observe(observer, state, next)
    } catch (error) {
      if (error instanceof Fault) return undefined
      throw error
    }
  }
  if (property.kind === 'alwaysReachable') {
    return (state) => {
      const found = new Set([JSON.stringify(state)])
      for (const key of found) {
        const each = JSON.parse(key) as PlainState
        if (answer(each) === 1) return false
        for (const { next } of behaviours.after(each)) found.add(JSON.stringify(next))
      }
      return true
    }
  }
  const code =
    result.is === 'maximum'
      ? result.value
      : result.is === 'minimum'
        ? 0 - result.value
        : result.is === 'violated'
          ? 2
          : 1
  return (state, next) => answer(state, next) === code
}

/** The best schedules of a decided instance that can be enumerated, by property. */
function bestSchedules(layout: Layout, properties: readonly Property[], run: Run): Map<string, Schedule> {
  const best = new Map<string, Schedule>()
  const machine = new Machine(layout, new Set(run.history))
  const behaviours = new Behaviours(machine)
  const note = (name: string, schedule: Schedule | undefined): void => {
    if (schedule !== undefined) best.set(name, schedule)
  }
  for (const property of properties) {
    const { result } = run.verdicts.find((verdict) => verdict.property === property.name)!
    const trace = traceOf(result)
    if (trace === undefined || isLiveness(property.kind) || isResponse(property.kind)) continue
    // A start that maps to none is the least one by construction: nothing to enumerate.
    if (property.kind === 'refines' && trace.schedule.steps.length === 0) continue
    const seen = seenBy(machine, property, result, behaviours)
    note(property.name, bestSchedule(layout, behaviours, observerOf(property).pair, seen))
  }
  const isDeadlock = (state: PlainState): boolean => {
    const faults: unknown[] = []
    const taken = machine.outcomes(state, (fault) => faults.push(fault)).length
    try {
      return taken + faults.length === 0 && machine.observe(doneObserver(layout), state) === 0
    } catch (error) {
      if (error instanceof Fault) return false
      throw error
    }
  }
  const { because, result } = run.verdicts.find(({ property }) => property === 'StaysInDomain')!
  const goesWrong = (state: PlainState): boolean => {
    const faults: string[] = []
    const taken = machine.outcomes(state, ({ process, label, message }) =>
      faults.push(`${process} ${label}: ${message}`),
    )
    for (const property of properties)
      for (const next of observerOf(property).pair ? taken.map((each) => each.next) : [undefined])
        try {
          machine.observe(observerOf(property), state, next)
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          faults.push(`property ${property.name}: ${error.message}`)
        }
    return faults.some((fault) => fault === because)
  }
  if (result.is === 'violated' && behaviours.states.some(goesWrong))
    note('StaysInDomain', bestSchedule(layout, behaviours, false, goesWrong))
  if (scheduleOf(run, 'NoDeadlock') !== undefined)
    note('NoDeadlock', bestSchedule(layout, behaviours, false, isDeadlock))
  return best
}

describe('of random protocols every trace is the best one, for every engine', () => {
  test.each(shapes)(
    '%s',
    async (shape) => {
      await fc.assert(
        fc.asyncProperty(casesOf(shape), async ({ instance, properties }) => {
          const layout = layoutOf(instance)
          const runs: Run[] = []
          for (const engine of ENGINES) runs.push(await check(layout, properties, { engine, maxStates: MAX_STATES }))
          const [first] = runs
          for (const run of runs)
            expect(run.verdicts.map(({ result }) => traceOf(result))).toEqual(
              first!.verdicts.map(({ result }) => traceOf(result)),
            )
          if (first!.basis.is !== 'exact') return
          for (const [name, schedule] of bestSchedules(layout, properties, first!))
            expect([name, scheduleOf(first!, name)]).toEqual([name, schedule])
        }),
        { numRuns, endOnFailure: numRuns < 10 },
      )
    },
    MINUTE + 1000 * numRuns,
  )

  test('which mostly have several shortest schedules to choose from', async () => {
    let [told, several] = [0, 0]
    for (const { instance, properties } of fc.sample(casesOf('mixed'), { numRuns: 30, seed: 11 })) {
      const layout = layoutOf(instance)
      const run = await check(layout, properties, { engine: tableEngine, maxStates: MAX_STATES })
      if (run.basis.is !== 'exact') continue
      const behaviours = new Behaviours(new Machine(layout, new Set(run.history)))
      for (const [, schedule] of bestSchedules(layout, properties, run)) {
        told++
        if ((behaviours.schedulesTo(schedule.steps.length)?.length ?? 2) > 1) several++
      }
    }
    expect(told).toBeGreaterThan(15)
    expect(several / told).toBeGreaterThan(0.3)
  })
})

const written = (schedule: Schedule | undefined): string => (schedule?.steps ?? []).map(formatStep).join(' · ')

test('who goes on as long as possible need not switch least in the end', async () => {
  // p starts. If p also takes the second step, q must take the third and p the last: p p q p. If q takes it, q goes on.
  const state = () => ({ x: upTo(4), byQ: bool, p: singleton({}), q: singleton({}) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'greedy',
    bounds: {},
    state,
    programs: () => [
      program(
        'p',
        { go: { when: (s) => s.x < 2 || (s.x === 3 && !s.byQ), do: (s) => void (s.x += 1) } },
        { loop: true },
      ),
      program(
        'q',
        {
          go: {
            when: (s) => s.x === 1 || s.x === 2 || (s.x === 3 && s.byQ),
            do: (s) => {
              if (s.x === 1) s.byQ = true
              s.x++
            },
          },
        },
        { loop: true },
      ),
    ],
  })
  const { reachable } = propertiesOf(model)
  const layout = layoutOf(model.instance({ bounds: {} }))
  for (const engine of ENGINES) {
    const run = await check(layout, [reachable('Four', (s) => s.x === 4)], { engine })
    expect(written(scheduleOf(run, 'Four'))).toBe('p go · q go · q go · q go')
  }
})

test('among ends, picks and processes that are alike the least by name is shown', async () => {
  const state = () => ({ got: upTo(2), cpu: family(2, {}) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'alike',
    bounds: {},
    state,
    init: () => (_s, pick) => void pick(['b', 'a']),
    programs: () => [program('cpu', { take: (s, _me, pick) => void (s.got = Math.ceil(pick([2, 1]) / 2)) })],
  })
  const { reachable } = propertiesOf(model)
  const layout = layoutOf(model.instance({ bounds: {} }))
  for (const engine of ENGINES) {
    const run = await check(layout, [reachable('Got', (s) => s.got === 1)], { engine })
    expect(scheduleOf(run, 'Got')).toEqual({
      init: ['a'],
      steps: [{ process: 'cpu0', label: 'take', picks: ['1'] }],
    })
  }
})

/** A space whose states are numbered otherwise within each level, as if others had found them first. */
function shuffled(engine: Engine, seed: number): Engine {
  return {
    name: engine.name,
    explore: (question) => {
      const space = engine.explore(question)
      while (space.advance(1000));
      return renamed(space, seed)
    },
  }
}

function renamed(space: StateSpace, seed: number): StateSpace {
  const { states } = space.statistics()
  const key = (id: number): number => Math.imul((id + 1) ^ Math.imul(seed, 0x85ebca6b), 0x9e3779b1) >>> 0
  const old = Array.from({ length: states }, (_, id) => id).sort(
    (a, b) => levelOf(space.levels, a) - levelOf(space.levels, b) || key(a) - key(b),
  )
  const fresh: number[] = []
  old.forEach((id, i) => (fresh[id] = i))
  const now = (id: number): number => (id < 0 ? id : fresh[id]!)
  const was = (id: number): number => old[id]!
  const { start: starts, to: ends, by: movers } = space.edges()
  const before = { start: Array.from(starts), to: Array.from(ends), by: Array.from(movers) }
  const rows = old.map((id) => ({ from: before.start[id]!, end: before.start[id + 1]! }))
  const all = rows.flatMap(({ from, end }) => before.to.slice(from, end).map((to, i) => [to, before.by[from + i]!]))
  const start = [0]
  for (const { from, end } of rows) start.push(start.at(-1)! + end - from)
  const edges = { start, to: all.map(([to]) => now(to!)), by: all.map(([, by]) => by!) }
  return pretending(space, {
    edges: () => edges,
    state: (id) => space.state(was(id)),
    labelAt: (process, id) => space.labelAt(process, was(id)),
    mark: (observer, id) => space.mark(observer, was(id)),
    predecessor: (id) => now(space.predecessor(was(id))),
    sighting: (observer) => {
      const sighting = space.sighting(observer)
      return sighting && { ...sighting, state: now(sighting.state), from: now(sighting.from) }
    },
    sightings: (observer, visit) => {
      const seen: [number, number][] = []
      space.sightings(observer, (state, process) => seen.push([now(state), process]))
      for (const [state, process] of seen.sort((a, b) => a[0] - b[0])) visit(state, process)
    },
    get deadlock() {
      return space.deadlock === undefined ? undefined : now(space.deadlock)
    },
    deadlocks: () => [...space.deadlocks()].map(now).sort((a, b) => a - b),
    get faults() {
      return space.faults.map(({ fault, state }) => ({ fault, state: now(state) })).sort((a, b) => b.state - a.state)
    },
    transitions: (first, end, visit, into) => {
      for (let from = first; from < end; from++)
        for (let i = edges.start[from]!; i < edges.start[from + 1]!; i++)
          if (into === undefined || (into.marks[edges.to[i]! - into.first] ?? 0) !== 0)
            visit(from, edges.to[i]!, edges.by[i]!)
    },
  })
}

test(
  'what is reported does not depend on the numbers of the states',
  async () => {
    let [moved, lassos] = [0, 0]
    await fc.assert(
      fc.asyncProperty(casesOf('mixed'), fc.integer({ min: 1, max: 1e6 }), async ({ instance, properties }, seed) => {
        const layout = layoutOf(instance)
        const plain = await check(layout, properties, { engine: tableEngine, maxStates: MAX_STATES })
        if (plain.basis.is !== 'exact') return
        const other = await check(layout, properties, { engine: shuffled(tableEngine, seed) })
        expect(other.verdicts).toEqual(plain.verdicts)
        if (plain.statistics.states > 2) moved++
        lassos += plain.verdicts.filter(({ result }) => 'loop' in result).length
      }),
      { numRuns: 4 * numRuns, seed: 3, endOnFailure: true },
    )
    expect(moved).toBeGreaterThan(numRuns)
    expect(lassos).toBeGreaterThan(0)
  },
  MINUTE + 1000 * numRuns,
)

test('of two lassos that are alike the same is shown, whoever was found first', async () => {
  const state = () => ({ x: upTo(2), p: singleton({}), q: singleton({}) })
  const { program } = language<typeof state>()
  const stuckAt = (name: 'p' | 'q', x: number) =>
    program(name, { stay: { when: (s) => s.x === 0 || s.x === x, do: (s) => void (s.x = x) } }, { loop: true })
  const model = protocol({
    name: 'stuck',
    bounds: {},
    state,
    programs: () => [stuckAt('p', 1), stuckAt('q', 2)],
  })
  const { alwaysEventually } = propertiesOf(model)
  const layout = layoutOf(model.instance({ bounds: {} }))
  const fairness = { weak: ['p', 'q'] }
  for (let seed = 1; seed <= 10; seed++) {
    const run = await check(layout, [alwaysEventually('Free', (s) => s.x === 0)], {
      engine: shuffled(tableEngine, seed),
      fairness,
    })
    expect(written(scheduleOf(run, 'Free'))).toBe('p stay · p stay')
  }
})

test('without memory for the best schedule a shortest one is shown', async () => {
  const state = () => ({ cpu: family(2, { n: upTo(2) }) })
  const { program } = language<typeof state>()
  const model = protocol({
    name: 'short',
    bounds: {},
    state,
    programs: () => [
      program('cpu', { add: { when: (_s, me) => me.n < 2, do: (_s, me) => void (me.n += 1) } }, { loop: true }),
    ],
  })
  const { never, stepwise } = propertiesOf(model)
  const properties = [
    never('AllAreTwo', (s) => s.cpu.every((cpu) => cpu.n === 2)),
    stepwise('LastIsNotTwo', (s, { before }) => before(() => s.cpu.sum((cpu) => cpu.n) < 3) || s.cpu[0]!.n < 2),
  ]
  const starved: Engine = {
    name: 'table',
    explore: (question) => {
      const space = tableEngine.explore(question)
      while (space.advance(1000));
      return pretending(space, {
        transitions: () => {
          throw new RangeError('Array buffer allocation failed')
        },
      })
    },
  }
  const run = await check(layoutOf(model.instance({ bounds: {} })), properties, { engine: starved })
  for (const { name } of properties) expect(scheduleOf(run, name)?.steps.length).toBe(4)
})
