/** C1 and C9: whether, and within which time, a kill is followed by memory or by another kill. A tick is a tenth of a second. */
import { holds, maximum, minimum, reachable, unbounded, violated } from '../../checker/language/index.ts'
import type { ReaperRow } from './properties.ts'

/** The real delay and the real number of attempts. */
const real = { cpus: 1, victims: 2, pages: 2, delay: 20, retries: 10 }
const small = { cpus: 1, victims: 2, pages: 2, delay: 2, retries: 2 }
const tiny = { cpus: 1, victims: 2, pages: 1, delay: 0, retries: 1 }
const fair = { weak: ['cpu', 'reaper', 'timer', 'clock'] }
const fairWithoutTimer = { weak: ['cpu', 'reaper', 'clock'] }
/** oom_lock is a mutex with a queue: the reaper, which waits for it, gets it in the end. */
const fairLock = { weak: ['cpu', 'clock'], strong: ['reaper'] }

/** Does it come at all, if allocators, reaper, timers and time are fair? Nothing is asked of the victim. */
const sooner: readonly ReaperRow[] = [
  {
    claims: ['C1'],
    variant: '6.18',
    bounds: small,
    ingredients: ['stuck'],
    fairness: fair,
    expect: { ReaperMakesProgress: holds, Kill: reachable(7) },
    states: 1_784,
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
    states: 26,
    why: 'Without a reaper every scan finds the marked victim and waits for it, for ever.',
  },
  {
    claims: ['C1'],
    variant: 'reaper-off',
    bounds: small,
    fairness: { weak: ['cpu', 'clock', 'task'] },
    expect: { ReaperMakesProgress: holds },
    states: 2_739,
    why: 'Nobody needs a reaper where victims exit.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '4.6',
    bounds: small,
    ingredients: ['stuck', 'writer'],
    fairness: fairWithoutTimer,
    expect: { ReaperMakesProgress: violated(32), TicksToProgress: unbounded },

    why: 'The first reaper took the mark from its victim only when it had reaped it: once it had given up nobody was killed any more, and nothing came back.',
  },
  ...(['4.9', '4.14', '4.15', '4.17', '5.15'] as const).map((variant): ReaperRow => ({
    claims: ['C1', 'C9'],
    variant,
    bounds: small,
    ingredients: ['stuck', 'writer', 'daemonsStuck'],
    fairness: variant === '5.15' ? fairWithoutTimer : fairLock,
    expect: { ReaperMakesProgress: holds },
    ...(['4.9', '4.14', '4.15'].includes(variant) && { full: true }),
    why: `Since the flag is set also when the reaper gives up somebody else can be killed; ${variant} has it on the mm.`,
  })),
  {
    claims: ['C1'],
    variant: '4.17',
    bounds: small,
    ingredients: ['stuck', 'daemonsStuck'],
    fairness: fairWithoutTimer,
    expect: { ReaperMakesProgress: violated(17) },
    why: 'From 4.7 to 4.18 the reaper waits for oom_lock, which the allocators try and take and give back: if the lock may pass it over every time, nothing comes back. It needs a mutex that does not.',
  },
  {
    claims: ['C1'],
    variant: '4.17',
    bounds: small,
    ingredients: ['stuck', 'daemonsStuck'],
    fairness: fairLock,
    expect: { ReaperMakesProgress: holds },
    why: 'With a mutex that hands over, memory comes back.',
  },
  ...(['5.18', '6.1', 'early-skip'] as const).map((variant): ReaperRow => ({
    claims: ['C1', 'C9'],
    variant,
    bounds: small,
    ingredients: ['stuck', 'writer', 'daemonsStuck'],
    fairness: fair,
    expect: { ReaperMakesProgress: holds },
    ...(variant !== '5.18' && { full: true }),
    why: `The delay of ${variant} ends, and after it the attempts do.`,
  })),
]

