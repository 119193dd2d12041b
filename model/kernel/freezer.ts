/**
 * How tasks sleep in the freezers.
 *
 * The refrigerator of suspend and of cgroup v1 is deaf to signals: only a thaw wakes a task in TASK_FROZEN. A task that
 * cgroup v2 has stopped sleeps in get_signal() like one that waits for a signal, and is counted as frozen beside that.
 */
import { bool, oneOf } from '../../checker/language/index.ts'

export const freezer_fields = {
  /** task->__state, as far as freezers set it. */
  state: oneOf('TASK_RUNNING', 'TASK_FROZEN', 'TASK_INTERRUPTIBLE'),
  /** task->frozen: counted by cgroup v2. The refrigerator leaves it alone. */
  frozen: bool,
}

interface Task {
  state: 'TASK_RUNNING' | 'TASK_FROZEN' | 'TASK_INTERRUPTIBLE'
}

/** frozen(task): in the refrigerator, or on its way into or out of it. */
export const frozen = (task: Readonly<Task>): boolean => task.state === 'TASK_FROZEN'

/** Under freezer_lock: wakes a task in the refrigerator, and does nothing to others. */
export function __thaw_task(task: Task): void {
  if (frozen(task)) task.state = 'TASK_RUNNING'
}

/** What a signal can wake. */
export function signal_wake_up(task: Task): void {
  if (task.state === 'TASK_INTERRUPTIBLE') task.state = 'TASK_RUNNING'
}
