/** out_of_memory(): the locks around it and the choice of a victim by select_bad_process(). */
import { steps, type Cpu, type State } from './state.ts'

const endOfScan = (me: Cpu): void => {
  me.next = 0
  me.points = 0
}

/**
 * Where cpusets are configured, one CPU at a time chooses and kills: cpuset_lock() is a mutex there, and nothing
 * elsewhere. tasklist_lock, held for reading, keeps the list as it is, but neither other scans nor the tasks from
 * changing: hence two steps for each task that the scan visits.
 */
export const selection = (cpusets: boolean) =>
  steps('cpu', {
    /** The allocator, perhaps long after its attempt failed, gets hold of the task list. */
    out_of_memory: {
      when: (s) => !s.cpuset_mutex,
      do: (s) => {
        s.cpuset_mutex = cpusets
        s.tasklist_lock++
      },
    },
    /** The scan looks at the flags of the next task, and gives up with -1UL if that one is about to release its memory. */
    select_bad_process: (s, me) => {
      if (s.tasklist.length === 0) return 'panic'
      const p = s.tasklist.at(me.next)
      const releasing = p.TIF_MEMDIE || p.PF_EXITING
      if (!releasing || p.PF_DEAD) return
      endOfScan(me)
      me.chosen = null
      return 'read_unlock'
    },
    /** The scan weighs that task and keeps it if it is worse than all before it; the first in the list wins a tie. */
    badness: (s, me) => {
      const p = s.tasklist.at(me.next)
      const points = p.mm === null ? 0 : p.mm.pages
      if (points > me.points || me.chosen === null) {
        me.chosen = p
        me.points = points
      }
      me.next++
      if (me.next < s.tasklist.length) return 'select_bad_process'
      endOfScan(me)
      return
    },
  })

export const noCandidate = steps('cpu', {
  /** No task is left to be chosen, and the machine stops. */
  panic: (s) => {
    s.panicked = true
    return 'done'
  },
})

const unlock = (s: State, me: Cpu): void => {
  s.tasklist_lock--
  s.cpuset_mutex = false
  me.chosen = null
}

export const leave = steps('cpu', {
  /** The allocator unlocks the task list and, with cpusets, the mutex. */
  read_unlock: (s, me) => {
    unlock(s, me)
    return 'schedule_timeout_uninterruptible'
  },
})

/** The patch. */
export const leaveOrCancel = steps('cpu', {
  /** The allocator unlocks, and still has to end the operation itself if it was not to shoot anybody. */
  read_unlock: (s, me) => {
    const cancel = me.chosen === null
    unlock(s, me)
    return cancel ? 'cancel' : 'schedule_timeout_uninterruptible'
  },
  /** Some task is dying anyway; the allocator ends its operation. */
  cancel: (s) => {
    s.oom_kill_in_progress = false
    return 'schedule_timeout_uninterruptible'
  },
})

export const sleep = steps('cpu', {
  /** The allocator sleeps for one tick, in which anything may happen, and starts all over. */
  schedule_timeout_uninterruptible: {
    do: () => 'restart',
    note: (h, _s, me) => {
      h.informed.delete(me)
    },
  },
})
