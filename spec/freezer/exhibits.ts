/** The dispute of August 2025 about the delay of the reaper, as a page; and who is waited for when the system is suspended. */
import { plainTable, subheading, verdicts, type Exhibit, type Reference } from '../../checker/language/index.ts'

/** Two threads in the refrigerator, one of which holds a robust futex. */
const frozenByV1 = (variant: string, property: string): Reference => ({
  variant,
  bounds: { threads: 2, sharers: 0, locks: 1 },
  ingredients: ['asleep'],
  property,
})
/** The same, frozen by cgroup v2. */
const frozenByV2 = (variant: string, property: string): Reference => ({
  ...frozenByV1(variant, property),
  ingredients: ['asleep', 'v2'],
})
/** A victim that is not frozen. */
const awake = (variant: string, property: string, ...ingredients: string[]): Reference => ({
  variant,
  bounds: { threads: 1, sharers: 0, locks: 1 },
  ingredients,
  property,
})

const delay: Exhibit = {
  spec: 'freezer',
  title: 'Does the delay protect anything, and does skipping it harm?',
  parts: () => [
    'Since 5.18 the OOM reaper waits for two seconds before it unmaps a victim, so that the threads of that can walk the lists of their robust futexes, which are in the memory to be unmapped. In August 2025 a series proposed not to wait for victims that are frozen. Five versions later something else was merged. A tick is a tenth of a second; no tick passes while somebody can act, except where it says `slow`.',
    subheading('The claim'),
    'A victim that cgroup v1 has frozen does not run, so the delay only delays recovery by two seconds: without it memory is back at once. The issue of robust futexes becomes no worse by that, as one should not freeze who holds them. It is enough to look at one thread, since all threads of a process end up in the same state.',
    verdicts(
      frozenByV1('6.17', 'TicksToMemory'),
      frozenByV1('6.17', 'NoWaiterIsLost'),
      frozenByV2('6.17', 'TicksToMemory'),
    ),
    'The two seconds are real, but not for every frozen victim. Before 6.18 the kill thawed the one thread that it marked. A victim of one thread was gone at once, and the delay was that of the others.',
    subheading('The counterclaims'),
    'One was that `READ_ONCE(tsk->frozen)` would do instead of the walk over all processes that share the mm. That is said of cgroup v2, and that flag is all that cgroup v2 sets: the refrigerator of v1 does not. So the two tests see different victims, and one of these needs no help.',
    verdicts(
      frozenByV1('read-once', 'TicksToMemory'),
      frozenByV2('read-once', 'TicksToLoss'),
      frozenByV2('v5', 'TicksToLoss'),
    ),
    'Another came from the author, on v6: the kill thaws the thread before the test, which therefore never finds it frozen. It does. A thread that is woken in the refrigerator sets itself to `TASK_FROZEN` once more before it looks whether it must stay. Just then the test finds it frozen, and takes away the delay of a thread that is awake and about to walk its list. Both versions do what they were meant to do only by accident, and when they do it is a race for the list. A result that is set at first (`v5-initialised`) changes nothing about that.',
    verdicts(
      frozenByV1('v6', 'ThreadIsFrozenAtTheTest'),
      frozenByV1('v6', 'TicksToMemory'),
      frozenByV1('v6', 'TicksToLoss'),
      frozenByV1('v5', 'NoWaiterIsLost'),
      frozenByV1('v5', 'TicksToLoss'),
      frozenByV1('v5-initialised', 'TicksToLoss'),
    ),
    'With the thaw behind the test, as was tried next, memory is back at once, and the reaper and the thread run for the same page.',
    verdicts(
      frozenByV1('thaw-last', 'TicksToMemory'),
      frozenByV1('thaw-last', 'NoWaiterIsLost'),
      frozenByV1('thaw-last', 'TicksToExit'),
    ),
    'Where the three tests differ, over all reachable states, of a thread and one other process that may each be in a group of v1, of v2 or in none. Only what asks all that another asks never says yes where that says no.',
    verdicts(
      ...[
        'OneThreadButNotCount',
        'CountButNotOneThread',
        'OneThreadButNotSharers',
        'SharersButNotOneThread',
        'SharersButNotCount',
        'CountButNotSharers',
      ].map((property) => ({
        variant: 'v6',
        bounds: { threads: 1, sharers: 1, locks: 0 },
        ingredients: ['mixed'],
        property,
      })),
    ),
    'And where they differ at the moment of the test. None of them asks the other threads of the victim, which are what holds its memory. What v5 reads besides may be another mm, of which it asks nothing, or nothing that was ever set.',
    verdicts(
      ...['OneThreadDiffersFromCount', 'OneThreadIsFrozenAlone', 'AnotherThreadIsFrozen'].map((property) => ({
        variant: 'v6',
        bounds: { threads: 2, sharers: 0 },
        property,
      })),
      ...['OneThreadDiffersFromSharers', 'CountDiffersFromSharers'].map((property) => ({
        variant: 'v6',
        bounds: { threads: 2, sharers: 1 },
        property,
      })),
      { variant: 'v5', bounds: { threads: 2, sharers: 0, locks: 0 }, property: 'TestHasNoResult' },
      { variant: 'v5', bounds: { threads: 1, sharers: 0 }, ingredients: ['exec'], property: 'TestSeesAnotherMm' },
      {
        variant: 'v5',
        bounds: { threads: 1, sharers: 0 },
        ingredients: ['exec'],
        property: 'UsersOfTheRightMmAreCounted',
      },
    ),
    'Does it matter which test is made? Between one thread and all sharers nothing that is claimed here changes, although v5 was to spare processes that share the mm and are awake: a victim that exits in the middle of the test leaves the sharer behind as the only user, and the test takes that for the victim itself. What the flag of cgroup v2 would change is shown above.',
    verdicts(
      ...['6.17', 'v5', 'v6', 'read-once'].map((variant) => ({
        variant,
        bounds: { threads: 1, sharers: 1 },
        ingredients: ['mixed'],
        property: 'SharerLosesNothing',
      })),
      ...['thaw-last', 'v5-thaw-last'].flatMap((variant) =>
        ['TicksToMemory', 'TicksToLoss'].map((property) => ({
          variant,
          bounds: { threads: 2, sharers: 1, locks: 1 },
          ingredients: ['asleep'],
          property,
        })),
      ),
    ),
    subheading('What was merged'),
    'In 6.18 the delay is as it was, and the whole process is thawed, as Michal Hocko had asked for. Then there is nothing to be gained by skipping the delay: the victim exits by itself, with its lists walked. Until 6.17 no delay helped who waited for a thread that was left frozen.',
    verdicts(
      frozenByV1('6.18', 'TicksToMemory'),
      frozenByV1('6.18', 'TicksToExit'),
      frozenByV1('6.18', 'NoWaiterIsLost'),
      frozenByV1('6.18', 'LocksAreGivenUp'),
      frozenByV1('6.17', 'LocksAreGivenUp'),
    ),
    subheading('What the delay is worth'),
    'It moves the earliest loss from the moment of the kill to two seconds after it, and protects nobody beyond that: not who is slow, not a thread that sleeps through it and is thawed by user space later, not a process that shares the mm and is killed but not thawed. Whoever calls process_mrelease() does without it.',
    verdicts(
      awake('5.17', 'TicksToLoss', 'slow'),
      awake('6.18', 'TicksToLoss', 'slow'),
      awake('6.18', 'NoWaiterIsLost'),
      { variant: '6.17', bounds: { threads: 2, locks: 1 }, ingredients: ['asleep', 'thaw'], property: 'TicksToLoss' },
      {
        variant: '6.18',
        bounds: { threads: 1, sharers: 1 },
        ingredients: ['asleep', 'thaw'],
        property: 'TicksToLoss',
      },
      awake('6.18', 'TicksToLoss', 'mrelease'),
    ),
    subheading('Verdict'),
    plainTable(
      ['who said', 'what', 'and'],
      [
        ['v5', 'a frozen victim delays recovery by two seconds', 'true of victims with several threads, until 6.17'],
        ['v5', 'skipping the delay makes robust futexes no worse off', 'wrong: a waiter can be lost at once'],
        ['v5', 'one thread stands for all', 'wrong in both directions, as only one was thawed'],
        ['v5', 'who shares the mm and is awake is spared', 'wrong if the victim exits in the middle of the test'],
        ['review', 'tsk->frozen is enough', 'wrong for v1, where it is not set, and for v2, where it does harm'],
        ['author, on v6', 'the test finds no frozen thread any more', 'wrong by one moment, which is the harmful one'],
        ['v5', 'its test has an answer', 'wrong with two threads and no other process: what was on the stack'],
        ['Hocko', 'thaw the process, then there is no case for skipping', 'true, but for sharers of the mm'],
      ],
    ),
    'What is left since 6.18 is that a process that shares the mm is killed without being thawed: the mm is then never torn down, and its memory comes back after the two seconds.',
    verdicts(
      { variant: '6.18', bounds: { threads: 2, sharers: 1 }, ingredients: ['asleep'], property: 'TicksToMemory' },
      { variant: '6.18', bounds: { threads: 2, sharers: 1 }, ingredients: ['asleep'], property: 'MmIsTornDown' },
    ),
  ],
}

