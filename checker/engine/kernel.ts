/**
 * The hot loop: expands states breadth first by walking decision trees over packed words.
 *
 * The inner loop allocates nothing, calls no closure and meets no Map; whatever is rare (a path not yet recorded, a
 * direct evaluation, an audit) leaves it through `Relation`. Successors are collected in batches for `Store.insert`.
 */
import { Audits } from './audits.ts'
import type { Canonical } from './engine.ts'
import { COUNT_MASK, DIRECT, FAULTY, NO_ANSWER, UNAUDITED, URGENT } from './forest.ts'
import { type Relation } from './relation.ts'
import { BATCH, mix, type Store } from './store.ts'
import { GeneratedKernel } from './wasm/generated-kernel.ts'
import type { Shape } from './wasm/shape.ts'

/** Wider states are left to the loop in JavaScript. */
export const MAX_UNROLLED_WORDS = 24
/** One in this many expansions is compared with the reference engine. */

export interface KernelSetup {
  /** States from which on the generated kernel takes over; `Infinity` for never. */
  readonly generateFrom: number
  readonly relation: Relation
  readonly store: Store
  /** Observers of states, then those of pairs, then the one that says where nothing need be enabled. */
  readonly stateObservers: number
  readonly pairObservers: number
  /** Processes from this one on are time. */
  readonly firstTick: number
  /** Which states are kept, where members are exchanged. */
  readonly canonical: Canonical | undefined
  /** Several threads may look at the states and the trees. */
  readonly shared: boolean
}

/** What expands the states of a table space, in the order in which they were found. */
export interface Explorer {
  /** The first state that was not expanded yet. */
  readonly head: number
  readonly transitions: number
  readonly terminalStates: number
  /** The first one, or -1. */
  readonly deadlock: number
  /** First id of each level. */
  readonly levels: readonly number[]
  /** Largest answer per observer, and the state where it was first given. */
  readonly best: Int32Array
  readonly bestState: Int32Array
  /** Per observer of pairs: the words of the state after the step of the largest answer. */
  readonly bestAfter: readonly Int32Array[]
  /** Adds an initial state. */
  start(words: Int32Array): void
  /** Expands up to `limit` states; `false` when none is left. */
  advance(limit: number): boolean
}

export class Kernel implements Explorer {
  head = 0
  transitions = 0
  terminalStates = 0
  deadlock = -1
  readonly levels: number[] = []
  readonly best: Int32Array
  readonly bestState: Int32Array
  readonly bestAfter: Int32Array[]
  readonly #setup: KernelSetup
  readonly #state: Int32Array
  readonly #mixed: Int32Array
  readonly #batch: Int32Array
  readonly #hashes = new Int32Array(BATCH)
  readonly #from = new Int32Array(BATCH)
  /** The first id of the level after the one that is being expanded. */
  levelEnd = 0
  readonly #audits = new Audits()
  #untilAudit = 1
  #generated: GeneratedKernel | undefined

  constructor(setup: KernelSetup) {
    this.#setup = setup
    const K = setup.store.words
    const observers = setup.stateObservers + setup.pairObservers
    // The state being expanded and, for observers of pairs, a successor behind it.
    this.#state = new Int32Array(2 * K)
    this.#mixed = new Int32Array(K)
    this.#batch = new Int32Array(BATCH * K)
    this.best = new Int32Array(observers).fill(NO_ANSWER)
    this.bestState = new Int32Array(observers).fill(-1)
    this.bestAfter = Array.from({ length: observers }, () => new Int32Array(K))
  }

  start(words: Int32Array): void {
    const { store } = this.#setup
    this.#batch.set(words)
    this.#hashes[0] = store.hash(words, 0)
    this.#from[0] = -1
    this.#insert(1)
  }

  /** Inserts the batch, of each state the one that is kept. */
  #insert(count: number): void {
    const { store, canonical } = this.#setup
    if (canonical !== undefined) this.#keep(canonical, this.#batch, this.#hashes, count)
    store.insert(this.#batch, this.#hashes, this.#from, count)
  }

