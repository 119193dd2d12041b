/** oom_kill_task() before the patch and with it, and the shot itself. */
import { steps, victimOf, type Cpu } from './state.ts'

/** The chosen task has no mm: the scan begins again, with all locks held. */
const retry = (me: Cpu) => {
  me.chosen = null
  return 'select_bad_process' as const
}

export const killAfterUnlockedLook = steps('cpu', {
  /** The killer reads the mm of the chosen task without a lock. */
  oom_kill_task: (_s, me) => (victimOf(me).mm === null ? retry(me) : undefined),
})

export const killAndAskForNotice = steps('cpu', {
  /** The killer marks the mm of the chosen task, under task_lock(), so that its last mmput() ends the operation. */
  oom_kill_task: (_s, me) => {
    const { mm } = victimOf(me)
    if (mm === null) return retry(me)
    mm.MM_FLAG_OOM_NOTIFY = true
    return
  },
})

export const shoot = steps('cpu', {
  /** The killer looks again, under task_lock(), and leaves a task alone that has no mm any more. From here on it kills. */
  __oom_kill_task: {
    do: (_s, me) => (victimOf(me).mm === null ? 'read_unlock' : undefined),
    note: (h, _s, me) => {
      const { mm } = victimOf(me)
      if (mm === null || h.shot.has(mm)) return
      if (!h.informed.has(me)) h.uninformedKill = true
      h.shot.add(mm)
      h.informed.clear()
    },
  },
  /** The victim gets access to the reserves and is sent SIGKILL. */
  set_tsk_thread_flag: (_s, me) => {
    const p = victimOf(me)
    p.TIF_MEMDIE = true
    p.SIGKILL = true
  },
})
