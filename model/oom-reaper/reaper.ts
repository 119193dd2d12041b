/** The timers, the reaper, process_mrelease(), and whoever else holds the mm. */
import { ref, upTo } from '../../checker/language/index.ts'
import { mutex_lock, mutex_unlock } from '../kernel/mutex.ts'
import { canRead, canWrite, down_read_trylock, up_read } from '../kernel/rwsem.ts'
import { countedDown, detach_timer, expired } from '../kernel/timer.ts'
import type { Mmput } from './exit.ts'
import {
  call,
  holdsMemory,
  mapped,
  procedure,
  program,
  running,
  steps,
  type Mm,
  type Setup,
  type State,
} from './state.ts'

interface Frame {
  mm: Mm
  /** VMAs that are still to be visited. */
  left: number
}

/** From which end VMAs are visited, and whether those that are mlocked are. */
export interface Manner {
  readonly descending: boolean
  readonly skipsMlocked: boolean
}

const shape = ({ pages }: Setup) =>
  ({
    family: ['reaper', 'manager'],
    args: { mm: ref('mm'), left: upTo(pages) },
  }) as const

/** Whoever walks an mm that is torn down reads what belongs to somebody else by now. */
const noteStraying = (h: { strayed: boolean }, _s: unknown, me: { readonly mm: Mm | null }): void => {
  h.strayed = h.strayed || (me.mm?.torn_down === true && !me.mm.no_mmap)
}

/** Whether the walk is over, or leaves this mm alone. */
const isOver = ({ mm, left }: Frame): boolean => left === 0 || mm.VM_SHARED || mm.no_mmap

/** The VMA at which the walk has just looked, counted from the lowest. */
const vmaOf = ({ mm, left }: Frame, { descending }: Manner): number => (descending ? left : mm.pte.length - left - 1)

/** Turns to the next VMA, at first to the one at an end. */
function advance(frame: Frame, manner: Manner): number {
  frame.left--
  return vmaOf(frame, manner)
}

/** Whether there is something to be unmapped there. */
const isReapable = ({ mm }: Frame, vma: number, { skipsMlocked }: Manner): boolean =>
  mm.pte[vma] && !(skipsMlocked && mm.VM_LOCKED[vma])

/** __oom_reap_task_mm(), which frees what it has gathered VMA by VMA. */
const walks = {
  withPteLock: (setup: Setup, manner: Manner, urgent = setup.prompt) =>
    procedure('__oom_reap_task_mm', shape(setup), {
      /** The lock of the page table is held from the look at the entry until it is cleared. */
      unmap_page_range: {
        do: (_s, _me, _pick, frame) => {
          if (isOver(frame)) return 'return'
          const vma = advance(frame, manner)
          if (!isReapable(frame, vma, manner)) return 'unmap_page_range'
          frame.mm.pte[vma] = false
          frame.mm.gathered++
          return
        },
        note: noteStraying,
        urgent,
      },
      tlb_finish_mmu: {
        do: (s, _me, _pick, frame) => {
          s.free++
          frame.mm.gathered--
          return 'unmap_page_range'
        },
        urgent,
      },
    }),
  withoutPteLock: (setup: Setup, manner: Manner, urgent = setup.prompt) =>
    procedure('__oom_reap_task_mm', shape(setup), {
      /** The walk sees that the entry is present. */
      unmap_page_range: {
        do: (_s, _me, _pick, frame) => {
          if (isOver(frame)) return 'return'
          return isReapable(frame, advance(frame, manner), manner) ? undefined : 'unmap_page_range'
        },
        note: noteStraying,
        urgent,
      },
      /** It clears the entry that it saw. */
      ptep_clear: {
        do: (_s, _me, _pick, frame) => {
          frame.mm.pte[vmaOf(frame, manner)] = false
          frame.mm.gathered++
        },
        urgent,
      },
      tlb_finish_mmu: {
        do: (s, _me, _pick, frame) => {
          s.free++
          frame.mm.gathered--
          return 'unmap_page_range'
        },
        urgent,
      },
    }),
}
export const walkOf = (setup: Setup, manner: Manner) =>
  setup.withoutPteLock ? walks.withoutPteLock(setup, manner) : walks.withPteLock(setup, manner)
export type Walk = ReturnType<typeof walkOf>

export const timer = ({ prompt: urgent }: Setup) =>
  program(
    'timer',
    {
      /** The timer has run out: the victim is put on the list, unless it needs no reaping any more. */
      wake_oom_reaper: {
        urgent,
        when: (_s, me) => expired(me.timer),
        do: (s, me) => {
          detach_timer(me.timer)
          if (!me.task.own_mm.MMF_OOM_SKIP) s.oom_reaper_list.push(me.task)
        },
        note: (h, _s, me) => {
          h.lateTimer = h.lateTimer || me.task.own_mm.torn_down
        },
      },
    },
    { ...running, loop: true },
  )

