/**
 * The list of processes as it is read under RCU.
 *
 * Who leaves the list is not seen by those who come later, and whoever stands at it finds the way on. It is not freed before
 * everybody who may have found it has left its section: a grace period, which call_rcu() waits for.
 */
import { bool, upTo } from '../../checker/language/index.ts'

export const tasklist_fields = { on_tasklist: bool }

interface Listed {
  on_tasklist: boolean
}
interface Reader {
  next: number
}

export const isAtEnd = (tasks: { readonly length: number }, { next }: Readonly<Reader>): boolean =>
  next === tasks.length

/** A reader turns to the next place in the list: the task that is there, or null if that has left. */
export function next_task<T extends Listed>(
  tasks: { readonly length: number; readonly [i: number]: T },
  reader: Reader,
): T | null {
  const task = tasks[reader.next++]
  return task.on_tasklist ? task : null
}

/** Nobody finds it any more who comes later. */
export function list_del_rcu(task: Listed): void {
  task.on_tasklist = false
}

/** For at most `readers` who are in a section at a time. */
export const rcu_fields = (readers: number) => ({ rcu_readers: upTo(readers) })

interface Sections {
  rcu_readers: number
}

export function rcu_read_lock(s: Sections): void {
  s.rcu_readers++
}

export function rcu_read_unlock(s: Sections): void {
  s.rcu_readers--
}

/** Whether everybody is out who was in. Waiting for those that have come since hides nothing: they have not found what left. */
export const isGracePeriodOver = ({ rcu_readers }: Readonly<Sections>): boolean => rcu_readers === 0
