/*
 * serialization: OOM kills serialised by one flag, four CPUs that allocate, four tasks that may be shot.
 *
 * A benchmark, loosely after the patch of May 2006 for Linux 2.6.17-rc4-mm1 that lets only the CPU which won
 * test_and_set_bit(oom_kill_in_progress) make a last attempt at the high watermark and then shoot a task. The flag stays set
 * until the memory of the victim is free. A CPU that loses goes straight back to the freelist.
 * Dropped: badness (any live task may be picked), child-first, threads, the sleep of the losers, cpusets, the panic.
 *
 * Twin of the model of the same name in oomcheck. One label is one atomic transition. The description from which both were
 * written, and from which a third can be:
 *
 * Constants
 *   CPUS 4, TASKS 4, WMARK_LOW 0, WMARK_HIGH 1, TASK_PAGES 1, FREE_PAGES_INITIAL 1, EXITS_MAX 2
 *
 * Variables                                                                               initially
 *   oom_kill_in_progress   bool                                                           false
 *   free_pages             0 .. FREE_PAGES_INITIAL + TASKS * TASK_PAGES                   FREE_PAGES_INITIAL
 *   exits_left             0 .. EXITS_MAX: tasks that may still exit of their own accord  EXITS_MAX
 *   of each task t:
 *     memdie[t]            bool: TIF_MEMDIE and a pending SIGKILL                         false
 *     mm[t]                bool: has an mm                                                true
 *     oom_notify[t]        bool: MM_FLAG_OOM_NOTIFY of that mm                            false
 *     label                run, exit_mm, exit_mmap, oom_kill_finish, exit_notify, dead    run
 *   of each CPU c:
 *     victim[c]            none or a task                                                 none
 *     label                get_page, oom_kill_start, last_attempt, select_bad_process,
 *                          oom_kill_task, send_sigkill, oom_kill_cancel, finished         get_page
 *
 * Steps of CPU c. A step is always enabled at its label. Of several cases exactly one applies.
 *   1 get_page            free_pages > WMARK_LOW:    free_pages -= 1                                  -> finished
 *                         otherwise:                 nothing                                          -> oom_kill_start
 *   2 oom_kill_start      oom_kill_in_progress:      nothing                                          -> get_page
 *                         otherwise:                 oom_kill_in_progress := true                     -> last_attempt
 *   3 last_attempt        free_pages > WMARK_HIGH:   free_pages -= 1                                  -> oom_kill_cancel
 *                         otherwise:                 nothing                                          -> select_bad_process
 *   4 select_bad_process  candidates are the tasks t with mm[t] and not memdie[t]
 *                         some: for any candidate t: victim[c] := t (one transition per candidate)    -> oom_kill_task
 *                         none: nothing (one transition; the allocation fails)                        -> oom_kill_cancel
 *   5 oom_kill_task       mm[victim[c]]:             oom_notify[victim[c]] := true                    -> send_sigkill
 *                         otherwise:                 victim[c] := none                                -> select_bad_process
 *   6 send_sigkill        always:                    memdie[victim[c]] := true, victim[c] := none     -> get_page
 *   7 oom_kill_cancel     always:                    oom_kill_in_progress := false                    -> finished
 *   - finished            no step
 *
 * Steps of task t.
 *   8 run                 memdie[t]:                 nothing (notices SIGKILL)                        -> exit_mm
 *                         not memdie[t] and
 *                         exits_left > 0:            exits_left -= 1 (exits of its own accord)        -> exit_mm
 *                         otherwise:                 not enabled
 *   9 exit_mm             always:                    mm[t] := false                                   -> exit_mmap
 *  10 exit_mmap           always:                    free_pages += TASK_PAGES                         -> oom_kill_finish
 *  11 oom_kill_finish     oom_notify[t]:             oom_notify[t] := false,
 *                                                    oom_kill_in_progress := false                    -> exit_notify
 *                         otherwise:                 nothing                                          -> exit_notify
 *  12 exit_notify         always:                    nothing                                          -> dead
 *   - dead                no step
 *
 * Termination: there is no deadlock other than "every CPU is at finished, every task at dead or at run".
 *
 * To run:
 *   spin -o1 -o2 -o3 -a serialization.pml
 *   gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -w24
 *   gcc -O2 -DSAFETY -DNOREDUCE -DBFS -o pan pan.c && ./pan -w24       for the depth
 *
 * Expected: 1,897,543 states, 9,056,740 transitions, greatest distance from the initial state 48 (49 breadth-first levels
 * with the initial state), no self-loop, 65 terminal states.
 * SPIN reports the same number of states: all processes are active in the initial state, so there are no init steps; each
 * case of a step is one option of an `if` and one d_step, so there are no intermediate states; processes never end, because
 * they wait at an end label. SPIN reports one transition more, 9,056,741: it prints stored + matched, and the initial state
 * is stored without a transition. `else` (case "none" of step 4) is a transition of its own there as it is here.
 * -o1 -o2 -o3 (no resetting of dead variables, no merging of steps) change no number here: the model resets victim itself.
 * They stay on the command line because such optimisations may change the counts of an edited model. Without -DNOREDUCE
 * SPIN's partial-order reduction stores 923,728 states and reports 2,976,817 transitions.
 *
 * Other instances, by options for spin (states, transitions, distance):
 *   -DEXITS_MAX=0               27,169       95,268   48
 *   -DEXITS_MAX=1              361,365    1,514,032   48
 *   -DFREE_PAGES_INITIAL=0   3,258,832   16,982,872   52
 */

