/**
 * A bounded queue: a producer puts numbered items in, consumers take them out and finish them.
 *
 * Source: the textbook's exercise, for the `queue` domain. Items are numbered 0 … items−1, over and over.
 * By hand, for one consumer: the producer's next number and the length of the queue say what is in the queue, and, going
 * back one more, what the consumer holds if it holds an item. So there are items · (capacity + 1) states without and as
 * many with an item in hand: 18 for 3 items and a capacity of 2. The history, the item that is to be finished next, is
 * determined in the same way and adds none.
 * `test-then-take` looks and takes in two steps. One consumer may then also stand between the two, with a queue that is
 * not empty, in items · capacity states: 18 + 6 = 24. Two may both look at one item.
 * `unchecked` puts without looking.
 */
import {
  bool,
  family,
  holds,
  language,
  maximum,
  option,
  propertiesOf,
  protocol,
  queue,
  range,
  singleton,
  spec,
  upTo,
  violated,
} from '../language/index.ts'

interface Bounds {
  readonly capacity: number
  readonly items: number
  readonly consumers: number
}

const state = ({ capacity, items, consumers }: Bounds) => ({
  buffer: queue(capacity, upTo(items - 1)),
  producer: singleton({ next: range(0, items - 1, 'wrap') }),
  consumer: family(consumers, { item: option(upTo(items - 1)) }),
})

const history = ({ items }: Bounds) => ({ expected: range(0, items - 1, 'wrap'), disorder: bool })

const { program, steps } = language<typeof state, typeof history>()

const { put_unchecked } = steps('producer', {
  put_unchecked: (s, me) => {
    s.buffer.push(me.next)
    me.next++
  },
})
const { put } = steps('producer', { put: { when: (s) => !s.buffer.isFull, do: put_unchecked } })

const { take_unchecked, finish } = steps('consumer', {
  take_unchecked: (s, me) => {
    me.item = s.buffer.shift()
  },
  finish: {
    do: (_s, me) => {
      me.item = null
    },
    note: (h, _s, me, before) => {
      if (before(() => me.item) !== h.expected) h.disorder = true
      h.expected++
    },
  },
})
const { look, take } = steps('consumer', {
  look: { when: (s) => !s.buffer.isEmpty },
  take: { when: (s) => !s.buffer.isEmpty, do: take_unchecked },
})

const loop = { loop: true }
const producer = program('producer', { put }, loop)
const consumer = program('consumer', { take, finish }, loop)
const variants = {
  atomic: [producer, consumer],
  'test-then-take': [producer, program('consumer', { look, take: take_unchecked, finish }, loop)],
  unchecked: [program('producer', { put: put_unchecked }, loop), consumer],
}

export const boundedQueue = protocol({
  name: 'bounded-queue',
  variants: ['atomic', 'test-then-take', 'unchecked'],
  bounds: { capacity: { min: 1, max: 4 }, items: { min: 2, max: 8 }, consumers: { min: 1, max: 3 } },
  state,
  history,
  programs: ({ variant }) => variants[variant],
})

const properties = propertiesOf(boundedQueue)

export default spec(boundedQueue, {
  properties: [
    properties.always('FinishedInOrder', (_s, { h }) => !h.disorder),
    properties.maximum('LongestQueue', (s) => s.buffer.length),
  ],
  rows: [
    {
      bounds: { capacity: 2, items: 3, consumers: 1 },
      expect: { FinishedInOrder: holds, LongestQueue: maximum(2) },
      states: 18,
      why: 'First in, first out, one at a time.',
    },
    {
      bounds: { capacity: 2, items: 3, consumers: 2 },
      expect: { FinishedInOrder: violated(5), LongestQueue: maximum(2) },
      why: 'Two items are taken in order, and the second is finished first.',
    },
    {
      variant: 'test-then-take',
      bounds: { capacity: 2, items: 3, consumers: 1 },
      expect: { FinishedInOrder: holds, LongestQueue: maximum(2) },
      states: 24,
      why: 'Nobody else takes what the one consumer has seen.',
    },
    {
      variant: 'test-then-take',
      bounds: { capacity: 2, items: 3, consumers: 2 },
      expect: { StaysInDomain: violated() },
      why: 'Both consumers see the one item; the second to take finds the queue empty.',
    },
    {
      variant: 'unchecked',
      bounds: { capacity: 2, items: 3, consumers: 1 },
      expect: { StaysInDomain: violated() },
      why: 'Three items are put into a queue of two.',
    },
  ],
})
