/**
 * How the threads of a victim are found, marked and signalled while they exit: what an OOM killer without a reaper rests on.
 *
 * A process is on the list by its leader. Its memory comes back when the last of its threads has put the mm, and until
 * then one thread carries TIF_MEMDIE: it may use the reserve of pages, and as long as it carries the mark nobody else is
 * killed. So a mark that stays, a leader that counts as exiting for ever, or a reserve that is used up stop everything.
 *
 * Variants, each with the fix of the one before it:
 * - zombie-blocks: a leader with PF_EXITING ends the scan, also one that has no mm any more (2010).
 * - leader-only: only if it has an mm ("PF_EXITING check should take mm into account", Oleg Nesterov, 2010); the mm of a
 *   process is that of its leader.
 * - any-thread: the mm of a process is that of any of its threads (find_lock_task_mm(), 2010).
 * - marked-under-lock: the mark is set under task_lock(), which exit_mm() takes as well (83363b917a29, 2015).
 * - signalled-first: SIGKILL goes out before the mark (Tetsuo Handa, 2015).
 * Which of the first three came in which release is recalled, not read.
 *
 * Kept: exit_mm(), mmput() by whoever is last, exit_oom_victim(), the zombie that stays while its siblings live; the test,
 * the mark and the signal as the steps that they are; page faults of a marked thread; the count oom_victims.
 *
 * Dropped, and what that could hide:
 * - The scan is one step. What comes between its parts is the subject of oom-serialization and oom-reaper.
 * - Other allocators: hides that two kill at a time.
 * - Who else has the mm. See oom-reaper.
 * - A dying thread without the mark needs no page: hides siblings that starve beside the one that is marked.
 *
 * One label is one step. send_sig: SIGKILL reaches all threads of the process at once, under siglock. release_task: the
 * leader is released after all others.
 */
import {
  bool,
  family,
  language,
  option,
  protocol,
  ref,
  setOf,
  singleton,
  upTo,
  type Member,
  type StateView,
} from '../checker/language/index.ts'
import { exit_oom_victim, mark_oom_victim, send_sigkill, victim_count, victim_fields } from './kernel/victim.ts'
import { get_page_from_freelist, WMARK_HIGH } from './kernel/zone.ts'

interface Bounds {
  readonly threads: number
  readonly pages: number
  readonly reserve: number
}

const state = ({ threads, pages, reserve }: Bounds) => ({
  free: upTo(pages + 1),
  /** Pages below the minimum mark, for whoever has TIF_MEMDIE. */
  reserve: upTo(reserve),
  /** How many threads have TIF_MEMDIE, as the killer and exit count it. */
  oom_victims: victim_count(threads + 1),
  /** mm0 is that of the hog, mm1 that of a daemon of one thread and one page. */
  mm: family(2, { mm_users: upTo(threads), pages: upTo(pages) }),
  /** thread0 is the leader of the hog, the last one is the daemon. */
  thread: family(threads + 1, {
    own_mm: ref('mm'),
    is_leader: bool,
    /** NULL is false, once exit_mm() has let go of it. */
    mm: bool,
    PF_EXITING: bool,
    ...victim_fields,
    /** Somebody has task_lock() of this thread. */
    alloc_lock: bool,
    is_released: bool,
  }),
  cpu: singleton({ chosen: option(ref('thread')), has_page: bool }),
})
const history = () => ({ killed: setOf(ref('mm')), panicked: bool })

const { program, steps } = language<typeof state, typeof history>()
type State = StateView<ReturnType<typeof state>>
type Thread = Member<ReturnType<typeof state>, 'thread'>
type Mm = Member<ReturnType<typeof state>, 'mm'>

type Variant = 'zombie-blocks' | 'leader-only' | 'any-thread' | 'marked-under-lock' | 'signalled-first'
interface Setup {
  readonly variant: Variant
  readonly faults: boolean
  readonly leaderExits: boolean
  readonly needsLock: boolean
}

const threadsOf = (s: State, mm: Mm): readonly Thread[] => [...s.thread].filter((thread) => thread.own_mm === mm)

