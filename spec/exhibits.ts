/** Figures and pages of the report, by protocol. */
import type { Exhibit } from '../checker/language/index.ts'

const exhibits: readonly Exhibit[] = []

export default exhibits
