/**
 * Four locks: who waits for them spins, or sleeps.
 *
 * Source: the textbook's locks; the ticket lock is that of J. M. Mellor-Crummey and M. L. Scott, Algorithms for scalable
 * synchronization on shared-memory multiprocessors, ACM Transactions on Computer Systems 9(1), 1991.
 * A loop without progress is one in which a CPU takes steps and never gets as far as `unlock`.
 * By hand, for two CPUs. `test-and-set` and `sleep`: nobody has the lock, or one of the two, 3 states. Where nobody has it
 * both can move; else its owner can, and the other one if it spins: 6 transitions or 4, and a depth of 1.
 * `test-and-test-and-set`: without the lock a CPU is at one of two labels: 4 states in which the lock is free and 2 · 2 in
 * which it is not, 8. Both can always move: 16 transitions.
 * `ticket`: the number that is served, of three; beside it nobody has a ticket, one of two CPUs has one and waits or has
 * been served, or both have, in either order, and the first waits or has been served: 3 · (1 + 4 + 4) = 27. Both can always
 * move: 54.
 */
import { bool, family, holds, language, propertiesOf, protocol, range, spec, violated } from '../language/index.ts'

const state = ({ cpus }: { cpus: number }) => ({
  locked: bool,
  /** The ticket lock: the next number that is drawn, and the one that is served. */
  next: range(0, cpus, 'wrap'),
  serving: range(0, cpus, 'wrap'),
  cpu: family(cpus, { ticket: range(0, cpus, 'wrap') }),
})

const { program, steps } = language<typeof state>()

const take = (s: { locked: boolean }): void => {
  s.locked = true
}
const release = steps('cpu', {
  unlock: (s) => {
    s.locked = false
  },
})
const forEver = { loop: true }

const variants = {
  'test-and-set': program('cpu', { lock: (s) => (s.locked ? 'lock' : take(s)), ...release }, forEver),
  'test-and-test-and-set': program(
    'cpu',
    { test: (s) => (s.locked ? 'test' : undefined), lock: (s) => (s.locked ? 'test' : take(s)), ...release },
    forEver,
  ),
  ticket: program(
    'cpu',
    {
      draw: (s, me) => {
        me.ticket = s.next
        s.next++
      },
      wait: (s, me) => (s.serving === me.ticket ? undefined : 'wait'),
      unlock: (s, me) => {
        s.serving++
        me.ticket = 0
      },
    },
    forEver,
  ),
  sleep: program('cpu', { lock: { when: (s) => !s.locked, do: take }, ...release }, forEver),
}

export const spinning = protocol({
  name: 'spinning',
  variants: ['test-and-set', 'test-and-test-and-set', 'ticket', 'sleep'],
  bounds: { cpus: { min: 1, max: 4 } },
  state,
  programs: ({ variant }) => [variants[variant]],
})

const { always, progress } = propertiesOf(spinning)

/** Nobody who can run is kept from running for ever. */
const fair = { weak: ['cpu'] }
const two = { cpus: 2 }

export default spec(spinning, {
  properties: [
    always('MutualExclusion', (s, { at }) => s.cpu.count((cpu) => at(cpu, 'unlock')) < 2),
    progress('NobodySpinsForEver', 'cpu', ['unlock']),
  ],
  rows: [
    {
      variant: 'test-and-set',
      bounds: two,
      expect: { MutualExclusion: holds, NobodySpinsForEver: violated(2) },
      states: 3,
      why: 'One takes the lock and does not get to run again; the other one looks, and looks.',
    },
    {
      variant: 'test-and-set',
      bounds: two,
      fairness: fair,
      expect: { MutualExclusion: holds, NobodySpinsForEver: violated(3) },
      states: 3,
      why: 'If all run there still is a loop: lock, look of the other one, unlock; it always looks at the wrong moment.',
    },
    {
      variant: 'test-and-test-and-set',
      bounds: two,
      fairness: fair,
      expect: { MutualExclusion: holds, NobodySpinsForEver: violated(4) },
      states: 8,
      why: 'A look that writes nothing spares the bus and not the CPU: two steps to lock, a look, and the unlock.',
    },
    {
      variant: 'ticket',
      bounds: two,
      expect: { MutualExclusion: holds, NobodySpinsForEver: violated(3) },
      states: 27,
      why: 'Both draw, and the second waits for a first that does not get to run.',
    },
    {
      variant: 'ticket',
      bounds: two,
      fairness: fair,
      expect: { MutualExclusion: holds, NobodySpinsForEver: holds },
      states: 27,
      why: 'It spins, but not for ever: nobody who runs can come before it twice.',
    },
    {
      variant: 'sleep',
      bounds: two,
      expect: { MutualExclusion: holds, NobodySpinsForEver: holds },
      states: 3,
      why: 'Who does not get the lock takes no step, so that there is nothing to burn, fair or not.',
    },
  ],
})
