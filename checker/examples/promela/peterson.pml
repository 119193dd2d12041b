/*
 * Peterson's mutual exclusion for two processes that compete for ever.
 *
 * Twin of the toy of the same name in oomcheck. One label is one atomic transition.
 *
 * Variables                                                     initially
 *   turn       process 0 or 1                                   0
 *   flag[i]    bool, of each process i                          false
 *   label      set_flag, set_turn, wait, leave, of each         set_flag
 *
 * Steps of process i, where j is the other process.
 *   1 set_flag   always:                        flag[i] := true     -> set_turn
 *   2 set_turn   always:                        turn := j           -> wait
 *   3 wait       not flag[j] or turn = i:       nothing             -> leave
 *                otherwise:                     not enabled
 *   4 leave      always:                        flag[i] := false    -> set_flag
 * A process at leave is in its critical section. The guard of wait reads both variables in one step.
 *
 * Property: never are both processes at leave. No deadlock. No process ends.
 *
 * To run:
 *   spin -o1 -o2 -o3 -a peterson.pml
 *   gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan
 *   gcc -O2 -DSAFETY -DNOREDUCE -DBFS -o pan pan.c && ./pan       for the depth
 *
 * Expected: 20 states, 34 transitions, greatest distance from the initial state 6 (7 breadth-first levels with the initial
 * state), no self-loop, no terminal state, no errors.
 * SPIN reports 20 states, and 35 transitions: it prints stored + matched, and the initial state is stored without a
 * transition. in_critical is only there to be asserted on; the labels determine it, so it adds no state.
 */

bool flag[2];
bit turn;
byte in_critical;

#define other (1 - _pid)

active [2] proctype process()
{
set_flag:
  flag[_pid] = true;

  /* set_turn */
  turn = other;

  /* wait */
  d_step { !flag[other] || turn == _pid -> in_critical++; assert(in_critical == 1) };

  /* leave */
  d_step { in_critical--; flag[_pid] = false };

  goto set_flag
}
