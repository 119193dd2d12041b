/**
 * A crew: several threads that expand the levels of one state space together. This is its leader.
 *
 * Only the leader has recipes, and only it learns: the decision trees stand still while others walk them. A level is
 * expanded in rounds. In a round everybody, the leader too, takes states from the level and inserts their successors into
 * the shared visited set; a state for which the trees do not suffice is put off. When all have arrived the leader makes
 * the ids contiguous again, expands what was put off, makes room, and opens the next round. So what is found does not
 * depend on the number of threads: the states of a level, what was answered in them, and what was learnt from them. What
 * does depend on it, and on chance, is the order of states within a level, and which of several predecessors is kept.
 */
import type { Crew } from './engine.ts'
import type { Kernel } from './kernel.ts'
import type { Relation } from './relation.ts'
import type { Store } from './store.ts'
import type { WasmMemory } from './growable.ts'
import {
  auditAt,
  bestAt,
  COMMAND,
  deferredAt,
  HEADER,
  MOST_EXPLORERS,
  PART,
  partOf,
  roundAfter,
} from './wasm/control.ts'
import { crewModule } from './wasm/crew-module.ts'
import { Explorer, ROOM, type Invitation } from './wasm/explorer.ts'
import { memoryMap, type Shape } from './wasm/shape.ts'

export interface LeaderSetup {
  readonly kernel: Kernel
  readonly relation: Relation
  readonly store: Store
  readonly shape: Shape
  /** Runs what may run recipes. */
  readonly sealed: (run: () => void) => void
}

/** The part of the global that is used here; the library types of ES2024 do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Memory: new (shape: { initial: number; maximum: number; shared: boolean }) => WasmMemory
}
const PAGE_BYTES = 2 ** 16
const pagesOf = (memories: readonly WasmMemory[]): number =>
  memories.reduce((pages, { buffer }) => pages + buffer.byteLength / PAGE_BYTES, 0)
/** Looks at whether all have arrived, before sleeping. */
const SPINS = 5000
/** Levels of fewer states say nothing about whether a crew is worth it. */
const IDLE_FROM = 10_000

export class Leader implements Crew {
  readonly invitation: Invitation
  readonly #setup: LeaderSetup
  readonly #control: Int32Array
  readonly #explorer: Explorer
  #team = 1
  /** Some were halted with work in hand. */
  #left = false
  #halted = false
  /** The index was enlarged, and is to be filled again. */
  #emptied = false
  /** Steps that are to be compared with the reference engine: a process, a state. */
  #idle = false
  #deferred = 0
  #audits: (readonly [process: number, state: number])[] = []

  constructor(setup: LeaderSetup) {
    const { relation, store, shape } = setup
    this.#setup = setup
    const { stateObservers, pairObservers, words } = shape
    const map = memoryMap(shape)
    const bytes = 4 * partOf(MOST_EXPLORERS, stateObservers + pairObservers, words)
    const pages = Math.ceil(bytes / PAGE_BYTES)
    const control = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    this.#control = new Int32Array(control.buffer)
    const { arena, predecessors, index } = store
    this.invitation = {
      shape,
      module: new WebAssembly.Module(crewModule(shape)),
      memories: [arena.memory(), predecessors.memory(), index.memory(), relation.code.memory(map.trees), control],
      salts: store.salts,
      roots: relation.roots,
      observerCells: relation.observerCells,
    }
    this.#explorer = new Explorer(this.invitation)
    this.#explorer.join(0)
  }

