/**
 * What becomes of a victim and of those who look for one: signal, marks and flags from the kill to the end of the task, the
 * way to the reaper, and the walk of the scan along the list of tasks. Asked in every row that has to do with it.
 */
import { holds, propertiesOf } from '../../checker/language/index.ts'
import { oomReaper } from '../../model/oom-reaper.ts'
import { mapped, type State, type Task } from '../../model/oom-reaper/state.ts'
import type { ReaperRow } from './properties.ts'

const { always, alwaysReachable, longest, stepwise } = propertiesOf(oomReaper)

/** Where a task has its mm, and where it has given up the mark as well. */
const ALIVE = ['do_exit', 'exit_mm'] as const
const UNMARKED = ['release_task', 'done'] as const
/** Ingredients that bring in somebody who gets hold of an mm. */
const HOLDERS: readonly string[] = ['pin', 'writer', 'reader', 'queuedWriter', 'mrelease']
/** Where an allocator has nothing to do with a scan. */
const BETWEEN_SCANS = ['get_page_from_freelist', 'mutex_trylock', 'last_attempt', 'schedule_timeout'] as const
/** Where a scan is under way, or has come to its end with a task or without one. */
const SCANNING = ['select_bad_process', 'oom_kill_process', 'panic'] as const

type Cpu = State['cpu'][number]

/** Memory that the scan should see: of a task that has its mm, not marked, not passed over. */
const weight = (task: Task): number =>
  task.mm === null || task.mm.MMF_OOM_SKIP || task.oom_mm !== null ? 0 : mapped(task.mm)

/** The tasks at which a scan has looked and which are still on the list. */
const lookedAt = (s: State, cpu: Cpu, test: (task: Task) => boolean): boolean =>
  s.task.every((task) => s.task.indexOf(task) >= cpu.next || !task.on_tasklist || test(task))

/** Whether the scan has been at this task, and weighed what has become less at most. */
const isWeighed = (s: State, { next, points }: Cpu, task: Task): boolean =>
  s.task.indexOf(task) < next && points > 0 && mapped(task.own_mm) <= points

/** Whether somebody is about to queue this victim. */
const isBeingQueued = (s: State, at: (process: object, label: 'queue_oom_reaper') => boolean, task: Task): boolean =>
  s.cpu.some((cpu) => cpu.chosen === task && at(cpu, 'queue_oom_reaper')) ||
  (s.memcg[0].chosen === task && at(s.memcg[0], 'queue_oom_reaper'))

