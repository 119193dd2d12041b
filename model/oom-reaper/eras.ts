/** What allocators, victims and the reaper do, release by release, read from top to bottom. */
import type { Program } from '../../checker/language/program.ts'
import { exiting, mmputs, type Mmput } from './exit.ts'
import { allocation, leave, looks, memcg, queueing, selection, type Queue } from './killer.ts'
import {
  clock,
  exitOomVictim,
  findMm,
  hide,
  letGo,
  locks,
  lockAndTrylock,
  lookAgain,
  managers,
  noUsers,
  pop,
  retry,
  takeReference,
  timer,
  trylock,
  turn,
  unlock,
  walkAndUnlock,
  walkOf,
  type Manner,
  type Walk,
} from './reaper.ts'
import { call, program, running, type Mm, type Setup, type State } from './state.ts'

const killer = (setup: Setup, look: (typeof looks)[keyof typeof looks], queue: Queue) =>
  program(
    'cpu',
    { ...allocation(setup), ...selection(look, setup), ...queueing(queue, setup), ...leave(setup) },
    running,
  )

const argsOf = (_s: State, me: { readonly mm: Mm | null }) => ({ mm: me.mm!, victim: false })

const victim = (setup: Setup, mmput: Mmput) => program('task', exiting(mmput, setup), running)

function holders(setup: Setup, mmput: Mmput) {
  const options = { ...running, role: 'environment' } as const
  if (setup.writer) return [program('holder', { ...locks.writer, ...letGo(mmput) }, options)]
  if (setup.reader) return [program('holder', { ...locks.reader, ...letGo(mmput) }, options)]
  if (setup.queuedWriter) return [program('holder', { ...locks.queuedWriter, ...letGo(mmput) }, options)]
  return setup.pin ? [program('holder', { ...locks.pin, ...letGo(mmput) }, options)] : []
}

/** 4.6: a reference, no oom_lock, and the mark taken from the victim only where reaping succeeded. */
const reaper46 = (setup: Setup, mmput: Mmput, walk: Walk) =>
  program(
    'reaper',
    {
      ...pop(setup),
      ...findMm(setup),
      ...takeReference('put_task_struct', setup),
      ...trylock('mmput_failed', setup),
      ...walkAndUnlock(walk, setup),
      ...exitOomVictim(setup),
      mmput: call(mmput, argsOf, 'put_task_struct'),
      mmput_failed: call(mmput, argsOf, 'oom_reap_failed'),
      ...retry('find_lock_task_mm', 'put_task_struct', setup),
      ...turn(setup),
    },
    { ...running, loop: true },
  )

/** 4.9: under oom_lock, with a reference; an mm without users counts as reaped. */
const reaper49 = (setup: Setup, mmput: Mmput, walk: Walk) =>
  program(
    'reaper',
    {
      ...pop(setup),
      ...lockAndTrylock(setup),
      ...takeReference('no_users', setup),
      ...walkAndUnlock(walk, setup),
      mmput: call(mmput, argsOf, 'mutex_unlock'),
      ...noUsers(setup),
      ...unlock(setup),
      ...hide(setup),
      ...retry('mutex_lock', 'set_MMF_OOM_SKIP', setup),
      ...turn(setup),
    },
    { ...running, loop: true },
  )

/** 4.14: under oom_lock still, and without a reference; exit_mmap() sets the flag and waits for the lock. */
const reaper414 = (setup: Setup, walk: Walk) =>
  program(
    'reaper',
    {
      ...pop(setup),
      ...lockAndTrylock(setup),
      ...lookAgain(setup),
      ...walkAndUnlock(walk, setup),
      ...unlock(setup),
      ...hide(setup),
      ...retry('mutex_lock', 'set_MMF_OOM_SKIP', setup),
      ...turn(setup),
    },
    { ...running, loop: true },
  )

/** Since 4.19: no oom_lock. */
const reaper = (setup: Setup, walk: Walk) =>
  program(
    'reaper',
    {
      ...pop(setup),
      ...trylock('oom_reap_failed', setup),
      ...lookAgain(setup),
      ...walkAndUnlock(walk, setup),
      ...hide(setup),
      ...retry('mmap_read_trylock', 'set_MMF_OOM_SKIP', setup),
      ...turn(setup),
    },
    { ...running, loop: true },
  )

