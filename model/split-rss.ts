/**
 * SPLIT_RSS_COUNTING, mm/memory.c from Linux 2.6.34 to 6.1: every thread counts pages for itself, and every 64 page faults
 * adds what it has counted to the mm.
 *
 * check_sync_rss_stat() is called when a fault begins, before its pages are counted:
 * `if (task->rss_stat.events++ > TASK_RSS_EVENTS_THRESH) sync_mm_rss(task->mm)`, and the latter sets events to 0. So the
 * fault that flushes is itself not flushed, and 65 more follow until the next one that does: 66 pages, not 64.
 *
 * A fault may map several pages: those around the one that was asked for (fault-around, up to 16 by default). Each of them
 * is counted, and together they are one event. And a fault may take from a counter: a copy on write takes the place of a
 * page of the file, a page that is swapped in that of a swap entry [S]. So a counter can be off to either side.
 *
 * Kept: one counter of a mm, faults, flushes, a thread that flushes when it exits; unmapping, which goes to the mm at once
 * and after a flush (add_mm_rss_vec()). The state is a quotient: of the mm's counter only the error is kept, the pages
 * that are there less the counter.
 *
 * Dropped: the other counters of the mm, which can only be flushed earlier by this one; tasks that work on the mm of
 * another, which add to its atomic counter directly, and are off by nothing.
 *
 * One label is one step: add_mm_counter() is atomic, and a thread's own numbers nobody else can see. The choice of what a
 * thread does next is a step of its own, which nobody can see either.
 *
 * Variants: 6.1; counted-first counts before it checks, as if the flush came at the end of a fault; in exit-forgets a
 * thread that exits does not flush.
 */
import { family, language, protocol, range, upTo, type Member, type StateView } from '../checker/language/index.ts'

interface Setup {
  readonly variant: string
  readonly threads: number
  readonly threshold: number
  readonly pages: number
  readonly decrements: boolean
  readonly unmaps: boolean
  readonly exits: boolean
}

const state = ({ threads, threshold, pages, decrements }: Setup) => {
  const most = (threshold + 2) * pages
  const least = decrements ? -(threshold + 2) : 0
  return {
    task: family(threads, {
      /** rss_stat.count and rss_stat.events */
      count: range(least, most),
      events: upTo(threshold + 2),
    }),
    /** History: the pages that are there less the counter of the mm. */
    error: range(threads * least, threads * most),
  }
}

const { program, steps } = language<typeof state>()
type State = StateView<ReturnType<typeof state>>
type Task = Member<ReturnType<typeof state>, 'task'>

/** sync_mm_rss() */
function flush(s: State, me: Task): void {
  s.error -= me.count
  me.count = me.events = 0
}

/** Is a fault that finds so many events the one that flushes? */
export const isDue = (events: number, threshold: number): boolean => events > threshold

/** A fault begins: one more event, and a flush if there were enough of them. */
const check = (threshold: number) =>
  steps('task', {
    check_sync_rss_stat: (s, me) => {
      if (isDue(me.events++, threshold)) flush(s, me)
    },
  })

/** The pages of a fault are counted, in one event. */
const count = (pages: number, decrements: boolean) =>
  steps('task', {
    add_mm_counter_fast: (s, me, pick) => {
      const mapped = pick([...new Set([1, pages]), ...(decrements ? [-1] : [])])
      me.count += mapped
      s.error += mapped
    },
  })

/** Between faults a thread may unmap something, which flushes and leaves nothing to be off by, or exit. */
const between = ({ variant, unmaps, exits }: Setup) =>
  steps('task', {
    user: {
      either: {
        fault: {},
        add_mm_rss_vec: {
          when: () => unmaps,
          do: (s, me) => {
            flush(s, me)
            return 'user'
          },
        },
        exit_mm: {
          when: () => exits,
          do: (s, me) => {
            if (variant === 'exit-forgets') me.count = me.events = 0
            else flush(s, me)
            return 'done'
          },
        },
      },
    },
  })

export const splitRss = protocol({
  name: 'split-rss',
  source: 'mm/memory.c, Linux 6.1',
  variants: ['6.1', 'counted-first', 'exit-forgets'],
  bounds: {
    threads: { min: 1, max: 4, doc: 'threads of the process' },
    threshold: { min: 0, max: 64, doc: 'TASK_RSS_EVENTS_THRESH, 64 in the kernel' },
    pages: { min: 1, max: 16, doc: 'pages that one fault may map; otherwise it maps one' },
  },
  ingredients: {
    decrements: { doc: 'a fault may also take a page from the counter' },
    unmaps: { doc: 'pages are also unmapped' },
    exits: { doc: 'threads may exit' },
  },
  state,
  programs: (setup) => {
    const user = between(setup)
    const [first, then] = [check(setup.threshold), count(setup.pages, setup.decrements)]
    return [
      program(
        'task',
        setup.variant === 'counted-first' ? { ...user, ...then, ...first } : { ...user, ...first, ...then },
        {
          loop: true,
        },
      ),
    ]
  },
})
