/** The matchers say what the search says, and fail with the schedule that shows it. */
import { expect, test } from 'vitest'
import { family, language, propertiesOf, protocol, spec, upTo } from '../language/index.ts'
import './matchers.ts'
import type { Claim } from './claim.ts'

const state = ({ threads }: { threads: number }) => ({
  i: upTo(threads),
  thread: family(threads, { t: upTo(threads) }),
})
const { program } = language<typeof state>()
const racyThread = program('thread', {
  read: (s, me) => {
    me.t = s.i
  },
  write: (s, me) => {
    s.i = me.t + 1
  },
})
const atomicThread = program('thread', {
  increment: (s) => {
    s.i++
  },
})
/** Threads that add one to a shared counter, in two steps or in one. */
const increment = protocol({
  name: 'increment',
  variants: ['racy', 'atomic'],
  bounds: { threads: { min: 1, max: 6 } },
  state,
  programs: ({ variant }) => [variant === 'racy' ? racyThread : atomicThread],
})

const { always, reachable, maximum, eventually } = propertiesOf(increment)
const below = (n: number) => always(`Below${n}`, (s) => s.i < n)
const racy = { protocol: increment, variant: 'racy', bounds: { threads: 2 } }
const lost = always('NothingLost', (s, { at }) => !s.thread.every((each) => at(each, 'done')) || s.i === 2)
const incrementSpec = spec(increment, { properties: [lost], rows: [] })

/** The message with which an expectation fails; nothing where it does not. */
const failure = (expectation: Promise<void>): Promise<string> =>
  expectation.then(
    () => '',
    (error: unknown) => (error as Error).message,
  )

test('what holds, what is violated and what is reached', async () => {
  await expect({ ...racy, property: below(3) }).toHold()
  await expect({ ...racy, variant: 'atomic', property: lost }).toHold()
  await expect({ ...racy, property: lost }).not.toHold()
  await expect({ ...racy, property: lost }).toBeViolatedBy()
  // Both read, both write: four steps, and with fewer somebody is not done.
  await expect({ ...racy, property: lost }).toBeViolatedBy({ steps: 4 })
  await expect({ ...racy, property: lost }).not.toBeViolatedBy({ steps: 5 })
  await expect({ ...racy, property: reachable('One', (s) => s.i === 1) }).toReach({ steps: 2 })
  await expect({ ...racy, property: reachable('Three', (s) => s.i > 2) }).not.toReach()
  await expect({ ...racy, property: 'NoDeadlock' }).toHold()
  await expect({ spec: incrementSpec, bounds: { threads: 2 }, property: 'StaysInDomain' }).toHold()
})

test('who expects otherwise is shown the schedule', async () => {
  const message = await failure(expect({ ...racy, property: lost }).toHold())
  expect(message).toBe(
    [
      'increment racy threads=2: NothingLost: violated in 4 steps',
      '   1  thread0 read',
      '   2  thread1 read',
      '   3  thread1 write  i: 0 → 1 · thread1: done',
      '   4  thread0 write  thread0: done',
      'expected: holds',
    ].join('\n'),
  )
  expect(await failure(expect({ ...racy, property: lost }).toBeViolatedBy({ steps: 1 }))).toContain(
    'expected: violated in 1 step',
  )
  expect(await failure(expect({ ...racy, property: below(3) }).not.toHold())).toContain('expected: not holds')
})

test.for<[string, Claim, string]>([
  ['stopped', { ...racy, bounds: { threads: 6 }, property: below(7), maxStates: 10 }, 'inconclusive'],
  [
    'another kind',
    { ...racy, property: maximum('Most', (s) => s.i) },
    'maximum = 2, which is no answer to whether it holds:',
  ],
])('undecided is neither so nor not so: %s', async ([, claim, words]) => {
  expect(await failure(expect(claim).toHold())).toContain(words)
  expect(await failure(expect(claim).not.toHold())).toContain(words)
})

test.for<[string, Claim, string]>([
  ['bound', { ...racy, bounds: { threads: 9 }, property: lost }, "The bound 'threads' of increment must be"],
  ['variant', { ...racy, variant: 'lazy', property: lost }, "Unknown variant of increment 'lazy'"],
  [
    'property',
    { spec: incrementSpec, bounds: { threads: 2 }, property: 'Gone' },
    "Unknown property of increment 'Gone'; there are:",
  ],
  ['claim', undefined as never, "A claim is an object with a 'spec' or a 'protocol', 'bounds' and a 'property'."],
  ['name', { ...racy, property: 'Gone' }, "A protocol has no property 'Gone' by itself"],
])('what does not exist is named: %s', async ([, claim, words]) => {
  expect(await failure(expect(claim).toHold())).toContain(words)
})

test('fairness counts', async () => {
  const done = eventually('Done', (s, { at }) => s.thread.every((each) => at(each, 'done')))
  await expect({ ...racy, property: done, fairness: { weak: ['thread'] } }).toHold()
  await expect({ ...racy, property: done }).not.toHold()
})

test('schedules are replayed', async () => {
  const step = (process: string, label: string) => ({ process, label })
  const steps = [step('thread0', 'read'), step('thread1', 'read'), step('thread0', 'write'), step('thread1', 'write')]
  const claim = { ...racy, property: lost, schedule: { init: [], steps } }
  await expect(claim).toReplay()
  await expect({ ...claim, engine: 'immer' as const }).toReplay()
  // In the order of a lock nothing is lost.
  const inOrder = [steps[0]!, steps[2]!, steps[1]!, steps[3]!]
  await expect({ ...claim, schedule: { init: [], steps: inOrder } }).not.toReplay()
  const impossible = { ...claim, schedule: { init: [], steps: [steps[2]!] } }
  expect(await failure(expect(impossible).toReplay())).toContain('Step 1, thread0 write, is not enabled')
})
