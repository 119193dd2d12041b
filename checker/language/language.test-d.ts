import { family, language, upTo, option, ref, bool, oneOf, struct, queue, setOf, array, propertiesOf, protocol } from './index.ts'
const state = ({ cpus, tasks }: { cpus: number; tasks: number }) => ({
  i: upTo(4),
  flag: bool,
  owner: option(ref('cpu')),
  lru: queue(2, ref('task')),
  seen: setOf(oneOf('a', 'b')),
  pos: struct({ x: upTo(3), y: array(2, bool) }),
  cpu: family(cpus, { victim: option(ref('task')), n: upTo(3) }),
  task: family(tasks, { mm: option(ref('mm')) }),
  mm: family(tasks, { mm_users: upTo(3) }),
})
const history = () => ({ kills: upTo(3) })
const { program, steps, procedure, call } = language<typeof state, typeof history>()

const mmput = procedure('mmput', { family: ['cpu', 'task'], args: { mm: ref('mm') } }, {
  dec: (s, _me, _pick, frame) => {
    frame.mm.mm_users--
    if (frame.mm.mm_users > 0) return 'return'
  },
  exit_mmap: { when: (_s, _me, frame) => frame.mm.mm_users === 0, do: (s) => { s.flag = false } },
})
const group = steps('cpu', {
  a: (s, me, pick) => {
    me.victim = pick(s.task.filter((t) => t.mm !== null))
    if (me.victim.mm?.mm_users === 2) return 'b'
    return
  },
})
const cpu = program('cpu', {
  ...group,
  b: { when: (s) => !s.flag, do: (s, me) => { s.owner = me; return 'a' }, note: (h, s, me, before) => { if (before(() => s.flag)) h.kills++ } },
  c: { either: { x: (s) => { s.pos = { x: 1, y: [true, false] } }, y: { when: (s) => s.seen.has('a'), do: () => 'done' } } },
  put: call(mmput, (_s, me) => { const mm = me.victim!.mm!; return { mm } }, 'a'),
}, { loop: true, escapes: [{ name: 'killed', from: ['b'], when: (s) => s.flag, to: 'a' }] })

// wrong ones
program('cpu', {
  // @ts-expect-error
  a: () => 'nope',
})
program('cpu', {
  // @ts-expect-error
  a: (s) => { s.nope = 1 },
  // @ts-expect-error
  b: (s) => { s.flag = 1 },
  // @ts-expect-error
  c: (s, me) => { me.victim = me },
  d: (s) => { if (Math.abs(1)) { return 'a' } },
})
// @ts-expect-error
program('cpuu', { a: () => undefined })
// @ts-expect-error
const bad = program('cpu', { ...group })
export const p = protocol({ name: 'p', bounds: { cpus: { min: 1, max: 4 }, tasks: { min: 1, max: 4 } }, state, history, programs: () => [cpu], init: () => (s, pick) => { s.i = pick([1, 2]); s.flag = pick([true, false]) } })
const { always } = propertiesOf(p)
always('A', (s, { at, h }) => s.cpu.every((c) => !at(c, 'a') && !at(c, 'put/mmput.dec')) && h.kills < 2)
// @ts-expect-error
always('A', (s, { at }) => s.cpu.every((c) => !at(c, 'zz')))
