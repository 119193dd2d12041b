/** Figures and pages of the report, by protocol. */
import type { Exhibit } from '../checker/language/index.ts'
import { reverseWalk } from './pte-lock-contention/reverse-walk.ts'

const exhibits: readonly Exhibit[] = [reverseWalk]

export default exhibits
