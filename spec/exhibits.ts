/** Figures and pages of the report, by protocol. */
import type { Exhibit } from '../checker/language/index.ts'
import { freezerExhibits } from './freezer/exhibits.ts'
import { reverseWalk } from './pte-lock-contention/reverse-walk.ts'

const exhibits: readonly Exhibit[] = [reverseWalk, ...freezerExhibits]

export default exhibits
