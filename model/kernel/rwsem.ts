/**
 * An rw_semaphore: any number of readers or one writer. A writer that waits keeps new readers out, and also makes their
 * trylock fail, as in rwsem_read_trylock() of Linux.
 */
import { bool, struct, upTo } from '../../checker/language/index.ts'

/** For at most `readers` who hold it for reading at a time, and `writers` who wait. */
export const rw_semaphore = (readers: number, writers: number) =>
  struct({ readers: upTo(readers), writer: bool, waiting: upTo(writers) })

interface Semaphore {
  readers: number
  writer: boolean
  waiting: number
}

/** Whether down_read() gets through now. */
export const canRead = (sem: Readonly<Semaphore>): boolean => !sem.writer && sem.waiting === 0

export function down_read_trylock(sem: Semaphore): boolean {
  if (!canRead(sem)) return false
  sem.readers++
  return true
}

export function up_read(sem: Semaphore): void {
  sem.readers--
}

/** Whether the writer at the head of the queue, or one that has just come, gets the lock now. */
export const canWrite = (sem: Readonly<Semaphore>): boolean => !sem.writer && sem.readers === 0
