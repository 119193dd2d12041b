/**
 * OOM killing in Linux 2.6.17, Dave Peterson's patch of 18 May 2006 (against 2.6.17-rc4-mm1), which lets one OOM kill
 * operation begin only after the one before it has ended, its other revisions, and what took its place.
 *
 * The patch in three sentences. A bit, `oom_kill_in_progress`, is taken *before* the last attempt to get a page. It is
 * given back by whoever took it when the attempt succeeds or when nobody is shot, and otherwise by the mmput() that
 * cleans the victim's mm, which the killer has marked with MM_FLAG_OOM_NOTIFY. So, says the patch, an attempt that fails
 * and leads to a kill has seen the memory of every process shot before.
 *
 * The revisions, in oom-serialization/revisions.ts: 2.6.17; the first posting of 25 April 2006; the patch; try 2 of
 * 22 May; try 4 of 30 May; the per-zone trylock of 2.6.24 (ff0ceb9deb6e); oom_lock of 4.2 (dc56401fc9f2). Of 2.6.24 and
 * 4.2 the model has their locks, their order of tests in the scan and, for 4.2, how the victim is marked and unmarked;
 * the rest is as in 2006. Whether losers slept in April, and whether try 4 marked all threads of its victim, is not
 * known here: taken as in the patch and as in 2.6.17.
 *
 * Kept: the slow path of __alloc_pages() from its first watermark test on; out_of_memory(); select_bad_process() on a
 * list in which the hog stands anywhere, task by task; the locked and unlocked looks at task.mm while killing, and the
 * loop over the other users of the mm; do_exit() with exit_mm(), mmput(), exit_mmap(), exit_notify() and the final
 * PF_DEAD; a parent that may or may not reap. The points of badness() are the pages of the mm, so that the hog is chosen
 * while it has one, then the first daemon in the list.
 *
 * Ingredients, one by one: a hog of two threads, or two processes, on one mm; somebody else who holds that mm (a reader
 * of /proc that allocates, process 1) or a lock that the hog needs; execve(); SysRq-F; an allocation limited to some
 * nodes; a task that exits and never finishes; per-CPU lists of free pages.
 *
 * Threads: the bound counts those of the hog. With threadedDaemons each daemon has two, so that a row can have second
 * threads in the hog, in the innocent, or in both. Each thread has its own PF_EXITING, PF_DEAD and TIF_MEMDIE, lets go of
 * the mm and puts it by itself; SIGKILL goes to all threads of a process.
 *
 * Dropped, and what that could hide:
 * - Allocators are never candidates themselves, as if OOM_DISABLE, except the one whose allocation is limited. Hides what
 *   a task does that is shot while it allocates.
 * - Reclaim makes no progress (no swap, nothing clean), and every caller has __GFP_FS. Hides callers that only wait.
 * - PF_SWAPOFF, children shot first (see oom-child-first), recycled mm_structs (see oom-mm-reuse), fork.
 * - Kernel threads, which have no mm and are on the list for ever. In 2006 a scan that finds nobody else chooses one, with 0
 *   points, and begins again [S]: what is a panic here, with an empty list, is the endless scan of R7 there. Tried with one
 *   on the list: quick rows have the same verdicts, after longer scans, but for AllocatorsCanFinish of try 4 with three
 *   allocators, which holds here because a panic counts as an end.
 * - exit_aio(), mmap_sem, core dumps, files: hides victims that wait for others, but for the lock and the stuck task.
 * - Threads are not reaped by themselves but like processes, at any time or never, and a leader after its threads, as
 *   delay_group_leader() has it: hides nothing but a list that is always shorter.
 *
 * One label is one step. Where a step covers more than one access of the C code, this is why it hides nothing:
 * - restart: the attempts at WMARK_LOW and WMARK_MIN. The second succeeds wherever the first does.
 * - out_of_memory: cpuset_lock(), read_lock() and the test for a limited allocation. Write sections of tasklist_lock are
 *   single steps here, so the second lock is there at once; what others do between the two they could have done before.
 *   Whether an allocation is limited nobody else changes. read_unlock likewise.
 * - select_bad_process: TIF_MEMDIE, PF_EXITING and PF_DEAD are read apart. In 2006 they are only ever set, and PF_DEAD
 *   last, so that every answer is right at the moment of one of the reads. 2.6.24 reads mm as well, which is set to NULL
 *   after PF_EXITING; 4.2 reads TIF_MEMDIE first, which is cleared after that.
 * - badness, oom_kill_task of the patch and of 4.2, __oom_kill_task, exit_mm, exec_mmap: one task_lock() section each.
 * - oom_kill_task of the patch and set_tsk_thread_flag also cover the unlocked q->mm == mm of the loop, up to the next
 *   task that has the mm. A task that lets go of it between that and __oom_kill_task is left alone there, as it would be
 *   by the comparison. Whether one that execs was compared before or after is a pick. The chosen task of 2.6.17 is not
 *   compared at all and always shot: with exec that revision has one way too many, and no row.
 * - set_tsk_thread_flag: TIF_MEMDIE and SIGKILL. Only the victim looks at SIGKILL, and it may be slow to.
 * - do_send_sig_info of 4.2: all signals. As above.
 * - exit_mmap: a batch of one page, the smallest there is. Larger ones only leave less time in between.
 * - oom_notify: MM_FLAG_OOM_NOTIFY is read and the bit cleared. Nobody can set the flag of an mm without users.
 * - down of try 4: also read_lock(), as in out_of_memory.
 */
