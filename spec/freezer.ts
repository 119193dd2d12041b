/** D1 to D7, and G4 as far as frozen victims and their robust futexes go. */
import { spec } from '../checker/language/index.ts'
import { freezer } from '../model/freezer.ts'
import { delay } from './freezer/delay.ts'
import { properties } from './freezer/properties.ts'
import { recovery } from './freezer/recovery.ts'
import { tests } from './freezer/tests.ts'

export default spec(freezer, { properties, rows: [...recovery, ...delay, ...tests] })