/** What the scan finds at one process: nobody, somebody to be weighed, or a reason to wait. */
function look(s: State, mm: Mm, variant: Variant): Thread | 'nobody' | 'abort' {
  const threads = threadsOf(s, mm)
  const [leader] = threads
  if (leader.is_released) return 'nobody'
  if (threads.some((thread) => thread.TIF_MEMDIE)) return 'abort'
  if (leader.PF_EXITING && (leader.mm || variant === 'zombie-blocks')) return 'abort'
  const owner = variant === 'leader-only' ? leader : threads.find((thread) => thread.mm)
  return owner?.mm === true ? owner : 'nobody'
}

/** The whole scan; the larger process is chosen, and the hog if both are alike. */
function select_bad_process(s: State, variant: Variant): Thread | 'nobody' | 'abort' {
  let chosen: Thread | 'nobody' = 'nobody'
  for (const mm of s.mm) {
    const found = look(s, mm, variant)
    if (found === 'abort') return 'abort'
    if (found !== 'nobody' && (chosen === 'nobody' || mm.pages > chosen.own_mm.pages)) chosen = found
  }
  return chosen
}

const allocation = (variant: Variant) =>
  steps('cpu', {
    get_page_from_freelist: (s, me) => {
      me.has_page = get_page_from_freelist(s, WMARK_HIGH)
      return me.has_page ? 'done' : undefined
    },
    select_bad_process: (s, me) => {
      const found = select_bad_process(s, variant)
      if (found === 'abort') return 'schedule_timeout'
      if (found === 'nobody') return 'panic'
      me.chosen = found
      return
    },
  })

const sendSignal = steps('cpu', {
  /** Every thread of the process gets SIGKILL. */
  send_sig: {
    do: (s, me) => {
      send_sigkill(threadsOf(s, me.chosen!.own_mm))
    },
    note: (h, _s, me) => {
      h.killed.add(me.chosen!.own_mm)
    },
  },
})

const rest = steps('cpu', {
  /** It sleeps for a tick, and tries again. */
  schedule_timeout: (_s, me) => {
    me.chosen = null
    return 'get_page_from_freelist'
  },
  panic: {
    do: () => 'done',
    note: (h) => {
      h.panicked = true
    },
  },
})

/** The mark without the lock: whether there is an mm was looked at before. */
const unlocked = (variant: Variant) =>
  program('cpu', {
    ...allocation(variant),
    /** It looks whether the chosen thread still has an mm. */
    test_mm: (_s, me) => (me.chosen!.mm ? undefined : 'schedule_timeout'),
    set_tsk_thread_flag: (s, me) => {
      mark_oom_victim(s, me.chosen!)
    },
    ...sendSignal,
    ...rest,
  })

/** find_lock_task_mm(): any thread of the process that has an mm, and its lock. */
const findLock = steps('cpu', {
  find_lock_task_mm: (s, me) => {
    const owner = threadsOf(s, me.chosen!.own_mm).find((thread) => thread.mm)
    if (owner === undefined) return 'schedule_timeout'
    me.chosen = owner
    owner.alloc_lock = true
    return
  },
})
const mark = steps('cpu', {
  mark_oom_victim: (s, me) => {
    mark_oom_victim(s, me.chosen!)
  },
})
const unlock = steps('cpu', {
  task_unlock: (_s, me) => {
    me.chosen!.alloc_lock = false
  },
})

const killers = {
  'zombie-blocks': unlocked('zombie-blocks'),
  'leader-only': unlocked('leader-only'),
  'any-thread': unlocked('any-thread'),
  /** The report is printed between the mark and the signal, and takes its time. */
  'marked-under-lock': program('cpu', {
    ...allocation('marked-under-lock'),
    ...findLock,
    ...mark,
    ...unlock,
    ...sendSignal,
    ...rest,
  }),
  'signalled-first': program('cpu', {
    ...allocation('signalled-first'),
    ...findLock,
    ...sendSignal,
    ...mark,
    ...unlock,
    ...rest,
  }),
}