/** The reaper takes the head of the list. */
export const pop = ({ prompt: urgent }: Setup) =>
  steps('reaper', {
    oom_reaper: {
      urgent,
      when: (s) => !s.oom_reaper_list.isEmpty,
      do: (s, me) => {
        const task = s.oom_reaper_list.at(s.oom_reaper_list.length - 1)
        s.oom_reaper_list.remove(task)
        me.task = task
        me.mm = task.own_mm
        me.attempts = 0
      },
    },
  })

/** What happens after an attempt that failed, up to the last. */
export const retry = <const L extends string, const G extends string>(
  again: L,
  givesUp: G,
  { retries, prompt: urgent }: Setup,
) =>
  steps('reaper', {
    /** The attempt has failed; the reaper sleeps for a tenth of a second, also after the last one. */
    oom_reap_failed: {
      urgent,
      do: (_s, me) => {
        me.attempts++
        me.sleep = 1
      },
    },
    schedule_timeout_idle: {
      urgent,
      when: (_s, me) => me.sleep === 0,
      do: (_s, me) => (me.attempts < retries ? again : givesUp),
    },
  })

/** It turns to the next victim. */
export const turn = ({ prompt: urgent }: Setup) =>
  steps('reaper', {
    put_task_struct: {
      urgent,
      do: (_s, me) => {
        me.task = me.mm = null
        return 'oom_reaper'
      },
    },
  })

/** Reaped or given up, the mm is passed over from now on. */
export const hide = ({ retries, prompt: urgent }: Setup) =>
  steps('reaper', {
    set_MMF_OOM_SKIP: {
      urgent,
      do: (_s, me) => {
        me.mm!.MMF_OOM_SKIP = true
        return 'put_task_struct'
      },
      note: (h, _s, me) => {
        const { mm } = me
        if (mm === null || mapped(mm) === 0) return
        if (me.attempts === retries || mm.VM_SHARED || mm.VM_LOCKED.some((locked) => locked)) h.givenUp.add(mm)
      },
    },
  })

export const trylock = <const L extends string>(failed: L, { prompt: urgent }: Setup) =>
  steps('reaper', {
    mmap_read_trylock: {
      urgent,
      do: (_s, me) => (down_read_trylock(me.mm!.mmap_lock) ? undefined : failed),
    },
  })

/** Until 4.18 the reaper excludes the OOM killer while it reaps. */
export const lockAndTrylock = ({ prompt: urgent }: Setup) =>
  steps('reaper', {
    mutex_lock: { ...mutex_lock, urgent },
    /** A failure also unlocks oom_lock. */
    mmap_read_trylock: {
      urgent,
      do: (s, me) => {
        if (down_read_trylock(me.mm!.mmap_lock)) return
        mutex_unlock(s)
        return 'oom_reap_failed'
      },
    },
  })

export const unlock = ({ prompt: urgent }: Setup) =>
  steps('reaper', {
    mutex_unlock: {
      urgent,
      do: (s) => {
        mutex_unlock(s)
        return 'set_MMF_OOM_SKIP'
      },
    },
  })

/** 4.9: without users the mm is taken for torn down. */
export const noUsers = ({ prompt: urgent }: Setup) =>
  steps('reaper', {
    no_users: {
      urgent,
      do: (_s, me) => {
        up_read(me.mm!.mmap_lock)
      },
    },
  })

/** 4.6: a victim that has let go of its mm needs no reaping. */
export const findMm = ({ prompt: urgent }: Setup) =>
  steps('reaper', {
    find_lock_task_mm: {
      urgent,
      do: (_s, me) => (me.task!.mm === null ? 'put_task_struct' : undefined),
    },
  })

/** 4.6: a victim that was reaped is put out of the way of the next scan. */
export const exitOomVictim = ({ prompt: urgent }: Setup) =>
  steps('reaper', {
    exit_oom_victim: {
      urgent,
      do: (_s, me) => {
        me.task!.exempt = true
        me.task!.TIF_MEMDIE = false
      },
    },
  })

/** All VMAs of the mm that the walker has. */
const walkOver = (_s: State, { mm }: { readonly mm: Mm | null }) => ({ mm: mm!, left: mm!.pte.length })

export const walkAndUnlock = (walk: Walk, { prompt: urgent }: Setup) => ({
  walk: call(walk, walkOver),
  ...steps('reaper', {
    mmap_read_unlock: {
      urgent,
      do: (_s, me) => {
        up_read(me.mm!.mmap_lock)
      },
    },
  }),
})

/** Under the lock: whoever tears down has set the flag before it waits for the lock. */
export const lookAgain = ({ prompt: urgent }: Setup) =>
  steps('reaper', {
    test_MMF_OOM_SKIP: {
      urgent,
      do: (_s, me) => (me.mm!.MMF_OOM_SKIP ? 'mmap_read_unlock' : undefined),
    },
  })

