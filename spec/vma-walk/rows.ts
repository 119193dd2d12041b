/** Walks side by side, with what makes them safe and without; and bugs of the past, each beside its fix. */
import { holds, reachable, unreachable, violated } from '../../checker/language/index.ts'
import type { WalkRow } from './bookkeeping.ts'

const safe = {
  NoPageIsFreedTwice: holds,
  EveryPageIsFreed: holds,
  EntriesGoUnderTheirLock: holds,
  PageTablesOutliveWalks: holds,
  ExitFinishesLast: holds,
}
/** Since 5.18. */
const alone = { ExitTearsDownAlone: holds }
/** For a thread that still runs. */
const unharmed = { NobodyUsesAFreePage: holds, NobodyReadsZeroes: holds, ExitWaitsForThreads: holds }

/** What excludes what, in both directions. */
const together: readonly WalkRow[] = [
  {
    claims: ['C2', 'C3'],
    variant: '6.18',
    bounds: { vmas: 2, perTable: 1 },
    expect: { ...safe, ...alone, TwoGatherAtATime: reachable(11), ReaperComesTooLate: reachable(21) },
    states: 353,
    why: 'Whoever unmaps holds mmap_lock for reading until it has freed what it gathered, and exit sets the flag that keeps others from beginning before it waits for them.',
  },
  {
    claims: ['C2', 'C3'],
    variant: '6.17',
    bounds: { vmas: 2, perTable: 1 },
    expect: { ...safe, ...alone, TwoGatherAtATime: reachable(16), ReaperComesTooLate: reachable(21) },
    states: 396,
    why: 'The order of the flushes rests on the lock, not on the direction of the walk.',
  },
  {
    claims: ['C2', 'C3', 'C8'],
    variant: '6.18',
    bounds: { vmas: 3, perTable: 2 },
    ingredients: ['mrelease'],
    expect: { ...safe, ...alone, ThreeWalkAtATime: reachable(11), MreleaseGathers: reachable(6) },
    states: 19_758,
    why: 'Three walkers at a time, and VMAs that share a page of the page table.',
  },
  {
    claims: ['C2', 'C3', 'C8'],
    variant: '6.17',
    bounds: { vmas: 3, perTable: 2 },
    ingredients: ['mrelease'],
    expect: { ...safe, ...alone, ThreeWalkAtATime: reachable(11), MreleaseGathers: reachable(6) },
    states: 28_198,
    why: 'The same with all three in one direction.',
  },
  {
    claims: ['C2', 'C3', 'C8'],
    variant: '6.18',
    bounds: { vmas: 4, perTable: 2 },
    ingredients: ['mrelease', 'sibling'],
    expect: { ...safe, ...unharmed },
    why: 'Four VMAs, and a thread that runs until it is gone.',
    full: true,
  },
  {
    claims: ['C2'],
    variant: '6.18',
    bounds: { vmas: 1, perTable: 1 },
    ingredients: ['withoutPteLock'],
    expect: { NoPageIsFreedTwice: violated(22), ReaperLeavesNothing: reachable(12) },
    states: 166,
    why: 'Both see the same entry, and both free the page.',
  },
  {
    claims: ['C3'],
    variant: '6.18',
    bounds: { vmas: 1, perTable: 1 },
    ingredients: ['withoutWriteLock'],
    expect: {
      ExitFinishesLast: violated(15),
      PageTablesOutliveWalks: violated(14),
      ExitTearsDownUnderItsLock: violated(),
      NoPageIsFreedTwice: holds,
    },
    states: 192,
    why: 'Where exit does not wait for readers the reaper still has pages gathered when exit is through, and walks page tables that are gone.',
  },
  {
    claims: ['C3'],
    variant: '6.17',
    bounds: { vmas: 1, perTable: 1 },
    ingredients: ['withoutWriteLock'],
    expect: { ExitFinishesLast: violated(15), ExitTearsDownUnderItsLock: violated() },
    states: 192,
    why: 'Forward as well.',
  },
]