/** A thread: user mode, page faults, and do_exit(). */
const thread = ({ faults, leaderExits, needsLock }: Setup) =>
  program('thread', {
    user_mode: {
      either: {
        /** It touches memory, and nobody stops it as long as no signal is there. */
        page_fault: { when: (_s, me) => faults && !me.SIGKILL, do: () => 'alloc_page' },
        get_signal: { when: (_s, me) => me.SIGKILL, do: () => 'do_exit' },
        /** pthread_exit() by the leader, whose siblings go on. */
        pthread_exit: { when: (s, me) => leaderExits && me === s.thread[0] && !me.SIGKILL, do: () => 'do_exit' },
      },
    },
    alloc_page: {
      either: {
        /** There is nothing free, but a marked thread may use the reserve. */
        ALLOC_NO_WATERMARKS: {
          when: (s, me) => me.TIF_MEMDIE && s.reserve > 0,
          do: (s) => {
            s.reserve--
            return 'user_mode'
          },
        },
        /** Where it may not, or that is used up, a fatal signal ends the attempt. */
        fatal_signal_pending: {
          when: (s, me) => me.SIGKILL && !(me.TIF_MEMDIE && s.reserve > 0),
          do: () => 'user_mode',
        },
      },
    },
    do_exit: (_s, me) => {
      me.PF_EXITING = true
    },
    /** A victim needs a page on its way out; one that is free otherwise comes back with its exit. */
    exit_signals: {
      when: (s, me) => !me.TIF_MEMDIE || s.reserve > 0 || s.free > 0,
      do: (s, me) => {
        if (me.TIF_MEMDIE && s.reserve > 0) s.reserve--
      },
    },
    exit_mm: {
      when: (_s, me) => !me.alloc_lock,
      do: (_s, me) => {
        me.mm = false
      },
    },
    mmput: (s, me) => {
      const { own_mm: mm } = me
      mm.mm_users--
      if (mm.mm_users > 0) return
      s.free += mm.pages
      mm.pages = 0
    },
    exit_oom_victim: (s, me) => {
      exit_oom_victim(s, me)
    },
    /** It wants something that the allocator has, and gives back only with its page. */
    exit_files: { when: (s) => !needsLock || s.cpu[0].has_page },
    /** The leader stays a zombie as long as one of the others lives. */
    release_task: {
      when: (s, me) =>
        !me.is_leader || s.thread.every((other) => other === me || other.own_mm !== me.own_mm || other.is_released),
      do: (_s, me) => {
        me.is_released = true
      },
    },
  })

export const oomExit = protocol({
  name: 'oom-exit',
  source: 'mm/oom_kill.c and kernel/exit.c, 2010 to 2015',
  variants: ['signalled-first', 'zombie-blocks', 'leader-only', 'any-thread', 'marked-under-lock'],
  bounds: {
    threads: { min: 1, max: 3, doc: 'threads of the hog' },
    pages: { min: 1, max: 3, doc: 'pages of the hog; the allocator needs two to be free' },
    reserve: { min: 1, max: 6, doc: 'pages for whoever is marked' },
  },
  ingredients: {
    faults: { doc: 'threads in user mode go on to touch memory' },
    leaderExits: { doc: 'the leader of the hog may exit alone, by itself' },
    needsLock: { doc: 'after it has put its mm a thread waits for a lock that the allocator holds' },
  },
  state,
  history,
  init:
    ({ threads, pages, reserve }) =>
    (s) => {
      s.reserve = reserve
      for (const [i, thread] of [...s.thread].entries()) {
        thread.own_mm = s.mm[i === threads ? 1 : 0]
        thread.is_leader = i === 0 || i === threads
        thread.mm = true
        thread.own_mm.mm_users++
      }
      s.mm[0].pages = pages
      s.mm[1].pages = 1
    },
  programs: (setup) => [killers[setup.variant], thread(setup)],
  /** The allocator is through; whoever was not killed goes on with what it does. */
  done: () => (s, at) => at(s.cpu[0], 'done'),
})
