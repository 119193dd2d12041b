/**
 * Symmetry and partial order together keep what both promise: on random protocols against the whole state space, and on
 * models that trap one who does not think of the other. Mistakes are planted, and found.
 *
 * `OOMCHECK_RUNS=2000 npx vitest run checker/reduce/together.test.ts` looks at that many protocols of each kind.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { casesOf } from '../engine/conformance.ts'
import { ECONOMY } from '../engine/economy.ts'
import type { Canonical, Engine, StateSpace } from '../engine/engine.ts'
import type { Observer } from '../engine/executor.ts'
import { Asymmetry } from '../engine/every-order.ts'
import { Codec } from '../engine/codec.ts'
import { Footprints } from '../engine/footprint.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { observerOf, VIOLATED } from '../engine/observer.ts'
import { patched } from '../engine/planted/planting.ts'
import { tableEngine, tableEngineWith } from '../engine/table.ts'
import {
  bool,
  family,
  language,
  option,
  propertiesOf,
  protocol,
  queue,
  ref,
  setOf,
  singleton,
  upTo,
  type Property,
} from '../language/index.ts'
import { isLiveness, isResponse, type PropertyKind } from '../language/property.ts'
import type { Instance } from '../language/protocol.ts'
import { exchangesOf } from './exchanges.ts'
import { OPERATIONS, randomMembers, type MembersGenes, type RandomMembers } from './random-members.ts'
import type { Operation } from './random-processes.ts'
import { partialOrder, ReducedKernel } from './reduced-kernel.ts'
import { exchangeable, symmetryOf } from './symmetry.ts'

const wanted = process.env['OOMCHECK_RUNS']
const numRuns = wanted === undefined ? 24 : Number(wanted)
const TIMEOUT = 20_000 + 1000 * numRuns
const limits = { interruptAfterTimeLimit: TIMEOUT - 5000, markInterruptAsFailure: true } as const
const STATES_MAX = wanted === undefined ? 2000 : 20_000

const together = tableEngineWith({ reduction: partialOrder })

interface Case {
  readonly instance: Instance
  readonly properties: readonly Property[]
}
interface Kept {
  readonly space: StateSpace
  readonly families: ReturnType<typeof exchangeable>['families']
}

const isKept = (kind: PropertyKind): boolean =>
  !isLiveness(kind) && !isResponse(kind) && kind !== 'alwaysReachable' && kind !== 'refines'

const historyOf = (layout: Layout): ReadonlySet<string> => new Set(Object.keys(layout.history.fields))

/** Explored with as many families exchanged as may be, of these; `undefined` where none may. */
function reduced(
  engine: Engine,
  layout: Layout,
  properties: readonly Property[],
  among = exchangeable(layout).families,
  stride = 1000,
): Kept | undefined {
  const observers = properties.map(observerOf)
  for (let families = among; families.length > 0;)
    try {
      const symmetry = symmetryOf(families)
      const space = engine.explore({ layout, observers, history: historyOf(layout), symmetry })
      while (space.advance(stride));
      return { space, families }
    } catch (error) {
      if (!(error instanceof Asymmetry)) throw error
      const { family: guilty } = error
      families = families.filter((each) => each.family !== guilty)
    }
  return undefined
}

const statesOf = (space: StateSpace): ReturnType<StateSpace['state']>[] =>
  Array.from({ length: space.statistics().states }, (_, id) => space.state(id))
const lines = (found: Iterable<object | string>): string =>
  [...new Set([...found].map((each) => (typeof each === 'string' ? each : JSON.stringify(each))))].sort().join('\n')

/** The states from which nothing leads on. */
function stuck(space: StateSpace): ReturnType<StateSpace['state']>[] {
  const { start } = space.edges()
  return statesOf(space).filter((_, id) => start[id] === start[id + 1])
}

/** The faults, whoever of a family runs into them. */
const faultsOf = ({ faults, layout }: StateSpace): string =>
  lines(
    faults.map(({ fault: { kind, process, label } }) => ({
      kind,
      family: layout.processes.find(({ name }) => name === process)?.family ?? process,
      label,
    })),
  )

type Sizes = readonly [whole: number, bySymmetry: number, together: number]

