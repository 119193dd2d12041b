/**
 * What the patch of 18 May 2006 promises, and what the kernels before it and after it do: claims A1 to A5 and A7, races
 * R1 to R7 and flaws F1 to F9. A6 is decided in oom-mm-reuse, A8 and R5 in oom-child-first.
 */
import { spec } from '../checker/language/index.ts'
import { oomSerialization } from '../model/oom-serialization.ts'
import { bookkeeping, withBookkeeping } from './oom-serialization/bookkeeping.ts'
import { flaws } from './oom-serialization/flaws.ts'
import { survives } from './oom-serialization/mutants.ts'
import { properties } from './oom-serialization/properties.ts'
import { races } from './oom-serialization/races.ts'
import { revisions } from './oom-serialization/revisions.ts'

export default spec(oomSerialization, {
  locks: ['tasklist_lock', 'cpuset_mutex', 'oom_lock', 'oom_kill_in_progress'],
  properties: [...properties, ...bookkeeping],
  rows: [...revisions, ...races, ...flaws].map(withBookkeeping),
  routine: bookkeeping.map(({ name }) => name),
  survives,
})
