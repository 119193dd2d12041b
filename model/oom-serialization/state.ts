/** The state that allocators, victims and the parent share, and what is noted for the claims. */
import {
  bool,
  family,
  language,
  option,
  queue,
  ref,
  setOf,
  singleton,
  upTo,
  type Member,
  type StateView,
} from '../../checker/language/index.ts'
import { mm_struct } from '../kernel/mm.ts'
import { task_struct } from '../kernel/task.ts'

export interface Bounds {
  readonly cpus: number
  readonly victims: number
  readonly pages: number
}

export const state = ({ cpus, victims, pages }: Bounds) => ({
  free: upTo(pages + victims - 1),
  panicked: bool,
  /** Links the tasks in the order in which a scan meets them. */
  tasklist: queue(victims, ref('task')),
  /** Readers; a writer needs 0 and is in and out in one step. */
  tasklist_lock: upTo(cpus),
  /** Held through selection and kill where cpusets are configured. */
  cpuset_mutex: bool,
  /** The patch: an OOM kill operation has begun and not ended. */
  oom_kill_in_progress: bool,
  /** One allocating task each, which wants one page. */
  cpu: family(cpus, {
    /** The place in the list that the scan looks at. */
    next: upTo(victims),
    /** The worst task so far, and its points; after the scan, the task to shoot, or NULL if there shall be no kill. */
    chosen: option(ref('task')),
    points: upTo(pages),
  }),
  /** Candidates: task0 is the hog, the others are daemons of one page. */
  task: family(victims, task_struct),
  mm: family(victims, { ...mm_struct(1, pages), MM_FLAG_OOM_NOTIFY: bool }),
  parent: singleton({}),
})

export const history = () => ({
  /** Every mm that was shot. Another shot at the same mm is not another kill. */
  shot: setOf(ref('mm')),
  /** CPUs whose last attempt failed after every mm shot until now had been cleaned. */
  informed: setOf(ref('cpu')),
  /** A CPU killed that was not one of those. */
  uninformedKill: bool,
})

/** The recipes' constructors, typed for this state. */
export const { program, steps } = language<typeof state, typeof history>()
export type State = StateView<ReturnType<typeof state>>
export type Cpu = Member<ReturnType<typeof state>, 'cpu'>
export type Task = Member<ReturnType<typeof state>, 'task'>

/** Nobody runs any more once the kernel has panicked. */
export const running = { runs: (s: { readonly panicked: boolean }) => !s.panicked }

/** The task that this CPU is about to shoot. */
export function victimOf(cpu: Cpu): Task {
  if (cpu.chosen === null) throw new Error('nobody was chosen')
  return cpu.chosen
}
