/** D3 and D4: the three tests for a frozen victim, where they differ, and what they look at. */
import { holds, maximum, reachable, unreachable, violated } from '../../checker/language/index.ts'
import type { FreezerRow } from './properties.ts'

const two = { threads: 2, sharers: 0, locks: 0, delay: 2 }
const shared = { threads: 2, sharers: 1, locks: 0, delay: 2 }

export const tests: readonly FreezerRow[] = [
  {
    claims: ['D3'],
    variant: 'v6',
    bounds: two,
    expect: {
      OneThreadDiffersFromCount: reachable(9),
      OneThreadDiffersFromSharers: unreachable,
      OneThreadIsFrozenAlone: reachable(9),
      AnotherThreadIsFrozen: reachable(9),
      TicksToMemory: maximum(2),
    },
    why: 'One thread stands for nobody but itself, in both directions: the marked one is exempt and leaves, the others are not and come. Without another process the walk over processes adds nothing.',
  },
  {
    claims: ['D3'],
    variant: 'v6',
    bounds: shared,
    expect: {
      OneThreadDiffersFromSharers: reachable(9),
      CountDiffersFromSharers: reachable(11),
      OneThreadIsFrozenAlone: reachable(9),
      AnotherThreadIsFrozen: reachable(9),
      TicksToMemory: maximum(2),
    },
    states: 9_936,
    why: 'Another process need not be frozen when the thread is; and none of the tests asks the other threads of the victim, of which one may be all that holds the memory.',
  },
  {
    claims: ['D3'],
    variant: 'v6',
    bounds: shared,
    ingredients: ['mixed'],
    expect: {
      OneThreadDiffersFromCount: reachable(9),
      OneThreadDiffersFromSharers: reachable(9),
      CountDiffersFromSharers: reachable(10),
    },
    full: true,
    why: 'The same where each process is in a group of v1, of v2 or in none.',
  },
  {
    claims: ['D3'],
    variant: 'thaw-last',
    bounds: shared,
    expect: {
      OneThreadDiffersFromSharers: reachable(8),
      OneThreadIsFrozenAlone: reachable(8),
      AnotherThreadIsFrozen: reachable(8),
      TicksToMemory: maximum(2),
      MarkFindsMm: holds,
    },
    why: 'Where the test comes before the thaw they differ just so while the group is being frozen.',
  },
  {
    claims: ['D4', 'G4'],
    variant: 'v5',
    bounds: two,
    expect: { TestHasNoResult: violated(13) },
    why: 'mm_users is more than one because of a second thread, no other process has the mm, and what is returned was never set.',
  },
  {
    claims: ['D4', 'G4'],
    variant: 'v5-initialised',
    bounds: two,
    expect: { TestHasNoResult: holds },
    states: 2_502,
    why: 'It only takes a value to begin with; all that was wrong with what the test means is still there.',
  },
  {
    claims: ['D4'],
    variant: 'v5',
    bounds: { ...two, threads: 1 },
    expect: { TestHasNoResult: holds },
    why: 'With one thread and no sharer mm_users is one, and the walk is not begun.',
  },
  {
    claims: ['D4', 'G4'],
    variant: 'v5',
    bounds: { ...two, threads: 1 },
    ingredients: ['exec'],
    fairness: { weak: ['task', 'killer', 'timer', 'reaper', 'clock'] },
    expect: {
      TestSeesAnotherMm: violated(8),
      TestHasNoResult: holds,
      VictimExits: holds,
      ReaperIsCalledForMemory: holds,
      NobodyIsDisturbed: holds,
      TicksToMemory: maximum(0),
    },
    states: 410,
    why: 'The lock is dropped before the test, which reads tsk->mm once more: execve() has installed another one, and the users of that are counted.',
  },
  {
    claims: ['D4'],
    variant: 'v6',
    bounds: { ...two, threads: 1 },
    ingredients: ['exec'],
    expect: { TestSeesAnotherMm: holds },
    why: 'v6 does not look at the mm.',
  },
]
