/** Figures and pages of the report, by protocol. */
import type { Exhibit } from '../checker/language/index.ts'
import { extremesPage } from './percpu-counter-tree/extremes-page.ts'
import { worstErrors } from './percpu-counter-tree/worst-errors.ts'

const exhibits: readonly Exhibit[] = [worstErrors, extremesPage]

export default exhibits
