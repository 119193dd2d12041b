/**
 * What every revision has to keep in order, whatever it promises: who holds which lock, who is on which list, who uses an
 * mm, where the pages are. Asked in every row, so that a mistake in a model shows where it is made, and not only where it
 * leads to another kill.
 */
import { holds, propertiesOf } from '../../checker/language/index.ts'
import { oomSerialization } from '../../model/oom-serialization.ts'
import type { SerializationRow } from './properties.ts'

const { always, stepwise } = propertiesOf(oomSerialization)

/** Where a CPU has tasklist_lock for reading. */
const UNDER_TASKLIST_LOCK = [
  'oom_kill_active',
  'select_bad_process',
  'badness',
  'oom_kill_task',
  'set_bit',
  'do_send_sig_info',
  '__oom_kill_task',
  'set_tsk_thread_flag',
  'read_unlock',
  'panic',
] as const

/** Where a CPU has the semaphore of try 2: test, last attempt, beginning, and no further. */
const UNDER_SEMAPHORE = ['oom_kill_in_progress', 'last_attempt', 'oom_kill_start', 'up', 'page_found'] as const
/** Where it has the lock of the later forms, up to the end of out_of_memory(). SysRq-F never has it. */
const UNDER_OOM_LOCK = [...UNDER_TASKLIST_LOCK, 'last_attempt', 'page_found', 'out_of_memory', 'unlock'] as const

/** Where a CPU is in no loop over tasks. */
const BETWEEN_WALKS = [
  'restart',
  'down',
  'last_attempt',
  'out_of_memory',
  'read_unlock',
  'schedule_timeout_uninterruptible',
  'panic',
] as const

