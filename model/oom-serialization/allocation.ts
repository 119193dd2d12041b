/** The slow path of __alloc_pages(), from its first watermark test to the page. */
import { get_page_from_freelist, WMARK_HIGH, WMARK_MIN } from '../kernel/zone.ts'
import { steps } from './state.ts'

/** Where an allocator goes that has its page: it is finished, or has something to give back. */
export type Success = 'done' | 'got_pg'

export const slowPath = <const G extends Success>(success: G) =>
  steps('cpu', {
    /** The allocator tries the free list at the low and at the minimum mark, and has reclaimed nothing when that fails. */
    restart: {
      do: (s, me) => {
        if (me.is_sysrq) return 'out_of_memory'
        // Whoever was shot itself ignores the marks, and gets a page from the reserve or NULL.
        if (me.current?.TIF_MEMDIE || get_page_from_freelist(s, WMARK_MIN)) return success
        return
      },
      note: (h, s, me, before) => {
        if (s.free < before(() => s.free)) h.restless.delete(me)
      },
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

/** An allocator that holds something others may wait for gives it back when it has its page. */
export const giveBack = steps('cpu', {
  /** The allocating task goes on with its page, unlocks L, and will see its signals. */
  got_pg: (s, me) => {
    if (s.L === me) s.L = null
    if (me.current !== null) me.current.busy = false
    if (me.pinned === null) return 'done'
    return
  },
})
