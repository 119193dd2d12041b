/** Figures and pages of the report, by protocol. */
import type { Exhibit } from '../checker/language/index.ts'
import { freezerExhibits } from './freezer/exhibits.ts'

const exhibits: readonly Exhibit[] = [...freezerExhibits]

export default exhibits
