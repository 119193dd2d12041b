/**
 * What every release and every proposal has to keep in order, however long memory takes: who sleeps where, which locks and
 * marks there are, how far the exit of a thread is. Asked in every row, so that a mistake in the model shows where it is made.
 */
import { holds, maximum, propertiesOf } from '../../checker/language/index.ts'
import { freezer } from '../../model/freezer.ts'
import type { State, Task } from '../../model/freezer/state.ts'
import { frozen } from '../../model/kernel/freezer.ts'
import type { FreezerRow } from './properties.ts'

const { always, stepwise } = propertiesOf(freezer)

/** Where a thread may be seen as frozen: between the two steps of the refrigerator, and asleep in it. */
const IN_REFRIGERATOR = ['set_TASK_FROZEN', 'test_freezing', 'schedule'] as const
/** Where it may be in an interruptible sleep: in the trap of cgroup v2, and on its way there. */
const IN_TRAP = ['cgroup_enter_frozen', 'do_freezer_trap'] as const
/** Where it gives up its robust futexes, and where it has. */
const IN_FUTEX_CLEANUP = ['exit_robust_list', 'fetch_robust_entry', 'handle_futex_death', 'futex_exit_done'] as const
const BEHIND_FUTEX_CLEANUP = ['exit_mm', 'exit_oom_victim', 'done'] as const

/** Where the killer has task_lock() of the victim, in every order of the kill. */
const UNDER_TASK_LOCK = ['test_and_set_TIF_MEMDIE', 'cmpxchg_oom_mm', 'task_unlock'] as const
/** Where it has dropped it, and where it has killed the sharers, too. */
const BEHIND_SHARERS = ['read_mm', 'frozen', 'mm_users', 'for_each_process', 'READ_ONCE', 'add_timer'] as const
const BEHIND_TASK_LOCK = ['kill_sharers', ...BEHIND_SHARERS] as const

type At<P, L> = (process: P, label: L) => boolean
const isIn = <P, const L extends string>(at: At<P, L>, process: P, labels: readonly L[]): boolean =>
  labels.some((label) => at(process, label))

/** What the marks and the state of the futexes of a thread are, from where it stands in its exit. */
const futexState = (at: At<Task, (typeof IN_FUTEX_CLEANUP | typeof BEHIND_FUTEX_CLEANUP)[number]>, task: Task) => {
  if (isIn(at, task, IN_FUTEX_CLEANUP)) return 'FUTEX_STATE_EXITING'
  return isIn(at, task, BEHIND_FUTEX_CLEANUP) ? 'FUTEX_STATE_DEAD' : 'FUTEX_STATE_OK'
}

const isAwaited = (s: State, task: Task): boolean => task.process.freezer === 'v1' && s.cgroup.FREEZING

