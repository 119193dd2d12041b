/**
 * oom_lock, a mutex: whoever kills has it. Allocators only try it, and never queue; until 4.18 the reaper waits for it, and
 * from 4.17 on exit did; a memcg that has reached its limit does to this day.
 */
import { bool } from '../../checker/language/index.ts'

export const oom_lock = bool

interface Locked {
  oom_lock: boolean
}

export function mutex_trylock(s: Locked): boolean {
  if (s.oom_lock) return false
  s.oom_lock = true
  return true
}

/** A step that waits for the mutex and takes it. In which order those who wait get it is a matter of fairness. */
export const mutex_lock = {
  when: (s: Readonly<Locked>): boolean => !s.oom_lock,
  do: (s: Locked): void => {
    s.oom_lock = true
  },
}

export function mutex_unlock(s: Locked): void {
  s.oom_lock = false
}
