/** The windows through which a kill comes too early: late starters, W1 to W4, and the flag that was to be set earlier. */
import { holds, maximum, reachable, violated } from '../../checker/language/index.ts'
import type { ReaperRow } from './properties.ts'

const alone = { cpus: 1, victims: 1, pages: 2, delay: 0, retries: 1 }
const one = { cpus: 1, victims: 2, pages: 2, delay: 0, retries: 1 }
const two = { cpus: 1, victims: 2, pages: 2, delay: 0, retries: 2 }

/** Release by release: which of the windows an ordinary exit, of a hog whose memory can be reaped, leaves open. */
const byEra: readonly ReaperRow[] = [
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: violated(26),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(29),
      HiddenBeforeFree: reachable(15),
      PanicIsTheEnd: holds,
      NobodyIsKilledTwice: holds,
    },
    why: 'The flag comes after the last entry is cleared and before the gathered pages are freed, and a scan in between finds nothing to wait for (W2); a scan that comes later, after an attempt that failed before, kills while the pages are free.',
  },
  {
    claims: ['C6'],
    variant: '4.6',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      VictimIsSeenUntilSkip: violated(25),
      NoKillAfterGivingUp: holds,
    },
    why: 'The mark goes from the victim before its memory is gone (W3).',
  },
  {
    claims: ['C6', 'G4'],
    variant: '4.9',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: violated(28),
      NoKillWhilePagesAreGathered: violated(30),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(26),
    },
    why: 'An mm without users is taken for reaped, and hidden, while its last user has only begun to unmap it.',
  },
  {
    claims: ['C6', 'G4'],
    variant: '4.14',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: violated(24),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(29),
    },
    why: 'exit_mmap() sets the flag itself when it has unmapped everything, and the reaper needs no users; what it has gathered is not free yet.',
  },
  {
    claims: ['C6'],
    variant: '4.15',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: violated(24),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(29),
    },
    why: 'The same as in 4.14: for whom exit waits does not matter to the scan.',
  },
  {
    claims: ['C6'],
    variant: '4.17',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: holds,
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: holds,
      Kills: maximum(1),
    },
    why: 'Exit reaps with oom_lock, and frees what it has reaped before it unlocks: whoever decides to kill has failed before, and then finds no flag, or fails after, and then finds the pages. No other release closes both W2 and the late start.',
  },
  {
    claims: ['C6'],
    variant: '4.17',
    bounds: one,
    ingredients: ['pin', 'daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: holds,
      VictimIsSeenUntilSkip: holds,
      NoKillWhileEnoughIsFree: holds,
    },
    why: 'Nor does it matter who is the last user.',
  },
  {
    claims: ['C6'],
    variant: '5.15',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: violated(30),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(26),
    },
    why: 'Since oom_lock is gone from exit and reaper, one of them can set the flag while the other has pages gathered, and a late starter kills beside free pages.',
  },
  {
    claims: ['C6'],
    variant: '5.18',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: violated(31),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(26),
    },
    why: 'Exit frees what it unmaps before it sets the flag itself; what is left of W2 is a reaper that finds nothing mapped and sets the flag while the pages that exit has gathered are not free.',
  },
  {
    claims: ['C6'],
    variant: '6.1',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: violated(26),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(29),
      HiddenBeforeFree: reachable(15),
    },
    why: 'As in 6.18, which only walks the other way. Recordings of 6.1 show such kills, in the time between the flag and the end of tlb_finish_mmu().',
  },
  {
    claims: ['C6'],
    variant: 'early-skip',
    bounds: one,
    ingredients: ['daemonsStuck'],
    expect: {
      NoKillWhileExitUnmaps: violated(22),
      NoKillWhilePagesAreGathered: violated(25),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(29),
    },
    why: 'With the flag at the beginning of exit_mmap() the next scan passes over a victim that has all of its memory and is just about to give it back.',
  },
  {
    claims: ['C6', 'C9'],
    variant: 'reaper-off',
    bounds: { ...one, victims: 3 },
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: violated(28),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      Kills: maximum(3),
    },
    states: 8_081,
    why: 'W2 is a matter of exit alone: without a reaper the scan still comes between the flag and the pages.',
  },
]

