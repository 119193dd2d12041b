/**
 * The greatest and the least number of collisions, for every number of VMAs up to eight.
 *
 * By hand: within a page of the page table that k VMAs share, a walker comes for the lock k times. A collision is between one
 * that comes and one that is inside, who will come again only after it has left; so of the 2k times that the two come the
 * first finds nobody, and each of the others may find the other one inside: 2k - 1. In the same direction that can happen at
 * every such page, one after the other. In opposite directions the walkers pass each other once, and once they have, each
 * goes where the other has been: only one page can have both at it.
 */
import { holds, maximum, minimum, reachable, type RowOf } from '../../checker/language/index.ts'
import type { pteLockContention } from '../../model/pte-lock-contention.ts'

type ContentionRow = RowOf<typeof pteLockContention>

/** How many VMAs share each page of the page table. */
const shares = (vmas: number, perTable: number): number[] =>
  Array.from({ length: Math.ceil(vmas / perTable) }, (_, table) => Math.min(perTable, vmas - table * perTable))
const mostAt = (vmas: number): number => 2 * vmas - 1
export const mostCollisions = {
  'same-direction': (vmas: number, perTable: number) =>
    shares(vmas, perTable).reduce((sum, share) => sum + mostAt(share), 0),
  'opposite-direction': (vmas: number, perTable: number) => Math.max(...shares(vmas, perTable).map(mostAt)),
}

const reasons = {
  'same-direction':
    'Whoever has had to wait follows the other one to the next lock, and has to wait there again, at every page of the page table.',
  'opposite-direction':
    'The walkers meet at one page of the page table and, having passed each other, never again, be the address space as large as it may.',
}

const always = {
  FewestCollisions: minimum(0),
  OneInsideAtATime: holds,
  EverythingIsUnmapped: holds,
  NothingIsLeftBehind: holds,
}
/** Where there are entries. */
const entries = { EntriesGoOneByOne: holds }

const row = (variant: keyof typeof mostCollisions, vmas: number, perTable: number, pages: number): ContentionRow => ({
  claims: ['C4'],
  variant,
  bounds: { vmas, perTable, pages },
  expect: {
    MostCollisions: maximum(mostCollisions[variant](vmas, perTable)),
    ...always,
    ...(pages > 0 && entries),
  },
  why:
    vmas > 1 && vmas <= perTable
      ? 'All VMAs share one page of the page table: whatever the directions are, the lock is the same one, and nothing is won.'
      : reasons[variant],
})

const bothWays = (vmas: number, perTable: number, pages: number): ContentionRow[] => [
  row('same-direction', vmas, perTable, pages),
  row('opposite-direction', vmas, perTable, pages),
]

/**
 * Three walkers. Each comes once for a lock that it has to itself, and of the three that come at a VMA the first finds nobody:
 * 2 for each VMA in the same direction. Otherwise the two that go backwards may meet everywhere, and exit meets each of them once.
 */
const withMrelease = (vmas: number): ContentionRow[] => [
  {
    claims: ['C4', 'C8'],
    variant: 'same-direction',
    bounds: { vmas, perTable: 1, pages: 1 },
    ingredients: ['mrelease'],
    expect: { ...always, ...entries, MostCollisions: maximum(2 * vmas) },
    why: 'Of three that come to a VMA two may have to wait.',
  },
  {
    claims: ['C4', 'C8'],
    variant: 'opposite-direction',
    bounds: { vmas, perTable: 1, pages: 1 },
    ingredients: ['mrelease'],
    expect: { ...always, ...entries, MostCollisions: maximum(vmas + 2) },
    why: 'process_mrelease() goes backwards, too, and the two of them follow each other from VMA to VMA; only exit is spared, which meets each of them once.',
  },
]

export const rows: readonly ContentionRow[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((vmas) => bothWays(vmas, 1, 2)),
  ...bothWays(8, 1, 0),
  ...bothWays(8, 2, 2),
  ...bothWays(6, 4, 1),
  ...bothWays(8, 8, 1),
  ...[2, 4, 6].flatMap(withMrelease),
  {
    claims: ['C4'],
    variant: 'opposite-direction',
    bounds: { vmas: 4, perTable: 1, pages: 1 },
    expect: {
      MostCollisions: maximum(1),
      ...always,
      ...entries,
      SecondFindsNothing: reachable(11),
      EachUnmapsAHalf: reachable(12),
    },
    why: 'The reaper can be through before exit has begun, and both can share the work.',
  },
]
