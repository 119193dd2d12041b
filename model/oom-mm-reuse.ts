/**
 * "After task_unlock() the mm is only compared": can the comparison find somebody else?
 *
 * Source: oom_kill_task() of Dave Peterson's patch of 18 May 2006 (against 2.6.17-rc4-mm1). It reads p->mm under
 * task_lock(), unlocks, and then shoots every thread q on the task list with q->mm == mm, with tasklist_lock held for
 * reading but without a reference to the mm. 2.6.17 compares in the same way, after an unlocked look. If the mm_struct
 * is freed and allocated again meanwhile, an address is compared with itself, and means another process.
 *
 * Kept: the two counts of an mm_struct and when it returns to the pool of its slab; mm_alloc() as a pick among the free
 * ones, since nobody orders the slab; exit_mm() with its lazy reference, dropped when the task is switched out;
 * exec_mmap(), which takes task_lock() only; fork(), which links the child under write_lock(tasklist_lock).
 *
 * Dropped: pages, the OOM kill operation, threads, and any other killer. RCU and per-CPU queues of the slab only make it
 * less likely that the same object comes back, unless it was the last to be freed on that CPU, which comes back first.
 * An mm borrowed by kernel threads of other CPUs lives longer: hides nothing, since they may also borrow none.
 *
 * Why a step is one step: mmput() of the last user cleans and drops the mm; nobody else has it any more. A comparison is
 * a step, and the shot under task_lock() another.
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
  type Member,
  type StateView,
} from '../checker/language/index.ts'

const state = ({ mms }: { mms: number }) => ({
  /** Held for reading by the killer; writers need it free. */
  tasklist_lock: bool,
  /** task0 is the chosen one, task1 an innocent, task2 its child if it forks. */
  task: family(3, {
    mm: option(ref('mm')),
    active_mm: option(ref('mm')),
    on_tasklist: bool,
    SIGKILL: bool,
  }),
  /** The slab: `mm_count` 0 is a free object. */
  mm: family(mms, { mm_users: upTo(1), mm_count: upTo(3) }),
  /** The mm to be killed, compared with the mm of task after task. */
  killer: singleton({ mm: option(ref('mm')), next: upTo(3) }),
  victim: singleton({}),
  /** The new mm of the program to be run, or the old one to be put. */
  innocent: singleton({ mm: option(ref('mm')) }),
})
const history = () => ({ innocentShot: bool })

const { program, steps } = language<typeof state, typeof history>()
type State = StateView<ReturnType<typeof state>>
type Mm = Member<ReturnType<typeof state>, 'mm'>

const take = (mm: Mm): void => {
  mm.mm_users = 1
  mm.mm_count = 1
}
/** The last user is also one of those that count in mm_count. */
const mmput = (mm: Mm): void => {
  mm.mm_users--
  mm.mm_count--
}
const isFree = (mm: Mm): boolean => mm.mm_count === 0

const lookAndMark = (pinned: boolean) =>
  steps('killer', {
    /** The killer, with the task list locked, reads the mm of the chosen task under task_lock(). */
    oom_kill_task: (s, me) => {
      s.tasklist_lock = true
      me.mm = s.task[0].mm
      if (me.mm === null) return 'read_unlock'
      if (pinned) me.mm.mm_count++
      return
    },
  })

const loop = steps('killer', {
  /** It compares the mm of one task after the other, without a lock. */
  do_each_thread: (s, me) => {
    if (me.next === s.task.length) return 'read_unlock'
    const q = s.task[me.next]
    if (q.on_tasklist && q.mm === me.mm) return
    me.next++
    return 'do_each_thread'
  },
  /** It shoots the task that it found, unless that has no mm any more. */
  __oom_kill_task: {
    do: (s, me) => {
      const q = s.task[me.next++]
      if (q.mm !== null) q.SIGKILL = true
      return 'do_each_thread'
    },
    note: (h, s) => {
      h.innocentShot = h.innocentShot || s.task[1].SIGKILL || s.task[2].SIGKILL
    },
  },
})

