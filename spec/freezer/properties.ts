/** What is asked of the victims of an OOM kill that are frozen, and of those who wait for their locks. */
import { propertiesOf, type RowOf } from '../../checker/language/index.ts'
import { freezer } from '../../model/freezer.ts'
import { holdsMemory, type Mm, type Process, type State, type Task } from '../../model/freezer/state.ts'
import { frozen } from '../../model/kernel/freezer.ts'

export type FreezerRow = RowOf<typeof freezer>

const { always, leadsTo, longest, never, reachable, shortest } = propertiesOf(freezer)

const isKilled = (s: State): boolean => s.process[0].SIGKILL
const threadsOf = (s: State, process: Process): Task[] => s.task.filter((task) => task.process === process)
const hasExited = (s: State, process: Process): boolean => threadsOf(s, process).every((task) => task.mm === null)

/** The owner has come to the end of its list without this lock: nobody will ever wake who waits for it. */
const isLost = (lock: State['lock'][number]): boolean =>
  !lock.FUTEX_OWNER_DIED && lock.owner.futex_state === 'FUTEX_STATE_DEAD'

/** The three tests, each as one look at the state: whether they would skip the delay. */
const oneThread = (s: State): boolean => frozen(s.task[0])
const counted = (s: State): boolean => s.task[0].frozen
const othersWith = (s: State, mm: Mm): Process[] =>
  s.process.filter((each) => each !== s.process[0] && s.task.some((task) => task.process === each && task.mm === mm))
/** With a result that is false, so that nobody is delayed, where nothing sets it. */
const allSharers = (s: State): boolean => {
  const { mm } = s.task[0]
  if (mm === null || !frozen(s.task[0])) return false
  if (mm.mm_users <= 1) return true
  const others = othersWith(s, mm)
  return s.task.every((task) => frozen(task) || !others.some((each) => each === task.process))
}
/** What they mean to find out: no thread of the victim can come to its end by itself. */
const everyThread = (s: State): boolean => threadsOf(s, s.process[0]).every((task) => task.mm !== null && frozen(task))

type At = { readonly at: (process: State['killer'][number], label: 'frozen') => boolean }
const atTest = (s: State, { at }: At): boolean => at(s.killer[0], 'frozen')

