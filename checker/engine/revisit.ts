/**
 * Goes again over states that the table engine has expanded, after the search: by whom they lead where, where an observer
 * gave an answer, where nothing is enabled. Transitions are not kept, but found again from the trees.
 *
 * Where only the transitions into some states are wanted, a filter of bits that are chosen by the hash keeps the others
 * away from the index of the store, whose cache misses are what a search takes its time for.
 */
import type { Canonical, Edges, Marked, VisitSighting, VisitTransition } from './engine.ts'
import { applyWrites, COUNT_MASK, FAULTY, URGENT } from './forest.ts'
import type { Relation } from './relation.ts'
import { BATCH, mix, type Store } from './store.ts'

/** Bits of a filter for each marked state, at least. */
const FILTER_BITS = 16
const FILTER_MIN = 2 ** 12
/** A filter of 4 MiB still lies in the nearer caches. */
const FILTER_MAX = 2 ** 25

/** By hashes: a bit that is 0 says that no marked state has such a hash. */
interface Filter {
  readonly bits: Int32Array
  readonly mask: number
}

export interface Explored {
  readonly relation: Relation
  readonly store: Store
  readonly processes: number
  /** Processes from this one on are time. */
  readonly firstTick: number
  /** Which states are kept, where members are exchanged. */
  readonly canonical: Canonical | undefined
  /** Was the process left out at a state? */
  readonly leavesOut?: ((process: number, state: number) => boolean) | undefined
}

export class Revisit {
  readonly #explored: Explored
  readonly #words: Int32Array
  readonly #mixed: Int32Array
  readonly #successor: Int32Array
  readonly #pair: Int32Array

  constructor(explored: Explored) {
    this.#explored = explored
    const K = explored.store.words
    this.#words = new Int32Array(K)
    this.#mixed = new Int32Array(K)
    this.#successor = new Int32Array(K)
    this.#pair = new Int32Array(2 * K)
  }

