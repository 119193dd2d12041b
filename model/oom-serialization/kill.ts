/** oom_kill_task() in its forms, and the shots at the users of the mm. */
import type { Pick } from '../../checker/language/index.ts'
import { steps, type Cpu, type State, type Task } from './state.ts'

/** The task that this CPU is about to kill. */
function chosenBy(cpu: Cpu): Task {
  if (cpu.chosen === null) throw new Error('nobody was chosen')
  return cpu.chosen
}

/** The chosen task has no mm: the scan begins again, with all locks held. */
const retry = (me: Cpu) => {
  me.chosen = null
  return 'select_bad_process' as const
}

/** Who is shot along with the chosen task, by the loop over all threads. */
type AlsoShot = (q: Task, me: Cpu) => boolean

/** 2.6.17: only other processes. The threads of the chosen one get the signal, but no TIF_MEMDIE. */
const otherProcesses: AlsoShot = (q, me) => q.mm === me.mm && q.group_leader !== me.chosen?.group_leader
/** The patch: whoever has that mm. */
const everyUser: AlsoShot = (q, me) => q.mm === me.mm

/** The loop goes on in the list to the next task to be shot. */
function nextVictim(s: State, me: Cpu, alsoShot: AlsoShot): void {
  me.q = null
  while (me.next < s.tasklist.length && me.q === null) {
    const q = s.tasklist.at(me.next++)
    if (alsoShot(q, me)) me.q = q
  }
  if (me.q === null) me.next = 0
}

/**
 * Is q shot? Not without an mm. Whoever has another mm by now has called execve(): before q->mm == mm was compared, and is
 * left alone, or after.
 */
const isShot = (q: Task | null, me: Cpu, pick: Pick) =>
  q !== null && !q.is_init && q.mm !== null && (q.mm === me.mm || pick([true, false]))

const shots = (alsoShot: AlsoShot) =>
  steps('cpu', {
    /** The killer looks again, under task_lock(), and leaves a task alone that has no mm any more. From here on it kills. */
    __oom_kill_task: {
      do: (s, me, pick) => {
        if (isShot(me.q, me, pick)) return
        nextVictim(s, me, alsoShot)
        return me.q === null ? 'read_unlock' : '__oom_kill_task'
      },
      note: (h, _s, me, before) => {
        const mm = me.q?.mm ?? null
        const leftAlone = before(() => me.q) !== me.q
        if (leftAlone || mm === null || h.shot.has(mm)) return
        if (!h.informed.has(me) && !me.is_sysrq) h.uninformedKill = true
        h.shot.add(mm)
        h.informed.clear()
      },
    },
    /** The victim gets access to the reserves, and its process is sent SIGKILL. */
    set_tsk_thread_flag: (s, me) => {
      const p = me.q!
      p.TIF_MEMDIE = true
      for (const q of s.task) if (q.group_leader === p.group_leader) q.SIGKILL = true
      nextVictim(s, me, alsoShot)
      return me.q === null ? 'read_unlock' : '__oom_kill_task'
    },
  })

/** 2.6.17, and as far as we know try 4 and 2.6.24. */
export const killAfterUnlockedLook = {
  ...steps('cpu', {
    /** The killer reads the mm of the chosen task without a lock. */
    oom_kill_task: (_s, me) => {
      me.mm = chosenBy(me).mm
      if (me.mm === null) return retry(me)
      me.q = me.chosen
      return
    },
  }),
  ...shots(otherProcesses),
}

/** The patch. */
export const killAndAskForNotice = {
  ...steps('cpu', {
    /** The killer marks the mm of the chosen task, under task_lock(), so that its last mmput() ends the operation. */
    oom_kill_task: {
      do: (s, me) => {
        me.mm = chosenBy(me).mm
        if (me.mm === null) return retry(me)
        me.mm.MM_FLAG_OOM_NOTIFY = true
        nextVictim(s, me, everyUser)
        return me.q === null ? 'read_unlock' : '__oom_kill_task'
      },
      note: (h, _s, me) => {
        h.target = h.owner === me ? me.mm : h.target
      },
    },
    /** Stands here for the form without task_lock(), where it is a step; nobody comes here. */
    set_bit: () => undefined,
  }),
  ...shots(everyUser),
}

/** The patch without its task_lock(). */
export const killAndAskForNoticeWithoutLock = {
  ...steps('cpu', {
    /** The killer reads the mm of the chosen task, which may let go of it at once. */
    oom_kill_task: (_s, me) => {
      me.mm = chosenBy(me).mm
      if (me.mm === null) return retry(me)
      return 'set_bit'
    },
    /** It marks that mm, whoever has it now. */
    set_bit: {
      do: (s, me) => {
        me.mm!.MM_FLAG_OOM_NOTIFY = true
        nextVictim(s, me, everyUser)
        return me.q === null ? 'read_unlock' : '__oom_kill_task'
      },
      note: (h, _s, me) => {
        h.target = h.owner === me ? me.mm : h.target
      },
    },
  }),
  ...shots(everyUser),
}

/** 4.2: TIF_MEMDIE is set under the same task_lock() that shows the mm, before the signals; nobody chooses again. */
export const markUnderTaskLock = steps('cpu', {
  /** The killer marks the chosen task if it still has an mm. From here on it kills. */
  oom_kill_task: {
    do: (_s, me) => {
      const p = chosenBy(me)
      me.mm = p.mm
      if (me.mm === null) return 'read_unlock'
      p.TIF_MEMDIE = true
      return
    },
    note: (h, _s, me) => {
      if (me.mm === null || h.shot.has(me.mm)) return
      if (!h.informed.has(me) && !me.is_sysrq) h.uninformedKill = true
      h.shot.add(me.mm)
      h.informed.clear()
    },
  },
  /** Every process with that mm is sent SIGKILL. */
  do_send_sig_info: (s, me) => {
    const leaders = s.task.filter((q) => q === me.chosen || q.mm === me.mm).map((q) => q.group_leader)
    for (const q of s.task) if (leaders.includes(q.group_leader)) q.SIGKILL = true
  },
})
