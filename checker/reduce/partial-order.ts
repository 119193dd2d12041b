/**
 * Partial-order reduction: where steps of several processes commute, one order of them stands for all.
 *
 * At a state only the outcomes of some processes, a *set*, are taken; the others wait. What is promised then is that every
 * deadlock, every label that is taken, every fault, and every answer of a property of states is still met.
 *
 * **The condition.** A set holds processes and observers (properties that look at states). The leaf of a member, that is
 * all that its next step or its answer reads and writes, is exactly known. A set is allowed where
 *
 * 1. no process outside can ever, from its label on, take a step that writes what the leaf of a member reads or writes,
 *    or that reads what it writes;
 * 2. no observer outside is known to read what the leaf of a member writes;
 * 3. some outcome of a member leads to a higher level of the breadth-first search;
 * 4. no leaf of a member faults.
 *
 * It need not be one process: those that conflict join the set. A blocked process may be a member, which is how a set
 * becomes possible next to a process that will never run again. Nothing is assumed about shared or private fields, nor
 * about which properties look at what; so shared memory is reduced as well as messages.
 *
 * **What processes can ever do** is learnt: the footprints of the leaves of *every* process at every state that is
 * visited, by label, and the labels that follow each label. The search is repeated while anything was learnt that a
 * decision rests on (`footprint.ts` remembers on what). Then:
 *
 * *Theorem.* Let `t1 … tk` lead from a visited state `s` to a state `z` of the full graph. The leaf of every process and
 * observer at `z` is the leaf of the same at some visited state.
 *
 * *Proof*, by induction on `k` and, for equal `k`, from higher levels of `s` to lower ones. Where all of `s` was expanded,
 * `t1` leads to a visited state, with `k - 1` steps to go. Otherwise let `M` be the set taken at `s`.
 *
 * - Steps before the first one of `M` conflict with no leaf of `M`: the first that does is taken from a leaf that is met
 *   after fewer than `k` steps, as are the leaves of the steps before it, so they and their labels were learnt, and (1)
 *   forbids it.
 * - If some `ti` is the first step of `M`, it commutes with all steps before it and is an outcome at `s`; after it, `k - 1`
 *   steps lead to `z`.
 * - If there is none, a member of `M` has the same leaf at `z` as at `s`. For what is not in `M`, take the outcome `a` of
 *   (3): it commutes with all of `t1 … tk`, which lead from the visited state after `a`, on a higher level, to the state
 *   after `a` from `z`. There the leaf was learnt. If the leaf at `z` reads nothing that `a` writes, it is the same leaf.
 *   If it does, then the learnt leaf does so too, since both read the same up to there: (1) or (2) forbids it.
 *
 * Deadlocks: on the way to one, `M` cannot wait for ever, since its enabled outcome would still be enabled there; so its
 * first step can be taken first, and the way becomes shorter. Hence all deadlocks are visited. Answers of observers,
 * faults and labels taken belong to leaves.
 *
 * **Observers of pairs** look at the two states of a step. Each is asked, too, about every visited state and itself, and
 * is an observer of that, which is never a member. A step *shows* where it writes something that the observer reads of
 * the state after it; one that does not show has the answer of the state with itself, since both read the same. What an
 * observer reads along a step that shows is counted as read by the step, at every visited state, taken or not. A step
 * that shows at `z` writes what the observer reads of `z` and itself, so that by (2) it is in no set `M`; and as long as
 * it is left out, nobody writes what it reads, so that it shows, and is answered, as before, until all of a state is
 * expanded. Hence every answer is given to a step that is taken, or to a visited state and itself. The latter is no step:
 * where it violates, the property is not decided here.
 *
 * **Labels** are cells of their own: a property that asks `at(cpu0, 'done')` reads one bit, which only steps to and from
 * that label write (`footprint.ts`). In the proof a leaf is then what the same bits decide.
 *
 * **Where members are exchanged** (`symmetry.ts`), one state of each orbit is kept, and a set is chosen there. Read
 * "visited" as "π r with r kept, π any permutation", and let π M be taken at π r if M is taken at r. Then everything above
 * holds of the whole graph, member by member:
 *
 * - At π r the leaf of π p is what π makes of the leaf of p at r: that is shown for the leaf of every process and observer
 *   at every r, taken or not, where a leaf holds what is read under every order of the members (`every-order.ts`). So the
 *   outcomes of π M lead to visited states, and the theorem also says that no leaf anywhere is sensitive to the order.
 * - What is learnt is closed under all π: cells, labels, and the cells of observers (`footprint.ts`). So (1) and (2) hold
 *   of π M at π r if they hold of M at r, and "is learnt" means the same for all members.
 * - The level of a state is that of the one that is kept for it, so (3) is asked of the kept forms of the outcomes. An
 *   outcome that leads to another state of the same orbit leads nowhere.
 * - (4): a leaf faults under every order, or it is sensitive to it.
 *
 * A state that a permutation takes to itself may have several sets π M; any one will do. An initial state that is not
 * symmetric has permuted ones beside it that are not reachable: something is learnt of them in vain. Properties that are
 * sensitive to the order are not decided, and whether a set respects them does not matter.
 *
 * **Not preserved**: lengths, so a counterexample is shortest in the reduced graph only; whether something can still be
 * reached (branching needs more); whatever rests on fairness (an order that stands for others need not be fair where
 * they are). Time that waits for what is urgent looks at every process: models with it are not reduced.
 *
 * Sources: Godefroid, *Partial-Order Methods for the Verification of Concurrent Systems*, 1996 (persistent sets); Valmari,
 * *Stubborn sets for reduced state space generation*, 1991; Bošnački, Leue, Lluch Lafuente, *Partial-order reduction for
 * general state exploring algorithms*, 2009 (condition 3); Emerson, Jha, Peled, *Combining partial order and symmetry
 * reductions*, 1997 (both together).
 */
