/** Whatever goes wrong in a recipe ends that branch and is reported: nothing is lost, nothing is believed. */
import { describe, expect, test } from 'vitest'
import {
  array,
  bool,
  family,
  language,
  oneOf,
  option,
  propertiesOf,
  protocol,
  queue,
  ref,
  setOf,
  singleton,
  struct,
  upTo,
  type Pick,
  type Property,
  type StateView,
} from '../language/index.ts'
import type { Engine, StateSpace } from './engine.ts'
import { immerEngine } from './immer.ts'
import { layoutOf } from './layout.ts'
import { observerOf } from './observer.ts'
import { tableEngine } from './table.ts'

const engines: readonly Engine[] = [immerEngine, tableEngine]

const state = () => ({
  n: upTo(5),
  flag: bool,
  word: oneOf('a', 'b'),
  list: array(3, upTo(5)),
  fifo: queue(2, upTo(5)),
  words: setOf(oneOf('a', 'b')),
  numbers: setOf(upTo(2)),
  maybe: option(upTo(5)),
  point: struct({ x: upTo(5), y: upTo(5) }),
  limited: upTo(5, 'saturate'),
  owner: option(ref('cpu')),
  cpu: family(2, { load: upTo(5) }),
  task: family(2, { load: upTo(5) }),
  process: singleton({}),
})
const history = () => ({ seen: upTo(5) })

type State = StateView<ReturnType<typeof state>>
type Recipe = (s: State, me: object, pick: Pick) => unknown

const { program } = language<typeof state, typeof history>()
const one = (steps: object, options = {}) =>
  protocol({
    name: 'faults',
    bounds: {},
    state,
    history,
    programs: () => [program('process', steps as Record<'step', never>, options)],
  })

function explore(
  engine: Engine,
  steps: object,
  options: object = {},
  properties: readonly Property[] = [],
): StateSpace {
  const layout = layoutOf(one(steps, options).instance({ bounds: {} }))
  const observers = properties.map(observerOf)
  const space = engine.explore({ layout, observers, history: new Set(['seen']) })
  while (space.advance(1000));
  return space
}

/** `domain: n cannot hold 6; …` of every fault. */
const faults = (space: StateSpace): string[] => space.faults.map(({ fault }) => `${fault.kind}: ${fault.message}`)

const read = (_value: unknown): void => undefined

