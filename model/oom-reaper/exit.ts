/** Whoever gives up an mm, and exit_mmap() of its last user in the forms that it has had. */
import { bool, ref, upTo } from '../../checker/language/index.ts'
import { canRead, canWrite, down_read_trylock, up_read } from '../kernel/rwsem.ts'
import { call, only, procedure, steps, type Mm, type Setup, type State, type Task } from './state.ts'

interface Frame {
  mm: Mm
  /** The task that runs here is an OOM victim itself. */
  victim: boolean
  vma: number
  batch: number
  /** Waits among the writers of mmap_lock. */
  queued: boolean
}

/** Clears the next entry, if it is present, and says whether there are more. The lock of the page table covers it. */
function unmapNext(frame: Frame, skips: (mm: Mm, vma: number) => boolean = () => false): boolean {
  const { mm } = frame
  if (mm.pte[frame.vma] && !skips(mm, frame.vma)) {
    mm.pte[frame.vma] = false
    mm.gathered++
    frame.batch++
  }
  frame.vma++
  return frame.vma < mm.pte.length
}

/** What the reaper would not touch, exit does not either as long as it only reaps. */
const isUnreapable = (mm: Mm, vma: number): boolean => mm.VM_SHARED || mm.VM_LOCKED[vma]

/** tlb_finish_mmu(): the gathered pages become free. */
function finish(s: State, frame: Frame): void {
  s.free += frame.batch
  frame.mm.gathered -= frame.batch
  frame.batch = 0
}

/** Its reference is given up; only the last user goes on. */
const atomic_dec_and_test = (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
  frame.mm.mm_users--
  return frame.mm.mm_users > 0 ? 'return' : undefined
}
/** The last user takes mmap_lock for reading. */
const mmap_read_lock = {
  when: (_s: State, _me: unknown, frame: Frame) => canRead(frame.mm.mmap_lock),
  do: (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
    down_read_trylock(frame.mm.mmap_lock)
  },
}
/** It unmaps VMA by VMA from the lowest up, and gathers the pages. */
const unmap_vmas = (_s: State, _me: unknown, _pick: unknown, frame: Frame) =>
  unmapNext(frame) ? 'unmap_vmas' : undefined
const mmap_read_unlock = (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
  up_read(frame.mm.mmap_lock)
}
/** From here on the OOM killer passes the mm over. */
const set_MMF_OOM_SKIP = (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
  frame.mm.MMF_OOM_SKIP = true
}
/** It takes mmap_lock for writing, and waits for the readers, if there are any. */
const mmap_write_lock = {
  when: (_s: State, _me: unknown, frame: Frame) => !frame.queued || canWrite(frame.mm.mmap_lock),
  do: (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
    const { mmap_lock } = frame.mm
    if (!canWrite(mmap_lock)) {
      mmap_lock.waiting++
      frame.queued = true
      return 'mmap_write_lock'
    }
    if (frame.queued) mmap_lock.waiting--
    frame.queued = false
    mmap_lock.writer = true
    return
  },
} as const
/** VMAs and page tables are freed. */
const free_pgtables = (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
  frame.mm.torn_down = true
}
/** The gathered pages are freed. */
const tlb_finish_mmu = (s: State, _me: unknown, _pick: unknown, frame: Frame) => {
  finish(s, frame)
}
const mmap_write_unlock = (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
  frame.mm.mmap_lock.writer = false
}
/** What the reaper would do, by the last user itself, which does not hold mmap_lock. */
const reap = {
  __oom_reap_task_mm: (_s: State, _me: unknown, _pick: unknown, frame: Frame) =>
    unmapNext(frame, isUnreapable) ? '__oom_reap_task_mm' : undefined,
  reap_finish: (s: State, _me: unknown, _pick: unknown, frame: Frame) => {
    finish(s, frame)
    frame.vma = 0
  },
} as const
/** The lock is only taken to wait for readers. */
const pulse = { mmap_write_lock, mmap_write_unlock }

/** munlock_vma_pages_all(), VMA by VMA, before anything else is unmapped. */
const munlock = {
  /** From here on the VMA does not look mlocked any more, and the reaper may take it for what can be reaped. */
  munlock_vma_pages_all: (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
    frame.mm.VM_LOCKED[frame.vma] = false
  },
  /** It sees that there is a page table, and is about to look into it. */
  follow_page_mask: (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
    const { mm } = frame
    if (mm.pte[frame.vma]) mm.followed = frame.vma + 1
  },
  /** It has looked, and goes on with the next VMA. */
  follow_page_pte: (_s: State, _me: unknown, _pick: unknown, frame: Frame) => {
    frame.mm.followed = 0
    frame.vma++
    if (frame.vma < frame.mm.pte.length) return 'munlock_vma_pages_all'
    frame.vma = 0
    return
  },
} as const

const shape = ({ pages }: Setup) =>
  ({
    family: ['task', 'reaper', 'holder', 'manager'],
    args: { mm: ref('mm'), victim: bool },
    locals: { vma: upTo(pages), batch: upTo(pages), queued: bool },
  }) as const

/** Where exit_mmap() goes on that has not reaped. */
const afterReaping = ({ mlocked }: Setup) => (mlocked ? 'munlock_vma_pages_all' : 'unmap_vmas')

