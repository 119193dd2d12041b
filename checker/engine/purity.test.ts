/** The table engine believes no step and no property that depends on more than the state: it reports them as impure. */
import { describe, expect, test } from 'vitest'
import {
  family,
  language,
  option,
  propertiesOf,
  protocol,
  ref,
  upTo,
  type Pick,
  type Property,
  type StateView,
} from '../language/index.ts'
import type { Engine } from './engine.ts'
import { layoutOf } from './layout.ts'
import { observerOf } from './observer.ts'
import { tableEngine, tableEngineWith } from './table.ts'

const state = () => ({
  n: upTo(7),
  m: upTo(7),
  wide: upTo(2 ** 30),
  cpu: family(1, { held: option(ref('mm')) }),
  mm: family(2, { users: upTo(3) }),
})
const { program } = language<typeof state>()
type State = StateView<ReturnType<typeof state>>
type Me = State['cpu'][number]
type Recipe = (s: State, me: Me, pick: Pick) => void

/** A step under suspicion, and another one that changes what it does not read. */
const suspected = (suspect: Recipe, when: (s: State) => boolean = () => true) =>
  protocol({
    name: 'suspected',
    bounds: {},
    state,
    programs: () => [
      program(
        'cpu',
        {
          suspect: { when, do: suspect },
          other: (s) => {
            s.m = (s.m + 1) % 5
          },
        },
        { loop: true },
      ),
    ],
  })
const innocent = suspected((s) => {
  s.n = (s.n + 1) % 8
})
const { always, maximum } = propertiesOf(innocent)

/** What is found wrong: kind, process and label. `meanwhile` is called after every state. */
function wrongWith(
  engine: Engine,
  subject: typeof innocent,
  properties: readonly Property[] = [],
  meanwhile: (states: number) => void = () => undefined,
): string[] {
  const space = engine.explore({
    layout: layoutOf(subject.instance({ bounds: {} })),
    observers: properties.map(observerOf),
    history: new Set(),
  })
  for (let states = 1; space.advance(1); states++) meanwhile(states)
  return [...new Set(space.faults.map(({ fault }) => `${fault.kind} ${fault.process} ${fault.label}`))]
}

const engines: [string, Engine][] = [
  ['with trees', tableEngine],
  ['with direct evaluation', tableEngineWith({ leafCap: 1 })],
  ['in the generated loop', tableEngineWith({ generateFrom: 0 })],
]
const { random } = Math

/** Each makes a step anew, so that nothing is carried over from another run. */
const impurities: [string, () => Recipe][] = [
  [
    'counts its runs',
    () => {
      let runs = 0
      return (s) => {
        s.n = runs++ % 8
      }
    },
  ],
  [
    'reads a field only in every second run',
    () => {
      let runs = 0
      return (s) => {
        if (runs++ % 2 === 0 && s.m > 8) s.n = 0
      }
    },
  ],
  [
    'writes a field only in every second run',
    () => {
      let runs = 0
      return (s) => {
        if (runs++ % 2 === 0) s.n = 7 - s.n
      }
    },
  ],
  [
    'goes elsewhere in every second run',
    () => {
      let runs = 0
      return () => (runs++ % 2 === 0 ? 'suspect' : undefined) as undefined
    },
  ],
  [
    'offers other options in every second run',
    () => {
      let runs = 0
      return (s, _me, pick) => {
        s.n = pick(runs++ % 2 === 0 ? [0, 1] : [0, 2])
      }
    },
  ],
  [
    'fails in every second run',
    () => {
      let runs = 0
      return () => {
        if (runs++ % 2 === 0) throw new Error('only sometimes')
      }
    },
  ],
  [
    'keeps a handle',
    () => {
      let kept: Me | undefined
      return (_s, me) => {
        kept ??= me
        kept.held = null
      }
    },
  ],
  [
    'keeps a handle and only looks at it',
    () => {
      let kept: State['mm'][number] | undefined
      return (s) => {
        kept ??= s.mm[0]!
        s.n = kept.users
      }
    },
  ],
  [
    'keeps the draft',
    () => {
      let kept: State | undefined
      return (s) => {
        kept ??= s
        kept.n = 1
      }
    },
  ],
  [
    'uses Math.random()',
    () => (s) => {
      s.wide = Math.floor(2 ** 30 * Math.random())
    },
  ],
  [
    'uses Math.random() by a name of its own',
    () => (s) => {
      s.wide = Math.floor(2 ** 30 * random())
    },
  ],
  [
    'uses Date.now()',
    () => (s) => {
      s.n = Date.now() % 8
    },
  ],
  [
    'uses new Date()',
    () => (s) => {
      s.n = new Date().getTime() % 8
    },
  ],
  [
    'uses performance.now()',
    () => (s) => {
      s.n = Math.floor(performance.now()) % 8
    },
  ],
  [
    'hides what was refused',
    () => (s) => {
      try {
        s.n = Math.floor(8 * Math.random())
      } catch {
        s.n = 0
      }
    },
  ],
  ['waits', () => () => Promise.resolve()],
]

