/**
 * Search by fingerprints: breadth first, with a fingerprint in place of every state that is not about to be expanded.
 *
 * The words of two levels are kept, and for each state its fingerprint and half of that of its predecessor. A behaviour
 * is found again along the predecessors: from an initial state on, at each state the first outcome with the fingerprint
 * that comes next. The loop is that of `Kernel`, with hashes for which a bound is known.
 */
import { Audits } from '../engine/audits.ts'
import { ECONOMY, type EconomyOptions } from '../engine/economy.ts'
import type { Behaviour, Coverage, FaultSighting, Question, Sighting, Statistics } from '../engine/engine.ts'
import { Fingerprints, FingerprintTable, lossProbability, ofWord } from '../engine/fingerprints.ts'
import { COUNT_MASK, DIRECT, FAULTY, NO_ANSWER, UNAUDITED, URGENT } from '../engine/forest.ts'
import { GrowableWords } from '../engine/growable.ts'
import type { Layout } from '../engine/layout.ts'
import { PackedMachine } from '../engine/packed.ts'
import { ReplayError } from '../trace/schedule.ts'
import { faultsInOrder } from './faults.ts'
import type { Limits, Mode, Sample } from './mode.ts'
import type { Basis, Stop } from './verdict.ts'

export interface HashedOptions {
  /** Of a fingerprint: 32 to 64. Tests take fewer, to see states being lost. */
  readonly bits: number
  readonly seed: number
  /** Bits of a head; 32 except in tests that want many alike. */
  readonly headBits?: number
}

const BATCH = 512
/** One in this many expansions is compared with the reference engine. */
/** Beyond this probability that a state was lost nothing is said of all states. */
const DOUBTFUL = 0.01

/** A state of which the search speaks: its fingerprint and level. */
interface Known {
  readonly head: number
  readonly tail: number
  readonly depth: number
}

class HashedSpace implements Sample {
  readonly layout: Layout
  deadlock: number | undefined
  terminalStates = 0
  readonly #options: HashedOptions
  readonly #packed: PackedMachine
  readonly #prints: Fingerprints
  readonly #table = new FingerprintTable()
  /** Words of the level that is expanded, and of the next one. */
  #level = new GrowableWords(1024)
  #next = new GrowableWords(1024)
  #nextCount = 0
  /** First states of levels. */
  readonly #levels: number[] = [0]
  #head = 0
  #levelEnd: number
  #transitions = 0
  readonly #audits = new Audits()
  #untilAudit = 1
  readonly #initialStates: number
  // The state that is expanded with a successor behind it, its fingerprint in parts, and what waits to be inserted.
  readonly #state: Int32Array
  readonly #headParts: Int32Array
  readonly #tailParts: Int32Array
  #stateHead = 0
  #stateTail = 0
  readonly #batch: Int32Array
  readonly #heads = new Int32Array(BATCH)
  readonly #tails = new Int32Array(BATCH)
  readonly #from = new Int32Array(BATCH)
  readonly #fresh = new Int32Array(BATCH)
  #pending = 0
  // What was seen.
  readonly #best: Int32Array
  readonly #bestState: number[]
  readonly #bestAfter: Int32Array[]
  readonly #known = new Map<number, Known>()

  constructor(question: Question, options: HashedOptions, economy: EconomyOptions) {
    this.layout = question.layout
    this.#options = options
    const packed = new PackedMachine(question, economy)
    const K = packed.words
    this.#packed = packed
    this.#prints = new Fingerprints(K, options.bits, options.seed, options.headBits)
    this.#state = new Int32Array(2 * K)
    this.#headParts = new Int32Array(K)
    this.#tailParts = new Int32Array(K)
    this.#batch = new Int32Array(BATCH * K)
    this.#best = new Int32Array(packed.observers).fill(NO_ANSWER)
    this.#bestState = Array.from(this.#best, () => -1)
    this.#bestAfter = Array.from(this.#best, () => new Int32Array(K))
    for (const start of packed.starts) this.#enqueue(start)
    this.#insert()
    this.#initialStates = this.#levelEnd = this.#table.count
    this.#swap()
  }

  #enqueue(words: Int32Array): void {
    const at = this.#pending++
    this.#batch.set(words, at * words.length)
    this.#heads[at] = this.#prints.head(words, 0)
    this.#tails[at] = this.#prints.tail(words, 0)
    this.#from[at] = this.#heads[at]!
    if (this.#pending === BATCH) this.#insert()
  }

  // ---- the search

  advance(limit: number): boolean {
    return this.#packed.sealed(() => {
      for (let left = limit; left > 0;) {
        if (this.#head === this.#levelEnd && !this.#nextLevel()) return false
        const count = Math.min(left, this.#levelEnd - this.#head)
        this.#expand(count)
        left -= count
      }
      return this.#head < this.#levelEnd || this.#nextLevel()
    })
  }

  #nextLevel(): boolean {
    this.#insert()
    if (this.#nextCount === 0) return false
    this.#levels.push(this.#levelEnd)
    this.#levelEnd = this.#table.count
    this.#swap()
    return true
  }

