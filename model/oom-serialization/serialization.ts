/** How the revisions let one allocator at a time go on from a failed attempt to a kill. */
import type { Success } from './allocation.ts'
import { noteFinish, steps } from './state.ts'

/** The bit of April and May 2006. */
export const begin = steps('cpu', {
  /** test_and_set_bit(): the allocator begins an OOM kill operation, or starts all over, without sleep, if one is under way. */
  oom_kill_start: {
    do: (s) => {
      if (s.oom_kill_in_progress) return 'restart'
      s.oom_kill_in_progress = true
      return
    },
    note: (h, s, me, before) => {
      if (before(() => s.oom_kill_in_progress)) {
        h.spun = h.spun || h.restless.has(me)
        h.restless.add(me)
        return
      }
      h.restless.delete(me)
      h.owner = me
    },
  },
})

/** May 2006: the last attempt, made after the beginning, got a page. */
export const endWithPage = <const G extends Success>(success: G) =>
  steps('cpu', {
    /** The allocator ends its operation, which was not needed. */
    page_found: {
      do: (s) => {
        s.oom_kill_in_progress = false
        return success
      },
      note: (h, _s, me) => noteFinish(h, me),
    },
  })

/** Try 2: a semaphore around test, last attempt and beginning, so that the flag need not be an atomic bit. */
export const downAndTest = steps('cpu', {
  /** The allocator waits for the semaphore. */
  down: {
    when: (s) => !s.oom_lock,
    do: (s) => {
      s.oom_lock = true
    },
  },
  /** It goes to sleep if an operation is under way. */
  oom_kill_in_progress: {
    do: (s) => {
      if (!s.oom_kill_in_progress) return
      s.oom_lock = false
      return 'schedule_timeout_uninterruptible'
    },
    note: (h, s, me) => {
      h.spun = h.spun || (s.oom_kill_in_progress && h.restless.has(me))
      if (s.oom_kill_in_progress) h.restless.add(me)
    },
  },
})
export const setAndUp = steps('cpu', {
  /** The attempt has failed, and the allocator begins an operation. */
  oom_kill_start: {
    do: (s) => {
      s.oom_kill_in_progress = true
    },
    note: (h, _s, me) => {
      h.owner = me
    },
  },
  /** It releases the semaphore before it chooses anybody. */
  up: (s) => {
    s.oom_lock = false
  },
})

/** Try 4: no bit and no mm flag; whoever has TIF_MEMDIE and is on the task list is an operation under way. */
export const downAndScan = steps('cpu', {
  /** The allocator waits for the semaphore, and gets hold of the task list. */
  down: {
    when: (s) => !s.oom_lock,
    do: (s) => {
      s.oom_lock = true
      s.tasklist_lock++
    },
  },
  /** It looks for a victim, task by task, and goes to sleep if it meets one. */
  oom_kill_active: (s, me) => {
    const victim = me.next < s.tasklist.length && s.tasklist.at(me.next).TIF_MEMDIE
    if (!victim && ++me.next < s.tasklist.length) return 'oom_kill_active'
    me.next = 0
    s.tasklist_lock--
    if (!victim) return
    s.oom_lock = false
    return 'schedule_timeout_uninterruptible'
  },
})

/** 2.6.24 and 4.2: ZONE_OOM_LOCKED, oom_lock. */
export const trylock = steps('cpu', {
  /** The allocator becomes the one that may kill, or sleeps for a tick. */
  trylock: (s) => {
    if (s.oom_lock) return 'schedule_timeout_uninterruptible'
    s.oom_lock = true
    return
  },
})

/** From try 2 on: the last attempt, made under the lock, got a page. */
export const unlockWithPage = <const G extends Success>(success: G) =>
  steps('cpu', {
    /** The allocator unlocks, for a kill is not needed. */
    page_found: (s) => {
      s.oom_lock = false
      return success
    },
  })