/** mmget_not_zero(), in the years when the reaper needed a reference. */
export const takeReference = <const L extends string>(gone: L, { prompt: urgent }: Setup) =>
  steps('reaper', {
    mmget_not_zero: {
      urgent,
      do: (_s, me) => {
        if (me.mm!.mm_users === 0) return gone
        me.mm!.mm_users++
        return
      },
    },
  })

/** process_mrelease(), by a manager that has killed the hog itself. */
const mrelease = {
  signal: steps('manager', {
    pidfd_send_signal: (s) => {
      s.task[0].SIGKILL = true
    },
  }),
  find: ({ remembersMm }: Setup, becomesUser: boolean) =>
    steps('manager', {
      /** ESRCH, if the task has let go of its mm; as was proposed in 2026 the task remembers it. */
      find_lock_task_mm: {
        do: (s, me) => {
          me.mm = remembersMm ? s.task[0].own_mm : s.task[0].mm
          if (me.mm === null) return 'done'
          if (becomesUser) me.mm.mm_users++
          return
        },
        note: (h, s, me) => {
          h.esrch = h.esrch || (me.mm === null && holdsMemory(s.mm[0]))
        },
      },
    }),
  lock: steps('manager', {
    mmap_read_lock_killable: {
      when: (_s, me) => canRead(me.mm!.mmap_lock),
      do: (_s, me) => {
        down_read_trylock(me.mm!.mmap_lock)
      },
    },
    test_MMF_OOM_SKIP: (_s, me) => (me.mm!.MMF_OOM_SKIP ? 'mmap_read_unlock' : undefined),
  }),
  unlock: steps('manager', {
    mmap_read_unlock: (_s, me) => {
      up_read(me.mm!.mmap_lock)
    },
  }),
  leave: steps('manager', {
    mmdrop: (_s, me) => {
      me.mm = null
      return 'done'
    },
  }),
}

export const managers = {
  /** It only sends the signal, as anybody may: the hog exits, and is no OOM victim. */
  signal: program('manager', mrelease.signal, running),
  /** It keeps the mm_struct, and is no user of it. */
  withoutUser: (walk: Walk, setup: Setup) =>
    program(
      'manager',
      {
        ...mrelease.signal,
        ...mrelease.find(setup, false),
        ...mrelease.lock,
        walk: call(walk, walkOver),
        ...mrelease.unlock,
        ...mrelease.leave,
      },
      running,
    ),
  /** 5.15: it is a user of the mm, which nobody tears down until it puts it; and it may be the last. */
  asUser: (walk: Walk, setup: Setup, mmput: Mmput) =>
    program(
      'manager',
      {
        ...mrelease.signal,
        ...mrelease.find(setup, true),
        ...mrelease.lock,
        walk: call(walk, walkOver),
        ...mrelease.unlock,
        mmput: call(mmput, (_s, me) => ({ mm: me.mm!, victim: false }), 'mmdrop'),
        ...mrelease.leave,
      },
      running,
    ),
}

/** How the holder comes to be through with the mm, or with mmap_lock. */
export const locks = {
  /** It holds no lock, and reads what it likes. */
  pin: steps('holder', {
    proc_pid_read: {},
  }),
  writer: steps('holder', {
    up_write: (s) => {
      s.mm[0].mmap_lock.writer = false
    },
  }),
  reader: steps('holder', {
    up_read: (s) => {
      up_read(s.mm[0].mmap_lock)
    },
  }),
  queuedWriter: steps('holder', {
    up_read: (s) => {
      up_read(s.mm[0].mmap_lock)
    },
    /** The writer that was waiting gets the lock. */
    down_write: {
      when: (s) => canWrite(s.mm[0].mmap_lock),
      do: (s) => {
        s.mm[0].mmap_lock.waiting--
        s.mm[0].mmap_lock.writer = true
      },
    },
    up_write: (s) => {
      s.mm[0].mmap_lock.writer = false
      s.mm[0].mm_users--
    },
  }),
}

/** It gives up the mm, if it ever does, and may be its last user. */
export const letGo = (mmput: Mmput) => ({
  mmput: call(mmput, (s: State) => ({ mm: s.mm[0], victim: false }), 'put_task_struct'),
  ...steps('holder', {
    put_task_struct: (_s, me) => {
      me.has_mm = false
      return 'done'
    },
  }),
})

export const clock = program(
  'clock',
  {
    tick: (s) => {
      for (const { timer } of s.timer) timer.left = countedDown(timer.left)
      for (const cpu of s.cpu) cpu.sleep = countedDown(cpu.sleep)
      s.reaper[0].sleep = countedDown(s.reaper[0].sleep)
    },
  },
  { ...running, loop: true, role: 'time' },
)
