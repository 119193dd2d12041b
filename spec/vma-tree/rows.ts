/** The tree under every sequence of calls, and each walk over every layout. */
import { holds, maximum, reachable, violated, type RowOf } from '../../checker/language/index.ts'
import type { vmaTree } from '../../model/vma-tree.ts'
import { KEPT, KEPT_BY_CALLS } from './bookkeeping.ts'

type TreeRow = RowOf<typeof vmaTree>

/** The walk comes to everything, and takes what it may. */
const complete = { EveryVmaIsVisitedOnce: holds, ReaperReapsAllItMay: holds, ReaperLeavesOthersAlone: holds }
const inOrder = { VmasAreOrdered: holds, EveryCallDoesWhatItSays: holds, PagesAreWhereVmasAre: holds }

/** Whatever mmap() and munmap() make of the tree, in every order. */
const calls: readonly TreeRow[] = [
  {
    claims: ['C5'],
    variant: '6.18',
    bounds: { slots: 3, kinds: 2 },
    expect: {
      ...inOrder,
      ...complete,
      MostVmas: maximum(2),
      LowestSlotIsEmpty: reachable(5),
      NeighbourGrows: reachable(12),
      WalkMeetsNeighbours: reachable(20),
      CallsGoOnAfterTheWalk: reachable(4),
      EverybodyIsThrough: reachable(4),
    },
    states: 3_556,
    why: 'Two slots are enough for a VMA to be split, replaced and joined by a neighbour.',
  },
  {
    claims: ['C5'],
    variant: '6.17',
    bounds: { slots: 4, kinds: 1 },
    expect: { ...inOrder, ...complete, MostVmas: maximum(3), WalkMeetsHole: reachable(18), CutFromBelow: reachable(9) },
    states: 10_380,
    why: 'With three slots there are holes between VMAs.',
  },
  {
    claims: ['C5'],
    variant: '6.18',
    bounds: { slots: 4, kinds: 2 },
    expect: { ...inOrder, ...complete, MostVmas: maximum(3), WalkMeetsNeighbours: reachable(20) },
    why: 'Splits at both ends leave whole VMAs in the range, which all go before one is stored, at its place; and a walk backwards stands at the last range first, be it mapped or not.',
  },
  {
    claims: ['C5'],
    variant: '6.17',
    bounds: { slots: 4, kinds: 2 },
    expect: { ...inOrder, ...complete, MostVmas: maximum(3), WalkMeetsHole: reachable() },
    why: 'The walk forward stands at the first range first.',
  },
  {
    claims: ['C5'],
    variant: '6.18',
    bounds: { slots: 5, kinds: 2 },
    expect: { ...inOrder, ...complete, MostVmas: maximum(4) },
    why: 'The same with holes between VMAs and behind them.',
    full: true,
  },
  {
    variant: 'split-keeps-end',
    bounds: { slots: 3, kinds: 1 },
    expect: { VmasAreOrdered: violated(9) },
    why: 'Neighbour: the lower part of a VMA that is split keeps its end, and overlaps the upper one.',
  },
  {
    variant: 'clears-first-only',
    bounds: { slots: 3, kinds: 1 },
    expect: { EveryCallDoesWhatItSays: violated(19) },
    why: 'Neighbour: of two VMAs in the range only one goes.',
  },
  {
    variant: 'stores-at-end',
    bounds: { slots: 3, kinds: 1 },
    expect: { VmasAreOrdered: violated(12) },
    why: 'Neighbour: a VMA that is stored behind those with higher addresses is out of order.',
  },
]

