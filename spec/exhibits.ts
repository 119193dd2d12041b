/** Figures and pages of the report, by protocol. */
import type { Exhibit } from '../checker/language/index.ts'
import { freezerExhibits } from './freezer/exhibits.ts'
import { reaperExhibits } from './oom-reaper/exhibits.ts'
import { extremesPage } from './percpu-counter-tree/extremes-page.ts'
import { worstErrors } from './percpu-counter-tree/worst-errors.ts'
import { reverseWalk } from './pte-lock-contention/reverse-walk.ts'

const exhibits: readonly Exhibit[] = [worstErrors, extremesPage, ...reaperExhibits, reverseWalk, ...freezerExhibits]

export default exhibits
