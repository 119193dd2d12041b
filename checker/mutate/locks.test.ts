/** A lock that is dropped: the protocol that an author would have written who forgot it. */
import { expect, test } from 'vitest'
import { planOf } from '../cli/plan.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import {
  array,
  bool,
  family,
  holds,
  language,
  option,
  propertiesOf,
  protocol,
  ref,
  singleton,
  spec,
  struct,
  upTo,
  type Spec,
} from '../language/index.ts'
import { fingerprintOf, type Fingerprint } from './fingerprint.ts'
import { changesOfLocks } from './locks.ts'
import { complaints } from './report.ts'
import { mutate, type Mutated } from './run.ts'
import { explored, survey } from './survey.ts'

const state = () => ({
  sem: struct({ readers: upTo(2), writer: bool }),
  page: array(2, struct({ used: upTo(5), locked: bool })),
  reader: family(2, { next: upTo(2) }),
  writer: singleton({ failed: bool }),
})
const { program } = language<typeof state>()
type Program = ReturnType<typeof program>

const layout = (...programs: readonly Program[]): Layout =>
  layoutOf(protocol({ name: 'locks', bounds: {}, state, programs: () => programs }).instance({ bounds: {} }))
const seen = (each: Layout): Fingerprint | undefined => {
  const space = explored(each, 10_000)
  return space?.faults.length === 0 ? fingerprintOf(space) : undefined
}

/** Readers count themselves, and lock each page while they use it; the writer tries once, and waits then. */
const reader = program('reader', {
  down_read: {
    when: (s) => !s.sem.writer,
    do: (s) => {
      s.sem.readers++
    },
  },
  lock: { when: (s, me) => !s.page[me.next]!.locked, do: (s, me) => void (s.page[me.next]!.locked = true) },
  unlock: (s, me) => {
    const page = s.page[me.next]!
    page.used++
    page.locked = false
    me.next++
    return me.next < 2 ? 'lock' : undefined
  },
  up_read: (s) => {
    s.sem.readers--
  },
})
const writer = program('writer', {
  down_write_trylock: (s, me) => {
    if (s.sem.readers > 0 || s.sem.writer) {
      me.failed = true
      return 'down_write'
    }
    s.sem.writer = true
    return 'write'
  },
  down_write: { when: (s) => s.sem.readers === 0, do: (s) => void (s.sem.writer = true) },
  write: (s) => {
    for (const page of s.page) page.used = s.sem.writer ? 3 : 2
  },
  up_write: (s) => void (s.sem.writer = false),
})

/** Who drops what, and the programs that an author would have written. */
const forgotten: readonly [string, readonly Program[]][] = [
  [
    'reader sem',
    [
      program('reader', {
        down_read: () => undefined,
        lock: { when: (s, me) => !s.page[me.next]!.locked, do: (s, me) => void (s.page[me.next]!.locked = true) },
        unlock: (s, me) => {
          const page = s.page[me.next]!
          page.used++
          page.locked = false
          me.next++
          return me.next < 2 ? 'lock' : undefined
        },
        up_read: () => undefined,
      }),
      writer,
    ],
  ],
  [
    'writer sem',
    [
      reader,
      program('writer', {
        down_write_trylock: () => 'write',
        down_write: () => undefined,
        // It looks at the lock, and neither takes it nor gives it back: it finds it as it is first.
        write: (s) => {
          for (const page of s.page) page.used = 2
        },
        up_write: () => undefined,
      }),
    ],
  ],
  [
    'reader page.locked',
    [
      program('reader', {
        down_read: {
          when: (s) => !s.sem.writer,
          do: (s) => {
            s.sem.readers++
          },
        },
        lock: () => undefined,
        unlock: (s, me) => {
          s.page[me.next]!.used++
          me.next++
          return me.next < 2 ? 'lock' : undefined
        },
        up_read: (s) => {
          s.sem.readers--
        },
      }),
      writer,
    ],
  ],
]

const whole = layout(reader, writer)
const uses = survey(whole, 10_000)!
const changes = new Map(changesOfLocks(whole, ['sem', 'page.locked'], uses).map((change) => [change.place, change]))

test('whoever takes a lock can forget it, and nobody else', () => {
  expect([...changes.keys()].sort()).toEqual(forgotten.map(([place]) => place).sort())
  expect(uses.isFaulty).toBe(false)
})

