/**
 * How wrong the approximate sum of the tree can be, whether anything is lost on the way up, what readers see, and what
 * the faulty forms do: claims E1, E2, E4, E5 and E7, and the refinement of an exact
 * counter. E6 is in percpu-counter-comparison. E3, E8 and E9 rest on grounds.ts besides: sequences and answers that are
 * replayed, and lemmas that are proven.
 */
import { spec } from '../checker/language/index.ts'
import { percpuCounterTree } from '../model/percpu-counter-tree.ts'
import { extremeRows } from './percpu-counter-tree/extremes.ts'
import { faultyRows } from './percpu-counter-tree/faulty.ts'
import { properties } from './percpu-counter-tree/properties.ts'
import { readerRows } from './percpu-counter-tree/readers.ts'
import { revisionRows } from './percpu-counter-tree/revisions.ts'

export default spec(percpuCounterTree, {
  properties,
  rows: [...extremeRows, ...revisionRows, ...readerRows, ...faultyRows],
})
