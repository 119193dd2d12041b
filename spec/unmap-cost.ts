/** C4 in ticks: which of the reported proportions follow from the order of the walks, and for which costs. */
import { propertiesOf, spec } from '../checker/language/index.ts'
import { isReleased, unmapCost } from '../model/unmap-cost.ts'
import { bookkeeping, withBookkeeping } from './unmap-cost/bookkeeping.ts'
import { rows } from './unmap-cost/rows.ts'

const { always, longest, maximum, minimum } = propertiesOf(unmapCost)

export default spec(unmapCost, {
  locks: ['vma.ptl'],
  properties: [
    ...bookkeeping,
    /** Until both walks are over and exit_mmap() can go on. */
    longest('TicksToRelease', { from: (_s, { h }) => h.passed === 0, to: isReleased, count: 'ticks' }),
    /** Of both CPUs together. */
    maximum('TicksSpent', (_s, { h }) => h.spent),
    maximum('TicksSpun', (_s, { h }) => h.spun),
    minimum('LeastTicksSpun', (s, { h }) => (isReleased(s) ? h.spun : 999)),
    /** Whatever is not work is waiting for the lock. */
    always(
      'WorkIsTheSame',
      (s, { h }) => h.spent - h.spun === s.vma.length * (s.cost.held + s.cost.outside + s.cost.empty),
      { given: isReleased },
    ),
    /** All that the walks lose to each other is one wait, for one VMA. */
    always('OneWaitAtMost', (s, { h }) => h.spun <= s.cost.held),
  ],
  routine: bookkeeping.map(({ name }) => name),
  rows: rows.map(withBookkeeping),
})
