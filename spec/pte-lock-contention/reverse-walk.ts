/** The dispute of August 2025 on one page: whether the OOM reaper should walk backwards. */
import { chart, plainTable, subheading, verdicts, type Exhibit, type Part } from '../../checker/language/index.ts'
import { inOppositeDirections, inSameDirection, shares, ticksAsReported, workOf } from '../unmap-cost/by-hand.ts'
import { compared, grid } from '../unmap-cost/simulation.ts'
import { averageOf, chancesOf } from './chances.ts'
import { mostCollisions } from './rows.ts'

const sizes = [1, 2, 3, 4, 5, 6, 7, 8]
type Point = readonly [number, number]
const overSizes = (of: (vmas: number) => number): Point[] => sizes.map((vmas) => [vmas, of(vmas)])
const average = (opposite: boolean) => (vmas: number) => averageOf(chancesOf({ vmas, perTable: 1, pages: 2, opposite }))

/** Milliseconds: of the thread that exits, and of both. */
const reported = { alone: 106.021874, same: [81.848297, 151.168297], opposite: [60.690572, 107.182604] } as const
const ratio = (value: number, of: number): string => (value / of).toFixed(2)

const dispute: readonly Part[] = [
  'Claim (Zhongjinji, version 4 of 14 August 2025; figures came with later ones): `exit_mmap()` and the OOM reaper go over the VMAs of a victim in the same order and at the same time, and compete for the lock of each page table. If the reaper walks from the highest address down they do so only where they meet, both are done sooner, and less time is lost.',
  'Counterclaims: one walker may be faster, run ahead, and then nothing is left to compete for, while in opposite directions they still cross (Lorenzo Stoakes, who then likened what may happen to a slow train before a fast one on a single line); a walk by `vma_prev()` may skip a VMA (the same); that both compete is rare and does no harm, the `MMF` flags should keep them apart, and one should rather think of what two CPUs have in their TLBs (Liam Howlett, who also saw that `index` was larger than `last` where version 5 begins its walk). What the flags can do is decided in `oom-reaper`.',
]

const completeness: readonly Part[] = [
  subheading('Does the walk come to every VMA?'),
  verdicts(
    { spec: 'vma-tree', variant: '6.18', bounds: { kinds: 2 }, property: 'EveryVmaIsVisitedOnce' },
    { spec: 'vma-tree', variant: 'v5-index-above-last', ingredients: ['mapped', 'top'], property: 'EveryVmaIsVisitedOnce' }, // prettier-ignore
    { spec: 'vma-tree', variant: 'v4-vma_prev', ingredients: ['mapped'], property: 'EveryVmaIsVisitedOnce' },
    { spec: 'vma-tree', variant: 'v4-vma_prev', ingredients: ['mapped', 'top'], property: 'EveryVmaIsVisitedOnce' },
    { spec: 'vma-tree', variant: 'vma_prev-from-last', ingredients: ['mapped'], property: 'EveryVmaIsVisitedOnce' },
  ),
  'What `vma_prev()` skips is the range in which it begins. Begun at the last VMA it would leave that one out, as was feared. The version that was posted begins at `ULONG_MAX`, which lies in a hole above all VMAs; with `top` there is no hole. An iterator whose `index` is larger than its `last` comes to the same VMAs, because nobody reads `last` before it is written.',
]

const order: readonly Part[] = [
  subheading('Is the last flush still that of exit?'),
  verdicts(
    { spec: 'vma-walk', variant: '6.18', bounds: { vmas: 3 }, ingredients: ['mrelease'], property: 'ExitFinishesLast' },
    { spec: 'vma-walk', variant: '6.17', bounds: { vmas: 3 }, ingredients: ['mrelease'], property: 'ExitFinishesLast' },
    { spec: 'vma-walk', variant: '6.18', ingredients: ['withoutWriteLock'], property: 'ExitFinishesLast' },
    { spec: 'vma-walk', variant: '6.17', ingredients: ['withoutWriteLock'], property: 'ExitFinishesLast' },
    {
      spec: 'vma-walk',
      variant: '6.18',
      bounds: { vmas: 3 },
      ingredients: ['mrelease'],
      property: 'NoPageIsFreedTwice',
    },
  ),
  'That rests on `mmap_lock`, which exit takes for writing before it tears down, and not on the direction of any walk.',
]

const collisions: readonly Part[] = [
  subheading('Do they collide less?'),
  chart({
    title: 'Collisions on page table locks, by number of VMAs',
    x: { label: 'VMAs, of two entries and a page table each' },
    y: { label: 'collisions' },
    series: [
      { name: 'same, at most', points: overSizes((vmas) => mostCollisions['same-direction'](vmas, 1)) },
      { name: 'same, average', points: overSizes(average(false)) },
      { name: 'opposite, at most', points: overSizes((vmas) => mostCollisions['opposite-direction'](vmas, 1)) },
      { name: 'opposite, average', points: overSizes(average(true)) },
    ],
  }),
  verdicts(
    ...(['same-direction', 'opposite-direction'] as const).flatMap((variant) => [
      { variant, bounds: { vmas: 8, perTable: 1, pages: 2 }, property: 'MostCollisions' },
      { variant, bounds: { vmas: 8, perTable: 2 }, property: 'MostCollisions' },
      { variant, bounds: { vmas: 8, perTable: 8 }, property: 'MostCollisions' },
    ]),
  ),
  'With `process_mrelease()` there are three walkers, and since 6.18 two of them go backwards, one behind the other:',
  verdicts(
    { variant: 'same-direction', ingredients: ['mrelease'], property: 'MostCollisions' },
    { variant: 'opposite-direction', ingredients: ['mrelease'], property: 'MostCollisions' },
  ),
  plainTable(
    ['8 VMAs of two entries; VMAs that share a page table', 'same direction, on average', 'opposite, on average'],
    [1, 2, 4, 8].map((perTable) => [
      `${perTable}`,
      ...[false, true].map((opposite) => averageOf(chancesOf({ vmas: 8, perTable, pages: 2, opposite })).toFixed(2)),
    ]),
  ),
  'On average: if it is drawn by lot, step by step, which of the two moves; computed on the graph of all states. The least number is none, in both directions. The gain is between page tables, each of which covers 2 MiB of addresses on most machines. Where all VMAs share one the direction makes no difference to the greatest number, and on average walks in opposite directions collide slightly more.',
]

