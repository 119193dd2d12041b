/**
 * The VMAs of an address space: how mmap() and munmap() keep them in order, and how the OOM reaper comes to each of them.
 *
 * Source: lib/maple_tree.c, mm/vma.c and __oom_reap_task_mm() of Linux 6.18, read; the third patch of Zhongjinji's series
 * v4 (14 August 2025), which walks backwards by vma_prev() from ULONG_MAX, and its version 5, which walks by mas_find_rev()
 * from MA_STATE(mas, &mm->mm_mt, ULONG_MAX, 0), both read. Lorenzo Stoakes asked of the former whether it does not skip a
 * VMA, Liam Howlett remarked of the latter that index is larger than last, which probably works. Merged for 6.18 was
 * mas_for_each_rev() from (ULONG_MAX, ULONG_MAX). Until 6.17 the walk was forward; until 5.17 it passed over mlocked VMAs.
 *
 * What is where: here the structure, alone; in vma-walk several walkers at a time, with locks, pages and TLB; in
 * pte-lock-contention and unmap-cost what they cost each other; in oom-reaper when the reaper walks at all.
 *
 * Kept: VMAs as ranges of few slots, in order; splits at both ends of a range; MAP_FIXED; neighbours that grow; the status,
 * index and last of struct ma_state, and what the entry functions mas_find(), mas_find_rev() and mas_prev() do with them;
 * ranges without a VMA, over which an iterator goes. The last slot is ULONG_MAX, which no VMA of a user reaches, except
 * with `top`. Each slot is a page, mapped by mmap() at once.
 *
 * Dropped: nodes of the tree and their splits, which could hide that an iterator loses its way among nodes (nothing is
 * written meanwhile); a tree of a single entry at index 0, which no VMA makes, since it covers more than one byte; pause and
 * overflow, which none of these walks uses; brk(), mremap() and mprotect(), which split and store in the same way; a VMA
 * that grows downwards. A second thread in mmap() would have to wait for the lock.
 *
 * One label is one step: under mmap_lock nobody looks between them, but those who read under RCU, for whom the order in
 * which VMAs are split, cleared and stored is kept. vms_complete_munmap_vmas also does what vms_clear_ptes() does.
 *
 * Variants: 6.18, 6.17 and 5.17; the two posted walks; vma_prev-from-last, what the question was about; and four that are
 * wrong: split-keeps-end, clears-first-only, stores-at-end, reaps-shared.
 */
import { protocol } from '../checker/language/index.ts'
import { anyLayout, thread } from './vma-tree/calls.ts'
import { history, KINDS, state } from './vma-tree/state.ts'
import { walker } from './vma-tree/walks.ts'

export const vmaTree = protocol({
  name: 'vma-tree',
  source: 'lib/maple_tree.c and __oom_reap_task_mm(), Linux 6.18; series v4 and v5 of August 2025',
  variants: [
    '6.18',
    '6.17',
    '5.17',
    'v5-index-above-last',
    'v4-vma_prev',
    'vma_prev-from-last',
    'split-keeps-end',
    'clears-first-only',
    'stores-at-end',
    'reaps-shared',
  ],
  bounds: {
    slots: { min: 2, max: 7, doc: 'slots of the address space, the last of which no VMA reaches' },
    kinds: { min: 1, max: KINDS.length, doc: `how many of these kinds there are: ${KINDS.join(', ')}` },
  },
  ingredients: {
    mapped: { doc: 'there is an address space at first, any, and nobody calls mmap() or munmap()' },
    top: { doc: 'VMAs may reach to the last slot' },
  },
  state,
  history,
  init: (setup) => (s, pick) => {
    s.thread[0].calls = !setup.mapped
    if (setup.mapped) anyLayout(setup)(s, pick)
  },
  programs: (setup) => (setup.mapped ? [walker(setup)] : [thread(setup), walker(setup)]),
  done: () => (s, at) => at(s.walker[0], 'done'),
})
