/**
 * Partial-order reduction keeps what it promises, on random protocols against the whole state space, and on models that
 * are known to trap reductions of this kind. Mistakes are planted, and found.
 *
 * `OOMCHECK_RUNS=2000 npx vitest run checker/reduce` runs that many protocols of each kind.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf, shapes } from '../engine/conformance.ts'
import { ECONOMY } from '../engine/economy.ts'
import type { Engine, StateSpace } from '../engine/engine.ts'
import { Footprints } from '../engine/footprint.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { observerOf, VIOLATED } from '../engine/observer.ts'
import { patched } from '../engine/planted/planting.ts'
import { tableEngine, tableEngineWith } from '../engine/table.ts'
import { array, bool, language, propertiesOf, protocol, singleton, upTo, type Property } from '../language/index.ts'
import { isLiveness, isResponse, type PropertyKind } from '../language/property.ts'
import type { Instance } from '../language/protocol.ts'
import { randomProcesses, type ProcessesGenes, type RandomProcesses } from './random-processes.ts'
import { partialOrder, ReducedKernel } from './reduced-kernel.ts'

const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 24 : Number(wanted)
const TIMEOUT = 20_000 + 1000 * numRuns
/** Shrinking is part of the time. */
const limits = { interruptAfterTimeLimit: TIMEOUT - 5000, markInterruptAsFailure: true } as const
const STATES_MAX = wanted === undefined ? 1000 : 10_000

const reduced = tableEngineWith({ reduction: partialOrder })

interface Case {
  readonly instance: Instance
  readonly properties: readonly Property[]
}

/** Explored with all history that is needed; `undefined` where it has too many states. */
function explored(
  engine: Engine,
  { instance, properties }: Case,
  states = Infinity,
  stride = 1000,
  first: ReadonlySet<string> = new Set(),
) {
  const layout = layoutOf(instance)
  const observers = properties.map(observerOf)
  for (let history = first; ;) {
    const space = engine.explore({ layout, observers, history })
    while (space.advance(stride)) if (space.statistics().states > states) return undefined
    const more = [...space.neededHistory].filter((field) => !history.has(field))
    if (more.length === 0) return { space, history, observers }
    history = new Set([...history, ...more])
  }
}

const all = (space: StateSpace): string[] =>
  Array.from({ length: space.statistics().states }, (_, id) => JSON.stringify(space.state(id)))
const lines = (found: Iterable<string>): string => [...new Set(found)].sort().join('\n')

/** What must not depend on the reduction. */
function kept(space: StateSpace): object {
  const { start } = space.edges()
  const names = all(space)
  return {
    'stuck states': lines(names.filter((_, id) => start[id] === start[id + 1])),
    'terminal states': space.terminalStates,
    'can deadlock': space.deadlock !== undefined,
    'labels taken': lines(space.coverage.taken),
    faults: lines(
      space.faults.map(({ fault }) => JSON.stringify([fault.kind, fault.process, fault.label, fault.field])),
    ),
    'initial states': space.statistics().initialStates,
  }
}

/** How an observer of states answered, and what it depends on. */
const answered = (space: StateSpace, i: number): object => ({
  answer: space.sighting(i)?.code,
  varies: space.varies(i),
  saturated: space.saturated(i),
})

const isKept = (kind: PropertyKind): boolean => !isLiveness(kind) && !isResponse(kind) && kind !== 'alwaysReachable'

/** States of the whole space and of the reduced one; throws where something was lost. `undefined` for a large space. */
function compare(engine: Engine, example: Case, stride = 1000): readonly [number, number] | undefined {
  const asked = { ...example, properties: example.properties.filter(({ kind }) => isKept(kind)) }
  const part = explored(engine, asked, STATES_MAX, stride)
  // Being asked about states where nothing happens, an observer of pairs may need history that it else would not.
  const whole = part && explored(tableEngine, asked, STATES_MAX, stride, part.history)
  if (part === undefined || whole === undefined) return undefined
  expect(part.space.statistics().states).toBeLessThanOrEqual(whole.space.statistics().states)
  expect(lines(part.history)).toBe(lines(whole.history))
  expect(kept(part.space)).toEqual(kept(whole.space))
  whole.observers.forEach((observer, i) => {
    const { kind } = observer.property
    const name = `${i}: ${kind}`
    if (partialOrder.refuses(whole.space.layout) !== undefined)
      expect(part.space.sighting(i)).toEqual(whole.space.sighting(i))
    else if (!observer.pair) expect([name, answered(part.space, i)]).toEqual([name, answered(whole.space, i)])
    else if (part.space.leftOut!.cannotDecide(i) === undefined)
      expect([name, part.space.sighting(i)?.code === VIOLATED]).toEqual([
        name,
        whole.space.sighting(i)?.code === VIOLATED,
      ])
  })
  return [whole.space.statistics().states, part.space.statistics().states]
}

