/** The state that allocators, victims and the rest of the world share, and what is noted for the claims. */
import {
  bool,
  family,
  language,
  option,
  queue,
  ref,
  setOf,
  singleton,
  upTo,
  type Member,
  type StateView,
} from '../../checker/language/index.ts'
import { mm_struct } from '../kernel/mm.ts'
import { task_struct } from '../kernel/task.ts'

export interface Bounds {
  readonly cpus: number
  readonly victims: number
  readonly threads: number
  readonly pages: number
}

/** Switches that are documented where the protocol is composed. */
export type Ingredient =
  | 'cpusetMutex'
  | 'ordinaryExit'
  | 'reaping'
  | 'otherProcess'
  | 'threadedDaemons'
  | 'withoutTaskLock'
  | 'lock'
  | 'pin'
  | 'initShares'
  | 'exec'
  | 'constrained'
  | 'initAllocates'
  | 'stuckExit'
  | 'sysrq'
  | 'perCpuLists'
  | 'panicOnOom'

export type Setup = Bounds & Readonly<Record<Ingredient, boolean>>

/** How many of each there are. An ingredient that is off adds nobody. */
export function sizes({ cpus, victims, threads, pages, ...extra }: Setup) {
  const strangers = Number(extra.stuckExit) + Number(extra.constrained)
  const daemonThreads = 1 + Number(extra.threadedDaemons)
  const victimTasks = threads + (victims - 1) * daemonThreads
  return {
    cpus: cpus + Number(extra.sysrq),
    victimTasks,
    tasks: victimTasks + strangers,
    mms: victims + strangers + Number(extra.exec),
    /** Daemons, strangers and a new address space have one page each. */
    allPages: pages + victims - 1 + strangers + Number(extra.exec),
  }
}

export const state = (setup: Setup) => {
  const { cpus, tasks, mms, allPages } = sizes(setup)
  return {
    /** Pages on the free list of the zone. */
    free: upTo(allPages),
    /** Freed pages that only one CPU can use yet. */
    per_cpu_pages: upTo(setup.perCpuLists ? allPages : 0),
    panicked: bool,
    /** Links the tasks in the order in which a scan meets them. */
    tasklist: queue(tasks, ref('task')),
    /** Readers; a writer needs 0 and is in and out in one step. */
    tasklist_lock: upTo(cpus),
    /** Held through selection and kill where cpusets are configured. */
    cpuset_mutex: bool,
    /** The mm flag's other end: an OOM kill operation has begun and not ended. */
    oom_kill_in_progress: bool,
    /** What later forms take around the last attempt: a semaphore, ZONE_OOM_LOCKED, a mutex. */
    oom_lock: bool,
    /** Some lock L, which an allocator may hold while it allocates and the hog needs on its way out. */
    L: option(ref('cpu')),
    /** One allocating task each, which wants one page; last, if in play, the handler of SysRq-F. */
    cpu: family(cpus, {
      /** The place in the list that the scan, or afterwards the kill, looks at. */
      next: upTo(tasks),
      /** The worst task so far, and its points; after the scan, the task to kill, or NULL if there shall be no kill. */
      chosen: option(ref('task')),
      points: upTo(setup.pages),
      /** The mm that is being killed, and the next of its users to be shot. */
      mm: option(ref('mm')),
      q: option(ref('task')),
      /** Calls out_of_memory() by itself, and allocates nothing. */
      is_sysrq: bool,
      /** The task that allocates, where it is limited to some nodes and therefore its own victim. */
      current: option(ref('task')),
      /** An mm that the allocating task has got by get_task_mm(), and puts when it has its page. */
      pinned: option(ref('mm')),
    }),
    /** Candidates: task0 is the hog, the others are daemons of one page; then threads of the hog, of the daemons, then strangers. */
    task: family(tasks, {
      ...task_struct,
      /** It allocates, and cannot look at signals. */
      busy: bool,
      /** Once it exits, it waits for something that never comes. */
      is_stuck: bool,
      /** On its way out it needs L. */
      needs_L: bool,
      /** The new address space of the program that it is about to run. */
      exec_mm: option(ref('mm')),
      old_mm: option(ref('mm')),
    }),
    mm: family(mms, { ...mm_struct(setup.threads + 2, setup.pages), MM_FLAG_OOM_NOTIFY: bool, is_also_of_init: bool }),
    parent: singleton({}),
    drain: singleton({}),
  }
}

export const history = () => ({
  /** Every mm that was shot. Another shot at the same mm is not another kill. */
  shot: setOf(ref('mm')),
  /** CPUs whose last attempt failed after every mm shot until now had been cleaned. */
  informed: setOf(ref('cpu')),
  /** A CPU killed that was not one of those. */
  uninformedKill: bool,
  /** Who began the operation under way, and whose mm it is about. */
  owner: option(ref('cpu')),
  target: option(ref('mm')),
  /** An operation was ended by somebody that it does not belong to. */
  foreignFinish: bool,
  /** An operation was ended by its mmput() while the mm of a task that was shot was not yet cleaned. */
  earlyFinish: bool,
  /** CPUs that found an operation under way and have not slept since. */
  restless: setOf(ref('cpu')),
  /** One of them found that once more. */
  spun: bool,
})

/** The recipes' constructors, typed for this state. */
export const { program, procedure, call, steps } = language<typeof state, typeof history>()
export type State = StateView<ReturnType<typeof state>>
export type Cpu = Member<ReturnType<typeof state>, 'cpu'>
export type Task = Member<ReturnType<typeof state>, 'task'>

/** Nobody runs any more once the kernel has panicked. */
export const running = { runs: (s: { readonly panicked: boolean }) => !s.panicked }

/** What is noted when the bit is cleared by a CPU (`by`), or by the last mmput() of an mm (NULL). */
export const noteFinish = (
  h: {
    owner: Cpu | null
    target: Task['mm']
    foreignFinish: boolean
  },
  by: Cpu | null,
): void => {
  const own = by === null ? h.target?.pages === 0 : h.owner === by
  h.foreignFinish = h.foreignFinish || !own
  h.owner = null
  h.target = null
}
