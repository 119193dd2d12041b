/**
 * What the types of the language promise. Nothing here runs: `npm run typecheck` demands that every line marked with
 * `@ts-expect-error` is refused, and that its neighbours are not.
 */
import {
  array,
  bool,
  family,
  holds,
  language,
  maximum,
  oneOf,
  option,
  propertiesOf,
  protocol,
  queue,
  range,
  ref,
  setOf,
  singleton,
  spec,
  struct,
  upTo,
  violated,
  type Member,
  type StateView,
} from './index.ts'

const state = ({ cpus, tasks }: { cpus: number; tasks: number }) => ({
  jiffies: upTo(4),
  free: range(-2, 2, 'saturate'),
  frozen: bool,
  phase: oneOf('idle', 'killing'),
  owner: option(ref('cpu')),
  lru: queue(2, ref('task')),
  seen: setOf(oneOf('a', 'b')),
  pos: struct({ x: upTo(3), y: array(2, bool) }),
  cpu: family(cpus, { victim: option(ref('task')), n: upTo(3) }),
  task: family(tasks, { mm: option(ref('mm')) }),
  mm: family(tasks, { mm_users: upTo(3) }),
  reaper: singleton({ on: bool }),
})
const history = () => ({ kills: upTo(3) })
type State = ReturnType<typeof state>

declare const aTask: Member<State, 'task'>
declare const anMm: Member<State, 'mm'>

const { call, procedure, program, steps } = language<typeof state, typeof history>()

// ---- A field holds what its domain says, and nothing else.

program('cpu', {
  right: (s, me) => {
    s.jiffies = 3
    s.frozen = s.jiffies > 2
    s.phase = 'killing'
    s.owner = me
    s.owner = null
    s.pos = { x: 1, y: [true, false] }
    s.pos.y[0] = false
  },
  wrong: (s) => {
    // @ts-expect-error -- there is no such field
    s.jiffie = 3
    // @ts-expect-error -- a number is not a bool
    s.frozen = 1
    // @ts-expect-error -- not one of the words
    s.phase = 'dead'
    // @ts-expect-error -- only an option may be null
    s.jiffies = null
    // @ts-expect-error -- an option is null, never undefined
    s.owner = undefined
    // @ts-expect-error -- a struct is assigned with all of its fields
    s.pos = { x: 1 }
  },
})

// ---- Collections take and give the values of their domain.

program('cpu', {
  right: (s) => {
    for (const task of s.lru) task.mm = null
    s.seen.add('a')
    if (!s.lru.isFull) s.lru.push(s.lru.shift())
  },
  wrong: (s, me) => {
    // @ts-expect-error -- a CPU is no task
    s.lru.push(me)
    // @ts-expect-error -- 'c' can never be in the set
    s.seen.has('c')
    // @ts-expect-error -- the length follows from what is pushed
    s.lru.length = 0
  },
})
setOf(upTo(3))
// @ts-expect-error -- the elements of a set are scalars
setOf(struct({ x: upTo(3) }))

// ---- References are opaque, belong to one family, and may be NULL only where the domain says so.

program('cpu', {
  right: (s, me) => {
    const victim = s.task[0]
    if (victim !== undefined) me.victim = victim
    if (me.victim?.mm) me.victim.mm.mm_users--
    if (s.owner !== me) me.n = s.cpu.indexOf(me)
  },
  wrong: (s, me) => {
    // @ts-expect-error -- a CPU is no task
    me.victim = me
    // @ts-expect-error -- the victim may be NULL
    me.victim.mm = null
    // @ts-expect-error -- members have no order
    if (me < s.cpu[0]) me.n = 1
    // @ts-expect-error -- members are no numbers
    me.n = me - 1
    // @ts-expect-error -- a family is not assigned
    s.cpu = []
    // @ts-expect-error -- nor is a member of it
    s.cpu[0] = me
  },
})

// ---- Programs are for families that exist.

program('reaper', { reap: (_s, me) => void (me.on = true) })
// @ts-expect-error -- there is no such family
program('reapers', { reap: () => undefined })
// @ts-expect-error -- a field is no family
program('jiffies', { tick: () => undefined })

// ---- A step goes to a label of its own program, to `done`, or on to the next one.