/** Whoever is fair but an allocator that sleeps: others that look for memory in vain leave it no CPU. */
const busyCpus = {
  weak: [
    'cpu.get_page_from_freelist',
    'cpu.mutex_trylock',
    'cpu.last_attempt',
    'cpu.select_bad_process',
    'cpu.oom_kill_process',
    'cpu.queue_oom_reaper',
    'cpu.mutex_unlock',
    'cpu.panic',
    'task',
    'clock',
  ],
  strong: ['reaper'],
}
const busy: readonly ReaperRow[] = [
  {
    claims: ['C1', 'G4'],
    variant: '4.14',
    bounds: tiny,
    ingredients: ['stuck', 'sleepsUnderLock'],
    fairness: busyCpus,
    expect: { ReaperMakesProgress: violated(10) },
    why: 'Whoever has killed sleeps with oom_lock, so that the victim may run. If others keep the CPUs busy it does not come to unlock, and the reaper, which wants oom_lock, waits for it.',
  },
  {
    claims: ['C1', 'G4'],
    variant: '4.14',
    bounds: tiny,
    ingredients: ['stuck'],
    fairness: busyCpus,
    expect: { ReaperMakesProgress: holds },
    why: 'Where it sleeps after it has unlocked, the reaper needs nobody who sleeps.',
  },
  {
    claims: ['C1', 'G4'],
    variant: '4.17',
    bounds: tiny,
    ingredients: ['sleepsUnderLock'],
    fairness: busyCpus,
    expect: { ReaperMakesProgress: violated(14) },
    why: 'Here exit itself wants oom_lock, and also a victim that exits gives nothing back.',
  },
  {
    claims: ['C1', 'G4'],
    variant: '6.18',
    bounds: tiny,
    ingredients: ['stuck', 'sleepsUnderLock'],
    fairness: { weak: [...busyCpus.weak, 'reaper', 'timer'] },
    expect: { ReaperMakesProgress: holds },
    why: 'Since 4.19 the reaper does without oom_lock, and whoever sleeps with it does not matter.',
  },
]

/** Where only exit is another than in a neighbour, what a stuck victim costs is measured in full runs only. */
const asTheirNeighbours: readonly string[] = ['4.14', '4.15', '4.17', '5.18', '6.1', 'early-skip']
const times = (variant: NonNullable<ReaperRow['variant']>, delay: 0 | 20): readonly ReaperRow[] => [
  {
    claims: ['C1'],
    variant,
    bounds: real,
    ingredients: ['stuck', 'prompt'],
    expect: {
      TicksToEligible: maximum(delay),
      TicksToProgress: maximum(delay),
      TicksToReaper: minimum(delay),
    },
    ...(asTheirNeighbours.includes(variant) && { full: true }),
    why:
      delay === 0
        ? `Without the delay the reaper of ${variant} is there at once.`
        : `Two seconds from the mark to the reaper of ${variant}, which takes no time.`,
  },
  {
    claims: ['C1', 'C9'],
    variant,
    bounds: real,
    ingredients: ['stuck', 'writer', 'prompt', 'daemonsStuck'],
    expect: { TicksToEligible: maximum(delay + 10), TicksToProgress: maximum(delay + 11) },
    ...(asTheirNeighbours.includes(variant) && { full: true }),
    why: `${delay === 0 ? 'Ten' : 'Two seconds of delay and ten'} attempts, each followed by a sleep of a tenth of a second, also the last one; then the allocator may have just gone to sleep for a tick.`,
  },
]

