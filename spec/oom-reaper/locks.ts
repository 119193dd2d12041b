/**
 * Who has oom_lock, who has mmap_lock and for what, and who is a user of an mm, label by label: asked in every row, since a
 * lock that is kept too long stops somebody else, one that is given back too early lets two at what only one may touch, and
 * a user too many or too few keeps memory for ever or frees it under somebody's feet.
 *
 * What an era locks is read in its exit_mmap() and in its reaper, and stands here once more, as the places between lock and
 * unlock.
 */
import { holds, propertiesOf } from '../../checker/language/index.ts'
import { oomReaper } from '../../model/oom-reaper.ts'
import type { Mm, State } from '../../model/oom-reaper/state.ts'
import { exitersAt, type ReaperRow } from './properties.ts'

const { always } = propertiesOf(oomReaper)

type At<L extends string> = (process: object, label: L) => boolean
const isIn = <const L extends string>(at: At<L>, process: object, labels: readonly L[]): boolean =>
  labels.some((label) => at(process, label))

/** Where a CPU, and then the OOM killer of a memcg, has oom_lock. */
const DECIDING = [
  'last_attempt',
  'select_bad_process',
  'oom_kill_process',
  'queue_oom_reaper',
  'schedule_timeout_killable',
  'mutex_unlock',
  'panic',
] as const
/** Where the reaper of 4.9 to 4.17 has it, and where the exit of 4.17 does. */
const REAPING_UNDER_OOM_LOCK = [
  'mmap_read_trylock',
  'mmget_not_zero',
  'test_MMF_OOM_SKIP',
  'walk',
  'mmap_read_unlock',
  'mmput',
  'no_users',
  'mutex_unlock',
] as const
const EXITING_UNDER_OOM_LOCK = [
  'mmput/mmput.__oom_reap_task_mm',
  'mmput/mmput.reap_finish',
  'mmput/mmput.mutex_unlock',
] as const

/** Where the reaper, or process_mrelease(), reads under mmap_lock. */
const REAPING = ['test_MMF_OOM_SKIP', 'walk', 'mmap_read_unlock', 'no_users'] as const
const RELEASING = ['test_MMF_OOM_SKIP', 'walk', 'mmap_read_unlock'] as const
/** Where exit does, since 6.0. */
const UNMAPPING = ['mmput/mmput.unmap_vmas', 'mmput/mmput.mmap_read_unlock'] as const

/** Where exit has mmap_lock for writing: for a moment, to wait for the reaper; while it unmaps; while it tears down. */
const PULSE = ['mmput/mmput.mmap_write_unlock'] as const
const TEARING_DOWN = ['mmput/mmput.free_pgtables', 'mmput/mmput.tlb_finish_mmu', ...PULSE] as const
const UNMAPPING_ALONE = ['mmput/mmput.unmap_vmas', 'mmput/mmput.remove_vma', ...TEARING_DOWN] as const

/** Where whoever gives up an mm still counts. */
const PUTTING = ['mmput/mmput.atomic_dec_and_test'] as const
const HOLDING = ['proc_pid_read', 'up_write', 'up_read', 'down_write', ...PUTTING] as const
/** Where the reaper is a user, until 4.13, and where process_mrelease() is. */
const REAPER_USES = [
  'walk',
  'mmap_read_unlock',
  'exit_oom_victim',
  'mmput/mmput.atomic_dec_and_test',
  'mmput_failed/mmput.atomic_dec_and_test',
] as const
const MANAGER_USES = ['mmap_read_lock_killable', ...RELEASING, ...PUTTING] as const

/** How many of those who may give up this mm stand at one of these places. */
const leaving = <const L extends string>(s: State, mm: Mm, at: At<L>, labels: readonly L[]): number =>
  exitersAt(s, mm, (process) => isIn(at, process, labels))

/** Who decides has oom_lock, and nobody else in these eras. */
const deciders = (s: State, at: At<(typeof DECIDING)[number]>): number =>
  s.cpu.count((cpu) => isIn(at, cpu, DECIDING)) + Number(s.memcg[0].chosen !== null)

