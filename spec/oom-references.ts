/** C2, C7 and C8: nobody uses a task_struct or an mm_struct that is freed, and in the end both are. */
import { holds, propertiesOf, reachable, spec, violated } from '../checker/language/index.ts'
import { oomReferences } from '../model/oom-references.ts'

const { always, leadsTo, reachable: canReach, stepwise } = propertiesOf(oomReferences)
const fairness = { weak: ['cpu', 'timer', 'reaper', 'task', 'softirq'] }
/** Where the killer has a reference to the task, and where it has one to the mm. */
const HAS_TASK = ['find_lock_task_mm', 'for_each_process', 'queue_oom_reaper', 'mmdrop', 'put_task_struct'] as const
const HAS_MM = ['for_each_process', 'queue_oom_reaper', 'mmdrop'] as const
/** Where the task itself keeps the mm as a user, and where its CPU keeps it for the page tables. */
const IS_USER = ['do_exit', 'exit_mm', 'exit_mmap', '__mmput'] as const
const RUNS_ON_TABLES = ['exit_mmap', '__mmput', 'schedule'] as const

const withManager = { weak: [...fairness.weak, 'manager'] }

export default spec(oomReferences, {
  locks: ['rcu_readers'],
  properties: [
    /** Whoever is about to look into the mm_struct finds it there. */
    always('NobodyUsesAFreedMm', (s, { at }) => {
      if (!s.mm[0].is_freed) return true
      const killerUses = at(s.cpu[0], 'for_each_process') || at(s.cpu[0], 'mmdrop')
      const reaperUses = at(s.reaper[0], 'oom_reap_task_mm') || at(s.reaper[0], 'set_MMF_OOM_SKIP')
      return !killerUses && !reaperUses && !s.timer[0].pending
    }),
    /** process_mrelease() finds the mm_struct there when it is about to walk it. */
    always(
      'ManagerUsesNoFreedMm',
      (s, { at }) => !s.mm[0].is_freed || !s.manager[0].has_task || !at(s.manager[0], '__oom_reap_task_mm'),
    ),
    /** As long as it has the task, that is there. */
    always('ManagerKeepsItsTask', (s) => !s.manager[0].has_task || !s.task[0].is_freed),
    /** Whoever is about to look into the task_struct finds it there. */
    always('NobodyUsesAFreedTask', (s, { at }) => {
      if (!s.task[0].is_freed) return true
      const killerUses =
        at(s.cpu[0], 'get_task_struct') || at(s.cpu[0], 'find_lock_task_mm') || at(s.cpu[0], 'queue_oom_reaper')
      return !killerUses && !s.timer[0].pending && !s.reaper[0].is_listed
    }),
    /** Neither is freed while it has references, nor kept without. */
    always(
      'FreedMeansUnreferenced',
      (s) => s.mm[0].is_freed === s.mm[0].mm_count <= 0 && s.task[0].is_freed === s.task[0].usage <= 0,
    ),
    /** Nobody gives back what he was not given. */
    always('ReferencesAreOwn', (s) => s.mm[0].mm_count >= 0 && s.task[0].usage >= 0),
    /**
     * Every reference to the task is that of somebody: its own until the grace period after its release is over, that of
     * the scan, that of whoever is to bring it to the reaper, and that of the manager.
     */
    always(
      'TaskReferencesAreCounted',
      (s, { at }) =>
        s.task[0].usage ===
        Number(!at(s.softirq[0], 'done')) +
          Number(HAS_TASK.some((label) => at(s.cpu[0], label))) +
          Number(s.timer[0].pending || s.reaper[0].is_listed) +
          Number(s.manager[0].has_task),
    ),
    /** The same of the mm: its user, the CPU that runs on its page tables, the mark, the killer, and the manager. */
    always('MmReferencesAreCounted', (s, { at }) => {
      const [task, manager] = [s.task[0], s.manager[0]]
      const managerHasMm = manager.has_task && (at(manager, '__oom_reap_task_mm') || at(manager, 'mmdrop'))
      return (
        s.mm[0].mm_count ===
        Number(IS_USER.some((label) => at(task, label))) +
          Number(RUNS_ON_TABLES.some((label) => at(task, label))) +
          Number(task.oom_mm && !task.is_freed) +
          Number(HAS_MM.some((label) => at(s.cpu[0], label))) +
          Number(managerHasMm)
      )
    }),
    /** In the end both are freed: a task that stays keeps its memcg with it. */
    leadsTo(
      'ReferencesBalance',
      (s) => s.task[0].SIGKILL,
      (s) => s.task[0].is_freed && s.mm[0].is_freed,
    ),
    /** Nobody lets go of its mm unasked, and the flag comes between that and the last put. */
    stepwise('ExitGoesInOrder', (s, { at, before }) => {
      const [task] = s.task
      const letsGo = !task.mm && before(() => task.mm)
      return (
        (!letsGo || task.SIGKILL) &&
        (!at(task, 'exit_mmap') || !task.mm) &&
        (!at(task, '__mmput') || s.mm[0].MMF_OOM_SKIP)
      )
    }),
    /** The reaper hides what it has walked, and before it lets go of the task. */
    always('ReaperHidesWhatItWalked', (s, { at }) => {
      const walks = at(s.reaper[0], 'oom_reap_task_mm') || at(s.reaper[0], 'set_MMF_OOM_SKIP')
      const isHidden = s.mm[0].MMF_OOM_SKIP
      return (!walks || !isHidden || !s.task[0].mm) && (!at(s.reaper[0], 'put_task_struct') || isHidden)
    }),
    /** The killer queues the victim when it has looked at everybody else, and with a reference of its own. */
    always(
      'KillerQueuesLast',
      (s, { at }) =>
        (!at(s.cpu[0], 'for_each_process') || (!s.timer[0].pending && !s.reaper[0].is_listed)) &&
        (!at(s.cpu[0], 'queue_oom_reaper') || s.mm[0].mm_count >= 2),
    ),
    /** The task has left the list while the scan stands at it. */
    canReach('ScanStandsAtWhatHasLeft', (s, { at }) => at(s.cpu[0], 'get_task_struct') && !s.task[0].on_tasklist),
    canReach('KillerLooksAtTheMm', (s, { at }) => at(s.cpu[0], 'for_each_process')),
    canReach('ReaperWalks', (s, { at }) => at(s.reaper[0], 'oom_reap_task_mm')),
    /** The mm outlives its task's exit because the reaper is not through. */
    canReach('ReaperKeepsTheMm', (s, { at }) => at(s.task[0], 'done') && !s.mm[0].is_freed && s.reaper[0].is_listed),
    canReach(
      'TimerFindsItDone',
      (s, { at }) => at(s.timer[0], 'done') && !s.reaper[0].is_listed && s.mm[0].MMF_OOM_SKIP,
    ),
  ],
  routine: ['TaskReferencesAreCounted', 'MmReferencesAreCounted'],
  rows: [
    {
      claims: ['C7'],
      bounds: {},
      fairness,
      expect: {
        TaskReferencesAreCounted: holds,
        MmReferencesAreCounted: holds,
        NobodyUsesAFreedMm: holds,
        NobodyUsesAFreedTask: holds,
        FreedMeansUnreferenced: holds,
        ReferencesAreOwn: holds,
        ReferencesBalance: holds,
        ExitGoesInOrder: holds,
        ReaperHidesWhatItWalked: holds,
        KillerQueuesLast: holds,
        KillerLooksAtTheMm: reachable(),
        ReaperWalks: reachable(),
        ReaperKeepsTheMm: reachable(),
        TimerFindsItDone: reachable(),
      },
      states: 178,
      why: 'Who queues the victim keeps its task, the task keeps its signal_struct, and that keeps the mm, until the reaper or the timer is through.',
    },
    {
      claims: ['C7', 'C8'],
      bounds: {},
      ingredients: ['mrelease'],
      fairness: withManager,
      expect: {
        TaskReferencesAreCounted: holds,
        MmReferencesAreCounted: holds,
        NobodyUsesAFreedMm: holds,
        ManagerUsesNoFreedMm: holds,
        NobodyUsesAFreedTask: holds,
        FreedMeansUnreferenced: holds,
        ReferencesAreOwn: holds,
        ReferencesBalance: holds,
        ManagerKeepsItsTask: holds,
        ScanStandsAtWhatHasLeft: reachable(),
      },
      states: 1_228,
      why: 'process_mrelease() has a reference of its own to each.',
    },
    {
      claims: ['C7'],
      bounds: {},
      ingredients: ['withoutTask'],
      fairness,
      expect: {
        MmReferencesAreCounted: holds,
        NobodyUsesAFreedTask: violated(),
        NobodyUsesAFreedMm: violated(),
        FreedMeansUnreferenced: holds,
      },
      states: 178,
      why: 'The victim exits, is released, and the timer looks into what was freed with it.',
    },
    {
      claims: ['C7'],
      bounds: {},
      ingredients: ['withoutOomMm'],
      fairness,
      expect: {
        TaskReferencesAreCounted: holds,
        NobodyUsesAFreedMm: violated(),
        NobodyUsesAFreedTask: holds,
        FreedMeansUnreferenced: holds,
      },
      states: 178,
      why: 'The task is still there, but its mm went with its last user.',
    },
    {
      claims: ['C8'],
      bounds: {},
      ingredients: ['mrelease', 'withoutGrab'],
      fairness: withManager,
      expect: { TaskReferencesAreCounted: holds, ManagerUsesNoFreedMm: violated(), NobodyUsesAFreedMm: holds },
      states: 1_228,
      why: 'A process that only the manager has killed is marked by nobody: when it has exited nothing keeps its mm.',
    },
    {
      claims: ['C7'],
      bounds: {},
      ingredients: ['mrelease', 'withoutGrace'],
      fairness: withManager,
      expect: { TaskReferencesAreCounted: holds, MmReferencesAreCounted: holds, NobodyUsesAFreedTask: violated(11) },
      states: 1_235,
      why: 'The scan has found the task and has not got its reference yet, while the manager kills it and it is released: only RCU keeps it until the scan has.',
    },
    {
      claims: ['C7'],
      bounds: {},
      ingredients: ['withoutKillersGrab'],
      fairness,
      expect: {
        TaskReferencesAreCounted: holds,
        NobodyUsesAFreedMm: holds,
        ReferencesAreOwn: holds,
        ReferencesBalance: holds,
      },
      states: 178,
      why: 'What the killer keeps for itself is kept already, by the mark and its reference to the task.',
    },
    {
      claims: ['C7'],
      bounds: {},
      ingredients: ['withoutPut'],
      fairness,
      expect: {
        MmReferencesAreCounted: holds,
        ReferencesBalance: violated(),
        NobodyUsesAFreedTask: holds,
        ReferencesAreOwn: holds,
      },
      states: 178,
      why: 'Where the reaper drops one reference less than were taken the task stays for ever, and with it mm and memcg: so it was for victims that were queued twice.',
    },
  ],
})