  /** Visits the transitions from the states `first … end - 1`. */
  transitions(first: number, end: number, visit: VisitTransition): void {
    const { relation } = this.#explored
    const successor = this.#successor
    for (let state = first; state < end; state++) {
      this.#load(state)
      this.#leaves(state, (leaf, process) => {
        const T = relation.code.array
        let t = leaf + 2
        for (let n = T[leaf]! & COUNT_MASK; n > 0; n--) {
          t = applyWrites(T, t, this.#words, successor)
          visit(state, this.find(successor), process)
        }
      })
    }
  }

  /** The id of a state, or of the one that is kept for it, which the words then are; -1 where it was not found. */
  find(words: Int32Array): number {
    const { store, canonical } = this.#explored
    canonical?.apply(words, 0)
    return store.find(words, 0)
  }

  /** The transitions, `count` in all, from the states before `end`. Where they lead is looked up batch by batch. */
  edges(end: number, count: number): Edges {
    const { relation, store, canonical } = this.#explored
    const K = store.words
    const start = new Int32Array(end + 1)
    const to = new Int32Array(count)
    const by = new Uint16Array(count)
    const batch = new Int32Array(BATCH * K)
    let edge = 0
    let pending = 0
    const find = (): void => {
      store.findAll(batch, pending, to, edge - pending)
      pending = 0
    }
    for (let state = 0; state < end; state++) {
      start[state] = edge
      this.#load(state)
      this.#leaves(state, (leaf, process) => {
        const T = relation.code.array
        let t = leaf + 2
        for (let n = T[leaf]! & COUNT_MASK; n > 0; n--) {
          t = applyWrites(T, t, this.#words, this.#successor)
          canonical?.apply(this.#successor, 0)
          for (let k = 0; k < K; k++) batch[pending * K + k] = this.#successor[k]!
          by[edge++] = process
          if (++pending === BATCH) find()
        }
      })
    }
    find()
    start[end] = edge
    return { start, to, by }
  }

  /** Visits those of them that lead to marked states. */
  transitionsInto(into: Marked, first: number, end: number, visit: VisitTransition): void {
    const { relation, store, canonical } = this.#explored
    const isMarked = (state: number): boolean => (into.marks[state - into.first] ?? 0) !== 0
    if (canonical !== undefined) {
      this.transitions(first, end, (from, to, process) => {
        if (isMarked(to)) visit(from, to, process)
      })
      return
    }
    const { bits, mask } = this.#filterOf(into)
    const words = this.#words
    const mixed = this.#mixed
    const successor = this.#successor
    for (let state = first; state < end; state++) {
      const hash = this.#load(state)
      this.#leaves(state, (leaf, process) => {
        const T = relation.code.array
        let t = leaf + 2
        for (let n = T[leaf]! & COUNT_MASK; n > 0; n--) {
          const outcome = t
          let successorHash = hash
          for (let writes = T[t++]!; writes > 0; writes--, t += 3) {
            const k = T[t]!
            successorHash ^= mixed[k]! ^ mix(((words[k]! & T[t + 1]!) | T[t + 2]!) ^ store.salts[k]!)
          }
          if (((bits[(successorHash & mask) >>> 5]! >>> (successorHash & 31)) & 1) === 0) continue
          applyWrites(T, outcome, words, successor)
          const to = store.find(successor, 0, successorHash)
          if (isMarked(to)) visit(state, to, process)
        }
      })
    }
  }

  /** Visits the states in which an observer of states gives this answer. */
  answers(observer: number, code: number, first: number, end: number, visit: VisitSighting): void {
    for (let state = first; state < end; state++) {
      this.#load(state)
      if (this.#explored.relation.answerFor(observer, this.#words, state) === code) visit(state, -1)
    }
  }

  /** Visits the steps over which an observer of pairs gives this answer. */
  answersOverSteps(observer: number, code: number, first: number, end: number, visit: VisitSighting): void {
    const { relation } = this.#explored
    const successor = this.#successor
    const pair = this.#pair
    for (let state = first; state < end; state++) {
      this.#load(state)
      this.#leaves(state, (leaf, process) => {
        pair.set(this.#words)
        let t = leaf + 2
        for (let n = relation.code.array[leaf]! & COUNT_MASK; n > 0; n--) {
          t = applyWrites(relation.code.array, t, this.#words, successor)
          pair.set(successor, successor.length)
          if (relation.answerFor(observer, pair, state) === code) visit(state, process)
        }
      })
    }
  }

  /** The states from which nothing is enabled and in which an observer answers 0. */
  deadlocks(done: number, first: number, end: number): number[] {
    const { relation } = this.#explored
    const found: number[] = []
    for (let state = first; state < end; state++) {
      this.#load(state)
      let headers = 0
      this.#leaves(state, (leaf) => (headers |= relation.code.array[leaf]!))
      if ((headers & (COUNT_MASK | FAULTY)) === 0 && relation.answerFor(done, this.#words, state) === 0)
        found.push(state)
    }
    return found
  }

  /** The leaves of the processes in the loaded state. A leaf is good until the next one. */
  #leaves(state: number, visit: (leaf: number, process: number) => void): void {
    const { relation, processes, firstTick, leavesOut } = this.#explored
    let urgent = false
    for (let process = 0; process < processes; process++) {
      if (urgent && process === firstTick) break
      if (leavesOut?.(process, state) === true) continue
      const leaf = relation.leafFor(process, this.#words, state)
      urgent ||= (relation.code.array[leaf]! & URGENT) !== 0
      visit(leaf, process)
    }
  }

  /** Fetches the words of a state; gives its hash. */
  #load(state: number): number {
    const { store } = this.#explored
    const arena = store.arena.array
    const words = this.#words
    const at = state * words.length
    let hash = 0
    for (let k = 0; k < words.length; k++) {
      const word = (words[k] = arena[at + k]!)
      hash ^= this.#mixed[k] = mix(word ^ store.salts[k]!)
    }
    return hash
  }

  #filterOf({ first, marks }: Marked): Filter {
    const { store } = this.#explored
    let count = 0
    for (const mark of marks) if (mark !== 0) count++
    let size = FILTER_MIN
    while (size < FILTER_BITS * count && size < FILTER_MAX) size *= 2
    const bits = new Int32Array(size >>> 5)
    marks.forEach((mark, i) => {
      if (mark === 0) return
      const hash = store.hash(store.arena.array, (first + i) * store.words) & (size - 1)
      bits[hash >>> 5]! |= 1 << (hash & 31)
    })
    return { bits, mask: size - 1 }
  }
}
