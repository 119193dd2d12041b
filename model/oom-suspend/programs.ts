/** Suspend, the killer, the reaper and the threads, release by release. */
import { __thaw_task, frozen } from '../kernel/freezer.ts'
import { program, steps, type Setup, type State, type Task } from './state.ts'

/** Who is never frozen: the marked thread, or since 6.18 every thread of its process. */
export const exemptions = {
  TIF_MEMDIE: (_s: State, task: Task) => task.TIF_MEMDIE,
  oom_mm: (s: State) => s.oom_mm,
}
type Exempt = (s: State, task: Task) => boolean

const freezingBy = (exempt: Exempt) => (s: State, task: Task) => s.pm_freezing && !exempt(s, task)

/** exit_oom_victim(): the count goes down, with whoever takes the mark away. */
function exit_oom_victim(s: State, task: Task): void {
  if (!task.TIF_MEMDIE) return
  task.TIF_MEMDIE = false
  s.oom_victims--
}

/** A thread of the process: the refrigerator, and the way out when it is killed. */
export const thread = (exempt: Exempt, { wholeProcess, lastThread, asleep }: Setup) => {
  const freezing = freezingBy(exempt)
  return program(
    'task',
    {
      /** It runs in user space until something is asked of it. */
      try_to_freeze: {
        when: (s, me) => freezing(s, me) || s.SIGKILL,
        do: (s, me) => (freezing(s, me) ? undefined : 'get_signal'),
      },
      set_TASK_FROZEN: (_s, me) => {
        me.state = 'TASK_FROZEN'
      },
      test_freezing: (s, me) => {
        if (freezing(s, me)) return
        me.state = 'TASK_RUNNING'
        return 'get_signal'
      },
      schedule: {
        when: (_s, me) => !frozen(me),
        do: () => 'set_TASK_FROZEN',
      },
      get_signal: (s, _me) => (s.SIGKILL ? undefined : 'try_to_freeze'),
      /** task->mm = NULL under task_lock(), and mmput(). */
      exit_mm: {
        when: (_s, me) => !me.task_lock,
        do: (s, me) => {
          me.has_mm = false
          s.mm_users--
        },
      },
      exit_oom_victim: {
        when: (s, me) => !wholeProcess || !me.TIF_MEMDIE || s.mm_users === 0,
        do: (s, me) => {
          if (!lastThread) exit_oom_victim(s, me)
        },
      },
      /** Files, and whatever else is left, until nobody finds it any more. */
      release_task: (s, me) => {
        me.on_tasklist = false
        if (lastThread && s.task.every((task) => !task.on_tasklist)) exit_oom_victim(s, s.task[0])
      },
    },
    { start: asleep ? 'schedule' : 'try_to_freeze' },
  )
}

/** SIGKILL and the marks, under task_lock(). */
const mark = steps('killer', {
  do_send_sig_info: (s) => {
    s.task[0].task_lock = true
    s.SIGKILL = true
  },
  test_and_set_TIF_MEMDIE: (s) => {
    s.task[0].TIF_MEMDIE = true
  },
  cmpxchg_oom_mm: (s) => {
    s.oom_mm = true
  },
})

const thaws = {
  thread: steps('killer', {
    __thaw_task: (s) => {
      __thaw_task(s.task[0])
    },
  }),
  process: steps('killer', {
    __thaw_task: (s, me) => {
      __thaw_task(s.task[me.next])
      me.next++
      return me.next < s.task.length ? '__thaw_task' : undefined
    },
  }),
}

const task_unlock = steps('killer', {
  /** With atomic_inc(&oom_victims): who goes down takes this lock first, and who waits for 0 has had oom_lock. */
  task_unlock: (s) => {
    s.oom_victims++
    s.task[0].task_lock = false
    s.reaper[0].queued = true
  },
})

/** Out of memory, under oom_lock, if that is not held and the killer not disabled. */
const locked = steps('killer', {
  mutex_trylock: {
    when: (s) => !s.oom_lock,
    do: (s) => {
      s.oom_lock = true
    },
  },
  out_of_memory: (s) => (s.oom_killer_disabled || !s.task[0].has_mm ? 'mutex_unlock' : undefined),
})
const mutex_unlock = steps('killer', {
  mutex_unlock: (s) => {
    s.oom_lock = false
  },
})

