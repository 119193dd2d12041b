/** What readers see, and set: E4 and E5. */
import { holds, violated } from '../../checker/language/index.ts'
import type { TreeRow } from './properties.ts'

const few = { cpus: 2, batch: 2, adders: 1, adds: 3, increment: 1, width: 4 }

export const readerRows: readonly TreeRow[] = [
  {
    claims: ['E4'],
    bounds: few,
    ingredients: ['decrements', 'preciseReader'],
    expect: {
      ReaderGoesCpuByCpu: holds,
      NothingIsLost: holds,
      PreciseSumIsTheTotal: holds,
      WordsTellTheError: holds,
      NothingIsLeftBehind: holds,
      ReadIsExactAtRest: holds,
      ReadValueExisted: violated(5),
    },
    why: 'The words are read one by one: +1 where it was already looked, -1 where it was not yet.',
  },
  {
    claims: ['E4'],
    bounds: few,
    ingredients: ['preciseReader'],
    expect: {
      ReaderGoesCpuByCpu: holds,
      NothingIsLost: holds,
      PreciseSumIsTheTotal: holds,
      WordsTellTheError: holds,
      NothingIsLeftBehind: holds,
      ReadIsExactAtRest: holds,
      ReadValueExisted: holds,
    },
    why: 'A single task that only adds 1 passes every total between the first and the last, so that what is summed is one of them.',
  },
  {
    claims: ['E4'],
    bounds: { ...few, increment: 3, adds: 2, width: 5 },
    ingredients: ['preciseReader'],
    expect: {
      ReaderGoesCpuByCpu: holds,
      NothingIsLost: holds,
      PreciseSumIsTheTotal: holds,
      WordsTellTheError: holds,
      NothingIsLeftBehind: holds,
      ReadIsExactAtRest: holds,
      ReadValueExisted: violated(5),
    },
    why: 'Neighbour: with increments of two sizes a sum can fall between two totals, or miss an earlier add and have a later one.',
  },
  {
    claims: ['E4', 'E5'],
    bounds: few,
    ingredients: ['decrements', 'approximateReader'],
    expect: {
      NothingIsLost: holds,
      PreciseSumIsTheTotal: holds,
      WordsTellTheError: holds,
      NothingIsLeftBehind: holds,
      ReadIsExactAtRest: violated(3),
      ReadIsWithinRange: holds,
    },
    why: 'The root alone is off, but within the range of a total that there was meanwhile.',
  },
  {
    claims: ['E5'],
    bounds: { ...few, adders: 2, adds: 4, width: 5 },
    ingredients: ['approximateReader'],
    expect: {
      NothingIsLost: holds,
      PreciseSumIsTheTotal: holds,
      WordsTellTheError: holds,
      NothingIsLeftBehind: holds,
      ReadIsWithinRange: violated(7),
    },
    why: 'Two adders between level 0 and the root keep more from it than the range allows for.',
  },
  {
    claims: ['E4'],
    bounds: few,
    ingredients: ['decrements', 'setter'],
    expect: {
      SetGivesItsValue: holds,
      SetInUseGivesItsValue: violated(4),
      WordsTellTheError: holds,
      PreciseSumIsTheTotal: holds,
      NothingIsLeftBehind: holds,
    },
    why: 'Set changes the bias and nothing else: the precise sum becomes what was set, and what was added meanwhile, on a CPU that had been summed.',
  },
  {
    claims: ['E4'],
    bounds: { cpus: 1, batch: 2, adders: 1, adds: 1, increment: 1, width: 3 },
    ingredients: ['setter', 'approximateReader'],
    expect: {
      NothingIsLost: holds,
      PreciseSumIsTheTotal: holds,
      WordsTellTheError: holds,
      NothingIsLeftBehind: holds,
      ReadIsExactAtRest: holds,
    },
    why: 'With one CPU, who reads while somebody sets is told the sum before, or the one after.',
  },
  {
    claims: ['E5'],
    bounds: { ...few, adds: 6, width: 5 },
    ingredients: ['setter', 'approximateReader'],
    expect: {
      NothingIsLost: holds,
      PreciseSumIsTheTotal: holds,
      WordsTellTheError: holds,
      NothingIsLeftBehind: holds,
      ReadIsWithinRange: violated(11),
    },
    why: 'A reader that has the root from before many adds and the bias from after the set that took them back tells the sum of neither time.',
  },
  {
    claims: ['E5'],
    bounds: { ...few, adds: 6, width: 5 },
    ingredients: ['approximateReader'],
    expect: {
      NothingIsLost: holds,
      PreciseSumIsTheTotal: holds,
      WordsTellTheError: holds,
      NothingIsLeftBehind: holds,
      ReadIsWithinRange: holds,
    },
    why: 'Neighbour: without set the bias does not move.',
  },
]