import { protocol } from '../checker/language/index.ts'
import { initially } from './oom-serialization/initial.ts'
import { revisions } from './oom-serialization/revisions.ts'
import { history, state } from './oom-serialization/state.ts'
import { drain, parent } from './oom-serialization/victim.ts'

export const oomSerialization = protocol({
  name: 'oom-serialization',
  source: 'Dave Peterson, 18 May 2006',
  variants: ['mainline-2.6.17', 'april-25', 'may-18', 'try-2', 'try-4', '2.6.24', '4.2'],
  bounds: {
    cpus: { min: 1, max: 4, doc: 'allocating tasks, each on a CPU of its own and in want of one page' },
    victims: { min: 1, max: 4, doc: 'processes that can be killed: a hog, and daemons of one page each' },
    threads: { min: 1, max: 2, doc: 'threads of the hog' },
    pages: { min: 1, max: 4, doc: 'pages of the hog' },
  },
  ingredients: {
    cpusetMutex: { doc: 'cpusets are configured: one selection at a time' },
    ordinaryExit: { doc: 'tasks may also exit unasked' },
    reaping: { doc: 'zombies may be reaped; without it they stay on the task list for ever' },
    threadedDaemons: { doc: 'each daemon has two threads, however many the hog has' },
    otherProcess: { doc: 'the second thread of the hog is a process of its own that shares the mm' },
    withoutTaskLock: { doc: 'may-18: the mm flag is set without task_lock()' },
    lock: { doc: 'cpu0 holds a lock while it allocates, and the hog needs it on its way out' },
    pin: { doc: 'cpu0 has got the mm of the hog by get_task_mm(), and then allocates' },
    initShares: { doc: 'the hog is a vfork child of process 1 and shares its mm' },
    exec: { doc: 'the hog may be in the middle of execve()' },
    constrained: { doc: 'the allocation of cpu0 is limited to some nodes, so that it kills itself' },
    initAllocates: { doc: 'with constrained: cpu0 is process 1' },
    stuckExit: { doc: 'one more task exits, unasked, and never gets to its end' },
    sysrq: { doc: 'somebody presses SysRq-F once: the last CPU is the handler, which calls out_of_memory() directly' },
    perCpuLists: { doc: 'freed pages go to a per-CPU list first, where the allocators do not find them' },
    panicOnOom: { doc: 'the administrator wants a panic instead of a kill' },
  },
  state,
  history,
  init: initially,
  programs: (setup) => [
    ...revisions[setup.variant](setup),
    ...(setup.reaping ? [parent] : []),
    ...(setup.perCpuLists ? [drain] : []),
  ],
  /** Every allocator has its page, and whoever was shot is dead. */
  done: () => (s, at) =>
    s.panicked ||
    (s.cpu.every((cpu) => at(cpu, 'done')) &&
      s.task.every((task) => at(task, 'done') || !task.SIGKILL || task.is_stuck)),
})
