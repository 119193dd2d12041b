/**
 * How the threads of a crew talk to each other: words of one shared memory.
 *
 * In front what concerns all; what different threads write often stands 64 bytes apart. Behind it a part for each
 * explorer, which only it writes, and which the leader reads when all have arrived.
 */

/** Places of what concerns all. */
export const HEADER = {
  /** The number of the round times 256, and how many take part: it begins when this changes. */
  round: 0,
  /** Explorers that are done with the round. */
  arrived: 16,
  /** The id that the next new state gets; explorers take a few at a time. */
  nextId: 32,
  /** The next state to be expanded; explorers take some at a time. */
  head: 48,
  /** Not 0: nobody begins with more states. */
  halt: 64,
  /** What is to be done in this round. */
  command: 80,
  /** To expand: where the level ends, and ids handed out from which on there may be no room for another batch of all. */
  levelEnd: 82,
  limit: 83,
  /** The index: its size less one, a power of two less one; and how many states are to be put into it. */
  mask: 84,
  count: 85,
  /** Pages of all memories together: where they have become more, each thread makes sure that it knows. */
  pages: 86,
  /** Threads that are ready to join in: their explorers have the numbers from 1 to this. */
  ready: 96,
  /** Explorers that have a number. */
  claimed: 97,
} as const
const HEADER_WORDS = 112

/** The most explorers of a crew. */
export const MOST_EXPLORERS = 64
const TEAMS = 256
/** The word of the round after one, and how many take part in a round. */
export const roundAfter = (round: number, team: number): number =>
  (((Math.floor(round / TEAMS) + 1) * TEAMS) | 0) + team
export const teamOf = (round: number): number => round & (TEAMS - 1)

export const COMMAND = { expand: 1, clear: 2, rehash: 3, leave: 4 } as const

/** Ids that an explorer takes at a time. */
export const SEGMENT = 64
/** States that an explorer puts off before it stops for them to be expanded, and audits that it asks for. */
export const MOST_DEFERRED = 256
export const MOST_AUDITS = 16

/** Places in the part of one explorer, all about the round that ended. */
export const PART = {
  /** Ids that it took and did not use: from `next` on, up to but not including `end`. */
  next: 0,
  end: 1,
  /** Not 0: it was halted with states or successors in hand. */
  left: 2,
  transitions: 3,
  terminalStates: 4,
  /** The first state where nothing is enabled and something should be; -1. */
  deadlock: 5,
  /** Not 0: it failed, and sends a message about it. */
  failed: 6,
  deferredCount: 7,
  auditCount: 8,
} as const
const DEFERRED = 9
const AUDITS = DEFERRED + MOST_DEFERRED
const BEST = AUDITS + 2 * MOST_AUDITS

/** Behind them: the states that were put off, the audits (a process, a state), and of each observer the largest answer. */
export const deferredAt = (part: number, i: number): number => part + DEFERRED + i
export const auditAt = (part: number, i: number): number => part + AUDITS + 2 * i
/** The answer, the state where it was given, and the words of the state after the step. */
export const bestAt = (part: number, observer: number, words: number): number => part + BEST + observer * (2 + words)

/** Where the part of an explorer begins, in words. */
export function partOf(explorer: number, observers: number, words: number): number {
  const length = Math.ceil(bestAt(0, observers, words) / 16) * 16
  return HEADER_WORDS + explorer * length
}
