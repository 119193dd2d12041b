/** The specs, small to large. */
import type { Spec } from '../checker/language/index.ts'
import oomChildFirst from './oom-child-first.ts'
import oomMmReuse from './oom-mm-reuse.ts'
import oomSerialization from './oom-serialization.ts'

const specs: readonly Spec[] = [oomChildFirst, oomMmReuse, oomSerialization]

export default specs
