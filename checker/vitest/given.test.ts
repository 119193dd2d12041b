/** Whoever uses a matcher wrongly is told so in one sentence, and `.not` says the same. */
import { expect, test } from 'vitest'
import { family, language, propertiesOf, protocol, upTo } from '../language/index.ts'
import './matchers.ts'

const state = ({ threads }: { threads: number }) => ({
  i: upTo(threads),
  thread: family(threads, { t: upTo(threads) }),
})
const { program } = language<typeof state>()
/** Threads that add one to a shared counter, in two steps. */
const racer = protocol({
  name: 'racer',
  variants: ['racy'],
  bounds: { threads: { min: 1, max: 3 } },
  state,
  programs: () => [
    program('thread', {
      read: (s, me) => {
        me.t = s.i
      },
      write: (s, me) => {
        s.i = me.t + 1
      },
    }),
  ],
})
const { always, eventually, longest } = propertiesOf(racer)
const lost = always('NoneIsLost', (s, { at }) => !s.thread.every((each) => at(each, 'done')) || s.i === s.thread.length)
const step = (process: string, label: string) => ({ process, label })
const steps = [step('thread0', 'read'), step('thread1', 'read'), step('thread0', 'write'), step('thread1', 'write')]
const schedule = { init: [], steps }
const claim = { protocol: racer, variant: 'racy', bounds: { threads: 2 }, property: lost }
const done = eventually('Done', (s, { at }) => s.thread.every((each) => at(each, 'done')))

type Matcher = 'toHold' | 'toBeViolatedBy' | 'toReach' | 'toReplay'

/** The messages of a matcher and of its `.not`; nothing where one of them passes. */
async function failures(value: unknown, matcher: Matcher, ...args: readonly unknown[]): Promise<string[]> {
  const both = [expect(value), expect(value).not].map((each) => each[matcher](...(args as [])))
  const settled = await Promise.allSettled(both)
  return settled.map((each) => (each.status === 'rejected' ? (each.reason as Error).message : ''))
}

const { property: _property, ...without } = claim
const NO_PROPERTY = "The 'property' of a claim is a property, as propertiesOf() makes it, or the name of one"
const claims: readonly (readonly [string, unknown, string])[] = [
  ['nothing', null, "A claim is an object with a 'spec' or a 'protocol', 'bounds' and a 'property'."],
  ['no property', without, "A claim is an object with a 'spec' or a 'protocol', 'bounds' and a 'property'."],
  [
    'neither spec nor protocol',
    { bounds: {}, property: lost },
    "A claim needs a 'spec' or a 'protocol', and has neither.",
  ],
  [
    'the name of a spec',
    { ...without, spec: 'x', property: 'A' },
    "The 'spec' of a claim is a spec, as spec() makes it; not 'x'.",
  ],
  [
    'the name of a protocol',
    { ...claim, protocol: 'x' },
    "The 'protocol' of a claim is a protocol, as protocol() makes it; not 'x'.",
  ],
  ['null for bounds', { ...claim, bounds: null }, "The 'bounds' of a claim are an object, { cpus: 2 }; not null."],
  ['undefined', { ...claim, property: undefined }, `${NO_PROPERTY}; not undefined.`],
  ['a number', { ...claim, property: 3 }, `${NO_PROPERTY}; not 3.`],
  ['no whole property', { ...claim, property: { name: 'X' } }, `${NO_PROPERTY}; not an object.`],
  ['engine', { ...claim, engine: 'foo' }, "The 'engine' of a claim is 'table' or 'immer'; not 'foo'."],
  ['ingredients', { ...claim, ingredients: 'skip' }, "The 'ingredients' of a claim are a list of names; not 'skip'."],
  ['maxStates', { ...claim, maxStates: '9' }, "The 'maxStates' of a claim are a number above 0; not '9'."],
  [
    'fairness',
    { ...claim, fairness: ['thread'] },
    "The 'fairness' of a claim is { weak: […], strong: […] }, lists of names; not a list.",
  ],
  ['fairness to nobody', { ...claim, fairness: { weak: ['cpu'] } }, "Unknown program in the fairness 'cpu'; "],
]
test.for(claims)('no claim: %s', async ([, value, sentence]) => {
  for (const matcher of ['toHold', 'toBeViolatedBy', 'toReach', 'toReplay'] as const)
    expect(await failures(value, matcher)).toEqual([
      expect.stringContaining(sentence),
      expect.stringContaining(sentence),
    ])
})