const unlock = (pinned: boolean) =>
  steps('killer', {
    /** It unlocks the task list, and drops the mm if it had a reference. */
    read_unlock: (s, me) => {
      if (pinned && me.mm !== null) me.mm.mm_count--
      me.mm = null
      s.tasklist_lock = false
      return 'done'
    },
  })

const exiting = (ordinaryExit: boolean, sleeps: boolean) =>
  program('victim', {
    /** The victim exits when it is shot or, where it may, unasked, and lets go of its mm but for a lazy reference. */
    exit_mm: {
      when: (s) => s.task[0].SIGKILL || ordinaryExit,
      do: (s) => {
        const mm = s.task[0].mm!
        mm.mm_count++
        s.task[0].mm = null
      },
    },
    /** As its last user it cleans the mm. */
    mmput: (s) => {
      mmput(s.task[0].active_mm!)
      return sleeps ? 'context_switch' : 'exit_notify'
    },
    /** It closes files, and sleeps, so that the lazy reference goes. */
    context_switch: (s) => {
      drop(s)
    },
    /** It becomes a zombie, which is reaped, as soon as nobody reads the task list. */
    exit_notify: {
      when: (s) => !s.tasklist_lock,
      do: (s) => {
        s.task[0].on_tasklist = false
      },
    },
    /** The last switch at the latest takes the lazy reference. */
    schedule: (s) => {
      if (s.task[0].active_mm !== null) drop(s)
      return 'done'
    },
  })
const drop = (s: State): void => {
  s.task[0].active_mm!.mm_count--
  s.task[0].active_mm = null
}

const execs = program('innocent', {
  /** The innocent runs another program, for which it allocates an mm. */
  mm_alloc: (s, me, pick) => {
    me.mm = pick(s.mm.filter(isFree))
    take(me.mm)
  },
  /** It takes the new mm under task_lock(), and needs no other lock. */
  exec_mmap: (s, me) => {
    const old = s.task[1].mm
    s.task[1].mm = s.task[1].active_mm = me.mm
    me.mm = old
  },
  /** It puts the old one. */
  mmput: (_s, me) => {
    mmput(me.mm!)
    me.mm = null
    return 'done'
  },
})

const forks = program('innocent', {
  /** The innocent forks, and allocates an mm for its child. */
  mm_alloc: (s, _me, pick) => {
    const mm = pick(s.mm.filter(isFree))
    take(mm)
    s.task[2].mm = s.task[2].active_mm = mm
  },
  /** The child appears on the task list as soon as nobody reads it. */
  copy_process: {
    when: (s) => !s.tasklist_lock,
    do: (s) => {
      s.task[2].on_tasklist = true
      return 'done'
    },
  },
})

export const oomMmReuse = protocol({
  name: 'oom-mm-reuse',
  source: 'Dave Peterson, 18 May 2006',
  variants: ['may-18', 'with-reference'],
  bounds: { mms: { min: 2, max: 4, doc: 'mm_structs in the slab; two of them are in use at first' } },
  ingredients: {
    exec: { doc: 'the innocent calls execve(); otherwise it forks' },
    sleeps: { doc: 'the victim is switched out on its way from exit_mm() to exit_notify()' },
    ordinaryExit: { doc: 'the victim may also exit unasked' },
  },
  state,
  history,
  init: () => (s) => {
    for (const [i, task] of [s.task[0], s.task[1]].entries()) {
      task.mm = task.active_mm = s.mm[i]
      task.on_tasklist = true
      take(s.mm[i])
    }
  },
  programs: ({ variant, exec, sleeps, ordinaryExit }) => [
    program('killer', {
      ...lookAndMark(variant === 'with-reference'),
      ...loop,
      ...unlock(variant === 'with-reference'),
    }),
    exiting(ordinaryExit, sleeps),
    exec ? execs : forks,
  ],
  /** The killer is through; the victim may live on, and the innocent may wait for a free mm_struct for ever. */
  done: () => (s, at) => at(s.killer[0], 'done'),
})
