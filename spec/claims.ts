/**
 * The ledger: every claim that was made, implied or disputed in the threads under study, in one sentence each. Rows of
 * the specs name the claims that they decide.
 */
import { claimedVariants } from './claimed-variants.ts'
import { grounds } from './grounds.ts'

export { grounds }

/** The thread in which a claim was made, or disputed. */
export const threads = {
  serialization: 'serialization of OOM kills, Dave Peterson, April and May 2006',
  badness: 'victim scores in a KDE session, February 2010',
  reaper: 'OOM reaper and freezer, August 2025',
  counters: 'hierarchical per-CPU counters for RSS, January 2026',
  history: 'OOM bugs fixed between 2016 and 2026',
} as const

export interface Claim {
  readonly claim: string
  readonly thread: keyof typeof threads
  /** Variants of which it speaks and that no spec has had rows for, as the thread names them. */
  readonly variants?: readonly string[]
  /**
   * Where it is decided: specs, and in them the variants and properties that speak about it. A variant may be named with
   * the ingredients that make the difference: `may-18 +exec`.
   */
  readonly decided?: readonly {
    readonly spec: string
    readonly variants: readonly string[]
    readonly properties: readonly string[]
  }[]
  /** What decides it beside rows. */
  readonly grounds?: readonly (keyof typeof grounds)[]
}

const serialization = (variants: readonly string[], properties: readonly string[]) =>
  [{ spec: 'oom-serialization', variants, properties }] as const
const everyRevision = ['mainline-2.6.17', 'april-25', 'may-18', 'try-2', 'try-4', '2.6.24', '4.2']

const a = {
  A1: {
    thread: 'serialization',
    claim: 'A failed attempt that leads to a kill came after the mm of every process killed before was cleaned.',
    decided: serialization(['mainline-2.6.17', 'april-25', 'may-18'], ['FailedAttemptFollowsCleaning']),
  },
  A2: {
    thread: 'serialization',
    claim: 'Nobody is killed while enough memory is free or an earlier victim is about to free it.',
    decided: serialization(
      ['mainline-2.6.17', 'may-18', 'may-18 +perCpuLists'],
      ['NoKillWhileEnoughIsFree', 'NoKillWhileVictimExits'],
    ),
  },
  A3: {
    thread: 'serialization',
    claim: 'Every OOM kill operation that begins is ended once, by its owner or by the mm that it marked.',
    decided: serialization(
      ['may-18', 'may-18 +ordinaryExit +withoutTaskLock', 'may-18 +sysrq', 'try-2'],
      ['EveryFinishIsOwn', 'MarkedMmGivesNotice', 'OperationCanEnd'],
    ),
  },
  A4: {
    thread: 'serialization',
    claim: 'The flag is cleared in the end, provided that victims can exit.',
    decided: serialization(
      [
        'mainline-2.6.17',
        'may-18',
        'may-18 +lock',
        'may-18 +pin',
        'may-18 +initShares',
        'may-18 +constrained +initAllocates',
        'try-2',
        'try-4',
      ],
      ['OperationEnds', 'OperationCanEnd', 'AllocatorsCanFinish', 'AllocatorsFinish'],
    ),
  },
  A5: {
    thread: 'serialization',
    claim: 'An allocator that finds an operation under way does not spin without sleeping.',
    decided: serialization(['may-18', 'try-2'], ['LoserSpins', 'LoserRests', 'LosersSleep']),
  },
  A6: {
    thread: 'serialization',
    claim: 'Comparing the mm of other tasks with that of the victim after task_unlock() is harmless.',
    decided: [
      {
        spec: 'oom-mm-reuse',
        variants: ['may-18 +exec +sleeps', 'may-18', 'with-reference'],
        properties: ['NoInnocentShot'],
      },
    ],
  },
  A7: {
    thread: 'serialization',
    claim: 'What replaced the patch, up to oom_lock, keeps its promises.',
    decided: serialization(everyRevision, [
      'FailedAttemptFollowsCleaning',
      'NoKillWhileEnoughIsFree',
      'NoKillWhileVictimExits',
      'AllocatorsCanFinish',
    ]),
  },
  A8: {
    thread: 'serialization',
    claim: 'Killing children first spares their parent at the cost of tasks that are not to blame.',
    decided: [
      { spec: 'oom-child-first', variants: ['child-first', 'no-child-first'], properties: ['OnlyChosenMmIsShot'] },
    ],
  },
} as const satisfies Record<string, Claim>

