/** C4: how often exit and reaper collide on the locks of page tables, at most and at least; on average in chances.ts. */
import { propertiesOf, spec } from '../checker/language/index.ts'
import { pteLockContention } from '../model/pte-lock-contention.ts'
import { rows } from './pte-lock-contention/rows.ts'

const { always, maximum, minimum, reachable } = propertiesOf(pteLockContention)

export default spec(pteLockContention, {
  properties: [
    maximum('MostCollisions', (_s, { h }) => h.collisions),
    /** Of walks that are over. */
    minimum('FewestCollisions', (s, { at, h }) =>
      s.walker.every((walker) => at(walker, 'done')) ? h.collisions : 2 * s.pte.length,
    ),
    /** A lock is for one at a time. */
    always(
      'OneInsideAtATime',
      (s, { at }) =>
        s.walker.count((walker) => at(walker, 'zap_pte_range') || at(walker, 'pte_unmap_unlock')) ===
        [...s.ptl].filter((held) => held).length,
    ),
    /** Both walks together clear everything, and each goes to its end. */
    always('EverythingIsUnmapped', (s) => s.pte.every((entries) => entries === 0) && s.ptl.every((held) => !held), {
      given: (s, { at }) => s.walker.every((walker) => at(walker, 'done')),
    }),
    /** One walker has cleared a VMA that the other comes to. */
    reachable(
      'SecondFindsNothing',
      (s, { at }) => s.pte[0] === 0 && at(s.walker[0], 'pte_offset_map_lock') && s.walker[0].through === 0,
    ),
    reachable('EachUnmapsAHalf', (s) => s.walker.every((walker) => walker.through === s.pte.length / 2)),
  ],
  rows,
})
