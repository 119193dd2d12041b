/** D8, and G4 as far as suspend goes. */
import { propertiesOf, spec } from '../checker/language/index.ts'
import { oomSuspend } from '../model/oom-suspend.ts'
import { frozen } from '../model/kernel/freezer.ts'

const { always, reachable } = propertiesOf(oomSuspend)

export default spec(oomSuspend, {
  properties: [
    always('NobodyUsesMemoryWhileSuspended', (s) => s.task.every((task) => frozen(task) || !task.has_mm), {
      given: (s) => s.suspended,
    }),
    always('NobodyRunsWhileSuspended', (s) => s.task.every((task) => frozen(task) || !task.on_tasklist), {
      given: (s) => s.suspended,
    }),
    reachable('Suspends', (s) => s.suspended),
    reachable('SuspendsAfterKill', (s) => s.suspended && s.SIGKILL),
    reachable('SuspendsWithoutKill', (s, { at }) => s.suspended && !s.SIGKILL && at(s.killer[0], 'done')),
    reachable('VictimIsWaitedFor', (s, { at }) => at(s.suspender[0], 'oom_victims_wait') && s.oom_victims > 0),
  ],
  rows: [],
})
