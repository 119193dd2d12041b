/**
 * What every release has to keep in order, whether suspend is right to succeed or not: who is asleep where, who is marked,
 * what a failure leaves. Asked in every row, so that a mistake in the model shows where it is made.
 */
import { holds, propertiesOf, type RowOf } from '../../checker/language/index.ts'
import { frozen } from '../../model/kernel/freezer.ts'
import { oomSuspend } from '../../model/oom-suspend.ts'

export type SuspendRow = RowOf<typeof oomSuspend>

const { always } = propertiesOf(oomSuspend)

/** Where a thread is outside the refrigerator: in user space, or on its way out for good. */
const AWAKE = ['try_to_freeze', 'get_signal', 'exit_mm', 'exit_oom_victim', 'release_task', 'done'] as const
/** Where the killer has made its mark on the thread, and holds the lock without which that cannot be given up. */
const MARKED = ['cmpxchg_oom_mm', '__thaw_task', 'task_unlock'] as const

export const bookkeeping = [
  /** Who runs is TASK_RUNNING: a thread in any other state that is not in the refrigerator would be taken for asleep. */
  always('WhoRunsIsRunning', (s, { at }) =>
    s.task.every((task) => task.state === 'TASK_RUNNING' || !AWAKE.some((label) => at(task, label))),
  ),
  /**
   * The refrigerator is deaf to signals, so that nobody in it is in an interruptible sleep; and who has gone to sleep there
   * stays, until a kill or the end of suspend thaws it.
   */
  always('NobodyWakesByItself', (s, { at }) =>
    s.task.every(
      (task) =>
        task.state !== 'TASK_INTERRUPTIBLE' &&
        (frozen(task) || s.SIGKILL || !s.pm_freezing || (!at(task, 'test_freezing') && !at(task, 'schedule'))),
    ),
  ),
  /** Who is thawed is exempt by then, or it would go back: the marks come before the thaw, and stay while task_lock is held. */
  always('MarksComeBeforeTheThaw', (s) => s.task[0].TIF_MEMDIE && s.task[0].task_lock && s.SIGKILL, {
    given: (s, { at }) => MARKED.some((label) => at(s.killer[0], label)),
  }),
  /** signal->oom_mm is there from the kill on, and for good, so that nobody is killed twice for one mm. */
  always('KilledProcessIsMarked', (s) => s.oom_mm === s.SIGKILL, {
    given: (s) => !s.task.some((task) => task.task_lock),
  }),
  /** mm_users counts the threads that have not let go of the mm. */
  always('UsersAreCounted', (s) => s.mm_users === s.task.count((task) => task.has_mm)),
]

const KEPT = {
  WhoRunsIsRunning: holds,
  NobodyWakesByItself: holds,
  MarksComeBeforeTheThaw: holds,
  KilledProcessIsMarked: holds,
  UsersAreCounted: holds,
  MarksAreCounted: holds,
  NoMarkIsLeftBehind: holds,
  VictimStaysForTheThaw: holds,
  FailureIsUndone: holds,
} as const

/** The row, with what has to be in order in every release. */
export const withBookkeeping = (row: SuspendRow): SuspendRow => ({ ...row, expect: { ...KEPT, ...row.expect } })

export const routine = Object.keys(KEPT)
