/**
 * From an OOM kill to the memory that it brings back: victim, OOM reaper, and the next OOM killer.
 *
 * The OOM killer marks a process, and kills nobody else as long as a marked process has an mm without MMF_OOM_SKIP. The
 * flag is set by exit_mmap(), when the victim or whoever is the last to put its mm has unmapped it, and by the reaper, a
 * thread that unmaps what belongs to a victim that does not exit by itself, and that sets the flag also when it gives up.
 *
 * Source: mm/oom_kill.c, mm/mmap.c, kernel/exit.c, kernel/fork.c. Variants, in oom-reaper/eras.ts, by the release in which
 * something changed:
 * - 4.6: the first reaper, which is a user of the mm; the mark is on a thread.
 * - 4.9: oom_mm and MMF_OOM_SKIP, and the reaper under oom_lock (that since 4.7).
 * - 4.14: exit and reaper run side by side; exit waits for the reaper if the task that runs it is a victim.
 * - 4.15: if the mm is that of a victim.
 * - 4.17: exit reaps by itself first, under oom_lock.
 * - 5.15: without oom_lock (since 4.19), and with process_mrelease().
 * - 5.18: teardown under the lock for writing; mlocked memory is reaped; the delay of two seconds (e4a38402c36e).
 * - 6.1: exit unmaps under the lock for reading (bf3980c85212). 6.18: the reaper walks from the highest VMA down.
 * - early-skip: proposed on 6.18 in August 2025 (Liam Howlett). reaper-off: 6.18 without the thread.
 * Of 4.6 it is recalled, not read, that giving up leaves TIF_MEMDIE alone, and that a victim that was reaped is exempted by
 * its oom_score_adj. Which release brought what is partly recalled.
 *
 * Kept: the allocator's last attempt under oom_lock; the scan, process by process; kill and mark; the way to the reaper,
 * with the timer where there is one; the attempts and the sleeps between them; do_exit(), exit_mm(), mmput() by whoever
 * is last, exit_mmap() in its parts; the page table entries one by one, gathered and then freed; munlock as far as it looks
 * at entries; mmap_lock with waiting writers; the end of the process on the list; process_mrelease(); a second killer, for
 * a memcg.
 *
 * A tick is a tenth of a second, so that a delay of 20 and 10 retries are the real ones. An allocator that finds nothing
 * sleeps for one. With `prompt` nobody but victims and holders is slow: no tick passes while allocators, timers and the
 * reaper can act. Without it everybody may be as slow as they like, which is more behaviours.
 *
 * Dropped, and what that could hide:
 * - Threads, and other processes with the same mm, but for one holder: hides victims of which only one thread is marked.
 *   See oom-exit.
 * - Allocators are no candidates. Hides a victim that allocates, and its reserves.
 * - mm_count, and references to tasks: hides use after free. See oom-references, and oom-reaper-queue.
 * - MMF_UNSTABLE and page faults: hides who sees zeroes in a page that was reaped. See oom-zeroed-page.
 * - hugetlbfs, notifiers that refuse: all or none of an mm can be reaped here.
 * - exit_aio() and whatever else can block in __mmput(): hides nothing for safety, since every step may be as late as it
 *   likes. The reference of 4.9 is put at once and not by a worker: hides that the reaper is not the one that is held up.
 * - Robust futexes and freezers.
 *
 * One label is one step. Where a step covers more than one access of the C code, this is why it hides nothing:
 * - select_bad_process: mark, flag and points of one process. The flag is only ever set; if it is set in between, the
 *   answer is right at the later moment, too.
 * - oom_kill_process: the signal and the mark are under task_lock(), which exit_mm() takes.
 * - queue_oom_reaper: nobody else queues this victim; see oom-reaper-queue for those who do.
 * - exit_mm: down_read, task.mm = NULL, up_read. Readers do not disturb each other, and a writer that would have to wait
 *   for these few instructions may just as well come later.
 * - unmap_vmas, unmap_page_range: one entry each, under the lock of its page table; withoutPteLock takes that apart.
 * - munlock_vma_pages_all: the look for the page table and the look into it are apart, each with no lock.
 * - tlb_finish_mmu of the reaper: the flush and the freeing of the one page of a VMA.
 */
import { protocol } from '../checker/language/index.ts'
import { eras } from './oom-reaper/eras.ts'
import { initially } from './oom-reaper/initial.ts'
import { history, state } from './oom-reaper/state.ts'

export const oomReaper = protocol({
  name: 'oom-reaper',
  source: 'mm/oom_kill.c and exit_mmap(), Linux 4.6 to 6.18',
  variants: ['6.18', '4.6', '4.9', '4.14', '4.15', '4.17', '5.15', '5.18', '6.1', 'early-skip', 'reaper-off'],
  bounds: {
    cpus: { min: 1, max: 3, doc: 'allocators in want of one page' },
    victims: { min: 1, max: 3, doc: 'processes that can be killed: a hog, and daemons of one page each' },
    pages: { min: 1, max: 4, doc: 'pages of the hog, each a VMA of its own' },
    delay: {
      min: 0,
      max: 20,
      doc: 'tenths of a second from the mark until the reaper is woken; of releases with a timer, from 5.18 on',
    },
    retries: { min: 1, max: 10, doc: 'attempts of the reaper, a tenth of a second apart' },
  },
  ingredients: {
    stuck: { doc: 'the hog never sees its signal' },
    daemonsStuck: { doc: 'the daemons never see a signal, so that what comes after their kill is left out' },
    pin: { doc: 'somebody has got the mm of the hog by get_task_mm(), and puts it when it likes' },
    writer: { doc: 'a thread holds mmap_lock of the hog for writing, and lets go when it likes' },
    reader: { doc: 'somebody holds mmap_lock of the hog for reading, and lets go when it likes' },
    queuedWriter: {
      doc: 'somebody holds mmap_lock of the hog for reading, and somebody else waits for it for writing',
    },
    unreapable: { doc: 'the memory of the hog is shared, and the reaper leaves it alone' },
    reaping: { doc: 'a process that has exited leaves the list' },
    mrelease: { doc: 'a manager may kill the hog as well, and calls process_mrelease()' },
    killed: {
      doc: 'a manager may kill the hog as well, and does no more: the hog may exit without being an OOM victim',
    },
    leaves: { doc: 'an allocator that has killed does not come back for its page' },
    mlocked: { doc: 'the memory of the hog is mlocked' },
    remembersMm: { doc: 'process_mrelease() also finds an mm that its task has let go of' },
    memcg: { doc: 'the limit of a memcg is reached as well, and the first daemon is killed for it' },
    allHeld: { doc: 'somebody holds mmap_lock of every process for writing, and never lets go' },
    sleepsUnderLock: { doc: 'whoever has killed sleeps for a tick before it unlocks oom_lock' },
    withoutPin: { doc: '5.15: process_mrelease() does not become a user of the mm' },
    withoutPteLock: { doc: 'the reaper looks at an entry and clears it without a lock' },
    withoutReset: { doc: '5.18: exit_mmap() leaves mm->mmap pointing at the VMAs that it has freed' },
    prompt: { doc: 'no tick passes while allocators, timers and the reaper can act' },
  },
  state,
  history,
  init: initially,
  programs: (setup) => [...eras[setup.variant](setup)],
  /** Time goes on for ever, unless nobody is left to be killed. */
  done: () => (s) => s.panicked,
})
