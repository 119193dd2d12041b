/**
 * Dining philosophers: n around a table, a fork between two neighbours, two forks to eat.
 *
 * Source: E. W. Dijkstra, Hierarchical ordering of sequential processes, Acta Informatica 1, 1971. An order on the forks
 * is the usual cure. Forks are taken and put back one by one, the one taken first put back first.
 * By hand: what a philosopher holds says where it stands (nothing, the first, both, the second), so a state is an
 * owner for each fork: nobody, the neighbour on the one side or on the other, 3^n in all. Of the 9 ways in which its two
 * forks can be owned a philosopher can take a step in 6: 2n · 3^(n−1) transitions.
 * `ordered`: all are reached: 27 states and 54 transitions for three, 81 and 216 for four.
 * `left-first`: all but one, 26 and 80. Everyone holding only the second fork, the right one, cannot be: the last to
 * take a right fork had the left one, too, which is the right one of a neighbour. Its n steps are missing: 51 and 212.
 * The one deadlock is everyone holding the left fork, after n steps.
 * The variant `rude` takes the second fork without looking whether it lies there.
 */
import {
  bool,
  family,
  holds,
  language,
  propertiesOf,
  protocol,
  reachable,
  ref,
  spec,
  violated,
} from '../language/index.ts'

const state = ({ philosophers }: { philosophers: number }) => ({
  fork: family(philosophers, { taken: bool }),
  /** Which forks are whose, and in which order they are taken, never changes. */
  philosopher: family(philosophers, { first: ref('fork'), second: ref('fork') }),
})

const { program } = language<typeof state>()

const philosopher = (polite: boolean) =>
  program(
    'philosopher',
    {
      take_first: {
        when: (_s, me) => !me.first.taken,
        do: (_s, me) => {
          me.first.taken = true
        },
      },
      take_second: {
        when: (_s, me) => !polite || !me.second.taken,
        do: (_s, me) => {
          me.second.taken = true
        },
      },
      put_first: (_s, me) => {
        me.first.taken = false
      },
      put_second: (_s, me) => {
        me.second.taken = false
      },
    },
    { loop: true },
  )

export const diningPhilosophers = protocol({
  name: 'dining-philosophers',
  source: 'E. W. Dijkstra, Hierarchical ordering of sequential processes, Acta Informatica 1, 1971',
  variants: ['left-first', 'ordered', 'rude'],
  bounds: { philosophers: { min: 2, max: 7 } },
  state,
  init:
    ({ variant, philosophers }) =>
    (s) => {
      for (let i = 0; i < philosophers; i++) {
        const right = (i + 1) % philosophers
        // Only the last philosopher has the lower fork on the right.
        const swap = variant === 'ordered' && right < i
        s.philosopher[i].first = s.fork[swap ? right : i]
        s.philosopher[i].second = s.fork[swap ? i : right]
      }
    },
  programs: ({ variant }) => [philosopher(variant !== 'rude')],
})

const properties = propertiesOf(diningPhilosophers)

export default spec(diningPhilosophers, {
  properties: [
    // Whoever is about to put the first fork back has both.
    properties.always('NeighboursDoNotEatTogether', (s, { at }) =>
      s.fork.every(
        (fork) => s.philosopher.count((p) => at(p, 'put_first') && (p.first === fork || p.second === fork)) < 2,
      ),
    ),
    properties.reachable('SomeoneEats', (s, { at }) => s.philosopher.some((p) => at(p, 'put_first'))),
    properties.alwaysReachable('FirstCanAlwaysEat', (s, { at }) => at(s.philosopher[0], 'put_first')),
  ],
  rows: [
    {
      variant: 'left-first',
      bounds: { philosophers: 3 },
      expect: {
        NeighboursDoNotEatTogether: holds,
        SomeoneEats: reachable(2),
        FirstCanAlwaysEat: violated(3),
        NoDeadlock: violated(3),
      },
      states: 26,
      why: 'Everyone takes the left fork, and waits for the right one.',
    },
    {
      variant: 'left-first',
      bounds: { philosophers: 4 },
      expect: {
        NeighboursDoNotEatTogether: holds,
        SomeoneEats: reachable(2),
        FirstCanAlwaysEat: violated(4),
        NoDeadlock: violated(4),
      },
      states: 80,
      why: 'As with three.',
    },
    {
      variant: 'ordered',
      bounds: { philosophers: 3 },
      expect: { NeighboursDoNotEatTogether: holds, SomeoneEats: reachable(2), FirstCanAlwaysEat: holds },
      states: 27,
      why: 'Of all who hold a fork, the one with the highest waits for nobody.',
    },
    {
      variant: 'ordered',
      bounds: { philosophers: 4 },
      expect: { NeighboursDoNotEatTogether: holds, SomeoneEats: reachable(2), FirstCanAlwaysEat: holds },
      states: 81,
      why: 'As with three.',
    },
    {
      variant: 'rude',
      bounds: { philosophers: 3 },
      expect: { NeighboursDoNotEatTogether: violated(4), SomeoneEats: reachable(2), FirstCanAlwaysEat: holds },
      states: 214,
      why: 'Two neighbours take their left forks, and then a second fork that one of them holds already.',
    },
  ],
})