export const bookkeeping = [
  /**
   * mm_users counts exactly those who still have to put the mm: tasks that use it or are on the way to their mmput(), a
   * reader that has got it, process 1. One too many and the mm is never cleaned, one too few and it is cleaned under
   * somebody's feet.
   */
  always(
    'UsersAreCounted',
    (s, { at }) =>
      s.mm.every(
        (mm) =>
          mm.mm_users ===
          s.task.count((p) => p.mm === mm) +
            s.task.count((p) => p.active_mm === mm && at(p, 'mmput/mmput.atomic_dec_and_test')) +
            s.task.count((p) => p.old_mm === mm && at(p, 'exec_mmput/mmput.atomic_dec_and_test')) +
            s.cpu.count(
              (cpu) =>
                cpu.pinned === mm &&
                !at(cpu, 'mmput/mmput.exit_mmap') &&
                !at(cpu, 'mmput/mmput.oom_notify') &&
                !at(cpu, 'done'),
            ) +
            Number(mm.is_also_of_init),
      ),
    // Who is done then may not have put anything.
    { given: (s) => !s.panicked },
  ),

  /** tasklist_lock has as many readers as there are CPUs that read the list. */
  always(
    'ReadersAreCounted',
    (s, { at }) => s.tasklist_lock === s.cpu.count((cpu) => UNDER_TASKLIST_LOCK.some((label) => at(cpu, label))),
    { given: (s) => !s.panicked },
  ),

  /** The semaphore of try 2 is held by the one CPU that is between down() and up(), and by nobody in a scan. */
  always(
    'SemaphoreIsHeldByOne',
    (s, { at }) => Number(s.oom_lock) === s.cpu.count((cpu) => UNDER_SEMAPHORE.some((label) => at(cpu, label))),
    { given: (s) => !s.panicked },
  ),

  /** The lock of the later forms is held by the one CPU that may kill. */
  always(
    'LockIsHeldByOne',
    (s, { at }) =>
      Number(s.oom_lock) === s.cpu.count((cpu) => !cpu.is_sysrq && UNDER_OOM_LOCK.some((label) => at(cpu, label))),
    { given: (s) => !s.panicked },
  ),

  /**
   * A scan begins with nobody chosen and no points, also where one went before that came to nothing; the loop over the users
   * of the mm stands where `next` says, and before and after both it says nothing.
   */
  always('WalksBeginAfresh', (s, { at }) =>
    s.cpu.every(
      (cpu) =>
        (!at(cpu, 'select_bad_process') || cpu.next > 0 || (cpu.chosen === null && cpu.points === 0)) &&
        (!BETWEEN_WALKS.some((label) => at(cpu, label)) || (cpu.next === 0 && cpu.q === null)) &&
        (!at(cpu, '__oom_kill_task') || cpu.next === 0 || s.tasklist.at(cpu.next - 1) === cpu.q),
    ),
  ),

  /** Every task is on the list once until its parent has reaped it, and its flags are those of its place in do_exit(). */
  always(
    'TasksAreWhatTheySay',
    (s, { at }) =>
      s.task.every(
        (p) =>
          (p.EXIT_ZOMBIE || s.tasklist.includes(p)) &&
          p.PF_EXITING === (!at(p, 'do_exit') && !at(p, 'exec_mmput')) &&
          p.EXIT_ZOMBIE === (at(p, 'schedule') || at(p, 'done')) &&
          p.PF_DEAD === at(p, 'done'),
      ) && s.tasklist.length === s.task.count((p) => s.tasklist.includes(p)),
  ),

  /**
   * Pages go from an mm to where they are free, and from there to the allocator that goes on with one; none is lost, none
   * made. Whoever was shot itself goes on without one.
   */
  stepwise('MemoryIsNotLost', (s, { at, before }) => {
    const pages = () => s.free + s.per_cpu_pages + s.mm.sum((mm) => mm.pages)
    const got = s.cpu.count(
      (cpu) =>
        (at(cpu, 'page_found') || at(cpu, 'got_pg') || at(cpu, 'done')) &&
        before(
          () => at(cpu, 'last_attempt') || (at(cpu, 'restart') && !cpu.is_sysrq && cpu.current?.TIF_MEMDIE !== true),
        ),
    )
    return before(pages) - pages() === got && (got === 0 || before(() => s.free) - s.free === 1)
  }),

  /**
   * Walks along the task list leave nobody out: a scan goes on by one task, the task at which the killer stood is marked and
   * signalled, and nobody who was reaped comes back.
   */
  stepwise(
    'NobodyIsPassedOver',
    (s, { at, before }) =>
      s.cpu.every((cpu) => {
        const was = before(() => cpu.next)
        const scanned = before(() => at(cpu, 'select_bad_process') || at(cpu, 'badness'))
        const shot = before(() => (at(cpu, 'set_tsk_thread_flag') ? cpu.q : null))
        return (
          (!scanned || !at(cpu, 'select_bad_process') || cpu.next <= was + 1) &&
          (!scanned || !at(cpu, 'badness') || cpu.next === was) &&
          (shot === null || at(cpu, 'set_tsk_thread_flag') || (shot.TIF_MEMDIE && shot.SIGKILL))
        )
      }) && s.tasklist.every((p) => before(() => s.tasklist.includes(p))),
  ),

  /**
   * Of two tasks the one that has more pages when it is weighed is kept: the scan leaves somebody else chosen than before only
   * if that is the task at which it stood, and only for more points. Else a small process dies for a big one.
   */
  stepwise('WorseOneIsKept', (s, { at, before }) =>
    s.cpu.every((cpu) => {
      if (!before(() => at(cpu, 'badness')) || at(cpu, 'badness')) return true
      const [weighed, kept, points] = before(() => [s.tasklist.at(cpu.next), cpu.chosen, cpu.points] as const)
      const weight = before(() => weighed.mm?.pages ?? 0)
      return cpu.chosen === (kept === null || weight > points ? weighed : kept)
    }),
  ),
]

const KEPT = {
  UsersAreCounted: holds,
  ReadersAreCounted: holds,
  WalksBeginAfresh: holds,
  TasksAreWhatTheySay: holds,
}
/** Which lock a revision has besides. */
const LOCKS = {
  'try-2': { SemaphoreIsHeldByOne: holds },
  'try-4': { LockIsHeldByOne: holds },
  '2.6.24': { LockIsHeldByOne: holds },
  '4.2': { LockIsHeldByOne: holds },
} as const

/** In these rows perhaps no page ever moves; those in which one does ask for `MemoryIsNotLost` themselves. */
const MAY_HOLD_MEMORY_FOR_EVER = ['lock', 'pin', 'initShares', 'panicOnOom']
/** These look at every step, and cost: they are asked in rows of at most so many states. */
const FEW_STATES = 30_000

/** The row, with what has to be in order in its revision. */
export function withBookkeeping(row: SerializationRow): SerializationRow {
  const { variant, ingredients = [], states = Infinity } = row
  const lock = variant !== undefined && variant in LOCKS ? LOCKS[variant as keyof typeof LOCKS] : {}
  const isStill = ingredients.some((name) => MAY_HOLD_MEMORY_FOR_EVER.includes(name))
  const memory = isStill ? {} : { MemoryIsNotLost: holds }
  const walks = states > FEW_STATES ? {} : { NobodyIsPassedOver: holds, WorseOneIsKept: holds }
  return { ...row, expect: { ...row.expect, ...KEPT, ...walks, ...memory, ...lock } }
}