test.each(forgotten)('drop lock: %s', (place, programs) => {
  const change = changes.get(place)!
  expect(change.matters(uses)).toBe(true)
  expect(seen(change.apply(whole))).toEqual(seen(layout(...programs)))
  expect(seen(layout(...programs))).not.toEqual(seen(whole))
})

const flag = () => ({ locked: bool, inside: upTo(2), cpu: family(2, {}) })
const { program: spinning } = language<typeof flag>()
const spinlock = protocol({
  name: 'spinlock',
  bounds: {},
  state: flag,
  programs: () => [
    spinning('cpu', {
      lock: { when: (s) => !s.locked, do: (s) => void (s.locked = true) },
      enter: (s) => {
        s.inside++
      },
      unlock: (s) => {
        s.inside--
        s.locked = false
      },
    }),
  ],
})
const { never } = propertiesOf(spinlock)
const locking = (locks: readonly string[]): Spec =>
  spec(spinlock, {
    locks,
    properties: [never('TwoAreInside', (s) => s.inside === 2)],
    rows: [{ bounds: {}, expect: { TwoAreInside: holds }, why: 'The lock is for one.' }],
  })
const run = (of: Spec): Promise<Mutated> => {
  const all = { specs: [], variants: [], bounds: undefined, ingredients: undefined, properties: [], full: false }
  return mutate(of, planOf([of], all), { leaves: 0, maxStates: 1000, timeout: 60 })
}

test('a spec that names its locks has them dropped; one that names what nobody takes is told', async () => {
  const { tried } = await run(locking(['locked']))
  const dropped = tried.filter(({ mutant: { mutator } }) => mutator === 'drop lock')
  expect(dropped.map(({ mutant: { name }, fate }) => [name, fate.is])).toEqual([['drop lock: cpu locked', 'killed']])
  expect(complaints(await run(locking(['lock'])))).toContain(
    "'lock' is named as a lock, and nobody was seen to take it, or it names a holder of another family",
  )
})

test('who gives back a lock that names its holder finds itself, whoever has it', () => {
  const owned = () => ({ owner: option(ref('cpu')), cpu: family(2, {}) })
  const { program: by } = language<typeof owned>()
  const layoutWith = (cpu: ReturnType<typeof by>): Layout =>
    layoutOf(protocol({ name: 'owned', bounds: {}, state: owned, programs: () => [cpu] }).instance({ bounds: {} }))
  const locked = layoutWith(
    by('cpu', {
      lock: { when: (s) => s.owner === null, do: (s, me) => void (s.owner = me) },
      unlock: { when: (s, me) => s.owner === me, do: (s) => void (s.owner = null) },
    }),
  )
  const [dropped] = changesOfLocks(locked, ['owner'], survey(locked, 100)!)
  const forgetful = layoutWith(by('cpu', { lock: () => undefined, unlock: () => undefined }))
  expect(seen(dropped!.apply(locked))).toEqual(seen(forgetful))
})

test('a label means what it means in its variant', async () => {
  const counted = () => ({ sem: upTo(2), cpu: family(2, {}) })
  const { program: by } = language<typeof counted>()
  const down = { when: (s: { sem: number }) => s.sem === 0, do: (s: { sem: number }) => void (s.sem += 1) }
  const up = { do: (s: { sem: number }) => void (s.sem -= 1) }
  const model = protocol({
    name: 'crossed',
    variants: ['there', 'back'],
    bounds: {},
    state: counted,
    programs: ({ variant }) => [by('cpu', variant === 'there' ? { a: down, b: up } : { b: down, a: up })],
  })
  const row = { bounds: {}, expect: { AtMostOne: holds }, why: 'The lock is for one.' } as const
  const crossed = spec(model, {
    locks: ['sem'],
    properties: [propertiesOf(model).always('AtMostOne', (s) => s.sem <= 1)],
    rows: [
      { ...row, variant: 'there' },
      { ...row, variant: 'back' },
    ],
  })
  // Nobody asks about the lock: what dies of this dies of a fault that nobody has made.
  const dropped = (await run(crossed)).tried.filter(({ mutant: { mutator } }) => mutator === 'drop lock')
  expect(dropped.map(({ fate }) => fate.is)).toEqual(['survived'])
})
