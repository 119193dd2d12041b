/** Tasks, as the OOM paths see them: the fields of a task_struct that they read or write. */
import { bool, option, ref } from '../../checker/language/index.ts'

export const task_struct = {
  /** NULL once exit_mm() has let go of it. Written under task_lock(); read with and without. */
  mm: option(ref('mm')),
  /** Keeps pointing at the mm after exit_mm(), as in lazy TLB mode. */
  active_mm: ref('mm'),
  /** Threads of one process have the same, and get SIGKILL together. */
  group_leader: ref('task'),
  /** Set and never cleared by the task itself, without a lock. */
  PF_EXITING: bool,
  PF_DEAD: bool,
  /** Set by the OOM killer on any CPU; never cleared in 2006. */
  TIF_MEMDIE: bool,
  /** A fatal signal is pending. */
  SIGKILL: bool,
  /** Waits for its parent to release it. */
  EXIT_ZOMBIE: bool,
  /** Process 1, which is never chosen and never killed. */
  is_init: bool,
}
