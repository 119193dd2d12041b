/** Address spaces: who uses them, and how much memory comes back when nobody does any more. */
import { upTo } from '../../checker/language/index.ts'

/** An mm_struct with at most `users` references and `pages` pages. */
export const mm_struct = (users: number, pages: number) => ({
  /** Threads, and whoever holds it by get_task_mm(). The last mmput() unmaps. */
  mm_users: upTo(users),
  /** Mapped pages; 0 once exit_mmap() has cleaned the mm. Until exit_mmap() begins this is also total_vm. */
  pages: upTo(pages),
})
