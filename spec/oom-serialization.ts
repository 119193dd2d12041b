/**
 * What the patch of 18 May 2006 promises, and what the kernel without it does.
 *
 * A kill is decided where __oom_kill_task() finds an mm under task_lock(): nothing can stop it from there on. Shooting
 * an mm again that was shot before is not another kill; `VictimIsShotOnce` is about that.
 */
import { holds, maximum, propertiesOf, reachable, spec, unreachable, violated } from '../checker/language/index.ts'
import { WMARK_HIGH } from '../model/kernel/zone.ts'
import { oomSerialization } from '../model/oom-serialization.ts'

const properties = propertiesOf(oomSerialization)

/**
 * The patch's own assertion: an attempt that fails and leads to a kill came after the mm of every process shot before
 * was cleaned. Where it fails, a small daemon dies for memory that a big hog was just about to give back.
 *
 * Each earlier kill counts, also one between the failed attempt and this kill. With one kill nothing is claimed.
 */
const failedAttemptFollowsCleaning = properties.always(
  'FailedAttemptFollowsCleaning',
  (_s, { h }) => !h.uninformedKill,
  {
    given: (_s, { h }) => h.shot.size > 1,
  },
)

/** The rest of the assertion taken by the letter: nobody is shot who was shot before and is still being cleaned. */
const victimIsShotOnce = properties.always('VictimIsShotOnce', (s, { at }) =>
  s.cpu.every((cpu) => !at(cpu, 'set_tsk_thread_flag') || cpu.chosen?.TIF_MEMDIE !== true),
)

/** What the assertion is good for: no kill is decided while the attempt at the high mark, repeated, would succeed. */
const noKillWhileEnoughIsFree = properties.stepwise(
  'NoKillWhileEnoughIsFree',
  (s, { before }) => before(() => s.free) <= WMARK_HIGH,
  { given: (_s, { h, before }) => h.shot.size > before(() => h.shot.size) },
)

const kill = properties.reachable('Kill', (_s, { h }) => h.shot.size > 0)
const secondKill = properties.reachable('SecondKill', (_s, { h }) => h.shot.size > 1)
const oneKillIsEnough = properties.reachable(
  'OneKillIsEnough',
  (s, { at, h }) => h.shot.size === 1 && s.cpu.every((cpu) => at(cpu, 'done')),
)

/** How many tasks die until every allocator has its page. */
const kills = properties.maximum('Kills', (_s, { h }) => h.shot.size)

/** Whoever began an operation, it can still end; else nobody will ever be killed again. */
const operationCanEnd = properties.alwaysReachable('OperationCanEnd', (s) => !s.oom_kill_in_progress || s.panicked)

/** Every allocator can still get its page, or else the kernel says that it is at its end. */
const allocatorsCanFinish = properties.alwaysReachable(
  'AllocatorsCanFinish',
  (s, { at }) => s.panicked || s.cpu.every((cpu) => at(cpu, 'done')),
)

