/** C1, C2, C6, C8, C9 and G4 as far as exit and the OOM reaper go. */
import { spec } from '../checker/language/index.ts'
import { oomReaper } from '../model/oom-reaper.ts'
import { progress } from './oom-reaper/progress.ts'
import { bookkeeping, routine, withBookkeeping } from './oom-reaper/bookkeeping.ts'
import { survives } from './oom-reaper/mutants.ts'
import { properties } from './oom-reaper/properties.ts'
import { teardown } from './oom-reaper/teardown.ts'
import { recorded } from './oom-reaper/recorded.ts'
import { windows } from './oom-reaper/windows.ts'

export default spec(oomReaper, {
  locks: ['oom_lock', 'mm.mmap_lock'],
  properties: [...properties, ...bookkeeping],
  routine,
  rows: [...windows, ...progress, ...teardown, ...recorded].map(withBookkeeping),
  survives,
})
