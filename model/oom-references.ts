/**
 * Who keeps the task_struct and the mm_struct of a victim: killer, timer, reaper and process_mrelease() beside its exit.
 *
 * An mm_struct has mm_users, at whose end its memory goes (see oom-reaper), and mm_count, at whose end the structure
 * itself is freed. A marked victim keeps its mm by signal->oom_mm, until its task_struct and with it its signal_struct is
 * freed; whoever queues it for the reaper keeps the task_struct, and by that both. Source: mm/oom_kill.c, kernel/fork.c and
 * kernel/exit.c, 4.9 to 6.18; by the ingredients one reference is taken out at a time.
 *
 * Kept: get_task_struct() of the scan and of queue_oom_reaper(); mmgrab() of the killer, of mark_oom_victim(), of exit
 * (for the time in which the CPU still runs on its page tables) and of process_mrelease(); the puts; release_task(), which
 * takes the task from the list and leaves the last put to call_rcu(), a softirq that comes when the scan is out of its section.
 *
 * Dropped, and what that could hide:
 * - What is done with the memory, and the locks around it: see oom-reaper.
 * - The manager finds the task and takes its reference in one step: pidfd_get_task() is under RCU like the scan.
 * - Threads: the signal_struct is freed with the one task_struct.
 *
 * One label is one step. find_lock_task_mm: the look at task->mm, mmgrab() and mark_oom_victim() are under task_lock(), which
 * exit_mm takes.
 */
import { bool, language, protocol, singleton, type StateView } from '../checker/language/index.ts'
import {
  get_task_struct,
  mm_references,
  mmdrop,
  mmgrab,
  put_task_struct,
  task_references,
} from './kernel/references.ts'
import {
  isGracePeriodOver,
  list_del_rcu,
  rcu_fields,
  rcu_read_lock,
  rcu_read_unlock,
  tasklist_fields,
} from './kernel/tasklist.ts'

const state = () => ({
  ...rcu_fields(1),
  task: singleton({
    /** NULL is false. */
    mm: bool,
    oom_mm: bool,
    ...task_references(5),
    SIGKILL: bool,
    ...tasklist_fields,
  }),
  mm: singleton({ ...mm_references(6), MMF_OOM_SKIP: bool }),
  cpu: singleton({}),
  /** call_rcu() has been asked for the put of the task. */
  softirq: singleton({ pending: bool }),
  /** The timer is armed. */
  timer: singleton({ pending: bool }),
  /** The victim is on the list of the reaper. */
  reaper: singleton({ is_listed: bool }),
  /** It has a reference to the task. */
  manager: singleton({ has_task: bool }),
})

const { program } = language<typeof state>()
type State = StateView<ReturnType<typeof state>>

interface Setup {
  readonly mrelease: boolean
  readonly withoutTask: boolean
  readonly withoutOomMm: boolean
  readonly withoutGrab: boolean
  readonly withoutKillersGrab: boolean
  readonly withoutPut: boolean
  readonly withoutGrace: boolean
}

/** The last put frees the task, its signal_struct, and what that keeps of the mm. */
function put(s: State, { withoutOomMm }: Setup): void {
  const [task] = s.task
  if (put_task_struct(task) && task.oom_mm && !withoutOomMm) mmdrop(s.mm[0])
}

const killer = (setup: Setup) =>
  program('cpu', {
    /** The scan finds the victim on the list, or does not find it. It reads under RCU. */
    select_bad_process: (s) => {
      if (!s.task[0].on_tasklist) return 'done'
      rcu_read_lock(s)
      return
    },
    /** What it has found is kept. */
    get_task_struct: (s) => {
      get_task_struct(s.task[0])
      rcu_read_unlock(s)
    },
    /** The mm is found, kept, and remembered by the signal_struct. */
    find_lock_task_mm: (s) => {
      const [task] = s.task
      if (!task.mm) return 'put_task_struct'
      if (!setup.withoutKillersGrab) mmgrab(s.mm[0])
      task.SIGKILL = true
      task.oom_mm = true
      if (!setup.withoutOomMm) mmgrab(s.mm[0])
      return
    },
    /** All processes that share the mm are killed, too: it is compared, and may get its flag here. */
    for_each_process: {},
    /** The timer, or whoever it hands the victim to, keeps the task. */
    queue_oom_reaper: (s) => {
      if (!setup.withoutTask) get_task_struct(s.task[0])
      s.timer[0].pending = true
    },
    mmdrop: (s) => {
      if (!setup.withoutKillersGrab) mmdrop(s.mm[0])
    },
    put_task_struct: (s) => {
      put(s, setup)
    },
  })