/** The same with daemons that exit, too. */
const whole: readonly ReaperRow[] = [
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: one,
    full: true,
    expect: {
      NoKillWhileExitUnmaps: holds,
      NoKillWhilePagesAreGathered: violated(26),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(29),
    },
    why: 'What a daemon does after its kill opens no other window.',
  },
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: { ...one, pages: 3, delay: 1, retries: 2 },
    ingredients: ['daemonsStuck'],
    full: true,
    expect: { NoKillWhileExitUnmaps: holds, VictimIsSeenUntilSkip: holds, NoKillAfterGivingUp: holds },
    why: 'Nor does a larger hog, or a delay.',
  },
  {
    claims: ['C6'],
    variant: 'early-skip',
    bounds: one,
    full: true,
    expect: {
      NoKillWhileExitUnmaps: violated(22),
      NoKillWhilePagesAreGathered: violated(25),
      VictimIsSeenUntilSkip: holds,
      NoKillAfterGivingUp: holds,
      NoKillWhileEnoughIsFree: violated(29),
    },
    why: 'The needless kill does not rest on daemons that are stuck.',
  },
  {
    claims: ['C6'],
    variant: '4.17',
    bounds: { ...one, cpus: 2, victims: 3 },
    full: true,
    expect: { NoKillWhileExitUnmaps: holds, NoKillWhilePagesAreGathered: holds, VictimIsSeenUntilSkip: holds },
    why: 'Nor does a second allocator come between where exit has oom_lock.',
  },
]

/** W1, and the walk of two at a time that the early flag was to avoid. */
const doubleWalk: readonly ReaperRow[] = [
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: alone,
    expect: { WalkFindsPages: violated(17), OneWalkAtATime: violated(14) },
    states: 2_720,
    why: 'The reaper may get the lock when exit has unmapped everything and has not set the flag, walks for nothing, and makes exit wait for it (W1); or both walk at a time.',
  },
  {
    claims: ['C6'],
    variant: 'early-skip',
    bounds: alone,
    expect: { WalkFindsPages: holds, OneWalkAtATime: violated(15) },
    states: 2_909,
    why: 'The early flag closes W1 but not the double walk: a reaper that looked at the flag just before walks beside exit all the same.',
  },
  {
    claims: ['C6'],
    variant: '5.18',
    bounds: alone,
    expect: { WalkFindsPages: violated(17), OneWalkAtATime: holds },
    why: 'Exit that reaps its own mm holds no lock for that and does not count as a reader; W1 is there as well, between its last entry and the flag.',
  },
  {
    claims: ['C6'],
    variant: '4.17',
    bounds: alone,
    expect: { WalkFindsPages: violated(21), OneWalkAtATime: holds },
    why: 'With oom_lock nobody walks beside exit; the flag is set only after it is given back, and the reaper that gets it then walks for nothing.',
  },
]

/** W3: a victim that has left the list before its memory is back. */
const gone: readonly ReaperRow[] = [
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: { ...one, delay: 1 },
    ingredients: ['stuck', 'pin', 'reaping'],
    expect: { VictimIsSeenUntilSkip: holds, NoKillWhileExitUnmaps: holds },

    why: 'W3 needs a victim that exits: one that stays on the list is seen, whoever pins its mm.',
  },
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: { ...one, pages: 1, delay: 1 },
    ingredients: ['pin', 'reaping', 'daemonsStuck', 'prompt'],
    expect: { VictimIsSeenUntilSkip: violated(23), LastUserIsAnother: reachable() },
    why: 'W3: the mm is pinned by a reader, its victim is gone from the list, and the scan kills the next one although nothing of the first has come back and the reaper, for its delay, has not even begun.',
  },
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: { ...one, pages: 1, delay: 1 },
    ingredients: ['pin', 'daemonsStuck', 'prompt'],
    expect: { VictimIsSeenUntilSkip: holds },
    why: 'W3 is closed where no parent takes the zombie from the list: the mark on it outlasts its mm.',
  },
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: { ...one, pages: 1, delay: 1 },
    ingredients: ['reaping', 'daemonsStuck', 'prompt'],
    expect: { VictimIsSeenUntilSkip: holds },
    why: 'W3 is closed where nobody pins the mm: the victim leaves the list after it has cleaned it.',
  },
  {
    claims: ['C6'],
    variant: '6.18',
    bounds: one,
    ingredients: ['pin', 'reaping'],
    expect: { VictimIsSeenUntilSkip: violated(23) },
    full: true,
    why: 'W3 with daemons that exit, too.',
  },
]

