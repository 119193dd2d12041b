/** What a frozen victim, the killer, the reaper and user space share, and what is noted for the claims. */
import {
  array,
  bool,
  family,
  language,
  oneOf,
  option,
  ref,
  singleton,
  struct,
  upTo,
  type Member,
  type StateView,
} from '../../checker/language/index.ts'
import { freezer_fields } from '../kernel/freezer.ts'
import { futex_state, robust_lock } from '../kernel/futex.ts'
import { timer_list } from '../kernel/timer.ts'

/** Switches that are documented where the protocol is composed. */
export type Ingredient =
  | 'v2'
  | 'mixed'
  | 'asleep'
  | 'slow'
  | 'thaw'
  | 'reader'
  | 'exceptFrozen'
  | 'thawFirst'
  | 'testFirst'
  | 'withoutReaper'
  | 'exec'
  | 'privateEntry'
  | 'mrelease'

export interface Bounds {
  readonly threads: number
  readonly sharers: number
  readonly locks: number
  readonly delay: number
}

export type Setup = Bounds & Readonly<Record<Ingredient, boolean>>

/** Threads of the victim come first. */
export const state = ({ threads, sharers, locks, delay, exec, privateEntry }: Setup) => ({
  /** What user space has asked of the group: of v1 by freezer.state, of v2 by cgroup.freeze. */
  cgroup: struct({ FREEZING: bool, FROZEN: bool, freeze: bool }),
  /** Thread groups: the victim, and others with its mm (CLONE_VM without CLONE_THREAD). */
  process: family(1 + sharers, {
    freezer: oneOf('none', 'v1', 'v2'),
    /** signal->oom_mm is set. */
    oom_mm: bool,
    SIGKILL: bool,
  }),
  task: family(threads + sharers, {
    process: ref('process'),
    /** NULL once exit_mm() has let go of it. */
    mm: option(ref('mm')),
    TIF_MEMDIE: bool,
    task_lock: bool,
    ...freezer_fields,
    futex_state,
  }),
  /** The second one is what execve() installs. */
  mm: family(exec ? 2 : 1, {
    mm_users: upTo(threads + sharers),
    MMF_OOM_SKIP: bool,
    /** Private pages: first that of the thread descriptors, with the heads of the robust lists; then a private lock. */
    mapped: array(privateEntry ? 2 : 1, bool),
  }),
  lock: family(locks, robust_lock),
  timer: singleton({ timer: timer_list(delay) }),
  reaper: singleton({ queued: bool }),
  /** Decides the kill; its target is always the first thread. */
  killer: singleton({ mm: option(ref('mm')), next: upTo(Math.max(threads, 1 + sharers)), delay: bool }),
  /** A manager in user space, which kills and calls process_mrelease(). */
  manager: singleton({}),
  /** Whoever writes and reads the files of the cgroup. */
  writer: singleton({ next: upTo(threads + sharers) }),
  clock: singleton({}),
})

export const history = () => ({
  /** The reaper, or process_mrelease(), has unmapped the first page of the victim. */
  reaped: bool,
  /** The last user has. */
  exited: bool,
  /** The timer has called the reaper when there was nothing left to be unmapped. */
  needless: bool,
  /** The test for a frozen victim looked at an mm that is not the one to be reaped. */
  strayed: bool,
  /** It came to its end without having set its result. */
  resultIsUndefined: bool,
  /** It found the thread in state TASK_FROZEN. */
  foundFrozen: bool,
})

export const { program, procedure, call, steps } = language<typeof state, typeof history>()
export type State = StateView<ReturnType<typeof state>>
export type Process = Member<ReturnType<typeof state>, 'process'>
export type Task = Member<ReturnType<typeof state>, 'task'>
export type Mm = Member<ReturnType<typeof state>, 'mm'>

/** Whether the memory of this mm is still to come back. */
export const holdsMemory = (mm: Mm): boolean => mm.mapped.some((page) => page)