#define CPUS 4
#define TASKS 4
#define NONE TASKS
#define WMARK_LOW 0
#define WMARK_HIGH 1
#define TASK_PAGES 1
#ifndef FREE_PAGES_INITIAL
#define FREE_PAGES_INITIAL 1
#endif
#ifndef EXITS_MAX
#define EXITS_MAX 2
#endif

bool oom_kill_in_progress;
byte free_pages = FREE_PAGES_INITIAL;
byte exits_left = EXITS_MAX;
bool memdie[TASKS];
bool mm[TASKS] = true;
bool oom_notify[TASKS];

#define pick_victim(t) :: d_step { mm[t] && !memdie[t] -> victim = t } goto oom_kill_task

active [CPUS] proctype cpu()
{
  byte victim = NONE;

get_page:
  if
  :: d_step { free_pages > WMARK_LOW -> free_pages-- } goto end_finished
  :: free_pages <= WMARK_LOW -> goto oom_kill_start
  fi;

oom_kill_start: /* test_and_set_bit(): one step */
  if
  :: oom_kill_in_progress -> goto get_page
  :: d_step { !oom_kill_in_progress -> oom_kill_in_progress = true } goto last_attempt
  fi;

last_attempt:
  if
  :: d_step { free_pages > WMARK_HIGH -> free_pages-- } goto oom_kill_cancel
  :: free_pages <= WMARK_HIGH -> goto select_bad_process
  fi;

select_bad_process:
  if
  pick_victim(0)
  pick_victim(1)
  pick_victim(2)
  pick_victim(3)
  :: else -> goto oom_kill_cancel
  fi;

oom_kill_task:
  if
  :: d_step { mm[victim] -> oom_notify[victim] = true } goto send_sigkill
  :: d_step { !mm[victim] -> victim = NONE } goto select_bad_process
  fi;

send_sigkill: /* the `if` is here because SPIN refuses a goto to a label on a d_step */
  if
  :: d_step { memdie[victim] = true; victim = NONE } goto get_page
  fi;

oom_kill_cancel:
  oom_kill_in_progress = false;

end_finished:
  false
}

/* SPIN numbers processes in the order of their declaration: CPUs first. */
#define self (_pid - CPUS)

active [TASKS] proctype task()
{
end_run:
  if
  :: memdie[self] -> goto exit_mm
  :: d_step { !memdie[self] && exits_left > 0 -> exits_left-- } goto exit_mm
  fi;

exit_mm:
  mm[self] = false;

  /* exit_mmap */
  free_pages = free_pages + TASK_PAGES;

  /* oom_kill_finish */
  if
  :: d_step { oom_notify[self] -> oom_notify[self] = false; oom_kill_in_progress = false }
  :: !oom_notify[self]
  fi;

  /* exit_notify */
  skip;

end_dead:
  false
}
