/** C1 and C9: whether, and within which time, a kill is followed by memory or by another kill. A tick is a tenth of a second. */
import { holds, maximum, minimum, reachable, unbounded, violated } from '../../checker/language/index.ts'
import type { ReaperRow } from './properties.ts'

/** The real delay and the real number of attempts. */
const real = { cpus: 1, victims: 2, pages: 2, delay: 20, retries: 10 }
const small = { cpus: 1, victims: 2, pages: 2, delay: 2, retries: 2 }
const fair = { weak: ['cpu', 'reaper', 'timer', 'clock'] }

export const progress: readonly ReaperRow[] = [
  {
    claims: ['C1'],
    variant: '6.18',
    bounds: small,
    ingredients: ['stuck'],
    fairness: fair,
    expect: { ReaperMakesProgress: holds, Kill: reachable(7) },
    why: 'The victim never runs, and the reaper brings back its memory.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '6.18',
    bounds: small,
    ingredients: ['stuck', 'writer'],
    fairness: fair,
    expect: { ReaperMakesProgress: holds, GivesUp: reachable(21) },
    why: 'The lock may be held for ever: after the last attempt the mm is passed over, and the next victim is killed.',
  },
  {
    claims: ['C1'],
    variant: 'reaper-off',
    bounds: small,
    ingredients: ['stuck'],
    fairness: { weak: ['cpu', 'clock'] },
    expect: { ReaperMakesProgress: violated(18), TicksToProgress: unbounded },
    why: 'Without a reaper every scan finds the marked victim and waits for it, for ever.',
  },
  {
    claims: ['C1'],
    variant: 'reaper-off',
    bounds: small,
    fairness: { weak: ['cpu', 'clock', 'task'] },
    expect: { ReaperMakesProgress: holds },
    why: 'Nobody needs a reaper where victims exit.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '4.6',
    bounds: small,
    ingredients: ['stuck', 'writer'],
    fairness: { weak: ['cpu', 'reaper', 'clock'] },
    expect: { ReaperMakesProgress: violated(32), TicksToProgress: unbounded },
    why: 'The first reaper took the mark from its victim only when it had reaped it: once it had given up nobody was killed any more, and nothing came back.',
  },
  {
    claims: ['C1'],
    variant: '6.18',
    bounds: real,
    ingredients: ['stuck', 'prompt'],
    expect: { TicksToEligible: maximum(20), TicksToProgress: maximum(20) },
    why: 'Two seconds from the mark to the reaper, which takes no time.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '6.18',
    bounds: real,
    ingredients: ['stuck', 'writer', 'prompt'],
    expect: {
      TicksToEligible: maximum(30),
      TicksToProgress: maximum(31),
      GivesUp: reachable(240),
      TicksToReaper: minimum(20),
    },
    why: 'Two seconds of delay and ten attempts, each followed by a sleep of a tenth of a second, also the last one; then the allocator may have just gone to sleep for a tick, so that the next victim dies after 3.1 seconds.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '6.18',
    bounds: real,
    ingredients: ['stuck', 'unreapable', 'prompt'],
    expect: { TicksToEligible: maximum(20), TicksToProgress: maximum(21) },
    why: 'A pass over shared memory succeeds at once and frees nothing.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '5.18',
    bounds: real,
    ingredients: ['stuck', 'writer', 'prompt'],
    expect: { TicksToEligible: maximum(30), TicksToProgress: maximum(31) },
    why: 'The delay and the attempts are the same since 5.18.',
  },
  {
    claims: ['C1'],
    variant: '4.9',
    bounds: real,
    ingredients: ['stuck', 'prompt'],
    expect: { TicksToEligible: maximum(0), TicksToProgress: maximum(0), TicksToReaper: minimum(0) },
    why: 'Without the delay the reaper is there at once.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '4.9',
    bounds: real,
    ingredients: ['stuck', 'writer', 'prompt'],
    expect: { TicksToEligible: maximum(10), TicksToProgress: maximum(11) },
    why: 'Ten attempts, and the sleep of the allocator.',
  },
  {
    claims: ['C1'],
    variant: 'reaper-off',
    bounds: real,
    ingredients: ['stuck', 'prompt'],
    expect: { TicksToEligible: unbounded },
    why: 'The allocator looks again every tick, and finds the same victim.',
  },
  {
    claims: ['C1'],
    variant: '6.18',
    bounds: real,
    ingredients: ['pin', 'prompt'],
    expect: { TicksToEligible: maximum(20) },
    full: true,
    why: 'Whatever the victim does on its way out, and however long somebody pins its mm, the next one can be chosen after the delay.',
  },
]
