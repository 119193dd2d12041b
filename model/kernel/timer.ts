/** Time that passes in ticks: timers and sleeps as countdowns, which a program with the role 'time' counts down. */
import { bool, struct, upTo } from '../../checker/language/index.ts'

/** A timer_list that is armed for at most `ticks`. */
export const timer_list = (ticks: number) => struct({ pending: bool, left: upTo(ticks) })

interface Timer {
  pending: boolean
  left: number
}

export function add_timer(timer: Timer, ticks: number): void {
  timer.pending = true
  timer.left = ticks
}

/** Whether its function is due, or overdue. */
export const expired = (timer: Readonly<Timer>): boolean => timer.pending && timer.left === 0

/** The function of the timer begins to run. */
export function detach_timer(timer: Timer): void {
  timer.pending = false
}

/** One tick of a countdown, which stays at 0. */
export const countedDown = (left: number): number => Math.max(0, left - 1)
