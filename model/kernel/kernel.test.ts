/** The parts of the kernel that models share do what their namesakes do. */
import { describe, expect, test } from 'vitest'
import { canRead, canWrite, down_read_trylock, up_read } from './rwsem.ts'
import { add_timer, countedDown, detach_timer, expired } from './timer.ts'
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
