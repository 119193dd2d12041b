/**
 * Peterson's algorithm: mutual exclusion of two processes with loads and stores only.
 *
 * Source: G. L. Peterson, Myths about the mutual exclusion problem, Information Processing Letters 12(3), 1981. The steps
 * are those of promela/peterson.pml, for which SPIN counts 20 states and 34 transitions.
 * By hand: a state is two labels out of four and the turn, since a flag is set exactly between `set_flag` and `leave`.
 * Call the labels 0 (set_flag), 1 (set_turn), 2 (wait), 3 (leave). Both processes at 0 or 1: 4 pairs, turn either way,
 * since whoever was last at `set_turn` decides it: 8 states. One at 0 or 1, the other (i) at 2 or 3: i set the turn
 * last, so it is the other's: 2 · 2 · 2 pairs, 8 states. Both at 2: either turn, 2 states. One at 2 and one at 3: the
 * turn is that of the one inside: 2 states. Both at 3: none. Together 20. Each process has one step, except at 2 while
 * the other is at 1, at 2 with the turn, or at 3: 2 · 20 − 3 · 2 = 34 transitions.
 *
 * Two neighbours, one ingredient away: without the turn both wait for ever; with the turn set before the flag both enter.
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
import { mutex } from './mutex.ts'

const state = () => ({
  turn: ref('process'),
  process: family(2, { flag: bool, other: ref('process') }),
})

const { program, steps } = language<typeof state>()

const { set_flag, set_turn, wait, wait_for_flag, leave } = steps('process', {
  set_flag: (_s, me) => {
    me.flag = true
  },
  set_turn: (s, me) => {
    s.turn = me.other
  },
  // One step reads both variables. SPIN's twin does the same; two loads, in either order, would be as safe.
  wait: { when: (s, me) => !me.other.flag || s.turn === me },
  wait_for_flag: { when: (_s, me) => !me.other.flag },
  leave: (_s, me) => {
    me.flag = false
  },
})

const variants = {
  peterson: program('process', { set_flag, set_turn, wait, leave }, { loop: true }),
  'without-turn': program('process', { set_flag, wait: wait_for_flag, leave }, { loop: true }),
  'turn-before-flag': program('process', { set_turn, set_flag, wait, leave }, { loop: true }),
}

export const peterson = protocol({
  name: 'peterson',
  source: 'G. L. Peterson, Information Processing Letters 12(3), 1981',
  variants: ['peterson', 'without-turn', 'turn-before-flag'],
  bounds: {},
  state,
  init: () => (s) => {
    s.process[0].other = s.process[1]
    s.process[1].other = s.process[0]
  },
  programs: ({ variant }) => [variants[variant]],
})

const properties = propertiesOf(peterson)

export default spec(peterson, {
  properties: [
    properties.never('BothAreInside', (s, { at }) => s.process.every((process) => at(process, 'leave'))),
    properties.reachable('FirstIsInside', (s, { at }) => at(s.process[0], 'leave')),
    properties.alwaysReachable('FirstCanAlwaysGetInside', (s, { at }) => at(s.process[0], 'leave')),
    properties.refines('IsMutex', mutex, {
      instance: () => ({ bounds: { processes: 2 } }),
      map: (a, s, { at, stand }) => {
        for (const i of [0, 1]) {
          const inside = at(s.process[i], 'leave')
          a.process[i].inside = inside
          stand(a.process[i], inside ? 'leave' : 'enter')
        }
      },
    }),
    properties.leadsTo(
      'WhoWaitsGetsInside',
      (s, { at }) => at(s.process[0], 'wait'),
      (s, { at }) => at(s.process[0], 'leave'),
    ),
  ],
  rows: [
    {
      bounds: {},
      fairness: { weak: ['process'] },
      expect: {
        BothAreInside: holds,
        FirstIsInside: reachable(3),
        FirstCanAlwaysGetInside: holds,
        IsMutex: holds,
        WhoWaitsGetsInside: holds,
      },
      states: 20,
      why: 'The last to set the turn gave it away, and the other keeps its flag up while inside.',
    },
    {
      bounds: {},
      expect: { WhoWaitsGetsInside: violated(2) },
      states: 20,
      why: 'Without fairness nobody need move again: the first may stop where it waits.',
    },
    {
      variant: 'without-turn',
      bounds: {},
      fairness: { weak: ['process'] },
      expect: {
        BothAreInside: holds,
        FirstIsInside: reachable(2),
        FirstCanAlwaysGetInside: violated(2),
        // To get stuck is no step that mutex lacks: refinement says nothing about progress.
        IsMutex: holds,
        WhoWaitsGetsInside: violated(2),
        NoDeadlock: violated(2),
      },
      states: 8,
      why: 'With both flags up each waits for the other: safe, and stuck.',
    },
    {
      variant: 'turn-before-flag',
      bounds: {},
      expect: {
        BothAreInside: violated(6),
        FirstIsInside: reachable(3),
        FirstCanAlwaysGetInside: holds,
        IsMutex: violated(6),
      },
      states: 32,
      why: 'The second enters while the flag of the first is still down; the turn, set last by the second, lets the first in.',
    },
  ],
})
