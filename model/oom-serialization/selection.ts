/** out_of_memory(): the locks around it and the choice of a victim by select_bad_process(). */
import { noteFinish, steps, type Cpu, type Setup, type State, type Task } from './state.ts'

type Look = 'skip' | 'releasing' | 'candidate'

/** What the scan makes of a task. The order of the tests is that of the C code. */
export const looks = {
  '2.6.17': (p: Task): Look => {
    if (p.is_init) return 'skip'
    return (p.TIF_MEMDIE || p.PF_EXITING) && !p.PF_DEAD ? 'releasing' : 'candidate'
  },
  /** PF_DEAD is gone; a task that has let go of its mm is passed over, even if the mm is not cleaned yet. */
  '2.6.24': (p: Task): Look => {
    if (p.mm === null || p.is_init) return 'skip'
    return p.TIF_MEMDIE || p.PF_EXITING ? 'releasing' : 'candidate'
  },
  /** TIF_MEMDIE comes first, and is cleared when its bearer has put the mm. */
  '4.2': (p: Task): Look => {
    if (p.TIF_MEMDIE) return 'releasing'
    if (p.mm === null || p.is_init) return 'skip'
    return p.PF_EXITING ? 'releasing' : 'candidate'
  },
}

const endOfScan = (me: Cpu): void => {
  me.next = 0
  me.points = 0
}

/**
 * Where cpusets are configured, one CPU at a time chooses and kills: cpuset_lock() is a mutex there, and nothing
 * elsewhere. tasklist_lock, held for reading, keeps the list as it is, but neither other scans nor the tasks from
 * changing: hence two steps for each task that the scan visits. 4.2 reads the list under RCU, which a task may leave
 * meanwhile but does not vanish from; held like the lock here.
 */
export const selection = (look: (p: Task) => Look, { cpusetMutex, panicOnOom }: Setup) =>
  steps('cpu', {
    /** The allocator, perhaps long after its attempt failed, gets hold of the task list; if limited to some nodes, it kills itself. */
    out_of_memory: {
      when: (s) => !s.cpuset_mutex,
      do: (s, me) => {
        s.cpuset_mutex = cpusetMutex
        s.tasklist_lock++
        me.chosen = me.current
        if (me.chosen !== null) return 'oom_kill_task'
        return panicOnOom ? 'panic' : undefined
      },
    },
    /** The scan looks at the flags of the next task, and gives up with -1UL if that one is about to release its memory. */
    select_bad_process: (s, me) => {
      if (s.tasklist.length === 0) return 'panic'
      switch (look(s.tasklist.at(me.next))) {
        case 'candidate':
          return
        case 'releasing':
          endOfScan(me)
          me.chosen = null
          return 'read_unlock'
        case 'skip':
          if (++me.next < s.tasklist.length) return 'select_bad_process'
          endOfScan(me)
          return me.chosen === null ? 'panic' : 'oom_kill_task'
      }
    },
    /** The scan weighs that task and keeps it if it is worse than all before it; the first in the list wins a tie. */
    badness: (s, me) => {
      const p = s.tasklist.at(me.next)
      const points = p.mm === null ? 0 : p.mm.pages
      if (points > me.points || me.chosen === null) {
        me.chosen = p
        me.points = points
      }
      if (++me.next < s.tasklist.length) return 'select_bad_process'
      endOfScan(me)
      return 'oom_kill_task'
    },
  })

export const noCandidate = steps('cpu', {
  /** No task is left to be chosen, or none may be killed, and the machine stops. */
  panic: (s) => {
    s.panicked = true
    return 'done'
  },
})

const unlock = (s: State, me: Cpu): void => {
  s.tasklist_lock--
  s.cpuset_mutex = false
  me.chosen = null
  me.mm = null
}

export const leave = steps('cpu', {
  /** The allocator unlocks the task list and, with cpusets, the mutex. */
  read_unlock: (s, me) => {
    unlock(s, me)
    return 'schedule_timeout_uninterruptible'
  },
})

/** With the bit: whoever set it and killed nobody clears it. */
export const leaveOrCancel = steps('cpu', {
  /** The allocator unlocks, and still has to end the operation itself if it was not to kill anybody. */
  read_unlock: (s, me) => {
    const cancel = me.chosen === null
    unlock(s, me)
    return cancel ? 'cancel' : 'schedule_timeout_uninterruptible'
  },
  /** Some task is dying anyway; the allocator ends its operation. */
  cancel: {
    do: (s) => {
      s.oom_kill_in_progress = false
      return 'schedule_timeout_uninterruptible'
    },
    note: (h, _s, me) => noteFinish(h, me),
  },
})

/** Later forms hold their lock until here. */
export const leaveAndUnlock = steps('cpu', {
  /** The allocator unlocks the task list. */
  read_unlock: (s, me) => unlock(s, me),
  /** It lets others try, whether its victim is gone or not. SysRq-F never had the lock. */
  unlock: (s, me) => {
    if (!me.is_sysrq) s.oom_lock = false
    return 'schedule_timeout_uninterruptible'
  },
})

export const sleep = steps('cpu', {
  /** The allocator sleeps for one tick, in which anything may happen, and starts all over. */
  schedule_timeout_uninterruptible: {
    do: (_s, me) => (me.is_sysrq ? 'done' : 'restart'),
    note: (h, _s, me) => {
      h.informed.delete(me)
      h.restless.delete(me)
    },
  },
})
