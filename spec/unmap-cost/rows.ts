/** The proportions that were reported, and how far they depend on costs. */
import { holds, maximum, minimum, violated } from '../../checker/language/index.ts'
import type { CostRow } from './bookkeeping.ts'
import {
  asReported,
  inOppositeDirections,
  inSameDirection,
  shares,
  ticksAsReported,
  workOf,
  type Costs,
  type Ticks,
} from './by-hand.ts'

const expected = (costs: Costs, { toRelease, spun }: Ticks): CostRow['expect'] => ({
  TicksToRelease: maximum(toRelease),
  TicksSpent: maximum(workOf(costs) + spun),
  TicksSpun: maximum(spun),
  LeastTicksSpun: minimum(spun),
  WorkIsTheSame: holds,
})

const bothWays = (costs: Costs): CostRow[] => [
  {
    claims: ['C4'],
    variant: 'same-direction',
    bounds: { ...costs, empty: 0, late: 0 },
    expect: expected(costs, inSameDirection(costs)),
    why:
      costs.held > costs.outside
        ? 'Whoever has freed its pages finds the other one inside the next lock, at every VMA.'
        : 'Freeing takes at least as long as the lock is held: after the first wait they take turns without another one.',
  },
  {
    claims: ['C4'],
    variant: 'opposite-direction',
    bounds: { ...costs, empty: 0, late: 0 },
    expect: expected(costs, inOppositeDirections(costs)),
    why: 'Each does its half, and nobody waits.',
  },
]

const ticks = ({ toRelease, spent, spun }: (typeof ticksAsReported)['same']): CostRow['expect'] => ({
  TicksToRelease: maximum(toRelease),
  TicksSpent: maximum(spent),
  TicksSpun: maximum(spun),
  WorkIsTheSame: holds,
})

export const rows: readonly CostRow[] = [
  {
    claims: ['C4'],
    variant: 'no-reaper',
    bounds: { ...asReported, late: 0 },
    expect: ticks({ toRelease: ticksAsReported.alone, spent: ticksAsReported.alone, spun: 0 }),
    why: 'Exit alone.',
  },
  ...shares.flatMap(bothWays),
  {
    claims: ['C4'],
    variant: 'same-direction',
    bounds: asReported,
    expect: ticks(ticksAsReported.same),
    why: 'The reaper catches up with exit at the third VMA, and one of them waits 3 ticks there and at each of the 13 that follow: of 112 ticks for exit alone, 1.38 times the load and 0.77 of the time; 1.43 and 0.77 were reported.',
  },
  {
    claims: ['C4'],
    variant: 'opposite-direction',
    bounds: asReported,
    expect: ticks(ticksAsReported.opposite),
    why: 'They pass each other without a wait: the load of exit alone, and 0.58 of the time; 1.01 and 0.57 were reported.',
  },
  {
    claims: ['C4'],
    variant: 'opposite-direction',
    bounds: { vmas: 3, held: 3, outside: 2, empty: 1, late: 3 },
    ingredients: ['anyCosts'],
    expect: { OneWaitAtMost: holds, TicksSpun: maximum(3), LeastTicksSpun: minimum(0), WorkIsTheSame: holds },
    why: 'Whatever a VMA costs, and whoever is late, the walkers come to one lock at the same time at most.',
  },
  {
    claims: ['C4'],
    variant: 'same-direction',
    bounds: { vmas: 3, held: 3, outside: 2, empty: 1, late: 3 },
    ingredients: ['anyCosts'],
    expect: { OneWaitAtMost: violated(13), TicksSpun: maximum(9), LeastTicksSpun: minimum(0), WorkIsTheSame: holds },
    why: 'A wait for each VMA is possible, and none as well: where freeing takes long enough, or the reaper is late enough, nothing is lost.',
  },
  {
    claims: ['C4'],
    variant: 'opposite-direction',
    bounds: { vmas: 6, held: 4, outside: 3, empty: 2, late: 6 },
    ingredients: ['anyCosts'],
    expect: { OneWaitAtMost: holds, TicksSpun: maximum(4), LeastTicksSpun: minimum(0), WorkIsTheSame: holds },
    why: 'The same with twice as many VMAs and larger costs.',
    full: true,
  },
  {
    claims: ['C4'],
    variant: 'same-direction',
    bounds: { vmas: 6, held: 4, outside: 3, empty: 2, late: 6 },
    ingredients: ['anyCosts'],
    expect: { OneWaitAtMost: violated(13), TicksSpun: maximum(24), LeastTicksSpun: minimum(0), WorkIsTheSame: holds },
    why: 'Four ticks for each of six VMAs.',
    full: true,
  },
]
