/*
 * counter: a hierarchical per-CPU counter. Four CPUs add and subtract one; a slot that reaches the batch is carried to the
 * counter of its pair of CPUs, and that one, when it reaches its own batch, to the root. No lock: each step is one atomic
 * operation, so that both CPUs of a pair may find their counter full and only one of them will find something to take.
 *
 * A benchmark, loosely after the counter trees proposed for Linux. There the carry is computed from the result of the atomic
 * add and the residual stays non-negative; here it is taken in a step of its own, and is the whole counter, as in percpu_counter.
 *
 * Twin of the model of the same name in oomcheck. One label is one atomic transition. The description from which both were
 * written, and from which a third can be:
 *
 * Constants
 *   CPUS 4, MIDS 2, ADDS 5, BATCH 2, MID_BATCH 4; the mid of CPU c (0 .. 3) is c / 2 rounded down
 *
 * Variables                                                                              initially
 *   root           -20 .. 20                                                             0
 *   of each mid m:
 *     mid[m]       -6 .. 6                                                               0
 *   of each CPU c, with m its mid:
 *     adds_left[c] 0 .. ADDS                                                             ADDS
 *     slot[c]      -2 .. 2                                                               0
 *     carry[c]     -6 .. 6: taken below and not yet added above                          0
 *     label        add, take_slot_carry, add_mid, take_mid_carry, add_root               add
 * These domains hold every reachable value (the extremes reached are those, except that root stays within -16 .. 16).
 *
 * Steps of CPU c. Of several cases exactly one applies.
 *   1 add              adds_left[c] = 0: not enabled; the CPU has finished
 *                      otherwise, for any d in { +1, -1 } (one transition for each):
 *                      adds_left[c] -= 1, slot[c] += d, and then, on the new value,
 *                      |slot[c]| >= BATCH                                                 -> take_slot_carry
 *                      otherwise                                                          -> add
 *   2 take_slot_carry  carry[c] := slot[c], slot[c] := 0                                  -> add_mid
 *   3 add_mid          mid[m] += carry[c], carry[c] := 0, and then, on the new value,
 *                      |mid[m]| >= MID_BATCH                                              -> take_mid_carry
 *                      otherwise                                                          -> add
 *   4 take_mid_carry   mid[m] = 0 (the other CPU of the pair took it): nothing            -> add
 *                      otherwise: carry[c] := mid[m], mid[m] := 0 (whatever its size)     -> add_root
 *   5 add_root         root += carry[c], carry[c] := 0                                    -> add
 *
 * Termination: there is no deadlock other than "every CPU is at add with adds_left 0". (A label of its own for that
 * situation, instead of add with adds_left 0, gives the same number of states and transitions.)
 * Invariant: slots, carries, mids and root sum to what was added.
 *
 * To run:
 *   spin -o1 -o2 -o3 -a counter.pml
 *   gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -w24
 *   gcc -O2 -DSAFETY -DNOREDUCE -DBFS -o pan pan.c && ./pan -w24       for the depth
 *
 * Expected: 4,484,929 states, 20,091,444 transitions, greatest distance from the initial state 44 (45 breadth-first levels
 * with the initial state), no self-loop, 2,064 terminal states.
 * SPIN reports the same number of states: all processes are active in the initial state, so there are no init steps; each
 * case of a step is one d_step, so there are no intermediate states; processes never end. SPIN reports one transition more,
 * 20,091,445: it prints stored + matched, and the initial state is stored without a transition. There is no `else`.
 * -o1 -o2 -o3 (no resetting of dead variables, no merging of steps) change no number here: the model resets carry itself.
 * They stay on the command line because such optimisations may change the counts of an edited model. Without -DNOREDUCE
 * SPIN's partial-order reduction stores 1,176,793 states and reports 2,284,743 transitions.
 *
 * Other instances, by options for spin (states, transitions, distance):
 *   -DADDS=2      10,812       43,264   20
 *   -DADDS=3      59,212      245,088   24
 *   -DADDS=4   1,739,169    7,922,732   40
 */

#define CPUS 4
#define MIDS 2
#define BATCH 2
#define MID_BATCH 4
#ifndef ADDS
#define ADDS 5
#endif

short mid[MIDS];
short root;

#define my_mid mid[_pid / 2]
#define full(sum) (sum >= MID_BATCH || sum <= -MID_BATCH)

active [CPUS] proctype cpu()
{
  byte adds_left = ADDS;
  short slot;
  short carry;

  /* Before an add |slot| < BATCH, so that only the bound on the side of the sign need be tested. */
end_add:
  if
  :: d_step { adds_left > 0 && slot + 1 <   BATCH -> adds_left--; slot++ } goto end_add
  :: d_step { adds_left > 0 && slot + 1 >=  BATCH -> adds_left--; slot++ } goto take_slot_carry
  :: d_step { adds_left > 0 && slot - 1 >  -BATCH -> adds_left--; slot-- } goto end_add
  :: d_step { adds_left > 0 && slot - 1 <= -BATCH -> adds_left--; slot-- } goto take_slot_carry
  fi;

take_slot_carry: /* an `if` here and at add_root because SPIN refuses a goto to a label on a d_step */
  if
  :: d_step { carry = slot; slot = 0 }
  fi;

  /* add_mid */
  if
  :: d_step { !full(my_mid + carry) -> my_mid = my_mid + carry; carry = 0 } goto end_add
  :: d_step {  full(my_mid + carry) -> my_mid = my_mid + carry; carry = 0 } goto take_mid_carry
  fi;

take_mid_carry:
  if
  :: my_mid == 0 -> goto end_add
  :: d_step { my_mid != 0 -> carry = my_mid; my_mid = 0 } goto add_root
  fi;

add_root:
  if
  :: d_step { root = root + carry; carry = 0 } goto end_add
  fi
}
