/** An allocator that runs out of memory: the last attempt, the scan, the kill, and the way to the reaper. */
import { add_timer } from '../kernel/timer.ts'
import { get_page_from_freelist, WMARK_HIGH, WMARK_MIN } from '../kernel/zone.ts'
import { mapped, only, program, running, steps, type Setup, type State, type Task } from './state.ts'

/** What a scan finds at one task: go on without it, or weigh it, or leave the whole scan. */
type Look = (task: Task) => 'next' | 'weigh' | 'abort'

export const looks = {
  /** Since 4.9: the mark is on the process, and the flag on the mm lifts it. */
  oom_mm: (task: Task) => {
    if (task.oom_mm === null) return 'weigh'
    return task.oom_mm.MMF_OOM_SKIP ? 'next' : 'abort'
  },
  /** 4.6: the mark is on the thread, until it has put the mm or was reaped. */
  TIF_MEMDIE: (task: Task) => {
    if (task.TIF_MEMDIE) return 'abort'
    return task.exempt ? 'next' : 'weigh'
  },
} satisfies Record<string, Look>

export const allocation = ({ prompt: urgent }: Setup) =>
  steps('cpu', {
    /** The allocator tries the free list at the minimum mark, and has reclaimed nothing when that fails. */
    get_page_from_freelist: {
      urgent,
      do: (s, me) => {
        me.has_page = get_page_from_freelist(s, WMARK_MIN)
        return me.has_page ? 'done' : undefined
      },
    },
    /** mutex_trylock(): if somebody else is killing, it sleeps for a tick. */
    mutex_trylock: {
      urgent,
      do: (s, me) => {
        me.sleep = Number(s.oom_lock)
        if (s.oom_lock) return 'schedule_timeout'
        s.oom_lock = true
        return
      },
    },
    /** It tries once more, at the high mark. */
    last_attempt: {
      urgent,
      do: (s, me) => {
        me.has_page = get_page_from_freelist(s, WMARK_HIGH)
        return me.has_page ? 'mutex_unlock' : undefined
      },
    },
  })

/** Weighs a task by what it has mapped. An mm that shall be passed over has no points. */
function weigh(cpu: State['cpu'][number], task: Task): void {
  if (task.mm === null || task.mm.MMF_OOM_SKIP) return
  const points = mapped(task.mm)
  if (points <= cpu.points) return
  cpu.points = points
  cpu.chosen = task
}

/** SIGKILL and mark_oom_victim(), unless the victim has let go of its mm by now. */
function kill(victim: Task): boolean {
  if (victim.mm === null) return false
  victim.SIGKILL = true
  victim.TIF_MEMDIE = true
  victim.oom_mm = victim.mm
  victim.mm.MMF_OOM_VICTIM = true
  return true
}

export const selection = (look: Look, { prompt: urgent }: Setup) =>
  steps('cpu', {
    /** The scan looks at the next process on the list, if there is one more. */
    select_bad_process: {
      urgent,
      do: (s, me) => {
        if (me.next === s.task.length) return me.chosen === null ? 'panic' : 'oom_kill_process'
        const task = s.task[me.next++]
        const found = task.on_tasklist ? look(task) : 'next'
        if (found === 'abort') {
          me.chosen = null
          return 'mutex_unlock'
        }
        if (found === 'weigh') weigh(me, task)
        return 'select_bad_process'
      },
    },
    /** Under task_lock(): it sends SIGKILL and marks the victim, unless that has let go of its mm by now. */
    oom_kill_process: {
      urgent,
      do: (_s, me) => (kill(me.chosen!) ? undefined : 'mutex_unlock'),
      note: (h, _s, me) => {
        if (me.chosen === null || me.chosen.mm === null) return
        h.killed.add(me.chosen.own_mm)
        h.kills++
      },
    },
  })

/** queue_oom_reaper() in its forms. The list that tells by itself who is on it is oom-reaper-queue. */
const queue = {
  /** Since 5.18: test_and_set_bit(), and a timer is armed first, so that the victim may exit by itself. */
  withTimer: (s: State, task: Task, { delay }: Setup) => {
    if (task.own_mm.MMF_OOM_REAP_QUEUED) return
    task.own_mm.MMF_OOM_REAP_QUEUED = true
    add_timer(s.timer[s.task.indexOf(task)].timer, delay)
  },
  /** The victim is put on the list, and the reaper is woken. */
  atOnce: (s: State, task: Task) => {
    if (task.own_mm.MMF_OOM_REAP_QUEUED) return
    task.own_mm.MMF_OOM_REAP_QUEUED = true
    s.oom_reaper_list.push(task)
  },
}
export type Queue = keyof typeof queue

export const queueing = (how: Queue, setup: Setup) =>
  steps('cpu', {
    queue_oom_reaper: {
      urgent: setup.prompt,
      do: (s, me) => {
        queue[how](s, me.chosen!, setup)
      },
    },
    ...only(setup.sleepsUnderLock, {
      /** With oom_lock, so that the victim may run: for a tick at least, and for as long as others keep the CPUs busy. */
      schedule_timeout_killable: {},
    }),
  })

/** An allocator that has reached the limit of its memcg, and kills the first daemon, the only process in it. */
export const memcg = (how: Queue, setup: Setup) => {
  const { prompt: urgent } = setup
  return program(
    'memcg',
    {
      /** mutex_lock_killable(): it waits. */
      mutex_lock: {
        when: (s) => !s.oom_lock,
        do: (s, me) => {
          s.oom_lock = true
          me.chosen = s.task[1]
        },
      },
      oom_kill_process: {
        urgent,
        do: (_s, me) => (kill(me.chosen!) ? undefined : 'mutex_unlock'),
        note: (h, s) => {
          h.memcgKill = s.task[1].TIF_MEMDIE
        },
      },
      queue_oom_reaper: {
        urgent,
        do: (s, me) => {
          queue[how](s, me.chosen!, setup)
        },
      },
      mutex_unlock: {
        urgent,
        do: (s, me) => {
          s.oom_lock = false
          me.chosen = null
          return 'done'
        },
      },
    },
    { ...running, role: 'environment' },
  )
}

export const leave = ({ leaves, prompt: urgent }: Setup) =>
  steps('cpu', {
    /** It unlocks, and goes back to the free list after a tick, in which it reclaims nothing. */
    mutex_unlock: {
      urgent,
      do: (s, me) => {
        s.oom_lock = false
        const hasKilled = me.chosen !== null && me.chosen.oom_mm !== null
        me.next = me.points = 0
        me.chosen = null
        if (me.has_page || (leaves && hasKilled)) return 'done'
        me.sleep = 1
        return
      },
    },
    schedule_timeout: {
      urgent,
      when: (_s, me) => me.sleep === 0,
      do: () => 'get_page_from_freelist',
    },
    /** There is nobody to kill. */
    panic: {
      urgent,
      do: (s) => {
        s.panicked = true
        return 'done'
      },
    },
  })
