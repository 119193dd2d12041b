/**
 * OOM killing in Linux 2.6.17, and Dave Peterson's patch of 18 May 2006 (against 2.6.17-rc4-mm1), which lets one OOM
 * kill operation begin only after the one before it has ended.
 *
 * The patch in three sentences. A bit, `oom_kill_in_progress`, is taken *before* the last attempt to get a page. It is
 * given back by whoever took it when the attempt succeeds or when nobody is shot, and otherwise by the mmput() that
 * cleans the victim's mm, which the killer has marked with MM_FLAG_OOM_NOTIFY. So, says the patch, an attempt that fails
 * and leads to a kill has seen the memory of every process shot before.
 *
 * Kept: the slow path of __alloc_pages() from its first watermark test on; out_of_memory() for an unconstrained
 * allocation; select_bad_process() on a list in which the hog stands anywhere, task by task; the locked and unlocked
 * looks at task.mm while killing; do_exit() with exit_mm(), mmput(), exit_mmap(), exit_notify() and the final PF_DEAD;
 * a parent that may or may not reap. The points of badness() are the pages of the mm, so that the hog is chosen while it
 * has one, then the first daemon in the list.
 *
 * Dropped, and what that could hide:
 * - Allocators are never candidates themselves, as if OOM_DISABLE. Hides what a task does that is shot while it allocates.
 * - Reclaim makes no progress (no swap, nothing clean), and every caller has __GFP_FS. Hides callers that only wait.
 * - cpuset- and mempolicy-limited kills, panic_on_oom, PF_SWAPOFF, SysRq-F: hides kills that look at no dying task, and
 *   operations that are begun or ended by somebody else.
 * - One thread per mm, no fork, no exec, no children to shoot first, no other holder of mm_users: hides kills while a
 *   sibling still holds the mm, children that die for their parent, and a bit that stays set because someone pins the mm.
 * - exit_aio(), mmap_sem, core dumps, files: hides victims that wait for others, and so waiting in a circle.
 * - Per-CPU lists: a freed page is free at once. Hides memory that is back and cannot be had yet.
 *
 * One label is one step. Where a step covers more than one access of the C code, this is why it hides nothing:
 * - restart: the attempts at WMARK_LOW and WMARK_MIN. The second succeeds wherever the first does.
 * - out_of_memory: cpuset_lock() and read_lock(). Write sections of tasklist_lock are single steps here, so the second
 *   lock is there at once; what others do between the two they could have done before. read_unlock likewise.
 * - select_bad_process: TIF_MEMDIE, PF_EXITING and PF_DEAD are read apart. They are only ever set, and PF_DEAD last, so
 *   that every answer is right at the moment of one of the reads.
 * - badness, oom_kill_task of the patch, __oom_kill_task, exit_mm: one task_lock() section each.
 * - __oom_kill_task of the patch also covers the unlocked q->mm == mm of its loop: both fail alike, and mm goes to NULL
 *   once. Of the loops over all threads only the chosen one is left, before and after: no other task has that mm.
 * - set_tsk_thread_flag: TIF_MEMDIE and SIGKILL. Only the victim looks at SIGKILL, and it may be slow to.
 * - exit_mmap: a batch of one page, the smallest there is. Larger ones only leave less time in between.
 * - oom_notify: MM_FLAG_OOM_NOTIFY is read and the bit cleared. Nobody can set the flag of an mm without users.
 */
import { protocol } from '../checker/language/index.ts'
import { begin, endWithPage, lastAttempt, slowPath } from './oom-serialization/allocation.ts'
import { killAfterUnlockedLook, killAndAskForNotice, shoot } from './oom-serialization/kill.ts'
import { leave, leaveOrCancel, noCandidate, selection, sleep } from './oom-serialization/selection.ts'
import { history, program, running, state } from './oom-serialization/state.ts'
import { die, letGo, notifyAndDie, parent } from './oom-serialization/victim.ts'

interface Ingredients {
  readonly cpusetMutex: boolean
  readonly ordinaryExit: boolean
}

/** What allocators and victims do, revision by revision. */
const revisions = {
  'mainline-2.6.17': ({ cpusetMutex, ordinaryExit }: Ingredients) => [
    program(
      'cpu',
      {
        ...slowPath,
        ...lastAttempt('done'),
        ...selection(cpusetMutex),
        ...killAfterUnlockedLook,
        ...shoot,
        ...leave,
        ...sleep,
        ...noCandidate,
      },
      running,
    ),
    program('task', { ...letGo(ordinaryExit), ...die }, running),
  ],
  'may-18': ({ cpusetMutex, ordinaryExit }: Ingredients) => [
    program(
      'cpu',
      {
        ...slowPath,
        ...begin,
        ...lastAttempt('page_found'),
        ...selection(cpusetMutex),
        ...killAndAskForNotice,
        ...shoot,
        ...leaveOrCancel,
        ...sleep,
        ...endWithPage,
        ...noCandidate,
      },
      running,
    ),
    program('task', { ...letGo(ordinaryExit), ...notifyAndDie }, running),
  ],
}

export const oomSerialization = protocol({
  name: 'oom-serialization',
  source: 'Dave Peterson, 18 May 2006',
  variants: ['mainline-2.6.17', 'may-18'],
  bounds: {
    cpus: { min: 1, max: 4, doc: 'allocating tasks, each on a CPU of its own and in want of one page' },
    victims: { min: 1, max: 4, doc: 'tasks that can be killed: a hog, and daemons of one page each' },
    pages: { min: 1, max: 4, doc: 'pages of the hog' },
  },
  ingredients: {
    cpusetMutex: { doc: 'cpusets are configured: one selection at a time' },
    ordinaryExit: { doc: 'tasks may also exit unasked' },
    reaping: { doc: 'zombies may be reaped; without it they stay on the task list for ever' },
  },
  state: (config) => state(config),
  history,
  init:
    ({ victims, pages }) =>
    (s, pick) => {
      const members = Array.from({ length: victims }, (_, i) => i)
      for (const i of members) {
        s.task[i].mm = s.task[i].active_mm = s.mm[i]
        s.mm[i].mm_users = 1
        s.mm[i].pages = i === 0 ? pages : 1
      }
      // The daemons are alike, so that only the place of the hog among them makes a difference to a scan.
      const [hog, ...daemons] = s.task
      const place = pick(members)
      for (const task of [...daemons.slice(0, place), hog, ...daemons.slice(place)]) s.tasklist.push(task)
    },
  programs: (config) => [...revisions[config.variant](config), ...(config.reaping ? [parent] : [])],
  /** Every allocator has its page, and whoever was shot is dead. */
  done: () => (s, at) =>
    s.panicked || (s.cpu.every((cpu) => at(cpu, 'done')) && s.task.every((task) => at(task, 'done') || !task.SIGKILL)),
})
