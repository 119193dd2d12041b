/** The machine when memory has run out: nothing is free, nobody exits, everybody is about to allocate. */
import type { Pick } from '../../checker/language/index.ts'
import { sizes, type Setup, type State, type Task } from './state.ts'

function give(task: Task, mm: State['mm'][number], pages: number): void {
  task.mm = task.active_mm = mm
  mm.mm_users++
  mm.pages = pages
}

/** Tasks beside the victims: one that exits and gets nowhere, and one that allocates. Returns who is on the list. */
function strangers(s: State, { victims, threads, ...setup }: Setup): Task[] {
  const list: Task[] = []
  let i = victims + threads - 1
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
  const { victims, threads, pages } = setup
  for (const task of s.task) task.group_leader = task
  for (let i = 0; i < victims; i++) give(s.task[i], s.mm[i], i === 0 ? pages : 1)
  const hog = [s.task[0]]
  for (let i = victims; i < victims + threads - 1; i++) {
    give(s.task[i], s.mm[0], pages)
    if (!setup.otherProcess) s.task[i].group_leader = s.task[0]
    hog.push(s.task[i])
  }
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
  const daemons = Array.from({ length: victims - 1 }, (_, i) => s.task[i + 1])
  const place = pick(Array.from({ length: victims }, (_, i) => i))
  for (const task of [...daemons.slice(0, place), ...hog, ...daemons.slice(place), ...strangers(s, setup)])
    s.tasklist.push(task)
}
