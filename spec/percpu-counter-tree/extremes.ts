/**
 * The extremes of the error, at rest and while adds are under way: what every interleaving can reach, from zero, with any
 * migration, for ever.
 *
 * `published` is the number of states of an earlier exploration, which read the CPU number one step sooner, kept all of
 * it, and did not tell the adders apart; independent-count.test.ts has both. Reaching e and being at rest with it, and
 * not reaching more, are decided here, row by row.
 *
 * `left` by hand. Two CPUs, batch 2, from 0: each -1 lowers the error by 1, and two adders can take three of them without
 * reaching the root; 3 steps to -3, one more than the 2 that the range allows. Four CPUs, three adders, only +1: 17 adds
 * none of which has reached the root, and 6 visits to the items: two for each of two adders that hold 4, and one for each
 * of the two items that keep 2; 23 steps.
 */
import { holds, maximum, minimum, violated } from '../../checker/language/index.ts'
import type { TreeRow } from './properties.ts'

export interface Extremes {
  readonly cpus: number
  readonly batch: number
  readonly adders: number
  readonly increments: readonly number[]
  readonly rest: number
  readonly least: number
  readonly greatest: number
  readonly states: number
  readonly published: number
  /** Where the documented range is left: in so many steps. */
  readonly left?: number
}

export const extremes: readonly Extremes[] = [
  { cpus: 2, batch: 2, adders: 1, increments: [1, -1], rest: 2, least: -1, greatest: 3, states: 10, published: 16 },
  {
    cpus: 2,
    batch: 2,
    adders: 2,
    increments: [1, -1],
    rest: 2,
    least: -3,
    greatest: 5,
    states: 34,
    published: 54,
    left: 3,
  },
  {
    cpus: 2,
    batch: 2,
    adders: 3,
    increments: [1, -1],
    rest: 2,
    least: -5,
    greatest: 7,
    states: 106,
    published: 132,
    left: 3,
  },
  {
    cpus: 2,
    batch: 2,
    adders: 2,
    increments: [1, 3, -1, -3],
    rest: 2,
    least: -7,
    greatest: 9,
    states: 98,
    published: 174,
    left: 1,
  },
  {
    cpus: 2,
    batch: 2,
    adders: 2,
    increments: [1, 5],
    rest: 2,
    least: 0,
    greatest: 13,
    states: 59,
    published: 99,
    left: 1,
  },
  { cpus: 2, batch: 4, adders: 1, increments: [1, -1], rest: 6, least: -1, greatest: 7, states: 30, published: 44 },
  {
    cpus: 2,
    batch: 4,
    adders: 2,
    increments: [1, -1],
    rest: 6,
    least: -5,
    greatest: 11,
    states: 118,
    published: 170,
    left: 7,
  },
  {
    cpus: 2,
    batch: 32,
    adders: 1,
    increments: [1, -1],
    rest: 62,
    least: -1,
    greatest: 63,
    states: 1150,
    published: 1276,
  },
  { cpus: 3, batch: 2, adders: 1, increments: [1, -1], rest: 7, least: -1, greatest: 8, states: 130, published: 284 },
  { cpus: 4, batch: 2, adders: 1, increments: [1, -1], rest: 8, least: -1, greatest: 9, states: 274, published: 784 },
  {
    cpus: 4,
    batch: 2,
    adders: 2,
    increments: [1, -1],
    rest: 8,
    least: -5,
    greatest: 13,
    states: 1534,
    published: 8816,
  },
  {
    cpus: 4,
    batch: 2,
    adders: 3,
    increments: [1],
    rest: 8,
    least: 0,
    greatest: 17,
    states: 1681,
    published: 9660,
    left: 23,
  },
  {
    cpus: 4,
    batch: 2,
    adders: 1,
    increments: [1, 3, -1, -3],
    rest: 8,
    least: -3,
    greatest: 11,
    states: 438,
    published: 1552,
  },
  {
    cpus: 4,
    batch: 4,
    adders: 1,
    increments: [1, -1],
    rest: 20,
    least: -1,
    greatest: 21,
    states: 3474,
    published: 9424,
  },
  {
    cpus: 8,
    batch: 2,
    adders: 1,
    increments: [1, -1],
    rest: 24,
    least: -1,
    greatest: 25,
    states: 117_874,
    published: 473_344,
  },
]

/** Too long for a test that walks without an engine. */
export const LONG_ROWS = extremes.filter(({ cpus }) => cpus === 8)

const why = ({ adders, increments, left, least }: Extremes): string => {
  const signs = least < 0 ? 'both ends move out by' : 'the upper end moves out by'
  const carries = adders === 1 ? 'its own increment' : 'one increment, and a whole carry for each further adder'
  const range =
    left === undefined ? 'which the documented range still has room for' : 'which the documented range has no room for'
  return `At rest nodes keep less than they carry at; with ${adders} under way, adding ${increments.join(', ')}, ${signs} ${carries}, ${range}.`
}

export const extremeRows: readonly TreeRow[] = extremes.map((each) => ({
  claims: ['E1', 'E5', 'E2', 'E3'],
  bounds: {
    cpus: each.cpus,
    batch: each.batch,
    adders: each.adders,
    adds: 0,
    increment: Math.max(...each.increments),
    width: 0,
  },
  ...(each.least < 0 ? { ingredients: ['decrements'] } : {}),
  expect: {
    RangeContainsPreciseSum: each.left === undefined ? holds : violated(each.left),
    RangeContainsPreciseSumAtRest: holds,
    ErrorAtRestIsSharp: holds,
    GreatestErrorAtRest: maximum(each.rest),
    LeastErrorAtRest: minimum(0),
    GreatestError: maximum(each.greatest),
    LeastError: minimum(each.least),
    NothingIsLost: holds,
  },
  states: each.states,
  why: why(each),
}))
