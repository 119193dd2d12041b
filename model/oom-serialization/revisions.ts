/**
 * What allocators and victims do, revision by revision, read from top to bottom.
 *
 * Try 3 is not here: what is known of it is a discussion of try 2 that led to try 4.
 */
import { giveBack, lastAttempt, slowPath, type Success } from './allocation.ts'
import {
  killAfterUnlockedLook,
  killAndAskForNotice,
  killAndAskForNoticeWithoutLock,
  markUnderTaskLock,
} from './kill.ts'
import { leave, leaveAndUnlock, leaveOrCancel, looks, noCandidate, selection, sleep } from './selection.ts'
import { begin, downAndScan, downAndTest, endWithPage, setAndUp, trylock, unlockWithPage } from './serialization.ts'
import { program, running, type Setup } from './state.ts'
import { die, exitOomVictim, letGo, mmput, orExec, putOldMm, unpin } from './victim.ts'

const successOf = ({ lock, pin, constrained }: Setup): Success => (lock || pin || constrained ? 'got_pg' : 'done')

const exiting = (setup: Setup, put: ReturnType<typeof mmput>) =>
  setup.exec
    ? program('task', { ...letGo(put, setup), ...orExec(setup), ...die, ...putOldMm(put) }, running)
    : program('task', { ...letGo(put, setup), ...die }, running)

export const revisions = {
  'mainline-2.6.17': (setup: Setup) => {
    const success = successOf(setup)
    const put = mmput('return', setup)
    return [
      program(
        'cpu',
        {
          ...slowPath(success),
          ...lastAttempt(success),
          ...selection(looks['2.6.17'], setup),
          ...killAfterUnlockedLook,
          ...leave,
          ...sleep,
          ...noCandidate,
          ...giveBack,
          ...unpin(put),
        },
        running,
      ),
      exiting(setup, put),
    ]
  },
  /** The bit is taken inside out_of_memory(), when the attempt has long failed. */
  'april-25': (setup: Setup) => {
    const success = successOf(setup)
    const put = mmput('oom_notify', setup)
    return [
      program(
        'cpu',
        {
          ...slowPath(success),
          ...lastAttempt(success),
          ...begin,
          ...selection(looks['2.6.17'], setup),
          ...killAndAskForNotice,
          ...leaveOrCancel,
          ...sleep,
          ...noCandidate,
          ...giveBack,
          ...unpin(put),
        },
        running,
      ),
      exiting(setup, put),
    ]
  },
  /** The patch. */
  'may-18': (setup: Setup) => {
    const success = successOf(setup)
    const put = mmput('oom_notify', setup)
    return [
      program(
        'cpu',
        {
          ...slowPath(success),
          ...begin,
          ...lastAttempt('page_found'),
          ...selection(looks['2.6.17'], setup),
          ...(setup.withoutTaskLock ? killAndAskForNoticeWithoutLock : killAndAskForNotice),
          ...leaveOrCancel,
          ...sleep,
          ...endWithPage(success),
          ...noCandidate,
          ...giveBack,
          ...unpin(put),
        },
        running,
      ),
      exiting(setup, put),
    ]
  },
  /** The bit is an int, and test, last attempt and beginning are one critical section; losers sleep. */
  'try-2': (setup: Setup) => {
    const success = successOf(setup)
    const put = mmput('oom_notify', setup)
    return [
      program(
        'cpu',
        {
          ...slowPath(success),
          ...downAndTest,
          ...lastAttempt('page_found'),
          ...setAndUp,
          ...selection(looks['2.6.17'], setup),
          ...killAndAskForNotice,
          ...leaveOrCancel,
          ...sleep,
          ...unlockWithPage(success),
          ...noCandidate,
          ...giveBack,
          ...unpin(put),
        },
        running,
      ),
      exiting(setup, put),
    ]
  },
  /** Nobody gives notice; the semaphore covers a scan for victims, the last attempt and the kill. */
  'try-4': (setup: Setup) => {
    const success = successOf(setup)
    const put = mmput('return', setup)
    return [
      program(
        'cpu',
        {
          ...slowPath(success),
          ...downAndScan,
          ...lastAttempt('page_found'),
          ...selection(looks['2.6.17'], setup),
          ...killAfterUnlockedLook,
          ...leaveAndUnlock,
          ...sleep,
          ...unlockWithPage(success),
          ...noCandidate,
          ...giveBack,
          ...unpin(put),
        },
        running,
      ),
      exiting(setup, put),
    ]
  },
  /** ZONE_OOM_LOCKED for the whole zonelist, from the last attempt to the end of out_of_memory(). */
  '2.6.24': (setup: Setup) => {
    const success = successOf(setup)
    const put = mmput('return', setup)
    return [
      program(
        'cpu',
        {
          ...slowPath(success),
          ...trylock,
          ...lastAttempt('page_found'),
          ...selection(looks['2.6.24'], setup),
          ...killAfterUnlockedLook,
          ...leaveAndUnlock,
          ...sleep,
          ...unlockWithPage(success),
          ...noCandidate,
          ...giveBack,
          ...unpin(put),
        },
        running,
      ),
      exiting(setup, put),
    ]
  },
  /** One oom_lock for the machine; TIF_MEMDIE lasts until its bearer has put the mm. */
  '4.2': (setup: Setup) => {
    const success = successOf(setup)
    const put = mmput('return', setup)
    return [
      program(
        'cpu',
        {
          ...slowPath(success),
          ...trylock,
          ...lastAttempt('page_found'),
          ...selection(looks['4.2'], setup),
          ...markUnderTaskLock,
          ...leaveAndUnlock,
          ...sleep,
          ...unlockWithPage(success),
          ...noCandidate,
          ...giveBack,
          ...unpin(put),
        },
        running,
      ),
      program('task', { ...letGo(put, setup), ...exitOomVictim, ...die }, running),
    ]
  },
}