const byShare = (of: (costs: (typeof shares)[number]) => number): Point[] =>
  [...shares].reverse().map((costs) => [costs.held, of(costs) / workOf(costs)])

/** All costs of eight VMAs, up to 8 ticks under the lock, 8 without, 1 for an empty VMA, and the reaper up to 16 late. */
const manyCosts = grid({ vmas: 8, held: 8, outside: 8, empty: 1, late: 16 })
const overCosts = (name: string, of: typeof manyCosts): string[] => {
  const { smaller, equal, larger, greatestGain, greatestLoss } = compared(of)
  return [name, ...[of.length, smaller, equal, larger, greatestGain, greatestLoss].map((value) => `${value}`)]
}

const time: readonly Part[] = [
  subheading('What is it worth?'),
  chart({
    title: 'Time, where exit alone takes 1, by how much of it is under page table locks',
    x: { label: 'of 7 ticks for a VMA, so many are under the lock' },
    y: { label: 'exit alone = 1' },
    series: [
      { name: 'load, same', points: byShare((costs) => workOf(costs) + inSameDirection(costs).spun) },
      { name: 'load, opposite', points: byShare((costs) => workOf(costs) + inOppositeDirections(costs).spun) },
      { name: 'release, same', points: byShare((costs) => inSameDirection(costs).toRelease) },
      { name: 'release, opposite', points: byShare((costs) => inOppositeDirections(costs).toRelease) },
    ],
  }),
  plainTable(
    ['exit alone = 1', 'reported', '5 of 7 ticks under the lock, reaper late by a seventh'],
    [
      ['load, same direction', ratio(reported.same[1], reported.alone), ratio(ticksAsReported.same.spent, ticksAsReported.alone)], // prettier-ignore
      ['load, opposite directions', ratio(reported.opposite[1], reported.alone), ratio(ticksAsReported.opposite.spent, ticksAsReported.alone)], // prettier-ignore
      ['release, same direction', ratio(reported.same[0], reported.alone), ratio(ticksAsReported.same.toRelease, ticksAsReported.alone)], // prettier-ignore
      ['release, opposite directions', ratio(reported.opposite[0], reported.alone), ratio(ticksAsReported.opposite.toRelease, ticksAsReported.alone)], // prettier-ignore
      [
        'load that is waiting, same direction',
        '0.34, later 0.42',
        ratio(ticksAsReported.same.spun, ticksAsReported.same.spent),
      ],
    ],
  ),
  verdicts(
    { spec: 'unmap-cost', variant: 'same-direction', bounds: { vmas: 16 }, property: 'TicksSpent' },
    { spec: 'unmap-cost', variant: 'opposite-direction', bounds: { vmas: 16 }, property: 'TicksSpent' },
    { spec: 'unmap-cost', variant: 'same-direction', ingredients: ['anyCosts'], property: 'OneWaitAtMost' },
    { spec: 'unmap-cost', variant: 'opposite-direction', ingredients: ['anyCosts'], property: 'OneWaitAtMost' },
    { spec: 'unmap-cost', variant: 'same-direction', ingredients: ['anyCosts'], property: 'LeastTicksSpun' },
  ),
  plainTable(
    ['costs of 8 VMAs', 'how many', 'load smaller in opposite directions', 'equal', 'larger', 'ticks gained, at most', 'lost, at most'], // prettier-ignore
    [
      overCosts('most of the time under the lock', manyCosts.filter(({ held, outside }) => held > outside)), // prettier-ignore
      overCosts('half of it or less', manyCosts.filter(({ held, outside }) => held <= outside)), // prettier-ignore
    ],
  ),
  'Two numbers were chosen for the model, the share under the lock and how late the reaper is, to come near the reported ones. Release is when both walks are over, since exit waits for the lock then; what was reported is the time of the thread that exits. The share of waiting was measured twice, for the reaper alone and within `unmap_page_range()`, and is not from the same run as the times. The direction of the figures does not hang on these numbers: whatever the costs within the bounds, opposite directions lose one wait at most. Same directions can lose one at every VMA, and lose none where freeing takes longer than the lock is held, or where one walker is far enough behind. So a walker that is fast does run ahead where little is under the lock. Where most is, it cannot pass, and the train is the better picture.',
]

export const reverseWalk: Exhibit = {
  spec: 'pte-lock-contention',
  title: 'Should the reaper walk backwards?',
  parts: () => [
    ...dispute,
    ...completeness,
    ...order,
    ...collisions,
    ...time,
    subheading('Verdict'),
    'The merged walk is complete, and takes nothing from the order of flushes. With it the two walkers meet once instead of at every page table, which is worth the more the more of the time is spent under these locks, and nothing, or slightly less than nothing, where an address space has a single page table. The objections were right about what the patch rested on, which was first a range that happens to be empty and then a field that happens not to be read; neither was an error in what it did.',
  ],
}
