/**
 * A bounded queue: a producer puts numbered items in, consumers take them out.
 *
 * Source: the textbook's, for the `queue` domain. Items are numbered 0 … items−1, over and over.
 * By hand, for one consumer and the variant `atomic`: the producer's next number and the length of the queue say what is
 * in it: items · (capacity + 1) states. The history adds the item consumed last, which these two determine as well,
 * except that at first there is none: then the next number is the length, which makes capacity + 1 states more. So
 * (items + 1) · (capacity + 1) with the history, 12 for 3 items and a capacity of 2.
 * The variant `test-then-take` looks and takes in two steps: no harm to one consumer, but two may look at one item.
 * The variant `unchecked` puts without looking.
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
  consumer: family(consumers, {}),
})

/** What was consumed last, and whether each item so far was the successor of the one before. */
const history = ({ items }: Bounds) => ({ last: option(range(0, items - 1, 'wrap')), disorder: bool })

const { program, steps } = language<typeof state, typeof history>()