/** Each walk, over every layout that there is. */
const walks: readonly TreeRow[] = [
  {
    claims: ['C5'],
    variant: '6.18',
    bounds: { slots: 4, kinds: 6 },
    ingredients: ['mapped'],
    expect: { ...complete, WalkMeetsHole: reachable(), WalkMeetsNeighbours: reachable() },
    states: 3_820,
    why: 'mas_for_each_rev() looks at the range that it stands at before it turns to the one below.',
  },
  {
    claims: ['C5'],
    variant: '6.17',
    bounds: { slots: 4, kinds: 6 },
    ingredients: ['mapped'],
    expect: complete,
    states: 3_820,
    why: 'for_each_vma() looks at the range that it stands at before it turns to the one above.',
  },
  {
    claims: ['C5'],
    variant: '6.18',
    bounds: { slots: 5, kinds: 2 },
    ingredients: ['mapped', 'top'],
    expect: complete,
    states: 5_720,
    why: 'It does not rest on the last range being empty.',
  },
  {
    claims: ['C5'],
    variant: 'v5-index-above-last',
    bounds: { slots: 5, kinds: 2 },
    ingredients: ['mapped', 'top'],
    expect: complete,
    states: 5_720,
    why: 'With index larger than last the same VMAs are visited: mas_walk() looks for index, and writes last before anybody reads it. Only those that store, and mas_next(), ask for last first.',
  },
  {
    claims: ['C5'],
    variant: 'v4-vma_prev',
    bounds: { slots: 5, kinds: 2 },
    ingredients: ['mapped'],
    expect: complete,
    states: 1_356,
    why: 'As posted vma_prev() skips nothing: it begins at ULONG_MAX, in the hole above all VMAs, and the range that it passes over is that hole.',
  },
  {
    claims: ['C5'],
    variant: 'v4-vma_prev',
    bounds: { slots: 3, kinds: 1 },
    ingredients: ['mapped', 'top'],
    expect: { EveryVmaIsVisitedOnce: violated(2), ReaperReapsAllItMay: violated(2), ReaperLeavesOthersAlone: holds },
    states: 74,
    why: 'It would skip a VMA that reaches to ULONG_MAX; no architecture lets users have one.',
  },
  {
    claims: ['C5'],
    variant: 'vma_prev-from-last',
    bounds: { slots: 3, kinds: 1 },
    ingredients: ['mapped'],
    expect: { EveryVmaIsVisitedOnce: violated(2), ReaperReapsAllItMay: violated(2), ReaperLeavesOthersAlone: holds },
    states: 22,
    why: 'Begun at the last VMA vma_prev() gives the one before it, and the last one is never visited, even if it is the only one.',
  },
  {
    claims: ['C5'],
    variant: '6.18',
    bounds: { slots: 6, kinds: 6 },
    ingredients: ['mapped'],
    expect: complete,
    why: 'Five slots, of all six kinds.',
    full: true,
  },
  {
    claims: ['C5'],
    variant: 'v5-index-above-last',
    bounds: { slots: 6, kinds: 3 },
    ingredients: ['mapped', 'top'],
    expect: complete,
    why: 'Six slots.',
    full: true,
  },
  {
    variant: '5.17',
    bounds: { slots: 3, kinds: 6 },
    ingredients: ['mapped'],
    expect: { EveryVmaIsVisitedOnce: holds, ReaperLeavesOthersAlone: holds, ReaperReapsAllItMay: violated(4) },
    why: 'Until 5.17 mlocked memory was left behind, since munlock and the reaper would have been in the way of each other.',
  },
  {
    variant: 'reaps-shared',
    bounds: { slots: 3, kinds: 6 },
    ingredients: ['mapped'],
    expect: { EveryVmaIsVisitedOnce: holds, ReaperLeavesOthersAlone: violated(3), ReaperReapsAllItMay: holds },
    why: 'Neighbour: whoever unmaps shared memory, too, takes what others see, and frees nothing by it.',
  },
]

export const rows: readonly TreeRow[] = [
  ...calls.map((row) => ({ ...row, expect: { ...KEPT_BY_CALLS, ...row.expect } })),
  ...walks.map((row) => ({ ...row, expect: { ...KEPT, ...row.expect } })),
]
