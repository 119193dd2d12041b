/** C7: whether a victim comes to the reaper once, and whether every reference is dropped again. */
import { holds, maximum, propertiesOf, spec, violated } from '../checker/language/index.ts'
import { oomReaperQueue } from '../model/oom-reaper-queue.ts'

const { always, alwaysReachable, leadsTo, maximum: most, stepwise } = propertiesOf(oomReaperQueue)

/** What has to be in order in every row. */
const KEPT = { WaitingReaperHasNobody: holds, ReaperTakesTheHead: holds }
/** And where the reaper clears the pointer of whom it has reaped. */
const CLEARED = { ...KEPT, ReapedHasNoSuccessor: holds }
/** And where nobody is queued who is queued already. */
const WITH_BIT = { ...CLEARED, ReferencesAreCounted: holds, MarkMeansHandedOver: holds }

const fairness = { weak: ['caller', 'reaper'] }

export default spec(oomReaperQueue, {
  properties: [
    /** Whoever is queued is not queued again. A second reaping is a waste at best. */
    always('QueuedAtMostOnce', (s) => s.task.every((task) => task.references <= 1)),
    /** The reaper drops no reference that it was not given: the task would be freed under somebody else's feet. */
    always('ReferencesAreOwn', (s) => s.task.every((task) => task.references >= 0)),
    /** No task is its own successor: the reaper would never come to another one. */
    always('NoTaskFollowsItself', (s) => s.task.every((task) => task.oom_reaper_list !== task)),
    /** The reaper can come to its end. */
    alwaysReachable('ListCanBecomeEmpty', (s) => s.oom_reaper_list === null),
    /** Each reference can still be dropped. Otherwise the task, and its memcg, stays for ever. */
    alwaysReachable('ReferencesCanBeDropped', (s) => s.task.every((task) => task.references === 0)),
    /** Where everybody has called, and the reaper has emptied its list, no reference is left. */
    leadsTo(
      'ReferencesAreDropped',
      (s) => s.task.some((task) => task.references > 0),
      (s) => s.task.every((task) => task.references === 0),
    ),
    /** A reaper that waits has let go of whom it reaped last. */
    always('WaitingReaperHasNobody', (s, { at }) => !at(s.reaper[0], 'oom_reaper') || s.reaper[0].task === null),
    /** Whom the reaper is done with leads to nobody: if he is queued again, the list behind him is the one that he joins. */
    stepwise('ReapedHasNoSuccessor', (s, { before }) => {
      const reaped = before(() => s.reaper[0].task)
      return reaped === null || s.reaper[0].task !== null || reaped.oom_reaper_list === null
    }),
    /** The list is in the order of its pushes: who is taken is its head, and what followed him is the list that remains. */
    stepwise('ReaperTakesTheHead', (s, { before }) => {
      const taken = before(() => s.reaper[0].task) === null ? s.reaper[0].task : null
      return (
        taken === null || (before(() => s.oom_reaper_list) === taken && s.oom_reaper_list === taken.oom_reaper_list)
      )
    }),
    /** A task has one reference for its place on the list, or in the hands of the reaper, and no more. */
    always('ReferencesAreCounted', (s) => {
      const listed = new Set<unknown>()
      for (let p = s.oom_reaper_list; p !== null && !listed.has(p); p = p.oom_reaper_list) listed.add(p)
      return s.task.every((p) => p.references === Number(listed.has(p)) + Number(s.reaper[0].task === p))
    }),
    /** The mark of an mm says that one of its tasks was handed over, once; it stays when that one has been reaped. */
    always('MarkMeansHandedOver', (s, { at }) =>
      s.mm.every((mm) => mm.MMF_OOM_REAP_QUEUED === s.caller.some((me) => at(me, 'done') && me.task.mm === mm)),
    ),
    most('Reapings', (_s, { h }) => h.reaped),
  ],
  routine: Object.keys(WITH_BIT),
  rows: [
    {
      claims: ['C7', 'G4'],
      variant: 'next-pointer',
      bounds: { callers: 2, tasks: 1 },
      fairness,
      expect: {
        ...CLEARED,
        QueuedAtMostOnce: violated(2),
        NoTaskFollowsItself: violated(2),
        ReferencesAreOwn: holds,
        ListCanBecomeEmpty: holds,
        ReferencesAreDropped: holds,
        Reapings: maximum(2),
      },
      states: 13,
      why: 'The only task of the list has no successor, so that it seems not to be queued, and becomes its own; the reaper comes out of that by clearing the pointer.',
    },
    {
      claims: ['C7', 'G4'],
      variant: 'next-pointer',
      bounds: { callers: 2, tasks: 1 },
      ingredients: ['pointerKept'],
      fairness,
      expect: {
        ...KEPT,
        QueuedAtMostOnce: violated(2),
        NoTaskFollowsItself: violated(2),
        ReferencesAreOwn: violated(8),
        ListCanBecomeEmpty: violated(2),
      },
      states: 19,
      why: 'Where the reaper leaves the pointer alone it takes the same task for ever, and drops a reference each time.',
    },
    {
      claims: ['C7', 'G4'],
      variant: 'next-or-head',
      bounds: { callers: 2, tasks: 1 },
      fairness,
      expect: {
        ...CLEARED,
        QueuedAtMostOnce: violated(3),
        NoTaskFollowsItself: holds,
        ReferencesAreOwn: holds,
        ReferencesAreDropped: holds,
        Reapings: maximum(2),
      },
      states: 14,
      why: 'A task that is being reaped is neither head nor has a successor, and is queued again; it is reaped twice, and each reference is dropped.',
    },
    {
      claims: ['C7', 'G4'],
      variant: 'next-or-head',
      bounds: { callers: 3, tasks: 2 },
      fairness,
      expect: {
        ...CLEARED,
        QueuedAtMostOnce: violated(3),
        NoTaskFollowsItself: holds,
        ReferencesAreOwn: holds,
        ListCanBecomeEmpty: holds,
        ReferencesCanBeDropped: violated(4),
        ReferencesAreDropped: violated(7),
        Reapings: maximum(3),
      },
      states: 138,
      why: 'It is the other task that is lost: the one being reaped is queued again in front of it, and the pointer that the reaper then clears is the one that leads to it, so that it is never reaped and its reference is never dropped.',
    },
    {
      claims: ['C7', 'G4'],
      variant: 'next-or-head',
      bounds: { callers: 3, tasks: 2 },
      ingredients: ['sharedMm'],
      fairness,
      expect: {
        ...CLEARED,
        QueuedAtMostOnce: violated(3),
        ReferencesCanBeDropped: violated(4),
        ReferencesAreDropped: violated(7),
      },
      states: 110,
      why: 'The same with two threads of one process, each queued for itself.',
    },
    {
      claims: ['C7', 'G4'],
      variant: 'queued-bit',
      bounds: { callers: 2, tasks: 1 },
      fairness,
      expect: {
        ...WITH_BIT,
        QueuedAtMostOnce: holds,
        NoTaskFollowsItself: holds,
        ReferencesAreOwn: holds,
        ReferencesAreDropped: holds,
        Reapings: maximum(1),
      },
      why: 'The second caller finds the bit.',
    },
    {
      claims: ['C7', 'G4'],
      variant: 'queued-bit',
      bounds: { callers: 4, tasks: 3 },
      fairness,
      expect: {
        ...WITH_BIT,
        QueuedAtMostOnce: holds,
        ReferencesAreOwn: holds,
        ListCanBecomeEmpty: holds,
        ReferencesCanBeDropped: holds,
        ReferencesAreDropped: holds,
        Reapings: maximum(3),
      },
      why: 'The bit is set once and for ever, in one step with the test, whatever the list looks like; each mm is reaped once.',
    },
    {
      claims: ['C7', 'G4'],
      variant: 'queued-bit',
      bounds: { callers: 4, tasks: 3 },
      ingredients: ['sharedMm'],
      fairness,
      expect: { ...WITH_BIT, QueuedAtMostOnce: holds, ReferencesAreDropped: holds, Reapings: maximum(1) },
      why: 'Of the threads of one process only the first is queued.',
    },
  ],
})
