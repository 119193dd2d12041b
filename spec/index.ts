/** The specs, small to large. */
import type { Spec } from '../checker/language/index.ts'
import oomSerialization from './oom-serialization.ts'

const specs: readonly Spec[] = [oomSerialization]

export default specs
