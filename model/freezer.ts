/**
 * Victims of an OOM kill that are frozen: how they come out of the freezers, when their memory is back, and who wakes
 * those that wait for their robust futexes.
 *
 * A thread in the refrigerator of cgroup v1 is deaf to SIGKILL. Somebody has to thaw it, and it must not be sent back. The
 * reaper does not need the victim, but waits for two seconds, so that threads can walk the lists of their robust futexes
 * while the pages of these lists are there. Cgroup v2 lets a killed thread go.
 *
 * Source: kernel/freezer.c, kernel/cgroup/legacy_freezer.c, kernel/signal.c, mm/oom_kill.c, kernel/futex/core.c. Variants:
 * - 2.6.39: nothing is thawed. 3.3: the marked thread is thawed (f660daac474c), finds that it is still to be frozen
 *   (a3201227f803), and goes back. 3.18: it is exempt (51fae6da640e). In 3.2 the thaw itself took the request back, which is
 *   like 3.18 here; 3.0 and 3.1 are like 2.6.39.
 * - 5.17: a reaper, without a delay. 6.17: with the delay of e4a38402c36e. 6.18: all threads of the victim are thawed and
 *   exempt.
 * - Proposed on 6.17 in August 2025, never merged. v5 (zhongjinji): no delay if the thread is frozen and so is whoever
 *   shares the mm. v6: no delay if the thread is frozen. read-once: no delay if tsk->frozen is set (Shakeel Butt, of
 *   cgroup v2). thaw-last: v6 with the thaw after the test, and so for the two others. v5-initialised: v5 with a value in
 *   the variable that it returns.
 *
 * That the first releases mark and signal in another order; that until 3.19 the thaw was not made by the kill but by the next
 * call of the OOM killer that met the victim (63a8ca9b2084), which is later, and here a step that may be as late; and that before 6.1 the refrigerator had a flag where it has a
 * state now, is left out: what is seen of a thread, and what wakes it, is the same. The order of thaw-last is deduced.
 *
 * Kept: the refrigerator in its two steps and its loop; the trap of cgroup v2, its count and the wake-up by SIGKILL; the
 * kill from the signal to the timer, step by step, with the tests as they read; the thaw thread by thread; freezer.state
 * and its thaw; the walk of a robust list, look by look; exit_mm(); the reaper page by page; process_mrelease().
 *
 * A tick is a tenth of a second. No tick passes while killer, timer, reaper or a thread can act, so that what takes time is
 * only the delay and whoever sleeps in a freezer. With `slow` threads take their time as well, which is more behaviours.
 *
 * Dropped, and what that could hide:
 * - The choice of the victim, and further kills: its first thread is taken. Hides victims whose leader is gone.
 * - exit_mmap() and the reaper beside it (see oom-reaper): the last user unmaps all in one step. Retries: nobody holds
 *   mmap_lock.
 * - Threads in freezable sleeps, which are frozen where they are: like those in the refrigerator, but they do not look again.
 * - Suspend: see oom-suspend.
 * - PI futexes, whose waiters look at EXITING; futexes of private memory, whose waiters die as well; OWNER_DIED that user
 *   space handles wrongly.
 * - execve() walks the list of the old mm first: hides locks of who executes.
 * - Where pages are: the reaper takes them in any order, which is more behaviours than either direction.
 *
 * One label is one step. Where a step covers more than one access of the C code, this is why it hides nothing:
 * - get_signal: under siglock, which the sender of SIGKILL takes.
 * - test_freezing, __thaw_task: under freezer_lock. The end of the refrigerator is in the first of the two: until a thread
 *   has set itself running it is seen as frozen, which it also is before it looks.
 * - exit_robust_list: three fields of the head, in one page. handle_futex_death: the word and the wake-up, in shared
 *   memory, which nobody unmaps; the next pointer is read before.
 * - exit_mm: task_lock() excludes the killer, and of the last mmput() others only see the result.
 * - for_each_process: the processes one after the other; their frozen() and their mm change without any lock. A test at
 *   two moments may give what none at one moment does; with one other process there is only one moment.
 */
import { protocol } from '../checker/language/index.ts'
import { history, state, type Setup, type State } from './freezer/state.ts'
import { variants } from './freezer/variants.ts'

/** Whose memory it is, and who holds which lock: every way to hand the locks to the threads. */
const initially = (setup: Setup) => (s: State, pick: <const T>(options: Iterable<T>) => T) => {
  const { threads, v2, mixed, asleep } = setup
  for (const process of s.process) {
    const all = ['none', 'v1', 'v2'] as const
    process.freezer = mixed ? pick(all) : v2 ? 'v2' : 'v1'
  }
  for (const [i, task] of [...s.task].entries()) {
    task.process = s.process[i < threads ? 0 : i - threads + 1]
    task.mm = s.mm[0]
    if (asleep) task.state = v2 ? 'TASK_INTERRUPTIBLE' : 'TASK_FROZEN'
    task.frozen = asleep && v2
  }
  s.cgroup.FREEZING = s.cgroup.freeze = asleep
  s.mm[0].mm_users = s.task.length
  for (let page = 0; page < s.mm[0].mapped.length; page++) s.mm[0].mapped[page] = true
  for (const lock of s.lock) lock.owner = pick([...s.task])
}

export const freezer = protocol({
  name: 'freezer',
  source: 'kernel/freezer.c, mm/oom_kill.c and kernel/futex/core.c, Linux 2.6.39 to 6.18',
  variants: [
    '6.18',
    '6.17',
    '5.17',
    '3.18',
    '3.3',
    '2.6.39',
    'v5',
    'v5-initialised',
    'v6',
    'read-once',
    'thaw-last',
    'v5-thaw-last',
    'read-once-thaw-last',
  ],
  bounds: {
    threads: { min: 1, max: 3, doc: 'threads of the victim' },
    sharers: { min: 0, max: 2, doc: 'other processes, of one thread each, with the same mm' },
    locks: { min: 0, max: 3, doc: 'robust futexes that these threads hold, each with a waiter elsewhere' },
    delay: {
      min: 0,
      max: 20,
      doc: 'tenths of a second from the mark until the reaper is woken, since 5.18; before, it is woken at once, where there is one',
    },
  },
  ingredients: {
    v2: { doc: 'the group is of cgroup v2; otherwise of v1' },
    mixed: { doc: 'each process is in a group of v1, in one of v2, or in none' },
    asleep: { doc: 'the group is frozen from the start' },
    slow: { doc: 'threads take their time for every step; otherwise no tick passes while one can act' },
    thaw: { doc: 'user space may thaw the group' },
    reader: { doc: 'somebody reads freezer.state' },
    exceptFrozen: { doc: 'freezing() is false once all of the group is frozen (cff5f49d433f)' },
    thawFirst: { doc: 'the thaw comes before the mark on the process' },
    testFirst: { doc: 'the refrigerator looks whether it must before it is seen as frozen' },
    withoutReaper: { doc: 'nobody reaps' },
    exec: { doc: 'the victim may be in execve()' },
    privateEntry: { doc: 'the first lock of every list is in private memory' },
    mrelease: { doc: 'a manager kills and calls process_mrelease(); there is no OOM kill' },
  },
  state,
  history,
  init: initially,
  programs: (setup) => [...variants[setup.variant](setup)],
})
