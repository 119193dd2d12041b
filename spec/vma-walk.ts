/** C2 and C3, entry by entry: exit, reaper and process_mrelease() on one address space, and three bugs of the past (31, 32, 34). */
import { propertiesOf, spec } from '../checker/language/index.ts'
import { vmaWalk } from '../model/vma-walk.ts'
import type { State } from '../model/vma-walk/state.ts'
import { bookkeeping, munlocking, withBookkeeping } from './vma-walk/bookkeeping.ts'
import { rows } from './vma-walk/rows.ts'

const { always, reachable, stepwise } = propertiesOf(vmaWalk)

/** The reaper or process_mrelease() is at a VMA, or has what it gathered there. */
const isWalked = (s: State): boolean => s.reaper[0].come > 0 || s.manager[0].come > 0

const everyVma = (s: State, test: (vma: number) => boolean): boolean => {
  for (let i = 0; i < s.vma.length; i++) if (!test(i)) return false
  return true
}

export default spec(vmaWalk, {
  locks: ['mmap_lock', 'oom_lock', 'ptl'],
  properties: [
    ...bookkeeping,
    ...munlocking,
    /** No page is freed by more than one walker. */
    always('NoPageIsFreedTwice', (s, { h }) => everyVma(s, (i) => h.freed[i] < 2)),
    /** In the end each was. */
    always('EveryPageIsFreed', (s, { h }) => s.exit[0].batch.isEmpty && everyVma(s, (i) => h.freed[i] > 0), {
      given: (s, { at }) => at(s.exit[0], 'done') && !isWalked(s),
    }),
    always('NoEntryIsLeft', (s) => everyVma(s, (i) => !s.vma[i].pte), { given: (s, { at }) => at(s.exit[0], 'done') }),
    /** An entry goes while the lock of its page of the page table is held. */
    stepwise('EntriesGoUnderTheirLock', (s, { before }) =>
      everyVma(s, (i) => s.vma[i].pte || before(() => !s.vma[i].pte || s.ptl[s.vma[i].table])),
    ),
    /** exit_mmap() is for the last user. */
    always('ExitWaitsForThreads', (s, { at }) => at(s.exit[0], 'mmput'), { given: (s) => !s.sibling[0].gone }),
    /** Whoever tears down has mmap_lock for itself. */
    always('ExitTearsDownAlone', (s) => s.mmap_lock.readers === 0, {
      given: (s, { at }) => at(s.exit[0], 'free_pgtables') || at(s.exit[0], 'tlb_batch_pages_flush'),
    }),
    /** No page table goes while somebody walks, who would read there what belongs to somebody else by now. */
    always('PageTablesOutliveWalks', (s) => !s.torn_down || !isWalked(s)),
    /** Nobody else has anything gathered when exit_mmap() flushes for the last time: it may rely on the flush being the last. */
    always('ExitFinishesLast', (s) => !isWalked(s) && s.reaper[0].batch.isEmpty && s.manager[0].batch.isEmpty, {
      given: (s, { at }) => at(s.exit[0], 'tlb_batch_pages_flush') || at(s.exit[0], 'done'),
    }),
    /** Nobody uses a page by way of a TLB when it is free, and may be anybody's. */
    always('NobodyUsesAFreePage', (_s, { h }) => !h.strayed),
    /** What was written is not zeroes afterwards: a thread that writes them to a file would spoil it. */
    always('NobodyReadsZeroes', (_s, { h }) => !h.zeroes),
    /** What munlock has seen is there when it comes to use it. */
    always('MunlockFindsItsEntry', (_s, { h }) => !h.oops),
    /** Each of two has gathered something. */
    reachable('TwoGatherAtATime', (s) => !s.exit[0].batch.isEmpty && !s.reaper[0].batch.isEmpty),
    /** With process_mrelease(). */
    reachable('ThreeWalkAtATime', (s) => s.exit[0].come > 0 && s.reaper[0].come > 0 && s.manager[0].come > 0),
    reachable('MreleaseGathers', (s) => !s.manager[0].batch.isEmpty),
    /** Since 4.17 exit reaps its own mm. */
    reachable('ExitReapsFirst', (s) => s.oom_lock && !s.MMF_OOM_SKIP && !s.exit[0].batch.isEmpty),
    /** Exit unmaps, and finds nothing that the reaper has left. */
    reachable('ReaperLeavesNothing', (s, { at }) => at(s.exit[0], 'set_MMF_OOM_SKIP') && s.exit[0].batch.isEmpty),
    /** The thread uses what its TLB still has, while the reaper has the page gathered. */
    reachable('StaleEntryIsUsedInTime', (s) => !s.sibling[0].gone && !everyVma(s, (i) => !s.tlb[i] || s.vma[i].pte)),
    /** The reaper has come to all VMAs, and has left those alone that are mlocked, as it did until 5.17. */
    reachable(
      'ReaperPassesWhatIsMlocked',
      (s, { at }) =>
        s.MMF_UNSTABLE && at(s.reaper[0], 'mmap_read_unlock') && everyVma(s, (i) => s.vma[i].VM_LOCKED && s.vma[i].pte),
    ),
    /** The reaper finds the mm hidden, and does nothing. */
    reachable('ReaperComesTooLate', (s, { at }) => at(s.exit[0], 'done') && at(s.reaper[0], 'done') && !s.MMF_UNSTABLE),
  ],
  routine: [...bookkeeping, ...munlocking].map(({ name }) => name),
  rows: rows.map(withBookkeeping),
})
