/**
 * What is asked of the revisions.
 *
 * A kill is decided where the killer finds an mm under task_lock(): nothing can stop it from there on. Shooting an mm
 * again that was shot before is not another kill; `VictimIsShotOnce` is about that.
 */
import { propertiesOf, type RowOf } from '../../checker/language/index.ts'
import { WMARK_HIGH } from '../../model/kernel/zone.ts'
import { oomSerialization } from '../../model/oom-serialization.ts'

export type SerializationRow = RowOf<typeof oomSerialization>

const { always, alwaysReachable, leadsTo, maximum, progress, reachable, stepwise } = propertiesOf(oomSerialization)

export const properties = [
  /**
   * The patch's own assertion: an attempt that fails and leads to a kill came after the mm of every process shot before
   * was cleaned. Where it fails, a small daemon dies for memory that a big hog was just about to give back.
   *
   * Each earlier kill counts, also one between the failed attempt and this kill. With one kill nothing is claimed. A
   * kill by SysRq-F follows no attempt.
   */
  always('FailedAttemptFollowsCleaning', (_s, { h }) => !h.uninformedKill, { given: (_s, { h }) => h.shot.size > 1 }),

  /** The rest of the assertion taken by the letter: nobody is shot who was shot before and is still being cleaned. */
  always('VictimIsShotOnce', (s, { at }) =>
    s.cpu.every((cpu) => !at(cpu, 'set_tsk_thread_flag') || cpu.q?.TIF_MEMDIE !== true),
  ),

  /**
   * What the assertion is good for: no kill is decided while an attempt at the high mark would succeed with all that is
   * free, wherever it sits. Whoever is killed then is killed for nothing.
   */
  stepwise('NoKillWhileEnoughIsFree', (s, { before }) => before(() => s.free + s.per_cpu_pages) <= WMARK_HIGH, {
    given: (_s, { h, before }) => h.shot.size > before(() => h.shot.size),
  }),

  /**
   * No kill is decided while an earlier victim is about to give its memory back by itself: its mm is not clean yet, all of its users
   * have been signalled or exit anyway, nobody else pins it, and none of them waits for a lock that an allocator holds.
   */
  stepwise(
    'NoKillWhileVictimExits',
    (s, { h, before }) =>
      before(
        () =>
          !h.shot.some(
            (mm) =>
              mm.pages > 0 &&
              !mm.is_also_of_init &&
              s.cpu.every((cpu) => cpu.pinned !== mm) &&
              s.task.every(
                (p) =>
                  p.active_mm !== mm || ((p.SIGKILL || p.PF_EXITING) && !(p.needs_L && s.L !== null) && !p.is_stuck),
              ),
          ),
      ),
    { given: (_s, { h, before }) => h.shot.size > before(() => h.shot.size) },
  ),

  reachable('Kill', (_s, { h }) => h.shot.size > 0),
  reachable('SecondKill', (_s, { h }) => h.shot.size > 1),
  reachable('OneKillIsEnough', (s, { at, h }) => h.shot.size === 1 && s.cpu.every((cpu) => at(cpu, 'done'))),
  /** It can end well at all. */
  reachable('AllocatorsFinish', (s, { at }) => !s.panicked && s.cpu.every((cpu) => at(cpu, 'done'))),
  /** How many processes die until every allocator has its page. */
  maximum('Kills', (_s, { h }) => h.shot.size),

  /**
   * Whoever begins an operation ends it, or the last mmput() of the mm that it marked does. Else two operations are
   * under way at a time, and the next killer does not know of the victim of the one before.
   */
  always('EveryFinishIsOwn', (_s, { h }) => !h.foreignFinish),

  /** An operation that rests on a marked mm is not forgotten: the mm has users, or its last one is on the way to give notice. */
  always(
    'MarkedMmGivesNotice',
    (s, { h, at }) =>
      h.target === null ||
      h.target.mm_users > 0 ||
      s.task.some((p) => at(p, 'mmput') || at(p, 'exec_mmput')) ||
      s.cpu.some((cpu) => at(cpu, 'mmput')),
    { given: (s) => s.oom_kill_in_progress },
  ),

  /** When notice is given, everybody who was shot has given all memory back; else the patch keeps its word for nothing. */
  always('NoticeMeansMemoryIsBack', (_s, { h }) => !h.earlyFinish),

  /** Whoever began an operation, it can still end; else nobody will ever be killed again. */
  alwaysReachable('OperationCanEnd', (s) => !s.oom_kill_in_progress || s.panicked),

  /** Every allocator can still get its page, or else the kernel says that it is at its end. */
  alwaysReachable('AllocatorsCanFinish', (s, { at }) => s.panicked || s.cpu.every((cpu) => at(cpu, 'done'))),

  /** An allocator has found an operation under way twice, without sleeping in between: a loop that only burns its CPU. */
  reachable('LoserSpins', (_s, { h }) => h.spun),

  /**
   * No allocator goes round for ever without sleeping for a tick now and then, which is what an operation under way that
   * does not end would cost every loser: its CPU, on which perhaps the victim would have to run.
   */
  progress('LosersSleep', 'cpu', ['schedule_timeout_uninterruptible']),

  /** If cpu0 finds an operation under way, it sleeps, begins one or has its page, in the end. The other CPUs are alike. */
  leadsTo(
    'LoserRests',
    (s, { h }) => h.restless.has(s.cpu[0]),
    (s, { h }) => !h.restless.has(s.cpu[0]) || s.panicked,
  ),

  /** An operation that has begun ends. Else nobody is killed any more, and the allocators wait for ever. */
  leadsTo(
    'OperationEnds',
    (s) => s.oom_kill_in_progress,
    (s) => !s.oom_kill_in_progress || s.panicked,
  ),

  /**
   * One allocator at a time makes the last attempt. Else one may fail for memory that another has just taken, and go on to
   * a kill that the next page would have made needless.
   */
  always('OneLastAttempt', (s, { at }) => s.cpu.count((cpu) => at(cpu, 'last_attempt')) < 2),

  /** A task is chosen, and its mm known, under tasklist_lock only: without it the task may be released meanwhile. */
  always('ChoiceIsUnderLock', (s) =>
    s.cpu.every((cpu) => (cpu.chosen === null && cpu.mm === null) || s.tasklist_lock > 0),
  ),

  /** No panic while a task on the list could be killed for its memory, unless the administrator wants it. */
  stepwise(
    'NoPanicWhileSomebodyIsLeft',
    (s, { before }) => before(() => s.tasklist.every((p) => p.mm === null || p.is_init)),
    { given: (s, { before }) => s.panicked && before(() => !s.panicked) },
  ),

  /** After a panic nobody takes a step. */
  stepwise('PanicIsTheEnd', (s, { before }) => before(() => !s.panicked), { given: (s) => s.panicked }),

  /** A zombie no longer counts as a victim that is dying. Else one whose parent does not wait keeps everybody from killing. */
  always('ZombieIsNoVictim', (s) => s.task.every((p) => !p.EXIT_ZOMBIE || !p.TIF_MEMDIE)),

  /** Whoever has let go of its mm says so by PF_EXITING, or a scan would take it for a candidate before it is dead. */
  always('LettingGoIsExiting', (s) => s.task.every((p) => p.mm !== null || p.PF_EXITING)),
]