const timer = (setup: Setup) =>
  program('timer', {
    /** The mm needs no reaping any more, or the victim goes on the list. */
    wake_oom_reaper: {
      when: (_s, me) => me.pending,
      do: (s, me) => {
        me.pending = false
        if (!s.mm[0].MMF_OOM_SKIP) {
          s.reaper[0].is_listed = true
          return
        }
        if (!setup.withoutTask) put(s, setup)
        return
      },
    },
  })

const reaper = (setup: Setup) =>
  program('reaper', {
    oom_reaper: { when: (_s, me) => me.is_listed },
    /** It locks the mm and walks. */
    oom_reap_task_mm: {},
    set_MMF_OOM_SKIP: (s) => {
      s.mm[0].MMF_OOM_SKIP = true
    },
    put_task_struct: (s, me) => {
      me.is_listed = false
      if (!setup.withoutPut && !setup.withoutTask) put(s, setup)
    },
  })

const victim = program('task', {
  do_exit: { when: (_s, me) => me.SIGKILL },
  /** It lets go of its mm, and keeps the structure for as long as its CPU runs on those page tables. */
  exit_mm: (s, me) => {
    mmgrab(s.mm[0])
    me.mm = false
  },
  /** Its last user: memory and page tables go, and with them the flag comes. */
  exit_mmap: (s) => {
    s.mm[0].MMF_OOM_SKIP = true
  },
  __mmput: (s) => {
    mmdrop(s.mm[0])
  },
  /** Another task runs on the CPU: finish_task_switch(). */
  schedule: (s) => {
    mmdrop(s.mm[0])
  },
  /** Its parent has waited for it. */
  release_task: (s, me) => {
    list_del_rcu(me)
    s.softirq[0].pending = true
  },
})

const softirq = (setup: Setup) =>
  program('softirq', {
    /** A grace period after the task has left the list its own reference is dropped. */
    delayed_put_task_struct: {
      when: (s, me) => me.pending && (setup.withoutGrace || isGracePeriodOver(s)),
      do: (s, me) => {
        me.pending = false
        put(s, setup)
      },
    },
  })

const manager = (setup: Setup) =>
  program('manager', {
    /** The pidfd leads to the task as long as it is not released. */
    pidfd_get_task: (s, me) => {
      if (!s.task[0].on_tasklist) return 'done'
      get_task_struct(s.task[0])
      me.has_task = true
      s.task[0].SIGKILL = true
      return
    },
    find_lock_task_mm: (s) => {
      if (!s.task[0].mm) return 'put_task_struct'
      if (!setup.withoutGrab) mmgrab(s.mm[0])
      return
    },
    /** It locks the mm and walks, unless the flag is there. */
    __oom_reap_task_mm: {},
    mmdrop: (s) => {
      if (!setup.withoutGrab) mmdrop(s.mm[0])
    },
    put_task_struct: (s, me) => {
      me.has_task = false
      put(s, setup)
    },
  })

export const oomReferences = protocol({
  name: 'oom-references',
  source: 'mm/oom_kill.c, kernel/fork.c and kernel/exit.c, Linux 5.18 to 6.18',
  variants: ['6.18'],
  bounds: {},
  ingredients: {
    mrelease: { doc: 'a manager kills the victim by itself, and calls process_mrelease()' },
    withoutTask: { doc: 'queue_oom_reaper() takes no reference to the task' },
    withoutOomMm: { doc: 'signal->oom_mm is a pointer without a reference' },
    withoutGrab: { doc: 'process_mrelease() keeps no reference to the mm_struct' },
    withoutKillersGrab: { doc: 'the killer keeps none of its own, either' },
    withoutGrace: { doc: 'the put of a released task does not wait for readers of the list' },
    withoutPut: { doc: 'the reaper does not drop the reference to the task' },
  },
  state,
  init: () => (s) => {
    s.task[0].mm = s.task[0].on_tasklist = true
    s.task[0].usage = s.mm[0].mm_count = 1
  },
  programs: (setup) => [
    killer(setup),
    timer(setup),
    reaper(setup),
    victim,
    softirq(setup),
    ...(setup.mrelease ? [manager(setup)] : []),
  ],
  /** Nobody has anything left to do with the victim. */
  done: () => (s, at) =>
    at(s.cpu[0], 'done') &&
    !s.timer[0].pending &&
    !s.reaper[0].is_listed &&
    !s.softirq[0].pending &&
    (!s.task[0].SIGKILL || at(s.task[0], 'done')),
})
