/** A kill, from the signal to the timer of the reaper, in the orders and with the tests that it has had. */
import { __thaw_task, frozen, signal_wake_up } from '../kernel/freezer.ts'
import { add_timer } from '../kernel/timer.ts'
import { program, steps, type Mm, type Process, type Setup, type State } from './state.ts'

/** SIGKILL for a thread group: whoever can be woken by a signal is. */
export function kill(s: State, process: Process): void {
  process.SIGKILL = true
  for (const task of s.task) if (task.process === process) signal_wake_up(task)
}

const urgent = true

/** Under task_lock(), which exit_mm() takes: the signal, and the mark on the thread. */
const send = steps('killer', {
  do_send_sig_info: {
    urgent,
    do: (s, _me) => {
      s.task[0].task_lock = true
      kill(s, s.process[0])
    },
  },
  test_and_set_TIF_MEMDIE: {
    urgent,
    do: (s, _me) => {
      s.task[0].TIF_MEMDIE = true
    },
  },
})

/** The mark on the process. */
const set_oom_mm = steps('killer', {
  cmpxchg_oom_mm: {
    urgent,
    do: (s, _me) => {
      s.process[0].oom_mm = true
    },
  },
})

/** What mark_oom_victim() thaws. */
export const thaws = {
  /** Until 6.17: the thread that it marks. */
  thread: (_setup: Setup) =>
    steps('killer', {
      __thaw_task: {
        urgent,
        do: (s, _me) => {
          __thaw_task(s.task[0])
        },
      },
    }),
  /** Since 6.18: one after the other, all threads of the process. */
  process: ({ threads }: Setup) =>
    steps('killer', {
      __thaw_task: {
        urgent,
        do: (s, me) => {
          __thaw_task(s.task[me.next])
          me.next++
          if (me.next < threads) return '__thaw_task'
          me.next = 0
          return
        },
      },
    }),
}
type Thaw = (typeof thaws)[keyof typeof thaws]

/** The lock is dropped, and then whoever else has the mm is killed, without a mark and without a thaw. */
const sharers = steps('killer', {
  task_unlock: {
    urgent,
    do: (s, _me) => {
      s.task[0].task_lock = false
    },
  },
  kill_sharers: {
    urgent,
    do: (s, _me) => {
      for (const process of s.process) if (process !== s.process[0]) kill(s, process)
    },
  },
})

/** queue_oom_reaper(): after how many ticks the reaper is woken, or after none, if a test has found that. */
const arm = (ticks: number, tested: boolean) =>
  steps('killer', {
    add_timer: {
      urgent,
      do: (s, me) => {
        add_timer(s.timer[0].timer, tested && !me.delay ? 0 : ticks)
      },
    },
  })

/** process_shares_mm(), by the one thread that other processes have here. */
const sharesMm = (s: State, process: Process, mm: Mm | null): boolean =>
  s.task.some((task) => task.process === process && task.mm === mm)
const othersWith = (s: State, mm: Mm | null): Process[] =>
  s.process.filter((each) => each !== s.process[0] && sharesMm(s, each, mm))

/** v5: without task_lock(), so that the mm may be another one by now, or NULL. */
const should_delay_oom_reap = (initialised: boolean) =>
  steps('killer', {
    read_mm: {
      urgent,
      do: (s, me) => {
        me.mm = s.task[0].mm
        me.delay = me.mm === null
        return me.delay ? 'add_timer' : undefined
      },
      note: (h, s, me) => {
        h.strayed = me.mm !== null && me.mm !== s.mm[0]
      },
    },
    frozen: {
      urgent,
      do: (s, me) => {
        me.delay = !frozen(s.task[0])
        return me.delay ? 'add_timer' : undefined
      },
      note: (h, s) => {
        h.foundFrozen = frozen(s.task[0])
      },
    },
    mm_users: {
      urgent,
      do: (_s, me) => (me.mm!.mm_users <= 1 ? 'add_timer' : undefined),
    },
    /** Other processes with this mm: the first one that is not frozen decides. Without any the result is what it was. */
    for_each_process: {
      urgent,
      do: (s, me, pick) => {
        const others = othersWith(s, me.mm)
        if (others.length === 0) me.delay = initialised ? false : pick([false, true])
        else me.delay = s.task.some((task) => others.some((each) => each === task.process) && !frozen(task))
      },
      note: (h, s, me) => {
        h.resultIsUndefined = !initialised && othersWith(s, me.mm).length === 0
      },
    },
  })

