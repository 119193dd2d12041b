/**
 * Threads that increment a shared counter without a lock: read, add one to the private copy, write back.
 *
 * Source: the first example of Stateright's documentation, which counts 13 states for two threads.
 */
import { family, language, propertiesOf, protocol, spec, holds, upTo, violated, reachable } from '../language/index.ts'

const state = ({ threads }: { threads: number }) => ({
  i: upTo(threads),
  thread: family(threads, { t: upTo(threads) }),
})

const { program } = language<typeof state>()

const thread = program('thread', {
  read: (s, me) => {
    me.t = s.i
  },
  write: (s, me) => {
    s.i = me.t + 1
  },
})

export const increment = protocol({
  name: 'increment',
  bounds: { threads: { min: 1, max: 6 } },
  state,
  programs: () => [thread],
})

const { always, reachable: canReach } = propertiesOf(increment)

export default spec(increment, {
  properties: [
    always('NoIncrementIsLost', (s, { at }) => s.i === s.thread.count((thread) => at(thread, 'done'))),
    canReach('AllDone', (s, { at }) => s.thread.every((thread) => at(thread, 'done'))),
  ],
  rows: [
    { bounds: { threads: 1 }, expect: { NoIncrementIsLost: holds, AllDone: reachable(2) }, states: 3, why: 'Nobody interferes.' },
    { bounds: { threads: 2 }, expect: { NoIncrementIsLost: violated(4) }, states: 13, why: 'Both read the same value.' },
  ],
})
