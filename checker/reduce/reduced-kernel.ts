/**
 * The search that leaves out: breadth first, pass after pass, until what was learnt bears out what was left out.
 *
 * It does what the kernel of the table engine does, and chooses among the processes at every state; `partial-order.ts`
 * says by which conditions, and why that loses nothing that is asked for.
 */
import { Audits } from '../engine/audits.ts'
import { applyWrites, COUNT_MASK, DIRECT, FAULTY, NO_ANSWER, UNAUDITED } from '../engine/forest.ts'
import { GrowableWords } from '../engine/growable.ts'
import { VIOLATED } from '../engine/observer.ts'
import { BATCH } from '../engine/store.ts'
import type { ReducedExplorer, ReducedSetup, Reduction } from '../engine/table.ts'
import { isLiveness, isResponse, type PropertyKind } from '../language/property.ts'
import { NOT_A_MEMBER, Sets } from './partial-order.ts'

const BRANCHING =
  'partial-order reduction leaves out branchings, on which it depends what can still be reached; decide it without'
const FAIRNESS = 'partial-order reduction leaves out orders of steps, on which fairness depends; decide it without'
const LENGTHS =
  'partial-order reduction leaves out orders of steps, and with them longer and shorter ways; decide it without'
const STUTTERING =
  'it does not hold of a step that changes nothing, and partial-order reduction leaves out steps that change nothing that it reads; decide it without'

/** Why a property of this kind cannot be decided in a reduced space. */
function beyond(kind: PropertyKind): string | undefined {
  if (kind === 'alwaysReachable') return BRANCHING
  if (isResponse(kind)) return LENGTHS
  return isLiveness(kind) ? FAIRNESS : undefined
}

export class ReducedKernel implements ReducedExplorer {
  head = 0
  transitions = 0
  terminalStates = 0
  deadlock = -1
  readonly levels: number[] = []
  readonly best: Int32Array
  readonly bestState: Int32Array
  readonly bestAfter: Int32Array[]
  /** How many times the states were searched, this time included. */
  passes = 1
  readonly #setup: ReducedSetup
  readonly #sets: Sets
  readonly #processes: number
  /** Observers of states and of pairs that are asked. */
  readonly #states: readonly number[]
  readonly #pairs: readonly number[]
  readonly #starts: Int32Array[] = []
  /** The state at hand, and a successor behind it. */
  readonly #state: Int32Array
  readonly #successor: Int32Array
  readonly #batch: Int32Array
  readonly #hashes = new Int32Array(BATCH)
  readonly #from = new Int32Array(BATCH)
  #pending = 0
  #levelEnd = 0
  readonly #audits = new Audits()
  #untilAudit = 1
  /** By process: where its leaf is, at the state at hand. */
  readonly #leafIn: Int32Array[]
  readonly #leafAt: Int32Array
  /** Leaves whose faults were reported in this pass; those of observers negated. */
  readonly #reported = new Set<number>()
  /** By observer of pairs: violates or fails where nothing changes. */
  readonly #refusesStutter: Uint8Array
  /** By observer of pairs: the footprint of its answer where nothing changes. */
  readonly #still: Int32Array
  /** By state: a bit for each process that was left out. */
  readonly #left = new GrowableWords(1024)
  readonly #leftWords: number
  /** By process: what the best set so far would be. */
  readonly #chosen: Uint8Array

  constructor(setup: ReducedSetup) {
    this.#setup = setup
    const { store, relation, stateObservers, pairObservers, observers, footprints } = setup
    const K = store.words
    const processes = relation.roots.length
    this.#processes = processes
    const isIgnored = (o: number): boolean => beyond(observers[o]!.property.kind) !== undefined
    const asked = observers.map((_, o) => o).filter((o) => !isIgnored(o))
    this.#states = asked.filter((o) => o < stateObservers)
    this.#pairs = asked.filter((o) => o >= stateObservers)
    this.#sets = new Sets(footprints, { processes, stateObservers, pairObservers, isIgnored })
    this.#state = new Int32Array(2 * K)
    this.#successor = new Int32Array(K)
    this.#batch = new Int32Array(BATCH * K)
    this.#leafIn = Array.from({ length: processes }, () => relation.code.array)
    this.#leafAt = new Int32Array(processes)
    this.#chosen = new Uint8Array(processes)
    this.#leftWords = (processes + 31) >>> 5
    this.best = new Int32Array(observers.length).fill(NO_ANSWER)
    this.bestState = new Int32Array(observers.length).fill(-1)
    this.bestAfter = observers.map(() => new Int32Array(K))
    this.#still = new Int32Array(observers.length)
    this.#refusesStutter = new Uint8Array(observers.length)
  }

