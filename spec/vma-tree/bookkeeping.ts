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

/** The VMA that an iterator has given is the one at whose range it stands. */
function standsAtItsVma(s: State, { index, last, vma }: Walker): boolean {
  return vma === null || (index === s.vma[vma].vm_start && last === s.vma[vma].vm_end - 1)
}

/** A walk is over at an end of the address space, or where there is none. */
function isOver(s: State, { status, index, last }: Walker): boolean {
  return status === 'ma_none' || index === 0 || (status === 'ma_active' && last === s.page.length - 1)
}

/** Slots that all VMAs have together, whether or not some are in two. */
const total_vm = (s: State): number => [...s.vma].reduce((sum, { vm_start, vm_end }) => sum + vm_end - vm_start, 0)

const isMapped = (s: State, index: number): boolean =>
  [...s.vma].some(({ vm_start, vm_end }) => vm_start <= index && index < vm_end)

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
   * Under the lock an iterator stands at one range of the tree; what it has given is a VMA, at whose range it stands; it has
   * found nothing only where there is nothing; and it gives nothing any more only at the end. mas_prev() at index 0 says so
   * where it stands, without having looked for a range.
   */
  always(
    'IteratorStandsAtRange',
    (s, { at }) => {
      const [walker] = s.walker
      const { status, index, last, vma } = walker
      const over = at(walker, 'mmap_read_unlock')
      if (over && !isOver(s, walker)) return false
      if (vma !== null && (over || vma >= s.map_count || status !== 'ma_active')) return false
      if (status === 'ma_start') return true
      if (status === 'ma_none') return s.map_count === 0
      if (status === 'ma_underflow' && !over) return false
      if (status === 'ma_underflow' && index === 0 && last === 0) return true
      return isRange(s, index, last) && standsAtItsVma(s, walker)
    },
    { given: (s) => s.read },
  ),

  /** No VMA is empty, and behind the last one there is none. */
  always('VmasAreRanges', (s) =>
    [...s.vma].every(({ vm_start, vm_end }, i) =>
      i < s.map_count ? vm_start < vm_end : vm_start === 0 && vm_end === 0,
    ),
  ),
]

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

export const KEPT = { LockIsHeldByWhoIsInside: holds, IteratorStandsAtRange: holds, VmasAreRanges: holds }
export const KEPT_BY_CALLS = { ...KEPT, StoreAddsItsRange: holds, CallsKeepToTheirRange: holds }
