/** What allocators, victims, the reaper and holders of the mm share, and what is noted for the claims. */
import {
  array,
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
import { mm_flags } from '../kernel/mm.ts'
import { oom_lock } from '../kernel/mutex.ts'
import { rw_semaphore } from '../kernel/rwsem.ts'
import { tasklist_fields } from '../kernel/tasklist.ts'
import { timer_list } from '../kernel/timer.ts'

/** Switches that are documented where the protocol is composed. */
export type Ingredient =
  | 'stuck'
  | 'pin'
  | 'writer'
  | 'reader'
  | 'queuedWriter'
  | 'unreapable'
  | 'reaping'
  | 'mrelease'
  | 'killed'
  | 'daemonsStuck'
  | 'leaves'
  | 'mlocked'
  | 'remembersMm'
  | 'memcg'
  | 'allHeld'
  | 'sleepsUnderLock'
  | 'withoutPin'
  | 'withoutPteLock'
  | 'withoutReset'
  | 'prompt'

export interface Bounds {
  readonly cpus: number
  readonly victims: number
  readonly pages: number
  readonly delay: number
  readonly retries: number
}

export type Setup = Bounds & Readonly<Record<Ingredient, boolean>>

/** Every page of the machine, all of them in use at first: those of the hog, and one for each daemon. */
const allPages = ({ victims, pages }: Bounds): number => pages + victims - 1

export const state = (setup: Setup) => {
  const { cpus, victims, pages, delay, retries } = setup
  return {
    /** Pages on the free list. There is room for pages that are freed twice. */
    free: upTo(allPages(setup) + pages),
    panicked: bool,
    oom_lock,
    /** Pushed and popped at its end. */
    oom_reaper_list: queue(victims, ref('task')),
    /** One allocating task each, which wants one page and is no candidate itself. */
    cpu: family(cpus, {
      /** The next task that the scan looks at. */
      next: upTo(victims),
      chosen: option(ref('task')),
      points: upTo(pages),
      /** Ticks of sleep before it tries again. */
      sleep: upTo(1),
      has_page: bool,
    }),
    /** Processes of one thread, in the order of the list: task0 is the hog, the others are daemons of one page. */
    task: family(victims, {
      /** NULL once exit_mm() has let go of it. */
      mm: option(ref('mm')),
      /** The mm that it had or has. */
      own_mm: ref('mm'),
      /** signal->oom_mm. */
      oom_mm: option(ref('mm')),
      TIF_MEMDIE: bool,
      /** oom_score_adj is at its minimum: the reaper of 4.6 puts its victims out of the way by that. */
      exempt: bool,
      SIGKILL: bool,
      ...tasklist_fields,
      /** Never gets to the place where it would see the signal. */
      is_stuck: bool,
    }),
    mm: family(victims, {
      mm_users: upTo(4),
      ...mm_flags,
      mmap_lock: rw_semaphore(4, 2),
      /** Entries of the page tables; each is a VMA of its own. */
      pte: array(pages, bool),
      /** Pages that are unmapped but not free yet, whoever gathered them. */
      gathered: upTo(pages + 1),
      /** VMAs and page tables are gone. */
      torn_down: bool,
      /** mm->mmap is NULL: there is nothing left to be walked, and whoever looks sees that. */
      no_mmap: bool,
      /** All of it is shared memory, which the reaper leaves alone. */
      VM_SHARED: bool,
      /** VMA by VMA: mlocked, which the reaper leaves alone until 5.17. */
      VM_LOCKED: array(pages, bool),
      /** The entry whose page table munlock is about to look into, counted from 1; 0 is none. */
      followed: upTo(pages),
    }),
    /** The oom_reaper_timer of each task. */
    timer: family(victims, { task: ref('task'), timer: timer_list(delay) }),
    reaper: singleton({
      task: option(ref('task')),
      mm: option(ref('mm')),
      attempts: upTo(retries),
      sleep: upTo(1),
    }),
    /** Somebody else who has got the mm of the hog, by get_task_mm() or as another thread. */
    holder: singleton({ has_mm: bool }),
    /** Kills the hog, and perhaps calls process_mrelease(). */
    manager: singleton({ mm: option(ref('mm')) }),
    /** Runs out of memory in a memcg to which only the first daemon belongs, and kills that. */
    memcg: singleton({ chosen: option(ref('task')) }),
    clock: singleton({}),
  }
}

export const history = ({ victims }: Setup) => ({
  /** Whoever was killed by the OOM killer, by its mm. */
  killed: setOf(ref('mm')),
  /** Given up by the reaper: too many attempts failed, or nothing in it could be reaped. */
  givenUp: setOf(ref('mm')),
  /** A timer ran out when the mm of its task was torn down already. */
  lateTimer: bool,
  /** process_mrelease() found no mm while there was memory to be released. */
  esrch: bool,
  /** The reaper or process_mrelease() walked what was torn down. */
  strayed: bool,
  /** The daemon was killed by its memcg. */
  memcgKill: bool,
  /** How often a kill was decided by an allocator. */
  kills: upTo(victims + 1, 'saturate'),
})

/** The recipes' constructors, typed for this state. */
export const { program, procedure, call, steps } = language<typeof state, typeof history>()
export type State = StateView<ReturnType<typeof state>>
export type Task = Member<ReturnType<typeof state>, 'task'>
export type Mm = Member<ReturnType<typeof state>, 'mm'>

/** Steps that a configuration has or has not; nothing leads to them where it has not. */
export const only = <const G extends object>(there: boolean, group: G): G => (there ? group : ({} as G))

/** How many pages are mapped. */
export function mapped(mm: Mm): number {
  let pages = 0
  for (const present of mm.pte) if (present) pages++
  return pages
}

/** Whether memory of this mm is still to come back. */
export const holdsMemory = (mm: Mm): boolean => mm.gathered > 0 || mapped(mm) > 0

/** Nobody runs any more once the kernel has panicked. */
export const running = { runs: (s: { readonly panicked: boolean }) => !s.panicked }