/** How long it takes, if nobody but victims and holders is slow. */
const measured: readonly ReaperRow[] = [
  ...times('6.18', 20),
  ...times('4.9', 0),
  ...times('4.14', 0),
  ...times('4.15', 0),
  ...times('4.17', 0),
  ...times('5.15', 0),
  ...times('5.18', 20),
  ...times('6.1', 20),
  ...times('early-skip', 20),
  {
    claims: ['C1'],
    variant: '4.6',
    bounds: real,
    ingredients: ['stuck', 'prompt'],
    expect: { TicksToProgress: maximum(0), TicksToReaper: minimum(0) },
    why: 'The first reaper was as quick, where it got the lock.',
  },
  {
    claims: ['C1'],
    variant: '4.6',
    bounds: { ...tiny, cpus: 2 },
    ingredients: ['stuck', 'daemonsStuck'],
    expect: { NobodyIsKilledTwice: holds, Kills: maximum(2), SecondKill: reachable(), PanicIsTheEnd: holds },
    why: 'A victim that was reaped is unmarked and exempted, so that the next one can be killed where one was not enough.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '4.6',
    bounds: real,
    ingredients: ['stuck', 'writer', 'prompt', 'daemonsStuck'],
    expect: { TicksToProgress: unbounded },
    why: 'And there is no limit where it did not.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '6.18',
    bounds: real,
    ingredients: ['stuck', 'writer', 'prompt'],
    expect: {
      TicksToEligible: maximum(30),
      TicksToProgress: maximum(31),
      GivesUp: reachable(),
      TicksToReaper: minimum(20),
    },
    full: true,
    why: 'Two seconds of delay and ten attempts, each followed by a sleep of a tenth of a second, also the last one; then the allocator may have just gone to sleep for a tick, so that the next victim dies after 3.1 seconds, as recordings show.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '6.18',
    bounds: real,
    ingredients: ['stuck', 'unreapable', 'prompt'],
    expect: { TicksToEligible: maximum(20), TicksToProgress: maximum(21) },
    states: 5_279,
    why: 'A pass over shared memory succeeds at once and frees nothing.',
  },
  {
    claims: ['C1'],
    variant: 'reaper-off',
    bounds: real,
    ingredients: ['stuck', 'prompt'],
    expect: { TicksToEligible: unbounded },
    states: 150,
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

/** The reaper serves one victim at a time, the last that came first. */
const behind: readonly ReaperRow[] = [
  {
    claims: ['C1', 'C9'],
    variant: '6.18',
    bounds: real,
    ingredients: ['stuck', 'daemonsStuck', 'writer', 'memcg', 'prompt'],
    full: true,
    expect: { TicksToDaemonIsHidden: maximum(30) },
    why: 'A daemon whose timer runs out when the reaper has just begun with the hog waits for all ten attempts at that, although its own memory could be had at once: one second for each that is ahead.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '6.18',
    bounds: real,
    ingredients: ['allHeld', 'memcg', 'prompt', 'leaves'],
    expect: { TicksToDaemonIsHidden: maximum(40) },
    why: 'And then its own ten attempts come, where its lock is held, too.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '6.18',
    bounds: small,
    ingredients: ['stuck', 'daemonsStuck', 'writer', 'memcg', 'prompt', 'leaves'],
    expect: {
      TicksToDaemonIsHidden: maximum(4),
      OomLockHasOneOwner: holds,
      ListedIsQueued: holds,
      EverybodyCanFinish: holds,
    },
    why: 'The same with a delay of two and two attempts.',
  },
  {
    claims: ['C1'],
    variant: '5.18',
    bounds: { ...tiny, delay: 1 },
    ingredients: ['stuck', 'memcg', 'prompt', 'leaves'],
    expect: {
      OomLockHasOneOwner: holds,
      OomLockIsGivenBack: holds,
      MarkIsWhole: holds,
      QueuedIsKilled: holds,
      EverythingIsGivenBack: holds,
      EverybodyCanFinish: holds,
      AllocatorsCanFinish: holds,
    },
    why: 'Two that want to kill do so one after the other, since one of them has oom_lock.',
  },
  {
    claims: ['C1', 'C9'],
    variant: '5.15',
    bounds: real,
    ingredients: ['stuck', 'daemonsStuck', 'writer', 'memcg', 'prompt', 'leaves'],
    expect: { TicksToDaemonIsHidden: maximum(10) },
    why: 'Without the delay only the attempts at the hog are to be waited for.',
  },
]

export const progress: readonly ReaperRow[] = [...sooner, ...busy, ...measured, ...behind]
