/** A8 and race R5: whether children die for their parent. */
import { holds, maximum, propertiesOf, reachable, spec, unreachable, violated } from '../checker/language/index.ts'
import { oomChildFirst } from '../model/oom-child-first.ts'

const { always, maximum: largest, reachable: canReach, stepwise } = propertiesOf(oomChildFirst)

/** What has to be in order in every row. */
const KEPT = { UsersAreCounted: holds, MemoryIsNotLost: holds, AttemptsBeginAfresh: holds, ProcessIsShotAsOne: holds }
/** And where the children are tried one after the other. */
const WALKS = { ...KEPT, NoChildIsPassedOver: holds }

export default spec(oomChildFirst, {
  properties: [
    /** Nobody is shot whose memory is not that of the chosen task. Else an innocent child is hurt, and the hog lives. */
    always('OnlyChosenMmIsShot', (s) =>
      s.task.every((task) => !task.SIGKILL || task === s.task[0] || s.task[0].SIGKILL),
    ),
    /** Kills until the allocator has its memory. */
    largest('Kills', (_s, { h }) => h.shot),
    /** mm_users counts the tasks that have the mm, and pages come back when the last of them has let go of it. */
    always('UsersAreCounted', (s) =>
      s.mm.every((mm) => mm.mm_users === s.task.count((p) => p.mm === mm) && (mm.mm_users > 0 || mm.pages === 0)),
    ),
    /** Pages go from an mm to where they are free; none is lost, none made. */
    stepwise('MemoryIsNotLost', (s, { before }) => {
      const pages = () => s.free + s.mm.sum((mm) => mm.pages)
      return before(pages) === pages()
    }),
    /** Every attempt begins afresh: nobody is chosen, and no child was tried. Nobody is shot but whom the killer went for. */
    always('AttemptsBeginAfresh', (s, { at }) =>
      s.killer.every((me) => !at(me, 'out_of_memory') || (me.next === 0 && me.mm === null && me.victim === null)),
    ),
    /**
     * Tasks that share an mm are shot together, else its pages stay with the others; and while the killer sleeps its victim
     * is on the way out, else it sleeps for nothing.
     */
    always('ProcessIsShotAsOne', (s, { at }) => {
      const dies = (p: (typeof s.task)[number]) => p.mm === null || p.SIGKILL
      return (
        s.task.every((p) => p.mm === null || !p.SIGKILL || s.task.every((q) => q.mm !== p.mm || q.SIGKILL)) &&
        s.killer.every((me) => !at(me, 'schedule_timeout_uninterruptible') || (me.victim !== null && dies(me.victim)))
      )
    }),
    /** The killer tries child after child, none twice; it comes to the chosen task only behind the last of them. */
    stepwise('NoChildIsPassedOver', (s, { at, before }) =>
      s.killer.every((me) => {
        const goesOn = before(() => at(me, 'oom_kill_process')) && !at(me, 'oom_kill_process')
        return (
          at(me, 'out_of_memory') ||
          (me.next === before(() => me.next) + Number(goesOn) &&
            (!at(me, 'oom_kill_task') || me.next === s.task.length))
        )
      }),
    ),
    canReach('HogShot', (s) => s.task[0].SIGKILL),
    canReach('HogSurvives', (s, { at }) => at(s.killer[0], 'done') && s.task[0].mm !== null),
  ],
  routine: Object.keys(WALKS),
  rows: [
    {
      claims: ['A8'],
      variant: 'child-first',
      bounds: { children: 1, pages: 3 },
      expect: {
        ...WALKS,
        OnlyChosenMmIsShot: violated(4),
        HogShot: reachable(12),
        HogSurvives: unreachable,
        Kills: maximum(2),
      },
      states: 16,
      why: 'R5: the hog is chosen and its child, with a page of its own, is shot instead, which is not enough.',
    },
    {
      claims: ['A8'],
      variant: 'child-first',
      bounds: { children: 4, pages: 4 },
      expect: { ...WALKS, OnlyChosenMmIsShot: violated(4), Kills: maximum(4), HogSurvives: reachable(37) },
      states: 38,
      why: 'R5: with enough children none is left before the hog is even tried.',
    },
    {
      claims: ['A8'],
      variant: 'child-first',
      bounds: { children: 4, pages: 4 },
      ingredients: ['sharedMm'],
      expect: { ...WALKS, OnlyChosenMmIsShot: holds, Kills: maximum(1), HogShot: reachable(12) },
      states: 46,
      why: 'Children that share the mm are passed over, and then die with their parent, as they must for the memory to come back.',
    },
    {
      claims: ['A8'],
      variant: 'no-child-first',
      bounds: { children: 4, pages: 4 },
      ingredients: ['ordinaryExit'],
      expect: { ...KEPT, OnlyChosenMmIsShot: holds, Kills: maximum(1), HogShot: reachable(3) },
      states: 113,
      why: 'Without the detour the chosen task is the one that dies, and one kill is enough.',
    },
    {
      claims: ['A8'],
      variant: 'child-first',
      bounds: { children: 2, pages: 3 },
      ingredients: ['ordinaryExit'],
      expect: {
        ...WALKS,
        OnlyChosenMmIsShot: violated(4),
        Kills: maximum(3),
        HogSurvives: unreachable,
        HogShot: reachable(10),
      },
      states: 88,
      why: 'R5: a child that has just exited is no shield, since it has no mm to be killed for.',
    },
  ],
})