/** Throws where something was lost. `undefined` where the space is large, or nothing can be exchanged. */
function compare(engine: Engine, example: Case, stride = 1000): Sizes | undefined {
  const layout = layoutOf(example.instance)
  const properties = example.properties.filter(({ kind }) => isKept(kind))
  const observers = properties.map(observerOf)
  const whole = tableEngine.explore({ layout, observers, history: historyOf(layout) })
  while (whole.advance(500)) if (whole.statistics().states > STATES_MAX) return undefined
  const both = reduced(engine, layout, properties, undefined, stride)
  if (both === undefined) return undefined
  // What is left out breaks no symmetry either: all leaves are met.
  const symmetric = reduced(tableEngine, layout, properties, both.families)
  expect(symmetric?.families).toEqual(both.families)
  expectSame(both.space, whole, observers)
  const sizes = [whole, symmetric!.space, both.space].map((space) => space.statistics().states)
  expect(sizes[2]).toBeLessThanOrEqual(sizes[1]!)
  return sizes as unknown as Sizes
}

function expectSame(some: StateSpace, whole: StateSpace, observers: readonly Observer[]): void {
  const { representative, asymmetry } = some.orbits!
  const real = new Set(statesOf(whole).map((state) => JSON.stringify(representative(state))))
  for (const state of statesOf(some)) expect(real).toContain(JSON.stringify(state))
  expect(lines(stuck(some))).toBe(lines(stuck(whole).map(representative)))
  expect(faultsOf(some)).toBe(faultsOf(whole))
  expect(lines(some.coverage.taken)).toBe(lines(whole.coverage.taken))
  if (asymmetry('done') === undefined) expect(some.deadlock === undefined).toBe(whole.deadlock === undefined)
  observers.forEach(({ pair }, i) => {
    if (asymmetry(i) !== undefined || some.leftOut?.cannotDecide(i) !== undefined) return
    const [ours, theirs] = [some.sighting(i)?.code, whole.sighting(i)?.code]
    // Of claims about steps the violations are kept.
    if (pair) expect([i, ours === VIOLATED]).toEqual([i, theirs === VIOLATED])
    else expect([i, ours]).toEqual([i, theirs])
  })
}

const isLost = (engine: Engine, example: Case): boolean => {
  try {
    compare(engine, example)
    return false
  } catch (error) {
    // Whatever else goes wrong is no find.
    if (error instanceof Error && error.name === 'AssertionError') return true
    throw error
  }
}

// ---- random protocols

const operation = fc.record({ op: fc.nat(1000), field: fc.nat(11), value: fc.nat(255), goto: fc.nat(11) })
const familyGenes = (members: fc.Arbitrary<number>, maxLength: number) =>
  fc.record({
    members,
    loop: fc.boolean(),
    steps: fc.array(operation, { minLength: 1, maxLength, size: 'max' }),
  })
const membersGenes: fc.Arbitrary<MembersGenes> = fc.record({
  p: familyGenes(fc.constantFrom(2, 2, 3), 3),
  q: familyGenes(fc.constantFrom(1, 1, 2), 3),
  properties: fc.array(operation, { maxLength: 2, size: 'max' }),
})
function shown(genes: MembersGenes): RandomMembers {
  const made = randomMembers(genes)
  return Object.assign(made, { [fc.toStringMethod]: () => `\n${made.text}\n` })
}
const members = membersGenes.map(shown)

/** Mostly of these: a write and a read of a shared field, nothing, a wait for ever. */
const frequent = (...ops: readonly (keyof typeof OPERATIONS)[]): fc.Arbitrary<Operation> =>
  fc.tuple(operation, fc.constantFrom(...ops)).map(([genes, op]) => ({ ...genes, op: OPERATIONS[op] }))
/**
 * Members that part: the first one to come sets a field, which sends the others another way. Those that are further come
 * later among the members that are kept, so that some things are only ever done by the last of them.
 */
const parting = fc
  .record({
    p: fc.record({
      members: fc.constantFrom(2, 2, 3),
      loop: fc.constant(false),
      steps: fc.tuple(
        fc.record({
          op: fc.constant(OPERATIONS.write),
          field: fc.integer({ min: 6, max: 8 }),
          value: fc.integer({ min: 1, max: 2 }),
          goto: fc.constant(2),
        }),
        frequent('wait', 'wait', 'nothing', 'read'),
        frequent('read', 'read', 'write'),
      ),
    }),
    q: fc.record({
      members: fc.constant(1),
      loop: fc.boolean(),
      steps: fc.array(frequent('write', 'write', 'nothing', 'read'), { minLength: 1, maxLength: 2, size: 'max' }),
    }),
    properties: fc.array(operation, { maxLength: 1, size: 'max' }),
  })
  .map(shown)

