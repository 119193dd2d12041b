/** References to structures: at the last put, task_struct and mm_struct are freed. mm_users, at whose end memory goes, is in mm.ts. */
import { bool, range } from '../../checker/language/index.ts'

/** An mm_struct itself, with at most `most` references. One that is put too often is seen by a count below 0. */
export const mm_references = (most: number) => ({ mm_count: range(-1, most), is_freed: bool })
/** The same of a task_struct. */
export const task_references = (most: number) => ({ usage: range(-1, most), is_freed: bool })

interface Mm {
  mm_count: number
  is_freed: boolean
}
interface Task {
  usage: number
  is_freed: boolean
}

export function mmgrab(mm: Mm): void {
  mm.mm_count++
}

export function mmdrop(mm: Mm): void {
  mm.mm_count--
  if (mm.mm_count === 0) mm.is_freed = true
}

export function get_task_struct(task: Task): void {
  task.usage++
}

/** Whether this was the last: then the task is freed, and with it its signal_struct. */
export function put_task_struct(task: Task): boolean {
  task.usage--
  if (task.usage > 0) return false
  task.is_freed = true
  return true
}
