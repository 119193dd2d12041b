/** C2, C8 and G4: exit, reaper and process_mrelease() on one mm, with bugs of the past beside their fixes; and what recordings show. */
import { holds, reachable, violated } from '../../checker/language/index.ts'
import type { ReaperRow } from './properties.ts'

const one = { cpus: 1, victims: 2, pages: 2, delay: 0, retries: 1 }
const alone = { cpus: 1, victims: 1, pages: 2, delay: 0, retries: 1 }

export const teardown: readonly ReaperRow[] = [
  {
    claims: ['C2'],
    variant: '6.18',
    bounds: alone,
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: holds },
    why: 'An entry is looked at and cleared under one lock, and exit waits for all readers between the flag and the teardown.',
  },
  {
    claims: ['C2'],
    variant: '5.18',
    bounds: alone,
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: holds },
    why: 'Teardown is under the lock for writing, and whoever gets it for reading after that sees the flag.',
  },
  {
    claims: ['C2'],
    variant: '6.18',
    bounds: alone,
    ingredients: ['withoutPteLock'],
    expect: { EveryPageIsFreedOnce: violated(19), NobodyWalksAfterTeardown: holds },
    why: 'Without the lock of the page table both clear the entry that both saw, and the page is freed twice.',
  },
  {
    claims: ['C2', 'G4'],
    variant: '4.14',
    bounds: alone,
    ingredients: ['pin'],
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: violated(22), LastUserIsAnother: reachable(10) },
    why: 'exit_mmap() asked whether the task that runs it is a victim: a reader that is the last user is none, does not wait for the reaper, and frees the page tables under it.',
  },
  {
    claims: ['C2', 'G4'],
    variant: '4.15',
    bounds: alone,
    ingredients: ['pin'],
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: holds, LastUserIsAnother: reachable(10) },
    why: 'It asks the mm instead.',
  },
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '4.15',
    bounds: alone,
    ingredients: ['mrelease'],
    expect: { NobodyWalksAfterTeardown: violated(13) },
    why: 'process_mrelease() works on any mm that is dying, and an exit that waits only for the sake of OOM victims does not wait for it; it came in 5.15, when exit still did that.',
  },
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '5.18',
    bounds: alone,
    ingredients: ['mrelease', 'withoutReset'],
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: violated(16) },
    why: 'The flag is set for OOM victims only: process_mrelease() gets the lock after exit has let go of it, sees no flag, and follows mm->mmap to VMAs that are freed.',
  },
  {
    claims: ['C2', 'C8', 'G4'],
    variant: '5.18',
    bounds: alone,
    ingredients: ['mrelease'],
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: holds },
    why: 'Where exit sets mm->mmap to NULL before it unlocks, process_mrelease() finds nothing to walk.',
  },
  {
    claims: ['C2', 'C8'],
    variant: '6.18',
    bounds: alone,
    ingredients: ['mrelease'],
    expect: { EveryPageIsFreedOnce: holds, NobodyWalksAfterTeardown: holds, MreleaseFindsNoMm: reachable(4) },
    why: 'Every exit sets the flag and waits for every reader; but a victim that has let go of its mm cannot be released any more, and process_mrelease() returns ESRCH with all of the memory still there.',
  },
  {
    claims: ['G4'],
    variant: '4.6',
    bounds: one,
    expect: { VictimIsSeenUntilSkip: violated(25) },
    why: 'The reaper holds a reference, so that the mmput() of the victim frees nothing, the victim is unmarked after it all the same, and the next scan kills before the reaper has begun to unmap.',
  },
  {
    claims: ['G4'],
    variant: '4.9',
    bounds: one,
    expect: {
      VictimIsSeenUntilSkip: holds,
      NoKillWhileExitUnmaps: violated(28),
      EveryPageIsFreedOnce: holds,
      NobodyWalksAfterTeardown: holds,
    },
    why: 'An mm without users is taken for reaped, and hidden, while its last user has only begun to unmap it.',
  },
  {
    claims: ['G4'],
    variant: '4.14',
    bounds: one,
    expect: { NoKillWhileExitUnmaps: holds, NoKillWhilePagesAreGathered: violated(24) },
    why: 'exit_mmap() sets the flag itself when it has unmapped everything, and the reaper needs no users; what it has gathered is not free yet.',
  },
  {
    claims: ['C1'],
    variant: '6.18',
    bounds: { ...one, delay: 1 },
    expect: { TimerFiresInVain: reachable(20), HiddenBeforeFree: reachable(15), OneKillIsEnough: reachable(18) },
    why: 'Victims that exit by themselves are the rule: the timer runs out for an mm that is gone.',
  },
]
