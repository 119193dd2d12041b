/** D8, and G4 as far as suspend goes: who still runs when the system is suspended. */
import { holds, propertiesOf, reachable as canReach, spec, unreachable, violated } from '../checker/language/index.ts'
import { frozen } from '../model/kernel/freezer.ts'
import { oomSuspend } from '../model/oom-suspend.ts'
import { bookkeeping, routine, withBookkeeping, type SuspendRow } from './oom-suspend/bookkeeping.ts'

const { always, leadsTo, reachable } = propertiesOf(oomSuspend)

/** An order that makes no difference. */
const survives = {
  'swap steps: killer.test_oom_killer_disabled and note_oom_kill':
    'Counted before the look or after it: suspend finds everybody frozen as long as the kill is not made.',
}

const rows: readonly SuspendRow[] = [
  {
    claims: ['D8', 'G4'],
    variant: '3.17',
    bounds: { threads: 1 },
    ingredients: ['asleep'],
    expect: {
      NobodyUsesMemoryWhileSuspended: violated(8),
      KillerIsThereWhileFreezing: holds,
      SuspendsWithoutKill: canReach(4),
    },
    states: 137,
    why: 'An allocator that has looked at the flag goes on with its kill, whenever that is set; and suspend looks for nobody who is exempt from freezing.',
  },
  {
    claims: ['D8', 'G4'],
    variant: '3.18',
    bounds: { threads: 1 },
    ingredients: ['asleep'],
    expect: {
      NobodyUsesMemoryWhileSuspended: violated(10),
      KillIsNoticed: canReach(9),
      KillIsCountedFirst: holds,
      FailureIsUndone: holds,
    },
    states: 180,
    why: 'The count of kills only narrows the window, as its author said: suspend finds that there was a kill, looks at all tasks, and all are frozen, since the thaw is yet to come.',
  },
  {
    claims: ['D8', 'G4'],
    variant: '3.18',
    bounds: { threads: 1 },
    expect: {
      NobodyUsesMemoryWhileSuspended: violated(9),
      KillIsNoticed: canReach(8),
      KillIsCountedFirst: holds,
      KillerIsThereWhileFreezing: holds,
    },
    states: 590,
    why: 'Nor does it see a victim of before: the kill is counted when suspend notes the number, and the victim, being exempt, is not waited for.',
  },
  {
    claims: ['D8'],
    variant: 'inverted-wait',
    bounds: { threads: 1 },
    ingredients: ['asleep'],
    expect: { NobodyUsesMemoryWhileSuspended: violated(13), SuspendsWithoutKill: unreachable },
    states: 200,
    why: 'It waits until there is a victim: then it suspends while that runs, and without one it never does.',
  },
  {
    claims: ['D8', 'G4'],
    variant: '4.6-rc',
    bounds: { threads: 1 },
    ingredients: ['asleep'],
    expect: { NobodyUsesMemoryWhileSuspended: violated(14), VictimIsWaitedFor: canReach(11) },
    states: 315,
    why: 'The reaper takes the mark from a victim that has not got to exit_mm() yet, and nobody is left to be waited for.',
  },
  {
    claims: ['D8', 'G4'],
    variant: '4.9',
    bounds: { threads: 1 },
    fairness: { weak: ['task', 'killer'] },
    expect: {
      NobodyUsesMemoryWhileSuspended: holds,
      NobodyRunsWhileSuspended: violated(18),
      MarksAreCounted: holds,
      SuspendsAfterKill: canReach(18),
      VictimIsWaitedFor: canReach(12),
      KillIsRefused: canReach(10),
      SuspendFails: canReach(3),
      FailureIsUndone: holds,
      VictimExits: holds,
      VictimStaysForTheThaw: holds,
      SuspendsOverTheDead: canReach(),
      SleepersRest: holds,
      NobodyIsDisturbed: holds,
    },
    states: 334,
    why: 'A kill is over or refused when the flag is set, and the victim gives up the mark itself, behind exit_mm(). It still has its files to close then, and suspend does not wait for that.',
  },
  {
    claims: ['D8', 'G4'],
    variant: '4.9',
    bounds: { threads: 2 },
    expect: { NobodyUsesMemoryWhileSuspended: holds, SuspendsAfterKill: canReach(20), MarksAreCounted: holds },
    states: 2_018,
    why: 'The other threads of the victim are not thawed: they stay in the refrigerator, killed.',
  },
  {
    claims: ['D8'],
    variant: '6.18',
    bounds: { threads: 1 },
    expect: { NobodyUsesMemoryWhileSuspended: holds, SuspendsAfterKill: canReach(18) },
    states: 330,
    why: 'For victims of one thread 6.18 is like 4.9.',
  },
  {
    claims: ['D8'],
    variant: '6.18',
    bounds: { threads: 2 },
    ingredients: ['asleep'],
    expect: {
      NobodyUsesMemoryWhileSuspended: violated(20),
      NobodyRunsWhileSuspended: violated(20),
      MarksAreCounted: holds,
      VictimStaysForTheThaw: holds,
    },
    states: 1_398,
    why: 'Not as expected of today: all threads of the victim are thawed and exempt from freezing, but only one is marked and counted. When that one is through exit_mm() nobody waits for the others, which are still on their way and may be its last users, with exit_mmap() to do. In the recording of 7.2, of a victim in a frozen cgroup, the last of three threads runs for 0.14 s behind exit_oom_victim(). It was known: in 2017 the freezer was left with the mark of the thread because threads that are not counted must not be thawed (da99ecf117fc).',
  },
  {
    claims: ['D8'],
    variant: '6.18',
    bounds: { threads: 2 },
    ingredients: ['wholeProcess'],
    fairness: { weak: ['task', 'killer'] },
    expect: {
      VictimExits: holds,
      VictimStaysForTheThaw: holds,
      NobodyUsesMemoryWhileSuspended: holds,
      SuspendsAfterKill: canReach(22),
      MarksAreCounted: holds,
    },
    states: 2_606,
    why: 'It would be enough for the marked thread to keep its mark until nobody uses the mm any more.',
  },
  {
    claims: ['D8'],
    variant: '6.18',
    bounds: { threads: 1 },
    ingredients: ['lastThread'],
    expect: {
      NobodyRunsWhileSuspended: holds,
      SuspendsAfterKill: canReach(),
      MarksAreCounted: holds,
      NoMarkIsLeftBehind: holds,
    },
    why: 'A mark that is given up at the end of exit is what makes it literally nobody.',
  },
  {
    claims: ['D8'],
    variant: '6.18',
    bounds: { threads: 2 },
    ingredients: ['lastThread'],
    fairness: { weak: ['task', 'killer'] },
    expect: {
      VictimExits: holds,
      NobodyUsesMemoryWhileSuspended: holds,
      NobodyRunsWhileSuspended: holds,
      SuspendsAfterKill: canReach(),
      MarksAreCounted: holds,
      NoMarkIsLeftBehind: holds,
    },
    why: 'And by the last thread: the proposal of 2016, which nobody has merged.',
  },
  {
    claims: ['D8'],
    variant: '4.9',
    bounds: { threads: 3 },
    expect: { NobodyUsesMemoryWhileSuspended: holds, SuspendsAfterKill: canReach(22) },
    full: true,
    why: 'A third thread is like the second.',
  },
  {
    claims: ['D8'],
    variant: '6.18',
    bounds: { threads: 3 },
    ingredients: ['wholeProcess'],
    expect: { NobodyUsesMemoryWhileSuspended: holds },
    full: true,
    why: 'Also the last of three keeps the mark alive.',
  },
]

