/** Figures and pages of the report, by protocol. */
import type { Exhibit } from '../checker/language/index.ts'
import { reaperExhibits } from './oom-reaper/exhibits.ts'
import { reverseWalk } from './pte-lock-contention/reverse-walk.ts'

const exhibits: readonly Exhibit[] = [...reaperExhibits, reverseWalk]

export default exhibits
