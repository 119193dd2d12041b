/** The OOM reaper and process_mrelease(), VMA by VMA, each of which is flushed and freed before the next. */
import { mutex_lock, mutex_unlock } from '../kernel/mutex.ts'
import { canRead, down_read_trylock, up_read } from '../kernel/rwsem.ts'
import { advance, flush, present, tlb_batch_pages_flush, type Unmapping } from './unmap.ts'
import { call, program, steps, type Setup } from './state.ts'

/** __oom_reap_task_mm(). */
export const reaping = <const F extends 'reaper' | 'manager'>(family: F, setup: Setup, unmap: Unmapping) => {
  const backwards = setup.variant === '6.18'
  const skipsLocked = setup.variant === '4.16' || setup.variant === '4.17'
  return {
    ...steps(family, {
      /** From here on whoever faults gets SIGBUS. */
      set_MMF_UNSTABLE: (s) => {
        s.MMF_UNSTABLE = !setup.withoutUnstable
      },
      /** It turns to the next VMA; until 5.17 those that are mlocked are left alone. */
      next_vma: (s, me) => {
        if (!advance(s, me)) return 'mmap_read_unlock'
        return skipsLocked && s.vma[present(s, me, backwards)].VM_LOCKED ? 'next_vma' : 'unmap_page_range'
      },
    }),
    unmap_page_range: call(unmap, (s, me: { come: number }) => ({ vma: present(s, me, backwards) })),
    ...steps(family, {
      tlb_flush_mmu_tlbonly: (s, me) => {
        flush(s, me, setup.fullMmGather)
      },
      tlb_batch_pages_flush: {
        ...tlb_batch_pages_flush,
        do: (s, me) => {
          tlb_batch_pages_flush.do(s, me)
          return 'next_vma'
        },
      },
    }),
  }
}

const locking = steps('reaper', {
  mmap_read_trylock: {
    when: (s) => canRead(s.mmap_lock),
    do: (s) => {
      down_read_trylock(s.mmap_lock)
    },
  },
  /** Under the lock: whoever tears down has set the flag before it waits for the lock. */
  test_MMF_OOM_SKIP: (s) => (s.MMF_OOM_SKIP ? 'mmap_read_unlock' : undefined),
})

/** Until 4.18 the reaper holds oom_lock as well. */
const oomLock = (setup: Setup) => setup.variant === '4.16' || setup.variant === '4.17'

export const reaper = (setup: Setup, unmap: Unmapping) =>
  oomLock(setup)
    ? program('reaper', {
        mutex_lock,
        ...locking,
        ...reaping('reaper', setup, unmap),
        mmap_read_unlock: (s) => {
          up_read(s.mmap_lock)
        },
        mutex_unlock,
      })
    : program('reaper', {
        ...locking,
        ...reaping('reaper', setup, unmap),
        mmap_read_unlock: (s) => {
          up_read(s.mmap_lock)
        },
      })

export const manager = (setup: Setup, unmap: Unmapping) =>
  program('manager', {
    mmap_read_lock_killable: {
      when: (s) => canRead(s.mmap_lock),
      do: (s) => {
        down_read_trylock(s.mmap_lock)
      },
    },
    test_MMF_OOM_SKIP: (s) => (s.MMF_OOM_SKIP ? 'mmap_read_unlock' : undefined),
    ...reaping('manager', setup, unmap),
    mmap_read_unlock: (s) => {
      up_read(s.mmap_lock)
    },
  })