const engines = {
  'as it is': together,
  'evaluated directly': tableEngineWith({ ...ECONOMY, leafCap: 1, reduction: partialOrder }),
}

describe.each(Object.entries(engines))('nothing that is promised is lost: %s', (name, engine) => {
  const runs = name === 'as it is' ? numRuns : Math.ceil(numRuns / 4)
  test(
    'members that do local work and look at each other',
    () => {
      let [met, fewer] = [0, 0]
      const property = fc.property(members, fc.integer({ min: 1, max: 500 }), (example, stride) => {
        const sizes = compare(engine, example, stride)
        if (sizes === undefined) return
        met++
        if (sizes[2] < sizes[1]) fewer++
      })
      fc.assert(property, { ...limits, numRuns: 3 * runs })
      // The share is a matter of chance: it is asked of a fixed sample.
      ;[met, fewer] = [0, 0]
      fc.assert(property, { ...limits, numRuns: 40, seed: 1 })
      expect(met).toBeGreaterThan(20)
      expect(fewer).toBeGreaterThan(0.15 * met)
    },
    TIMEOUT,
  )
  test(
    'members that part',
    () => {
      fc.assert(
        fc.property(parting, (example) => void compare(engine, example)),
        { ...limits, numRuns: runs },
      )
    },
    TIMEOUT,
  )
  test(
    'protocols with all that the language has, whose members nothing tells apart',
    () => {
      const property = fc.property(casesOf('anonymous'), (example) => void compare(engine, example, example.stride))
      fc.assert(property, { ...limits, numRuns: Math.ceil(runs / 3) })
    },
    TIMEOUT,
  )
})

// ---- models that trap

/** A model, and something that one of its behaviours comes to: its only property is violated. */
const traps = {
  /**
   * Of two members one parks; the other goes on to where it reads what Q writes. That one is kept as the second of the
   * two, for it is further. That the first may read, too, shows only to one who carries over what he learns.
   */
  'one goes on': () => {
    const state = () => ({ q: singleton({}), x: bool, parked: bool, p: family(2, { seen: bool }) })
    const { program } = language<typeof state>()
    const programs = [
      program('q', { write: (s) => void (s.x = true) }),
      program('p', {
        go: (s) => {
          if (s.parked) return 'read'
          s.parked = true
          return 'park'
        },
        park: { when: () => false, do: () => undefined },
        read: (s, me) => void (me.seen = s.x),
      }),
    ]
    const model = protocol({ name: 'one', bounds: {}, state, programs: () => programs })
    const { never } = propertiesOf(model)
    const properties = [never('MissesIt', (s, { at }) => s.p.some((p) => at(p, 'done') && !p.seen))]
    return { instance: model.instance({ bounds: {} }), properties }
  },
  /**
   * Two members pass a token for ever. Each passing leads to another state, but to the one that is kept already: a search
   * that does not see that lets nobody else move.
   */
  token: () => {
    const state = () => ({ rung: bool, p: family(2, { token: bool }), q: singleton({}) })
    const { program } = language<typeof state>()
    const programs = [
      program(
        'p',
        {
          pass: {
            when: (_s, me) => me.token,
            do: (s, me, pick) => {
              const other = pick(s.p.filter((each) => each !== me))
              me.token = false
              other.token = true
            },
          },
        },
        { loop: true },
      ),
      program('q', { wait: () => undefined, ring: (s) => void (s.rung = true) }),
    ]
    const model = protocol({
      name: 'token',
      bounds: {},
      state,
      init: () => (s, pick) => {
        pick([...s.p]).token = true
      },
      programs: () => programs,
    })
    const { never } = propertiesOf(model)
    return { instance: model.instance({ bounds: {} }), properties: [never('NeverRings', (s) => s.rung)] }
  },
} satisfies Record<string, () => Case>

const violates = (engine: Engine, { instance, properties }: Case): boolean =>
  reduced(engine, layoutOf(instance), properties)!.space.sighting(0)?.code === VIOLATED