const b = {
  B1: {
    thread: 'badness',
    claim: 'The score in use shoots the session manager, the two edits proposed shoot the runaway that stood 14th.',
  },
  B2: { thread: 'badness', claim: 'One of the two edits alone does not help.' },
  B3: { thread: 'badness', claim: 'The victim is the process whose death frees the most memory.' },
  B4: { thread: 'badness', claim: 'Who uses more memory never ranks lower for it.' },
  B5: { thread: 'badness', claim: 'A task that is exempt is never signalled.' },
  B6: { thread: 'badness', claim: 'Few innocents die before the first offender does.' },
  B7: { thread: 'badness', claim: 'Counting the memory of children catches fork bombs and spares servers.' },
} as const satisfies Record<string, Claim>

const rows = (spec: string, variants: readonly string[], properties: readonly string[]) => ({
  spec,
  variants,
  properties,
})
/** Of each kind of exit and reaper one; the releases that repeat it have rows that are full. */
const everyEra = ['6.18', '5.18', '5.15', '4.17', '4.14', '4.9', '4.6']
const exitAndReaper = (variants: readonly string[], properties: readonly string[]) =>
  [{ spec: 'oom-reaper', variants, properties }] as const

const frozenVictims = (variants: readonly string[], properties: readonly string[]) =>
  [{ spec: 'freezer', variants, properties }] as const

const vmaWalk = (variants: readonly string[], properties: readonly string[]) =>
  ({ spec: 'vma-walk', variants, properties }) as const

