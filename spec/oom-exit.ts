/** G4: bugs of the years without a reaper: who counts as exiting, who is marked, and what the mark allows. */
import {
  holds,
  maximum,
  minimum,
  propertiesOf,
  reachable,
  spec,
  unreachable,
  violated,
} from '../checker/language/index.ts'
import { oomExit } from '../model/oom-exit.ts'

const { always, leadsTo, maximum: most, minimum: least, reachable: canReach, stepwise } = propertiesOf(oomExit)

/** Where a thread that carries the mark still has to come to exit_oom_victim(). */
const beforeItsEnd = [
  'user_mode',
  'alloc_page',
  'do_exit',
  'exit_signals',
  'exit_mm',
  'mmput',
  'exit_oom_victim',
] as const

const fairness = { weak: ['cpu', 'thread'] }
const small = { threads: 2, pages: 2, reserve: 2 }

/** What has to be in order in every row, whatever goes wrong there. */
const KEPT = {
  VictimsAreCounted: holds,
  UsersAreCounted: holds,
  MemoryIsThatOfUsers: holds,
  MemoryIsNotLost: holds,
  ExitEndsWithRelease: holds,
  EveryAttemptStartsAfresh: holds,
  LockIsGivenBack: holds,
  LeaderIsReleasedLast: holds,
  SignalIsForTheProcess: holds,
  ReserveGoesToMarkedThreads: holds,
  LargestIsChosen: holds,
  FaultsEndWithPageOrSignal: holds,
  ExitIsTold: holds,
}
/** And where any thread stands for its process, and the mark is made under task_lock(). */
const KEPT_SINCE_ANY_THREAD = { ...KEPT, ProcessIsFoundByAnyThread: holds }
const KEPT_UNDER_LOCK = { ...KEPT_SINCE_ANY_THREAD, MarkIsMadeUnderLock: holds }
/** Where only task_lock() keeps the chosen thread from letting go of its mm. */
const LOCKED = ['mark_oom_victim', 'task_unlock'] as const
/** Where a thread has not begun to exit. */
const ALIVE = ['user_mode', 'alloc_page', 'do_exit'] as const

