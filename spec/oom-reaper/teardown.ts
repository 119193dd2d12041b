/** C2, C8 and G4: exit, reaper and process_mrelease() on one mm, with bugs of the past beside their fixes. */
import { holds, reachable, unreachable, violated } from '../../checker/language/index.ts'
import type { ReaperRow } from './properties.ts'

const alone = { cpus: 1, victims: 1, pages: 2, delay: 0, retries: 1 }

/** What holds of every release, whoever takes part. */
const always = {
  EveryPageIsFreedOnce: holds,
  NobodyWalksAfterTeardown: holds,
  EverythingIsGivenBack: holds,
  EverythingIsOver: reachable(),
  EverybodyCanFinish: holds,
  NothingIsMappedAtTeardown: holds,
  OomLockHasOneOwner: holds,
  ListedIsQueued: holds,
  TablesGoFirst: holds,
  UnlockedWasLocked: holds,
} as const

type Variant = NonNullable<ReaperRow['variant']>

/** And how they go about it. */
const manner: Readonly<Record<Variant, ReaperRow['expect']>> = {
  '4.6': { ExitHidesLast: holds, TablesGoBeforePages: reachable() },
  '4.9': { TablesGoBeforePages: reachable() },
  '4.14': { ExitHidesWhatIsUnmapped: holds, LockIsTakenOnlyToWait: holds, TablesGoBeforePages: reachable() },
  '4.15': { ExitHidesWhatIsUnmapped: holds, LockIsTakenOnlyToWait: holds, TablesGoBeforePages: reachable() },
  '4.17': { ExitHidesWhatIsFree: holds, ExitFreesBeforeItHides: holds, LockIsTakenOnlyToWait: holds },
  '5.15': { ExitHidesWhatIsFree: holds, ExitFreesBeforeItHides: holds, LockIsTakenOnlyToWait: holds },
  '5.18': {
    ExitHidesWhatIsFree: holds,
    ExitFreesBeforeItHides: holds,
    TeardownIsUnderLock: holds,
    TornDownIsForgotten: holds,
  },
  '6.1': {
    UnmapsWithLock: holds,
    ExitHidesWhatIsUnmapped: holds,
    TeardownIsUnderLock: holds,
    TablesGoBeforePages: reachable(),
  },
  '6.18': {
    UnmapsWithLock: holds,
    ExitHidesWhatIsUnmapped: holds,
    TeardownIsUnderLock: holds,
    TablesGoBeforePages: reachable(),
  },
  'early-skip': { UnmapsWithLock: holds, TeardownIsUnderLock: holds, TablesGoBeforePages: reachable() },
  'reaper-off': {
    UnmapsWithLock: holds,
    ExitHidesWhatIsUnmapped: holds,
    TeardownIsUnderLock: holds,
    TablesGoBeforePages: reachable(),
  },
}
const eras = Object.keys(manner) as Variant[]

/** W1, and the walk of two at a time that the early flag was to avoid. */
const doubleWalk: Partial<Record<Variant, { expect: ReaperRow['expect']; why: string }>> = {
  '6.18': {
    expect: { WalkFindsPages: violated(17), OneWalkAtATime: violated(15) },
    why: 'An entry is looked at and cleared under one lock, and exit waits for all readers between the flag and the teardown. The reaper may get the lock when exit has unmapped everything and has not set the flag, walks for nothing, and makes exit wait for it (W1); or both walk at a time.',
  },
  'early-skip': {
    expect: { WalkFindsPages: holds, OneWalkAtATime: violated(16) },
    why: 'The early flag closes W1 but not the double walk: a reaper that looked at the flag just before walks beside exit all the same.',
  },
  '5.18': {
    expect: { WalkFindsPages: violated(17), OneWalkAtATime: violated(15) },
    why: 'Exit that reaps its own mm takes no lock for that, so that a reaper that finds no flag walks beside it; W1 is there as well, between its last entry and the flag.',
  },
  '4.17': {
    expect: { WalkFindsPages: violated(21), OneWalkAtATime: holds },
    why: 'With oom_lock nobody walks beside exit; the flag is set only after it is given back, and the reaper that gets it then walks for nothing.',
  },
}

