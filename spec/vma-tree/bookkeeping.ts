/** What every walk and every call keep in order, also those that are wrong in something else. */
import { holds, propertiesOf } from '../../checker/language/index.ts'
import { vmaTree } from '../../model/vma-tree.ts'
import type { State, Walker } from '../../model/vma-tree/state.ts'

const { always, stepwise } = propertiesOf(vmaTree)

/** Is this the range of a VMA, or that of a hole from one VMA to the next? */
function isRange(s: State, first: number, last: number): boolean {
  let end = 0
  for (let i = 0; i < s.map_count; i++) {
    const { vm_start, vm_end } = s.vma[i]
    if (first === vm_start && last === vm_end - 1) return true
    if (first === end && last === vm_start - 1) return true
    end = vm_end
  }
  return first === end && last === s.page.length - 1
}

/** An iterator that has not looked yet has given nothing; otherwise it stands at the range of the VMA that it has given. */
function standsAtItsVma(s: State, { status, index, last, vma }: Walker): boolean {
  if (vma === null) return status === 'ma_start'
  return status === 'ma_active' && vma < s.map_count && index === s.vma[vma].vm_start && last === s.vma[vma].vm_end - 1
}

/**
 * What the status of a walk that is over says, and where it stands: there is nothing, which mas_find_rev() says in another
 * way; or it has come to the lower end, be it that it was there already and did not look; or, forward, to the upper one.
 */
function isOver(s: State, { status, index, last, vma }: Walker): boolean {
  const top = s.page.length - 1
  if (vma !== null || status === 'ma_start') return false
  if (status === 'ma_none' || status === 'ma_root')
    return s.map_count === 0 && index === 0 && last === (status === 'ma_none' ? top : 0)
  if (status === 'ma_underflow' && index === 0 && last === 0) return true
  return s.map_count > 0 && isRange(s, index, last) && (status === 'ma_underflow' ? index === 0 : last === top)
}

/** Slots that all VMAs have together, whether or not some are in two. */
const total_vm = (s: State): number => [...s.vma].reduce((sum, { vm_start, vm_end }) => sum + vm_end - vm_start, 0)

const isMapped = (s: State, index: number): boolean =>
  [...s.vma].some(({ vm_start, vm_end }) => vm_start <= index && index < vm_end)

/** What is mapped at an index: the first VMA that has it, should there be two. */
export const kindAt = (s: State, index: number): string | null => {
  for (let i = 0; i < s.map_count; i++) {
    const { vm_start, vm_end, kind } = s.vma[i]
    if (vm_start <= index && index < vm_end) return kind
  }
  return null
}

function pagesIn(s: State, first: number, end: number): number {
  let pages = 0
  for (let i = first; i < end; i++) if (s.page[i]) pages++
  return pages
}

export const bookkeeping = [
  /** mmap_lock is held by whoever is between taking it and letting it go, and never for both. */
  always('LockIsHeldByWhoIsInside', (s, { at }) => {
    const [walker] = s.walker
    const [thread] = s.thread
    return (
      s.read === (at(walker, 'next_vma') || at(walker, 'unmap_page_range') || at(walker, 'mmap_read_unlock')) &&
      s.written === (thread.calls && !at(thread, 'mmap_write_lock') && !at(thread, 'done')) &&
      !(s.read && s.written)
    )
  }),

  /**
   * Under the lock an iterator stands where it says. One that said so wrongly would begin again, or go on behind the end, when
   * it is asked once more. mas_prev() at index 0 says so where it stands, without having looked for a range.
   */
  always(
    'IteratorStandsWhereItSays',
    (s, { at }) => {
      const [walker] = s.walker
      return at(walker, 'mmap_read_unlock') ? isOver(s, walker) : standsAtItsVma(s, walker)
    },
    { given: (s) => s.read },
  ),
  /** Of private memory nothing is left where the walk has been, whatever becomes of the kinds that a release leaves alone. */
  always(
    'VmasAreReapedWhole',
    (s) => {
      const { vm_start, vm_end, kind } = s.vma[s.walker[0].vma!]
      return (kind !== 'anonymous' && kind !== 'file') || pagesIn(s, vm_start, vm_end) === 0
    },
    { given: (s, { at }) => at(s.walker[0], 'next_vma') && s.walker[0].vma !== null },
  ),

  /** No VMA is empty, and behind the last one nothing is left of those that went. */
  always('VmasAreRanges', (s) =>
    [...s.vma].every(({ vm_start, vm_end, kind }, i) =>
      i < s.map_count ? vm_start < vm_end : vm_start === 0 && vm_end === 0 && kind === 'anonymous',
    ),
  ),
]