/** Everything in a reduced space is real, on the reference engine. */
function isReal(example: Case): void {
  const found = explored(reduced, example, STATES_MAX)
  if (found === undefined) return
  const { space, history, observers } = found
  const machine = new Machine(space.layout, history)
  const names = all(space)
  const { start, to, by } = space.edges()
  const reachable = new Set(names.filter((_, id) => space.predecessor(id) < 0))
  names.forEach((name, id) => {
    expect(reachable).toContain(name)
    const next = space.layout.processes.map((process) => {
      const successors: string[] = []
      machine.outcomesOf(
        space.state(id),
        process,
        ({ next: after }) => successors.push(JSON.stringify(after)),
        () => undefined,
      )
      return successors
    })
    for (let e = start[id]!; e < start[id + 1]!; e++) {
      expect(next[by[e]!]).toContain(names[to[e]!])
      reachable.add(names[to[e]!]!)
    }
  })
  observers.forEach((observer, i) => {
    const seen = space.sighting(i)
    if (seen === undefined || space.leftOut!.cannotDecide(i) !== undefined) return
    const [from, state] = [space.state(seen.from), space.state(seen.state)]
    expect(observer.pair ? machine.observe(observer, from, state) : machine.observe(observer, state)).toBe(seen.code)
  })
  for (const { fault, state } of space.faults) {
    const process = space.layout.processes.find(({ name }) => name === fault.process)
    if (process === undefined || state < 0) continue
    const faults: string[] = []
    machine.outcomesOf(
      space.state(state),
      process,
      () => undefined,
      ({ message }) => void faults.push(message),
    )
    expect(faults).toContain(fault.message)
  }
}

// ---- random protocols

const operation = fc.record({ op: fc.nat(95), field: fc.nat(11), value: fc.nat(255), goto: fc.nat(11) })
const genes: fc.Arbitrary<ProcessesGenes> = fc.record({
  programs: fc.array(
    fc.record({ loop: fc.boolean(), steps: fc.array(operation, { minLength: 1, maxLength: 4, size: 'max' }) }),
    { minLength: 2, maxLength: 4, size: 'max' },
  ),
  properties: fc.array(operation, { maxLength: 3, size: 'max' }),
})
function shown(each: ProcessesGenes): RandomProcesses {
  const made = randomProcesses(each)
  return Object.assign(made, { [fc.toStringMethod]: () => `\n${made.text}\n` })
}
const processes = genes.map(shown)

/** The same, of few steps, asked about steps only. */
const stepping = fc
  .record({
    programs: fc.array(
      fc.record({ loop: fc.boolean(), steps: fc.array(operation, { minLength: 1, maxLength: 2, size: 'max' }) }),
      { minLength: 2, maxLength: 3, size: 'max' },
    ),
    properties: fc.array(
      fc.tuple(operation, fc.integer({ min: 24, max: 35 })).map(([each, op]) => ({ ...each, op })),
      { minLength: 3, maxLength: 3, size: 'max' },
    ),
  })
  .map(shown)

const engines = {
  'as it is': reduced,
  'evaluated directly': tableEngineWith({ ...ECONOMY, leafCap: 1, reduction: partialOrder }),
  'with trees that are given up': tableEngineWith({
    ...ECONOMY,
    window: 2,
    statesPerRecording: 3,
    reduction: partialOrder,
  }),
}

describe.each(Object.entries(engines))('nothing that is promised is lost: %s', (name, engine) => {
  const runs = name === 'as it is' ? numRuns : Math.ceil(numRuns / 4)
  test(
    'processes with local work',
    () => {
      fc.assert(
        fc.property(
          processes,
          fc.integer({ min: 1, max: 500 }),
          (example, stride) => void compare(engine, example, stride),
        ),
        { ...limits, numRuns: 2 * runs },
      )
    },
    TIMEOUT,
  )
  test.each(shapes)(
    'protocols with all that the language has: %s',
    (shape) => {
      fc.assert(
        fc.property(casesOf(shape), (example) => void compare(engine, example, example.stride)),
        { ...limits, numRuns: Math.ceil(runs / 4) },
      )
    },
    TIMEOUT,
  )
})

test('a good part of the states of processes with local work is left out', () => {
  // A fixed sample: the share is a matter of chance, and the searches must not pass or fail by it.
  const sizes = fc.sample(processes, { numRuns: 60, seed: 1 }).flatMap((example) => {
    const found = compare(reduced, example)
    return found === undefined ? [] : [found]
  })
  const sum = (which: 0 | 1): number => sizes.reduce((total, size) => total + size[which], 0)
  expect(sizes.filter(([whole, part]) => part < 0.8 * whole).length).toBeGreaterThan(0.3 * sizes.length)
  expect(sum(1)).toBeLessThan(0.8 * sum(0))
})