export default spec(oomSerialization, {
  properties: [
    failedAttemptFollowsCleaning,
    victimIsShotOnce,
    noKillWhileEnoughIsFree,
    kill,
    secondKill,
    oneKillIsEnough,
    kills,
    operationCanEnd,
    allocatorsCanFinish,
  ],
  rows: [
    {
      claims: ['A1', 'A2'],
      variant: 'mainline-2.6.17',
      bounds: { cpus: 1, victims: 2, pages: 2 },
      expect: {
        FailedAttemptFollowsCleaning: violated(28),
        VictimIsShotOnce: holds,
        NoKillWhileEnoughIsFree: violated(28),
        Kill: reachable(9),
        SecondKill: reachable(28),
        AllocatorsCanFinish: holds,
      },
      states: 214,
      why: 'The killer itself is late: its next last attempt fails while its victim exits, and when it comes to scan the list the victim is dead, so it shoots the daemon.',
    },
    {
      claims: ['A1', 'A2'],
      variant: 'mainline-2.6.17',
      bounds: { cpus: 2, victims: 2, pages: 3 },
      ingredients: ['cpusetMutex'],
      expect: {
        FailedAttemptFollowsCleaning: violated(28),
        VictimIsShotOnce: holds,
        NoKillWhileEnoughIsFree: violated(28),
        OneKillIsEnough: reachable(19),
        Kills: maximum(2),
      },
      states: 1_848,
      why: 'The late starter: its last attempt fails before the hog, already shot, frees everything and is dead, so that its scan finds nobody releasing memory and takes the daemon.',
    },
    {
      claims: ['A1', 'A2'],
      variant: 'mainline-2.6.17',
      bounds: { cpus: 2, victims: 2, pages: 3 },
      expect: {
        FailedAttemptFollowsCleaning: violated(21),
        VictimIsShotOnce: violated(19),
        NoKillWhileEnoughIsFree: violated(24),
        Kills: maximum(2),
        AllocatorsCanFinish: violated(39),
      },
      states: 11_678,
      why: 'Without the mutex two scans run at a time: one reads the flags of the hog, the other shoots it, it lets go of its mm, and badness() then gives it no points; and once both tasks are dead a last late starter chooses a zombie for ever.',
    },
    {
      variant: 'mainline-2.6.17',
      bounds: { cpus: 2, victims: 3, pages: 3 },
      expect: { FailedAttemptFollowsCleaning: violated(25), Kills: maximum(3) },
      states: 25_631,
      why: 'Two allocators that want one page each and take turns at being late kill every task there is.',
    },
    {
      claims: ['A1'],
      variant: 'mainline-2.6.17',
      bounds: { cpus: 2, victims: 2, pages: 3 },
      ingredients: ['cpusetMutex', 'reaping'],
      expect: { FailedAttemptFollowsCleaning: violated(26), VictimIsShotOnce: holds },
      states: 2_814,
      why: 'A victim that its parent has reaped is not even on the list any more when the late starter scans it.',
    },
    {
      claims: ['A2'],
      variant: 'may-18',
      bounds: { cpus: 2, victims: 2, pages: 3 },
      expect: {
        VictimIsShotOnce: holds,
        NoKillWhileEnoughIsFree: holds,
        Kill: reachable(10),
        SecondKill: unreachable,
        OneKillIsEnough: reachable(20),
        Kills: maximum(1),
        OperationCanEnd: holds,
        AllocatorsCanFinish: holds,
      },
      states: 506,
      why: 'Nobody who failed before the hog was cleaned may go on to choose a victim, and whoever tries afterwards finds a page.',
    },
    {
      claims: ['A1', 'A2'],
      variant: 'may-18',
      bounds: { cpus: 2, victims: 2, pages: 2 },
      expect: {
        FailedAttemptFollowsCleaning: holds,
        VictimIsShotOnce: holds,
        NoKillWhileEnoughIsFree: holds,
        SecondKill: reachable(32),
        Kills: maximum(2),
        OperationCanEnd: holds,
        AllocatorsCanFinish: holds,
      },
      states: 660,
      why: 'The daemon dies too, because what is left of a small hog stays below the high mark, but only after an attempt that saw the hog cleaned.',
    },
    {
      claims: ['A1', 'A2'],
      variant: 'may-18',
      bounds: { cpus: 3, victims: 2, pages: 3 },
      expect: {
        FailedAttemptFollowsCleaning: holds,
        VictimIsShotOnce: holds,
        NoKillWhileEnoughIsFree: holds,
        SecondKill: reachable(34),
        OperationCanEnd: holds,
        AllocatorsCanFinish: holds,
      },
      states: 2_222,
      why: 'Between the bit and the mmput() that clears it there is one failed attempt, however many CPUs fail around it.',
    },
    {
      claims: ['A1', 'A2'],
      variant: 'may-18',
      bounds: { cpus: 3, victims: 3, pages: 3 },
      expect: {
        FailedAttemptFollowsCleaning: holds,
        VictimIsShotOnce: holds,
        NoKillWhileEnoughIsFree: holds,
        SecondKill: reachable(38),
      },
      states: 3_441,
      why: 'As with one daemon.',
    },
    {
      claims: ['A1'],
      variant: 'may-18',
      bounds: { cpus: 2, victims: 2, pages: 2 },
      ingredients: ['ordinaryExit'],
      expect: {
        FailedAttemptFollowsCleaning: holds,
        VictimIsShotOnce: holds,
        NoKillWhileEnoughIsFree: violated(15),
        OperationCanEnd: violated(18),
      },
      states: 31_618,
      why: 'The bit only keeps killers apart: a task that exits unasked after the last attempt frees its memory unseen, and if all tasks do, the owner of the bit chooses zombies for ever.',
    },
    {
      variant: 'may-18',
      bounds: { cpus: 2, victims: 1, pages: 1 },
      expect: { Kill: reachable(8), OperationCanEnd: violated(19) },
      states: 357,
      why: 'When all that is left to choose is a zombie, oom_kill_task() finds no mm and the scan starts again for ever, with the task list locked and the bit set.',
    },
    {
      claims: ['A1'],
      variant: 'may-18',
      bounds: { cpus: 3, victims: 2, pages: 2 },
      ingredients: ['reaping'],
      expect: { FailedAttemptFollowsCleaning: holds, SecondKill: reachable(29), OperationCanEnd: violated(45) },
      states: 6_480,
      why: 'Memory for fewer allocators than there are does not break the promise: it ends in panic when all tasks are reaped in time, and in the endless scan when they are not.',
    },
    {
      claims: ['A1', 'A2'],
      variant: 'mainline-2.6.17',
      bounds: { cpus: 3, victims: 2, pages: 3 },
      expect: {
        FailedAttemptFollowsCleaning: violated(21),
        VictimIsShotOnce: violated(19),
        NoKillWhileEnoughIsFree: violated(24),
      },
      states: 272_920,
      full: true,
      why: 'As with two CPUs: the third one is not needed.',
    },
    {
      claims: ['A1', 'A2'],
      variant: 'may-18',
      bounds: { cpus: 4, victims: 4, pages: 2 },
      ingredients: ['reaping'],
      expect: {
        FailedAttemptFollowsCleaning: holds,
        VictimIsShotOnce: holds,
        NoKillWhileEnoughIsFree: holds,
        Kills: maximum(4),
        AllocatorsCanFinish: holds,
      },
      states: 112_988,
      full: true,
      why: 'Even where four allocators need four kills, each kill waits for the one before it.',
    },
    {
      claims: ['A1'],
      variant: 'may-18',
      bounds: { cpus: 3, victims: 3, pages: 3 },
      ingredients: ['ordinaryExit', 'reaping'],
      expect: { FailedAttemptFollowsCleaning: holds, VictimIsShotOnce: holds, NoKillWhileEnoughIsFree: violated(17) },
      full: true,
      why: 'Exits that nobody asked for change what is free, not which mm was shot.',
    },
  ],
})