/** What a recipe may not do, and how the report begins. */
const wrong: Readonly<Record<string, readonly [Recipe, string]>> = {
  'a number beyond its range': [(s) => (s.n = 6), 'domain: n cannot hold 6; it holds whole numbers from 0 to 5.'],
  'a number below its range': [(s) => s.n--, 'domain: n cannot hold -1'],
  'a fraction': [(s) => (s.n = 0.5), 'domain: n cannot hold 0.5'],
  NaN: [(s) => (s.n = NaN), 'domain: n cannot hold NaN'],
  'a number out of bounds, even where it would saturate': [
    (s) => (s.limited = Infinity),
    'domain: limited cannot hold',
  ],
  undefined: [(s) => (s.n = undefined as never), 'domain: n cannot hold undefined'],
  'undefined, where null may be': [(s) => (s.maybe = undefined as never), 'domain: maybe cannot hold undefined'],
  'null, where it may not be': [(s) => (s.n = null as never), 'domain: n cannot hold null'],
  'a truthy value for a bool': [(s) => (s.flag = 1 as never), 'domain: flag cannot hold 1; it holds true or false.'],
  'an unknown word': [(s) => (s.word = 'c' as never), "domain: word cannot hold 'c'; it holds one of a, b."],
  'a member of another family': [
    (s) => (s.owner = s.task[1] as never),
    "domain: owner cannot hold task1; it holds members of 'cpu'.",
  ],
  'an index to write that is too large': [
    (s) => (s.list[3] = 1),
    'domain: list[3] does not exist: the indices are 0 to 2',
  ],
  'an index to read that is too large': [(s) => read(s.list[3]), 'domain: list[3] does not exist'],
  'a negative index': [(s) => read(s.list[-1]), 'domain: list[-1] does not exist'],
  'an index that is no number': [(s) => read(s.list[NaN]), 'domain: list[NaN] does not exist'],
  'an endless index': [(s) => read(s.list[Infinity]), 'domain: list[Infinity] does not exist'],
  'a member that a family has not': [(s) => read(s.cpu[2]), 'domain: cpu[2] does not exist: the indices are 0 to 1.'],
  'a push onto a full queue': [(s) => [1, 2, 3].forEach((n) => s.fifo.push(n)), 'domain: fifo is full: it holds 2.'],
  'a shift from an empty queue': [(s) => s.fifo.shift(), 'domain: fifo is empty'],
  'a place beyond the end of a queue': [(s) => s.fifo.at(0), 'domain: fifo.at(0) is beyond its 0 elements.'],
  'a wrong value in a queue': [(s) => s.fifo.push(6), 'domain: fifo[0] cannot hold 6'],
  'an unknown word in a set': [(s) => s.words.add('c' as never), "domain: words.has(a) cannot hold 'c'"],
  'a question about an unknown word': [(s) => s.words.has('c' as never), "domain: words.has(a) cannot hold 'c'"],
  'a number that a set cannot hold': [(s) => s.numbers.add(3), 'domain: numbers.has(0) cannot hold 3'],
  'an array of the wrong length': [(s) => (s.list = [1] as never), 'domain: list holds 3 elements and was assigned 1.'],
  'a struct without one of its fields': [
    (s) => (s.point = { x: 1 } as never),
    "domain: point was assigned something that lacks the field 'y'.",
  ],
  'a struct with a field too many': [
    (s) => (s.point = { x: 1, y: 1, z: 1 } as never),
    "domain: point was assigned something that has a field 'z'.",
  ],
  'a field that does not exist': [(s) => ((s as { nope?: number }).nope = 1), 'exception: the recipe threw TypeError'],
  'a NULL dereference': [
    (s) => s.owner!.load++,
    'exception: the recipe threw TypeError: Cannot read properties of null',
  ],
  'an exception': [
    () => {
      throw new RangeError('too much')
    },
    'exception: the recipe threw RangeError: too much.',
  ],
  'Math.random()': [(s) => (s.n = Math.floor(Math.random() * 2)), 'impure: Math.random() was used'],
  'new Date()': [(s) => (s.n = new Date().getDay()), 'impure: Date was used'],
  'process.hrtime.bigint()': [(s) => (s.flag = process.hrtime.bigint() > 0n), 'impure: process.hrtime() was used'],
  'Date.now()': [(s) => (s.n = Date.now() % 2), 'impure: Date was used'],
  'performance.now()': [(s) => (s.n = performance.now() > 0 ? 1 : 0), 'impure: performance.now() was used'],
}

/** What a step may not return. */
const returned: Readonly<Record<string, readonly [Recipe, string]>> = {
  'a label that does not exist': [() => 'nowhere', "exception: 'step' of process returned nowhere, which is no label;"],
  'a result that is no label': [() => true, "exception: 'step' of process returned true, which is no label;"],
  'an asynchronous step': [() => Promise.resolve(), 'impure: the step is asynchronous'],
}