test(
  'a reduced space is part of the real one',
  () => {
    fc.assert(
      fc.property(processes, (example) => isReal(example)),
      { ...limits, numRuns: Math.ceil(numRuns / 2) },
    )
  },
  TIMEOUT,
)

// ---- models that trap

/** A model that some reductions of this kind lose something of, and a state that they must come to. */
const traps = {
  /**
   * P toggles its bit for ever. Q hits the bit that its register names, which it has copied from `g`; R sets `g`. That Q
   * may hit the bit of P shows only after R has moved, and a search without condition 3 lets nobody but P move.
   */
  toggler: () => {
    const state = () => ({
      bits: array(2, bool),
      g: upTo(1),
      p: singleton({}),
      q: singleton({ register: upTo(1) }),
      r: singleton({}),
    })
    const { program } = language<typeof state>()
    const programs = [
      program('p', { toggle: (s) => void (s.bits[0] = !s.bits[0]!) }, { loop: true }),
      program('q', {
        copy: (s, me) => void (me.register = s.g),
        hit: (s, me) => void (s.bits[1 - me.register] = true),
      }),
      program('r', { set: (s) => void (s.g = 1) }),
    ]
    const model = protocol({ name: 'toggler', bounds: {}, state, programs: () => programs })
    const { never } = propertiesOf(model)
    const properties = [never('BitOfPIsNotHit', (s, { at }) => s.q.some((q) => q.register === 1 && at(q, 'done')))]
    return { instance: model.instance({ bounds: {} }), properties }
  },
  /** What Q reads late is written by P early: that they conflict is learnt after P was let go first. */
  'late reader': () => {
    const state = () => ({ x: upTo(1), p: singleton({}), q: singleton({ seen: upTo(1) }) })
    const { program } = language<typeof state>()
    const programs = [
      program('p', { write: (s) => void (s.x = 1) }),
      program('q', { wait: () => undefined, read: (s, me) => void (me.seen = s.x) }),
    ]
    const model = protocol({ name: 'late', bounds: {}, state, programs: () => programs })
    const { never } = propertiesOf(model)
    const properties = [never('QDoesNotMissIt', (s, { at }) => s.q.some((q) => at(q, 'done') && q.seen === 0))]
    return { instance: model.instance({ bounds: {} }), properties }
  },
  /** The same beside a step that writes what it may not: one pass is not enough there either. */
  'late reader, and an impure step': () => {
    const state = () => ({ x: upTo(1), p: singleton({}), q: singleton({ seen: upTo(1) }), r: singleton({}) })
    const { program } = language<typeof state>()
    const programs = [
      program('p', { write: (s) => void (s.x = 1) }),
      program('q', { wait: () => undefined, read: (s, me) => void (me.seen = s.x) }),
      program('r', { note: { note: (_h, s) => void (s.x = 0) } }),
    ]
    const model = protocol({ name: 'late', bounds: {}, state, programs: () => programs })
    const { never } = propertiesOf(model)
    const properties = [never('QDoesNotMissIt', (s, { at }) => s.q.some((q) => at(q, 'done') && q.seen === 0))]
    return { instance: model.instance({ bounds: {} }), properties }
  },
  /**
   * A property that writes where m stays 1 and P where it is: of all steps that is the last one of Q. Of a step that is none,
   * which is asked about too, it is so after the first one. P has what makes a second pass necessary.
   */
  'late reader, and an impure property': () => {
    const state = () => ({ x: upTo(1), m: upTo(2), bad: bool, p: singleton({}), q: singleton({ seen: upTo(1) }) })
    const { program } = language<typeof state>()
    const programs = [
      program('p', { write: (s) => void (s.x = 1) }),
      program('q', {
        one: (s) => void (s.m = 1),
        two: (s) => void (s.m = 2),
        read: (s, me) => {
          me.seen = s.x
          s.m = 1
        },
        stay: () => undefined,
      }),
    ]
    const model = protocol({ name: 'late', bounds: {}, state, programs: () => programs })
    const { never, stepwise } = propertiesOf(model)
    const properties = [
      never('QDoesNotMissIt', (s, { at }) => s.q.some((q) => at(q, 'done') && q.seen === 0)),
      stepwise('Writes', (s, { at, before }) => {
        const pIsThere = () => at(s.p[0]!, 'write')
        if (s.m === 1 && before(() => s.m === 1) && pIsThere() === before(pIsThere)) (s as { bad: boolean }).bad = true
        return true
      }),
    ]
    return { instance: model.instance({ bounds: {} }), properties }
  },
  /** Two steps that commute, and a property that tells which came first. */
  'who is first': () => {
    const state = () => ({ p: singleton({ set: bool }), q: singleton({ set: bool }) })
    const { program } = language<typeof state>()
    const programs = [
      program('p', { set: (_s, me) => void (me.set = true) }),
      program('q', { set: (_s, me) => void (me.set = true) }),
    ]
    const model = protocol({ name: 'first', bounds: {}, state, programs: () => programs })
    const { never } = propertiesOf(model)
    const properties = [never('QIsNotFirst', (s) => s.q.some((q) => q.set) && s.p.every((p) => !p.set))]
    return { instance: model.instance({ bounds: {} }), properties }
  },
  /** The same, told by labels, over a step. */
  'who is first, over a step': () => {
    const state = () => ({ p: singleton({}), q: singleton({}) })
    const { program } = language<typeof state>()
    const programs = [program('p', { set: () => undefined }), program('q', { set: () => undefined })]
    const model = protocol({ name: 'first', bounds: {}, state, programs: () => programs })
    const { stepwise } = propertiesOf(model)
    const properties = [
      stepwise(
        'QIsNotFirst',
        (s, { at, before }) =>
          before(() => s.q.every((q) => at(q, 'done'))) ||
          s.q.every((q) => !at(q, 'done')) ||
          s.p.every((p) => at(p, 'done')),
      ),
    ]
    return { instance: model.instance({ bounds: {} }), properties }
  },
} satisfies Record<string, () => Case>