/** Nobody else than the victim and the reaper. */
const both: readonly ReaperRow[] = [
  ...eras.map((variant): ReaperRow => ({
    claims: doubleWalk[variant] === undefined ? ['C2'] : ['C2', 'C6'],
    variant,
    bounds: alone,
    ingredients: ['leaves'],
    expect: { ...always, ...manner[variant], ...doubleWalk[variant]?.expect },
    ...(['6.1', 'reaper-off'].includes(variant) && { full: true }),
    why:
      doubleWalk[variant]?.why ??
      (variant === 'reaper-off'
        ? 'Exit alone has nobody to wait for.'
        : `In ${variant} an entry is looked at and cleared under one lock, and whoever of exit and reaper tears down waits for the other, or has the last reference.`),
  })),
  ...(['4.6', '4.9', '4.17', '5.15', '5.18'] as const).map((variant): ReaperRow => ({
    claims: ['C2'],
    variant,
    bounds: alone,
    ingredients: ['leaves', 'unreapable'],
    expect: { ...always, ...manner[variant], TablesGoBeforePages: reachable() },
    why: 'What is left over when somebody has reaped is unmapped by the last user, and freed after the page tables.',
  })),
  {
    claims: ['C2'],
    variant: '6.18',
    bounds: alone,
    ingredients: ['leaves', 'withoutPteLock'],
    expect: { EveryPageIsFreedOnce: violated(19), NobodyWalksAfterTeardown: holds, EverybodyCanFinish: holds },
    why: 'Without the lock of the page table both clear the entry that both saw, and the page is freed twice.',
  },
]

/** With somebody who has the mm, or its lock, besides. */
const others: readonly ReaperRow[] = [
  {
    claims: ['C2', 'G4'],
    variant: '4.14',
    bounds: alone,
    ingredients: ['leaves', 'pin'],
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: violated(23), LastUserIsAnother: reachable(11) },
    why: 'exit_mmap() asked whether the task that runs it is a victim: a reader that is the last user is none, does not wait for the reaper, and frees the page tables under it.',
  },
  ...(['4.15', '4.6', '4.9', '4.17', '5.15', '5.18', '6.1', '6.18', 'early-skip'] as const).map(
    (variant): ReaperRow => ({
      claims: variant === '4.15' ? ['C2', 'G4'] : ['C2'],
      variant,
      bounds: alone,
      ingredients: ['4.17', '5.18'].includes(variant) ? ['leaves', 'pin', 'unreapable'] : ['leaves', 'pin'],
      expect: { ...always, ...manner[variant], LastUserIsAnother: reachable() },
      ...(variant === '6.1' && { full: true }),
      why:
        variant === '4.15'
          ? 'It asks the mm instead.'
          : `Whoever is the last user in ${variant} does what the victim would have done, as recordings show of mms that others had got hold of.`,
    }),
  ),
  ...(['writer', 'reader', 'queuedWriter'] as const).map((holder): ReaperRow => ({
    claims: ['C2'],
    variant: '6.18',
    bounds: alone,
    ingredients: ['leaves', holder],
    expect: { ...always, ...manner['6.18'], ExitWaitsForWriters: holds },
    why: 'Whoever holds mmap_lock delays the others, and takes nothing from them.',
  })),
  {
    claims: ['C2', 'G4'],
    variant: '4.15',
    bounds: alone,
    ingredients: ['leaves', 'mlocked'],
    expect: { NobodyFollowsWhatIsCleared: violated(), EveryPageIsFreedOnce: holds },
    why: 'Exit takes VM_LOCKED from a VMA before it looks at its pages: the reaper, which had left the VMA alone for that flag, clears the entry that exit is about to follow (CVE-2018-1000200).',
  },
  {
    claims: ['C2', 'G4'],
    variant: '4.17',
    bounds: alone,
    ingredients: ['leaves', 'mlocked'],
    expect: { ...always, ...manner['4.17'], NobodyFollowsWhatIsCleared: holds, WhatIsFollowedIsNotLocked: holds },
    why: 'Exit sets the flag and waits for the reaper before it touches VM_LOCKED, and nobody reaps any more.',
  },
  {
    claims: ['C2', 'G4'],
    variant: '5.15',
    bounds: alone,
    ingredients: ['leaves', 'mlocked'],
    expect: { ...always, ...manner['5.15'], NobodyFollowsWhatIsCleared: holds, WhatIsFollowedIsNotLocked: holds },
    why: 'It does so without oom_lock as well.',
  },
]

