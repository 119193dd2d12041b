/** D1 to D7, and G4 as far as frozen victims and their robust futexes go. */
import { spec } from '../checker/language/index.ts'
import { freezer } from '../model/freezer.ts'
import { bookkeeping, routine, withBookkeeping } from './freezer/bookkeeping.ts'
import { delay } from './freezer/delay.ts'
import { properties } from './freezer/properties.ts'
import { recovery } from './freezer/recovery.ts'
import { tests } from './freezer/tests.ts'

/** Orders of the kill that nobody can tell apart. */
const survives = {
  'swap steps: killer.add_timer and __thaw_task': 'Both come after the test, which is what thaw-last is about.',
  'swap steps: killer.test_and_set_TIF_MEMDIE and __thaw_task':
    'With thawFirst the mark on the process is late; that on the thread is not what exempts it since 6.18.',
}

export default spec(freezer, {
  locks: ['task.task_lock'],
  properties: [...properties, ...bookkeeping],
  routine,
  rows: [...recovery, ...delay, ...tests].map(withBookkeeping),
  survives,
})
