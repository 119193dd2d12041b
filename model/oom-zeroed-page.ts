/**
 * Whether a thread of a victim, still in a system call, takes the zeroes of a page that was reaped for its data.
 *
 * The reaper does not wait for anybody: while it unmaps a page a thread may be in write() and copy from just that page to a
 * file. If its next access faults, the page comes back, full of zeroes, and they end in the file, where they outlive the
 * process. So the reaper sets MMF_UNSTABLE first, and a fault that finds the flag gets SIGBUS (6b31d5955cb2, 2017). That the
 * fix tests it under the lock of the page table, which the reaper takes as well, is recalled, not read.
 *
 * Variants: under-pte-lock, the fix; unchecked, as it was before for threads of the victim; checked-before, tested without the
 * lock on the way to it; checked-after, tested when the page is mapped already and others may read it.
 *
 * Kept: one page, the access, the fault with its lock, the flag, the walk of the reaper.
 * Dropped: that a fault may be served by the page cache or by swap, which bring the right data; the signal, which stops a
 * thread only when its call is over; kernel threads that borrow the mm, which fault like others.
 *
 * One label is one step. copy_from_user: the access to a page that is mapped, as hardware does it. pte_lock: whoever holds the
 * lock is not looked at by anybody else, so that lock, test, entry and unlock are one step where they are under it.
 */
import { bool, family, language, oneOf, protocol, singleton } from '../checker/language/index.ts'

const content = oneOf('none', 'data', 'zeroes')
const state = ({ threads }: { threads: number }) => ({
  MMF_UNSTABLE: bool,
  /** What the entry of the page table leads to. */
  pte: content,
  /** The process has put data there; otherwise zeroes are what it should read. */
  had_data: bool,
  /** What has been written last. */
  file: content,
  thread: family(threads, {}),
  reaper: singleton({}),
})

const { program, steps } = language<typeof state>()

const copying = steps('thread', {
  /** It copies what is mapped, and faults where nothing is. */
  copy_from_user: (s) => {
    if (s.pte === 'none') return
    s.file = s.pte
    return 'done'
  },
})
const mapsZeroes = (s: { pte: 'none' | 'data' | 'zeroes' }): 'copy_from_user' => {
  if (s.pte === 'none') s.pte = 'zeroes'
  return 'copy_from_user'
}

const faults = {
  unchecked: program('thread', { ...copying, do_anonymous_page: mapsZeroes }),
  'checked-before': program('thread', {
    ...copying,
    check_stable_address_space: (s) => (s.MMF_UNSTABLE ? 'done' : undefined),
    do_anonymous_page: mapsZeroes,
  }),
  'checked-after': program('thread', {
    ...copying,
    do_anonymous_page: (s) => {
      mapsZeroes(s)
    },
    check_stable_address_space: (s) => (s.MMF_UNSTABLE ? 'done' : 'copy_from_user'),
  }),
  /** SIGBUS, or the entry, under one lock. */
  'under-pte-lock': program('thread', {
    ...copying,
    do_anonymous_page: (s) => (s.MMF_UNSTABLE ? 'done' : mapsZeroes(s)),
  }),
}

const walk = steps('reaper', {
  unmap_page_range: (s) => {
    s.pte = 'none'
  },
})
const mark = steps('reaper', {
  set_MMF_UNSTABLE: (s) => {
    s.MMF_UNSTABLE = true
  },
})

export const oomZeroedPage = protocol({
  name: 'oom-zeroed-page',
  source: 'mm/oom_kill.c and mm/memory.c, Linux 4.6 to 4.14',
  variants: ['under-pte-lock', 'unchecked', 'checked-before', 'checked-after'],
  bounds: { threads: { min: 1, max: 3, doc: 'threads of the victim that write the page to a file' } },
  ingredients: { markedLast: { doc: 'the reaper sets MMF_UNSTABLE when it has walked' } },
  state,
  init: () => (s, pick) => {
    s.had_data = pick([true, false])
    if (s.had_data) s.pte = 'data'
  },
  programs: ({ variant, markedLast }) => [
    faults[variant],
    markedLast ? program('reaper', { ...walk, ...mark }) : program('reaper', { ...mark, ...walk }),
  ],
})