/** W4: the flag on an mm that still has its memory. */
const givingUp: readonly ReaperRow[] = [
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: two,
    ingredients: ['stuck', 'writer'],
    expect: { NoKillAfterGivingUp: violated(28), Kills: maximum(2), PanicIsTheEnd: holds },
    why: 'W4: the lock is held through all attempts, the flag is set with everything still mapped, and the next scan kills.',
  },
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: two,
    ingredients: ['stuck', 'unreapable'],
    expect: { NoKillAfterGivingUp: violated(25), Kills: maximum(2) },
    states: 3_340,
    why: 'W4: the first attempt succeeds and frees nothing, since the memory is shared, and the flag is set.',
  },
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: two,
    ingredients: ['stuck', 'reader'],
    expect: { NoKillAfterGivingUp: holds, EveryPageIsFreedOnce: holds },

    why: 'A reader does not stop the reaper, who needs the lock for reading only.',
  },
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: two,
    ingredients: ['stuck', 'queuedWriter'],
    expect: { NoKillAfterGivingUp: violated(28) },
    why: 'W4: a reader and a writer who waits for it do stop the reaper, since the trylock fails behind a waiting writer.',
  },
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: two,
    ingredients: ['stuck'],
    expect: { NoKillAfterGivingUp: holds, VictimIsSeenUntilSkip: holds, NoKillWhileExitUnmaps: holds },
    states: 1_578,
    why: 'With nobody at the lock and memory that can be reaped the reaper never gives up.',
  },
  {
    claims: ['C9'],
    variant: '5.15',
    bounds: two,
    ingredients: ['stuck', 'mlocked'],
    expect: { NoKillAfterGivingUp: violated(), Kills: maximum(2) },
    why: 'Until 5.17 mlocked memory is left alone by the reaper, which counts it as reaped all the same.',
  },
  {
    claims: ['C9'],
    variant: '5.18',
    bounds: two,
    ingredients: ['stuck', 'mlocked'],
    expect: { NoKillAfterGivingUp: holds },
    why: 'Since 5.18 mlocked memory is reaped like any other.',
  },
  {
    claims: ['C6', 'C9'],
    variant: '5.18',
    bounds: one,
    ingredients: ['unreapable', 'daemonsStuck'],
    expect: { NoKillWhileExitUnmaps: violated(), VictimIsSeenUntilSkip: holds },
    why: 'While exit_mmap() reaped by itself it set the flag after that, and left for later what is not reaped: of a victim with shared memory it was hidden with all of it mapped, though it was exiting and nobody had given up.',
  },
  {
    claims: ['C6', 'C9'],
    variant: '6.1',
    bounds: one,
    ingredients: ['unreapable', 'daemonsStuck'],
    expect: { NoKillWhileExitUnmaps: holds, NoKillAfterGivingUp: violated() },
    why: 'Since exit_mmap() unmaps everything before it sets the flag only the reaper hides what it cannot reap.',
  },
  {
    claims: ['C6', 'C9'],
    variant: '6.18',
    bounds: { ...one, cpus: 2 },
    ingredients: ['stuck'],
    expect: {
      VictimIsSeenUntilSkip: holds,
      NoKillWhileExitUnmaps: holds,
      NoKillWhileEnoughIsFree: violated(27),
      PanicIsTheEnd: holds,
    },
    states: 16_301,
    why: 'A second allocator adds nothing but late starters: one kills at a time, and whoever fails to get oom_lock goes back to the free list.',
  },
]

/** C9: how many die for one that the reaper gave up. */
const kills: readonly ReaperRow[] = [
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: { ...one, victims: 3 },
    ingredients: ['stuck'],
    expect: { NoKillAfterGivingUp: holds, Kills: maximum(2) },
    states: 1_431,
    why: 'The one kill too many is that of the late starter, after which its allocator has its page.',
  },
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: { ...one, victims: 3 },
    ingredients: ['stuck', 'writer', 'daemonsStuck'],
    expect: { NoKillAfterGivingUp: violated(26), Kills: maximum(3) },
    why: 'Giving up costs one kill more, on top of that of the late starter.',
  },
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: { ...one, victims: 3 },
    ingredients: ['allHeld'],
    expect: { NoKillAfterGivingUp: violated(), Kills: maximum(3), Panic: reachable() },
    why: 'There is no bound but the number of processes: each whose lock is held costs one kill more, and the kernel panics when none is left, with all of their memory still mapped.',
  },
  {
    claims: ['C9'],
    variant: '6.18',
    bounds: { ...one, victims: 3 },
    ingredients: ['stuck', 'writer'],
    expect: { NoKillAfterGivingUp: violated(26), Kills: maximum(3) },
    full: true,
    why: 'The same where daemons exit.',
  },
]

export const windows: readonly ReaperRow[] = [...byEra, ...whole, ...doubleWalk, ...gone, ...givingUp, ...kills]
