/** Figures and pages of the report, by protocol. */
import type { Exhibit } from '../checker/language/index.ts'
import { reaperExhibits } from './oom-reaper/exhibits.ts'

const exhibits: readonly Exhibit[] = [...reaperExhibits]

export default exhibits
