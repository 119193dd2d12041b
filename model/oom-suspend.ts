/**
 * An OOM kill while the system is being suspended.
 *
 * freeze_processes() sends user space into the refrigerator, and when all of it is there devices are put to sleep. An OOM
 * kill takes its victim out of the refrigerator again, so that it can exit. Whoever runs after freeze_processes() has
 * succeeded may touch a device that sleeps.
 *
 * Source: kernel/power/process.c, kernel/freezer.c, mm/oom_kill.c. Variants:
 * - 3.17: the killer is disabled by a flag that allocators look at before they kill; the victim is exempt from freezing
 *   (51fae6da640e, without what came with it).
 * - 3.18: 5695be142e20. Kills are counted, and if there was one all tasks are looked at again.
 * - 4.9: the flag is set under the lock of the killer, and victims that are marked are waited for. That is 4.0
 *   (c32b3cbe0d06), and 4.9 again, where only the victim itself gives up the mark (74070542099c and what followed).
 * - inverted-wait: a form of 4.0 that was posted, and which waits until there are victims.
 * - 4.6-rc: the reaper takes the mark from its victim when it has reaped it. That the reaper became freezable
 *   (e26796066fdf) does not change this: kernel threads are frozen after user space and after the wait.
 * - 6.18: all threads of the victim are thawed, and none is frozen again; what is counted is still the one that is marked.
 * With `lastThread`: what Michal Hocko proposed in 2016 together with the thaw of all threads: the mark is given up once per
 * process, by its last thread and at the end of its exit. Of the two only the thaw has been merged, in 6.18. Until then
 * freezing() asked for the mark of the thread on purpose: who is not counted must not be thawed (da99ecf117fc).
 *
 * Until 3.19 the thaw was made by the next call of the OOM killer that met the victim (63a8ca9b2084). That it is a step of the
 * kill here hides nothing: it may be as late, and whoever makes it has looked at the flag as early.
 *
 * Kept: the refrigerator in its two steps; the kill in its steps, once, by a kernel thread; both waits of suspend and
 * their timeouts; exit_mm(), the end of the mark, and the rest of exit.
 * Dropped: kernel threads being frozen; other processes with the same mm, which are killed and stay in the refrigerator;
 * memory, and the reaper but for the mark; resume; several kills: hides nothing that one does not show; several
 * processes: those that are not killed are frozen and stay so.
 *
 * One label is one step. try_to_freeze_tasks and check_frozen_processes walk over the tasks; one look hides nothing, as a
 * task leaves the refrigerator only by the kill, and a kill between two looks of the walk is like one after the walk for
 * those already seen and one before it for the others, of whom none is waited for that is exempt. oom_killer_disable: the
 * flag and the unlock; who waits for the lock sees both. task_unlock: with the count of victims, see there.
 */
import { protocol } from '../checker/language/index.ts'
import { exemptions, killers, reaper, suspenders, thread } from './oom-suspend/programs.ts'
import { state, type Setup, type State } from './oom-suspend/state.ts'

const variants = {
  '6.18': (setup: Setup) => [
    suspenders.wait(exemptions.oom_mm, setup),
    killers.process,
    thread(exemptions.oom_mm, setup),
  ],
  '3.17': (setup: Setup) => [
    suspenders.flag(exemptions.TIF_MEMDIE, setup),
    killers.unnoticed,
    thread(exemptions.TIF_MEMDIE, setup),
  ],
  '3.18': (setup: Setup) => [
    suspenders.counter(exemptions.TIF_MEMDIE, setup),
    killers.counted,
    thread(exemptions.TIF_MEMDIE, setup),
  ],
  'inverted-wait': (setup: Setup) => [
    suspenders.invertedWait(exemptions.TIF_MEMDIE, setup),
    killers.locked,
    thread(exemptions.TIF_MEMDIE, setup),
  ],
  '4.6-rc': (setup: Setup) => [
    suspenders.wait(exemptions.TIF_MEMDIE, setup),
    killers.locked,
    thread(exemptions.TIF_MEMDIE, setup),
    reaper,
  ],
  '4.9': (setup: Setup) => [
    suspenders.wait(exemptions.TIF_MEMDIE, setup),
    killers.locked,
    thread(exemptions.TIF_MEMDIE, setup),
  ],
}

const initially =
  ({ asleep }: Setup) =>
  (s: State) => {
    s.pm_freezing = asleep
    s.mm_users = s.task.length
    for (const task of s.task) {
      task.has_mm = task.on_tasklist = true
      if (asleep) task.state = 'TASK_FROZEN'
    }
  }

export const oomSuspend = protocol({
  name: 'oom-suspend',
  source: 'kernel/power/process.c and mm/oom_kill.c, Linux 3.17 to 6.18',
  variants: ['6.18', '3.17', '3.18', 'inverted-wait', '4.6-rc', '4.9'],
  bounds: { threads: { min: 1, max: 3, doc: 'threads of the process that is killed' } },
  ingredients: {
    asleep: { doc: 'user space is in the refrigerator from the start' },
    wholeProcess: { doc: 'the mark is kept until the last thread of the process has let go of the mm' },
    lastThread: { doc: 'the mark is kept until the last thread of the process has come to its end' },
  },
  state,
  init: initially,
  programs: (setup) => [...variants[setup.variant](setup)],
  /** Suspended, or not after all; the killer may have nothing to do, and user space goes on. */
  done: () => (s, at) => at(s.suspender[0], 'done') && at(s.killer[0], 'done'),
})
