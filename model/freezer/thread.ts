/** A thread of the victim, or of a process that shares its mm: the freezers, SIGKILL, and the way through do_exit(). */
import { frozen } from '../kernel/freezer.ts'
import { holdsMemory, program, steps, type Mm, type Setup, type State, type Task } from './state.ts'

/** Who is never frozen. */
export const exemptions = {
  /** Until 2014: nobody. */
  nobody: () => false,
  /** Since 2014 (51fae6da640e): the thread that was marked. */
  TIF_MEMDIE: (task: Task) => task.TIF_MEMDIE,
  /** Since 6.18: all threads of the process. */
  oom_mm: (task: Task) => task.process.oom_mm,
}
export type Exempt = (typeof exemptions)[keyof typeof exemptions]

/** cgroup_freezing(): the group is asked to freeze; from cff5f49d433f to its revert in 2025 only while not all of it was frozen. */
const cgroup_freezing = ({ cgroup }: State, exceptFrozen: boolean): boolean =>
  cgroup.FREEZING && !(exceptFrozen && cgroup.FROZEN)

/** freezing(): shall this thread be in the refrigerator? */
export const freezingBy =
  (exempt: Exempt, { exceptFrozen }: Setup) =>
  (s: State, task: Task): boolean =>
    task.process.freezer === 'v1' && !exempt(task) && cgroup_freezing(s, exceptFrozen)
type Freezing = ReturnType<typeof freezingBy>

/** JOBCTL_TRAP_FREEZE of cgroup v2. */
const trapped = (s: State, task: Task): boolean => task.process.freezer === 'v2' && s.cgroup.freeze

/** One reference less; the last user unmaps everything. */
function mmput(mm: Mm): void {
  mm.mm_users--
  if (mm.mm_users > 0) return
  for (let page = 0; page < mm.mapped.length; page++) mm.mapped[page] = false
  mm.MMF_OOM_SKIP = true
}

const noteExit = (h: { exited: boolean }, s: State, _me: unknown, before: <T>(ask: () => T) => T): void => {
  h.exited = h.exited || (s.mm[0].mm_users === 0 && before(() => holdsMemory(s.mm[0])))
}

/**
 * execve() in the only thread of the victim, up to where it would see its signal: exec_mmap() under task_lock(), and the
 * last reference to the old mm. Before the kill it would only change which mm that is about.
 */
const exec_mmap = {
  urgent: false,
  when: (s: State, me: Task) => me.process.SIGKILL && me.mm === s.mm[0] && !me.task_lock,
  do: (s: State, me: Task) => {
    me.mm = s.mm[1]
    s.mm[1].mm_users = 1
    for (let page = 0; page < s.mm[1].mapped.length; page++) s.mm[1].mapped[page] = true
    mmput(s.mm[0])
    return 'try_to_freeze' as const
  },
  note: noteExit,
}

/** The thread runs in user space until something is asked of it. */
const user = (freezing: Freezing, { exec, slow, testFirst }: Setup) => {
  const signal = {
    urgent: !slow,
    when: (s: State, me: Task) => freezing(s, me) || me.process.SIGKILL || trapped(s, me),
    do: (s: State, me: Task) => {
      if (!freezing(s, me)) return 'get_signal'
      return testFirst ? 'test_freezing' : 'set_TASK_FROZEN'
    },
  } as const
  return steps('task', { try_to_freeze: exec ? { either: { signal, exec_mmap } } : signal })
}

/** __refrigerator(): it is seen as frozen from the first step on, and looks in the second whether it must be. */
const refrigerator = (freezing: Freezing, { testFirst, slow }: Setup) =>
  steps('task', {
    /** Under pi_lock. */
    set_TASK_FROZEN: {
      urgent: !slow,
      do: (_s, me) => {
        me.state = 'TASK_FROZEN'
        return testFirst ? 'schedule' : 'test_freezing'
      },
    },
    /** Under freezer_lock, which a thaw takes, too. */
    test_freezing: {
      urgent: !slow,
      do: (s, me) => {
        if (freezing(s, me)) return testFirst ? 'set_TASK_FROZEN' : 'schedule'
        me.state = 'TASK_RUNNING'
        return 'get_signal'
      },
    },
    /** It sleeps until somebody thaws it, and then looks again. */
    schedule: {
      urgent: !slow,
      when: (_s, me) => !frozen(me),
      do: () => (testFirst ? 'test_freezing' : 'set_TASK_FROZEN'),
    },
  })

