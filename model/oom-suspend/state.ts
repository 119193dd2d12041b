/** What suspend, an OOM kill and the threads of its victim share. */
import { bool, family, language, singleton, upTo, type Member, type StateView } from '../../checker/language/index.ts'
import { freezer_fields } from '../kernel/freezer.ts'

export interface Setup {
  readonly threads: number
  readonly asleep: boolean
  readonly wholeProcess: boolean
  readonly lastThread: boolean
}

export const state = ({ threads }: Setup) => ({
  pm_freezing: bool,
  oom_lock: bool,
  oom_killer_disabled: bool,
  /** 3.18: kills that have begun. */
  oom_kills: upTo(1),
  /** Since 4.0: marks that are not taken back yet. */
  oom_victims: upTo(1),
  /** freeze_processes() has succeeded, and devices go to sleep. */
  suspended: bool,
  /** The one process of user space; all of these are of the whole process. */
  oom_mm: bool,
  SIGKILL: bool,
  mm_users: upTo(threads),
  task: family(threads, {
    state: freezer_fields.state,
    /** It still uses its mm. */
    has_mm: bool,
    TIF_MEMDIE: bool,
    task_lock: bool,
    on_tasklist: bool,
  }),
  /** A kernel thread that allocates; those are frozen later than user space. */
  killer: singleton({ next: upTo(threads) }),
  reaper: singleton({ queued: bool }),
  suspender: singleton({ saved: upTo(1) }),
})

export const { program, steps } = language<typeof state>()
export type State = StateView<ReturnType<typeof state>>
export type Task = Member<ReturnType<typeof state>, 'task'>