describe.each(engines)('on the $name engine', (engine) => {
  const step = (recipe: Recipe) => (s: State, me: object, pick: Pick) => void recipe(s, me, pick)
  test.each(Object.entries(wrong))('%s is a fault', (_, [recipe, message]) => {
    expect(faults(explore(engine, { step: step(recipe) }))[0]?.slice(0, message.length)).toBe(message)
  })
  test.each(Object.entries(returned))('%s is a fault', (_, [recipe, message]) => {
    expect(faults(explore(engine, { step: recipe }))[0]?.slice(0, message.length)).toBe(message)
  })

  test('a fault ends its branch, names process, label and field, and leaves the others alone', () => {
    const step = (s: State, _me: object, pick: Pick) => {
      s.n = pick([4, 5, 6])
    }
    const space = explore(engine, { step })
    expect(space.statistics()).toMatchObject({ states: 3, transitions: 2 })
    expect(space.faults).toMatchObject([
      { state: 0, fault: { kind: 'domain', process: 'process', label: 'step', field: 'n' } },
    ])
    expect(space.deadlock).toBeUndefined()
  })

  test('a fault is not hidden by catching it', () => {
    const swallow = (bad: (s: State) => void) => (s: State) => {
      try {
        bad(s)
      } catch {
        s.flag = true
      }
    }
    expect(faults(explore(engine, { step: swallow((s) => (s.n = 6)) }))).toHaveLength(1)
    expect(faults(explore(engine, { step: swallow(() => Math.random()) }))).toHaveLength(1)
    expect(faults(explore(engine, { step: swallow((s) => s.fifo.shift()) }))).toHaveLength(1)
    expect(explore(engine, { step: swallow((s) => (s.n = 6)) }).statistics().states).toBe(1)
  })

  test('the clock and randomness are back after a run', () => {
    explore(engine, { step: () => undefined })
    expect(Math.random()).toBeLessThan(1)
    expect(Date.now()).toBeGreaterThan(0)
  })

  test('guards, properties and programs that write are impure', () => {
    const writes = (s: State): boolean => {
      s.n = 1
      return true
    }
    const { always } = propertiesOf(one({ step: () => undefined }))
    const message = 'impure: a guard or a property wrote n; it may only read.'
    expect(faults(explore(engine, { step: { when: writes } }))).toEqual([message])
    expect(faults(explore(engine, { step: () => undefined }, { runs: writes }))).toEqual([message])
    expect(faults(explore(engine, { step: () => undefined }, {}, [always('Writes', writes as never)]))[0]).toBe(message)
  })

  test('a note writes history and nothing else; an effect cannot reach it', () => {
    const note = (h: { seen: number }, s: State, _me: object, before: <T>(of: () => T) => T) => {
      h.seen = 10 * before(() => s.n) + s.n
    }
    const space = explore(engine, { step: { do: (s: State) => void (s.n = 3), note } })
    expect(space.state(1)).toMatchObject({ n: 3, history: { seen: 3 } })
    const bad = { note: (_h: object, s: State) => (s.n = 1) }
    expect(faults(explore(engine, { step: bad }))).toEqual(['impure: a note wrote n; it may only write history.'])
  })

  test('a handle or a draft that was kept is dead in the next step', () => {
    const kept: { s?: State; cpu?: State['cpu'][0] | undefined } = {}
    const keep = (s: State) => {
      kept.s = s
      kept.cpu = s.cpu[0]
    }
    const message = 'impure: a draft or handle was kept from an earlier step; store a ref in the state instead.'
    expect(faults(explore(engine, { keep, step: () => void (kept.cpu!.load = 1) }))).toEqual([message])
    expect(faults(explore(engine, { keep, step: () => read(kept.s?.n) }))).toEqual([message])
  })

  test('where there is nothing to pick the step is not enabled', () => {
    const space = explore(engine, { step: (s: State, _me: object, pick: Pick) => void (s.n = pick([])) })
    expect(space.statistics()).toMatchObject({ states: 1, transitions: 0 })
    expect(space.faults).toEqual([])
    expect(space.deadlock).toBe(0)
  })

  test('an empty pick cannot be caught', () => {
    const step = (s: State, _me: object, pick: Pick) => {
      try {
        s.n = pick([])
      } catch {
        s.n = 1
      }
    }
    expect(explore(engine, { step }).statistics()).toMatchObject({ states: 1, transitions: 0 })
  })

  test('options that are objects are told apart by what is in them', () => {
    let x = 0
    const step = (s: State, _me: object, pick: Pick) => {
      s.n = pick([{ x: x++ % 3 }, { x: 3 }]).x
    }
    expect(faults(explore(engine, { step }))[0]).toMatch(/^impure: /)
  })

  test('a guard answers true or false, at once', () => {
    const guarded = (when: () => unknown) => faults(explore(engine, { step: { when } }))
    expect(guarded(() => undefined)).toEqual(['exception: a guard answered undefined; it must answer true or false.'])
    expect(guarded(() => Promise.resolve(false))[0]).toMatch(/^impure: the step is asynchronous/)
    expect(guarded(() => Promise.reject(new Error('later')))[0]).toMatch(/^impure: the step is asynchronous/)
  })

  test('a handle that was kept for several steps is dead too', () => {
    let kept: State['cpu'][0] | undefined
    const steps = {
      keep: (s: State) => void (kept ??= s.cpu[0]),
      one: () => undefined,
      two: () => undefined,
      step: () => void (kept!.load = 1),
    }
    expect(faults(explore(engine, steps))[0]).toMatch(/^impure: a draft or handle was kept/)
  })

  test('a note that fails for want of history that is not kept asks for it, and is no fault', () => {
    const state = () => ({ cpu: singleton({}) })
    const pending = () => ({ pending: queue(2, upTo(3)), seen: bool })
    const { program } = language<typeof state, typeof pending>()
    const cpu = program('cpu', {
      push: { note: (h) => h.pending.push(1) },
      shift: { note: (h) => void (h.seen = h.pending.shift() === 1) },
    })
    const model = protocol({ name: 'pending', bounds: {}, state, history: pending, programs: () => [cpu] })
    const layout = layoutOf(model.instance({ bounds: {} }))
    const explored = (history: readonly string[]) => {
      const space = engine.explore({ layout, observers: [], history: new Set(history) })
      while (space.advance(10));
      return space
    }
    expect(explored([]).faults).toEqual([])
    expect([...explored(['seen']).neededHistory]).toEqual(['pending'])
    expect(explored(['seen', 'pending']).state(2)).toMatchObject({ history: { pending: [], seen: true } })
  })

  test('every pick is taken, one after the other, empty ones apart', () => {
    const step = (s: State, _me: object, pick: Pick) => {
      s.n = pick([0, 1, 2])
      s.word = pick(s.n === 1 ? [] : s.n === 2 ? ['a', 'b'] : ['a'])
    }
    expect(explore(engine, { step }).statistics()).toMatchObject({ states: 4, transitions: 3 })
  })

  test('options to pick from that change between runs are impure', () => {
    let more = 0
    const step = (s: State, _me: object, pick: Pick) => {
      s.n = pick([0, more++])
      s.limited = pick([0, 1])
    }
    expect(faults(explore(engine, { step }))[0]).toMatch(/^impure: /)
  })

  test('a property that answers with something else than it should is a fault', () => {
    const { always, maximum } = propertiesOf(one({ step: () => undefined }))
    const properties = [always('Vague', (() => 1) as never), maximum('Half', () => 0.5)]
    expect(faults(explore(engine, { step: { when: () => false } }, {}, properties))).toEqual([
      'exception: the property Vague answered 1; it must answer true or false.',
      'exception: the expression Half gave 0.5; it must give a whole number within ±2^30.',
    ])
  })

  test('an extreme knows that a value was cut off', () => {
    const { maximum } = propertiesOf(one({ step: () => undefined }))
    const most = [maximum('Most', (s) => s.limited)]
    const fill = (n: number) => explore(engine, { step: (s: State) => void (s.limited += n) }, {}, most)
    expect([fill(5).sighting(0)?.code, fill(5).saturated(0)]).toEqual([5, false])
    expect([fill(6).sighting(0)?.code, fill(6).saturated(0)]).toEqual([5, true])
  })
})
