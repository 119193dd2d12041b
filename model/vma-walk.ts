/**
 * Several walkers on one address space: exit_mmap(), the OOM reaper and process_mrelease(), entry by entry.
 *
 * Source: mm/mmap.c, mm/oom_kill.c, mm/memory.c and mm/mmu_gather.c. Variants: 6.18, in which reaper and process_mrelease()
 * walk backwards; 6.17, in which all walk forward (both unmap under mmap_lock for reading and tear down under it for
 * writing, since bf3980c85212); 4.16, in which exit_mmap() munlocks first, without a lock, and waits for the reaper by
 * taking the lock for a moment; 4.17, in which it reaps its own mm first (27ae357fa82b, CVE-2018-1000200).
 *
 * What is where: oom-reaper decides for every release since 4.6 that each page is freed once and that nobody walks after
 * teardown, with one step for look and clearing, and with the way to the walk: kill, timer, attempts, who is last. Here
 * that is given, three walkers are at it at once, in both directions, and there are: the lock of each page of the page
 * table, which several VMAs share; the gather, with the flush of the TLB apart from the freeing of pages; a thread that
 * still runs on another CPU and has its TLB; munlock. vma-tree has the iterators, pte-lock-contention the price.
 *
 * Kept: one page for each VMA; tlb_finish_mmu() in two steps; MMF_UNSTABLE and MMF_OOM_SKIP; oom_lock until 4.18.
 *
 * Dropped, and what that could hide:
 * - Attempts that fail: a reader waits instead, which is the same as to come again in time.
 * - VMAs that the reaper leaves alone, but for mlocked ones; see vma-tree. With `mlocked` any of them may be.
 * - A batch that is full is flushed and freed on the way: hides nothing, since whoever gathered a page frees it.
 * - Page tables are freed with the pages in the gather of exit; torn_down is set when they are taken out of the tree.
 * - Huge pages, of which munlock (34) stumbled over one: an entry here may be that of a huge page.
 * - A writer that waits for mmap_lock keeps no new readers out here, which is more behaviours.
 * - mm_users: exit begins when the thread is gone. Who is the last user is in oom-reaper.
 * - Faults map nothing here: what the thread would read is noted.
 *
 * Why a step is one step: zap_pte_range() is under the lock of the page table, except withoutPteLock, where look and
 * clearing are two; the hardware may fill a TLB between any two steps. test of MMF_UNSTABLE in a fault: it is made under
 * the lock of the page table, and the reaper sets the flag before it takes that.
 */
import { protocol } from '../checker/language/index.ts'
import { tableOf } from './kernel/page-table.ts'
import { exit, sibling } from './vma-walk/exit.ts'
import { manager, reaper } from './vma-walk/reaping.ts'
import { history, state, type Setup } from './vma-walk/state.ts'
import { unmapping } from './vma-walk/unmap.ts'

export const vmaWalk = protocol({
  name: 'vma-walk',
  source: 'exit_mmap() and __oom_reap_task_mm(), Linux 4.16 to 6.18',
  variants: ['6.18', '6.17', '4.17', '4.16'],
  bounds: {
    vmas: { min: 1, max: 4, doc: 'VMAs, of one page each' },
    perTable: { min: 1, max: 4, doc: 'VMAs that share a page of the page table, and its lock' },
  },
  ingredients: {
    mrelease: { doc: 'a manager calls process_mrelease()' },
    sibling: { doc: 'another thread of the victim still runs' },
    mlocked: { doc: 'VMAs may be mlocked' },
    withoutPteLock: { doc: 'walkers look at an entry and clear it without a lock' },
    withoutWriteLock: { doc: 'exit_mmap() tears down without having waited for readers' },
    fullMmGather: { doc: 'the reaper gathers as if the whole mm went, as until 4.14' },
    withoutUnstable: { doc: 'the reaper does not set MMF_UNSTABLE, as until 4.9' },
  },
  state,
  history,
  init: (setup) => (s, pick) => {
    for (const [i, vma] of [...s.vma].entries()) {
      vma.pte = true
      vma.table = tableOf(setup, i)
      if (setup.mlocked) vma.VM_LOCKED = pick([false, true])
    }
    s.manager[0].calls = setup.mrelease
    s.sibling[0].gone = !setup.sibling
  },
  programs: (setup: Setup) => {
    const unmap = unmapping(setup)
    return [
      exit(setup, unmap),
      reaper(setup, unmap),
      ...(setup.mrelease ? [manager(setup, unmap)] : []),
      ...(setup.sibling ? [sibling(setup)] : []),
    ]
  },
})