const suspend: Exhibit = {
  spec: 'oom-suspend',
  title: 'Who is waited for when the system is suspended',
  parts: () => [
    'An OOM kill takes its victim out of the refrigerator. Suspend must not go on while that runs. It took several releases to get that right for the thread that is marked.',
    verdicts(
      ...['3.17', '3.18', 'inverted-wait', '4.6-rc'].map((variant) => ({
        variant,
        bounds: { threads: 1 },
        ingredients: ['asleep'],
        property: 'NobodyUsesMemoryWhileSuspended',
      })),
      { variant: '4.9', bounds: { threads: 1 }, property: 'NobodyUsesMemoryWhileSuspended' },
    ),
    'Until 6.17 the other threads of the victim stayed in the refrigerator, and that was on purpose: a commit of 2017 (da99ecf117fc) left the freezer with the mark of the thread, as tasks that are not counted would interfere after oom_killer_disable() has returned. Since 6.18 all of them are thawed, and none is to be frozen again; but what suspend waits for is still the mark, which one thread has. When that thread is through exit_mm() the others may be anywhere on their way, and the last of them has exit_mmap() to do. On a recording of 7.2, of a frozen victim of three threads, the last thread is busy with that for 0.14 s after the mark is gone. Nobody would be missed if the mark stayed until the mm is not used any more, or as Michal Hocko proposed in 2016, who wanted to thaw all threads even then: until the last thread is at its end. Only the thaw has been merged.',
    verdicts(
      { variant: '4.9', bounds: { threads: 2 }, property: 'NobodyUsesMemoryWhileSuspended' },
      { variant: '6.18', bounds: { threads: 2 }, ingredients: ['asleep'], property: 'NobodyUsesMemoryWhileSuspended' },
      {
        variant: '6.18',
        bounds: { threads: 2 },
        ingredients: ['wholeProcess'],
        property: 'NobodyUsesMemoryWhileSuspended',
      },
      {
        variant: '6.18',
        bounds: { threads: 2 },
        ingredients: ['lastThread'],
        property: 'NobodyUsesMemoryWhileSuspended',
      },
    ),
    'In no release is the rest of exit waited for, files and all: literally somebody may run in all of them. With the proposal of 2016 nobody would.',
    verdicts(
      { variant: '4.9', bounds: { threads: 1 }, property: 'NobodyRunsWhileSuspended' },
      { variant: '6.18', bounds: { threads: 2 }, ingredients: ['asleep'], property: 'NobodyRunsWhileSuspended' },
      { variant: '6.18', bounds: { threads: 2 }, ingredients: ['lastThread'], property: 'NobodyRunsWhileSuspended' },
    ),
  ],
}

export const freezerExhibits: readonly Exhibit[] = [delay, suspend]