/** Nothing is carried over from one member to the others. */
const forgetful = patched(() => [Footprints.prototype, 'carryOver', () => undefined], together)
/** Condition 3 is decided by the state that an outcome leads to, not by the one that is kept for it. */
const literal: Engine = {
  name: 'table',
  explore: ({ symmetry, ...question }) => {
    let isAsked = false
    const canonical = (layout: Layout, codec: Codec): Canonical => {
      const right = symmetry!.canonical(layout, codec)
      return {
        apply: (words, base) => !isAsked && right.apply(words, base),
        orbit: (words, base) => right.orbit(words, base),
        orbitOfSlot: (slot) => right.orbitOfSlot(slot),
      }
    }
    const asked = (original: (successor: never) => unknown, successor: never): unknown => {
      isAsked = true
      try {
        return original(successor)
      } finally {
        isAsked = false
      }
    }
    const engine = patched(() => [ReducedKernel.prototype, 'isBeyond', asked], together)
    return engine.explore({ ...question, symmetry: symmetry && { ...symmetry, canonical } })
  },
}

describe.each(Object.entries(traps))('%s', (_name, trap) => {
  test('is not fallen for', () => {
    expect(violates(tableEngine, trap())).toBe(true)
    expect(violates(together, trap())).toBe(true)
    compare(together, trap())
  })
})

describe('a mistake is found out:', () => {
  test.each([
    ['what is learnt of a member is not carried over', 'one goes on', forgetful],
    ['outcomes are not looked up as they are kept', 'token', literal],
  ] as const)('%s: %s', (_mistake, name, engine) => {
    expect(violates(engine, traps[name]())).toBe(false)
  })

  test.each([
    ['nothing is carried over', forgetful, parting],
    ['outcomes are not looked up as they are kept', literal, members],
  ] as const)('%s, within 300 random protocols', (_name, engine, protocols) => {
    const samples = fc.sample(protocols, { numRuns: 300, seed: 5 })
    expect(samples.findIndex((example) => isLost(engine, example))).toBeGreaterThanOrEqual(0)
  })
})

// ---- exchanges

test('exchanges take slots to their orbits, all of them, and back', () => {
  const state = () => ({
    first: option(ref('task')),
    waiting: queue(2, ref('task')),
    dead: setOf(ref('task')),
    cpu: family(3, { mask: setOf(ref('cpu')), of: setOf(ref('task')), n: upTo(3) }),
    task: family(2, { on: option(ref('cpu')) }),
  })
  const { program } = language<typeof state>()
  const programs = [program('cpu', { run: () => undefined })]
  const model = protocol({ name: 'slots', bounds: {}, state, programs: () => programs })
  const layout = layoutOf(model.instance({ bounds: {} }))
  const { families } = exchangeable(layout)
  const { each, comeAndGo } = exchangesOf(layout, families)
  const canonical = symmetryOf(families).canonical(layout, new Codec(layout, new Set()))
  // 3 CPUs and 2 tasks are exchanged by 2 and by 1 of neighbours.
  expect(each.length).toBe(3)
  const isOwn = (name: string): boolean => /(cpu.)\.mask.*\1/.test(name)
  const names = layout.slots.map(({ name }) => name)
  const orbits = Map.groupBy(layout.slots, ({ id }) => canonical.orbitOfSlot(id))
  for (const { id } of layout.slots) {
    const met = new Set([id])
    for (const slot of met) for (const { slotTo } of each) met.add(slotTo[slot]!)
    const orbit = orbits.get(canonical.orbitOfSlot(id))!.map((slot) => slot.name)
    // Whether a CPU is in its own mask is not whether it is in that of another.
    expect([...met].map((slot) => names[slot]).sort()).toEqual(
      orbit.filter((name) => isOwn(name) === isOwn(names[id]!)).sort(),
    )
  }
  for (const { slotTo, processTo } of each) {
    expect([...slotTo].map((slot) => slotTo[slot])).toEqual(layout.slots.map(({ id }) => id))
    expect([...processTo].map((process) => processTo[process])).toEqual(layout.processes.map(({ id }) => id))
    for (const { id, pc } of layout.processes) expect(slotTo[pc]).toBe(layout.processes[processTo[id]!]!.pc)
  }
  // Elements of the queue, and nothing else here, hold a code while they are out of use.
  expect([...comeAndGo].map((slot) => names[slot])).toEqual(names.filter((name) => name.startsWith('waiting[')))
})
