/** Victims on their way out, and the parent that reaps them. */
import { program, running, steps } from './state.ts'

/** do_exit() as far as the memory. What it does besides touches nothing that others look at here. */
export const letGo = (ordinaryExit: boolean) =>
  steps('task', {
    /** The task lives, until it sees SIGKILL or, where tasks also exit unasked, at any time, and marks itself as exiting. */
    do_exit: {
      when: (_s, me) => me.SIGKILL || ordinaryExit,
      do: (_s, me) => {
        me.PF_EXITING = true
      },
    },
    /** The task lets go of its mm. */
    exit_mm: (_s, me) => {
      me.mm = null
    },
    /** It gives up its reference; only the last user goes on to clean the mm. */
    mmput: (_s, me) => {
      me.active_mm.mm_users--
      return me.active_mm.mm_users > 0 ? 'exit_notify' : undefined
    },
    /** The last user unmaps, and the pages come back one batch after the other. */
    exit_mmap: (s, me) => {
      me.active_mm.pages--
      s.free++
      return me.active_mm.pages > 0 ? 'exit_mmap' : undefined
    },
  })

/** The end of do_exit(). */
export const die = steps('task', {
  /** The task becomes a zombie as soon as nobody reads the task list. */
  exit_notify: {
    when: (s) => s.tasklist_lock === 0,
    do: (_s, me) => {
      me.EXIT_ZOMBIE = true
    },
  },
  /** It marks itself as dead and is never scheduled again. */
  schedule: (_s, me) => {
    me.PF_DEAD = true
    return 'done'
  },
})

/** The patch. */
export const notifyAndDie = steps('task', {
  /** The end of the last mmput(): if the killer has marked the mm, its OOM kill operation ends here. */
  oom_notify: (s, me) => {
    if (me.active_mm.MM_FLAG_OOM_NOTIFY) s.oom_kill_in_progress = false
  },
  ...die,
})

export const parent = program(
  'parent',
  {
    /** A parent waits for a zombie, dead or about to be, which leaves the task list. */
    release_task: {
      when: (s) => s.tasklist_lock === 0,
      do: (s, _me, pick) => {
        s.tasklist.remove(pick(s.task.filter((p) => p.EXIT_ZOMBIE && s.tasklist.includes(p))))
      },
    },
  },
  { ...running, loop: true, role: 'environment' },
)
