/** C4: how often exit and reaper collide on the locks of page tables, at most and at least; on average in chances.ts. */
import { propertiesOf, spec } from '../checker/language/index.ts'
import { pteLockContention } from '../model/pte-lock-contention.ts'
import { rows } from './pte-lock-contention/rows.ts'

const { always, maximum, minimum, reachable, stepwise } = propertiesOf(pteLockContention)

/** Where a walker can be that is not through. */
const PLACES = ['pte_offset_map_lock', 'queued_spin_lock_slowpath', 'zap_pte_range', 'pte_unmap_unlock'] as const

export default spec(pteLockContention, {
  locks: ['ptl'],
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
    always(
      'EverythingIsUnmapped',
      (s) =>
        s.pte.every((entries) => entries === 0) &&
        s.ptl.every((held) => !held) &&
        s.walker.every(({ through }) => through === s.pte.length),
      { given: (s, { at }) => s.walker.every((walker) => at(walker, 'done')) },
    ),
    /** Whoever is through with a VMA, or lets go of its lock, leaves no entry; whoever is about to clear one has one before it. */
    always('NothingIsLeftBehind', (s, { at }) =>
      s.walker.every((walker) => {
        const place = (through: number) => (walker.backwards ? s.pte.length - 1 - through : through)
        for (let i = 0; i < walker.through; i++) if (s.pte[place(i)] > 0) return false
        if (at(walker, 'zap_pte_range')) return s.pte[place(walker.through)] > 0
        return !at(walker, 'pte_unmap_unlock') || s.pte[place(walker.through)] === 0
      }),
    ),
    /** Nobody maps anything meanwhile: entries go one at a time, none comes back, and who stays at one place clears one. */
    stepwise('EntriesGoOneByOne', (s, { at, before }) => {
      const present = () => [...s.pte].reduce((sum, entries) => sum + entries, 0)
      const gone = before(present) - present()
      const moved = s.walker.some((walker) =>
        PLACES.some((label) => before(() => at(walker, label)) && !at(walker, label)),
      )
      return (
        (gone === 1 || (gone === 0 && moved)) && [...s.pte].every((entries, i) => entries <= before(() => s.pte[i]))
      )
    }),
    /** One walker has cleared a VMA that the other comes to. */
    reachable(
      'SecondFindsNothing',
      (s, { at }) => s.pte[0] === 0 && at(s.walker[0], 'pte_offset_map_lock') && s.walker[0].through === 0,
    ),
    reachable('EachUnmapsAHalf', (s) => s.walker.every((walker) => walker.through === s.pte.length / 2)),
  ],
  routine: ['NothingIsLeftBehind', 'EntriesGoOneByOne'],
  rows,
})