test.for<[string, unknown, string]>([
  ['a number', 2, 'How long the schedule is is given as { steps: 4 }; not 2.'],
  ['null', null, 'How long the schedule is is given as { steps: 4 }; not null.'],
  ['another field', { step: 9 }, "Unknown field of the length of a schedule 'step'; there are: steps."],
  ['another kind', { steps: '4' }, "The 'steps' of a schedule are a whole number; not '4'."],
])('no length: %s', async ([, length, sentence]) => {
  for (const matcher of ['toBeViolatedBy', 'toReach'] as const)
    expect(await failures(claim, matcher, length)).toEqual([sentence, sentence])
})

const misspelt = { init: [], steps: [step('thread0', 'raed')] }
const replayed: readonly (readonly [string, object, string])[] = [
  [
    'no schedule',
    {},
    "The 'schedule' is an object with 'init' and 'steps', as in a saved counterexample; not undefined.",
  ],
  [
    'null',
    { schedule: null },
    "The 'schedule' is an object with 'init' and 'steps', as in a saved counterexample; not null.",
  ],
  [
    'no init',
    { schedule: { steps } },
    "The 'init' of a schedule is a list of what was picked at the start, [] for nothing; not undefined.",
  ],
  [
    'no steps',
    { schedule: { init: [] } },
    "The 'steps' of a schedule are a list of { process, label }; not undefined.",
  ],
  [
    'a step that is none',
    { schedule: { init: [], steps: ['thread0 read'] } },
    'Step 1 of the schedule is { process, label }',
  ],
  [
    'a label',
    { schedule: misspelt },
    "Unknown label of thread0 in step 1 of the schedule 'raed'; there are: read, write.",
  ],
  [
    'a process',
    { schedule: { init: [], steps: [step('cpu0', 'read')] } },
    "Unknown process in step 1 of the schedule 'cpu0'",
  ],
  [
    'an alternative',
    { schedule: { init: [], steps: [{ ...steps[0], alternative: 'x' }] } },
    "Unknown alternative of thread0 read in step 1 of the schedule 'x'",
  ],
  [
    'what it shows',
    { schedule, shows: 'violated' },
    "What a schedule 'shows' is an object, { result: 'violated' }; not 'violated'.",
  ],
  [
    'a result',
    { schedule, shows: { result: 'holds' } },
    "Unknown result that a schedule can show 'holds'; there are: violated, ",
  ],
  [
    'a result of others',
    { schedule, shows: { result: 'reachable' } },
    "is of the kind 'always', which is never 'reachable'.",
  ],
  ['a needless loop', { schedule, loop: 2 }, "is shown by the end of a schedule, without a 'loop'; not 2."],
  ['a loop behind the end', { schedule, property: done, loop: 5 }, 'from 0 to 4; not 5.'],
  ['no loop', { schedule, property: done }, "Only a whole behaviour shows that Done is 'violated'"],
  [
    'no value',
    {
      schedule,
      property: longest('Long', { from: () => true, to: () => false, count: 'steps' }),
      shows: { result: 'maximum' },
    },
    "A maximum has a 'value', a whole number; not undefined.",
  ],
]
test.for(replayed)('no replay: %s', async ([, changes, sentence]) => {
  expect(await failures({ ...claim, ...changes }, 'toReplay')).toEqual([
    expect.stringContaining(sentence),
    expect.stringContaining(sentence),
  ])
})

test('what is right is taken', async () => {
  await expect({ ...claim, schedule }).toReplay()
  // Both may stop for ever where nothing obliges them to move.
  await expect({ ...claim, property: done, schedule: { init: [], steps: [] }, loop: 0 }).toReplay()
  await expect(claim).toBeViolatedBy({})
})