export default spec(oomExit, {
  locks: ['thread.alloc_lock'],
  properties: [
    /** The allocator gets its page, or learns that nobody is left. */
    leadsTo(
      'AllocatorEnds',
      (s, { at }) => !at(s.cpu[0], 'done'),
      (s, { at }) => at(s.cpu[0], 'done'),
    ),
    /** Whoever carries TIF_MEMDIE will come to where it is cleared. */
    always('MarkIsTakenBack', (s, { at }) =>
      s.thread.every((thread) => !thread.TIF_MEMDIE || beforeItsEnd.some((label) => at(thread, label))),
    ),
    /** oom_victims is the number of threads with TIF_MEMDIE: oom_killer_disable() waits until there are none. */
    always('VictimsAreCounted', (s) => s.oom_victims === s.thread.count((thread) => thread.TIF_MEMDIE)),
    /** No victim waits for a page of the reserve that another one has used up. */
    always('ReserveLastsForExit', (s, { at }) =>
      s.thread.every((thread) => !at(thread, 'exit_signals') || !thread.TIF_MEMDIE || s.reserve > 0 || s.free > 0),
    ),
    /** The pages of a process are there as long as one of its threads is, and no longer. */
    always('MemoryIsThatOfUsers', (s) => s.mm.every((mm) => (mm.mm_users === 0) === (mm.pages === 0))),
    /** An mm has as many users as threads that have not put it. */
    always('UsersAreCounted', (s, { at }) =>
      s.mm.every(
        (mm) => mm.mm_users === s.thread.count((thread) => thread.own_mm === mm && (thread.mm || at(thread, 'mmput'))),
      ),
    ),
    /** Pages go from a process to where they are free, and from there to the allocator; none is lost, none made. */
    stepwise('MemoryIsNotLost', (s, { before }) => {
      const pages = () => s.mm.sum((mm) => mm.pages) + s.free + Number(s.cpu[0].has_page)
      return pages() === before(pages)
    }),
    /** Whoever has got SIGKILL lets go of its mm, marked or not. */
    leadsTo(
      'VictimsExit',
      (s) => s.thread.some((thread) => thread.SIGKILL),
      (s) => s.thread.every((thread) => !thread.SIGKILL || !thread.mm),
    ),
    /** Who is through with its exit has been released. */
    always('ExitEndsWithRelease', (s, { at }) => s.thread.every((thread) => thread.is_released === at(thread, 'done'))),
    /** A page fault of a marked thread ends with a page as long as there are any, and another one for a signal alone. */
    stepwise('FaultsEndWithPageOrSignal', (s, { at, before }) =>
      s.thread.every((thread) => {
        if (before(() => !at(thread, 'alloc_page')) || at(thread, 'alloc_page')) return true
        const mayTake = before(() => thread.TIF_MEMDIE && s.reserve > 0)
        return mayTake ? s.reserve === before(() => s.reserve) - 1 : thread.SIGKILL
      }),
    ),
    /** PF_EXITING says from the beginning of its exit on, and for good, that a thread exits: the scan waits for it by that. */
    always('ExitIsTold', (s, { at }) =>
      s.thread.every((thread) => thread.PF_EXITING === !ALIVE.some((label) => at(thread, label))),
    ),
    /** Where the mark is made under task_lock(), the chosen thread is locked until that is over, and still has its mm. */
    always(
      'MarkIsMadeUnderLock',
      (s, { at }) =>
        !LOCKED.some((label) => at(s.cpu[0], label)) || (s.cpu[0].chosen?.alloc_lock === true && s.cpu[0].chosen.mm),
    ),
    /** Nothing is left of an earlier choice when the next attempt is made. */
    always(
      'EveryAttemptStartsAfresh',
      (s, { at }) => s.cpu[0].chosen === null || !at(s.cpu[0], 'get_page_from_freelist'),
    ),
    /** SIGKILL is sent while the thread that was found cannot let go of its mm. */
    always('SignalIsSentUnderLock', (s, { at }) => !at(s.cpu[0], 'send_sig') || s.cpu[0].chosen?.alloc_lock === true),
    /** Nobody has task_lock() of a thread for longer than it takes to mark it. */
    always('LockIsGivenBack', (s) => s.thread.every((thread) => !thread.alloc_lock || s.cpu[0].chosen === thread)),
    /** A released task has nothing left, and a leader outlives its siblings. */
    always('LeaderIsReleasedLast', (s) =>
      s.thread.every(
        (leader) =>
          !leader.is_leader ||
          !leader.is_released ||
          s.thread.every((thread) => thread.own_mm !== leader.own_mm || (thread.is_released && !thread.mm)),
      ),
    ),
    /** The kernel gives up only where no thread is left that has an mm; one that is about to put it has none. */
    stepwise('NoPanicWhileSomebodyIsLeft', (s, { before }) => before(() => s.thread.every((thread) => !thread.mm)), {
      given: (_s, { h, before }) => h.panicked && before(() => !h.panicked),
    }),
    /** A process has got SIGKILL as a whole or not at all, and none has that was not killed. */
    always('SignalIsForTheProcess', (s, { h }) =>
      s.thread.every((thread) => thread.SIGKILL === h.killed.has(thread.own_mm)),
    ),
    /** A page leaves the reserve only for a marked thread that asks, one at a time, and whoever exits takes one if it can. */
    stepwise('ReserveGoesToMarkedThreads', (s, { at, before }) => {
      const taken = before(() => s.reserve) - s.reserve
      const left = (label: 'alloc_page' | 'exit_signals') =>
        s.thread.some((thread) => before(() => thread.TIF_MEMDIE && at(thread, label)) && !at(thread, label))
      if (left('exit_signals'))
        return (
          taken ===
          Math.min(
            1,
            before(() => s.reserve),
          )
        )
      return taken === 0 || (taken === 1 && left('alloc_page'))
    }),
    /**
     * Whoever is chosen has memory to give, and no process that could be found has more. It is the first thread of its
     * process that has an mm, the leader if that has one: for_each_thread() begins there.
     */
    stepwise('LargestIsChosen', (s, { before }) => {
      const { chosen } = s.cpu[0]
      if (chosen === null || before(() => s.cpu[0].chosen) === chosen) return true
      const comesBefore = (other: typeof chosen) => s.thread.indexOf(other) < s.thread.indexOf(chosen)
      return (
        chosen.mm &&
        s.thread.every((other) => !other.is_leader || !other.mm || other.own_mm.pages <= chosen.own_mm.pages) &&
        !s.thread.some((other) => other.mm && other.own_mm === chosen.own_mm && comesBefore(other))
      )
    }),
    /** Any thread stands for its process: none that has more, or as much and comes earlier, has somebody with an mm. */
    stepwise('ProcessIsFoundByAnyThread', (s, { before }) => {
      const { chosen } = s.cpu[0]
      if (chosen === null || before(() => s.cpu[0].chosen) === chosen) return true
      const comesBefore = (other: typeof chosen) => s.thread.indexOf(other) < s.thread.indexOf(chosen)
      return s.thread.every(
        (other) =>
          !other.mm ||
          other.own_mm === chosen.own_mm ||
          other.own_mm.pages < chosen.own_mm.pages ||
          (other.own_mm.pages === chosen.own_mm.pages && !comesBefore(other)),
      )
    }),
    least('PagesLeftInReserve', (s) => s.reserve),
    most('Kills', (_s, { h }) => h.killed.size),
    canReach('AllocatorGetsPage', (s) => s.cpu[0].has_page),
    canReach('Panic', (_s, { h }) => h.panicked),
    /** Whoever was chosen has let go of its mm before it could be marked, and is not killed. */
    canReach(
      'KillerComesTooLate',
      (s, { at }) => at(s.cpu[0], 'schedule_timeout') && s.cpu[0].chosen?.SIGKILL === false,
    ),
    canReach('TwoAreMarked', (s) => s.oom_victims > 1),
    canReach('LeaderIsZombie', (s) => s.thread[0].PF_EXITING && !s.thread[0].mm && s.mm[0].mm_users > 0),
  ],
  routine: Object.keys(KEPT_UNDER_LOCK),
  rows: [
    {
      claims: ['G4'],
      variant: 'zombie-blocks',
      bounds: small,
      ingredients: ['leaderExits'],
      fairness,
      expect: { ...KEPT, AllocatorEnds: violated(), LeaderIsZombie: reachable(), KillerComesTooLate: reachable() },
      states: 734,
      why: 'The leader has exited and its sibling goes on: every scan meets PF_EXITING at the leader and waits for a process that nobody has asked to exit.',
    },
    {
      claims: ['G4'],
      variant: 'leader-only',
      bounds: small,
      ingredients: ['leaderExits'],
      fairness,
      expect: {
        ...KEPT,
        AllocatorEnds: holds,
        LeaderIsZombie: reachable(),
        KillerComesTooLate: reachable(),
        NoPanicWhileSomebodyIsLeft: violated(),
      },
      states: 2_726,
      why: 'A leader without an mm ends no scan any more, but its process is not found either: the daemon dies, and then the kernel panics with all of the hog in memory.',
    },
    {
      claims: ['G4'],
      variant: 'any-thread',
      bounds: small,
      ingredients: ['leaderExits'],
      fairness,
      expect: {
        ...KEPT_SINCE_ANY_THREAD,
        AllocatorEnds: holds,
        LeaderIsZombie: reachable(),
        KillerComesTooLate: reachable(),
        NoPanicWhileSomebodyIsLeft: holds,
        Kills: maximum(2),
      },
      states: 2_661,
      why: 'Any thread that has the mm stands for its process; the second kill is that of an attempt that failed before the first one was over.',
    },
    {
      claims: ['G4'],
      variant: 'any-thread',
      bounds: { ...small, pages: 1 },
      ingredients: ['leaderExits', 'needsLock'],
      fairness,
      expect: { ...KEPT_SINCE_ANY_THREAD, AllocatorEnds: violated(), MarkIsTakenBack: violated() },
      states: 938,
      why: 'The thread lets go of its mm and passes the place where the mark is cleared, between the test and the mark: it carries TIF_MEMDIE until it is released, waits for a lock of the allocator, and the allocator waits for it.',
    },
    {
      claims: ['G4'],
      variant: 'marked-under-lock',
      bounds: { ...small, pages: 1 },
      ingredients: ['leaderExits', 'needsLock'],
      fairness,
      expect: { ...KEPT_UNDER_LOCK, AllocatorEnds: holds, MarkIsTakenBack: holds },
      states: 913,
      why: 'Under task_lock() a thread that is marked has its mm, and the clearing is still before it.',
    },
    {
      claims: ['G4'],
      variant: 'any-thread',
      bounds: { ...small, threads: 1 },
      ingredients: ['faults'],
      fairness,
      expect: { ...KEPT_SINCE_ANY_THREAD, AllocatorEnds: violated(), ReserveLastsForExit: violated() },
      states: 398,
      why: 'The mark comes before the signal, and a victim in user mode uses the reserve up.',
    },
    {
      claims: ['G4'],
      variant: 'marked-under-lock',
      bounds: { ...small, threads: 1 },
      ingredients: ['faults'],
      fairness,
      expect: {
        ...KEPT_UNDER_LOCK,
        AllocatorEnds: violated(),
        ReserveLastsForExit: violated(),
        PagesLeftInReserve: minimum(0),
        SignalIsSentUnderLock: violated(),
      },
      states: 422,
      why: 'Between the mark and the signal the victim is in user mode with the right to every page, touches memory until the reserve is gone, and then has none to exit with.',
    },
    {
      claims: ['G4'],
      variant: 'signalled-first',
      bounds: { ...small, threads: 1 },
      ingredients: ['faults'],
      fairness,
      expect: {
        ...KEPT_UNDER_LOCK,
        AllocatorEnds: holds,
        ReserveLastsForExit: holds,
        PagesLeftInReserve: minimum(0),
        SignalIsSentUnderLock: holds,
        VictimsExit: holds,
        AllocatorGetsPage: reachable(),
      },
      states: 666,
      why: 'With the signal there first the victim finishes at most the fault that it is in: one page for that, and one for its exit.',
    },
    {
      claims: ['G4'],
      variant: 'signalled-first',
      bounds: { ...small, threads: 1, reserve: 1 },
      ingredients: ['faults'],
      fairness,
      expect: { ...KEPT_UNDER_LOCK, AllocatorEnds: violated(), ReserveLastsForExit: violated() },
      states: 476,
      why: 'With a reserve of one page the fault that was under way takes it.',
    },
    {
      claims: ['G4'],
      variant: 'signalled-first',
      bounds: { ...small, reserve: 3 },
      ingredients: ['faults'],
      fairness,
      expect: { ...KEPT_UNDER_LOCK, AllocatorEnds: violated(), ReserveLastsForExit: violated() },
      states: 6_028,
      why: 'Threads are marked one after the other, and each of them needs two pages: three are not enough for two threads.',
    },
    {
      claims: ['G4'],
      variant: 'signalled-first',
      bounds: { ...small, reserve: 4 },
      ingredients: ['faults'],
      fairness,
      expect: { ...KEPT_UNDER_LOCK, AllocatorEnds: holds, ReserveLastsForExit: holds, PagesLeftInReserve: minimum(0) },
      states: 6_724,
      why: 'Four are.',
    },
    {
      claims: ['G4'],
      variant: 'signalled-first',
      bounds: { threads: 2, pages: 1, reserve: 6 },
      ingredients: ['leaderExits', 'needsLock', 'faults'],
      fairness,
      expect: {
        ...KEPT_UNDER_LOCK,
        AllocatorEnds: holds,
        MarkIsTakenBack: holds,
        VictimsExit: holds,
        SignalIsSentUnderLock: holds,
        TwoAreMarked: unreachable,
        Kills: maximum(2),
      },
      states: 3_779,
      why: 'All together: each thread is marked while it has its mm, one at a time, and counted until it has given it up.',
    },
  ],
})