  get ready(): number {
    return Atomics.load(this.#control, HEADER.ready)
  }

  get unfinished(): boolean {
    return this.#left || this.#emptied
  }

  get idle(): boolean {
    return this.#idle
  }

  halt(): void {
    this.#halted = true
    Atomics.store(this.#control, HEADER.halt, 1)
  }

  open(): void {
    const { kernel, store } = this.#setup
    const C = this.#control
    this.#team = 1 + this.ready
    if (!this.#left) {
      Atomics.store(C, HEADER.head, kernel.head)
      C[HEADER.levelEnd] = kernel.levelEnd
    }
    if (this.#emptied) C[HEADER.command] = C[HEADER.command] === COMMAND.clear ? COMMAND.rehash : COMMAND.clear
    else C[HEADER.command] = this.#makeRoom() ? COMMAND.clear : COMMAND.expand
    C[HEADER.pages] = pagesOf(this.invitation.memories)
    C[HEADER.mask] = store.mask
    C[HEADER.count] = store.count
    C[HEADER.limit] = store.capacity - ROOM * this.#team
    Atomics.store(C, HEADER.nextId, store.count)
    Atomics.store(C, HEADER.arrived, 0)
    Atomics.store(C, HEADER.halt, this.#halted ? 1 : 0)
    this.#announce(this.#team)
    this.#explorer.begin()
  }

  work(times: number): boolean {
    // It takes long and touches nothing that the others look at.
    this.#audit()
    if (this.#explorer.work(times)) return true
    this.#explorer.arrive()
    return false
  }

  arrived(milliseconds: number): boolean {
    const C = this.#control
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(C, HEADER.arrived) === this.#team) return true
    const arrived = Atomics.load(C, HEADER.arrived)
    if (arrived !== this.#team) Atomics.wait(C, HEADER.arrived, arrived, milliseconds)
    return Atomics.load(C, HEADER.arrived) === this.#team
  }

  get failed(): boolean {
    return this.#parts().some((part) => this.#control[part + PART.failed] !== 0)
  }

  close(): void {
    const { kernel } = this.#setup
    const C = this.#control
    const command = C[HEADER.command]
    if (command === COMMAND.rehash) this.#emptied = false
    if (command !== COMMAND.expand) return
    this.#setup.sealed(() => this.#expandDeferred())
    this.#closeHoles()
    for (const part of this.#parts()) this.#merge(part)
    kernel.head = Math.min(C[HEADER.head]!, kernel.levelEnd)
    this.#left = this.#parts().some((part) => C[part + PART.left] !== 0)
    if (!this.#left) this.#closeLevel()
  }

  #closeLevel(): void {
    const { kernel } = this.#setup
    if (kernel.head !== kernel.levelEnd) return
    const states = kernel.levelEnd - kernel.levels.at(-1)!
    this.#idle = states > IDLE_FROM && 2 * this.#deferred > states
    this.#deferred = 0
    kernel.nextLevel()
  }

  dismiss(): void {
    this.#audit()
    this.#control[HEADER.command] = COMMAND.leave
    this.#announce(MOST_EXPLORERS + 1)
  }

  #announce(team: number): void {
    const C = this.#control
    Atomics.store(C, HEADER.round, roundAfter(Atomics.load(C, HEADER.round), team))
    Atomics.notify(C, HEADER.round)
  }

  #parts(): number[] {
    const { stateObservers, pairObservers, words } = this.#setup.shape
    return Array.from({ length: this.#team }, (_, i) => partOf(i, stateObservers + pairObservers, words))
  }

  /** Makes room for what a round begins with, and more if it is cheap; `true` if the index must be filled again. */
  #makeRoom(): boolean {
    const { kernel, store } = this.#setup
    const more = 2 * ROOM * this.#team
    const later = store.count + more + (kernel.levelEnd - kernel.head)
    const refill = store.refill
    store.refill = () => {
      this.#emptied = true
    }
    try {
      store.reserve(more)
      store.arena.reserve(later * store.words)
      store.predecessors.reserve(later)
    } finally {
      store.refill = refill
    }
    return this.#emptied
  }

  /** Gives the ids that were taken and not used to the last states: the ids of a level are contiguous. */
  #closeHoles(): void {
    const C = this.#control
    const holes = this.#parts().map((part) => [C[part + PART.next]!, C[part + PART.end]!] as const)
    this.#setup.store.close(holes, Atomics.load(C, HEADER.nextId))
  }

  #merge(part: number): void {
    const { kernel, shape } = this.#setup
    const C = this.#control
    kernel.transitions += C[part + PART.transitions]!
    kernel.terminalStates += C[part + PART.terminalStates]!
    const deadlock = C[part + PART.deadlock]!
    if (deadlock >= 0 && (kernel.deadlock < 0 || deadlock < kernel.deadlock)) kernel.deadlock = deadlock
    kernel.best.forEach((known, o) => {
      const at = bestAt(part, o, shape.words)
      if (C[at]! <= known) return
      kernel.best[o] = C[at]!
      kernel.bestState[o] = C[at + 1]!
      kernel.bestAfter[o]!.set(C.subarray(at + 2, at + 2 + shape.words))
    })
  }

  #expandDeferred(): void {
    const { kernel } = this.#setup
    const C = this.#control
    for (const part of this.#parts()) {
      this.#deferred += C[part + PART.deferredCount]!
      const deferred = C.slice(deferredAt(part, 0), deferredAt(part, C[part + PART.deferredCount]!))
      this.#explorer.resolve(deferred, kernel)
      for (let i = 0; i < C[part + PART.auditCount]!; i++)
        this.#audits.push([C[auditAt(part, i)]!, C[auditAt(part, i) + 1]!])
    }
  }

  #audit(): void {
    if (this.#audits.length === 0) return
    const audits = this.#audits
    this.#audits = []
    this.#setup.sealed(() => {
      for (const [process, state] of audits) this.#setup.kernel.audit(process, state)
    })
  }
}
