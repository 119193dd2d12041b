/** Whoever goes over all VMAs, in the ways that were in use or proposed, and which of them it reaps. */
import { mas_find, mas_find_rev, mas_prev } from './tree.ts'
import { lastIndex, program, type Kind, type Setup, type State, type Walker } from './state.ts'

/** How a walk begins, and how it goes on. */
export interface Iterator {
  /** VMA_ITERATOR() or MA_STATE(): index and last. */
  readonly start: (s: State, setup: Setup) => readonly [index: number, last: number]
  readonly next: (s: State, mas: Walker, setup: Setup) => number | null
}

const top = (setup: Setup): number => lastIndex(setup)

/** VMA_ITERATOR(vmi, mm, 0); for_each_vma(). */
const for_each_vma: Iterator = { start: () => [0, 0], next: mas_find }
/** MA_STATE(mas, &mm->mm_mt, ULONG_MAX, ULONG_MAX); mas_for_each_rev(). */
const mas_for_each_rev: Iterator = { start: (_s, setup) => [top(setup), top(setup)], next: mas_find_rev }

/** By variant; variants that are not named here walk forward. */
export const iterators: Readonly<Record<string, Iterator>> = {
  '6.17': for_each_vma,
  '6.18': mas_for_each_rev,
  /** MA_STATE(mas, &mm->mm_mt, ULONG_MAX, 0); mas_find_rev(). */
  'v5-index-above-last': { start: (_s, setup) => [top(setup), 0], next: mas_find_rev },
  /** VMA_ITERATOR(vmi, mm, ULONG_MAX); vma_prev(). */
  'v4-vma_prev': { start: (_s, setup) => [top(setup), top(setup)], next: mas_prev },
  /** VMA_ITERATOR(vmi, mm, last->vm_start); vma_prev(). */
  'vma_prev-from-last': {
    start: (s) => {
      const last = s.map_count === 0 ? 0 : s.vma[s.map_count - 1].vm_start
      return [last, last]
    },
    next: mas_prev,
  },
}

/** What __oom_reap_task_mm() unmaps. */
export const reapable = (variant: string): ReadonlySet<Kind> =>
  new Set<Kind>(
    variant === '5.17'
      ? ['anonymous', 'file']
      : variant === 'reaps-shared'
        ? ['anonymous', 'file', 'mlocked', 'shared']
        : ['anonymous', 'file', 'mlocked'],
  )

export const walker = (setup: Setup) => {
  const { start, next } = iterators[setup.variant] ?? for_each_vma
  const reaps = reapable(setup.variant)
  return program('walker', {
    mmap_read_lock: {
      when: (s) => !s.written,
      do: (s, me) => {
        s.read = true
        ;[me.index, me.last] = start(s, setup)
      },
    },
    /** The iterator goes on to the next VMA. Nobody changes the tree meanwhile. */
    next_vma: {
      do: (s, me) => {
        me.vma = next(s, me, setup)
        return me.vma === null ? 'mmap_read_unlock' : undefined
      },
      note: (h, _s, me) => {
        if (me.vma !== null) h.visits[me.vma]++
      },
    },
    /** Its pages go, if it is of a kind that can be reaped. */
    unmap_page_range: (s, me) => {
      const { vm_start, vm_end, kind } = s.vma[me.vma!]
      if (reaps.has(kind)) for (let i = vm_start; i < vm_end; i++) s.page[i] = false
      return 'next_vma'
    },
    mmap_read_unlock: (s) => {
      s.read = false
      return 'done'
    },
  })
}
