/** What allocators, victims and the reaper do, release by release, read from top to bottom. */
import { exiting, mmputs, type Mmput } from './exit.ts'
import { allocation, leave, looks, queueing, selection } from './killer.ts'
import {
  clock,
  exitOomVictim,
  findMm,
  hide,
  letGo,
  locks,
  lockAndTrylock,
  lookAgain,
  manager,
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
} from './reaper.ts'
import { call, program, running, type Mm, type Setup, type State } from './state.ts'

const killer = (setup: Setup, look: (typeof looks)[keyof typeof looks], queue: keyof typeof queueing) =>
  program(
    'cpu',
    { ...allocation(setup), ...selection(look, setup), ...queueing[queue](setup), ...leave(setup) },
    running,
  )

const argsOf = (_s: State, me: { readonly mm: Mm | null }) => ({ mm: me.mm!, victim: false })

const victim = (setup: Setup, mmput: Mmput) => program('task', exiting(mmput, setup), running)

function holders(setup: Setup, mmput: Mmput) {
  const options = { ...running, role: 'environment' } as const
  if (setup.writer) return [program('holder', { ...locks.writer, ...letGo(mmput) }, options)]
  if (setup.reader) return [program('holder', { ...locks.reader, ...letGo(mmput) }, options)]
  if (setup.queuedWriter) return [program('holder', { ...locks.queuedWriter, ...letGo(mmput) }, options)]
  return setup.pin ? [program('holder', letGo(mmput), options)] : []
}

/** 4.6: a reference, no oom_lock, and the mark taken from the victim only where reaping succeeded. */
const reaper46 = (setup: Setup, mmput: Mmput) =>
  program(
    'reaper',
    {
      ...pop(setup),
      ...findMm(setup),
      ...takeReference('put_task_struct', setup),
      ...trylock('mmput_failed', setup),
      ...walkAndUnlock(walkOf(setup), setup),
      ...exitOomVictim(setup),
      mmput: call(mmput, argsOf, 'put_task_struct'),
      mmput_failed: call(mmput, argsOf, 'oom_reap_failed'),
      ...retry('find_lock_task_mm', 'put_task_struct', setup),
      ...turn(setup),
    },
    { ...running, loop: true },
  )

/** 4.9: under oom_lock, with a reference; an mm without users counts as reaped. */
const reaper49 = (setup: Setup, mmput: Mmput) =>
  program(
    'reaper',
    {
      ...pop(setup),
      ...lockAndTrylock(setup),
      ...takeReference('no_users', setup),
      ...walkAndUnlock(walkOf(setup), setup),
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
const reaper414 = (setup: Setup) =>
  program(
    'reaper',
    {
      ...pop(setup),
      ...lockAndTrylock(setup),
      ...lookAgain(setup),
      ...walkAndUnlock(walkOf(setup), setup),
      ...unlock(setup),
      ...hide(setup),
      ...retry('mutex_lock', 'set_MMF_OOM_SKIP', setup),
      ...turn(setup),
    },
    { ...running, loop: true },
  )

/** Since 4.19: no oom_lock. */
const reaper = (setup: Setup) =>
  program(
    'reaper',
    {
      ...pop(setup),
      ...trylock('oom_reap_failed', setup),
      ...lookAgain(setup),
      ...walkAndUnlock(walkOf(setup), setup),
      ...hide(setup),
      ...retry('mmap_read_trylock', 'set_MMF_OOM_SKIP', setup),
      ...turn(setup),
    },
    { ...running, loop: true },
  )

const environment = (setup: Setup, mmput: Mmput) => [
  victim(setup, mmput),
  ...holders(setup, mmput),
  ...(setup.mrelease ? [manager(walkOf(setup))] : []),
  clock,
]

/** With the delay: 5.18 and later. */
const delayed = (setup: Setup, mmput: Mmput) => [
  killer(setup, looks.oom_mm, 'withTimer'),
  timer(setup),
  reaper(setup),
  ...environment(setup, mmput),
]

export const eras = {
  '4.6': (setup: Setup) => {
    const mmput = mmputs.afterAllUsers(setup)
    return [killer(setup, looks.TIF_MEMDIE, 'atOnce'), reaper46(setup, mmput), ...environment(setup, mmput)]
  },
  '4.9': (setup: Setup) => {
    const mmput = mmputs.afterAllUsers(setup)
    return [killer(setup, looks.oom_mm, 'atOnce'), reaper49(setup, mmput), ...environment(setup, mmput)]
  },
  '4.14': (setup: Setup) => [
    killer(setup, looks.oom_mm, 'atOnce'),
    reaper414(setup),
    ...environment(setup, mmputs.pulseByVictim(setup)),
  ],
  '4.15': (setup: Setup) => [
    killer(setup, looks.oom_mm, 'atOnce'),
    reaper414(setup),
    ...environment(setup, mmputs.pulseForVictim(setup)),
  ],
  '5.18': (setup: Setup) => delayed(setup, mmputs.reapFirst(setup)),
  '6.18': (setup: Setup) => delayed(setup, mmputs.readThenWrite(setup)),
  /** MMF_OOM_SKIP at the beginning of exit_mmap(), as was considered in August 2025. */
  'early-skip': (setup: Setup) => delayed(setup, mmputs.skipFirst(setup)),
  /** Victims are marked and queued, and nobody reaps. */
  'reaper-off': (setup: Setup) => [
    killer(setup, looks.oom_mm, 'withTimer'),
    ...environment(setup, mmputs.readThenWrite(setup)),
  ],
}
