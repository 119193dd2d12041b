/** The specs, small to large. */
import type { Spec } from '../checker/language/index.ts'
import freezer from './freezer.ts'
import oomChildFirst from './oom-child-first.ts'
import oomExit from './oom-exit.ts'
import oomMmReuse from './oom-mm-reuse.ts'
import oomReaper from './oom-reaper.ts'
import oomReaperQueue from './oom-reaper-queue.ts'
import oomReferences from './oom-references.ts'
import oomSerialization from './oom-serialization.ts'
import oomSuspend from './oom-suspend.ts'
import oomTwoPass from './oom-two-pass.ts'
import oomZeroedPage from './oom-zeroed-page.ts'
import percpuCounter from './percpu-counter.ts'
import percpuCounterComparison from './percpu-counter-comparison.ts'
import percpuCounterTree from './percpu-counter-tree.ts'
import pteLockContention from './pte-lock-contention.ts'
import splitRss from './split-rss.ts'
import unmapCost from './unmap-cost.ts'
import vmaTree from './vma-tree.ts'
import vmaWalk from './vma-walk.ts'

const specs: readonly Spec[] = [
  oomChildFirst,
  oomExit,
  oomMmReuse,
  oomReaperQueue,
  oomReferences,
  oomSuspend,
  oomTwoPass,
  oomZeroedPage,
  splitRss,
  vmaTree,
  vmaWalk,
  pteLockContention,
  unmapCost,
  percpuCounter,
  percpuCounterComparison,
  percpuCounterTree,
  freezer,
  oomReaper,
  oomSerialization,
]

export default specs
