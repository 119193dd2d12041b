/**
 * What every release keeps in order, whatever a row is about: who holds which lock, how far each walk is, where each page
 * is. Asked in every row, so that a mistake in the model shows where it is made.
 */
import { holds, propertiesOf, type RowOf } from '../../checker/language/index.ts'
import { vmaWalk } from '../../model/vma-walk.ts'
import type { Exit, Reaper, State } from '../../model/vma-walk/state.ts'

export type WalkRow = RowOf<typeof vmaWalk>

const { always, alwaysReachable, stepwise } = propertiesOf(vmaWalk)

/** Where the reaper and process_mrelease() are when they are at a VMA. */
const AT_A_VMA = ['unmap_page_range', 'tlb_flush_mmu_tlbonly', 'tlb_batch_pages_flush'] as const
/** From when MMF_UNSTABLE is set until they let go of the mm. */
const REAPING = ['next_vma', ...AT_A_VMA] as const
/** Where they have mmap_lock. */
const UNDER_MMAP_LOCK = ['test_MMF_OOM_SKIP', 'set_MMF_UNSTABLE', ...REAPING, 'mmap_read_unlock'] as const
/** Where they have not begun to reap. */
const BEFORE_REAPING = [
  'mutex_lock',
  'mmap_read_trylock',
  'mmap_read_lock_killable',
  'test_MMF_OOM_SKIP',
  'set_MMF_UNSTABLE',
] as const

/** Where exit has mmap_lock for reading, since 6.1, and where for writing. */
const EXIT_UNMAPS = ['unmap_vmas', 'unmap_page_range', 'mmap_read_unlock'] as const
const EXIT_TEARS_DOWN = [
  'free_pgtables',
  'tlb_flush_mmu_tlbonly',
  'tlb_batch_pages_flush',
  'mmap_write_unlock',
] as const
/** Where reaper and exit have oom_lock, until 4.18. */
const REAPER_HAS_OOM_LOCK = ['mmap_read_trylock', ...UNDER_MMAP_LOCK, 'mutex_unlock'] as const
const EXIT_HAS_OOM_LOCK = ['__oom_reap_task_mm', 'reap_page_range', 'reap_pages', 'mutex_unlock'] as const

/** Where exit has begun a walk over the VMAs and is at one, and where it turns to the next one. */
const EXIT_AT_A_VMA = [
  'unmap_page_range',
  'reap_page_range',
  'reap_pages',
  'clear_VM_LOCKED',
  'follow_page_mask',
  'munlock_vma_page',
] as const
const EXIT_TURNS = ['unmap_vmas', '__oom_reap_task_mm', 'munlock_next_vma'] as const

/** Calls of unmap_page_range(), and where it has the lock of a page table. */
const CALLS = ['unmap_page_range', 'reap_page_range'] as const
const UNDER_PTE_LOCK = CALLS.flatMap((call) => [
  `${call}/unmap_page_range.zap_pte_range` as const,
  `${call}/unmap_page_range.pte_unmap_unlock` as const,
])

type At<L> = (process: object, label: L) => boolean
const isIn = <const L extends string>(at: At<L>, process: object, labels: readonly L[]): boolean =>
  labels.some((label) => at(process, label))

const reapersOf = (s: State): readonly Reaper[] => [...s.reaper, ...s.manager.filter(({ calls }) => calls)]
const walkersOf = (s: State): readonly (Exit | Reaper)[] => [...s.exit, ...reapersOf(s)]
const reapersIn = <const L extends string>(s: State, at: At<L>, labels: readonly L[]): number =>
  reapersOf(s).filter((each) => isIn(at, each, labels)).length

const everyVma = (s: State, test: (vma: number) => boolean): boolean => {
  for (let i = 0; i < s.vma.length; i++) if (!test(i)) return false
  return true
}
/** In how many gathers a page is. */
const gathersOf = (s: State, vma: number): number => walkersOf(s).filter(({ batch }) => batch.has(vma)).length

