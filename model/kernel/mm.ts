/** Address spaces: who uses them, and how much memory comes back when nobody does any more. */
import { bool, upTo } from '../../checker/language/index.ts'

/** An mm_struct with at most `users` references and `pages` pages. */
export const mm_struct = (users: number, pages: number) => ({
  /** Threads, and whoever holds it by get_task_mm(). The last mmput() unmaps. */
  mm_users: upTo(users),
  /** Mapped pages; 0 once exit_mmap() has cleaned the mm. Until exit_mmap() begins this is also total_vm. */
  pages: upTo(pages),
})

/** What is remembered of an mm for the OOM killer and the reaper. None of these bits is ever cleared. */
export const mm_flags = {
  /** The OOM killer passes it over: torn down, reaped, or given up. */
  MMF_OOM_SKIP: bool,
  /** A task that uses it was marked by mark_oom_victim(). */
  MMF_OOM_VICTIM: bool,
  MMF_OOM_REAP_QUEUED: bool,
}
