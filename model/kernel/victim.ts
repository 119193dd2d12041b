/** Threads of a victim: the signal that all of them get, the mark that one of them carries, and the count of marks. */
import { bool, range } from '../../checker/language/index.ts'

/** What the killer sets in a thread. */
export const victim_fields = { TIF_MEMDIE: bool, SIGKILL: bool }
/** How many of at most `threads` carry the mark. One that is taken back twice is seen by a count below 0. */
export const victim_count = (threads: number) => range(-1, threads)

interface Thread {
  TIF_MEMDIE: boolean
  SIGKILL: boolean
}
interface Counted {
  oom_victims: number
}

/** SIGKILL reaches all threads of a process at once, under siglock. */
export function send_sigkill(threads: Iterable<Pick<Thread, 'SIGKILL'>>): void {
  for (const thread of threads) thread.SIGKILL = true
}

/** test_and_set_tsk_thread_flag(), and the count goes up with whoever has set it. */
export function mark_oom_victim(s: Counted, thread: Pick<Thread, 'TIF_MEMDIE'>): void {
  if (thread.TIF_MEMDIE) return
  thread.TIF_MEMDIE = true
  s.oom_victims++
}

/** A thread that has put its mm is no victim any more, and the count goes down if it was. */
export function exit_oom_victim(s: Counted, thread: Pick<Thread, 'TIF_MEMDIE'>): void {
  if (!thread.TIF_MEMDIE) return
  thread.TIF_MEMDIE = false
  s.oom_victims--
}