/** mmput(), with exit_mmap() in it. */
export const mmputs = {
  /** Nobody else is there: whoever walks has a reference. What 4.6 does not set nobody reads there. */
  afterAllUsers: (setup: Setup) =>
    procedure('mmput', shape(setup), {
      atomic_dec_and_test,
      unmap_vmas,
      free_pgtables,
      tlb_finish_mmu,
      set_MMF_OOM_SKIP,
    }),
  /** The reaper walks without a reference, and is waited for by taking the lock for a moment: if a victim runs here. */
  pulseByVictim: (setup: Setup) =>
    procedure('mmput', shape(setup), {
      atomic_dec_and_test,
      ...only(setup.mlocked, munlock),
      unmap_vmas,
      set_MMF_OOM_SKIP,
      /** tsk_is_oom_victim(current). */
      tsk_is_oom_victim: (_s, _me, _pick, frame) => (frame.victim ? 'mmap_write_lock' : 'free_pgtables'),
      ...pulse,
      free_pgtables,
      tlb_finish_mmu,
    }),
  /** The same, if the mm is that of a victim, whoever runs here. */
  pulseForVictim: (setup: Setup) =>
    procedure('mmput', shape(setup), {
      atomic_dec_and_test,
      ...only(setup.mlocked, munlock),
      unmap_vmas,
      set_MMF_OOM_SKIP,
      /** MMF_OOM_VICTIM. */
      mm_is_oom_victim: (_s, _me, _pick, frame) => (frame.mm.MMF_OOM_VICTIM ? 'mmap_write_lock' : 'free_pgtables'),
      ...pulse,
      free_pgtables,
      tlb_finish_mmu,
    }),
  /** It reaps the mm of a victim itself, as the reaper does and with oom_lock like it, and waits for the reaper after that. */
  reapUnderOomLock: (setup: Setup) =>
    procedure('mmput', shape(setup), {
      atomic_dec_and_test,
      mm_is_oom_victim: (_s, _me, _pick, frame) => (frame.mm.MMF_OOM_VICTIM ? 'mutex_lock' : afterReaping(setup)),
      mutex_lock: {
        when: (s) => !s.oom_lock,
        do: (s) => {
          s.oom_lock = true
        },
      },
      ...reap,
      mutex_unlock: (s) => {
        s.oom_lock = false
      },
      set_MMF_OOM_SKIP,
      ...pulse,
      ...only(setup.mlocked, munlock),
      unmap_vmas,
      free_pgtables,
      tlb_finish_mmu,
    }),
  /** The same without oom_lock. */
  reapThenPulse: (setup: Setup) =>
    procedure('mmput', shape(setup), {
      atomic_dec_and_test,
      mm_is_oom_victim: (_s, _me, _pick, frame) =>
        frame.mm.MMF_OOM_VICTIM ? '__oom_reap_task_mm' : afterReaping(setup),
      ...reap,
      set_MMF_OOM_SKIP,
      ...pulse,
      ...only(setup.mlocked, munlock),
      unmap_vmas,
      free_pgtables,
      tlb_finish_mmu,
    }),
  /** It reaps the mm of a victim itself, frees what was reaped, and tears down under the lock. */
  reapFirst: (setup: Setup) =>
    procedure('mmput', shape(setup), {
      atomic_dec_and_test,
      mm_is_oom_victim: (_s, _me, _pick, frame) => (frame.mm.MMF_OOM_VICTIM ? '__oom_reap_task_mm' : 'mmap_write_lock'),
      ...reap,
      set_MMF_OOM_SKIP,
      mmap_write_lock,
      unmap_vmas,
      free_pgtables,
      tlb_finish_mmu,
      /** The VMAs are freed, and since February 2022 nothing points at them any more. */
      remove_vma: (_s, _me, _pick, frame) => {
        frame.mm.no_mmap = !setup.withoutReset
      },
      mmap_write_unlock,
    }),
  /** It unmaps beside other readers, sets the flag, and waits for them before it tears down. */
  readThenWrite: (setup: Setup) =>
    procedure('mmput', shape(setup), {
      atomic_dec_and_test,
      mmap_read_lock,
      unmap_vmas,
      mmap_read_unlock,
      set_MMF_OOM_SKIP,
      mmap_write_lock,
      free_pgtables,
      tlb_finish_mmu,
      mmap_write_unlock,
    }),
  /** The same with the flag first, so that nobody begins to walk beside it. */
  skipFirst: (setup: Setup) =>
    procedure('mmput', shape(setup), {
      atomic_dec_and_test,
      set_MMF_OOM_SKIP,
      mmap_read_lock,
      unmap_vmas,
      mmap_read_unlock,
      mmap_write_lock,
      free_pgtables,
      tlb_finish_mmu,
      mmap_write_unlock,
    }),
}
export type Mmput = ReturnType<(typeof mmputs)[keyof typeof mmputs]>

/** do_exit() as far as the memory, and the end of the process. */
export const exiting = (mmput: Mmput, { reaping }: Setup) => ({
  ...steps('task', {
    /** The task lives until it sees SIGKILL, which may take as long as it likes. */
    do_exit: { when: (_s, me) => me.SIGKILL && !me.is_stuck },
    /** It lets go of its mm, for which it needs mmap_lock for reading; nobody can wait for the section. */
    exit_mm: {
      when: (_s, me) => canRead(me.own_mm.mmap_lock),
      do: (_s, me) => {
        me.mm = null
      },
    },
  }),
  /** It gives up its reference. */
  mmput: call(mmput, (_s, me: Task) => ({ mm: me.own_mm, victim: me.oom_mm !== null })),
  ...steps('task', {
    exit_oom_victim: (_s, me) => {
      me.TIF_MEMDIE = false
      if (!reaping) return 'done'
      return
    },
    /** It became a zombie, and its parent has waited for it. */
    release_task: (_s, me) => {
      me.on_tasklist = false
      return 'done'
    },
  }),
})
