/**
 * What the generated kernel and its host agree on: shape, memory layout, cells, imports.
 *
 * Memory 0 holds the working words and behind them the decision trees, 1 the states, 2 the predecessors, 3 the index. In
 * a crew memory 0 is the explorer's own, without the trees: those are in memory 4, and 5 is how the crew is controlled.
 */
import { BATCH } from '../store.ts'
import { call, constant, load, type Code } from './assembler.ts'

export const WORK = 0
export const ARENA = 1
export const PREDECESSORS = 2
export const INDEX = 3
const TREES = 4
export const CONTROL = 5
export const MEMORIES = 4
export const CREW_MEMORIES = 6

/** Words at the start of memory 0 by which the kernels talk to each other. */
export const CELLS = {
  head: 0,
  count: 1,
  levelEnd: 2,
  transitions: 3,
  untilAudit: 4,
  capacity: 5,
  mask: 6,
  sink: 7,
  /** Of an explorer of a crew: stop at the next state. */
  halt: 8,
  /** Ids that it may give to new states: from `next` on, up to but not including `end`. */
  next: 9,
  end: 10,
  /** Ids handed out from which on there may be no room for another batch of everybody. */
  limit: 11,
} as const
const CELL_COUNT = 16
/** Words of recent successors at most: they stay in the second-level cache. */
const RECENT_WORDS = 2 ** 15

export interface Shape {
  readonly words: number
  readonly processes: number
  readonly stateObservers: number
  readonly pairObservers: number
  readonly firstTick: number
  /** Successors are replaced by the states that are kept for them. */
  readonly exchanges: boolean
  /** The states, predecessors, index and trees are shared between threads. */
  readonly shared: boolean
  /** For an explorer of a crew. */
  readonly crew: boolean
}

/** The memory that holds the trees. */
export const treesOf = ({ crew }: Shape): number => (crew ? TREES : WORK)

/** Where things lie in memory 0, in bytes. */
export interface MemoryMap {
  /** The state being expanded and, for observers of pairs, a successor behind it. */
  readonly state: number
  readonly mixed: number
  readonly salts: number
  readonly roots: number
  readonly observers: number
  readonly best: number
  readonly batch: number
  readonly hashes: number
  readonly from: number
  readonly touched: number
  /**
   * Successors that were met lately, by the lowest bits of their hashes: most successors are met again soon, and need not
   * be looked up. Every row holds a state that is known, or in the batch.
   */
  readonly recent: number
  readonly trees: number
}

/** Rows of recent successors: a power of two. */
export const recentRows = (words: number): number => 2 ** Math.floor(Math.log2(RECENT_WORDS / words))

export function memoryMap({ words: K, processes, stateObservers, pairObservers }: Shape): MemoryMap {
  let at = 4 * CELL_COUNT
  const region = (length: number): number => {
    const start = at
    at += 4 * length
    return start
  }
  const observers = stateObservers + pairObservers
  return {
    state: region(2 * K),
    mixed: region(K),
    salts: region(K),
    roots: region(processes),
    observers: region(observers),
    best: region(observers),
    batch: region(BATCH * K),
    hashes: region(BATCH),
    from: region(BATCH),
    touched: region(BATCH),
    recent: region(recentRows(K) * K),
    trees: Math.ceil(at / 64) * 64,
  }
}

/** Begins with what is known already: the first initial state. */
export function fillRecent(shape: Shape, { recent }: MemoryMap, words: Int32Array, states: Int32Array): void {
  const { words: K } = shape
  const [first, end] = [recent / 4, recent / 4 + recentRows(K) * K]
  words.set(states.subarray(0, K), first)
  for (let filled = K; first + filled < end; filled *= 2) words.copyWithin(first + filled, first, first + filled)
}

/** What the generated loop asks of the JavaScript kernel: name, parameters, results. */
export const IMPORTS = [
  { name: 'miss', parameters: 2, results: 1 },
  { name: 'unusual', parameters: 3, results: 1 },
  { name: 'audit', parameters: 3, results: 1 },
  { name: 'answer', parameters: 3, results: 1 },
  { name: 'saw', parameters: 3, results: 0 },
  { name: 'terminal', parameters: 1, results: 0 },
  { name: 'level', parameters: 1, results: 0 },
  { name: 'reserve', parameters: 1, results: 0 },
  { name: 'keep', parameters: 1, results: 0 },
] as const
export type Import = (typeof IMPORTS)[number]['name']

export const imported = (name: Import, ...args: Code[]): Code =>
  call(
    IMPORTS.findIndex((each) => each.name === name),
    ...args,
  )
export const INSERT: number = IMPORTS.length

export const cell = (name: keyof typeof CELLS): Code => load(WORK, constant(0), 4 * CELLS[name])
export const ZERO: Code = constant(0)

/** What an explorer of a crew answers for an observer that it cannot ask: no answer of an observer is this small. */
export const DEFERRED: number = -(2 ** 31) + 1