export const bookkeeping = [
  /** Since 6.1 mmap_lock has as many readers as there are walkers: with one too few exit tears down what somebody walks. */
  always(
    'ReadersAreCounted',
    (s, { at }) => s.mmap_lock.readers === reapersIn(s, at, UNDER_MMAP_LOCK) + Number(isIn(at, s.exit[0], EXIT_UNMAPS)),
  ),
  /** Exit holds mmap_lock for writing, alone, from before the page tables go until the last page is free. */
  always(
    'ExitTearsDownUnderItsLock',
    (s, { at }) =>
      s.mmap_lock.writer === isIn(at, s.exit[0], EXIT_TEARS_DOWN) && !(s.mmap_lock.writer && s.mmap_lock.readers > 0),
  ),
  /** Until 5.17 the reaper alone reads under mmap_lock; exit frees without it, and takes it once, to wait for the reaper. */
  always(
    'ExitTakesTheLockForAMoment',
    (s, { at }) =>
      s.mmap_lock.readers === reapersIn(s, at, UNDER_MMAP_LOCK) &&
      s.mmap_lock.writer === at(s.exit[0], 'mmap_write_unlock') &&
      !(s.mmap_lock.writer && s.mmap_lock.readers > 0),
  ),
  /** Until 4.18 whoever reaps has oom_lock, the reaper before it takes mmap_lock and until it has let that go. */
  always(
    'OomLockIsHeldByOne',
    (s, { at }) =>
      Number(s.oom_lock) === reapersIn(s, at, REAPER_HAS_OOM_LOCK) + Number(isIn(at, s.exit[0], EXIT_HAS_OOM_LOCK)),
  ),
  /** Each lock of a page table is for one at a time, who is inside; nobody leaves one behind, on which others would spin. */
  always(
    'PageTableLocksAreHeldByWhoIsInside',
    (s, { at }) =>
      [...s.ptl].filter((held) => held).length === walkersOf(s).filter((each) => isIn(at, each, UNDER_PTE_LOCK)).length,
  ),
  /** A fault fails from before the first entry goes, or it would map zeroes; and it does not while nobody reaps. */
  always('FaultsFailWhileReaped', (s, { at }) =>
    s.MMF_UNSTABLE ? reapersOf(s).some((each) => !isIn(at, each, BEFORE_REAPING)) : reapersIn(s, at, REAPING) === 0,
  ),

  /** A walk turns to one VMA after the other, and is over when it has come to all: of one passed over the memory stays. */
  stepwise('WalksGoOnByOne', (s, { before }) => {
    const was = before(() => walkersOf(s).map(({ come }) => come))
    return walkersOf(s).every(
      ({ come }, i) => come === was[i] || come === was[i] + 1 || (come === 0 && was[i] === s.vma.length),
    )
  }),
  /** Who reaps and is at a VMA has come to one, and who is in no walk has begun none. */
  always('ReaperBeginsAtItsEnd', (s, { at }) =>
    reapersOf(s).every((each) => at(each, 'next_vma') || each.come > 0 === isIn(at, each, AT_A_VMA)),
  ),
  /** Each walk of exit, which makes up to three, begins at the lowest VMA: one that began higher would leave some out. */
  always('ExitBeginsAtTheBottom', (s, { at }) =>
    s.exit.every((exit) => isIn(at, exit, EXIT_TURNS) || exit.come > 0 === isIn(at, exit, EXIT_AT_A_VMA)),
  ),
  /** Whatever the others do, each walk can come to its end, and let go of the locks for which they wait. */
  alwaysReachable('EverybodyGetsThrough', (s, { at }) => walkersOf(s).every((each) => at(each, 'done'))),

  /** A page is mapped, gathered by one walker, or free. */
  always('NoPageIsGatheredTwice', (s) => everyVma(s, (i) => Number(s.vma[i].pte) + gathersOf(s, i) <= 1)),
  /** Of an entry that goes somebody has the page, or it would never be free; and none comes back. */
  stepwise('EntriesAreGathered', (s, { before }) =>
    everyVma(s, (i) => s.vma[i].pte === before(() => s.vma[i].pte) || (!s.vma[i].pte && gathersOf(s, i) > 0)),
  ),
  /** Exit takes the page tables away, before its last flush and not earlier: if it did not, nobody would. */
  always(
    'PageTablesGoOnce',
    (s, { at }) =>
      s.torn_down === isIn(at, s.exit[0], ['tlb_flush_mmu_tlbonly', 'tlb_batch_pages_flush', 'done']) ||
      at(s.exit[0], 'mmap_write_unlock'),
  ),
]

/** The entry of the VMA that munlock is at, which goes upwards. */
const munlocked = (s: State) => s.vma[s.exit[0].come - 1]

export const munlocking = [
  /** A VMA is not mlocked any more when munlock comes to its pages, or they would be found mlocked by it, and stay so. */
  always('MunlockUnlocksFirst', (s) => !munlocked(s).VM_LOCKED, {
    given: (s, { at }) => isIn(at, s.exit[0], ['follow_page_mask', 'munlock_vma_page']),
  }),
  /** munlock finds every page that is there: one that it misses would stay mlocked, and nobody could reclaim it. */
  always('MunlockMissesNoPage', (s) => s.exit[0].seen || !munlocked(s).pte, {
    given: (s, { at }) => at(s.exit[0], 'munlock_vma_page'),
  }),
]

const KEPT = {
  NoEntryIsLeft: holds,
  FaultsFailWhileReaped: holds,
  WalksGoOnByOne: holds,
  ReaperBeginsAtItsEnd: holds,
  ExitBeginsAtTheBottom: holds,
  EverybodyGetsThrough: holds,
  EntriesAreGathered: holds,
  PageTablesGoOnce: holds,
}
/** Where the locks of page tables are taken. */
const PTE_LOCK = { PageTableLocksAreHeldByWhoIsInside: holds, NoPageIsGatheredTwice: holds }
const READS = { ReadersAreCounted: holds, ExitTearsDownUnderItsLock: holds }
const WAITS = { ExitTakesTheLockForAMoment: holds, OomLockIsHeldByOne: holds }
/** How exit and reaper exclude each other. */
const LOCKS = { '6.18': READS, '6.17': READS, '4.17': WAITS, '4.16': WAITS } as const
const MUNLOCK = { MunlockUnlocksFirst: holds, MunlockMissesNoPage: holds }

/** The row, with what has to be in order in its release. */
export function withBookkeeping(row: WalkRow): WalkRow {
  const { variant = '6.18', ingredients = [] } = row
  const pteLock = ingredients.includes('withoutPteLock') ? {} : PTE_LOCK
  const munlock = ingredients.includes('mlocked') ? MUNLOCK : {}
  return { ...row, expect: { ...KEPT, ...LOCKS[variant], ...pteLock, ...munlock, ...row.expect } }
}
