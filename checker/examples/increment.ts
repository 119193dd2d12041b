/**
 * Threads that increment a shared counter without a lock: read it, add one to the private copy, write that back.
 *
 * Source: the example `increment` of Stateright, whose documentation lists all 13 states for two threads. Two threads
 * lose an increment as it shows: both read 0, both write 1.
 * States for three threads: 84, by the brute force of independent-counts.test.ts.
 * The variant `atomic` reads and writes in one step. A state is then the set of the threads that are done: 2^threads.
 */
import { family, holds, language, propertiesOf, protocol, reachable, spec, upTo, violated } from '../language/index.ts'

const state = ({ threads }: { threads: number }) => ({
  i: upTo(threads),
  thread: family(threads, { t: upTo(threads) }),
})

const { program } = language<typeof state>()

const racy = program('thread', {
  read: (s, me) => {
    me.t = s.i
  },
  write: (s, me) => {
    s.i = me.t + 1
  },
})

const atomic = program('thread', {
  increment: (s) => {
    s.i++
  },
})

export const increment = protocol({
  name: 'increment',
  source: 'Stateright, examples/increment.rs',
  variants: ['racy', 'atomic'],
  bounds: { threads: { min: 1, max: 6 } },
  state,
  programs: ({ variant }) => [variant === 'racy' ? racy : atomic],
})

const properties = propertiesOf(increment)

export default spec(increment, {
  properties: [
    properties.always('NoIncrementIsLost', (s, { at }) => s.i === s.thread.count((thread) => at(thread, 'done'))),
    properties.reachable('AllAreDone', (s, { at }) => s.thread.every((thread) => at(thread, 'done'))),
  ],
  rows: [
    {
      bounds: { threads: 1 },
      expect: { NoIncrementIsLost: holds, AllAreDone: reachable(2) },
      states: 3,
      why: 'Nobody else writes between the read and the write.',
    },
    {
      bounds: { threads: 2 },
      expect: { NoIncrementIsLost: violated(4), AllAreDone: reachable(4) },
      states: 13,
      why: 'Both threads read 0, then both write 1.',
    },
    {
      bounds: { threads: 3 },
      expect: { NoIncrementIsLost: violated(4), AllAreDone: reachable(6) },
      states: 84,
      why: 'Two of the threads race as before; the third need not take a step.',
    },
    {
      variant: 'atomic',
      bounds: { threads: 3 },
      expect: { NoIncrementIsLost: holds, AllAreDone: reachable(3) },
      states: 8,
      why: 'No step comes between the read and the write.',
    },
  ],
})
