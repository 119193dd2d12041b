/**
 * What is asked of the releases.
 *
 * A kill is decided where the killer finds an mm under task_lock(). What is left of an earlier victim at that moment says
 * through which window the kill came; each window is a property of its own, and at most one of them has a part in it.
 */
import { propertiesOf, type RowOf, type SetView } from '../../checker/language/index.ts'
import { oomReaper } from '../../model/oom-reaper.ts'
import { holdsMemory, mapped, type Mm, type State, type Task } from '../../model/oom-reaper/state.ts'
import { WMARK_HIGH } from '../../model/kernel/zone.ts'

export type ReaperRow = RowOf<typeof oomReaper>

const { always, alwaysReachable, leadsTo, longest, maximum, reachable, shortest, stepwise } = propertiesOf(oomReaper)

/** What the first kill was made for has come about, or another kill has. */
const isOver = (s: State, { h }: { h: { readonly kills: number; readonly killed: SetView<Mm> } }) =>
  s.panicked || h.kills > 1 || s.cpu.every((cpu) => cpu.has_page) || h.killed.some((mm) => !holdsMemory(mm))

/** Labels of an allocator that has oom_lock. */
const deciding = [
  'last_attempt',
  'select_bad_process',
  'oom_kill_process',
  'queue_oom_reaper',
  'schedule_timeout_killable',
] as const

/** Whether a task has come to its end, or need not come there. */
const isOut = (task: Task, isDone: boolean): boolean => isDone || !task.SIGKILL || task.is_stuck

/** Nothing is left of an mm that nobody uses any more: no memory, no lock. */
const isGone = (mm: Mm): boolean =>
  !holdsMemory(mm) && mm.torn_down && isFree(mm) && mm.VM_LOCKED.every((locked) => !locked)
const isFree = ({ mmap_lock }: Mm): boolean => mmap_lock.readers === 0 && mmap_lock.waiting === 0 && !mmap_lock.writer

/** Whoever could have taken something from the mm of the hog is through. */
const isThrough = (s: State, at: (task: Task, label: 'done') => boolean): boolean =>
  s.reaper[0].task === null &&
  s.oom_reaper_list.isEmpty &&
  !s.holder[0].has_mm &&
  s.manager[0].mm === null &&
  s.task.every((task) => isOut(task, at(task, 'done')))

/** How many of those who may give up this mm stand there, and how many of those who walk it. */
export const exitersAt = (s: State, mm: Mm, isThere: (process: object) => boolean): number =>
  s.task.count((task) => task.own_mm === mm && isThere(task)) +
  Number(s.mm[0] === mm && s.holder[0].has_mm && isThere(s.holder[0])) +
  Number(s.manager[0].mm === mm && isThere(s.manager[0]))
const walkersAt = (s: State, mm: Mm, isThere: (process: object) => boolean): number =>
  Number(s.reaper[0].mm === mm && isThere(s.reaper[0])) + Number(s.manager[0].mm === mm && isThere(s.manager[0]))

