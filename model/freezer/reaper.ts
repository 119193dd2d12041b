/** The timer, the reaper, process_mrelease(), user space at the files of the cgroup, and time. */
import { ref } from '../../checker/language/index.ts'
import { __thaw_task, frozen, signal_wake_up } from '../kernel/freezer.ts'
import { countedDown, detach_timer, expired } from '../kernel/timer.ts'
import { kill } from './killer.ts'
import { call, holdsMemory, procedure, program, type Setup, type State, type Task } from './state.ts'

/** Unmaps the private pages one by one, in any order: where they are is not modelled. MMF_UNSTABLE keeps them away. */
const __oom_reap_task_mm = procedure(
  '__oom_reap_task_mm',
  { family: ['reaper', 'manager'], args: { mm: ref('mm') } },
  {
    unmap_page_range: {
      urgent: true,
      do: (_s, _me, pick, { mm }) => {
        const pages = [...mm.mapped].flatMap((present, page) => (present ? [page] : []))
        if (pages.length === 0) return 'return'
        mm.mapped[pick(pages)] = false
        return 'unmap_page_range'
      },
      note: (h, s, _me, before) => {
        h.reaped = h.reaped || before(() => holdsMemory(s.mm[0]))
      },
    },
  },
)

export const timer = ({ withoutReaper }: Setup) =>
  program(
    'timer',
    {
      /** Two seconds after the mark: the victim is handed to the reaper, unless it needs none any more. */
      wake_oom_reaper: {
        urgent: true,
        when: (_s, me) => expired(me.timer),
        do: (s, me) => {
          detach_timer(me.timer)
          s.reaper[0].queued = !s.mm[0].MMF_OOM_SKIP
        },
        note: (h, s) => {
          h.needless = s.reaper[0].queued && !holdsMemory(s.mm[0])
        },
      },
    },
    { loop: true, runs: () => !withoutReaper },
  )

/** The walk is under mmap_lock for reading, with the flag looked at again: see oom-reaper for what that excludes. */
export const reaper = ({ withoutReaper }: Setup) =>
  program(
    'reaper',
    {
      oom_reap_task: {
        urgent: true,
        when: (_s, me) => me.queued,
        do: (s, me) => {
          me.queued = false
          return s.mm[0].MMF_OOM_SKIP ? 'done' : undefined
        },
      },
      walk: call(__oom_reap_task_mm, (s) => ({ mm: s.mm[0] })),
      set_MMF_OOM_SKIP: {
        urgent: true,
        do: (s, _me) => {
          s.mm[0].MMF_OOM_SKIP = true
        },
      },
    },
    { runs: () => !withoutReaper },
  )

/** A manager that kills by itself: nobody is marked, nobody thawed, and nothing delayed. */
export const manager = ({ mrelease }: Setup) =>
  program(
    'manager',
    {
      pidfd_send_signal: {
        urgent: true,
        do: (s, _me) => {
          kill(s, s.process[0])
        },
      },
      /** ESRCH where no thread of the victim has an mm any more. */
      find_lock_task_mm: {
        urgent: true,
        do: (s, _me) => (s.task.some((task) => task.process === s.process[0] && task.mm !== null) ? undefined : 'done'),
      },
      walk: call(__oom_reap_task_mm, (s) => ({ mm: s.mm[0] })),
    },
    { runs: () => mrelease },
  )

type Freezing = (s: State, task: Task) => boolean

/** Freezes the group, unless it is frozen from the start. freezer.state is only read, and the thaw only made, where asked for. */
export const writer = (freezing: Freezing, { thaw, reader, asleep }: Setup) =>
  program(
    'writer',
    {
      freeze: (s) => {
        s.cgroup.FREEZING = true
        s.cgroup.freeze = true
        return reader ? 'update_if_frozen' : 'thawed'
      },
      /** freezer.state: all that shall be frozen are. */
      update_if_frozen: {
        when: (s) => s.task.every((task) => frozen(task) || !freezing(s, task)),
        do: (s) => {
          s.cgroup.FROZEN = s.task.some(frozen)
          return 'thawed'
        },
      },
      thawed: {
        when: () => thaw,
        do: (s) => {
          s.cgroup.FREEZING = s.cgroup.FROZEN = s.cgroup.freeze = false
          for (const task of s.task) signal_wake_up(task)
        },
      },
      /** Task by task, under freezer_lock each. */
      unfreeze_cgroup: (s, me) => {
        if (s.task[me.next].process.freezer === 'v1') __thaw_task(s.task[me.next])
        me.next++
        return me.next < s.task.length ? 'unfreeze_cgroup' : 'done'
      },
    },
    { role: 'environment', start: asleep ? (reader ? 'update_if_frozen' : 'thawed') : 'freeze' },
  )

export const clock = program(
  'clock',
  {
    tick: (s) => {
      s.timer[0].timer.left = countedDown(s.timer[0].timer.left)
    },
  },
  { loop: true, role: 'time' },
)