const reapers = (s: State, at: At<(typeof REAPING_UNDER_OOM_LOCK)[number]>): number =>
  Number(s.reaper[0].task !== null && isIn(at, s.reaper[0], REAPING_UNDER_OOM_LOCK))

/** Those who read an mm under mmap_lock, but for its exit. */
const readers = (s: State, mm: Mm, at: At<(typeof REAPING)[number] | (typeof RELEASING)[number] | 'up_read'>): number =>
  Number(s.reaper[0].mm === mm && isIn(at, s.reaper[0], REAPING)) +
  Number(s.manager[0].mm === mm && isIn(at, s.manager[0], RELEASING)) +
  Number(s.mm[0] === mm && s.holder[0].has_mm && at(s.holder[0], 'up_read'))

/** In 4.9 the reaper has mmap_lock there, in 4.6 not yet. */
const isAtMmget = (s: State, at: At<'mmget_not_zero'>): boolean =>
  s.reaper[0].task !== null && at(s.reaper[0], 'mmget_not_zero')
/** In 4.6 it is a user there, in 4.9 not yet. */
const isAtTrylock = (s: State, at: At<'mmap_read_trylock'>): boolean =>
  s.reaper[0].task !== null && at(s.reaper[0], 'mmap_read_trylock')

const holderWrites = (s: State, mm: Mm, at: At<'up_write'>): number =>
  Number(s.mm[0] === mm && s.holder[0].has_mm && at(s.holder[0], 'up_write'))

/** The task until its mmput(), and the holder until its own. */
const users = (s: State, mm: Mm, at: At<(typeof HOLDING)[number]>): number =>
  s.task.count((task) => task.mm === mm || (task.own_mm === mm && isIn(at, task, PUTTING))) +
  Number(s.mm[0] === mm && s.holder[0].has_mm && isIn(at, s.holder[0], HOLDING))

export const locks = [
  /** Two that have oom_lock kill two for one want of memory; one that keeps it stops every later kill, as a panic does. */
  always('OomLockIsOfTheKiller', (s, { at }) => Number(s.oom_lock) === deciders(s, at), {
    given: (s) => !s.panicked,
  }),
  /** The same where the reaper keeps the killer out while it reaps. */
  always('OomLockIsOfKillerOrReaper', (s, { at }) => Number(s.oom_lock) === deciders(s, at) + reapers(s, at), {
    given: (s) => !s.panicked,
  }),
  /** And where exit does, too. */
  always(
    'OomLockIsOfKillerOrReapers',
    (s, { at }) =>
      Number(s.oom_lock) ===
      deciders(s, at) +
        reapers(s, at) +
        s.task.count((task) => isIn(at, task, EXITING_UNDER_OOM_LOCK)) +
        Number(s.holder[0].has_mm && isIn(at, s.holder[0], EXITING_UNDER_OOM_LOCK)),
    { given: (s) => !s.panicked },
  ),

  /** mmap_lock has as many readers as there are who walk or hold it: with one too many exit waits for ever. */
  always('ReadersAreCounted', (s, { at }) => s.mm.every((mm) => mm.mmap_lock.readers === readers(s, mm, at)), {
    given: (s, { at }) => !isAtMmget(s, at),
  }),
  /** Since 6.0 exit is one of them while it unmaps. */
  always('ReadersAndExitAreCounted', (s, { at }) =>
    s.mm.every((mm) => mm.mmap_lock.readers === readers(s, mm, at) + leaving(s, mm, at, UNMAPPING)),
  ),

  /** Until 5.17 exit has the lock for writing for a moment, to wait for who reads. */
  always('ExitOnlyWaitsForTheLock', (s, { at }) =>
    s.mm.every((mm) => Number(mm.mmap_lock.writer) === holderWrites(s, mm, at) + leaving(s, mm, at, PULSE)),
  ),
  /** In 5.18 it has it from the unmapping on until nothing points at a VMA any more. */
  always('ExitUnmapsAlone', (s, { at }) =>
    s.mm.every((mm) => Number(mm.mmap_lock.writer) === holderWrites(s, mm, at) + leaving(s, mm, at, UNMAPPING_ALONE)),
  ),
  /** Since 6.0 only for the teardown. */
  always('ExitTearsDownAlone', (s, { at }) =>
    s.mm.every((mm) => Number(mm.mmap_lock.writer) === holderWrites(s, mm, at) + leaving(s, mm, at, TEARING_DOWN)),
  ),
  /** A writer that waits keeps readers out, so nobody waits but who wants the lock, and has waited in vain. */
  always('WaitersAreCounted', (s, { at }) =>
    s.mm.every(
      (mm) =>
        mm.mmap_lock.waiting <=
        leaving(s, mm, at, ['mmput/mmput.mmap_write_lock']) +
          Number(s.mm[0] === mm && s.holder[0].has_mm && (at(s.holder[0], 'up_read') || at(s.holder[0], 'down_write'))),
    ),
  ),

  /** mm_users counts exactly who still has to put the mm: the task, and whoever has got it by get_task_mm(). */
  always('UsersAreCounted', (s, { at }) => s.mm.every((mm) => mm.mm_users === users(s, mm, at))),
  /** The same where a second thread uses the mm until it has had the lock for writing. */
  always('UsersAndWriterAreCounted', (s, { at }) =>
    s.mm.every(
      (mm) =>
        mm.mm_users ===
        users(s, mm, at) +
          Number(s.mm[0] === mm && s.holder[0].has_mm && isIn(at, s.holder[0], ['up_read', 'down_write', 'up_write'])),
    ),
  ),
  /** Until 4.13 the reaper is a user while it walks. */
  always(
    'UsersAndReaperAreCounted',
    (s, { at }) =>
      s.mm.every(
        (mm) => mm.mm_users === users(s, mm, at) + Number(s.reaper[0].mm === mm && isIn(at, s.reaper[0], REAPER_USES)),
      ),
    { given: (s, { at }) => !isAtTrylock(s, at) },
  ),
  /** In 5.15 process_mrelease() is one. */
  always('UsersAndManagerAreCounted', (s, { at }) =>
    s.mm.every(
      (mm) => mm.mm_users === users(s, mm, at) + Number(s.manager[0].mm === mm && isIn(at, s.manager[0], MANAGER_USES)),
    ),
  ),
]

