/*
 * Two-phase commit: a transaction manager (TM) and N resource managers (RM). The specification TwoPhase of Gray and Lamport,
 * "Consensus on Transaction Commit", in the form in which it is the example 2pc of Stateright.
 *
 * Twin of the toy of the same name in oomcheck. There are no labels to speak of: the TM and each RM have one, to which every
 * step returns, with the alternatives below.
 *
 * Variables                                                                            initially
 *   rm_state[r]     working, prepared, committed, aborted, of each RM r                working
 *   tm_state        init, committed, aborted                                           init
 *   tm_prepared     set of RMs whose Prepared the TM has received                      empty
 *   msgs            set of messages ever sent: Prepared r for each RM r, Commit, Abort empty
 * Messages are never removed: receiving one reads the set only.
 *
 * Steps of the TM.
 *   1 rcv_prepared  for any RM r: tm_state = init and Prepared r in msgs: add r to tm_prepared
 *                   (one transition for each such r, also if r is there already)
 *   2 commit        tm_state = init and tm_prepared has all RMs:  tm_state := committed, add Commit to msgs
 *   3 abort         tm_state = init:                              tm_state := aborted, add Abort to msgs
 * Steps of RM r.
 *   4 prepare          rm_state[r] = working:  rm_state[r] := prepared, add Prepared r to msgs
 *   5 choose_to_abort  rm_state[r] = working:  rm_state[r] := aborted
 *   6 rcv_commit       Commit in msgs:         rm_state[r] := committed (in whatever state)
 *   7 rcv_abort        Abort in msgs:          rm_state[r] := aborted (in whatever state)
 * Steps 1, 6 and 7 may change nothing: such self-loops are transitions.
 *
 * Property: never is one RM committed and another aborted. There are no terminal states: once all is decided the self-loops
 * of 6 or 7 remain.
 *
 * To run (N from 1 to 7):
 *   spin -DN=3 -o1 -o2 -o3 -a two-phase-commit.pml
 *   gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan
 *   gcc -O2 -DSAFETY -DNOREDUCE -DBFS -o pan pan.c && ./pan       for the depth
 *
 * Expected (distance: greatest distance from the initial state; breadth-first levels with the initial state are one more):
 *   N   states   transitions   self-loops among them   distance
 *   1       12            19                       5          4
 *   2       56           153                      48          7
 *   3      288         1,145                     384         10
 *   5    8,832        58,145                  20,800         16
 *   7  296,448     2,744,705               1,008,896         22
 * Stateright publishes 288 states for N = 3 and 8,832 for N = 5.
 * SPIN reports the same number of states: all processes are active in the initial state, so there are no init steps, and no
 * process ends. It reports one transition more: it prints stored + matched, and the initial state is stored without a
 * transition. The assertions are inside the steps; their counter k is 0 between steps, so it adds no state.
 */

#ifndef N
#define N 3
#endif
#define ALL ((1 << N) - 1)

mtype = { working, prepared, committed, aborted, undecided }

mtype rm_state[N] = working;
mtype tm_state = undecided; /* `init` is a keyword */
byte tm_prepared;           /* sets of RMs: bit r stands for RM r */
byte msgs_prepared;
bool msgs_commit;
bool msgs_abort;

byte k;
inline no_rm_is(state)
{
  do
  :: k < N -> assert(rm_state[k] != state); k++
  :: else -> break
  od;
  k = 0
}

/* SPIN numbers processes in the order of their declaration: RM r has _pid r. */
active [N] proctype rm()
{
end:
  do
  :: d_step { rm_state[_pid] == working -> rm_state[_pid] = prepared; msgs_prepared = msgs_prepared | (1 << _pid) }
  :: d_step { rm_state[_pid] == working -> rm_state[_pid] = aborted; no_rm_is(committed) }
  :: d_step { msgs_commit -> rm_state[_pid] = committed; no_rm_is(aborted) }
  :: d_step { msgs_abort -> rm_state[_pid] = aborted; no_rm_is(committed) }
  od
}

#define rcv_prepared(r) \
  :: d_step { tm_state == undecided && (msgs_prepared & (1 << r)) -> tm_prepared = tm_prepared | (1 << r) }

active proctype tm()
{
end:
  do
  rcv_prepared(0)
#if N > 1
  rcv_prepared(1)
#endif
#if N > 2
  rcv_prepared(2)
#endif
#if N > 3
  rcv_prepared(3)
#endif
#if N > 4
  rcv_prepared(4)
#endif
#if N > 5
  rcv_prepared(5)
#endif
#if N > 6
  rcv_prepared(6)
#endif
  :: d_step { tm_state == undecided && tm_prepared == ALL -> tm_state = committed; msgs_commit = true }
  :: d_step { tm_state == undecided -> tm_state = aborted; msgs_abort = true }
  od
}