export const life = [
  /** A task has its mm until exit_mm(), never another one, and only SIGKILL brings it there: killers look for it by this. */
  always('TasksKeepTheirMm', (s, { at }) =>
    s.task.every((task) => {
      const isAlive = ALIVE.some((label) => at(task, label))
      return task.mm === (isAlive ? task.own_mm : null) && (task.SIGKILL || at(task, 'do_exit'))
    }),
  ),
  /**
   * The mark is there from the kill until the task has put its mm; before that only the reaper of 4.6 takes it, and puts the
   * task out of the way in its place. A mark that goes too early lets the next one die, one that stays stops every kill.
   */
  always('MarkLastsUntilExit', (s, { at }) =>
    s.task.every(
      (task) =>
        task.TIF_MEMDIE === (task.oom_mm !== null && !task.exempt && !UNMARKED.some((label) => at(task, label))),
    ),
  ),
  /** signal->oom_mm is the mm of the victim and is known as that of a victim; with it there always is the signal. */
  always('VictimIsKnownByItsMm', (s) =>
    s.task.every((task) =>
      task.oom_mm === null
        ? !task.own_mm.MMF_OOM_VICTIM
        : task.oom_mm === task.own_mm && task.own_mm.MMF_OOM_VICTIM && task.SIGKILL,
    ),
  ),
  /** Nobody gets SIGKILL but by the OOM killer, where there is no manager who sends it. */
  always('OnlyVictimsAreKilled', (s) => s.task.every((task) => !task.SIGKILL || task.oom_mm !== null)),
  /** Whoever is killed is handed to the reaper by who killed him, and nobody else is. */
  always('VictimsAreQueued', (s, { at }) =>
    s.task.every((task) => task.own_mm.MMF_OOM_REAP_QUEUED === (task.oom_mm !== null && !isBeingQueued(s, at, task))),
  ),
  /** On the way to the reaper nobody gets lost: until its mm is passed over a victim waits for its timer or its turn. */
  always('QueuedComesToTheReaper', (s) =>
    s.task.every(
      (task) =>
        !task.own_mm.MMF_OOM_REAP_QUEUED ||
        task.own_mm.MMF_OOM_SKIP ||
        s.oom_reaper_list.includes(task) ||
        s.reaper[0].task === task ||
        s.timer.some((timer) => timer.task === task && timer.timer.pending),
    ),
  ),
  /** The reaper works on the mm of one victim at a time, and sleeps only between two attempts. */
  always('ReaperKeepsToOneVictim', (s, { at }) => {
    const [reaper] = s.reaper
    if (reaper.task === null) return reaper.mm === null && reaper.sleep === 0
    const isBetweenAttempts = at(reaper, 'schedule_timeout_idle')
    return (
      reaper.mm === reaper.task.own_mm &&
      !at(reaper, 'oom_reaper') &&
      (isBetweenAttempts ? reaper.attempts > 0 : reaper.sleep === 0)
    )
  }),
  /** Each attempt is one more, and each is followed by a sleep of a tenth of a second. */
  stepwise('AttemptsGoOneByOne', (s, { at, before }) => {
    const [reaper] = s.reaper
    if (reaper.task === null) return true
    const [was, hasFailed] = before(() => [reaper.attempts, reaper.task !== null && at(reaper, 'oom_reap_failed')])
    if (hasFailed && !at(reaper, 'oom_reap_failed')) return reaper.attempts === was + 1 && reaper.sleep === 1
    return reaper.attempts === was || (reaper.attempts === 0 && before(() => reaper.task === null))
  }),

  /** A scan begins at the first task with nobody chosen, also where one before it came to nothing. */
  always('ScansBeginAfresh', (s, { at }) =>
    s.cpu.every(
      (cpu) =>
        !BETWEEN_SCANS.some((label) => at(cpu, label)) || (cpu.next === 0 && cpu.points === 0 && cpu.chosen === null),
    ),
  ),
  /** It goes on by one task, and comes to its end behind the last, or behind one for which it has to wait. */
  stepwise('ScanGoesTaskByTask', (s, { at, before }) =>
    s.cpu.every((cpu) => {
      const was = before(() => (at(cpu, 'select_bad_process') ? cpu.next : null))
      if (was === null) return true
      if (at(cpu, 'select_bad_process')) return cpu.next === was || cpu.next === was + 1
      return cpu.next === (at(cpu, 'mutex_unlock') ? was + 1 : s.task.length)
    }),
  ),
  /** Whoever is chosen has the most memory of those that could be seen; nobody is only chosen where nobody had any. */
  always('LargestIsChosen', (s, { at }) =>
    s.cpu.every(
      (cpu) =>
        !SCANNING.some((label) => at(cpu, label)) ||
        (lookedAt(s, cpu, (task) => weight(task) <= cpu.points) &&
          (cpu.chosen === null ? cpu.points === 0 : isWeighed(s, cpu, cpu.chosen))),
    ),
  ),
  /** Since 4.9: nobody is killed, and no panic made, beside a victim whose memory may still come back. */
  always('ScanWaitsForVictims', (s, { at }) =>
    s.cpu.every(
      (cpu) =>
        !SCANNING.some((label) => at(cpu, label)) ||
        lookedAt(s, cpu, ({ oom_mm }) => oom_mm === null || oom_mm.MMF_OOM_SKIP),
    ),
  ),
  /** 4.6: nor beside one that carries the mark. */
  always('ScanWaitsForMarks', (s, { at }) =>
    s.cpu.every(
      (cpu) => !SCANNING.some((label) => at(cpu, label)) || lookedAt(s, cpu, ({ TIF_MEMDIE }) => !TIF_MEMDIE),
    ),
  ),

  /** An allocator that finds no page looks again until there is one, or the kernel panics. */
  always('NobodyGoesEmptyHanded', (s, { at }) => s.cpu.every((cpu) => !at(cpu, 'done') || cpu.has_page || s.panicked)),
  /** The kernel stands still by panic() alone, and nobody comes back from there. */
  stepwise('PanicStopsTheKernel', (s, { at, before }) => {
    const panics = s.cpu.some((cpu) => before(() => at(cpu, 'panic')) && !at(cpu, 'panic'))
    return s.panicked === (panics || before(() => s.panicked))
  }),
  /** Whoever has got hold of an mm lets go of it before it is through. */
  always(
    'HolderLetsGo',
    (s, { at }) =>
      (!s.holder[0].has_mm || !at(s.holder[0], 'done')) && (s.manager[0].mm === null || !at(s.manager[0], 'done')),
  ),
  /** The reaper is called when the delay is over, whatever else happens or does not: a timer that stands still never ends. */
  ...[0, 1].map((i) =>
    longest(i === 0 ? 'TicksToTimer' : 'TicksToTimerOfDaemon', {
      from: (s) => s.timer[i].timer.pending,
      to: (s) => s.panicked || !s.timer[i].timer.pending || s.timer[i].timer.left === 0,
      count: 'ticks',
    }),
  ),
  /** A timer fires once. */
  alwaysReachable('TimersRunOut', (s) => s.panicked || s.timer.every(({ timer }) => !timer.pending)),
  /** An allocator sleeps for a tick, and only where it waits. */
  stepwise('SleepsLastATick', (s, { at, before }) =>
    s.cpu.every((cpu) => {
      if (!at(cpu, 'schedule_timeout')) return cpu.sleep === 0
      return before(() => at(cpu, 'schedule_timeout')) || cpu.sleep === 1
    }),
  ),
  /** Time passes for everybody: a tick takes one from every timer and every sleep that runs, and nothing else does. */
  stepwise('TicksAreForAll', (s, { before }) => {
    const clocks = () => [
      ...s.timer.filter(() => true).map(({ timer }) => timer.left),
      ...s.cpu.filter(() => true).map(({ sleep }) => sleep),
      s.reaper[0].sleep,
    ]
    const [was, is] = [before(clocks), clocks()]
    const isTick = is.some((left, i) => left < was[i])
    return is.every((left, i) => left === (isTick ? Math.max(0, was[i] - 1) : was[i]) || (!isTick && was[i] === 0))
  }),
]

