/** The parts of the kernel that models share do what their namesakes do. */
import { describe, expect, test } from 'vitest'
import { __thaw_task, frozen, signal_wake_up } from './freezer.ts'
import { mutex_lock, mutex_trylock, mutex_unlock } from './mutex.ts'
import { isHeld, spin_lock, spin_unlock, tableOf } from './page-table.ts'
import { get_task_struct, mmdrop, mmgrab, put_task_struct } from './references.ts'
import { canRead, canWrite, down_read_trylock, up_read } from './rwsem.ts'
import { isAtEnd, isGracePeriodOver, list_del_rcu, next_task, rcu_read_lock, rcu_read_unlock } from './tasklist.ts'
import { add_timer, countedDown, detach_timer, expired } from './timer.ts'
import { exit_oom_victim, mark_oom_victim, send_sigkill } from './victim.ts'
import { get_page_from_freelist, WMARK_HIGH, WMARK_MIN } from './zone.ts'

const free = () => ({ readers: 0, writer: false, waiting: 0 })

describe('an rw_semaphore', () => {
  test('is held by several readers, and then by no writer', () => {
    const sem = free()
    expect([down_read_trylock(sem), down_read_trylock(sem)]).toEqual([true, true])
    expect(sem.readers).toBe(2)
    expect(canWrite(sem)).toBe(false)
    up_read(sem)
    expect(canWrite(sem)).toBe(false)
    up_read(sem)
    expect(canWrite(sem)).toBe(true)
  })

  test('is held by one writer, and then by nobody else', () => {
    const sem = { ...free(), writer: true }
    expect([canRead(sem), canWrite(sem), down_read_trylock(sem)]).toEqual([false, false, false])
    expect(sem).toEqual({ ...free(), writer: true })
  })

  test('does not let readers overtake a writer that waits, not even those that only try', () => {
    const sem = { readers: 1, writer: false, waiting: 1 }
    expect([canRead(sem), down_read_trylock(sem)]).toEqual([false, false])
    expect(sem.readers).toBe(1)
  })
})

describe('a timer', () => {
  test('is due after its ticks, and stays so until it runs', () => {
    const timer = { pending: false, left: 0 }
    expect(expired(timer)).toBe(false)
    add_timer(timer, 2)
    const due = [expired(timer)]
    for (let tick = 0; tick < 3; tick++) {
      timer.left = countedDown(timer.left)
      due.push(expired(timer))
    }
    expect(due).toEqual([false, false, true, true])
    detach_timer(timer)
    expect(expired(timer)).toBe(false)
  })

  test('that is armed for no ticks is due at once', () => {
    const timer = { pending: false, left: 1 }
    add_timer(timer, 0)
    expect(expired(timer)).toBe(true)
  })
})

test('a zone gives pages as long as it is above the mark', () => {
  const zone = { free: 2 }
  expect(get_page_from_freelist(zone, WMARK_HIGH)).toBe(true)
  expect(get_page_from_freelist(zone, WMARK_HIGH)).toBe(false)
  expect(get_page_from_freelist(zone, WMARK_MIN)).toBe(true)
  expect(get_page_from_freelist(zone, WMARK_MIN)).toBe(false)
  expect(zone.free).toBe(0)
})

describe('oom_lock', () => {
  test('is had by one who tries, and not by the next', () => {
    const s = { oom_lock: false }
    expect([mutex_trylock(s), mutex_trylock(s)]).toEqual([true, false])
    mutex_unlock(s)
    expect(mutex_trylock(s)).toBe(true)
  })

  test('lets whoever waits have it when it is given back', () => {
    const s = { oom_lock: true }
    expect(mutex_lock.when(s)).toBe(false)
    mutex_unlock(s)
    expect(mutex_lock.when(s)).toBe(true)
    mutex_lock.do(s)
    expect(mutex_trylock(s)).toBe(false)
  })
})

