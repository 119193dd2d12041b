/**
 * Delayed work: it is due so many ticks after it was queued, and somebody may put it off.
 *
 * Source: queue_delayed_work() and mod_delayed_work() of Linux, in their simplest form. How long it takes until the work
 * runs depends on what may happen while it is due. `urgent`: no tick passes any more. `lazy`: the worker runs when it does.
 * By hand, for a delay of d and p times put off: while it is pending the state is what is left and how often it was put
 * off, (d + 1) · (p + 1); afterwards nothing is left: p + 1 more; and one before it is queued. For d = 3 and p = 1:
 * 1 + 8 + 2 = 11 states.
 * Transitions of `urgent`: queueing it; a tick where something is left, d · (p + 1), and where the work has run, p + 1;
 * putting it off, (d + 1) · p; running it, p + 1: 1 + 6 + 2 + 4 + 2 = 15. `lazy` has ticks where it is due, too: 17.
 * Depth: queue, put off at once, d ticks, run: 1 + 1 + 3 + 1 = 6.
 * The work runs d ticks after it was queued at the earliest. At the latest it is put off p times, each time when nothing is
 * left any more, which takes no time: d · (1 + p) = 6 ticks, in 1 + 6 + 1 + 1 = 9 steps.
 */
import {
  bool,
  language,
  maximum,
  minimum,
  propertiesOf,
  protocol,
  singleton,
  spec,
  unbounded,
  upTo,
} from '../language/index.ts'

interface Bounds {
  readonly delay: number
  readonly puts_off: number
}

const state = ({ delay, puts_off }: Bounds) => ({
  pending: bool,
  left: upTo(delay),
  put_off: upTo(puts_off),
  worker: singleton({}),
  user: singleton({}),
  clock: singleton({}),
})

const { program } = language<typeof state>()

const worker = ({ variant, delay }: Bounds & { readonly variant: string }) =>
  program('worker', {
    queue_delayed_work: {
      urgent: true,
      do: (s) => {
        s.pending = true
        s.left = delay
      },
    },
    work: {
      when: (s) => s.left === 0,
      urgent: variant === 'urgent',
      do: (s) => {
        s.pending = false
      },
    },
  })

const user = ({ delay, puts_off }: Bounds) =>
  program(
    'user',
    {
      mod_delayed_work: {
        when: (s) => s.pending && s.put_off < puts_off,
        do: (s) => {
          s.put_off++
          s.left = delay
        },
      },
    },
    { loop: true, role: 'environment' },
  )

const clock = program(
  'clock',
  {
    tick: (s) => {
      if (s.left > 0) s.left--
    },
  },
  { loop: true, role: 'time' },
)

export const delayedWork = protocol({
  name: 'delayed-work',
  variants: ['urgent', 'lazy'],
  bounds: {
    delay: { min: 1, max: 10, doc: 'ticks from queueing the work until it is due' },
    puts_off: { min: 0, max: 3, doc: 'times that it may be put off by the whole delay' },
  },
  state,
  programs: (config) => [worker(config), user(config), clock],
})

const { longest, shortest } = propertiesOf(delayedWork)

const fair = { weak: ['worker', 'clock'] }

export default spec(delayedWork, {
  properties: [
    longest('RunsInTime', {
      from: (s, { at }) => at(s.worker[0], 'queue_delayed_work'),
      to: (s, { at }) => at(s.worker[0], 'done'),
      count: 'ticks',
    }),
    shortest('RunsNotBefore', {
      from: (s, { at }) => at(s.worker[0], 'queue_delayed_work'),
      to: (s, { at }) => at(s.worker[0], 'done'),
      count: 'ticks',
    }),
  ],
  rows: [
    {
      variant: 'urgent',
      bounds: { delay: 3, puts_off: 1 },
      fairness: fair,
      expect: { RunsInTime: maximum(6), RunsNotBefore: minimum(3) },
      states: 11,
      why: 'It is put off once, at the last moment, and runs as soon as it is due again.',
    },
    {
      variant: 'lazy',
      bounds: { delay: 3, puts_off: 1 },
      fairness: fair,
      expect: { RunsInTime: unbounded, RunsNotBefore: minimum(3) },
      states: 11,
      why: 'The clock may tick any number of times before the worker runs; that it runs in the end is no bound.',
    },
  ],
})
