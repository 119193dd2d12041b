/** One address space, those who unmap it, and a thread that still runs in it. */
import {
  array,
  bool,
  language,
  setOf,
  singleton,
  struct,
  upTo,
  type Member,
  type StateView,
} from '../../checker/language/index.ts'
import { oom_lock } from '../kernel/mutex.ts'
import { page_table_locks, tableOf } from '../kernel/page-table.ts'
import { rw_semaphore } from '../kernel/rwsem.ts'

/** Switches that are documented where the protocol is composed. */
export type Ingredient =
  'mrelease' | 'sibling' | 'mlocked' | 'withoutPteLock' | 'withoutWriteLock' | 'fullMmGather' | 'withoutUnstable'
export type Variant = '6.18' | '6.17' | '4.17' | '4.16'
export interface Bounds {
  readonly vmas: number
  readonly perTable: number
}
export type Setup = Bounds & Readonly<Record<Ingredient, boolean>> & { readonly variant: Variant }

export const state = (setup: Setup) => {
  const { vmas } = setup
  const lastTable = tableOf(setup, vmas - 1)
  const walker = {
    /** VMAs that the walk has come to, the present one included. */
    come: upTo(vmas),
    /** struct mmu_gather: pages whose entries it has cleared, and that are not free yet. */
    batch: setOf(upTo(vmas - 1)),
  }
  return {
    mmap_lock: rw_semaphore(3, 1),
    oom_lock,
    MMF_OOM_SKIP: bool,
    MMF_UNSTABLE: bool,
    /** free_pgtables() is through. */
    torn_down: bool,
    /** From the lowest address up. Each has one page: `pte` says that its entry is present, `table` where that is. */
    vma: array(vmas, struct({ pte: bool, VM_LOCKED: bool, table: upTo(lastTable) })),
    /** The lock of each page of the page table. */
    ptl: page_table_locks(setup),
    /** What the CPU of the thread has in its TLB. */
    tlb: array(vmas, bool),
    /** exit_mmap(); with what munlock has seen of an entry. */
    exit: singleton({ ...walker, seen: bool }),
    reaper: singleton(walker),
    /** process_mrelease(), if anybody calls it. */
    manager: singleton({ ...walker, calls: bool }),
    /** Another thread of the victim, to which SIGKILL has not been delivered yet. */
    sibling: singleton({ gone: bool }),
  }
}

export const history = ({ vmas }: Setup) => ({
  /** How often each page was freed. */
  freed: array(vmas, upTo(2, 'saturate')),
  /** The thread has used a page that was free. */
  strayed: bool,
  /** The thread has found zeroes where it had written. */
  zeroes: bool,
  /** munlock has used an entry that it saw and that was gone. */
  oops: bool,
})

/** The recipes' constructors, typed for this state. */
export const { program, procedure, call, steps } = language<typeof state, typeof history>()
export type State = StateView<ReturnType<typeof state>>
/** Who reaps. */
export type Reaper = Member<ReturnType<typeof state>, 'reaper' | 'manager'>
export type Exit = Member<ReturnType<typeof state>, 'exit'>