export default spec(oomSuspend, {
  locks: ['oom_lock', 'task.task_lock'],
  survives,
  properties: [
    ...bookkeeping,
    /** What oom_killer_disable() promises: a victim that has let go of its mm and given up the mark disturbs nobody any more. */
    always('NobodyUsesMemoryWhileSuspended', (s) => s.task.every((task) => frozen(task) || !task.has_mm), {
      given: (s) => s.suspended,
    }),
    /** Literally nobody runs while the system is suspended: also no victim that has still to close its files. */
    always('NobodyRunsWhileSuspended', (s) => s.task.every((task) => frozen(task) || !task.on_tasklist), {
      given: (s) => s.suspended,
    }),
    /** The killer has task_lock() of the victim until it has thawed it. */
    always('VictimStaysForTheThaw', (s) => s.task[0].has_mm, { given: (s, { at }) => at(s.killer[0], '__thaw_task') }),
    /** As many marks as are counted, as soon as the killer has let go of the thread; and none on the dead. */
    always('MarksAreCounted', (s) => s.task.count((task) => task.TIF_MEMDIE) === s.oom_victims, {
      given: (s) => !s.task[0].task_lock,
    }),
    always('NoMarkIsLeftBehind', (s) => !s.task.some((task) => task.TIF_MEMDIE), {
      given: (s) => s.task.every((task) => !task.on_tasklist),
    }),
    reachable('SuspendsAfterKill', (s) => s.suspended && s.SIGKILL),
    reachable('SuspendsWithoutKill', (s, { at }) => s.suspended && !s.SIGKILL && at(s.killer[0], 'done')),
    reachable('VictimIsWaitedFor', (s, { at }) => at(s.suspender[0], 'oom_victims_wait') && s.oom_victims > 0),
    /** The refusal: suspend failed, with the killer enabled again and nobody asked to freeze. */
    reachable('SuspendFails', (s, { at }) => at(s.suspender[0], 'done') && !s.suspended && !s.oom_killer_disabled),
    /** 3.18: the count of kills has changed, and a task is not frozen. */
    reachable('KillIsNoticed', (s, { at }) => at(s.suspender[0], 'thaw_processes') && s.oom_killer_disabled),
    always('KillIsCountedFirst', (s) => s.oom_kills > 0, { given: (s) => s.SIGKILL }),
    /** While user space is being frozen it may run out of memory, and needs a killer. */
    always('KillerIsThereWhileFreezing', (s) => !s.oom_killer_disabled, {
      given: (s, { at }) => at(s.suspender[0], 'try_to_freeze_tasks'),
    }),
    /** If suspend fails everything is as before. */
    always(
      'FailureIsUndone',
      (s, { at }) =>
        !s.pm_freezing && !s.oom_killer_disabled && s.task.every((task) => !at(task, 'schedule') || !frozen(task)),
      { given: (s, { at }) => at(s.suspender[0], 'done') && !s.suspended },
    ),
    /** A victim comes out of the refrigerator, and to its end. */
    leadsTo(
      'VictimExits',
      (s) => s.SIGKILL,
      (s) => s.task.every((task) => !task.on_tasklist),
    ),
    reachable('SuspendsOverTheDead', (s) => s.suspended && s.task.every((task) => !task.on_tasklist)),
    /** Who runs is awake, and nobody freezes unasked. */
    always('SleepersRest', (s, { at }) =>
      s.task.every((task) => !frozen(task) || (!at(task, 'get_signal') && !at(task, 'set_TASK_FROZEN'))),
    ),
    always('NobodyIsDisturbed', (s, { at }) => s.task.every((task) => at(task, 'try_to_freeze')), {
      given: (s, { at }) => at(s.suspender[0], 'freeze_processes') && !s.SIGKILL,
    }),
    reachable('KillIsRefused', (s, { at }) => s.suspended && !s.SIGKILL && at(s.killer[0], 'mutex_unlock')),
  ],
  routine,
  rows: rows.map(withBookkeeping),
})