const c = {
  C1: {
    thread: 'reaper',
    claim: 'After a kill memory comes back or somebody else can be killed, even if the victim never runs.',
    decided: exitAndReaper(
      [...everyEra, 'reaper-off', '4.14 +sleepsUnderLock', '6.18 +memcg'],
      ['ReaperMakesProgress', 'TicksToEligible', 'TicksToProgress', 'TicksToDaemonIsHidden'],
    ),
  },
  C2: {
    thread: 'reaper',
    claim: 'Exit, reaper and process_mrelease() together free each page once and walk nothing that is torn down.',
    decided: [
      rows(
        'oom-reaper',
        [...everyEra, 'early-skip', '4.15 +mlocked', '4.17 +mlocked', '5.15 +mrelease', '6.18 +withoutPteLock'],
        ['EveryPageIsFreedOnce', 'NobodyWalksAfterTeardown', 'EverythingIsGivenBack', 'NobodyFollowsWhatIsCleared'],
      ),
      rows('oom-zeroed-page', ['under-pte-lock', 'unchecked', 'checked-before', 'checked-after'], ['FileHasNoZeroes']),
      vmaWalk(
        ['6.18', '6.17', '6.18 +mrelease', '6.18 +withoutPteLock', '4.16 +mlocked', '4.17 +mlocked'],
        ['NoPageIsFreedTwice', 'EveryPageIsFreed', 'PageTablesOutliveWalks', 'MunlockFindsItsEntry'],
      ),
    ],
  },
  C3: {
    thread: 'reaper',
    claim: 'The TLB flush that ends exit_mmap() comes after every flush of a concurrent reaper.',
    decided: [
      vmaWalk(
        ['6.18', '6.17', '6.18 +mrelease', '6.18 +withoutWriteLock', '6.17 +withoutWriteLock'],
        ['ExitFinishesLast', 'PageTablesOutliveWalks'],
      ),
    ],
  },
  // On average: pte-lock-contention/chances.test.ts.
  C4: {
    thread: 'reaper',
    claim: 'Walking in opposite directions makes reaper and exit collide less on page table locks.',
    decided: [
      {
        spec: 'pte-lock-contention',
        variants: ['same-direction', 'opposite-direction', 'opposite-direction +mrelease'],
        properties: ['MostCollisions', 'FewestCollisions'],
      },
      {
        spec: 'unmap-cost',
        variants: ['same-direction', 'opposite-direction', 'no-reaper', 'opposite-direction +anyCosts'],
        properties: ['TicksToRelease', 'TicksSpent', 'TicksSpun', 'OneWaitAtMost'],
      },
    ],
  },
  C5: {
    thread: 'reaper',
    claim: 'Walking backwards visits every VMA once.',
    decided: [
      {
        spec: 'vma-tree',
        variants: ['6.18', '6.17', 'v4-vma_prev', 'vma_prev-from-last', 'v5-index-above-last'],
        properties: ['EveryVmaIsVisitedOnce', 'VmasAreOrdered', 'ReaperReapsAllItMay', 'ReaperLeavesOthersAlone'],
      },
    ],
  },
  C6: {
    thread: 'reaper',
    claim: 'Setting MMF_OOM_SKIP earlier avoids the double walk, or else makes pointless kills possible.',
    decided: exitAndReaper(
      [...everyEra, '6.1', 'early-skip', 'reaper-off'],
      [
        'NoKillWhileExitUnmaps',
        'NoKillWhilePagesAreGathered',
        'VictimIsSeenUntilSkip',
        'NoKillWhileEnoughIsFree',
        'NoKillAfterGivingUp',
        'WalkFindsPages',
        'OneWalkAtATime',
      ],
    ),
  },
  C7: {
    thread: 'reaper',
    claim: 'A victim is queued for the reaper at most once, and its references balance.',
    decided: [
      rows(
        'oom-reaper-queue',
        ['next-pointer', 'next-or-head', 'queued-bit'],
        ['QueuedAtMostOnce', 'ReferencesAreOwn', 'ReferencesCanBeDropped', 'ReferencesAreDropped'],
      ),
      rows(
        'oom-references',
        ['6.18', '6.18 +withoutTask', '6.18 +withoutOomMm', '6.18 +withoutPut', '6.18 +mrelease +withoutGrace'],
        ['NobodyUsesAFreedTask', 'NobodyUsesAFreedMm', 'ReferencesBalance'],
      ),
    ],
  },
  C8: {
    thread: 'reaper',
    claim: 'process_mrelease() gives the same guarantees as the reaper.',
    decided: [
      rows(
        'oom-reaper',
        ['6.18 +mrelease', '5.18 +mrelease', '5.15 +mrelease', 'reaper-off +mrelease +pin'],
        ['EveryPageIsFreedOnce', 'NobodyWalksAfterTeardown', 'MreleaseFindsNoMm', 'MreleaseBringsMemoryBack'],
      ),
      rows('oom-references', ['6.18 +mrelease', '6.18 +mrelease +withoutGrab'], ['ManagerUsesNoFreedMm']),
      rows('freezer', ['6.18 +mrelease'], ['NoWaiterIsLost', 'TicksToLoss']),
    ],
  },
  C9: {
    thread: 'reaper',
    claim: 'Giving up on a victim costs another kill, by design.',
    decided: exitAndReaper(
      ['6.18', '5.18', '5.15', '4.9', '4.6'],
      ['NoKillAfterGivingUp', 'TicksToEligible', 'TicksToProgress', 'Kills', 'TicksToDaemonIsHidden'],
    ),
  },
  D1: {
    thread: 'reaper',
    claim: 'A victim frozen by cgroup v1 delays recovery by the full delay of the reaper, one frozen by v2 does not.',
    decided: frozenVictims(
      ['6.17', '6.17 +withoutReaper', '6.17 +v2', '6.18', '6.18 +v2'],
      ['TicksToMemory', 'ReaperFrees', 'ExitFrees', 'VictimExits'],
    ),
  },
  D2: {
    thread: 'reaper',
    claim: 'Reaping frozen victims at once makes robust futexes no worse off.',
    decided: frozenVictims(
      ['6.17', 'v5', 'v6', 'thaw-last', 'read-once', '6.18'],
      ['NoWaiterIsLost', 'TicksToLoss', 'LocksAreGivenUp'],
    ),
  },
  D3: {
    thread: 'reaper',
    claim: 'To know whether a process is frozen it is enough to look at one of its threads.',
    decided: frozenVictims(
      ['v5', 'v6', 'read-once', 'thaw-last', 'v5-thaw-last', 'read-once-thaw-last'],
      [
        'SharerLosesNothing',
        'OneThreadButNotCount',
        'CountButNotOneThread',
        'OneThreadButNotSharers',
        'SharersButNotOneThread',
        'SharersButNotCount',
        'CountButNotSharers',
        'OneThreadDiffersFromCount',
        'OneThreadDiffersFromSharers',
        'CountDiffersFromSharers',
        'OneThreadIsFrozenAlone',
        'AnotherThreadIsFrozen',
        'TicksToLoss',
        'TicksToMemory',
      ],
    ),
  },
  D4: {
    thread: 'reaper',
    claim: 'The test for frozen victims always has a defined answer.',
    decided: frozenVictims(
      ['v5', 'v5 +exec', 'v5-initialised', 'v6 +exec'],
      ['TestHasNoResult', 'TestSeesAnotherMm', 'UsersOfTheRightMmAreCounted'],
    ),
  },
  D5: {
    thread: 'reaper',
    claim: 'Marking the victim thaws it, so that a later test for frozen finds nothing.',
    decided: frozenVictims(
      ['v6', 'v6 +v2', 'v5', 'thaw-last', 'read-once'],
      ['ThreadIsFrozenAtTheTest', 'TicksToLoss', 'TicksToMemory'],
    ),
  },
  D6: {
    thread: 'reaper',
    claim: 'Thawing all threads of the victim is enough for it to exit.',
    decided: frozenVictims(
      ['6.17', '6.18', '6.18 +withoutReaper', '6.18 +thawFirst', '6.18 +testFirst'],
      ['VictimExits', 'MmIsTornDown', 'TicksToMemory'],
    ),
  },
  D7: {
    thread: 'reaper',
    claim: 'The delay of the reaper protects robust futexes.',
    decided: frozenVictims(
      ['5.17', '6.17', '6.18', '6.18 +slow', '6.18 +mrelease'],
      ['NoWaiterIsLost', 'TicksToLoss', 'LocksAreGivenUp'],
    ),
  },
  D8: {
    thread: 'reaper',
    claim: 'No task that was killed runs past a system suspend.',
    decided: [
      {
        spec: 'oom-suspend',
        variants: ['3.17', '3.18', 'inverted-wait', '4.6-rc', '4.9', '6.18', '6.18 +wholeProcess', '6.18 +lastThread'],
        properties: ['NobodyUsesMemoryWhileSuspended', 'NobodyRunsWhileSuspended'],
      },
    ],
  },
} as const satisfies Record<string, Claim>