/** get_signal() under siglock, so that no SIGKILL is missed on the way to sleep, and the trap of cgroup v2. */
const signals = ({ slow }: Setup) =>
  steps('task', {
    get_signal: {
      urgent: !slow,
      do: (s, me) => {
        if (me.process.SIGKILL) return 'cgroup_leave_frozen'
        if (trapped(s, me)) {
          me.state = 'TASK_INTERRUPTIBLE'
          return
        }
        me.frozen = false
        return 'try_to_freeze'
      },
    },
    cgroup_enter_frozen: {
      urgent: !slow,
      do: (_s, me) => {
        me.frozen = true
      },
    },
    do_freezer_trap: {
      urgent: !slow,
      when: (_s, me) => me.state !== 'TASK_INTERRUPTIBLE',
      do: () => 'get_signal',
    },
    /** The signal is fatal: the thread is not counted any more. */
    cgroup_leave_frozen: {
      urgent: !slow,
      do: (_s, me) => {
        me.frozen = false
      },
    },
  })

/** The futex part of exit: each step is one look at memory of the user. */
const exit_robust_list = ({ slow, privateEntry, locks }: Setup) =>
  steps('task', {
    futex_cleanup_begin: {
      urgent: !slow,
      do: (_s, me) => {
        me.futex_state = 'FUTEX_STATE_EXITING'
        return locks > 0 ? undefined : 'futex_exit_done'
      },
    },
    /** head->list.next, futex_offset and list_op_pending, from one page: gone if that was reaped. */
    exit_robust_list: {
      urgent: !slow,
      do: (s, _me) => {
        if (!s.mm[0].mapped[0]) return 'futex_exit_done'
        return privateEntry ? undefined : 'handle_futex_death'
      },
    },
    /** The first entry is a lock in private memory, and knows the next. */
    fetch_robust_entry: {
      urgent: !slow,
      do: (s, _me) => (s.mm[0].mapped[1] ? undefined : 'futex_exit_done'),
    },
    /** The next lock in shared memory: cmpxchg of the word, and futex_wake(). Nobody unmaps these pages. */
    handle_futex_death: {
      urgent: !slow,
      do: (s, me) => {
        const lock = [...s.lock].find((each) => each.owner === me && !each.FUTEX_OWNER_DIED)
        if (lock === undefined) return
        lock.FUTEX_OWNER_DIED = true
        return 'handle_futex_death'
      },
    },
    futex_exit_done: {
      urgent: !slow,
      do: (_s, me) => {
        me.futex_state = 'FUTEX_STATE_DEAD'
      },
    },
  })

const exit_mm = ({ slow }: Setup) =>
  steps('task', {
    /** task->mm = NULL under task_lock(), and mmput(). */
    exit_mm: {
      urgent: !slow,
      when: (_s, me) => !me.task_lock,
      do: (_s, me) => {
        const mm = me.mm!
        me.mm = null
        mmput(mm)
      },
      note: noteExit,
    },
    exit_oom_victim: {
      urgent: !slow,
      do: (_s, me) => {
        me.TIF_MEMDIE = false
        return 'done'
      },
    },
  })

/** Where threads start: in user space, or asleep in one of the freezers. */
const startOf = ({ asleep, v2 }: Setup) => {
  if (!asleep) return 'try_to_freeze'
  return v2 ? 'do_freezer_trap' : 'schedule'
}

export const thread = (freezing: Freezing, setup: Setup) =>
  program(
    'task',
    {
      ...user(freezing, setup),
      ...refrigerator(freezing, setup),
      ...signals(setup),
      ...exit_robust_list(setup),
      ...exit_mm(setup),
    },
    { start: startOf(setup) },
  )
