/** Revisions of add, tasks that migrate or do not, whole words, and the exact counter that all of it amounts to. */
import { holds, maximum, minimum, reachable, unreachable, violated } from '../../checker/language/index.ts'
import type { TreeRow } from './properties.ts'

const alone = { adders: 1, adds: 0, increment: 1 }

export const revisionRows: readonly TreeRow[] = [
  {
    claims: ['E1', 'E2'],
    variant: 'v17',
    bounds: { cpus: 4, batch: 2, adders: 2, adds: 0, increment: 4, width: 0 },
    ingredients: ['decrements'],
    expect: {
      NothingIsLost: holds,
      ErrorAtRestIsSharp: holds,
      WorstCaseAtRest: reachable(8),
      GreatestErrorAtRest: maximum(8),
      GreatestError: maximum(16),
      LeastError: minimum(-8),
    },
    why: 'A carry that a level would pass unchanged may pass it by: what nodes keep is the same as in v12.',
  },
  {
    claims: ['E1', 'E2'],
    variant: 'v12',
    bounds: { cpus: 4, batch: 2, adders: 2, adds: 0, increment: 4, width: 0 },
    ingredients: ['decrements'],
    expect: {
      NothingIsLost: holds,
      ErrorAtRestIsSharp: holds,
      GreatestErrorAtRest: maximum(8),
      GreatestError: maximum(16),
      LeastError: minimum(-8),
    },
    why: 'Neighbour of v17: the same extremes, one level after the other.',
  },
  {
    claims: ['E1'],
    variant: 'v1',
    bounds: { cpus: 4, batch: 2, adders: 2, adds: 0, increment: 1, width: 0 },
    ingredients: ['decrements'],
    expect: {
      NothingIsLost: holds,
      ErrorAtRestIsSharp: holds,
      GreatestErrorAtRest: maximum(8),
      GreatestError: maximum(13),
      LeastError: minimum(-5),
    },
    why: 'To switch migration off during an add does not change what can be reached, for it is the adds that move between CPUs.',
  },
  {
    claims: ['E7'],
    bounds: { cpus: 4, batch: 2, ...alone, width: 0 },
    expect: { WorstCaseAtRest: reachable(10), GreatestErrorAtRest: maximum(8) },
    why: 'One task that is moved from CPU to CPU leaves something in every node, as many tasks would.',
  },
  {
    claims: ['E7'],
    bounds: { cpus: 4, batch: 2, ...alone, width: 0 },
    ingredients: ['pinned'],
    expect: { WorstCaseAtRest: unreachable, GreatestErrorAtRest: maximum(3), RangeContainsPreciseSum: holds },
    why: 'A task that stays where it is fills one word and the items above it: 1 and 2.',
  },
  {
    claims: ['E7'],
    bounds: { cpus: 8, batch: 2, ...alone, width: 0 },
    expect: { WorstCaseAtRest: reachable(34), GreatestErrorAtRest: maximum(24) },
    full: true,
    why: 'One task, eight CPUs: 3 for each of them, as the range for all machines of this size must allow for.',
  },
  {
    claims: ['E1', 'E2', 'E4'],
    bounds: { cpus: 2, batch: 2, adders: 2, adds: 0, increment: 1, width: 4 },
    ingredients: ['decrements'],
    expect: {
      WordsTellTheError: holds,
      PreciseSumIsTheTotal: holds,
      NothingIsLost: holds,
      GreatestErrorAtRest: maximum(2),
      GreatestError: maximum(5),
      LeastError: minimum(-3),
    },
    why: 'With whole words, which wrap around, sums say what the quotient counts.',
  },
  {
    claims: ['E1', 'E2'],
    bounds: { cpus: 16, batch: 32, adders: 1, adds: 1, increment: 64, width: 0 },
    ingredients: ['decrements', 'filled'],
    expect: { NothingIsLost: holds, GreatestError: maximum(1200), RangeContainsPreciseSum: holds },
    why: 'As full as a counter of sixteen CPUs can be at the batch size of RSS, 1136, and 64 on top: still within 1536.',
  },
  {
    claims: ['E1', 'E2'],
    bounds: { cpus: 9, batch: 2, adders: 1, adds: 0, increment: 1, width: 0 },
    expect: {
      NothingIsLost: holds,
      ErrorAtRestIsSharp: holds,
      GreatestErrorAtRest: maximum(49),
      GreatestError: maximum(50),
      RangeContainsPreciseSum: holds,
    },
    full: true,
    why: 'The smallest tree whose error exceeds the over side of its range, 48, so that a comparison may take the wrong side.',
  },
  {
    claims: ['E1', 'E2'],
    bounds: { cpus: 1, batch: 2, adders: 2, adds: 0, increment: 3, width: 4 },
    ingredients: ['decrements'],
    expect: { PreciseSumIsTheTotal: holds, WordsTellTheError: holds },
    why: 'With one CPU the root is its word: nothing is carried, and both sums are the same.',
  },
  {
    claims: ['E1'],
    bounds: { cpus: 2, batch: 2, ...alone, width: 4 },
    ingredients: ['decrements'],
    expect: { IsIntervalCounterAtRest: holds, IsNarrowerCounterAtRest: violated(2), IsIntervalCounter: holds },
    why: 'Seen when it is at rest, the tree is an exact counter whose approximation is 0 to 2 below it, and 2 is needed.',
  },
  {
    claims: ['E1'],
    bounds: { cpus: 4, batch: 2, ...alone, width: 0 },
    ingredients: ['decrements', 'counted'],
    expect: { IsIntervalCounterAtRest: holds, IsNarrowerCounterAtRest: violated(8), IsIntervalCounter: holds },
    why: 'The same with two levels, and 0 to 8.',
  },
  {
    claims: ['E1'],
    bounds: { cpus: 2, batch: 2, adders: 2, adds: 0, increment: 1, width: 4 },
    ingredients: ['decrements'],
    expect: { IsIntervalCounterAtRest: violated(3), IsIntervalCounter: holds, IsNarrowerCounter: violated(5) },
    why: 'With two adders rest comes after both of them, which is no single add; at every moment, the interval is wider.',
  },
]