/** process_mrelease() beside a thread, and the reaper alone with one. */
const threads: readonly WalkRow[] = [
  {
    claims: ['C2', 'C8'],
    variant: '6.18',
    bounds: { vmas: 2, perTable: 1 },
    ingredients: ['mrelease', 'sibling'],
    expect: { ...safe, ...alone, ...unharmed },
    states: 18_124,
    why: 'Whoever reaps says so first, and flushes before it frees.',
  },
]

/** 31, 32 and 34 of the list of bugs. */
const bugs: readonly WalkRow[] = [
  {
    claims: ['C2', 'G4'],
    variant: '4.16',
    bounds: { vmas: 1, perTable: 1 },
    ingredients: ['mlocked'],
    expect: { MunlockFindsItsEntry: violated(12), ReaperPassesWhatIsMlocked: reachable(6) },
    states: 529,
    why: 'CVE-2018-1000200: VM_LOCKED is all that keeps the reaper away from a VMA that munlock goes through, and munlock clears it first.',
  },
  {
    claims: ['C2', 'G4'],
    variant: '4.17',
    bounds: { vmas: 2, perTable: 1 },
    ingredients: ['mlocked'],
    expect: {
      ...safe,
      MunlockFindsItsEntry: holds,
      TwoGatherAtATime: unreachable,
      ReaperPassesWhatIsMlocked: reachable(7),
    },
    states: 932,
    why: 'exit_mmap() reaps first, with oom_lock, hides the mm and waits for the reaper, so that munlock is alone.',
  },
  {
    claims: ['G4'],
    variant: '4.17',
    bounds: { vmas: 1, perTable: 1 },
    ingredients: ['mlocked', 'sibling'],
    expect: {
      ...safe,
      ...unharmed,
      MunlockFindsItsEntry: holds,
      ExitReapsFirst: reachable(6),
      ReaperPassesWhatIsMlocked: reachable(6),
      StaleEntryIsUsedInTime: reachable(8),
    },
    states: 684,
    why: 'Nor does it come before the thread is gone.',
  },
  {
    claims: ['G4'],
    variant: '4.16',
    bounds: { vmas: 2, perTable: 1 },
    expect: { ...safe, MunlockFindsItsEntry: holds },
    states: 473,
    why: 'Without mlocked memory nobody munlocks.',
  },
  {
    claims: ['G4'],
    variant: '4.16',
    bounds: { vmas: 1, perTable: 1 },
    ingredients: ['sibling', 'fullMmGather'],
    expect: { NobodyUsesAFreePage: violated(12) },
    states: 488,
    why: 'CVE-2017-18202: where the whole mm goes arm64 does not flush, because nobody is left to use it; but the reaper comes while a thread still runs.',
  },
  {
    claims: ['G4'],
    variant: '4.16',
    bounds: { vmas: 2, perTable: 1 },
    ingredients: ['sibling'],
    expect: { ...safe, ...unharmed, StaleEntryIsUsedInTime: reachable(8), ReaperComesTooLate: reachable(25) },
    states: 1_386,
    why: 'Gathered VMA by VMA, each page is flushed before it is freed; until then the thread may use it.',
  },
  {
    claims: ['G4'],
    variant: '6.18',
    bounds: { vmas: 1, perTable: 1 },
    ingredients: ['sibling', 'withoutUnstable'],
    expect: {
      NobodyReadsZeroes: violated(8),
      FaultsFailWhileReaped: violated(),
      NobodyUsesAFreePage: holds,
      StaleEntryIsUsedInTime: reachable(7),
    },
    states: 339,
    why: 'Where nobody says that the mm is unstable a thread in write() faults zeroes in, and writes them to its file.',
  },
  {
    claims: ['G4'],
    variant: '6.18',
    bounds: { vmas: 2, perTable: 2 },
    ingredients: ['sibling'],
    expect: { ...safe, ...unharmed, StaleEntryIsUsedInTime: reachable(7) },
    states: 1_013,
    why: 'The flag is set before the first entry goes, and a fault looks at it under the lock under which entries go.',
  },
]

export const rows: readonly WalkRow[] = [...together, ...threads, ...bugs]