describe.each(engines)('%s, a step is reported that', (_, engine) => {
  test.each(impurities)('%s', (_name, recipe) => {
    const wrong = wrongWith(engine, suspected(recipe()))
    expect(wrong.filter((fault) => !fault.startsWith('exception'))).toEqual(['impure cpu0 suspect'])
  })

  test('decides in its guard by what is outside', () => {
    let runs = 0
    const undecided = suspected(
      () => undefined,
      () => runs++ % 2 === 0,
    )
    expect(wrongWith(engine, undecided)).toEqual(['impure cpu0 suspect'])
  })

  test('writes in its guard', () => {
    const writing = suspected(
      () => undefined,
      (s) => (s.n = s.m) < 8,
    )
    expect(wrongWith(engine, writing)).toEqual(['impure cpu0 suspect'])
  })
})

describe.each(engines)('%s, a property is reported that', (_, engine) => {
  test('counts its runs', () => {
    let runs = 0
    expect(wrongWith(engine, innocent, [maximum('Runs', () => runs++)])).toEqual(['impure property Runs'])
  })
  test('uses the clock', () => {
    expect(wrongWith(engine, innocent, [always('Late', () => Date.now() > 0)])).toEqual(['impure property Late'])
  })
  test('writes', () => {
    const writes = always('Writes', (s) => (s.n = s.m) < 8)
    expect(wrongWith(engine, innocent, [writes])).toEqual(['impure property Writes'])
  })
  test('keeps a handle', () => {
    let kept: State['mm'][number] | undefined
    const keeps = always('Keeps', (s) => (kept ??= s.mm[0]!).users === 0)
    expect(wrongWith(engine, innocent, [keeps])).toEqual(['impure property Keeps'])
  })
})

/** A variable outside that changes while states are explored: seen when a leaf is hit by a second state. */
describe.each(engines.filter(([name]) => name !== 'with direct evaluation'))('%s', (_, engine) => {
  test('a step that reads what changes outside is reported', () => {
    let mode = 0
    const reading = suspected((s) => {
      s.n = (s.m + mode) % 8
    })
    expect(wrongWith(engine, reading)).toEqual([])
    expect(wrongWith(engine, reading, [], (states) => (mode = states < 6 ? 0 : 1))).toEqual(['impure cpu0 suspect'])
  })

  test('a property that reads what changes outside is reported', () => {
    let mode = 0
    const reading = always('Reading', (s, { at }) => !at(s.cpu[0]!, 'suspect') || s.m + mode < 8)
    expect(wrongWith(engine, innocent, [reading])).toEqual([])
    const changing = wrongWith(engine, innocent, [reading], (states) => (mode = states < 6 ? 0 : 8))
    expect(changing).toEqual(['impure property Reading'])
  })
})

test.each(engines)('%s, nothing is reported of the innocent', (_, engine) => {
  expect(wrongWith(engine, innocent, [always('Fine', (s) => s.n < 8), maximum('N', (s) => s.n)])).toEqual([])
})