test('VMAs that share a page of the page table share its lock, and others do not', () => {
  const bounds = { vmas: 5, perTable: 2 }
  expect([0, 1, 2, 3, 4].map((vma) => tableOf(bounds, vma))).toEqual([0, 0, 1, 1, 2])
  const s = { ptl: [false, false, false] }
  spin_lock(s, tableOf(bounds, 2))
  expect([0, 1, 2, 3, 4].map((vma) => isHeld(s, tableOf(bounds, vma)))).toEqual([false, false, true, true, false])
  spin_unlock(s, tableOf(bounds, 3))
  expect(s.ptl).toEqual([false, false, false])
})

describe('the task list', () => {
  const list = () => [{ on_tasklist: true }, { on_tasklist: true }, { on_tasklist: true }]

  test('shows each task once, in order, and then its end', () => {
    const tasks = list()
    const reader = { next: 0 }
    const seen = []
    while (!isAtEnd(tasks, reader)) seen.push(next_task(tasks, reader))
    expect(seen).toEqual(tasks)
    expect(seen.map((task, i) => task === tasks[i])).toEqual([true, true, true])
  })

  test('lets a reader go on from a task that has left, and shows that to nobody who comes later', () => {
    const tasks = list()
    const [early, late] = [{ next: 0 }, { next: 0 }]
    expect(next_task(tasks, early)).toBe(tasks[0])
    list_del_rcu(tasks[0])
    expect(next_task(tasks, early)).toBe(tasks[1])
    expect([next_task(tasks, late), next_task(tasks, late)]).toEqual([null, tasks[1]])
  })

  test('has a grace period that ends when all readers have left', () => {
    const s = { rcu_readers: 0 }
    expect(isGracePeriodOver(s)).toBe(true)
    rcu_read_lock(s)
    rcu_read_lock(s)
    rcu_read_unlock(s)
    expect(isGracePeriodOver(s)).toBe(false)
    rcu_read_unlock(s)
    expect(isGracePeriodOver(s)).toBe(true)
  })
})

describe('references', () => {
  test('keep an mm_struct until the last of them is dropped', () => {
    const mm = { mm_count: 1, is_freed: false }
    mmgrab(mm)
    mmdrop(mm)
    expect(mm).toEqual({ mm_count: 1, is_freed: false })
    mmdrop(mm)
    expect(mm).toEqual({ mm_count: 0, is_freed: true })
  })

  test('keep a task_struct, whose last put says so', () => {
    const task = { usage: 1, is_freed: false }
    get_task_struct(task)
    expect([put_task_struct(task), task.is_freed]).toEqual([false, false])
    expect([put_task_struct(task), task.is_freed]).toEqual([true, true])
  })
})

describe('a victim', () => {
  test('is counted once for each thread that carries the mark, however often that is marked', () => {
    const s = { oom_victims: 0 }
    const threads = [{ TIF_MEMDIE: false }, { TIF_MEMDIE: false }]
    for (const thread of [...threads, threads[0]]) mark_oom_victim(s, thread)
    expect(s.oom_victims).toBe(2)
    for (const thread of [...threads, threads[0]]) exit_oom_victim(s, thread)
    expect([s.oom_victims, ...threads.map((thread) => thread.TIF_MEMDIE)]).toEqual([0, false, false])
  })

  test('gets its signal in all threads, and no other process does', () => {
    const threads = [{ SIGKILL: false }, { SIGKILL: false }]
    const other = { SIGKILL: false }
    send_sigkill(threads)
    expect([...threads, other].map((thread) => thread.SIGKILL)).toEqual([true, true, false])
  })
})

describe('freezers', () => {
  test('wake by a thaw who is in the refrigerator, and by a signal only who sleeps otherwise', () => {
    const states = ['TASK_RUNNING', 'TASK_FROZEN', 'TASK_INTERRUPTIBLE'] as const
    const after = (wake: (task: { state: (typeof states)[number] }) => void) =>
      states.map((state) => {
        const task = { state }
        wake(task)
        return task.state
      })
    expect(after(__thaw_task)).toEqual(['TASK_RUNNING', 'TASK_RUNNING', 'TASK_INTERRUPTIBLE'])
    expect(after(signal_wake_up)).toEqual(['TASK_RUNNING', 'TASK_FROZEN', 'TASK_RUNNING'])
    expect(states.map((state) => frozen({ state }))).toEqual([false, true, false])
  })
})