const e = {
  E1: {
    thread: 'counters',
    claim: 'The error of the approximate sum stays within the documented range.',
    decided: [
      rows(
        'percpu-counter-tree',
        ['v12', 'v17', 'v1', 'truncating-carry'],
        ['RangeContainsPreciseSum', 'ErrorAtRestIsSharp', 'GreatestErrorAtRest', 'GreatestError', 'LeastError'],
      ),
      rows('percpu-counter', ['6.2', '6.3'], ['ErrorStaysWithinBound', 'GreatestError']),
      rows('split-rss', ['6.1', 'counted-first'], ['GreatestError', 'GreatestErrorBetweenFaults']),
    ],
  },
  E2: {
    thread: 'counters',
    claim: 'What was added is in the tree, in a carry under way or in the root, in every state.',
    decided: [
      rows(
        'percpu-counter-tree',
        [
          'v12',
          'v17',
          'carry-from-reload',
          'split-level0',
          'level0-cpu-reused',
          'skip-drops-low-bits',
          'set-resets-items',
        ],
        ['NothingIsLost', 'PreciseSumIsTheTotal'],
      ),
    ],
  },
  E3: {
    thread: 'counters',
    claim: 'The worst error grows as N log N instead of N squared.',
    decided: [
      rows('percpu-counter-tree', ['v12'], ['GreatestErrorAtRest']),
      rows('percpu-counter', ['6.2'], ['GreatestError']),
      rows('split-rss', ['6.1'], ['GreatestError']),
    ],
    grounds: ['sequences', 'lemmas'],
  },
  E4: {
    thread: 'counters',
    claim: 'The precise sum is exact when nobody adds.',
    decided: [
      rows(
        'percpu-counter-tree',
        ['v12', 'int-width', 'sum-approximate', 'unclamped-approx', 'unclamped-precise'],
        ['ReadIsExactAtRest', 'ReadValueExisted', 'ReadIsNotNegative', 'SetGivesItsValue'],
      ),
      rows('percpu-counter', ['6.2', '6.3'], ['SumIsExactAtRest']),
    ],
  },
  E5: {
    thread: 'counters',
    claim: 'The range given around the approximate sum contains the precise one.',
    decided: [
      rows(
        'percpu-counter-tree',
        ['v12', 'late-init'],
        ['RangeContainsPreciseSum', 'RangeContainsPreciseSumAtRest', 'ReadIsWithinRange'],
      ),
      rows('percpu-counter-comparison', ['march-2026', 'range-overwritten'], ['RangeOfBothContainsBoth']),
    ],
  },
  E6: {
    thread: 'counters',
    claim: 'Comparisons give the right sign or say that they cannot.',
    decided: [
      rows(
        'percpu-counter-comparison',
        ['march-2026', 'v12', 'v2'],
        [
          'ApproximateSignIsRight',
          'PreciseSignIsRight',
          'ApproximateSignOfValueIsRight',
          'PreciseSignOfValueIsRight',
          'UnequalIsUndecided',
          'PreciseDiffersAtBoundary',
        ],
      ),
      rows('percpu-counter', ['6.2', '6.3'], ['ComparisonTrustsRightly']),
    ],
  },
  E7: {
    thread: 'counters',
    claim: 'A task with few threads that migrates can reach the worst error.',
    decided: [
      rows('percpu-counter-tree', ['v12'], ['WorstCaseAtRest', 'GreatestErrorAtRest']),
      rows('percpu-counter', ['6.2'], ['WorstCase', 'GreatestError']),
      rows('split-rss', ['6.1'], ['GreatestError']),
    ],
  },
  E8: { thread: 'counters', claim: 'Known inputs give known sums.', grounds: ['vectors'] },
  // The induction that the lemmas carry is in decisions/2026-11-20-counter-tree-bound.md.
  E9: {
    thread: 'counters',
    claim: 'Range and conservation hold for all sizes, not only for small ones.',
    grounds: ['lemmas', 'sequences'],
  },
  F1: {
    thread: 'counters',
    claim: 'Choosing in two passes finds the task with the largest precise score.',
    decided: [
      rows(
        'oom-two-pass',
        ['v12', 'v10', 'bar-stays', 'no-wrap', 'precise'],
        ['LargestIsChosen', 'LastOfEqualsIsChosen', 'ChosenMayBeLargest', 'OriginIsChosen'],
      ),
    ],
  },
  F2: { thread: 'counters', claim: 'Choosing by approximate sums can find the wrong task.' },
  F3: { thread: 'counters', claim: 'A kill can free less than was believed.' },
  F4: { thread: 'counters', claim: 'Both forms of the selection posted in the series choose the same task.' },
  G1: { thread: 'counters', claim: 'The whole system kills nobody unnecessarily.' },
  G2: { thread: 'counters', claim: 'The error stays within its range where the counters are really used.' },
  G3: { thread: 'reaper', claim: 'Every shortage ends with freed memory or another kill, in bounded time.' },
  G4: {
    thread: 'history',
    claim: 'Each bug of the past is found where its fix is taken out, and only there.',
    decided: [
      rows(
        'oom-exit',
        ['zombie-blocks', 'leader-only', 'any-thread', 'marked-under-lock', 'signalled-first'],
        ['AllocatorEnds', 'NoPanicWhileSomebodyIsLeft', 'MarkIsTakenBack', 'ReserveLastsForExit'],
      ),
      rows(
        'oom-reaper',
        ['4.6', '4.9', '4.14', '4.15', '4.17', '5.15', '5.18', '6.18', 'reaper-off +mrelease'],
        [
          'VictimIsSeenUntilSkip',
          'NoKillWhileExitUnmaps',
          'NobodyWalksAfterTeardown',
          'NobodyFollowsWhatIsCleared',
          'ReaperMakesProgress',
          'MreleaseFindsNoMm',
          'MreleaseBringsMemoryBack',
        ],
      ),
      rows(
        'oom-reaper-queue',
        ['next-pointer', 'next-or-head', 'queued-bit'],
        ['QueuedAtMostOnce', 'NoTaskFollowsItself'],
      ),
      rows('oom-zeroed-page', ['unchecked', 'checked-after', 'under-pte-lock'], ['FileHasNoZeroes']),
    ],
  },
} as const satisfies Record<string, Claim>

const stated: Readonly<Record<ClaimId, Claim>> = { ...a, ...b, ...c, ...e }
const withVariants = Object.entries(stated).map(([id, claim]): [string, Claim] => {
  const variants = claimedVariants[id]
  return [id, variants === undefined ? claim : { ...claim, variants }]
})

export const claims = Object.fromEntries(withVariants) as Readonly<Record<ClaimId, Claim>>
export type ClaimId = keyof typeof a | keyof typeof b | keyof typeof c | keyof typeof e
