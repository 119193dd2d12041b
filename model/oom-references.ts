/**
 * Who keeps the task_struct and the mm_struct of a victim: killer, timer, reaper and process_mrelease() beside its exit.
 *
 * An mm_struct has mm_users, at whose end its memory goes (see oom-reaper), and mm_count, at whose end the structure
 * itself is freed. A marked victim keeps its mm by signal->oom_mm, until its task_struct and with it its signal_struct is
 * freed; whoever queues it for the reaper keeps the task_struct, and by that both. Source: mm/oom_kill.c, kernel/fork.c and
 * kernel/exit.c, 4.9 to 6.18; by the ingredients one reference is taken out at a time.
 *
 * Kept: get_task_struct() of the scan and of queue_oom_reaper(); mmgrab() of the killer, of mark_oom_victim(), of exit
 * (for the time in which the CPU still runs on its page tables) and of process_mrelease(); the puts; release_task().
 *
 * Dropped, and what that could hide:
 * - What is done with the memory, and the locks around it: see oom-reaper.
 * - RCU: the scan takes its reference in one step with finding the task on the list, and release_task() takes the task from
 *   the list in one step with its put. Hides a task that is found and freed before the reference is taken, which RCU
 *   excludes.
 * - Threads: the signal_struct is freed with the one task_struct.
 *
 * One label is one step. find_lock_task_mm: the look at task->mm, mmgrab() and mark_oom_victim() are under task_lock(), which
 * exit_mm takes.
 */
import { bool, language, protocol, range, singleton, type StateView } from '../checker/language/index.ts'

const state = () => ({
  task: singleton({
    /** NULL is false. */
    mm: bool,
    oom_mm: bool,
    usage: range(-1, 5),
    SIGKILL: bool,
    on_tasklist: bool,
    is_freed: bool,
  }),
  mm: singleton({ mm_count: range(-1, 6), MMF_OOM_SKIP: bool, is_freed: bool }),
  cpu: singleton({}),
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
}

const mmgrab = (s: State): void => {
  s.mm[0].mm_count++
}
function mmdrop(s: State): void {
  s.mm[0].mm_count--
  if (s.mm[0].mm_count === 0) s.mm[0].is_freed = true
}
const get_task_struct = (s: State): void => {
  s.task[0].usage++
}
/** The last put frees the task, its signal_struct, and what that keeps of the mm. */
function put_task_struct(s: State, { withoutOomMm }: Setup): void {
  const [task] = s.task
  task.usage--
  if (task.usage > 0) return
  task.is_freed = true
  if (task.oom_mm && !withoutOomMm) mmdrop(s)
}

const killer = (setup: Setup) =>
  program('cpu', {
    /** The scan finds the victim on the list and takes a reference, or does not find it. */
    select_bad_process: (s) => {
      if (!s.task[0].on_tasklist) return 'done'
      get_task_struct(s)
      return
    },
    /** The mm is found, kept, and remembered by the signal_struct. */
    find_lock_task_mm: (s) => {
      const [task] = s.task
      if (!task.mm) return 'put_task_struct'
      if (!setup.withoutKillersGrab) mmgrab(s)
      task.SIGKILL = true
      task.oom_mm = true
      if (!setup.withoutOomMm) mmgrab(s)
      return
    },
    /** All processes that share the mm are killed, too: it is compared, and may get its flag here. */
    for_each_process: {},
    /** The timer, or whoever it hands the victim to, keeps the task. */
    queue_oom_reaper: (s) => {
      if (!setup.withoutTask) get_task_struct(s)
      s.timer[0].pending = true
    },
    mmdrop: (s) => {
      if (!setup.withoutKillersGrab) mmdrop(s)
    },
    put_task_struct: (s) => {
      put_task_struct(s, setup)
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
        if (!setup.withoutTask) put_task_struct(s, setup)
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
      if (!setup.withoutPut && !setup.withoutTask) put_task_struct(s, setup)
    },
  })

const victim = (setup: Setup) =>
  program('task', {
    do_exit: { when: (_s, me) => me.SIGKILL },
    /** It lets go of its mm, and keeps the structure for as long as its CPU runs on those page tables. */
    exit_mm: (s, me) => {
      mmgrab(s)
      me.mm = false
    },
    /** Its last user: memory and page tables go, and with them the flag comes. */
    exit_mmap: (s) => {
      s.mm[0].MMF_OOM_SKIP = true
    },
    __mmput: (s) => {
      mmdrop(s)
    },
    /** Another task runs on the CPU: finish_task_switch(). */
    schedule: (s) => {
      mmdrop(s)
    },
    /** Its parent has waited for it. */
    release_task: (s, me) => {
      me.on_tasklist = false
      put_task_struct(s, setup)
    },
  })

const manager = (setup: Setup) =>
  program('manager', {
    /** The pidfd leads to the task as long as it is not released. */
    pidfd_get_task: (s, me) => {
      if (!s.task[0].on_tasklist) return 'done'
      get_task_struct(s)
      me.has_task = true
      s.task[0].SIGKILL = true
      return
    },
    find_lock_task_mm: (s) => {
      if (!s.task[0].mm) return 'put_task_struct'
      if (!setup.withoutGrab) mmgrab(s)
      return
    },
    /** It locks the mm and walks, unless the flag is there. */
    __oom_reap_task_mm: {},
    mmdrop: (s) => {
      if (!setup.withoutGrab) mmdrop(s)
    },
    put_task_struct: (s, me) => {
      me.has_task = false
      put_task_struct(s, setup)
    },
  })

export const oomReferences = protocol({
  name: 'oom-references',
  source: 'mm/oom_kill.c, kernel/fork.c and kernel/exit.c, Linux 5.18 to 6.18',
  variants: ['6.18'],
  bounds: {},
  ingredients: {
    mrelease: { doc: 'a manager kills the victim, too, and calls process_mrelease()' },
    withoutTask: { doc: 'queue_oom_reaper() takes no reference to the task' },
    withoutOomMm: { doc: 'signal->oom_mm is a pointer without a reference' },
    withoutGrab: { doc: 'process_mrelease() keeps no reference to the mm_struct' },
    withoutKillersGrab: { doc: 'the killer keeps none of its own, either' },
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
    victim(setup),
    ...(setup.mrelease ? [manager(setup)] : []),
  ],
  /** Nobody has anything left to do with the victim. */
  done: () => (s, at) =>
    at(s.cpu[0], 'done') &&
    !s.timer[0].pending &&
    !s.reaper[0].is_listed &&
    (!s.task[0].SIGKILL || at(s.task[0], 'done')),
})