const SPLITS = ['split_vma_at_start', 'split_vma_at_end'] as const

export const callkeeping = [
  /** What is stored is as large as what was asked for. */
  stepwise(
    'StoreAddsItsRange',
    (s, { before }) => total_vm(s) - before(() => total_vm(s)) === s.thread[0].end - s.thread[0].start,
    {
      given: (s, { at, before }) => {
        const [thread] = s.thread
        return thread.calls && at(thread, 'mm_populate') && before(() => !at(thread, 'mm_populate'))
      },
    },
  ),
  /** What is asked for is a range of user space, which ends below the last index. */
  always('CallsAreForRanges', (s) => s.thread[0].start < s.thread[0].end && s.thread[0].end < s.page.length, {
    given: (s) => s.written,
  }),
  /** A VMA that is cut in two is the same memory as before: nothing is mapped or unmapped, or becomes of another kind. */
  stepwise(
    'SplitsChangeNoMapping',
    (s, { before }) => {
      for (let i = 0; i < s.page.length; i++) if (kindAt(s, i) !== before(() => kindAt(s, i))) return false
      return true
    },
    {
      given: (s, { at, before }) => {
        const [thread] = s.thread
        return thread.calls && SPLITS.some((label) => before(() => at(thread, label)) && !at(thread, label))
      },
    },
  ),
  /** What was mapped in the range is gone before anything new is, which would otherwise show what somebody else wrote. */
  always('RangeIsEmptyBeforeItIsMapped', (s) => pagesIn(s, s.thread[0].start, s.thread[0].end) === 0, {
    given: (s, { at }) => {
      const [thread] = s.thread
      return thread.calls && (at(thread, 'mmap_region') || at(thread, 'mm_populate'))
    },
  }),
  /** A call that is over has mapped all of its range, or unmapped all of it. */
  always(
    'CallsAreDoneWithTheirRange',
    (s) => {
      const { start, end, kind } = s.thread[0]
      return pagesIn(s, start, end) === (kind === null ? 0 : end - start)
    },
    { given: (s, { at }) => s.thread[0].calls && at(s.thread[0], 'mmap_write_unlock') },
  ),
  /** No call maps or unmaps anything outside its range. */
  stepwise(
    'CallsKeepToTheirRange',
    (s, { before }) => {
      const { start, end } = s.thread[0]
      for (let i = 0; i < s.page.length; i++)
        if ((i < start || i >= end) && isMapped(s, i) !== before(() => isMapped(s, i))) return false
      return true
    },
    { given: (s) => s.thread[0].calls },
  ),
]

export const KEPT = {
  LockIsHeldByWhoIsInside: holds,
  IteratorStandsWhereItSays: holds,
  VmasAreReapedWhole: holds,
  VmasAreRanges: holds,
}
export const KEPT_BY_CALLS = {
  ...KEPT,
  StoreAddsItsRange: holds,
  CallsAreForRanges: holds,
  SplitsChangeNoMapping: holds,
  RangeIsEmptyBeforeItIsMapped: holds,
  CallsAreDoneWithTheirRange: holds,
  CallsKeepToTheirRange: holds,
}