  /** Replaces states by those that are kept, with their hashes. */
  #keep(canonical: Canonical, batch: Int32Array, hashes: Int32Array, count: number): void {
    const { store } = this.#setup
    for (let j = 0; j < count; j++)
      if (canonical.apply(batch, j * store.words)) hashes[j] = store.hash(batch, j * store.words)
  }

  advance(limit: number): boolean {
    const { store, generateFrom } = this.#setup
    if (this.#generated === undefined && store.count >= generateFrom && store.words <= MAX_UNROLLED_WORDS)
      this.#generated = this.#generate()
    if (this.#generated === undefined) this.#interpret(Math.min(limit, Math.max(1, generateFrom)))
    else this.#run(this.#generated, limit)
    return this.head < store.count
  }

  /** Was no state of the level expanded yet? */
  get betweenLevels(): boolean {
    return this.head === (this.levels.at(-1) ?? 0)
  }

  /** Begins with the next level if all states of this one were expanded. */
  nextLevel(): void {
    const { count } = this.#setup.store
    if (this.head !== this.levelEnd || this.head === count) return
    this.levels.push(this.head)
    this.levelEnd = count
  }

  // ---- for the leader of a crew, whose states are in its own working words

  miss(process: number, words: Int32Array, state: number): number {
    return this.#setup.relation.miss(process, words, state)
  }

  unusual(process: number, leaf: number, words: Int32Array, state: number): number {
    return this.#unusual(process, leaf, words, state)
  }

  answer(observer: number, pointer: number, words: Int32Array, state: number): number {
    this.#state.set(words)
    return this.#answer(observer, pointer, state)
  }

  /** Compares the step of a process in a state with the reference engine. */
  audit(process: number, state: number): void {
    const { relation, store } = this.#setup
    const words = store.arena.array.slice(state * store.words, (state + 1) * store.words)
    relation.auditByReference(process, relation.leafFor(process, words, state), words, state)
  }

  /** What a generated kernel is made for. */
  shape(crew: boolean): Shape {
    const { relation, store, stateObservers, pairObservers, firstTick, canonical, shared } = this.#setup
    return {
      words: store.words,
      processes: relation.roots.length,
      stateObservers,
      pairObservers,
      firstTick,
      exchanges: canonical !== undefined,
      shared,
      crew,
    }
  }

  /** The loop in JavaScript: what the generated one must do too. */
  #interpret(limit: number): void {
    const { relation, store, stateObservers, pairObservers, firstTick } = this.#setup
    const { roots, observerCells } = relation
    const K = store.words
    const salts = store.salts
    const W = this.#state
    const M = this.#mixed
    const B = this.#batch
    const hashes = this.#hashes
    const from = this.#from
    const best = this.best
    const processes = roots.length
    let T = relation.code.array
    let A = store.arena.array
    let pending = 0
    let transitions = this.transitions
    let untilAudit = this.#untilAudit
    const stop = this.head + limit
    let head = this.head
    for (;;) {
      if (head === store.count || head === this.levelEnd) {
        if (pending > 0) {
          this.#insert(pending)
          pending = 0
          A = store.arena.array
        }
        if (head === store.count) break
        this.levels.push(head)
        this.levelEnd = store.count
      }
      if (head >= stop) break

      let hash = 0
      const at = head * K
      for (let k = 0; k < K; k++) {
        const word = A[at + k]!
        W[k] = word
        const mixed = mix(word ^ salts[k]!)
        M[k] = mixed
        hash ^= mixed
      }

      for (let o = 0; o < stateObservers; o++) {
        let p = T[observerCells[o]!]!
        while (p > 0) {
          const test = T[p]!
          p = T[p + 1 + ((W[test & 1023]! >>> ((test >>> 10) & 31)) & (test >>> 15))]!
        }
        let answer: number
        if (p !== 0 && T[-p] === 0) answer = T[1 - p]!
        else {
          answer = this.#answer(o, p, head)
          T = relation.code.array
        }
        if (answer > best[o]!) this.#saw(o, head, answer)
      }

      let enabled = 0
      for (let i = 0; i < processes; i++) {
        if (i === firstTick && (enabled & URGENT) !== 0) break
        let p = roots[i]!
        while (p > 0) {
          const test = T[p]!
          p = T[p + 1 + ((W[test & 1023]! >>> ((test >>> 10) & 31)) & (test >>> 15))]!
        }
        let leaf = -p
        if (p === 0) {
          leaf = relation.miss(i, W, head)
          T = relation.code.array
        } else if ((T[leaf]! & (UNAUDITED | DIRECT)) !== 0) {
          leaf = this.#unusual(i, leaf, W, head)
          T = relation.code.array
        }
        if (--untilAudit === 0) {
          untilAudit = this.#audits.next()
          relation.auditByReference(i, leaf, W, head)
          T = relation.code.array
        }
        const header = T[leaf]!
        enabled |= header
        let n = header & COUNT_MASK
        transitions += n
        let t = leaf + 2
        for (; n > 0; n--) {
          const base = pending * K
          for (let k = 0; k < K; k++) B[base + k] = W[k]!
          let successorHash = hash
          let writes = T[t++]!
          for (; writes > 0; writes--) {
            const k = T[t]!
            const word = (B[base + k]! & T[t + 1]!) | T[t + 2]!
            B[base + k] = word
            successorHash ^= M[k]! ^ mix(word ^ salts[k]!)
            t += 3
          }
          if (pairObservers > 0) {
            for (let k = 0; k < K; k++) W[K + k] = B[base + k]!
            this.#observePair(head)
            T = relation.code.array
          }
          // A step that changes nothing is a transition to where we are: nothing to look up.
          if (successorHash === hash && this.#sameAsState(base)) continue
          hashes[pending] = successorHash
          from[pending] = head
          if (++pending === BATCH) {
            this.#insert(BATCH)
            pending = 0
            A = store.arena.array
          }
        }
      }
      if ((enabled & (COUNT_MASK | FAULTY)) === 0) {
        this.#terminal(head)
        T = relation.code.array
      }
      head++
    }
    if (pending > 0) this.#insert(pending)
    this.head = head
    this.transitions = transitions
    this.#untilAudit = untilAudit
  }

  // ---- the generated kernel

  #generate(): GeneratedKernel {
    const { relation, store, canonical } = this.#setup
    const generated = new GeneratedKernel(this.shape(false), relation, store, this.best)
    generated.connect({
      miss: (process, state) => relation.miss(process, this.#fetch(generated), state),
      unusual: (process, leaf, state) => this.#unusual(process, leaf, this.#fetch(generated), state),
      audit: (process, leaf, state) => {
        relation.auditByReference(process, leaf, this.#fetch(generated), state)
        return this.#audits.next()
      },
      answer: (observer, pointer, state) => {
        this.#fetch(generated)
        return this.#answer(observer, pointer, state)
      },
      saw: (observer, state, answer) => {
        this.#fetch(generated)
        this.#saw(observer, state, answer)
      },
      terminal: (state) => {
        this.#fetch(generated)
        this.#terminal(state)
      },
      level: (state) => void this.levels.push(state),
      reserve: (count) => generated.reserve(count),
      keep: (count) => {
        const { batch, hashes } = generated.batch
        if (canonical !== undefined) this.#keep(canonical, batch, hashes, count)
      },
    })
    return generated
  }

  /** The state that the generated kernel is expanding: a copy, since its memory may move. */
  #fetch(generated: GeneratedKernel): Int32Array {
    generated.fetch(this.#state)
    return this.#state
  }

  #run(generated: GeneratedKernel, limit: number): void {
    generated.cell('head', this.head)
    generated.cell('levelEnd', this.levelEnd)
    generated.cell('untilAudit', this.#untilAudit)
    generated.cell('transitions', 0)
    generated.advance(this.head + limit, this.best)
    this.head = generated.cell('head')
    this.levelEnd = generated.cell('levelEnd')
    this.#untilAudit = generated.cell('untilAudit')
    this.transitions += generated.cell('transitions')
  }

  // ---- rare or only on demand

  #sameAsState(base: number): boolean {
    const W = this.#state
    const B = this.#batch
    for (let k = 0; k < this.#mixed.length; k++) if (B[base + k] !== W[k]) return false
    return true
  }

  /** The answer of an observer behind a pointer that is no plain leaf. */
  #answer(observer: number, pointer: number, state: number): number {
    const { relation } = this.#setup
    const leaf = -pointer
    const flags = pointer === 0 ? DIRECT : relation.code.array[leaf]!
    if ((flags & DIRECT) !== 0) return relation.observe(observer, this.#state, state)
    if ((flags & FAULTY) !== 0) return NO_ANSWER
    return relation.auditAnswer(observer, leaf, this.#state, state)
  }

  /** A leaf that is not plain: evaluated directly, or hit by a second state. */
  #unusual(process: number, leaf: number, words: Int32Array, state: number): number {
    const { relation } = this.#setup
    if ((relation.code.array[leaf]! & DIRECT) !== 0) return relation.evaluate(process, words, state)
    return relation.auditOnce(process, leaf, words, state)
  }

  /** A new largest answer, given about what lies in `#state`. */
  #saw(observer: number, state: number, answer: number): void {
    const { store, stateObservers } = this.#setup
    this.best[observer] = answer
    this.bestState[observer] = state
    if (observer >= stateObservers) this.bestAfter[observer]!.set(this.#state.subarray(store.words))
  }

  /** Asks the observers of pairs about the two states in `#state`. */
  #observePair(state: number): void {
    const { relation, stateObservers, pairObservers } = this.#setup
    const W = this.#state
    for (let o = stateObservers; o < stateObservers + pairObservers; o++) {
      const T = relation.code.array
      let p = T[relation.observerCells[o]!]!
      while (p > 0) {
        const test = T[p]!
        p = T[p + 1 + ((W[test & 1023]! >>> ((test >>> 10) & 31)) & (test >>> 15))]!
      }
      const answer = p !== 0 && T[-p] === 0 ? T[1 - p]! : this.#answer(o, p, state)
      if (answer > this.best[o]!) this.#saw(o, state, answer)
    }
  }

  #terminal(state: number): void {
    const { relation, stateObservers, pairObservers } = this.#setup
    this.terminalStates++
    const done = stateObservers + pairObservers
    const T = relation.code.array
    const W = this.#state
    let p = T[relation.observerCells[done]!]!
    while (p > 0) {
      const test = T[p]!
      p = T[p + 1 + ((W[test & 1023]! >>> ((test >>> 10) & 31)) & (test >>> 15))]!
    }
    const answer = p !== 0 && T[-p] === 0 ? T[1 - p]! : this.#answer(done, p, state)
    if (answer === 0 && this.deadlock < 0) this.deadlock = state
  }
}