export const properties = [
  /** Every page is mapped, gathered by one walker, free, or has been allocated: exit and reaper free none of them twice. */
  always(
    'EveryPageIsFreedOnce',
    (s) =>
      s.mm.sum((mm) => mapped(mm) + mm.gathered) + s.free + s.cpu.count((cpu) => cpu.has_page) ===
      s.mm[0].pte.length + s.task.length - 1,
  ),
  /** Nobody walks VMAs or page tables that are gone: what he would read there belongs to somebody else. */
  always('NobodyWalksAfterTeardown', (_s, { h }) => !h.strayed),

  /** What exit has found present stays so until it has looked into it. */
  always('NobodyFollowsWhatIsCleared', (s) => s.mm.every((mm) => mm.followed === 0 || mm.pte[mm.followed - 1])),
  /** And it is not mlocked any more. */
  always('WhatIsFollowedIsNotLocked', (s) => s.mm.every((mm) => mm.followed === 0 || !mm.VM_LOCKED[mm.followed - 1])),
  /** One at a time decides, with oom_lock; a reaper, and an exit that reaps, are alone with it where they have it. */
  always('OomLockHasOneOwner', (s, { at }) => {
    const owners =
      s.cpu.count((cpu) => deciding.some((label) => at(cpu, label))) +
      Number(s.memcg[0].chosen !== null) +
      Number(s.reaper[0].task !== null && at(s.reaper[0], 'mutex_unlock')) +
      s.task.count((task) => at(task, 'mmput/mmput.mutex_unlock')) +
      Number(s.holder[0].has_mm && at(s.holder[0], 'mmput/mmput.mutex_unlock'))
    return owners === 0 || (owners === 1 && s.oom_lock)
  }),
  /** Where the reaper does without oom_lock: whoever has it is about to decide, or to give it back. */
  always(
    'OomLockIsGivenBack',
    (s, { at }) =>
      !s.oom_lock ||
      (s.memcg[0].chosen !== null && !at(s.memcg[0], 'done')) ||
      s.cpu.some((cpu) => at(cpu, 'mutex_unlock') || at(cpu, 'panic') || deciding.some((label) => at(cpu, label))),
    { given: (s) => !s.panicked },
  ),
  /** Where nobody has anything to do with a victim any more, everything that was taken has been given back, and the mark. */
  always(
    'EverythingIsGivenBack',
    (s) =>
      s.mm.every((mm) => mm.mm_users > 0 || (isGone(mm) && (mm.MMF_OOM_SKIP || !mm.MMF_OOM_VICTIM))) &&
      s.task.every((task) => task.mm !== null || (!task.TIF_MEMDIE && task.own_mm.mm_users === 0)) &&
      s.reaper[0].mm === null,
    { given: (s, { at }) => isThrough(s, at) },
  ),
  reachable(
    'EverythingIsOver',
    (s, { at }) => isThrough(s, at) && s.task[0].SIGKILL && s.mm[0].mm_users === 0 && !s.task[0].TIF_MEMDIE,
  ),
  /** Whoever was killed and is not stuck can still come to its end, and the reaper to the end of its list. */
  alwaysReachable('EverybodyCanFinish', (s, { at }) => s.panicked || isThrough(s, at)),

  /** Page tables go when nothing is mapped. */
  stepwise('NothingIsMappedAtTeardown', (s) => s.mm.every((mm) => !mm.torn_down || mapped(mm) === 0)),
  /** Since 5.18: with the lock for writing, under which the gathered pages are freed, too. */
  stepwise('TeardownIsUnderLock', (s, { before }) =>
    s.mm.every(
      (mm) =>
        !mm.torn_down ||
        ((mm.gathered === 0 || mm.mmap_lock.writer) && before(() => mm.torn_down || mm.mmap_lock.writer)),
    ),
  ),
  /** Until 5.17: exit takes the lock only to wait, and does nothing under it. */
  stepwise('LockIsTakenOnlyToWait', (s, { before }) =>
    s.mm.every((mm) => {
      const locked = () => Number(mm.VM_LOCKED.some((each) => each))
      const work = () => mapped(mm) + locked() + Number(mm.torn_down) + Number(mm.MMF_OOM_SKIP)
      return before(() => !mm.mmap_lock.writer) || work() === before(work)
    }),
  ),
  /** 5.18: when the lock is given back, nothing points at VMAs any more, and nothing is left to be freed. */
  always('TornDownIsForgotten', (s) =>
    s.mm.every(
      (mm) => (mm.torn_down ? mm.mmap_lock.writer || mm.no_mmap : !mm.no_mmap) && (!mm.no_mmap || mm.gathered === 0),
    ),
  ),
  /** Whoever gives back mmap_lock after it has written has had it for writing. */
  always('UnlockedWasLocked', (s, { at }) => {
    const unlock = 'mmput/mmput.mmap_write_unlock'
    const holderIsThere = s.holder[0].has_mm && (at(s.holder[0], unlock) || at(s.holder[0], 'up_write'))
    const managerIsThere = s.manager[0].mm !== null && at(s.manager[0], unlock)
    return (
      s.task.every((task) => !at(task, unlock) || task.own_mm.mmap_lock.writer) &&
      ((!holderIsThere && !managerIsThere) || s.mm[0].mmap_lock.writer)
    )
  }),
  /** Since 6.0: nothing is unmapped but with the lock, for reading at least. */
  stepwise('UnmapsWithLock', (s, { before }) =>
    s.mm.every(
      (mm) => mapped(mm) === before(() => mapped(mm)) || before(() => mm.mmap_lock.readers > 0 || mm.mmap_lock.writer),
    ),
  ),
  /** Nobody but the reaper, or process_mrelease(), frees pages before the page tables are gone. */
  stepwise('TablesGoFirst', (s, { at, before }) => {
    const finishes = before(
      () =>
        (s.reaper[0].task !== null && at(s.reaper[0], 'walk/__oom_reap_task_mm.tlb_finish_mmu')) ||
        (s.manager[0].mm !== null && at(s.manager[0], 'walk/__oom_reap_task_mm.tlb_finish_mmu')) ||
        (s.manager[0].mm !== null && at(s.manager[0], 'mmput/mmput.reap_finish')) ||
        (s.holder[0].has_mm && at(s.holder[0], 'mmput/mmput.reap_finish')) ||
        s.task.some((task) => at(task, 'mmput/mmput.reap_finish')),
    )
    return finishes || s.mm.every((mm) => mm.torn_down || mm.gathered >= before(() => mm.gathered))
  }),
  /** Exit sets the flag on what it has unmapped; only the reaper may give up. */
  stepwise('ExitHidesWhatIsUnmapped', (s, { at, before }) =>
    s.mm.every(
      (mm) =>
        !mm.MMF_OOM_SKIP ||
        mapped(mm) === 0 ||
        before(() => mm.MMF_OOM_SKIP || (s.reaper[0].task !== null && at(s.reaper[0], 'set_MMF_OOM_SKIP'))),
    ),
  ),
  /** Exit reaps only the mm of a victim: everybody else's would be walked twice for nothing. */
  always('ExitReapsVictims', (s, { at }) =>
    s.mm.every(
      (mm) => mm.MMF_OOM_VICTIM || exitersAt(s, mm, (process) => at(process, 'mmput/mmput.reap_finish')) === 0,
    ),
  ),
  /** And waits for the reaper only where one may come: else each exit would have to take the lock for writing. */
  always('ExitWaitsForVictims', (s, { at }) =>
    s.mm.every(
      (mm) => mm.MMF_OOM_VICTIM || exitersAt(s, mm, (process) => at(process, 'mmput/mmput.mmap_write_unlock')) === 0,
    ),
  ),
  /** Where exit reaps by itself it frees what it has reaped before it hides the mm; only others have pages gathered then. */
  always('ExitFreesBeforeItHides', (s, { at }) =>
    s.mm.every(
      (mm) =>
        exitersAt(s, mm, (process) => at(process, 'mmput/mmput.set_MMF_OOM_SKIP')) === 0 ||
        mm.gathered === walkersAt(s, mm, (process) => at(process, 'walk/__oom_reap_task_mm.tlb_finish_mmu')),
    ),
  ),
  reachable(
    'ManagerReapsInExit',
    (s, { at }) => s.manager[0].mm !== null && at(s.manager[0], 'mmput/mmput.reap_finish') && s.mm[0].gathered > 1,
  ),
  /** While exit reaped by itself it set the flag on what it had freed. */
  stepwise('ExitHidesWhatIsFree', (s, { at, before }) =>
    s.mm.every(
      (mm) =>
        !mm.MMF_OOM_SKIP ||
        mm.gathered === 0 ||
        before(() => mm.MMF_OOM_SKIP || (s.reaper[0].task !== null && !at(s.reaper[0], 'mmap_read_trylock'))),
    ),
  ),
  /** Whoever is marked has its signal, and its mm is known for that of a victim. */
  always('MarkIsWhole', (s) =>
    s.task.every((task) => !task.TIF_MEMDIE || (task.SIGKILL && task.oom_mm !== null && task.oom_mm.MMF_OOM_VICTIM)),
  ),
  /** And whoever is queued has been killed. */
  always('QueuedIsKilled', (s) => s.task.every((task) => !task.own_mm.MMF_OOM_REAP_QUEUED || task.SIGKILL)),
  /** Every allocator can still come to its end. */
  alwaysReachable('AllocatorsCanFinish', (s, { at }) => s.panicked || s.cpu.every((cpu) => at(cpu, 'done'))),
  /** Pages are freed after the page tables. */
  reachable('TablesGoBeforePages', (s) => s.mm.some((mm) => mm.torn_down && mm.gathered > 0)),
  /** Where exit sets the flag last, it means that everything is free. */
  always('ExitHidesLast', (s) => s.mm.every((mm) => !mm.MMF_OOM_SKIP || (mm.torn_down && mm.gathered === 0))),
  /** A task lets go of its mm while nobody has the lock for writing. */
  stepwise('ExitWaitsForWriters', (s, { before }) =>
    s.task.every((task) => task.mm !== null || before(() => task.mm === null || !task.own_mm.mmap_lock.writer)),
  ),
  /** Who is on the list has been marked as queued. */
  always('ListedIsQueued', (s) => s.oom_reaper_list.every((task) => task.own_mm.MMF_OOM_REAP_QUEUED)),
  /** Nobody is killed who was killed before. */
  stepwise('NobodyIsKilledTwice', (_s, { h, before }) => h.killed.size > before(() => h.killed.size), {
    given: (_s, { h, before }) => h.kills > before(() => h.kills),
  }),
  /** After a panic nobody takes a step. */
  stepwise('PanicIsTheEnd', (s, { before }) => before(() => !s.panicked), { given: (s) => s.panicked }),

  /** Late: no kill while an attempt at the high mark would succeed. */
  stepwise('NoKillWhileEnoughIsFree', (s, { before }) => before(() => s.free) <= WMARK_HIGH, {
    given: (s, { h, before }) => h.kills > before(() => h.kills),
  }),
  /** No kill while an earlier victim is unmapped by its own exit, and hidden already: what was feared of an earlier flag. */
  stepwise(
    'NoKillWhileExitUnmaps',
    (_s, { h, before }) =>
      before(() => !h.killed.some((mm) => mm.MMF_OOM_SKIP && !h.givenUp.has(mm) && mapped(mm) > 0)),
    { given: (_s, { h, before }) => h.kills > before(() => h.kills) },
  ),
  /** W2: no kill while the pages of an earlier victim are unmapped and hidden, but not free. */
  stepwise(
    'NoKillWhilePagesAreGathered',
    (_s, { h, before }) => before(() => !h.killed.some((mm) => mm.MMF_OOM_SKIP && mapped(mm) === 0 && mm.gathered > 0)),
    { given: (_s, { h, before }) => h.kills > before(() => h.kills) },
  ),
  /** W3: no kill while an earlier victim has memory that nobody has hidden: the scan would not have seen that victim. */
  stepwise(
    'VictimIsSeenUntilSkip',
    (_s, { h, before }) => before(() => !h.killed.some((mm) => !mm.MMF_OOM_SKIP && holdsMemory(mm))),
    { given: (_s, { h, before }) => h.kills > before(() => h.kills) },
  ),
  /** W4: no kill while a victim that the reaper has given up on still has memory. */
  stepwise('NoKillAfterGivingUp', (_s, { h, before }) => before(() => !h.givenUp.some((mm) => mapped(mm) > 0)), {
    given: (_s, { h, before }) => h.kills > before(() => h.kills),
  }),
  /** W1: the reaper begins to walk only where there is something left to unmap. Else time is lost, and exit waits for it. */
  stepwise('WalkFindsPages', (s, { before }) => before(() => s.reaper[0].mm !== null && mapped(s.reaper[0].mm) > 0), {
    given: (s, { at, before }) =>
      s.reaper[0].task !== null && at(s.reaper[0], 'walk') && !before(() => at(s.reaper[0], 'walk')),
  }),
  /** No double walk: exit and the reaper do not both go through the VMAs of one mm, with whatever locks. */
  always('OneWalkAtATime', (s, { at }) => {
    const [reaper] = s.reaper
    if (reaper.task === null || !at(reaper, 'walk')) return true
    return s.task.every(
      (task) =>
        task.own_mm !== reaper.mm ||
        !(at(task, 'mmput/mmput.unmap_vmas') || at(task, 'mmput/mmput.__oom_reap_task_mm')),
    )
  }),

  /** After a kill everybody gets a page, or all memory is back, or somebody else is killed, or nobody is left. */
  leadsTo('ReaperMakesProgress', (_s, { h }) => h.kills === 1, isOver),
  /** How long it takes to get there: tenths of a second from the first kill until somebody has a page, memory or another turn. */
  longest('TicksToProgress', { from: (_s, { h }) => h.kills === 1, to: isOver, count: 'ticks' }),
  /** Tenths of a second from the first kill until the next victim could be chosen, or memory is back. */
  longest('TicksToEligible', {
    from: (_s, { h }) => h.kills === 1,
    to: (_s, { h }) => h.kills > 1 || h.killed.some((mm) => mm.MMF_OOM_SKIP || !holdsMemory(mm)),
    count: 'ticks',
  }),
  /** Tenths of a second until a daemon that was killed by its memcg is hidden; it comes to the reaper behind or before the hog. */
  longest('TicksToDaemonIsHidden', {
    from: (s, { h }) => h.memcgKill && !s.mm[1].MMF_OOM_SKIP && holdsMemory(s.mm[1]),
    to: (s) => s.mm[1].MMF_OOM_SKIP || !holdsMemory(s.mm[1]),
    count: 'ticks',
  }),
  /** And how long the victim has, at least, before the reaper turns to it. */
  shortest('TicksToReaper', {
    from: (s, { at, h }) => h.kills === 1 && s.cpu.some((cpu) => at(cpu, 'queue_oom_reaper')),
    to: (s) => s.reaper[0].task !== null,
    count: 'ticks',
  }),
  /** How long the next victim has, at least, if the reaper gives up on the first. */
  shortest('TicksToKillAfterGivingUp', {
    from: (s, { at, h }) => h.kills === 1 && s.cpu.some((cpu) => at(cpu, 'queue_oom_reaper')),
    to: (_s, { h }) => h.kills > 1 && !h.givenUp.isEmpty,
    count: 'ticks',
  }),
  maximum('Kills', (_s, { h }) => h.killed.size),

  /** The manager has killed the hog and calls process_mrelease(): its memory comes back. */
  leadsTo(
    'MreleaseBringsMemoryBack',
    (s) => s.task[0].SIGKILL,
    (s) => s.panicked || !holdsMemory(s.mm[0]),
  ),

  reachable('Kill', (_s, { h }) => h.kills > 0),
  reachable('SecondKill', (_s, { h }) => h.kills > 1),
  reachable('GivesUp', (_s, { h }) => !h.givenUp.isEmpty),
  /** All attempts at the lock have failed, nothing has come back, and the next one dies for it. */
  reachable(
    'KillAfterGivingUp',
    (s, { h }) => h.kills > 1 && h.givenUp.has(s.mm[0]) && mapped(s.mm[0]) === s.mm[0].pte.length,
  ),
  /** One allocator has just decided to kill, and what an earlier victim had is unmapped and hidden, and not free yet. */
  reachable(
    'KillBetweenFlagAndPages',
    (s, { at, h }) =>
      h.kills > 1 &&
      s.mm[0].MMF_OOM_SKIP &&
      mapped(s.mm[0]) === 0 &&
      s.mm[0].gathered > 0 &&
      s.cpu.some((cpu) => at(cpu, 'queue_oom_reaper')),
  ),
  /** The victim is through and has left the list, and somebody else unmaps its mm. */
  reachable(
    'MmOutlivesItsTask',
    (s) => !s.task[0].on_tasklist && s.mm[0].mm_users === 0 && mapped(s.mm[0]) > 0 && !s.mm[0].MMF_OOM_SKIP,
  ),
  reachable('Panic', (s) => s.panicked),
  reachable('OneKillIsEnough', (s, { at, h }) => h.kills === 1 && s.cpu.every((cpu) => at(cpu, 'done'))),
  /** The flag is there, and pages are not free yet. */
  reachable('HiddenBeforeFree', (s) => s.mm.some((mm) => mm.MMF_OOM_SKIP && mm.gathered > 0)),
  /** The timer runs out, and everything is over. */
  reachable('TimerFiresInVain', (_s, { h }) => h.lateTimer),
  /** The last user of the mm, which unmaps it, is not the victim. */
  reachable(
    'LastUserIsAnother',
    (s, { at }) => s.mm[0].mm_users === 0 && mapped(s.mm[0]) > 0 && !at(s.task[0], 'mmput'),
  ),
  /** An mm is torn down that is not that of an OOM victim. */
  reachable('ExitsUnmarked', (s) => s.mm[0].torn_down && !s.mm[0].MMF_OOM_VICTIM),
  /** process_mrelease() returns ESRCH, and the memory is still there. */
  reachable('MreleaseFindsNoMm', (_s, { h }) => h.esrch),
]
