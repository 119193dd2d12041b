/** What walks and their locks keep in order, whatever they cost. Asked in every row. */
import { holds, propertiesOf, type RowOf } from '../../checker/language/index.ts'
import { present, unmapCost } from '../../model/unmap-cost.ts'

export type CostRow = RowOf<typeof unmapCost>

const { always, stepwise } = propertiesOf(unmapCost)

export const bookkeeping = [
  /** The locks are locks. */
  always('WhoIsInsideHasTheLock', (s, { at }) =>
    s.walker.every((each) => !at(each, 'zap_pte_range') || present(s, each).ptl),
  ),
  /** Nobody takes a lock that it does not need, or keeps one: what the other one waits would not be the price of the walks. */
  always(
    'LocksAreHeldByWhoIsInside',
    (s, { at }) => [...s.vma].filter(({ ptl }) => ptl).length === s.walker.count((each) => at(each, 'zap_pte_range')),
  ),
  /** Time is charged to who has begun and is not through, and as waiting while it spins, and no longer. */
  always('TimeIsChargedToWhoWalks', (s, { at }) =>
    s.walker.every(
      (each) =>
        each.walks === (!at(each, 'begin') && !at(each, 'done')) &&
        each.spins === at(each, 'queued_spin_lock_slowpath'),
    ),
  ),
  stepwise('WhoBeginsToSpinFoundItHeld', (s, { before }) =>
    s.walker.every((each) => !each.spins || before(() => each.spins) || present(s, each).ptl),
  ),
  /** No VMA is passed over, which would be cheap, and none is taken twice. */
  stepwise('WalksGoOnByOne', (s, { before }) =>
    s.walker.every((each) => {
      const was = before(() => each.through)
      return each.through === was || each.through === was + 1
    }),
  ),
]

const KEPT = {
  WhoIsInsideHasTheLock: holds,
  LocksAreHeldByWhoIsInside: holds,
  TimeIsChargedToWhoWalks: holds,
  WalksGoOnByOne: holds,
}
/** In opposite directions perhaps nobody ever spins. */
const SPINS = { WhoBeginsToSpinFoundItHeld: holds }

/** The row, with what has to be in order at any cost. */
export function withBookkeeping(row: CostRow): CostRow {
  const spins = row.variant === 'same-direction' ? SPINS : {}
  return { ...row, expect: { ...KEPT, ...spins, ...row.expect } }
}