program(
  'cpu',
  {
    onward: () => undefined,
    maybe: (s) => (s.frozen ? 'onward' : undefined),
    waits: { when: (s) => !s.frozen, do: () => 'done' },
    either: { either: { signal: () => 'maybe', timeout: { when: (s) => s.jiffies > 2 } } },
  },
  { start: 'maybe', loop: true, escapes: [{ name: 'killed', from: ['waits'], when: (s) => s.frozen, to: 'onward' }] },
)
program('cpu', {
  // @ts-expect-error -- there is no such label
  a: () => 'nowhere',
  // @ts-expect-error -- nor for one of several alternatives
  b: { either: { signal: () => 'nowhere' } },
  // @ts-expect-error -- `return` is for procedures
  c: () => 'return',
  // @ts-expect-error -- a step returns a label, not a value
  d: (s) => (s.frozen = true),
  // @ts-expect-error -- a step is one atomic call
  e: async () => {
    await Promise.resolve()
  },
  // @ts-expect-error -- a guard says true or false
  f: { when: (s) => s.jiffies },
  // @ts-expect-error -- there is no such part of a step
  g: { whenever: (s: StateView<State>) => s.frozen, do: () => undefined },
})
// @ts-expect-error -- the start is a label
program('cpu', { a: () => undefined }, { start: 'b' })
// @ts-expect-error -- an escape leads to a label
program('cpu', { a: () => undefined }, { escapes: [{ name: 'killed', from: ['a'], when: () => true, to: 'b' }] })

// ---- A group of steps can be spread into the programs that have the labels it goes to.

const retry = steps('cpu', { wait: (s) => (s.frozen ? 'wait' : 'attempt') })
program('cpu', { ...retry, attempt: () => undefined })
// @ts-expect-error -- the group goes to `attempt`
program('cpu', { ...retry })

// ---- A procedure is called by the families that it is for, with its arguments; `frame` holds these and its locals.

const mmput = procedure(
  'mmput',
  { family: ['cpu', 'task'], args: { mm: ref('mm') }, locals: { last: bool } },
  {
    dec: (_s, _me, _pick, frame) => {
      frame.mm.mm_users--
      frame.last = frame.mm.mm_users === 0
      if (!frame.last) return 'return'
    },
    exit_mmap: { when: (_s, _me, frame) => frame.last },
  },
)
const callers = program('cpu', {
  put: call(mmput, () => ({ mm: anMm }), 'put'),
  end: () => undefined,
})
program('cpu', {
  // @ts-expect-error -- an argument is missing
  a: call(mmput, () => ({})),
  // @ts-expect-error -- an argument is of another family
  b: call(mmput, () => ({ mm: aTask })),
  // @ts-expect-error -- the call goes on to a label of the caller
  c: call(mmput, () => ({ mm: anMm }), 'nowhere'),
})
procedure('leave', { family: 'cpu', args: {} }, { a: () => 'return' })
// @ts-expect-error -- a procedure ends by `return`; `done` is for programs
procedure('finish', { family: 'cpu', args: {} }, { a: () => 'done' })

// ---- History is written by notes and read by properties; steps do not see it.

program('cpu', {
  right: {
    do: (s) => {
      s.jiffies++
    },
    note: (h, s, me, before) => {
      if (before(() => s.jiffies) < s.jiffies && me.n > 0) h.kills++
    },
  },
  wrong: {
    // @ts-expect-error -- the effect has no history
    do: (s) => (s.kills > 0 ? 'right' : undefined),
    note: (h) => {
      // @ts-expect-error -- there is no such history
      h.deaths++
    },
  },
})

// ---- Properties ask about fields, history and labels that exist, and answer in their kind.