/** Everybody but a reader that keeps the mm for as long as it likes: once it puts the mm it goes on. */
const allButTheReader = {
  weak: [
    'manager',
    'task',
    'holder.mmput/mmput.atomic_dec_and_test',
    'holder.mmput/mmput.mmap_read_lock',
    'holder.mmput/mmput.unmap_vmas',
    'holder.mmput/mmput.mmap_read_unlock',
    'holder.mmput/mmput.set_MMF_OOM_SKIP',
    'holder.mmput/mmput.mmap_write_lock',
    'holder.mmput/mmput.free_pgtables',
    'holder.mmput/mmput.tlb_finish_mmu',
    'holder.mmput/mmput.mmap_write_unlock',
  ],
}

/** C8: the third walker. */
const released: readonly ReaperRow[] = [
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '5.15',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'withoutPin'],
    expect: { NobodyWalksAfterTeardown: violated() },
    why: 'process_mrelease() works on any mm that is dying, and an exit that waits only for the sake of OOM victims does not wait for it.',
  },
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '5.15',
    bounds: alone,
    ingredients: ['leaves', 'mrelease'],
    expect: { ...always, ...manner['5.15'], TablesGoBeforePages: reachable() },
    why: 'As a user of the mm it keeps exit_mmap() from running at all until it has walked, and may be the one that runs it.',
  },
  {
    claims: ['C2', 'C8'],
    variant: '5.15',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'unreapable'],
    expect: { ...always, ...manner['5.15'], TablesGoBeforePages: reachable() },
    why: 'It then unmaps also what it could not reap.',
  },
  {
    claims: ['C2', 'C8'],
    variant: '5.15',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'writer'],
    expect: {
      ...always,
      ExitReapsVictims: holds,
      ExitFreesBeforeItHides: holds,
      ManagerReapsInExit: reachable(),
    },
    why: 'Or what it was not to reap any more, because the reaper had given up and set the flag.',
  },
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '5.18',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'withoutReset'],
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: violated(16) },
    why: 'The flag is set for OOM victims only: process_mrelease() gets the lock after exit has let go of it, sees no flag, and follows mm->mmap to VMAs that are freed.',
  },
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '5.18',
    bounds: alone,
    ingredients: ['leaves', 'mrelease'],
    expect: { ...always, TeardownIsUnderLock: holds, TornDownIsForgotten: holds, TablesGoBeforePages: reachable() },
    why: 'Where exit sets mm->mmap to NULL before it unlocks, process_mrelease() finds nothing to walk.',
  },
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '6.18',
    bounds: alone,
    ingredients: ['leaves', 'mrelease'],
    expect: { ...always, ...manner['6.18'], MreleaseFindsNoMm: reachable(4) },
    why: 'Every exit sets the flag and waits for every reader; but a victim that has let go of its mm cannot be released any more, and process_mrelease() returns ESRCH with all of the memory still there.',
  },
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '6.18',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'remembersMm'],
    expect: { ...always, ...manner['6.18'], MreleaseFindsNoMm: unreachable },
    why: 'A task that remembers its mm, as was proposed in 2026, can be released at any time, and the flag tells process_mrelease() when it comes too late.',
  },
  {
    claims: ['C8', 'G4'],
    variant: 'reaper-off',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'pin'],
    fairness: allButTheReader,
    expect: { MreleaseBringsMemoryBack: violated(), MreleaseFindsNoMm: reachable(4) },
    why: 'Somebody else pins the mm, the victim has let go of it, process_mrelease() does not find it: nothing comes back until the pin goes.',
  },
  {
    claims: ['C8', 'G4'],
    variant: 'reaper-off',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'pin', 'remembersMm'],
    fairness: allButTheReader,
    expect: { MreleaseBringsMemoryBack: holds, MreleaseFindsNoMm: unreachable },
    why: 'What is remembered is found, and reaped in spite of the pin.',
  },
  {
    claims: ['C8'],
    variant: 'reaper-off',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'stuck'],
    fairness: { weak: ['manager', 'task'] },
    expect: { MreleaseBringsMemoryBack: holds },
    why: 'Of a victim that never runs the memory is released, as recordings show: that much the manager can do like the reaper.',
  },
  {
    claims: ['C8'],
    variant: 'reaper-off',
    bounds: alone,
    ingredients: ['leaves', 'mrelease', 'stuck', 'writer'],
    fairness: { weak: ['manager', 'task'] },
    expect: { MreleaseBringsMemoryBack: violated() },
    why: 'Where mmap_lock is held the reaper gives up and lets the next one die; process_mrelease() waits, for as long as it takes, and hides nothing.',
  },
]