const violates = (engine: Engine, example: Case): boolean =>
  explored(engine, example)!.space.sighting(0)?.code === VIOLATED

describe.each(Object.entries(traps))('%s', (_name, trap) => {
  test('is not fallen for', () => {
    expect(violates(tableEngine, trap())).toBe(true)
    expect(violates(reduced, trap())).toBe(true)
    compare(reduced, trap())
  })
})

// By hand: Q copies 0 or, after R, 1, so that Q, its register and R are in 8 places together; the bit of P has 2 values.
test('the toggler has 16 states, of which 2 are seen without condition 3', () => {
  expect(compare(reduced, traps.toggler())?.[0]).toBe(16)
  expect(explored(careless.condition3, traps.toggler())!.space.statistics().states).toBe(2)
})

test('a fault is told of a state in which it happens, whatever pass it was met in', () => {
  for (const trap of [traps['late reader, and an impure step'], traps['late reader, and an impure property']]) {
    const { instance, properties } = trap()
    const { space, history } = explored(reduced, { instance, properties })!
    const machine = new Machine(space.layout, history)
    expect(space.faults).toHaveLength(1)
    for (const { fault, state } of space.faults) {
      const faults: string[] = []
      for (const process of space.layout.processes)
        machine.outcomesOf(
          space.state(state),
          process,
          ({ next }) => {
            for (const observer of properties.map(observerOf).filter(({ pair }) => pair))
              try {
                machine.observe(observer, space.state(state), next)
              } catch (error) {
                faults.push((error as Error).message)
              }
          },
          ({ message }) => faults.push(message),
        )
      expect(faults).toContain(fault.message)
    }
  }
})

const plant = (prototype: object, method: string, answer: boolean): Engine =>
  patched(() => [prototype, method, () => answer], reduced)
const careless = {
  condition3: plant(ReducedKernel.prototype, 'isBeyond', true),
  passes: plant(ReducedKernel.prototype, 'isInVain', false),
  visibility: plant(Footprints.prototype, 'touches', false),
  along: plant(Footprints.prototype, 'lookedAlong', false),
  conflicts: plant(Footprints.prototype, 'conflicts', false),
}

describe('a mistake is found out:', () => {
  test.each([
    ['condition 3 is left out', 'toggler', careless.condition3],
    ['one pass is thought to be enough', 'late reader', careless.passes],
    ['properties are not looked at', 'who is first', careless.visibility],
    ['what is read along steps is not looked at', 'who is first, over a step', careless.along],
    ['conflicts are not looked at', 'late reader', careless.conflicts],
  ] as const)('%s: %s', (_mistake, name, engine) => {
    expect(violates(engine, traps[name]())).toBe(false)
  })

  test.each(Object.entries(careless))('%s, within 300 random protocols', (name, engine) => {
    const samples = fc.sample(name === 'along' ? stepping : processes, { numRuns: 300, seed: 11 })
    const caught = (example: Case): boolean => {
      try {
        compare(engine, example)
        return false
      } catch {
        return true
      }
    }
    expect(samples.findIndex(caught)).toBeGreaterThanOrEqual(0)
  })
})
