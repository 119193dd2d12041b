/** What `npm run bench` asks of whole behaviours of the bench model of serialization. */
import { propertiesOf, type Fairness, type Property } from '../language/index.ts'
import { serialization } from './serialization.ts'

const is = propertiesOf(serialization)

const operationEnds = is.leadsTo(
  'OperationEnds',
  (s) => s.oom_kill_in_progress,
  (s) => !s.oom_kill_in_progress,
)

/** By name, and under which fairness. */
export const questions: Readonly<Record<string, { readonly property: Property; readonly fairness: Fairness }>> = {
  'leadsTo, weak fairness': { property: operationEnds, fairness: { weak: ['cpu', 'task'] } },
  'leadsTo, strong fairness': { property: operationEnds, fairness: { strong: ['cpu', 'task'] } },
  'leadsTo, tasks unfair': { property: operationEnds, fairness: { weak: ['cpu'] } },
  'progress, tasks unfair': {
    property: is.progress('NobodySpins', 'cpu', ['last_attempt']),
    fairness: { weak: ['cpu'] },
  },
  'longest, steps': {
    property: is.longest('KillIsSoonOver', {
      from: (s, { at }) => s.cpu.some((cpu) => at(cpu, 'send_sigkill')),
      to: (s) => s.task.some((task) => task.memdie),
      count: 'steps',
    }),
    fairness: {},
  },
  alwaysReachable: { property: is.alwaysReachable('CanEnd', (s) => !s.oom_kill_in_progress), fairness: {} },
}
