/** exit_mmap() by the last user of the mm, which walks from the lowest address up, and a thread that is not gone yet. */
import { mutex_lock, mutex_unlock } from '../kernel/mutex.ts'
import { isHeld } from '../kernel/page-table.ts'
import { canRead, canWrite, down_read_trylock, up_read } from '../kernel/rwsem.ts'
import { advance, flush, present, tlb_batch_pages_flush, type Unmapping } from './unmap.ts'
import { call, program, steps, type Exit, type Setup, type State } from './state.ts'

const whereItIs = (s: State, me: { come: number }) => ({ vma: present(s, me, false) })

/** The last user has put the mm: no thread is left that uses it. */
const mmput = steps('exit', { mmput: { when: (s) => s.sibling[0].gone } })

/** unmap_vmas(): every VMA, into one gather for the whole mm. */
const unmapVmas = <const L extends string>(unmap: Unmapping, then: L) => ({
  ...steps('exit', { unmap_vmas: (s, me) => (advance(s, me) ? 'unmap_page_range' : then) }),
  unmap_page_range: call(unmap, whereItIs, 'unmap_vmas'),
})

/** It waits until nobody holds the lock for reading. */
const mmap_write_lock = {
  when: (s: State) => canWrite(s.mmap_lock),
  do: (s: State) => {
    s.mmap_lock.writer = true
  },
}

const mmap_write_unlock = (s: State): void => {
  s.mmap_lock.writer = false
}

const finish = steps('exit', {
  /** The pages of the page table are freed. */
  free_pgtables: (s) => {
    s.torn_down = true
  },
  tlb_flush_mmu_tlbonly: (s, me) => {
    flush(s, me, true)
  },
  tlb_batch_pages_flush,
})

/** From here on nobody begins to walk. */
const set_MMF_OOM_SKIP = steps('exit', {
  set_MMF_OOM_SKIP: (s) => {
    s.MMF_OOM_SKIP = true
  },
})

/** 6.1 and later: it unmaps as a reader, and tears down as the only one. */
const readThenWrite = ({ withoutWriteLock }: Setup, unmap: Unmapping) => {
  const asReader = {
    ...mmput,
    ...steps('exit', {
      mmap_read_lock: {
        when: (s) => canRead(s.mmap_lock),
        do: (s) => {
          down_read_trylock(s.mmap_lock)
        },
      },
    }),
    ...unmapVmas(unmap, 'mmap_read_unlock'),
    ...steps('exit', {
      mmap_read_unlock: (s) => {
        up_read(s.mmap_lock)
      },
    }),
    ...set_MMF_OOM_SKIP,
  }
  return withoutWriteLock
    ? program('exit', { ...asReader, ...finish })
    : program('exit', { ...asReader, mmap_write_lock, ...finish, mmap_write_unlock })
}

/** munlock_vma_pages_all(), for each VMA that is mlocked; nobody holds a lock. */
const munlock = <const L extends string>(then: L) =>
  steps('exit', {
    munlock_next_vma: (s, me) => {
      if (!advance(s, me)) return then
      return s.vma[present(s, me, false)].VM_LOCKED ? undefined : 'munlock_next_vma'
    },
    clear_VM_LOCKED: (s, me) => {
      s.vma[present(s, me, false)].VM_LOCKED = false
    },
    /** It finds the entry of a page. */
    follow_page_mask: (s, me) => {
      me.seen = s.vma[present(s, me, false)].pte
    },
    /** It follows the entry to the page. */
    munlock_vma_page: {
      do: () => 'munlock_next_vma',
      note: (h, s, me) => {
        h.oops = h.oops || (me.seen && !s.vma[present(s, me, false)].pte)
      },
    },
  })

/** Whoever walks is waited for, and let go on. */
const pulse = { mmap_write_lock, mmap_write_unlock }

/** 4.14 to 4.16: munlock comes first, and beside the reaper. */
const munlockFirst = (unmap: Unmapping) =>
  program('exit', {
    ...mmput,
    ...munlock('unmap_vmas'),
    ...unmapVmas(unmap, 'set_MMF_OOM_SKIP'),
    ...set_MMF_OOM_SKIP,
    ...pulse,
    ...finish,
  })

/** 4.17: it reaps its own mm first, and lets nobody else do so from then on. */
const reapFirst = (unmap: Unmapping) =>
  program('exit', {
    ...mmput,
    mutex_lock,
    __oom_reap_task_mm: (s, me) => {
      if (!advance(s, me)) return 'mutex_unlock'
      return s.vma[present(s, me, false)].VM_LOCKED ? '__oom_reap_task_mm' : 'reap_page_range'
    },
    reap_page_range: call(unmap, whereItIs),
    /** tlb_finish_mmu(). No thread is left that could have anything in a TLB. */
    reap_pages: {
      ...tlb_batch_pages_flush,
      do: (s, me: Exit) => {
        tlb_batch_pages_flush.do(s, me)
        return '__oom_reap_task_mm'
      },
    },
    mutex_unlock,
    ...set_MMF_OOM_SKIP,
    ...pulse,
    ...munlock('unmap_vmas'),
    ...unmapVmas(unmap, 'free_pgtables'),
    ...finish,
  })

export const exit = (setup: Setup, unmap: Unmapping) => {
  if (setup.variant === '4.16') return munlockFirst(unmap)
  return setup.variant === '4.17' ? reapFirst(unmap) : readThenWrite(setup, unmap)
}

/** A thread of the victim, which runs until it sees SIGKILL. Its CPU looks into its TLB first, and walks without locks. */
export const sibling = (setup: Setup) => {
  const vmas = Array.from({ length: setup.vmas }, (_, i) => i)
  return program(
    'sibling',
    {
      user: {
        either: {
          /** It uses what its TLB has. */
          access: {
            do: () => 'user',
            note: (h, s) => {
              h.strayed = h.strayed || vmas.some((i) => s.tlb[i] && h.freed[i] > 0)
            },
          },
          /** The CPU fetches an entry into its TLB. */
          fill: (s, _me, pick) => {
            s.tlb[pick(vmas.filter((i) => !s.tlb[i] && s.vma[i].pte))] = true
            return 'user'
          },
          /** No entry: handle_mm_fault(), which asks for MMF_UNSTABLE under the lock of the page table. */
          fault: {
            do: (s, me, pick) => {
              pick(vmas.filter((i) => !s.tlb[i] && !s.vma[i].pte && !isHeld(s, s.vma[i].table)))
              if (!s.MMF_UNSTABLE) return 'user'
              me.gone = true
              return 'done'
            },
            note: (h, s) => {
              h.zeroes = h.zeroes || !s.MMF_UNSTABLE
            },
          },
          /** SIGKILL is there. */
          do_exit: (_s, me) => {
            me.gone = true
            return 'done'
          },
        },
      },
    },
    { role: 'environment' },
  )
}
