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
 * Transitions: the producer has one unless the queue is full, the consumer unless it waits at an empty one: 12 + 15 = 27
 * and 15 + 21 = 36.
 * `unchecked` puts without looking.
 */
import {
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
  type Member,
  type StateView,
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

/** The number of the item that is to be finished next. */
const history = ({ items }: Bounds) => ({ expected: range(0, items - 1, 'wrap') })

type State = StateView<ReturnType<typeof state>>
type Consumer = Member<ReturnType<typeof state>, 'consumer'>

const { program } = language<typeof state, typeof history>()

const producer = (mayPut: (s: State) => boolean) =>
  program(
    'producer',
    {
      put: {
        when: mayPut,
        do: (s, me) => {
          s.buffer.push(me.next)
          me.next++
        },
      },
    },
    { loop: true },
  )

const hasItem = { when: (s: State) => !s.buffer.isEmpty }
const take = (s: State, me: Consumer): void => {
  me.item = s.buffer.shift()
}
const finish = {
  do: (_s: State, me: Consumer): void => {
    me.item = null
  },
  note: (h: { expected: number }): void => {
    h.expected++
  },
}
const consumer = program('consumer', { take: { ...hasItem, do: take }, finish }, { loop: true })
const hesitant = program('consumer', { look: hasItem, take, finish }, { loop: true })

const careful = producer((s) => !s.buffer.isFull)
const variants = {
  atomic: [careful, consumer],
  'test-then-take': [careful, hesitant],
  unchecked: [producer(() => true), consumer],
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
    properties.stepwise(
      'FinishedInOrder',
      (s, { before, h }) =>
        s.consumer.every((each) => each.item !== null || before(() => each.item === null || each.item === h.expected)),
      { given: (s, { before }) => s.consumer.some((each) => each.item === null && before(() => each.item !== null)) },
    ),
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
      states: 108,
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
      expect: { StaysInDomain: violated(4) },
      states: 174,
      why: 'Both consumers see the one item; after four steps the second to take finds the queue empty.',
    },
    {
      variant: 'unchecked',
      bounds: { capacity: 2, items: 3, consumers: 1 },
      expect: { StaysInDomain: violated(2) },
      states: 18,
      why: 'Three items are put into a queue of two.',
    },
  ],
})