  start(words: Int32Array): void {
    this.#starts.push(words.slice())
    this.#insert(words, -1)
    this.#flush()
  }

  advance(limit: number): boolean {
    const { store } = this.#setup
    for (let left = limit; left > 0; left--) {
      if (this.head === this.#levelEnd) {
        this.#flush()
        if (this.head === store.count) break
        this.levels.push(this.head)
        this.#levelEnd = store.count
      }
      this.#expand(this.head++)
    }
    this.#flush()
    if (this.head < store.count) return true
    if (!this.isInVain()) return false
    this.#restart()
    return true
  }

  leavesOut(process: number, state: number): boolean {
    const word = this.#left.array[state * this.#leftWords + (process >>> 5)]!
    return ((word >>> (process & 31)) & 1) === 1
  }

  cannotDecide(observer: number): string | undefined {
    const { kind } = this.#setup.observers[observer]!.property
    return beyond(kind) ?? (this.#refusesStutter[observer] === 1 ? STUTTERING : undefined)
  }

  /** Did the pass that has ended rest on what turned out to be wrong? After something unsteady no pass is worth anything. */
  isInVain(): boolean {
    const { footprints, relation } = this.#setup
    return !footprints.stillIndependent() && !relation.isUnsteady
  }

  /** Does an outcome, or the state that is kept for it and which it then is, lie beyond the level being expanded? */
  isBeyond(successor: Int32Array): boolean {
    const { store, canonical } = this.#setup
    canonical?.apply(successor, 0)
    const known = store.find(successor, 0)
    return known < 0 || known >= this.#levelEnd
  }

  #restart(): void {
    const { store, relation, footprints } = this.#setup
    relation.restart(this.head)
    footprints.relyOnNothing()
    store.clear()
    this.passes++
    this.head = this.transitions = this.terminalStates = this.#levelEnd = 0
    this.deadlock = -1
    this.levels.length = 0
    this.best.fill(NO_ANSWER)
    this.bestState.fill(-1)
    this.#refusesStutter.fill(0)
    this.#reported.clear()
    for (const words of this.#starts) this.#insert(words, -1)
    this.#flush()
  }

  // ---- one state

  #expand(state: number): void {
    const { store } = this.#setup
    const K = store.words
    const arena = store.arena.array
    for (let k = 0; k < K; k++) this.#state[k] = arena[state * K + k]!
    this.#observe(state)
    this.#stutter(state)
    this.#gather(state)
    const sets = this.#sets
    let enabled = 0
    let faulty = false
    for (let p = 0; p < this.#processes; p++) {
      enabled += sets.outcomes[p]!
      faulty ||= (this.#leafIn[p]![this.#leafAt[p]!]! & FAULTY) !== 0
    }
    if (enabled === 0) {
      if (!faulty) this.#terminal(state)
      this.#leave(state, false)
      return
    }
    for (const o of this.#pairs) this.#lookAlong(o, state)
    const reduced = this.#choose()
    this.#leave(state, reduced)
    for (let p = 0; p < this.#processes; p++) if (!reduced || this.#chosen[p] === 1) this.#take(p, state)
  }

  #observe(state: number): void {
    for (const o of this.#states) {
      const p = this.#answerPointer(o)
      const answer = this.#answer(o, p, state)
      this.#sets.footprint[this.#processes + o] = this.#looked(o, p)
      if (answer > this.best[o]!) this.#saw(o, state, answer)
    }
  }

  /** Learns what an observer of a state looks at, and gives the footprint of the answer that it has given last. */
  #looked(observer: number, pointer: number): number {
    const { footprints } = this.#setup
    const footprint = this.#lookAt(pointer)
    if (footprint >= 0) footprints.looked(observer, footprint)
    return footprint
  }

  #lookAt(pointer: number): number {
    const { footprints } = this.#setup
    return this.#isRecorded(pointer) ? footprints.of(-pointer) : footprints.lastObserved
  }

