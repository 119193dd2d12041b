/** A6: whether the comparison loop can shoot an innocent that has received the recycled mm_struct. It can. */
import { holds, propertiesOf, reachable, spec, unreachable, violated } from '../checker/language/index.ts'
import { oomMmReuse } from '../model/oom-mm-reuse.ts'

const { always, reachable: canReach } = propertiesOf(oomMmReuse)

export default spec(oomMmReuse, {
  properties: [
    /** The patch says of the mm after task_unlock() that comparing it is all right. An innocent dies if it is not. */
    always('NoInnocentShot', (_s, { h }) => !h.innocentShot),
    canReach('VictimShot', (s) => s.task[0].SIGKILL),
    /** The killer still compares with an mm_struct that belongs to somebody else by now. */
    canReach('MmRecycled', (s) => {
      const { mm } = s.killer[0]
      return mm !== null && mm.mm_users > 0 && (s.innocent[0].mm === mm || s.task[1].mm === mm || s.task[2].mm === mm)
    }),
  ],
  rows: [
    {
      claims: ['A6'],
      variant: 'may-18',
      bounds: { mms: 3 },
      ingredients: ['exec', 'sleeps'],
      expect: { NoInnocentShot: violated(10), VictimShot: reachable(3), MmRecycled: reachable(7) },
      states: 135,
      why: 'The victim, shot first, exits and is switched out, which frees its mm_struct; another process in the middle of execve() is given the same object, and execve() waits for no tasklist_lock.',
    },
    {
      claims: ['A6'],
      variant: 'may-18',
      bounds: { mms: 3 },
      ingredients: ['exec'],
      expect: { NoInnocentShot: holds, VictimShot: reachable(3), MmRecycled: unreachable },
      states: 83,
      why: 'A victim that does not sleep between exit_mm() and exit_notify() keeps its lazy reference to the mm until the killer has unlocked the task list.',
    },
    {
      claims: ['A6'],
      variant: 'may-18',
      bounds: { mms: 3 },
      ingredients: ['sleeps'],
      expect: { NoInnocentShot: holds, VictimShot: reachable(3), MmRecycled: reachable(7) },
      states: 85,
      why: 'A forked child may well be given the recycled object, but is linked into the list only when the killer has unlocked it.',
    },
    {
      claims: ['A6'],
      variant: 'may-18',
      bounds: { mms: 4 },
      ingredients: ['exec', 'sleeps', 'ordinaryExit'],
      expect: { NoInnocentShot: violated(9) },
      states: 544,
      why: 'A chosen task that exits by itself after the look gives the same opening, and more free objects do not close it.',
    },
    {
      claims: ['A6'],
      variant: 'with-reference',
      bounds: { mms: 4 },
      ingredients: ['exec', 'sleeps', 'ordinaryExit'],
      expect: { NoInnocentShot: holds, VictimShot: reachable(3), MmRecycled: unreachable },
      states: 486,
      why: 'Had the killer taken a reference by mm_count under task_lock(), the object could not be recycled while it is compared.',
    },
  ],
})