import type { Footprints } from '../engine/footprint.ts'

/** The sizes of a model, and the observers that are asked about it. */
export interface Members {
  readonly processes: number
  readonly stateObservers: number
  readonly pairObservers: number
  /** Those that a reduced search cannot decide: nobody looks through them. */
  readonly isIgnored: (observer: number) => boolean
}

/** A leaf that may not be a member. */
export const NOT_A_MEMBER = -1

/** The sets that are allowed at one state, by the conditions 1, 2 and 4. */
export class Sets {
  /** At the state at hand: footprints of the leaves of processes, then those of observers of states. */
  readonly footprint: Int32Array
  /** Labels at which processes stand. */
  readonly label: Int32Array
  /** Numbers of outcomes of processes. */
  readonly outcomes: Int32Array
  /** Of the set that was closed last, by process and observer. */
  readonly isMember: Uint8Array
  readonly #members: Int32Array
  #size = 0
  #enabled = 0
  /** With these there is no set. */
  readonly #isHopeless: Uint8Array
  readonly #footprints: Footprints
  readonly #shape: Members
  readonly #watching: readonly number[]
  readonly #watchingPairs: readonly number[]

  constructor(footprints: Footprints, shape: Members) {
    this.#footprints = footprints
    this.#shape = shape
    const { processes, stateObservers, pairObservers, isIgnored } = shape
    this.footprint = new Int32Array(processes + stateObservers)
    this.label = new Int32Array(processes)
    this.outcomes = new Int32Array(processes)
    this.isMember = new Uint8Array(processes + stateObservers)
    this.#members = new Int32Array(processes + stateObservers)
    this.#isHopeless = new Uint8Array(processes + stateObservers)
    const watching = Array.from({ length: stateObservers + pairObservers }, (_, o) => o).filter((o) => !isIgnored(o))
    this.#watching = watching.filter((o) => o < stateObservers)
    this.#watchingPairs = watching.filter((o) => o >= stateObservers)
  }

  /** Another state is at hand. */
  begin(): void {
    this.#isHopeless.fill(0)
    this.#enabled = 0
    for (const outcomes of this.outcomes) this.#enabled += outcomes
  }

  /** The least allowed set with this process. `false`: there is none, or it has every outcome. */
  close(process: number): boolean {
    this.isMember.fill(0)
    this.#size = 0
    let isAllowed = this.#join(process)
    for (let i = 0; isAllowed && i < this.#size; i++) isAllowed = this.#joinThoseInConflict(this.#members[i]!)
    if (isAllowed && this.size < this.#enabled) return true
    // Whatever set has this process has all that had to join it.
    this.#isHopeless[process] = 1
    return false
  }

  /** Outcomes of the set. */
  get size(): number {
    let size = 0
    for (let p = 0; p < this.outcomes.length; p++) if (this.isMember[p] === 1) size += this.outcomes[p]!
    return size
  }

  /** Notes what must stay true for the set to be allowed. */
  rely(): void {
    const { processes } = this.#shape
    for (let i = 0; i < this.#size; i++) {
      const member = this.#members[i]!
      const footprint = this.footprint[member]!
      for (let q = 0; q < processes; q++)
        if (this.isMember[q] === 0) this.#footprints.relyOnProcess(footprint, q, this.label[q]!)
      if (member >= processes) continue
      for (const o of this.#watching)
        if (this.isMember[processes + o] === 0) this.#footprints.relyOnObserver(footprint, o)
      for (const o of this.#watchingPairs) this.#footprints.relyOnObserver(footprint, o)
    }
  }

  #join(member: number): boolean {
    if (this.footprint[member] === NOT_A_MEMBER || this.#isHopeless[member] === 1) return false
    this.isMember[member] = 1
    this.#members[this.#size++] = member
    return true
  }

  #joinThoseInConflict(member: number): boolean {
    const { processes } = this.#shape
    const footprint = this.footprint[member]!
    const F = this.#footprints
    for (let q = 0; q < processes; q++)
      if (this.isMember[q] === 0 && F.conflicts(footprint, q, this.label[q]!) && !this.#join(q)) return false
    if (member >= processes) return true
    for (const o of this.#watchingPairs) if (F.touches(footprint, o)) return false
    for (const o of this.#watching)
      if (this.isMember[processes + o] === 0 && F.touches(footprint, o) && !this.#join(processes + o)) return false
    return true
  }
}
