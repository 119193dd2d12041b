/**
 * "Children are killed first": who dies when the worst task has children.
 *
 * Source: oom_kill_process() of 2.6.17, unchanged by the patch of 18 May 2006. When a task has been chosen, its children
 * are tried first, in list order, each unless it shares the mm of its parent; the first that can be killed is the only
 * one. The chosen task itself is killed only when there is no such child.
 *
 * Kept: the two unlocked looks at c->mm and p->mm; a child that lets go of its mm meanwhile; one kill at a time, each
 * followed by a new attempt when the victim has exited.
 *
 * Dropped: everything about who may choose and when, which is oom-serialization. Badness counts half of the memory of
 * children with an mm of their own, which makes it likelier that the parent is chosen; here it has most memory anyway.
 * Several killers at a time are left out: hides children that die two at once.
 */
import {
  bool,
  family,
  language,
  option,
  protocol,
  ref,
  singleton,
  upTo,
  type StateView,
} from '../checker/language/index.ts'

interface Bounds {
  readonly children: number
  readonly pages: number
}

const state = ({ children, pages }: Bounds) => ({
  free: upTo(pages + children),
  /** task0 is the hog; the others are its children, in the order of the list. */
  task: family(children + 1, { mm: option(ref('mm')), SIGKILL: bool }),
  mm: family(children + 1, { mm_users: upTo(children + 1), pages: upTo(pages) }),
  killer: singleton({
    /** The next child to be tried, and the mm that was seen there. */
    next: upTo(children + 1),
    mm: option(ref('mm')),
    victim: option(ref('task')),
  }),
})
const history = () => ({ shot: upTo(8) })

const { program, steps } = language<typeof state, typeof history>()
type State = StateView<ReturnType<typeof state>>

const attempt = (wanted: number) =>
  steps('killer', {
    /** The allocator takes what it wants if there is enough, and chooses the hog otherwise. */
    out_of_memory: (s) => (s.free >= wanted ? 'done' : undefined),
  })

const childrenFirst = steps('killer', {
  /** The killer reads the mm of the next child. */
  oom_kill_process: (s, me) => {
    me.next++
    if (me.next === s.task.length) return 'oom_kill_task'
    me.mm = s.task[me.next].mm
    return
  },
  /** It compares that with the mm of the chosen task, and tries another child if they are the same, or if there is none. */
  compare_mm: (s, me) => {
    if (me.mm === null || me.mm === s.task[0].mm) return 'oom_kill_process'
    me.victim = s.task[me.next]
    return '__oom_kill_task'
  },
})

/** What needs a kill, once it is decided whose. */
const kill = steps('killer', {
  /** The killer goes for the chosen task. */
  oom_kill_task: (s, me) => {
    me.victim = s.task[0]
  },
  /** It shoots every task with the mm of its victim. */
  __oom_kill_task: {
    do: (s, me) => {
      const mm = me.victim?.mm ?? null
      if (mm !== null) for (const q of s.task) if (q.mm === mm) q.SIGKILL = true
    },
    note: (h, _s, me, before) => {
      if (before(() => me.victim !== null && me.victim.mm !== null)) h.shot++
    },
  },
  /** It sleeps until the victim is gone. */
  schedule_timeout_uninterruptible: {
    when: (s) => s.task.every((q) => !q.SIGKILL || q.mm === null),
    do: (_s, me) => {
      me.next = 0
      me.mm = me.victim = null
      return 'out_of_memory'
    },
  },
})

const exits = (ordinaryExit: boolean) =>
  program('task', {
    /** A task that is shot, or a child that ends unasked, lets go of its mm; with the last user the pages come back. */
    exit_mm: {
      when: (s, me) => me.mm !== null && (me.SIGKILL || (ordinaryExit && me !== s.task[0])),
      do: (s, me) => {
        const mm = me.mm!
        me.mm = null
        mm.mm_users--
        if (mm.mm_users > 0) return 'done'
        s.free += mm.pages
        mm.pages = 0
        return 'done'
      },
    },
  })

export const oomChildFirst = protocol({
  name: 'oom-child-first',
  source: 'Linux 2.6.17',
  variants: ['child-first', 'no-child-first'],
  bounds: {
    children: { min: 1, max: 4, doc: 'children of the hog, of one page each' },
    pages: { min: 2, max: 4, doc: 'pages of the hog, and pages wanted' },
  },
  ingredients: {
    sharedMm: { doc: 'the children share the mm of the hog' },
    ordinaryExit: { doc: 'children may also exit unasked' },
  },
  state,
  history,
  init:
    ({ pages, sharedMm }) =>
    (s: State) => {
      for (const [i, task] of [...s.task].entries()) {
        const mm = s.mm[sharedMm ? 0 : i]
        task.mm = mm
        mm.mm_users++
        mm.pages = task === s.task[0] || sharedMm ? pages : 1
      }
    },
  programs: ({ variant, pages, ordinaryExit }) => [
    variant === 'child-first'
      ? program('killer', { ...attempt(pages), ...childrenFirst, ...kill })
      : program('killer', { ...attempt(pages), ...kill }),
    exits(ordinaryExit),
  ],
  /** The allocator has got its memory; whoever is not shot lives on. */
  done: () => (s, at) => at(s.killer[0], 'done'),
})
