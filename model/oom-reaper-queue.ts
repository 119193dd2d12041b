/**
 * How victims come to the OOM reaper, and whether each comes there once.
 *
 * The list is a chain through the tasks themselves, last in, first out: `oom_reaper_list` points at the first, and each
 * task has a field of the same name that points at the next, NULL in the last. A task on the list carries a reference.
 * There are several ways to queue: a kill, a kill by another memcg, a dying task that runs out of memory itself.
 *
 * The variants differ in how they tell that a task is queued already:
 * - next-pointer: its own pointer is not NULL (4.6-rc, bb29902a7515). The last of the list looks as if it were not on it.
 * - next-or-head: or it is the head of the list (4.6, af8e15cc85a2). The last behind another still looks so, and who was
 *   taken from the list but is not reaped yet does as well.
 * - queued-bit: test_and_set_bit(MMF_OOM_REAP_QUEUED) on the mm (since January 2019), never cleared.
 *
 * That the pointer was cleared from the first day on is not known here; pointerKept is the other possibility.
 *
 * Kept: the test and the push, the pop, the clearing of the pointer when reaping is over, the references.
 * Dropped: what reaping does (see oom-reaper), the delay (see there), the wake-up: the reaper looks when there is a list.
 *
 * One label is one step. wake_oom_reaper: the test and the push, though only the push is under oom_reaper_lock: before
 * 2019 all calls for one task came under oom_lock or from the task itself, and the test and the push of two callers can
 * be apart only for different tasks. That hides a test made before another task became the head, which for next-or-head
 * would be one more way to be wrong. clear: the pointer is NULLed and the reference dropped; nobody sees the difference.
 */
import { bool, family, language, option, protocol, range, ref, singleton, upTo } from '../checker/language/index.ts'
import type { StateView } from '../checker/language/index.ts'

interface Setup {
  readonly callers: number
  readonly tasks: number
}

const state = ({ callers, tasks }: Setup) => ({
  oom_reaper_list: option(ref('task')),
  task: family(tasks, {
    oom_reaper_list: option(ref('task')),
    /** References that wake_oom_reaper() took and the reaper has not dropped; less than 0 if it dropped one of somebody else. */
    references: range(-1, callers, 'saturate'),
    mm: ref('mm'),
  }),
  mm: family(tasks, { MMF_OOM_REAP_QUEUED: bool }),
  caller: family(callers, { task: ref('task') }),
  reaper: singleton({ task: option(ref('task')) }),
})

const history = ({ callers }: Setup) => ({ reaped: upTo(2 * callers, 'saturate') })

const { program } = language<typeof state, typeof history>()
type State = StateView<ReturnType<typeof state>>
type Task = State['task'][number]

const isQueued = {
  'next-pointer': (_s: State, task: Task) => task.oom_reaper_list !== null,
  'next-or-head': (s: State, task: Task) => task.oom_reaper_list !== null || s.oom_reaper_list === task,
  'queued-bit': (_s: State, task: Task) => task.mm.MMF_OOM_REAP_QUEUED,
}

const caller = (variant: keyof typeof isQueued) =>
  program('caller', {
    /** Somebody hands a victim over to the reaper, unless that seems to be done already. */
    wake_oom_reaper: (s, me) => {
      const { task } = me
      if (isQueued[variant](s, task)) return 'done'
      if (variant === 'queued-bit') task.mm.MMF_OOM_REAP_QUEUED = true
      task.references++
      task.oom_reaper_list = s.oom_reaper_list
      s.oom_reaper_list = task
      return
    },
  })

const reaper = (pointerKept: boolean) =>
  program(
    'reaper',
    {
      /** The reaper takes the head of the list. */
      oom_reaper: {
        when: (s) => s.oom_reaper_list !== null,
        do: (s, me) => {
          me.task = s.oom_reaper_list
          s.oom_reaper_list = me.task!.oom_reaper_list
        },
      },
      /** It has reaped the task, or has given up, clears the pointer and drops the reference. */
      oom_reap_task: {
        do: (_s, me) => {
          if (!pointerKept) me.task!.oom_reaper_list = null
          me.task!.references--
          me.task = null
        },
        note: (h) => {
          h.reaped++
        },
      },
    },
    { loop: true },
  )

export const oomReaperQueue = protocol({
  name: 'oom-reaper-queue',
  source: 'mm/oom_kill.c, Linux 4.6 to 5.0',
  variants: ['next-pointer', 'next-or-head', 'queued-bit'],
  bounds: {
    callers: { min: 1, max: 4, doc: 'times that somebody queues a task' },
    tasks: { min: 1, max: 3, doc: 'tasks that are queued, one by each caller in turn' },
  },
  ingredients: {
    sharedMm: { doc: 'all tasks are threads of one process, and share its mm' },
    pointerKept: { doc: 'the reaper does not clear the pointer of a task that it has reaped' },
  },
  state,
  history,
  /** Every way to hand the tasks to the callers, so that each task has one at least. */
  init:
    ({ sharedMm }) =>
    (s, pick) => {
      for (const [i, task] of [...s.task].entries()) task.mm = s.mm[sharedMm ? 0 : i]
      for (const [i, caller] of [...s.caller].entries()) caller.task = i < s.task.length ? s.task[i] : pick([...s.task])
    },
  programs: ({ variant, pointerKept }) => [caller(variant), reaper(pointerKept)],
  /** Everybody has called, and the reaper has nothing to do. */
  done: () => (s, at) => s.caller.every((caller) => at(caller, 'done')) && s.oom_reaper_list === null,
})