/** Until 3.19: only the allocator looks whether it may kill, and without a lock. */
const looked = steps('killer', {
  test_oom_killer_disabled: (s) => (s.oom_killer_disabled ? 'done' : undefined),
})
const note_oom_kill = steps('killer', {
  note_oom_kill: (s) => {
    s.oom_kills++
  },
})

export const killers = {
  /** Until 3.17. */
  unnoticed: program('killer', { ...looked, ...mark, ...thaws.thread, ...task_unlock }),
  /** 3.18: the kill is counted before it is made. */
  counted: program('killer', { ...looked, ...note_oom_kill, ...mark, ...thaws.thread, ...task_unlock }),
  /** Since 4.0. */
  locked: program('killer', { ...locked, ...mark, ...thaws.thread, ...task_unlock, ...mutex_unlock }),
  /** Since 6.18. */
  process: program('killer', { ...locked, ...mark, ...thaws.process, ...task_unlock, ...mutex_unlock }),
}

/** 4.6-rc: the reaper takes the mark from the victim when it has reaped it. */
export const reaper = program('reaper', {
  exit_oom_victim: {
    when: (s) => s.reaper[0].queued,
    do: (s) => {
      exit_oom_victim(s, s.task[0])
    },
  },
})

/** freeze_processes(): all that shall be frozen are, or time is up. The walk over the tasks is one look here. */
const freeze_processes = (exempt: Exempt) => {
  const freezing = freezingBy(exempt)
  return steps('suspender', {
    freeze_processes: (s, me) => {
      s.pm_freezing = true
      me.saved = s.oom_kills
    },
    try_to_freeze_tasks: {
      either: {
        all: { when: (s) => s.task.every((task) => !task.on_tasklist || frozen(task) || !freezing(s, task)) },
        timeout: () => 'thaw_processes',
      },
    },
  })
}

const suspend = steps('suspender', {
  suspend: (s) => {
    s.suspended = true
    return 'done'
  },
})

const thaw_processes = steps('suspender', {
  thaw_processes: (s) => {
    s.pm_freezing = false
    s.oom_killer_disabled = false
    for (const task of s.task) __thaw_task(task)
  },
})

/** 3.17: a flag. */
const disable = steps('suspender', {
  oom_killer_disable: (s) => {
    s.oom_killer_disabled = true
  },
})
/** 3.18: if a kill has begun meanwhile everybody must be frozen still. */
const check = steps('suspender', {
  check_frozen_processes: (s, me) =>
    s.oom_kills !== me.saved && s.task.some((task) => task.on_tasklist && !frozen(task)) ? 'thaw_processes' : undefined,
})
/** Since 4.0: no kill is under way, and those that were are waited for. */
const disableAndWait = (isOver: (victims: number) => boolean) =>
  steps('suspender', {
    mutex_lock_killable: {
      when: (s) => !s.oom_lock,
      do: (s) => {
        s.oom_lock = true
      },
    },
    oom_killer_disable: (s) => {
      s.oom_killer_disabled = true
      s.oom_lock = false
    },
    oom_victims_wait: {
      either: {
        none: { when: (s) => isOver(s.oom_victims) },
        timeout: () => 'thaw_processes',
      },
    },
  })

/** With asleep user space is in the refrigerator already, and suspend is about to see that. */
const startOf = ({ asleep }: Setup) => ({ start: asleep ? 'try_to_freeze_tasks' : 'freeze_processes' }) as const

export const suspenders = {
  flag: (exempt: Exempt, setup: Setup) =>
    program('suspender', { ...freeze_processes(exempt), ...disable, ...suspend, ...thaw_processes }, startOf(setup)),
  counter: (exempt: Exempt, setup: Setup) =>
    program(
      'suspender',
      { ...freeze_processes(exempt), ...disable, ...check, ...suspend, ...thaw_processes },
      startOf(setup),
    ),
  wait: (exempt: Exempt, setup: Setup) =>
    program(
      'suspender',
      {
        ...freeze_processes(exempt),
        ...disableAndWait((victims) => victims === 0),
        ...suspend,
        ...thaw_processes,
      },
      startOf(setup),
    ),
  invertedWait: (exempt: Exempt, setup: Setup) =>
    program(
      'suspender',
      {
        ...freeze_processes(exempt),
        ...disableAndWait((victims) => victims > 0),
        ...suspend,
        ...thaw_processes,
      },
      startOf(setup),
    ),
}