/** How long the reaper waits. */
export const delays = {
  /** Until 5.17: not at all. */
  none: (_setup: Setup) => arm(0, false),
  /** Since 5.18. */
  always: ({ delay }: Setup) => arm(delay, false),
  /** v6: unless the thread is frozen. */
  unlessFrozen: ({ delay }: Setup) => ({
    ...steps('killer', {
      frozen: {
        urgent,
        do: (s, me) => {
          me.delay = !frozen(s.task[0])
        },
        note: (h, s) => {
          h.foundFrozen = frozen(s.task[0])
        },
      },
    }),
    ...arm(delay, true),
  }),
  /** From the review of v5: unless tsk->frozen is set, which cgroup v2 does. */
  unlessCounted: ({ delay }: Setup) => ({
    ...steps('killer', {
      READ_ONCE: {
        urgent,
        do: (s, me) => {
          me.delay = !s.task[0].frozen
        },
      },
    }),
    ...arm(delay, true),
  }),
  /** v5, as posted. */
  unlessAllFrozen: ({ delay }: Setup) => ({ ...should_delay_oom_reap(false), ...arm(delay, true) }),
  /** v5 with a result that is false at first. */
  unlessAllFrozenInitialised: ({ delay }: Setup) => ({ ...should_delay_oom_reap(true), ...arm(delay, true) }),
}

const markAndThaw = (thaw: Thaw, setup: Setup) =>
  setup.thawFirst ? { ...thaw(setup), ...set_oom_mm } : { ...set_oom_mm, ...thaw(setup) }

/** With mrelease nobody but the manager kills. */
const unlessManaged = ({ mrelease }: Setup) => ({ runs: () => !mrelease })

export const killers = {
  /** Before 2011 a victim stays where it is. */
  thawsNothing: (setup: Setup) =>
    program('killer', { ...send, ...set_oom_mm, ...sharers, ...arm(0, false) }, unlessManaged(setup)),
  without: (thaw: Thaw, setup: Setup) =>
    program(
      'killer',
      { ...send, ...markAndThaw(thaw, setup), ...sharers, ...delays.none(setup) },
      unlessManaged(setup),
    ),
  delays: (thaw: Thaw, setup: Setup) =>
    program(
      'killer',
      { ...send, ...markAndThaw(thaw, setup), ...sharers, ...delays.always(setup) },
      unlessManaged(setup),
    ),
  v5: (setup: Setup) =>
    program(
      'killer',
      { ...send, ...markAndThaw(thaws.thread, setup), ...sharers, ...delays.unlessAllFrozen(setup) },
      unlessManaged(setup),
    ),
  v5Initialised: (setup: Setup) =>
    program(
      'killer',
      {
        ...send,
        ...markAndThaw(thaws.thread, setup),
        ...sharers,
        ...delays.unlessAllFrozenInitialised(setup),
      },
      unlessManaged(setup),
    ),
  v6: (setup: Setup) =>
    program(
      'killer',
      { ...send, ...markAndThaw(thaws.thread, setup), ...sharers, ...delays.unlessFrozen(setup) },
      unlessManaged(setup),
    ),
  readOnce: (setup: Setup) =>
    program(
      'killer',
      { ...send, ...markAndThaw(thaws.thread, setup), ...sharers, ...delays.unlessCounted(setup) },
      unlessManaged(setup),
    ),
  /** After v6: the victim is thawed when all else is done. */
  thawsLast: (setup: Setup) =>
    program(
      'killer',
      { ...send, ...set_oom_mm, ...sharers, ...delays.unlessFrozen(setup), ...thaws.thread(setup) },
      unlessManaged(setup),
    ),
  v5ThawsLast: (setup: Setup) =>
    program(
      'killer',
      { ...send, ...set_oom_mm, ...sharers, ...delays.unlessAllFrozen(setup), ...thaws.thread(setup) },
      unlessManaged(setup),
    ),
  readOnceThawsLast: (setup: Setup) =>
    program(
      'killer',
      { ...send, ...set_oom_mm, ...sharers, ...delays.unlessCounted(setup), ...thaws.thread(setup) },
      unlessManaged(setup),
    ),
}
