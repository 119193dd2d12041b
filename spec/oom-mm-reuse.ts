/** A6: whether the comparison loop can shoot an innocent that has received the recycled mm_struct. It can. */
import { holds, propertiesOf, reachable, spec, unreachable, violated } from '../checker/language/index.ts'
import { oomMmReuse } from '../model/oom-mm-reuse.ts'

const { always, reachable: canReach, stepwise } = propertiesOf(oomMmReuse)

/** What has to be in order in every row. */
const KEPT = {
  UsersAreCounted: holds,
  LockIsHeldByKiller: holds,
  TasksAreWhatTheySay: holds,
  NobodyIsPassedOver: holds,
}
const ofPatch = { ...KEPT, ReferencesAreCounted: holds }
const withReference = { ...KEPT, KillersReferenceIsCounted: holds }

export default spec(oomMmReuse, {
  locks: ['tasklist_lock'],
  properties: [
    /** The patch says of the mm after task_unlock() that comparing it is all right. An innocent dies if it is not. */
    always('NoInnocentShot', (_s, { h }) => !h.innocentShot),
    /** mm_users counts the tasks that use the mm, who has yet to put it, and who has just allocated it. */
    always('UsersAreCounted', (s, { at }) =>
      s.mm.every(
        (mm) =>
          mm.mm_users ===
          s.task.count((p) => p.mm === mm) +
            Number(at(s.victim[0], 'mmput') && s.task[0].active_mm === mm) +
            Number(s.innocent[0].mm === mm),
      ),
    ),
    /** mm_count counts all users as one, and the lazy reference of a victim that has let go of the mm. */
    always('ReferencesAreCounted', (s) =>
      s.mm.every(
        (mm) => mm.mm_count === Number(mm.mm_users > 0) + Number(s.task[0].mm === null && s.task[0].active_mm === mm),
      ),
    ),
    /** mm_count counts all users as one, the lazy reference, and that of the killer for as long as it compares. */
    always('KillersReferenceIsCounted', (s) =>
      s.mm.every(
        (mm) =>
          mm.mm_count ===
          Number(mm.mm_users > 0) +
            Number(s.task[0].mm === null && s.task[0].active_mm === mm) +
            Number(s.killer[0].mm === mm),
      ),
    ),
    /** The task list is locked from the look at the mm to the end of the loop. */
    always(
      'LockIsHeldByKiller',
      (s, { at }) => s.tasklist_lock === !(at(s.killer[0], 'oom_kill_task') || at(s.killer[0], 'done')),
    ),
    /** The victim is on the list until it has notified its parent, a child from its fork on; a task that runs has its own mm. */
    always(
      'TasksAreWhatTheySay',
      (s, { at }) =>
        s.task[0].on_tasklist === !(at(s.victim[0], 'schedule') || at(s.victim[0], 'done')) &&
        (s.task[2].mm === null || s.task[2].on_tasklist === at(s.innocent[0], 'done')) &&
        (!at(s.victim[0], 'done') || s.task[0].active_mm === null) &&
        (!at(s.innocent[0], 'done') || s.innocent[0].mm === null) &&
        s.task.every((p) => p.mm === null || p.active_mm === p.mm),
    ),
    /**
     * The loop goes round once for every task of the list, in order: nobody is looked at twice, and nobody is left behind
     * alive who had the mm when the killer went on.
     */
    stepwise('NobodyIsPassedOver', (s, { at, before }) =>
      s.killer.every((me) => {
        const was = before(() => me.next)
        const hasShot = before(() => at(me, '__oom_kill_task')) && !at(me, '__oom_kill_task')
        const isThrough = !at(me, 'read_unlock') || me.mm === null || me.next === s.task.length
        if (me.next === was) return !hasShot && isThrough
        const q = s.task[was]
        return me.next === was + 1 && (q.SIGKILL || before(() => !q.on_tasklist || q.mm !== me.mm))
      }),
    ),
    canReach('VictimShot', (s) => s.task[0].SIGKILL),
    /** The killer still compares with an mm_struct that belongs to somebody else by now. */
    canReach('MmRecycled', (s) => {
      const { mm } = s.killer[0]
      return mm !== null && mm.mm_users > 0 && (s.innocent[0].mm === mm || s.task[1].mm === mm || s.task[2].mm === mm)
    }),
  ],
  routine: [
    'UsersAreCounted',
    'ReferencesAreCounted',
    'KillersReferenceIsCounted',
    'LockIsHeldByKiller',
    'TasksAreWhatTheySay',
    'NobodyIsPassedOver',
  ],
  rows: [
    {
      claims: ['A6'],
      variant: 'may-18',
      bounds: { mms: 3 },
      ingredients: ['exec', 'sleeps'],
      expect: { ...ofPatch, NoInnocentShot: violated(10), VictimShot: reachable(3), MmRecycled: reachable(7) },
      states: 135,
      why: 'The victim, shot first, exits and is switched out, which frees its mm_struct; another process in the middle of execve() is given the same object, and execve() waits for no tasklist_lock.',
    },
    {
      claims: ['A6'],
      variant: 'may-18',
      bounds: { mms: 3 },
      ingredients: ['exec'],
      expect: { ...ofPatch, NoInnocentShot: holds, VictimShot: reachable(3), MmRecycled: unreachable },
      states: 83,
      why: 'A victim that does not sleep between exit_mm() and exit_notify() keeps its lazy reference to the mm until the killer has unlocked the task list.',
    },
    {
      claims: ['A6'],
      variant: 'may-18',
      bounds: { mms: 3 },
      ingredients: ['sleeps'],
      expect: { ...ofPatch, NoInnocentShot: holds, VictimShot: reachable(3), MmRecycled: reachable(7) },
      states: 85,
      why: 'A forked child may well be given the recycled object, but is linked into the list only when the killer has unlocked it.',
    },
    {
      claims: ['A6'],
      variant: 'may-18',
      bounds: { mms: 4 },
      ingredients: ['exec', 'sleeps', 'ordinaryExit'],
      expect: { ...ofPatch, NoInnocentShot: violated(9) },
      states: 544,
      why: 'A chosen task that exits by itself after the look gives the same opening, and more free objects do not close it.',
    },
    {
      claims: ['A6'],
      variant: 'with-reference',
      bounds: { mms: 4 },
      ingredients: ['exec', 'sleeps', 'ordinaryExit'],
      expect: { ...withReference, NoInnocentShot: holds, VictimShot: reachable(3), MmRecycled: unreachable },
      states: 486,
      why: 'Had the killer taken a reference by mm_count under task_lock(), the object could not be recycled while it is compared.',
    },
  ],
})