export const properties = [
  /** Tenths of a second from the signal until the memory of the victim is back, by exit or by the reaper. */
  longest('TicksToMemory', { from: isKilled, to: (s) => !holdsMemory(s.mm[0]), count: 'ticks' }),
  /** From the start of the timer until it calls the reaper. */
  longest('TicksToTimer', {
    from: (s) => s.timer[0].timer.pending,
    to: (s) => !s.timer[0].timer.pending,
    count: 'ticks',
  }),
  /** Until nobody uses its mm any more. */
  longest('TicksToTeardown', { from: isKilled, to: (s) => s.mm[0].mm_users === 0, count: 'ticks' }),
  /** Until its last thread is on its way through exit_mm(). */
  longest('TicksToExit', { from: isKilled, to: (s) => hasExited(s, s.process[0]), count: 'ticks' }),
  /** After a kill the memory of the victim comes back some day. */
  leadsTo('MemoryComesBack', isKilled, (s) => !holdsMemory(s.mm[0])),
  /** All threads of a victim that was killed are through exit_mm() some day. */
  leadsTo('VictimExits', isKilled, (s) => hasExited(s, s.process[0])),
  /** After a kill nobody uses the mm of the victim any more, some day. */
  leadsTo('MmIsTornDown', isKilled, (s) => s.mm[0].mm_users === 0),
  reachable('ReaperFrees', (_s, { h }) => h.reaped),
  reachable('ExitFrees', (_s, { h }) => h.exited),
  /** Much later, the group having been thawed. */
  reachable('ExitAfterReaping', (s, { h }) => h.reaped && s.mm[0].mm_users === 0),

  /** The timer calls the reaper where something is left to be unmapped, and the reaper comes to an end of it. */
  always('ReaperIsCalledForMemory', (_s, { h }) => !h.needless),
  always(
    'ReapedMmIsPassedOver',
    (s, { at }) => !at(s.reaper[0], 'done') || (s.mm[0].MMF_OOM_SKIP && !s.reaper[0].queued),
  ),
  /** The marks are made while the thread has an mm, that on the process last. */
  always('MarkFindsMm', (s) => s.task[0].mm !== null, {
    given: (s, { at }) => at(s.killer[0], 'test_and_set_TIF_MEMDIE') || at(s.killer[0], 'cmpxchg_oom_mm'),
  }),
  always('MarkedProcessHasMarkedThread', (s) => s.task[0].TIF_MEMDIE || s.task[0].mm === null, {
    given: (s) => s.process[0].oom_mm,
  }),
  /** Threads with an mm are its users, each once. */
  always('UsersAreCounted', (s) => s.mm.every((mm) => mm.mm_users === s.task.count((task) => task.mm === mm))),
  /** Who is dead is neither marked nor counted. */
  always('NothingIsLeftBehind', (s, { at }) =>
    s.task.every((task) => !at(task, 'done') || (!task.TIF_MEMDIE && !task.frozen)),
  ),

  /** Somebody who waits for a robust futex is woken when the owner has died. */
  always('NoWaiterIsLost', (s) => !s.lock.some(isLost)),
  /** How early after the signal one can be lost. */
  shortest('TicksToLoss', {
    from: (s, { at }) => at(s.killer[0], 'test_and_set_TIF_MEMDIE') || at(s.manager[0], 'find_lock_task_mm'),
    to: (s) => s.lock.some(isLost),
    count: 'ticks',
  }),
  /** No robust futex is lost of another process with the same mm, which is killed along with the victim. */
  always('SharerLosesNothing', (s) => !s.lock.some((lock) => isLost(lock) && lock.owner.process !== s.process[0])),
  /** Everybody who waits for a robust futex of a killed process is woken some day. */
  leadsTo(
    'LocksAreGivenUp',
    (s) => isKilled(s) && s.lock.length > 0,
    (s) => s.lock.every((lock) => lock.FUTEX_OWNER_DIED),
  ),
  reachable('WaiterIsWoken', (s) => s.lock.some((lock) => lock.FUTEX_OWNER_DIED)),
  /** Only an exiting thread gives up its locks. */
  always('LocksAreGivenUpInExit', (s) =>
    s.lock.every((lock) => !lock.FUTEX_OWNER_DIED || lock.owner.futex_state !== 'FUTEX_STATE_OK'),
  ),

  /** What user space is told is frozen does not run, unless it is being killed. */
  always('FrozenGroupRests', (s) => s.task.every((task) => frozen(task) || task.process.SIGKILL), {
    given: (s) => s.cgroup.FROZEN,
  }),
  reachable('GroupIsFrozen', (s) => s.cgroup.FROZEN),
  /** In either freezer, without a kill. */
  reachable('GroupSleeps', (s, { at }) =>
    s.task.every(
      (task) =>
        (at(task, 'schedule') && frozen(task)) ||
        (at(task, 'do_freezer_trap') && task.state === 'TASK_INTERRUPTIBLE' && task.frozen),
    ),
  ),
  reachable(
    'GroupRunsAgain',
    (s, { at }) =>
      !isKilled(s) && at(s.writer[0], 'done') && s.task.every((task) => at(task, 'try_to_freeze') && !task.frozen),
  ),
  /** Nobody looks for work that was not given. */
  always('NobodyIsDisturbed', (s, { at }) => s.task.every((task) => at(task, 'try_to_freeze')), {
    given: (s, { at }) => at(s.writer[0], 'freeze') && !isKilled(s),
  }),
  /** Who runs is awake. */
  always('SleepersRest', (s, { at }) =>
    s.task.every((task) => !at(task, 'get_signal') || task.state === 'TASK_RUNNING'),
  ),

  /** The test for a frozen victim finds its thread thawed. */
  never('ThreadIsFrozenAtTheTest', (_s, { h }) => h.foundFrozen),
  /** The test of v5 has set the result that it returns. */
  never('TestHasNoResult', (_s, { h }) => h.resultIsUndefined),
  /** The test of v5 reads the mm that the reaper will be sent to. */
  never('TestSeesAnotherMm', (_s, { h }) => h.strayed),
  /** What keeps that from doing harm: whose users are counted is the mm that the reaper is sent to. */
  always('UsersOfTheRightMmAreCounted', (s) => s.killer[0].mm === s.mm[0], {
    given: (s, { at }) => at(s.killer[0], 'mm_users'),
  }),

  /** Where the tests differ, each way, in any state at all; that all sharers are asked means that the thread is. */
  reachable('OneThreadButNotCount', (s) => oneThread(s) && !counted(s)),
  reachable('CountButNotOneThread', (s) => counted(s) && !oneThread(s)),
  reachable('OneThreadButNotSharers', (s) => oneThread(s) && !allSharers(s)),
  reachable('SharersButNotOneThread', (s) => allSharers(s) && !oneThread(s)),
  reachable('SharersButNotCount', (s) => allSharers(s) && !counted(s)),
  reachable('CountButNotSharers', (s) => counted(s) && !allSharers(s)),

  /** Where the tests differ, at the moment when one of them is made. */
  reachable('OneThreadDiffersFromCount', (s, context) => atTest(s, context) && oneThread(s) !== counted(s)),
  reachable('OneThreadDiffersFromSharers', (s, context) => atTest(s, context) && oneThread(s) !== allSharers(s)),
  reachable('CountDiffersFromSharers', (s, context) => atTest(s, context) && counted(s) !== allSharers(s)),
  reachable('OneThreadIsFrozenAlone', (s, context) => atTest(s, context) && oneThread(s) && !everyThread(s)),
  reachable(
    'AnotherThreadIsFrozen',
    (s, context) => atTest(s, context) && !oneThread(s) && threadsOf(s, s.process[0]).some(frozen),
  ),
]
