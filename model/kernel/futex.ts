/**
 * Robust futexes: locks in memory that processes share, and the list by which a thread that dies gives up its own.
 *
 * The head of the list is in the private memory of the thread, and the kernel only has its address. An entry is a part of
 * the lock itself. What cannot be read any more ends the walk without a word.
 */
import { bool, oneOf, ref } from '../../checker/language/index.ts'

/** task->futex_state: the walk is before it, under way, or over. */
export const futex_state = oneOf('FUTEX_STATE_OK', 'FUTEX_STATE_EXITING', 'FUTEX_STATE_DEAD')

/** A lock that is held at first, and for which a thread of another process waits. */
export const robust_lock = {
  /** The thread whose number is in the word. */
  owner: ref('task'),
  /** Taken from the dead owner, and the waiter woken. */
  FUTEX_OWNER_DIED: bool,
}
