/** The machine when memory has run out: nothing is free, and everybody is about to allocate. */
import type { Setup, State } from './state.ts'

/** Somebody holds the mm of the hog, and perhaps its mmap_lock. */
function hold(s: State, { writer, reader, queuedWriter, pin }: Setup): void {
  const mm = s.mm[0]
  s.holder[0].has_mm = writer || reader || queuedWriter || pin
  if (s.holder[0].has_mm) mm.mm_users++
  mm.mmap_lock.writer ||= writer
  if (reader || queuedWriter) mm.mmap_lock.readers++
  if (queuedWriter) {
    mm.mmap_lock.waiting++
    mm.mm_users++
  }
}

export const initially = (setup: Setup) => (s: State) => {
  for (const [i, task] of [...s.task].entries()) {
    const mm = s.mm[i]
    task.mm = task.own_mm = mm
    task.on_tasklist = true
    task.is_stuck = i === 0 ? setup.stuck : setup.daemonsStuck
    s.timer[i].task = task
    mm.mm_users = 1
    for (let page = 0; page < (i === 0 ? setup.pages : 1); page++) mm.pte[page] = true
  }
  s.mm[0].VM_SHARED = setup.unreapable
  for (let page = 0; page < setup.pages; page++) s.mm[0].VM_LOCKED[page] = setup.mlocked
  for (const mm of s.mm) mm.mmap_lock.writer = setup.allHeld
  hold(s, setup)
}