/** A process that dies for another reason is spared what is done for the sake of the reaper, whoever is the last user. */
const ordinary: readonly ReaperRow[] = (['4.15', '4.17', '5.15', '5.18'] as const).map((variant) => ({
  claims: ['C2'],
  variant,
  bounds: { ...alone, pages: 1 },
  ingredients: ['leaves', 'killed', 'pin'],
  expect: {
    ...always,
    ExitReapsVictims: holds,
    // In 5.18 every exit has the lock.
    ...(variant === '5.18' ? {} : { ExitWaitsForVictims: holds }),
    LastUserIsAnother: reachable(),
    ExitsUnmarked: reachable(),
  },
  why: `In ${variant} exit looks whether the mm is that of an OOM victim before it does anything for the reaper.`,
}))

/** The same with more of everything. */
const more: readonly ReaperRow[] = [
  ...(['5.15', '5.18', '6.18'] as const).map((variant): ReaperRow => ({
    claims: ['C2', 'C8'],
    variant,
    bounds: { ...alone, pages: 4, delay: 1, retries: 2 },
    ingredients: ['leaves', 'mrelease', 'pin'],
    full: true,
    expect: always,
    why: 'Four pages, two attempts, a reader and a manager beside exit and reaper: nothing else comes of it.',
  })),
  {
    claims: ['C2'],
    variant: '6.18',
    bounds: { cpus: 2, victims: 2, pages: 4, delay: 1, retries: 2 },
    ingredients: ['leaves', 'pin', 'daemonsStuck'],
    full: true,
    expect: always,
    why: 'Nor of two allocators and two victims.',
  },
  {
    claims: ['C2', 'C8'],
    variant: '6.18',
    bounds: { cpus: 1, victims: 2, pages: 4, delay: 1, retries: 3 },
    ingredients: ['leaves', 'mrelease', 'queuedWriter'],
    full: true,
    expect: always,
    why: 'Nor of a writer that waits behind a reader.',
  },
]

/** After a panic everything stands still, also the manager. */
const panics: readonly ReaperRow[] = [
  {
    claims: ['C8'],
    variant: '6.18',
    bounds: { ...alone, pages: 1 },
    ingredients: ['mrelease'],
    expect: { PanicIsTheEnd: holds, Panic: reachable() },
    why: 'The only process that could be killed is being released, and the allocator finds nobody.',
  },
]

export const teardown: readonly ReaperRow[] = [...both, ...others, ...released, ...ordinary, ...more, ...panics]
