/**
 * What every release has to keep in order, whatever it promises: locks, references, marks, clocks, and how a scan goes. It is
 * asked so that a mistake in the model shows where it is made, and not only where it leads to another kill; in each row what
 * belongs to those who act there.
 */
import { holds, maximum } from '../../checker/language/index.ts'
import { clocksOf, life, SCAN, scansOf, victimsOf } from './life.ts'
import { locks, locksOf } from './locks.ts'
import type { ReaperRow } from './properties.ts'

export const bookkeeping = [...locks, ...life]
export const routine = bookkeeping.map(({ name }) => name)

/** Where more act than an allocator, a reaper and a victim that never runs; what these do is asked in other rows. */
const isCrowded = ({ variant, bounds, ingredients = [] }: ReaperRow): boolean =>
  variant === '4.6' ||
  bounds.cpus > 1 ||
  bounds.victims === 3 ||
  !ingredients.includes('stuck') ||
  ingredients.includes('memcg')

/** Where somebody exits, or somebody else kills: not all of those that may have a lock are stuck. */
const isBusy = ({ bounds, ingredients = [] }: ReaperRow): boolean =>
  ingredients.includes('memcg') ||
  (bounds.retries <= 2 && !(ingredients.includes('stuck') && ingredients.includes('daemonsStuck')))

/** Where nobody ever sleeps: the allocator leaves, and the reaper gets the lock at once, or there is none. */
const isTimeless = ({ variant = '6.18', bounds, ingredients = [] }: ReaperRow): boolean =>
  bounds.delay === 0 && ingredients.includes('leaves') && ['4.6', '4.9', 'reaper-off'].includes(variant)

/** The row, with what has to be in order there. */
export function withBookkeeping(row: ReaperRow): ReaperRow {
  const { variant = '6.18', ingredients = [], bounds } = row
  const kept =
    bounds.retries > 2 || !isCrowded(row)
      ? {}
      : {
          ...victimsOf(variant, ingredients),
          ...(bounds.victims > 1 ? scansOf(variant, ingredients) : SCAN),
          EveryPageIsFreedOnce: holds,
          NothingIsMappedAtTeardown: holds,
        }
  return {
    ...row,
    expect: {
      ...kept,
      ...(isBusy(row) ? locksOf(row) : {}),
      ...(isTimeless(row) ? {} : clocksOf(variant)),
      ...timersOf(row),
      ...row.expect,
    },
  }
}

const DELAYED = ['5.18', '6.1', '6.18', 'early-skip', 'reaper-off']

function timersOf({ variant = '6.18', bounds, ingredients = [] }: ReaperRow): ReaperRow['expect'] {
  if (!DELAYED.includes(variant) || bounds.delay === 0) return {}
  if (bounds.victims > 1 && bounds.retries <= 2 && variant !== 'reaper-off') return {}
  const onlyOne = bounds.victims === 1 || (variant === 'reaper-off' && ingredients.includes('stuck'))
  return {
    TicksToTimer: maximum(bounds.delay),
    ...(variant === 'reaper-off' ? {} : { TimersRunOut: holds }),
    ...(onlyOne ? {} : { TicksToTimerOfDaemon: maximum(bounds.delay) }),
  }
}