/** The victim, whoever else has its mm, and time. */
const environment = (setup: Setup, queue: Queue, mmput: Mmput, mrelease?: Program<'manager', string>) => [
  victim(setup, mmput),
  ...holders(setup, mmput),
  ...(setup.mrelease && mrelease !== undefined ? [mrelease] : setup.killed ? [managers.signal] : []),
  ...(setup.memcg ? [memcg(queue, setup)] : []),
  clock,
]

/** Until 6.17 VMAs are walked from the lowest up; until 5.17 those that are mlocked are left out. */
const ascending = { descending: false, skipsMlocked: false }
const ascendingUnlocked = { descending: false, skipsMlocked: true }
const descending = { descending: true, skipsMlocked: false }

/** 4.9 to 4.17: at once, and with oom_lock. */
function undelayed(setup: Setup, mmput: Mmput, reap: (setup: Setup, walk: Walk) => Program<'reaper', string>) {
  const walk = walkOf(setup, ascendingUnlocked)
  return [
    killer(setup, looks.oom_mm, 'atOnce'),
    reap(setup, walk),
    ...environment(setup, 'atOnce', mmput, managers.withoutUser(walk, setup)),
  ]
}

/** With the delay: 5.18 and later. */
function delayed(setup: Setup, mmput: Mmput, manner: Manner) {
  const walk = walkOf(setup, manner)
  return [
    killer(setup, looks.oom_mm, 'withTimer'),
    timer(setup),
    reaper(setup, walk),
    ...environment(setup, 'withTimer', mmput, managers.withoutUser(walk, setup)),
  ]
}

export const eras = {
  '4.6': (setup: Setup) => {
    const mmput = mmputs.afterAllUsers(setup)
    const walk = walkOf(setup, ascendingUnlocked)
    return [
      killer(setup, looks.TIF_MEMDIE, 'atOnce'),
      reaper46(setup, mmput, walk),
      ...environment(setup, 'atOnce', mmput),
    ]
  },
  '4.9': (setup: Setup) => {
    const mmput = mmputs.afterAllUsers(setup)
    return undelayed(setup, mmput, (same, walk) => reaper49(same, mmput, walk))
  },
  '4.14': (setup: Setup) => undelayed(setup, mmputs.pulseByVictim(setup), reaper414),
  '4.15': (setup: Setup) => undelayed(setup, mmputs.pulseForVictim(setup), reaper414),
  /** exit_mmap() reaps before it does anything else. */
  '4.17': (setup: Setup) => undelayed(setup, mmputs.reapUnderOomLock(setup), reaper414),
  /** The reaper has no oom_lock any more, and process_mrelease() has come. */
  '5.15': (setup: Setup) => {
    const mmput = mmputs.reapThenPulse(setup)
    const walk = walkOf(setup, ascendingUnlocked)
    const manager = setup.withoutPin ? managers.withoutUser(walk, setup) : managers.asUser(walk, setup, mmput)
    return [killer(setup, looks.oom_mm, 'atOnce'), reaper(setup, walk), ...environment(setup, 'atOnce', mmput, manager)]
  },
  '5.18': (setup: Setup) => delayed(setup, mmputs.reapFirst(setup), ascending),
  '6.1': (setup: Setup) => delayed(setup, mmputs.readThenWrite(setup), ascending),
  '6.18': (setup: Setup) => delayed(setup, mmputs.readThenWrite(setup), descending),
  /** MMF_OOM_SKIP at the beginning of exit_mmap(), as was considered in August 2025. */
  'early-skip': (setup: Setup) => delayed(setup, mmputs.skipFirst(setup), descending),
  /** Victims are marked and queued, and nobody reaps. */
  'reaper-off': (setup: Setup) => [
    killer(setup, looks.oom_mm, 'withTimer'),
    ...environment(
      setup,
      'withTimer',
      mmputs.readThenWrite(setup),
      managers.withoutUser(walkOf(setup, descending), setup),
    ),
  ],
}
