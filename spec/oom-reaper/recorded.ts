/**
 * What kernels 6.1, 6.12 and 7.2 were recorded to do, which the models must be able to do as well. Of what 7.2 does otherwise
 * than 6.18 nothing is in question here.
 *
 * The values are those of the recordings: 2.0 seconds from the mark to the reaper; ten failed attempts, a tenth of a second
 * apart; the next kill after 3.1 seconds, which is between the least and the most here, 3.0 and 3.1.
 */
import { maximum, minimum, reachable } from '../../checker/language/index.ts'
import type { ReaperRow } from './properties.ts'

const real = { cpus: 1, victims: 2, pages: 2, delay: 20, retries: 10 }
const alone = { cpus: 1, victims: 1, pages: 2, delay: 1, retries: 1 }
const releases = ['6.1', '6.18'] as const

/** A victim that is blocked with mmap_lock held for writing. */
const lockHeld: readonly ReaperRow[] = releases.map((variant) => ({
  claims: ['C1', 'C9'],
  variant,
  bounds: real,
  ingredients: ['stuck', 'allHeld', 'daemonsStuck', 'prompt'],
  expect: {
    TicksToReaper: minimum(20),
    TicksToKillAfterGivingUp: minimum(30),
    TicksToProgress: maximum(31),
    KillAfterGivingUp: reachable(),
    GivesUp: reachable(),
  },
  why: 'The reaper wakes up two seconds after the mark, tries ten times, a tenth of a second apart, and gives up; whether the allocator looks again at once or has just gone to sleep for a tick, the next one dies after 3.0 or 3.1 seconds.',
}))

/** Selections while the pages of the last victim are gathered. */
const early: readonly ReaperRow[] = releases.map((variant) => ({
  claims: ['C6'],
  variant,
  bounds: { cpus: 1, victims: 2, pages: 1, delay: 1, retries: 1 },
  ingredients: ['daemonsStuck'],
  expect: { HiddenBeforeFree: reachable(), KillBetweenFlagAndPages: reachable() },
  why: 'The flag is there before the pages are free, and the next victim is chosen in between.',
}))

/** The last user of an mm need not be the victim: here it is a reader. */
const lastUsers: readonly ReaperRow[] = releases.map((variant) => ({
  claims: ['C2'],
  variant,
  bounds: alone,
  ingredients: ['pin', 'leaves', 'reaping'],
  expect: { LastUserIsAnother: reachable(), MmOutlivesItsTask: reachable() },
  why: 'The mm is unmapped by whoever puts it last, here a reader, when the victim is gone.',
}))

/** What recordings show of ordinary exits. */
const ordinary: readonly ReaperRow[] = [
  {
    claims: ['C1', 'C6'],
    variant: '6.1',
    bounds: alone,
    expect: { TimerFiresInVain: reachable(19), HiddenBeforeFree: reachable(14), OneKillIsEnough: reachable(17) },
    why: 'Victims that exit by themselves are the rule: the timer runs out for an mm that is gone.',
  },
  {
    claims: ['C1', 'C6'],
    variant: '6.18',
    bounds: alone,
    expect: { TimerFiresInVain: reachable(19), HiddenBeforeFree: reachable(14), OneKillIsEnough: reachable(17) },
    why: 'The same is recorded of 7.2.',
  },
]

export const recorded: readonly ReaperRow[] = [...lockHeld, ...early, ...lastUsers, ...ordinary]
