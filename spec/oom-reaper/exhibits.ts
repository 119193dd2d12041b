/** Pages of the report on exit and the reaper: the dispute about an earlier flag, and what each release takes how long for. */
import { subheading, verdicts, type Exhibit, type Reference } from '../../checker/language/index.ts'

const one = { cpus: 1, victims: 2, pages: 2, delay: 0, retries: 1 }
const alone = { cpus: 1, victims: 1, pages: 2, delay: 0, retries: 1 }
const real = { cpus: 1, victims: 2, pages: 2, delay: 20, retries: 10 }

const window = (variant: string, property: string): Reference => ({
  variant,
  bounds: one,
  ingredients: ['daemonsStuck'],
  property,
})
const walk = (variant: string, property: string): Reference => ({
  variant,
  bounds: alone,
  ingredients: ['leaves'],
  property,
})

const earlySkip: Exhibit = {
  spec: 'oom-reaper',
  title: 'Early SKIP against pointless kills',
  parts: () => [
    subheading('The claim'),
    'Liam Howlett, August 2025, on a series that lets the reaper and exit walk in opposite directions: rather avoid that both walk at all. `exit_mmap()` sets `MMF_OOM_SKIP` when it has unmapped everything, and until then a reaper that comes takes `mmap_lock` for reading and walks beside it, or after it in an address space with nothing in it. With the flag at the beginning of `exit_mmap()` the reaper would leave the mm alone.',
    subheading('The counterclaim'),
    'Michal Hocko: the flag does not only speak to the reaper. It hides the mm from the OOM killer. Set before the memory is free, it lets the next invocation kill somebody else, needlessly.',
    subheading('What the flag does for the reaper'),
    'Howlett is right that the present order lets the reaper walk for nothing (`WalkFindsPages`), and the early flag closes that window. It does not exclude that both walk at a time (`OneWalkAtATime`): a reaper that has looked at the flag just before exit sets it walks beside exit as before. For that exit would have to wait for readers between the flag and its own walk.',
    verdicts(
      walk('6.18', 'WalkFindsPages'),
      walk('early-skip', 'WalkFindsPages'),
      walk('6.18', 'OneWalkAtATime'),
      walk('early-skip', 'OneWalkAtATime'),
    ),
    subheading('What the flag does for the killer'),
    'Hocko is right. With the early flag a victim that still has every page is passed over, and the next scan kills (`NoKillWhileExitUnmaps`). The present order excludes that in every state within the bounds. It has needless kills of its own, though, which the early flag would not have brought in: between the flag and the end of `tlb_finish_mmu()` (`NoKillWhilePagesAreGathered`), which recordings of real kernels show, and by a late start (`NoKillWhileEnoughIsFree`). The early flag keeps those.',
    verdicts(
      window('6.18', 'NoKillWhileExitUnmaps'),
      window('early-skip', 'NoKillWhileExitUnmaps'),
      window('6.18', 'NoKillWhilePagesAreGathered'),
      window('early-skip', 'NoKillWhilePagesAreGathered'),
      window('6.18', 'NoKillWhileEnoughIsFree'),
      window('early-skip', 'NoKillWhileEnoughIsFree'),
    ),
    subheading('With daemons that exit, too'),
    'The rows above leave out what a daemon does after its kill. With it the answers are the same; these rows are long.',
    verdicts(
      { variant: '6.18', bounds: one, property: 'NoKillWhileExitUnmaps' },
      { variant: 'early-skip', bounds: one, property: 'NoKillWhileExitUnmaps' },
    ),
    subheading('What else has been tried'),
    'In 4.17 exit reaped under `oom_lock`, freed what it had reaped, and set the flag after that. Of the releases from 4.6 to 6.18 it is the only one in which a victim with memory that can be reaped opens none of these windows. The price: whoever sleeps with `oom_lock`, or is not let have it, holds up exit and reaper (`ReaperMakesProgress`).',
    verdicts(
      window('4.17', 'NoKillWhileExitUnmaps'),
      window('4.17', 'NoKillWhilePagesAreGathered'),
      window('4.17', 'NoKillWhileEnoughIsFree'),
      {
        variant: '4.17',
        bounds: { cpus: 1, victims: 2, pages: 1, delay: 0, retries: 1 },
        ingredients: ['sleepsUnderLock'],
        property: 'ReaperMakesProgress',
      },
    ),
  ],
}

const eras = ['4.6', '4.9', '4.14', '4.15', '4.17', '5.15', '5.18', '6.1', '6.18', 'early-skip']

const times: Exhibit = {
  spec: 'oom-reaper',
  title: 'From the kill to memory, or to the next kill',
  parts: () => [
    'A tick is a tenth of a second; the delay is the real one of 20 ticks, where there is one, and the reaper tries ten times. The hog never runs again. Allocators, timers and the reaper take no time, so that what is counted is what the protocol itself waits for; a reaper that is held up elsewhere comes later, by as much.',
    subheading('The reaper gets the lock'),
    verdicts(
      ...eras.map((variant) => ({
        variant,
        bounds: real,
        ingredients: ['stuck', 'prompt'],
        property: 'TicksToProgress',
      })),
    ),
    subheading('Somebody may hold `mmap_lock` for writing'),
    'Ten attempts fail, the mm is hidden with all of its memory, and the next one dies: in 4.6 not even that. The last tick is the sleep of the allocator.',
    verdicts(
      ...eras.map((variant) => ({
        variant,
        bounds: real,
        ingredients: ['stuck', 'writer', 'prompt', 'daemonsStuck'],
        property: 'TicksToProgress',
      })),
    ),
    subheading('Two victims'),
    'The reaper serves one at a time, and takes the one that came last: a victim waits for the attempts at all others that are on the list or come there meanwhile.',
    verdicts(
      {
        variant: '6.18',
        bounds: real,
        ingredients: ['stuck', 'daemonsStuck', 'writer', 'memcg', 'prompt'],
        property: 'TicksToDaemonIsHidden',
      },
      {
        variant: '6.18',
        bounds: real,
        ingredients: ['allHeld', 'memcg', 'prompt', 'leaves'],
        property: 'TicksToDaemonIsHidden',
      },
    ),
    subheading('Without a reaper'),
    verdicts({ variant: 'reaper-off', bounds: real, ingredients: ['stuck', 'prompt'], property: 'TicksToEligible' }),
  ],
}

export const reaperExhibits: readonly Exhibit[] = [earlySkip, times]