type Variant = NonNullable<ReaperRow['variant']>
type Ingredients = NonNullable<ReaperRow['ingredients']>
type Kept = ReaperRow['expect']

const VICTIMS = {
  TasksKeepTheirMm: holds,
  MarkLastsUntilExit: holds,
  VictimIsKnownByItsMm: holds,
  VictimsAreQueued: holds,
} as const

/** What becomes of victims. */
export const victimsOf = (variant: Variant, ingredients: Ingredients): Kept => ({
  ...VICTIMS,
  // The reaper of 4.6 leaves a victim that it gives up without a trace.
  ...(variant === '4.6' ? {} : { QueuedComesToTheReaper: holds }),
  // A scan may find a task that is gone, and whose mm nobody passes over; it has to go on all the same.
  ...(ingredients.some((name) => name === 'mrelease' || name === 'killed')
    ? { AllocatorsCanFinish: holds }
    : { OnlyVictimsAreKilled: holds }),
  ...(ingredients.some((name) => HOLDERS.includes(name)) ? { HolderLetsGo: holds } : {}),
  ...(variant === 'reaper-off' ? {} : { ReaperKeepsToOneVictim: holds }),
})

/** How a scan goes, also where there is only one task. */
export const SCAN = { ScanGoesTaskByTask: holds, LargestIsChosen: holds } as const
/** How scans go. */
export const scansOf = (variant: Variant, ingredients: Ingredients): Kept => ({
  ...SCAN,
  ScansBeginAfresh: holds,
  PanicStopsTheKernel: holds,
  ...(variant === '4.6' ? { ScanWaitsForMarks: holds } : { ScanWaitsForVictims: holds }),
  ...(ingredients.includes('leaves') ? {} : { NobodyGoesEmptyHanded: holds }),
})

/** How time passes. */
export const clocksOf = (variant: Variant): Kept => ({
  SleepsLastATick: holds,
  TicksAreForAll: holds,
  ...(variant === 'reaper-off' ? {} : { AttemptsGoOneByOne: holds }),
})
