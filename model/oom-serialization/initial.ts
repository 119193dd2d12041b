/** The machine when memory has run out: nothing is free, nobody exits, everybody is about to allocate. */
import type { Pick } from '../../checker/language/index.ts'
import { sizes, type Setup, type State, type Task } from './state.ts'

function give(task: Task, mm: State['mm'][number], pages: number): void {
  task.mm = task.active_mm = mm
  mm.mm_users++
  mm.pages = pages
}

/** A victim, led by its first thread, which is the task of the same number as its mm. Returns its threads. */
function victim(s: State, number: number, pages: number, others: readonly Task[]): Task[] {
  const leader = s.task[number]
  const threads = [leader, ...others]
  for (const task of threads) {
    give(task, s.mm[number], pages)
    task.group_leader = leader
  }
  return threads
}

/** The hog and the daemons, each with its threads, which stand together on the list. */
function processes(s: State, setup: Setup): { hog: Task[]; daemons: Task[][] } {
  const { victims, threads, pages } = setup
  const others = Array.from({ length: sizes(setup).victimTasks - victims }, (_, i) => s.task[victims + i])
  const hog = victim(s, 0, pages, others.splice(0, threads - 1))
  const daemons = Array.from({ length: victims - 1 }, (_, i) =>
    victim(s, i + 1, 1, others.splice(0, Number(setup.threadedDaemons))),
  )
  if (setup.otherProcess) for (const task of hog) task.group_leader = task
  return { hog, daemons }
}

/** Tasks beside the victims: one that exits and gets nowhere, and one that allocates. Returns who is on the list. */
function strangers(s: State, setup: Setup): Task[] {
  const { victims } = setup
  const list: Task[] = []
  let i = sizes(setup).victimTasks
  if (setup.stuckExit) {
    const task = s.task[i]
    give(task, s.mm[victims], 1)
    task.SIGKILL = task.is_stuck = true
    list.push(task)
    i++
  }
  if (setup.constrained) {
    const task = s.task[i]
    give(task, s.mm[victims + list.length], 1)
    task.busy = true
    task.is_init = setup.initAllocates
    s.cpu[0].current = task
    list.push(task)
  }
  return list
}

export const initially = (setup: Setup) => (s: State, pick: Pick) => {
  for (const task of s.task) task.group_leader = task
  const { hog, daemons } = processes(s, setup)
  for (const task of hog) task.needs_L = setup.lock
  if (setup.lock) s.L = s.cpu[0]
  if (setup.pin) {
    s.cpu[0].pinned = s.mm[0]
    s.mm[0].mm_users++
  }
  // Process 1 is passed over by scan and kill; all that it does here is to have the mm, for ever.
  if (setup.initShares) {
    s.mm[0].is_also_of_init = true
    s.mm[0].mm_users++
  }
  if (setup.exec) {
    const mm = s.mm[sizes(setup).mms - 1]
    mm.pages = 1
    s.task[0].exec_mm = mm
  }
  if (setup.sysrq) s.cpu[setup.cpus].is_sysrq = true
  // The daemons are alike, so that only the place of the hog among them makes a difference to a scan.
  const place = pick(Array.from({ length: setup.victims }, (_, i) => i))
  const inOrder = [...daemons.slice(0, place), hog, ...daemons.slice(place), strangers(s, setup)]
  for (const task of inOrder.flat()) s.tasklist.push(task)
}