  /** Asks the observers of pairs about a step that changes nothing: it must not matter how often it happens. */
  #stutter(state: number): void {
    if (this.#pairs.length === 0) return
    const { relation, store } = this.#setup
    const W = this.#state
    W.copyWithin(store.words, 0, store.words)
    for (const o of this.#pairs) {
      const faults = relation.faults.length
      const p = this.#answerPointer(o)
      const answer = this.#answer(o, p, state, false)
      this.#still[o] = this.#looked(o, p)
      if (answer === VIOLATED || answer === NO_ANSWER) this.#refusesStutter[o] = 1
      // It is no step of the model: a failure is none of the model's.
      if (relation.faults.length > faults) relation.forgetFaultsAfter(faults)
    }
  }

  #answerPointer(observer: number): number {
    const { relation } = this.#setup
    return relation.forest.descend(relation.code.array[relation.observerCells[observer]!]!, this.#state)
  }

  #isRecorded(pointer: number): boolean {
    return pointer !== 0 && (this.#setup.relation.code.array[-pointer]! & DIRECT) === 0
  }

  #answer(observer: number, pointer: number, state: number, isReal = true): number {
    const { relation } = this.#setup
    const leaf = -pointer
    const W = this.#state
    if (!this.#isRecorded(pointer)) return relation.observe(observer, W, state)
    const flags = relation.code.array[leaf]!
    if ((flags & FAULTY) !== 0) {
      if (isReal && this.#isNewlyMet(pointer)) relation.answerFaultAgain(observer, W, state)
      return NO_ANSWER
    }
    return (flags & UNAUDITED) === 0 ? relation.code.array[leaf + 1]! : relation.auditAnswer(observer, leaf, W, state)
  }

  #isNewlyMet(leaf: number): boolean {
    if (this.#reported.has(leaf)) return false
    this.#reported.add(leaf)
    return true
  }

  /** Finds the leaf of every process: what it may do next is learnt, even where it is left out. */
  #gather(state: number): void {
    const { relation, footprints } = this.#setup
    const W = this.#state
    const sets = this.#sets
    for (let p = 0; p < this.#processes; p++) {
      const leaf = this.#leafOf(p, state)
      const T = relation.code.array
      const header = T[leaf]!
      const footprint = footprints.of(leaf)
      sets.label[p] = footprints.labelOf(p, W)
      sets.outcomes[p] = header & COUNT_MASK
      sets.footprint[p] = (header & FAULTY) === 0 ? footprint : NOT_A_MEMBER
      if ((header & FAULTY) !== 0 && footprint >= 0 && this.#isNewlyMet(leaf)) relation.faultAgain(p, W, state)
    }
    // The trees may have moved while they grew.
    for (let p = 0; p < this.#processes; p++)
      if (this.#leafAt[p]! >= 0) this.#leafIn[p] = relation.code.array
      else this.#leafAt[p] = 0
  }

  #leafOf(p: number, state: number): number {
    const { relation } = this.#setup
    const W = this.#state
    const pointer = relation.forest.descend(relation.roots[p]!, W)
    const isDirect = pointer !== 0 && (relation.code.array[-pointer]! & DIRECT) !== 0
    let leaf = -pointer
    if (pointer === 0) leaf = relation.miss(p, W, state)
    else if (isDirect) leaf = relation.evaluate(p, W, state)
    else if ((relation.code.array[leaf]! & UNAUDITED) !== 0) leaf = relation.auditOnce(p, leaf, W, state)
    if (--this.#untilAudit === 0) {
      this.#untilAudit = this.#audits.next()
      relation.auditByReference(p, leaf, W, state)
    }
    this.#leafAt[p] = leaf
    if (isDirect) {
      // The next direct evaluation takes its place.
      this.#leafIn[p] = copyOfLeaf(relation.code.array, leaf)
      this.#leafAt[p] = -1
    }
    return leaf
  }

  /** Learns what an observer of pairs looks at along the steps that it can tell from no step, taken or not. */
  #lookAlong(observer: number, state: number): void {
    const { footprints, store } = this.#setup
    const sets = this.#sets
    const still = this.#still[observer]!
    for (let p = 0; p < this.#processes; p++) {
      const footprint = sets.footprint[p]!
      if (sets.outcomes[p] === 0) continue
      if (footprint >= 0 && still >= 0 && !footprints.writesInto(footprint, still)) continue
      let t = this.#leafAt[p]! + 2
      for (let n = sets.outcomes[p]!; n > 0; n--) {
        t = applyWrites(this.#leafIn[p]!, t, this.#state, this.#successor)
        this.#state.set(this.#successor, store.words)
        const pointer = this.#answerPointer(observer)
        this.#answer(observer, pointer, state)
        const along = this.#lookAt(pointer)
        if (along >= 0) footprints.lookedAlong(p, sets.label[p]!, along)
      }
    }
  }

  #terminal(state: number): void {
    const { stateObservers, pairObservers } = this.#setup
    this.terminalStates++
    const done = stateObservers + pairObservers
    if (this.#answer(done, this.#answerPointer(done), state) === 0 && this.deadlock < 0) this.deadlock = state
  }

  // ---- which outcomes to take

  /** Puts the set with the fewest outcomes into `#chosen`; `false` where all must be taken. */
  #choose(): boolean {
    const sets = this.#sets
    sets.begin()
    const found: { readonly size: number; readonly process: number }[] = []
    for (let p = 0; p < this.#processes; p++) {
      if (sets.outcomes[p] === 0 || !sets.close(p)) continue
      const { size } = sets
      if (size === 1 && this.#leadsOn(sets.isMember)) return this.#settle()
      found.push({ size, process: p })
    }
    found.sort((a, b) => a.size - b.size)
    for (const { process } of found) if (sets.close(process) && this.#leadsOn(sets.isMember)) return this.#settle()
    return false
  }

  #settle(): boolean {
    this.#sets.rely()
    this.#chosen.set(this.#sets.isMember.subarray(0, this.#processes))
    return true
  }

  /** Condition 3: some outcome leads to a higher level. */
  #leadsOn(members: Uint8Array): boolean {
    const next = this.#successor
    for (let p = 0; p < this.#processes; p++) {
      if (members[p] === 0) continue
      const T = this.#leafIn[p]!
      let t = this.#leafAt[p]! + 2
      for (let n = this.#sets.outcomes[p]!; n > 0; n--) {
        t = applyWrites(T, t, this.#state, next)
        if (this.isBeyond(next)) return true
      }
    }
    return false
  }

  #leave(state: number, reduced: boolean): void {
    const words = this.#leftWords
    const left = this.#left.reserve((state + 1) * words)
    left.fill(0, state * words, (state + 1) * words)
    if (!reduced) return
    for (let p = 0; p < this.#processes; p++)
      if (this.#chosen[p] === 0) left[state * words + (p >>> 5)]! |= 1 << (p & 31)
  }

  // ---- taking them

  #take(process: number, state: number): void {
    const { store } = this.#setup
    const next = this.#successor
    let t = this.#leafAt[process]! + 2
    for (let n = this.#sets.outcomes[process]!; n > 0; n--) {
      t = applyWrites(this.#leafIn[process]!, t, this.#state, next)
      this.transitions++
      if (this.#pairs.length > 0) {
        this.#state.set(next, store.words)
        this.#observePair(state)
      }
      this.#insert(next, state)
    }
  }

  #observePair(state: number): void {
    for (const o of this.#pairs) {
      const answer = this.#answer(o, this.#answerPointer(o), state)
      if (answer > this.best[o]!) this.#saw(o, state, answer)
    }
  }

  #saw(observer: number, state: number, answer: number): void {
    const { store, stateObservers } = this.#setup
    this.best[observer] = answer
    this.bestState[observer] = state
    if (observer >= stateObservers) this.bestAfter[observer]!.set(this.#state.subarray(store.words))
  }

  #insert(words: Int32Array, from: number): void {
    const { store, canonical } = this.#setup
    const at = this.#pending * store.words
    this.#batch.set(words, at)
    canonical?.apply(this.#batch, at)
    this.#hashes[this.#pending] = store.hash(this.#batch, at)
    this.#from[this.#pending] = from
    if (++this.#pending === BATCH) this.#flush()
  }

  #flush(): void {
    if (this.#pending > 0) this.#setup.store.insert(this.#batch, this.#hashes, this.#from, this.#pending)
    this.#pending = 0
  }
}

/** A leaf by itself, starting at 0. */
function copyOfLeaf(T: Int32Array, leaf: number): Int32Array {
  let end = leaf + 2
  for (let n = T[leaf]! & COUNT_MASK; n > 0; n--) end += 1 + 3 * T[end]!
  return T.slice(leaf, end)
}

/** Partial-order reduction, for `tableEngineWith({ reduction })`. */
export const partialOrder: Reduction = {
  refuses: ({ processes }) => {
    const time = processes.find(({ program }) => program.role === 'time')
    return time && `${time.name} is time, which waits for what is urgent: its steps commute with none`
  },
  explorer: (setup) => new ReducedKernel(setup),
}
