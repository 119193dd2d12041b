/**
 * Per-thread counts of the kernels before 6.2: how far the counter of the mm is behind (E1, E3 and E7).
 *
 * The claim is 64 pages a thread. By the order of the code it is two more: with threshold t, t + 1 faults follow the one
 * that flushes before another one does, and the one that flushes is counted after its flush. And 64 is in faults, not in
 * pages.
 */
import { holds, maximum, minimum, propertiesOf, reachable, spec, violated } from '../checker/language/index.ts'
import { splitRss } from '../model/split-rss.ts'

const { always, alwaysReachable, maximum: largest, minimum: smallest, reachable: some } = propertiesOf(splitRss)

export default spec(splitRss, {
  properties: [
    /** What the mm does not know is what its threads have not told it. */
    always('NothingIsLost', (s) => s.error === s.task.sum((task) => task.count)),
    largest('GreatestError', (s) => s.error),
    smallest('LeastError', (s) => s.error),
    largest('GreatestErrorBetweenFaults', (s, { at }) => (s.task.every((task) => at(task, 'user')) ? s.error : 0)),
    some('SomethingIsPending', (s) => s.error > 0),
    /** An mm without threads knows all its pages. */
    always('ExitTellsAll', (s) => s.error === 0, { given: (s, { at }) => s.task.every((task) => at(task, 'done')) }),
    alwaysReachable('CanBecomeExact', (s) => s.error === 0),
    /** The count can become exact again between faults, where the fault that flushes leaves its own pages behind. */
    alwaysReachable(
      'CanBeExactBetweenFaults',
      (s, { at }) => s.error === 0 && s.task.every((task) => at(task, 'user') || at(task, 'done')),
    ),
    /** A flush forgets how many faults there were: between faults nothing is pending of a thread that has just flushed. */
    always('FlushBeginsAnew', (s, { at }) =>
      s.task.every((task) => !(at(task, 'user') || at(task, 'done')) || task.count > 0 || task.events === 0),
    ),
  ],
  rows: [
    {
      claims: ['E1', 'E7'],
      bounds: { threads: 1, threshold: 64, pages: 1 },
      expect: {
        GreatestError: maximum(66),
        GreatestErrorBetweenFaults: maximum(66),
        NothingIsLost: holds,
        CanBeExactBetweenFaults: violated(1),
      },
      why: 'The real threshold: 66 pages, since a fault flushes before it counts, and the test is of the number before it is raised.',
    },
    {
      claims: ['E1'],
      bounds: { threads: 1, threshold: 64, pages: 1 },
      ingredients: ['decrements'],
      expect: { GreatestError: maximum(66), LeastError: minimum(-66), NothingIsLost: holds },
      why: 'Faults that take a page of the file away, by a copy on write, are not told either until the next flush: the counter of the file is off to the other side as far.',
    },
    {
      claims: ['E1'],
      variant: 'counted-first',
      bounds: { threads: 1, threshold: 64, pages: 1 },
      expect: { GreatestError: maximum(66), GreatestErrorBetweenFaults: maximum(65), NothingIsLost: holds },
      why: 'Neighbour: if a fault counted before it checked, 65 pages could be pending between faults, and 66 within one.',
    },
    {
      claims: ['E1', 'E3'],
      bounds: { threads: 2, threshold: 4, pages: 1 },
      expect: { GreatestError: maximum(12), NothingIsLost: holds },
      why: 'Every thread adds its own: 6 at a threshold of 4, whatever the number of CPUs.',
    },
    {
      claims: ['E1', 'E3'],
      bounds: { threads: 2, threshold: 2, pages: 3 },
      expect: { GreatestError: maximum(24), NothingIsLost: holds, SomethingIsPending: reachable(3) },
      why: 'Faults that map three pages are one event each: 4 faults of 3 pages, for each of two threads.',
    },
    {
      claims: ['E4'],
      bounds: { threads: 2, threshold: 2, pages: 2 },
      ingredients: ['unmaps', 'exits'],
      expect: {
        NothingIsLost: holds,
        ExitTellsAll: holds,
        GreatestError: maximum(16),
        CanBecomeExact: holds,
        CanBeExactBetweenFaults: holds,
        FlushBeginsAnew: holds,
      },
      why: 'A thread that unmaps or exits flushes, so that nothing is left behind.',
    },
    {
      claims: ['E4'],
      bounds: { threads: 1, threshold: 2, pages: 1 },
      ingredients: ['unmaps'],
      expect: {
        NothingIsLost: holds,
        GreatestError: maximum(4),
        CanBeExactBetweenFaults: holds,
        FlushBeginsAnew: holds,
      },
      why: 'Who unmaps flushes, and so a process whose threads never exit can be counted exactly again.',
    },
    {
      claims: ['E4'],
      variant: 'exit-forgets',
      bounds: { threads: 1, threshold: 2, pages: 2 },
      ingredients: ['exits'],
      expect: { NothingIsLost: violated(), ExitTellsAll: violated(), CanBecomeExact: violated() },
      why: 'Neighbour: what a thread has not told when it exits nobody will ever tell.',
    },
  ],
})
