/** The slow path of __alloc_pages(), and how the patch begins and ends an OOM kill operation in it. */
import { get_page_from_freelist, WMARK_HIGH, WMARK_MIN } from '../kernel/zone.ts'
import { steps } from './state.ts'

export const slowPath = steps('cpu', {
  /** The allocator tries the free list at the low and at the minimum mark, and has reclaimed nothing when that fails. */
  restart: (s) => {
    if (get_page_from_freelist(s, WMARK_MIN)) return 'done'
    return
  },
})

/** The last attempt; where it goes when it got a page is what differs between the revisions. */
export const lastAttempt = <const L extends string>(success: L) =>
  steps('cpu', {
    /** The allocator tries once more, at the high mark, which only succeeds if someone else really freed a lot. */
    last_attempt: {
      do: (s) => (get_page_from_freelist(s, WMARK_HIGH) ? success : undefined),
      note: (h, s, me, before) => {
        const failed = s.free === before(() => s.free)
        if (failed && h.shot.every((mm) => mm.pages === 0)) h.informed.add(me)
      },
    },
  })

/** The patch, before the last attempt. */
export const begin = steps('cpu', {
  /** test_and_set_bit(): the allocator begins an OOM kill operation, or starts all over, without sleep, if one is under way. */
  oom_kill_start: (s) => {
    if (s.oom_kill_in_progress) return 'restart'
    s.oom_kill_in_progress = true
    return
  },
})

/** The patch: the last attempt got a page. */
export const endWithPage = steps('cpu', {
  /** The allocator ends its operation, which was not needed. */
  page_found: (s) => {
    s.oom_kill_in_progress = false
    return 'done'
  },
})