const bounds = { cpus: { min: 1, max: 4 }, tasks: { min: 1, max: 4 } }
const model = protocol({
  name: 'model',
  variants: ['v1', 'v2'],
  bounds,
  ingredients: { timer: { doc: 'the timer may expire' } },
  state,
  history,
  init:
    ({ cpus }) =>
    (s, pick) => {
      s.jiffies = pick([0, cpus])
    },
  programs: () => [callers],
  done: () => (s, at) => s.cpu.every((cpu) => at(cpu, 'done') || at(cpu, 'end')),
})
const is = propertiesOf(model)
const properties = [
  is.always(
    'Right',
    (s, { at, h }) => s.cpu.every((cpu) => !at(cpu, 'put') && !at(cpu, 'put/mmput.dec')) || h.kills < 2,
  ),
  is.stepwise('Forward', (s, { before }) => before(() => s.jiffies) <= s.jiffies, { given: (s) => s.frozen }),
  is.maximum('Most', (s) => s.lru.length),
]
is.progress('Right', 'cpu', ['put', 'put/mmput.dec', 'end'])
// @ts-expect-error -- there is no such label
is.progress('Wrong', 'cpu', ['get'])
// @ts-expect-error -- there is no such label, nor anything inside a call made there
is.progress('Wrong', 'cpu', ['get/mmput.dec'])
// @ts-expect-error -- there is no such family
is.progress('Wrong', 'gpu', ['put'])
// @ts-expect-error -- a field is no family
is.progress('Wrong', 'jiffies', ['put'])
is.longest('Right', { from: (s) => s.frozen, to: (s, { at }) => s.cpu.some((cpu) => at(cpu, 'end')), count: 'ticks' })
// @ts-expect-error -- there is no such label
is.longest('Wrong', { from: (s) => s.frozen, to: (s, { at }) => s.cpu.some((cpu) => at(cpu, 'get')), count: 'ticks' })
// @ts-expect-error -- where it starts is true or false
is.shortest('Wrong', { from: (s) => s.jiffies, to: (s) => s.frozen, count: 'ticks' })
// @ts-expect-error -- it says what is counted
is.shortest('Wrong', { from: (s) => s.frozen, to: (s) => !s.frozen })
// @ts-expect-error -- ticks and steps can be counted
is.shortest('Wrong', { from: (s) => s.frozen, to: (s) => !s.frozen, count: 'jiffies' })
// @ts-expect-error -- there is no such label
is.always('Wrong', (s, { at }) => s.cpu.every((cpu) => at(cpu, 'get')))
// @ts-expect-error -- an `always` is true or false
is.always('Wrong', (s) => s.jiffies)
// @ts-expect-error -- a `maximum` is a number
is.maximum('Wrong', (s) => s.frozen)
// @ts-expect-error -- properties do not write history
is.never('Wrong', (_s, { h }) => h.kills++ > 0)
// @ts-expect-error -- only `stepwise` sees two states
is.always('Wrong', (s, { before }) => before(() => s.frozen))

// ---- A refinement maps fields and labels of the abstract protocol, at a configuration that it has.

const flagState = ({ holders }: { holders: number }) => ({ up: bool, holder: family(holders, {}) })
const flag = protocol({
  name: 'flag',
  bounds: { holders: { min: 1, max: 4 } },
  state: flagState,
  programs: () => [language<typeof flagState>().program('holder', { raise: () => undefined, lower: () => undefined })],
})
is.refines('IsFlag', flag, {
  instance: ({ cpus }) => ({ bounds: { holders: cpus } }),
  map: (a, s, { at, h, stand }) => {
    a.up = s.frozen || h.kills > 0
    for (const holder of a.holder) stand(holder, s.cpu.some((cpu) => at(cpu, 'put')) ? 'lower' : 'done')
  },
})
// @ts-expect-error -- the abstract protocol has no such bound
is.refines('Wrong', flag, { instance: () => ({ bounds: { cpus: 1 } }), map: () => undefined })
// @ts-expect-error -- there is no such bound here
is.refines('Wrong', flag, { instance: ({ pages }) => ({ bounds: { holders: pages } }), map: () => undefined })
is.refines('Wrong', flag, {
  instance: () => ({ bounds: { holders: 1 } }),
  map: (a, s, { stand }) => {
    // @ts-expect-error -- the abstract field holds something else
    a.up = s.jiffies
    // @ts-expect-error -- the abstract program has no such label
    for (const holder of a.holder) stand(holder, 'put')
  },
})

// ---- Rows name variants, bounds and ingredients of their protocol, and give every bound.

const why = 'Because.'
spec(model, {
  properties,
  rows: [
    { bounds: { cpus: 1, tasks: 2 }, expect: { Right: holds }, why },
    { variant: 'v2', bounds: { cpus: 1, tasks: 2 }, ingredients: ['timer'], expect: { Most: maximum(2) }, why },
    // @ts-expect-error -- there is no such variant
    { variant: 'v3', bounds: { cpus: 1, tasks: 2 }, expect: {}, why },
    // @ts-expect-error -- there is no such bound
    { bounds: { cpus: 1, tasks: 2, pages: 3 }, expect: {}, why },
    // @ts-expect-error -- a bound is missing
    { bounds: { cpus: 1 }, expect: {}, why },
    // @ts-expect-error -- there is no such ingredient
    { bounds: { cpus: 1, tasks: 2 }, ingredients: ['freezer'], expect: {}, why },
    // @ts-expect-error -- an expectation is a verdict
    { bounds: { cpus: 1, tasks: 2 }, expect: { Right: true }, why },
    // @ts-expect-error -- it is called with the number of steps
    { bounds: { cpus: 1, tasks: 2 }, expect: { Right: violated }, why },
    // @ts-expect-error -- a row says why
    { bounds: { cpus: 1, tasks: 2 }, expect: {} },
  ],
})

// ---- Authors can name the types that recipes get.

const busy = (s: StateView<State>, me: Member<State, 'cpu'>): boolean => s.owner === me
program('cpu', { a: { when: busy } })
// @ts-expect-error -- a helper for CPUs is none for tasks
program('task', { a: { when: busy } })
