/**
 * Two walkers on one address space, and how often one finds the lock of a page table held by the other (C4); with `mrelease`
 * three of them.
 *
 * Source: zap_pte_range() in mm/memory.c, which takes the lock of one page of the page table, clears entries, and lets go;
 * exit_mmap() walks VMAs from the lowest address up, __oom_reap_task_mm() as well until 6.17 and downwards since 6.18. In
 * August 2025 the author of the change reported that 33.7 % of the time that the reaper spent in unmap_page_range() went
 * into waiting for this lock, and 1.7 % with the walks in opposite directions.
 *
 * A collision is that a walker comes for a lock and finds it held. It then waits, and collides once however long it waits.
 *
 * Kept: the order of the walks; the lock for each page of the page table, which `perTable` VMAs share; that entries which are
 * gone need not be cleared again, so that whoever comes second to a VMA is faster. `pages` is the number of entries of a VMA,
 * one step each under the lock; with 0 a VMA is a step to take the lock and one to let it go.
 *
 * Dropped: all that is decided in vma-walk: mmap_lock, which both hold for reading, flags, gathers and the TLB; VMAs that the
 * reaper leaves alone; cond_resched() and batches that are full, at which a walker lets the lock go and takes it again, which
 * means more collisions for both directions. Time: a step is a step, however long it takes. What waiting costs is in
 * unmap-cost.
 */
import {
  array,
  bool,
  family,
  language,
  protocol,
  upTo,
  type Member,
  type StateView,
} from '../checker/language/index.ts'
import { isHeld, page_table_locks, spin_lock, spin_unlock, tableOf } from './kernel/page-table.ts'

interface Bounds {
  readonly vmas: number
  readonly perTable: number
  readonly pages: number
}

interface Setup extends Bounds {
  readonly mrelease: boolean
}

const state = (setup: Setup) => ({
  /** Entries that are present, by VMA from the lowest address up. */
  pte: array(setup.vmas, upTo(setup.pages)),
  /** The lock of each page of the page table. */
  ptl: page_table_locks(setup),
  /** walker0 is exit_mmap(), walker1 the reaper, walker2 process_mrelease(): VMAs that they are through with. */
  walker: family(setup.mrelease ? 3 : 2, { backwards: bool, through: upTo(setup.vmas) }),
})
const history = ({ vmas }: Bounds) => ({ collisions: upTo(3 * vmas) })

const { program, steps } = language<typeof state, typeof history>()
type State = StateView<ReturnType<typeof state>>
type Walker = Member<ReturnType<typeof state>, 'walker'>

/** The VMA at which a walker is. */
const present = (s: State, { backwards, through }: Walker): number => (backwards ? s.pte.length - 1 - through : through)

const locking = (setup: Bounds) => {
  const isInside = (s: State, me: Walker): boolean => isHeld(s, tableOf(setup, present(s, me)))
  const take = (s: State, me: Walker): 'zap_pte_range' | 'pte_unmap_unlock' => {
    spin_lock(s, tableOf(setup, present(s, me)))
    return s.pte[present(s, me)] > 0 ? 'zap_pte_range' : 'pte_unmap_unlock'
  }
  return steps('walker', {
    pte_offset_map_lock: {
      either: {
        free: { when: (s, me) => !isInside(s, me), do: take },
        held: {
          when: isInside,
          note: (h) => {
            h.collisions++
          },
        },
      },
    },
    /** It waits until the lock is free. */
    queued_spin_lock_slowpath: { when: (s, me) => !isInside(s, me), do: take },
  })
}

const walker = (setup: Bounds) =>
  program('walker', {
    ...locking(setup),
    /** One entry is cleared. */
    zap_pte_range: (s, me) => {
      s.pte[present(s, me)]--
      return s.pte[present(s, me)] > 0 ? 'zap_pte_range' : undefined
    },
    pte_unmap_unlock: (s, me) => {
      spin_unlock(s, tableOf(setup, present(s, me)))
      me.through++
      return me.through < setup.vmas ? 'pte_offset_map_lock' : 'done'
    },
  })

export const pteLockContention = protocol({
  name: 'pte-lock-contention',
  source: 'zap_pte_range() and __oom_reap_task_mm(), Linux 6.17 and 6.18',
  variants: ['same-direction', 'opposite-direction'],
  bounds: {
    vmas: { min: 1, max: 8, doc: 'VMAs' },
    perTable: { min: 1, max: 8, doc: 'VMAs that share a page of the page table, and its lock' },
    pages: { min: 0, max: 4, doc: 'entries of a VMA that are present at first' },
  },
  ingredients: {
    mrelease: { doc: 'process_mrelease() walks as well, in the direction of the reaper' },
  },
  state,
  history,
  init:
    ({ variant, pages }) =>
    (s) => {
      for (let i = 0; i < s.pte.length; i++) s.pte[i] = pages
      for (const each of s.walker) each.backwards = each !== s.walker[0] && variant === 'opposite-direction'
    },
  programs: (setup) => [walker(setup)],
})
