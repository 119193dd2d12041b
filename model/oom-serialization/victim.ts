/** Victims on their way out, and the world that reaps them and brings their pages to the free list. */
import { ref } from '../../checker/language/index.ts'
import {
  call,
  noteFinish,
  procedure,
  program,
  running,
  steps,
  type Cpu,
  type Setup,
  type State,
  type Task,
} from './state.ts'

/**
 * mmput(), by a task that exits or execs, or by a reader that had got the mm. Its last user cleans the mm and, with the
 * patch, then looks whether to give notice.
 */
export const mmput = (cleaned: 'return' | 'oom_notify', { perCpuLists }: Setup) =>
  procedure(
    'mmput',
    { family: ['cpu', 'task'], args: { mm: ref('mm') } },
    {
      /** A reference is given up; only the last user goes on to clean the mm. */
      atomic_dec_and_test: (_s, _me, _pick, frame) => {
        frame.mm.mm_users--
        if (frame.mm.mm_users > 0) return 'return'
        return
      },
      /** The last user unmaps, and the pages come back one batch after the other. */
      exit_mmap: (s, _me, _pick, frame) => {
        frame.mm.pages--
        if (perCpuLists) s.per_cpu_pages++
        else s.free++
        return frame.mm.pages > 0 ? 'exit_mmap' : cleaned
      },
      /** If the killer has marked the mm, its OOM kill operation ends here. */
      oom_notify: {
        do: (s, _me, _pick, frame) => {
          if (frame.mm.MM_FLAG_OOM_NOTIFY) s.oom_kill_in_progress = false
          return 'return'
        },
        note: (h, s, _me, before) => {
          if (s.oom_kill_in_progress || !before(() => s.oom_kill_in_progress)) return
          if (s.task.some((p) => p.TIF_MEMDIE && p.active_mm.pages > 0)) h.earlyFinish = true
          noteFinish(h, null)
        },
      },
    },
  )
type Mmput = ReturnType<typeof mmput>

/** The last step of an allocator that had pinned an mm. */
export const unpin = (procedure: Mmput) => ({
  /** The reader puts the mm that it had got, and may be its last user. */
  mmput: call(procedure, (_s, me: Cpu) => ({ mm: me.pinned! })),
})

const seesSignal = (me: Task, ordinaryExit: boolean) => !me.busy && (me.SIGKILL || ordinaryExit)

/** do_exit() as far as the memory. What it does besides touches nothing that others look at here. */
export const letGo = (procedure: Mmput, { ordinaryExit }: Setup) => ({
  ...steps('task', {
    /** The task lives, until it sees SIGKILL or, where tasks also exit unasked, at any time, and marks itself as exiting. */
    do_exit: {
      when: (_s, me) => seesSignal(me, ordinaryExit),
      do: (_s, me) => {
        me.PF_EXITING = true
      },
    },
    /** The task lets go of its mm; it may need a lock before, or wait for something that never comes. */
    exit_mm: {
      when: (s, me) => !me.is_stuck && (!me.needs_L || s.L === null),
      do: (_s, me) => {
        me.mm = null
      },
    },
  }),
  /** It gives up its reference, and cleans the mm if it was the last. */
  mmput: call(procedure, (_s, me: Task) => ({ mm: me.active_mm })),
})

/** A task that may be in the middle of execve() when it is shot. */
export const orExec = ({ ordinaryExit }: Setup) =>
  steps('task', {
    do_exit: {
      either: {
        /** The task sees SIGKILL and marks itself as exiting. */
        signal: {
          when: (_s, me) => seesSignal(me, ordinaryExit),
          do: (_s, me) => {
            me.PF_EXITING = true
            return 'exit_mm'
          },
        },
        /** It has not looked yet, and takes the address space of the new program, under task_lock(). */
        exec_mmap: {
          when: (_s, me) => me.exec_mm !== null,
          do: (_s, me) => {
            const mm = me.exec_mm!
            mm.mm_users = 1
            me.exec_mm = null
            me.old_mm = me.mm
            me.mm = me.active_mm = mm
            return 'exec_mmput'
          },
        },
      },
    },
  })
export const putOldMm = (procedure: Mmput) => ({
  /** It gives up the old one. */
  exec_mmput: call(procedure, (_s, me: Task) => ({ mm: me.old_mm! }), 'do_exit'),
})

/** 4.2: the end of exit_mm(). */
export const exitOomVictim = steps('task', {
  /** The task has put its mm, and is no victim any more. */
  exit_oom_victim: (_s, me) => {
    me.TIF_MEMDIE = false
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

/** delay_group_leader(): the zombie that led other threads is not reaped while one of them is on the list. */
const isDelayed = (s: State, leader: Task) => s.tasklist.some((p) => p !== leader && p.group_leader === leader)

export const parent = program(
  'parent',
  {
    /** A parent waits for a zombie, dead or about to be, which leaves the task list. */
    release_task: {
      when: (s) => s.tasklist_lock === 0,
      do: (s, _me, pick) => {
        s.tasklist.remove(pick(s.task.filter((p) => p.EXIT_ZOMBIE && s.tasklist.includes(p) && !isDelayed(s, p))))
      },
    },
  },
  { ...running, loop: true, role: 'environment' },
)

export const drain = program(
  'drain',
  {
    /** Some CPU gives the pages of its own list back to the zone. */
    drain_pages: {
      when: (s) => s.per_cpu_pages > 0,
      do: (s) => {
        s.free += s.per_cpu_pages
        s.per_cpu_pages = 0
      },
    },
  },
  { ...running, loop: true, role: 'environment' },
)