export const bookkeeping = [
  /** Each freezer has a sleep of its own, and nobody is seen in one who is not in that freezer. */
  always('SleepersAreInTheirFreezer', (s, { at }) =>
    s.task.every((task) => task.state === 'TASK_RUNNING' || isIn(at, task, frozen(task) ? IN_REFRIGERATOR : IN_TRAP)),
  ),
  /** Only a kill, or user space that thaws the group, ends a sleep in either freezer. */
  always('NobodyWakesByItself', (s, { at }) =>
    s.task.every(
      (task) =>
        task.state !== 'TASK_RUNNING' ||
        ((!at(task, 'schedule') || s.process[0].SIGKILL || !isAwaited(s, task)) &&
          (!isIn(at, task, IN_TRAP) || task.process.SIGKILL || !s.cgroup.freeze)),
    ),
  ),
  /** A thread that takes an exit says so to who looks at its futexes, before it reads its list and when it has. */
  always('ExitIsToldToFutexes', (s, { at }) => s.task.every((task) => task.futex_state === futexState(at, task))),
  /** Held from the signal until the marks are made, so that the victim cannot let go of its mm between them. */
  always('MarksAreMadeUnderTaskLock', (s) => s.task[0].task_lock, {
    given: (s, { at }) => isIn(at, s.killer[0], UNDER_TASK_LOCK),
  }),
  /** When the killer lets go the victim is killed and its process marked, and nobody else is marked. */
  always(
    'VictimIsMarked',
    (s) => !s.task.some((task) => task.task_lock) && s.process.every((each) => each.oom_mm === (each === s.process[0])),
    { given: (s, { at }) => isIn(at, s.killer[0], BEHIND_TASK_LOCK) },
  ),
  /** Whoever shares the mm is killed along with the victim, or it would hold the memory. */
  always('SharersAreKilled', (s) => s.process.every((process) => process.SIGKILL), {
    given: (s, { at }) => isIn(at, s.killer[0], BEHIND_SHARERS),
  }),
  /** A thaw takes back all that was asked, of either freezer, before anybody is woken for it. */
  always('ThawTakesBackTheWish', (s) => !s.cgroup.FREEZING && !s.cgroup.FROZEN && !s.cgroup.freeze, {
    given: (s, { at }) => at(s.writer[0], 'unfreeze_cgroup'),
  }),
  /** A timer that has been started only runs down, a tick at a time. */
  stepwise('TimersRunDown', (s, { before }) => {
    const { pending, left } = s.timer[0].timer
    const was = before(() => (s.timer[0].timer.pending ? s.timer[0].timer.left : null))
    return was === null || !pending || left === was || left === was - 1
  }),
]

/** Where a kill by the OOM killer is made. */
const MARKED = {
  MarksAreMadeUnderTaskLock: holds,
  VictimIsMarked: holds,
  SharersAreKilled: holds,
  TimersRunDown: holds,
  MarkedProcessHasMarkedThread: holds,
} as const
/** Where anybody wakes up. */
const AWAKE = {
  SleepersAreInTheirFreezer: holds,
  NobodyWakesByItself: holds,
  ExitIsToldToFutexes: holds,
  NothingIsLeftBehind: holds,
} as const
/** Where somebody comes to the end of its exit. */
const EXITED = { UsersAreCounted: holds } as const
const LOCKED = { LocksAreGivenUpInExit: holds } as const
const THAWED = { ThawTakesBackTheWish: holds } as const
const REAPED = { ReapedMmIsPassedOver: holds } as const

/** Before 4.6 there is no reaper. */
const UNREAPED = ['3.18', '3.3', '2.6.39']
/** Before 2014 a frozen victim does not get as far as its exit, and before 2011 it does not even wake up. */
const STUCK = ['3.3', '2.6.39']

/**
 * The timer calls the reaper when the delay is over and no later; it knows nothing of locks. What a test makes of
 * the delay is for the rows to say; one whose threads were not asleep from the start finds somebody awake.
 */
function ticksToTimer({ variant = '6.18', ingredients = [], bounds }: FreezerRow) {
  if (bounds.locks > 0) return {}
  const isTested = variant !== '6.18' && variant !== '6.17'
  return isTested && ingredients.includes('asleep') ? {} : { TicksToTimer: maximum(bounds.delay) }
}

/** The row, with what has to be in order in its release. */
export function withBookkeeping(row: FreezerRow): FreezerRow {
  const { variant = '6.18', ingredients = [], bounds } = row
  const isManaged = ingredients.includes('mrelease')
  const isReaped = !isManaged && !UNREAPED.includes(variant) && !ingredients.includes('withoutReaper')
  const kept = {
    ...(isManaged ? {} : MARKED),
    ...(variant === '2.6.39' ? {} : AWAKE),
    ...(STUCK.includes(variant) ? {} : EXITED),
    ...(bounds.locks > 0 ? LOCKED : {}),
    ...(ingredients.includes('thaw') ? THAWED : {}),
    ...(isReaped ? { ...REAPED, ...ticksToTimer(row) } : {}),
  }
  return { ...row, expect: { ...kept, ...row.expect } }
}

export const routine = [MARKED, AWAKE, EXITED, LOCKED, THAWED, REAPED].flatMap((kept) => Object.keys(kept))