type Kept = ReaperRow['expect']

const earlyReaper = { ReadersAreCounted: holds, ExitOnlyWaitsForTheLock: holds } as const
const withOomLock = { ...earlyReaper, OomLockIsOfKillerOrReaper: holds } as const
const exitReads = { OomLockIsOfTheKiller: holds, ReadersAndExitAreCounted: holds, ExitTearsDownAlone: holds } as const

/** Which locks an era has, and for what. */
const LOCKS: Readonly<Record<NonNullable<ReaperRow['variant']>, Kept>> = {
  '4.6': { ...earlyReaper, OomLockIsOfTheKiller: holds },
  '4.9': withOomLock,
  '4.14': withOomLock,
  '4.15': withOomLock,
  '4.17': { ...earlyReaper, OomLockIsOfKillerOrReapers: holds },
  '5.15': { ...earlyReaper, OomLockIsOfTheKiller: holds },
  '5.18': { OomLockIsOfTheKiller: holds, ReadersAreCounted: holds, ExitUnmapsAlone: holds },
  '6.1': exitReads,
  '6.18': exitReads,
  'early-skip': exitReads,
  'reaper-off': exitReads,
}

/** Who uses an mm besides its task. */
function usersIn(variant: NonNullable<ReaperRow['variant']>, ingredients: NonNullable<ReaperRow['ingredients']>): Kept {
  if (variant === '4.6' || variant === '4.9') return { UsersAndReaperAreCounted: holds }
  if (ingredients.includes('queuedWriter')) return { UsersAndWriterAreCounted: holds }
  if (variant === '5.15' && ingredients.includes('mrelease') && !ingredients.includes('withoutPin'))
    return { UsersAndManagerAreCounted: holds }
  return { UsersAreCounted: holds }
}

export function locksOf({ variant = '6.18', ingredients = [] }: ReaperRow): Kept {
  const all = { ...LOCKS[variant], WaitersAreCounted: holds, ...usersIn(variant, ingredients) }
  if (!ingredients.includes('allHeld')) return all
  // There somebody has every mmap_lock for ever.
  return Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('Exit')))
}