  #swap(): void {
    const done = this.#level
    this.#level = this.#next
    this.#next = done
    this.#nextCount = 0
  }

  /** Expands so many states of the level. */
  #expand(count: number): void {
    const { relation, firstTick, stateObservers, observers, words: K } = this.#packed
    const { roots } = relation
    const { heads: headTable, tails: tailTable } = this.#prints
    const W = this.#state
    const B = this.#batch
    const headParts = this.#headParts
    const tailParts = this.#tailParts
    const processes = roots.length
    const stop = this.#head + count
    const levelStart = this.#levels.at(-1)!
    const level = this.#level.array
    const hasPairs = observers > stateObservers
    let T = relation.code.array
    let transitions = 0
    let faults = relation.faults.length
    for (let state = this.#head; state < stop; state++) {
      let head = 0
      let tail = 0
      const at = (state - levelStart) * K
      for (let k = 0; k < K; k++) {
        const word = level[at + k]!
        W[k] = word
        head ^= headParts[k] = ofWord(headTable, k, word)
        tail ^= tailParts[k] = ofWord(tailTable, k, word)
      }
      this.#stateHead = head
      this.#stateTail = tail
      for (let o = 0; o < stateObservers; o++) this.#observe(o, state)
      if (stateObservers > 0) T = relation.code.array

      let enabled = 0
      for (let i = 0; i < processes; i++) {
        if (i === firstTick && (enabled & URGENT) !== 0) break
        let p = roots[i]!
        while (p > 0) {
          const test = T[p]!
          p = T[p + 1 + ((W[test & 1023]! >>> ((test >>> 10) & 31)) & (test >>> 15))]!
        }
        let leaf = -p
        if (p === 0 || (T[leaf]! & (UNAUDITED | DIRECT)) !== 0) {
          leaf = this.#packed.leafBehind(i, p, W, state)
          T = relation.code.array
        }
        if (--this.#untilAudit === 0) {
          this.#untilAudit = this.#audits.next()
          relation.auditByReference(i, leaf, W, state)
          T = relation.code.array
        }
        const header = T[leaf]!
        enabled |= header
        let n = header & COUNT_MASK
        transitions += n
        let t = leaf + 2
        for (; n > 0; n--) {
          const base = this.#pending * K
          for (let k = 0; k < K; k++) B[base + k] = W[k]!
          let nextHead = head
          let nextTail = tail
          let writes = T[t++]!
          for (; writes > 0; writes--) {
            const k = T[t]!
            const word = (B[base + k]! & T[t + 1]!) | T[t + 2]!
            B[base + k] = word
            nextHead ^= headParts[k]! ^ ofWord(headTable, k, word)
            nextTail ^= tailParts[k]! ^ ofWord(tailTable, k, word)
            t += 3
          }
          if (hasPairs) {
            for (let k = 0; k < K; k++) W[K + k] = B[base + k]!
            for (let o = stateObservers; o < observers; o++) this.#observe(o, state)
            T = relation.code.array
          }
          // Its own fingerprint is in the table.
          if (nextHead === head && nextTail === tail) continue
          this.#heads[this.#pending] = nextHead
          this.#tails[this.#pending] = nextTail
          this.#from[this.#pending] = head
          if (++this.#pending === BATCH) this.#insert()
        }
      }
      if ((enabled & (COUNT_MASK | FAULTY)) === 0) {
        this.#terminal(state)
        T = relation.code.array
      }
      if (relation.faults.length > faults) {
        faults = relation.faults.length
        this.#remember(state)
      }
    }
    this.#head = stop
    this.#transitions += transitions
  }

  /** Inserts what is pending; the states of new fingerprints make the next level. */
  #insert(): void {
    const K = this.#packed.words
    const count = this.#pending
    const fresh = this.#fresh
    const B = this.#batch
    const found = this.#table.insert(this.#heads, this.#tails, this.#from, count, fresh)
    const next = this.#next.reserve((this.#nextCount + found) * K)
    let at = this.#nextCount * K
    for (let i = 0; i < found; i++) {
      const base = fresh[i]! * K
      for (let k = 0; k < K; k++) next[at++] = B[base + k]!
    }
    this.#nextCount = at / K
    this.#pending = 0
  }

  #observe(observer: number, state: number): void {
    const code = this.#packed.answer(observer, this.#state, state)
    if (code <= this.#best[observer]!) return
    this.#best[observer] = code
    this.#bestState[observer] = state
    this.#bestAfter[observer]!.set(this.#state.subarray(this.#packed.words))
    this.#remember(state)
  }

  #terminal(state: number): void {
    this.terminalStates++
    if (this.deadlock !== undefined || this.#packed.mayEnd(this.#state, state)) return
    this.deadlock = state
    this.#remember(state)
  }

  #remember(state: number): void {
    this.#known.set(state, { head: this.#stateHead, tail: this.#stateTail, depth: this.#levels.length - 1 })
  }

  // ---- what was found

  statistics(): Statistics {
    const { executions, direct } = this.#packed.relation
    const states = this.#table.count
    const isDone = this.#head === states
    return {
      states,
      transitions: this.#transitions,
      depth: this.#levels.length - 1 + (states > this.#levelEnd ? 1 : 0),
      completeDepth: this.#levels.length - (isDone ? 1 : 2),
      initialStates: this.#initialStates,
      queued: states - this.#head,
      bytes: this.#table.bytes + 4 * (this.#level.array.length + this.#next.array.length),
      executions,
      direct,
      expansions: this.#head * this.layout.processes.length,
      levels: this.#levels,
    }
  }

  sighting(observer: number): Sighting | undefined {
    const o = this.#packed.order[observer]!
    const state = this.#bestState[o]!
    if (state < 0) return undefined
    return { code: this.#best[o]!, from: state, state: o < this.#packed.stateObservers ? state : o }
  }
  varies(observer: number): boolean {
    return this.#packed.varies(observer)
  }
  saturated(observer: number): boolean {
    return this.#packed.saturated(observer)
  }
  get faults(): readonly FaultSighting[] {
    const faults = [...this.#packed.startFaults, ...this.#packed.relation.faults]
    return faultsInOrder({ faults, levels: this.#levels, layout: this.layout })
  }
  get coverage(): Coverage {
    return this.#packed.coverage
  }
  get neededHistory(): ReadonlySet<string> {
    return this.#packed.neededHistory
  }

  behaviour(state: number, next?: number): Behaviour {
    const found = this.#packed.sealed(() => this.#wordsTo(this.#known.get(state)!))
    const words = next === undefined ? found : [...found, this.#bestAfter[next]!]
    return { states: words.map((each) => this.#packed.plain(each, 0)), movers: [] }
  }

  /** The words of the states along the predecessors to a fingerprint. */
  #wordsTo(end: Known): Int32Array[] {
    // More than one entry may have the head that is named as the predecessor's: all chains of the right length are tried.
    const chain: { readonly head: number; readonly tail: number }[] = []
    const open = [[end]] as { readonly head: number; readonly tail: number }[][]
    while (open.length > 0) {
      const fingerprint = open.at(-1)!.pop()
      if (fingerprint === undefined) {
        open.pop()
        chain.pop()
        continue
      }
      chain.push(fingerprint)
      if (chain.length <= end.depth) {
        open.push(this.#before(fingerprint))
        continue
      }
      const words = this.#along(chain)
      if (words !== undefined) return words
      chain.pop()
    }
    throw new ReplayError('no chain of fingerprints leads there.')
  }

  /** The fingerprints that may be that of the predecessor. */
  #before({ head, tail }: { head: number; tail: number }): { readonly head: number; readonly tail: number }[] {
    const own = this.#table.withHead(head).find((entry) => entry.tail === tail)
    if (own === undefined) return []
    return this.#table.withHead(own.from).map((entry) => ({ head: own.from, tail: entry.tail }))
  }

  /** The states that have these fingerprints, last to first; `undefined` when no behaviour has. */
  #along(chain: readonly { readonly head: number; readonly tail: number }[]): Int32Array[] | undefined {
    const packed = this.#packed
    const prints = this.#prints
    const K = packed.words
    const fits = (words: Int32Array, base: number, { head, tail }: { head: number; tail: number }): boolean =>
      prints.head(words, base) === head && prints.tail(words, base) === tail
    const start = packed.starts.find((words) => fits(words, 0, chain.at(-1)!))
    if (start === undefined) return undefined
    const found = [start]
    for (let i = chain.length - 2; i >= 0; i--) {
      packed.expand(found.at(-1)!, 0)
      let base = 0
      const end = (packed.ends.at(-1) ?? 0) * K
      while (base < end && !fits(packed.successors, base, chain[i]!)) base += K
      if (base === end) return undefined
      found.push(packed.successors.slice(base, base + K))
    }
    return found
  }

  // ---- what it carries

  get #probability(): number {
    return lossProbability(this.#table.count, this.#options.bits)
  }

  basis(stop: Stop | undefined): Basis {
    const { bits, seed } = this.#options
    const stopped = stop === undefined ? {} : { depth: this.statistics().completeDepth, stop }
    return { is: 'hashed', bits, seed, probability: this.#probability, ...stopped }
  }

  limits(stop: Stop | undefined): Limits {
    const graph = 'a search by fingerprints keeps no states to decide it on'
    if (stop !== undefined) return { graph }
    const probability = this.#probability
    const lost = `among ${this.#table.count} states; one was lost with a probability of up to ${probability.toPrecision(2)}`
    return probability > DOUBTFUL ? { graph, seen: `${lost}: more bits would help` } : { graph, probability }
  }
}

export const hashedMode = (options: HashedOptions, economy: EconomyOptions = ECONOMY): Mode => ({
  explore: (question) => new HashedSpace(question, options, economy),
})
