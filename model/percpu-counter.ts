/**
 * percpu_counter, lib/percpu_counter.c, as it counts RSS since Linux 6.2 (f1a7941243c1).
 *
 * Every CPU has a small signed number; when an add would make it as large as the batch, it is moved to the central count,
 * under a spinlock. The approximate sum is the central count, the precise one adds the numbers of all CPUs. The batch is
 * twice the number of CPUs that are online, and at least 32, so that the sums may be apart by the square of that number.
 *
 * Kept: percpu_counter_add_batch() with its look at the number and the two ways of changing it; nested interrupts;
 * percpu_counter_sum() CPU by CPU; a CPU that is taken offline, and later folded into the count, with the new batch.
 *
 * The state is a quotient: of the central count only the error is kept, the precise total less the count. No guard reads
 * the count, and everything that is asked is about differences. Sums are told as differences too: what was found in the
 * numbers of the CPUs, which should be the error.
 *
 * Dropped: CPUs that come online; the loop with compare-and-exchange that later kernels have; percpu_counter_set(). Two
 * interrupts at once on a CPU are there if there are three adders.
 *
 * One label is one step. Where a step covers more than one access, this is why it hides nothing:
 * - this_cpu_read: preempt_disable() and the read. Before it the task has done nothing.
 * - raw_spin_lock: the lock, and count += … under it. Taking the lock a little later is the same to everybody else.
 * - this_cpu_sub: also the unlock. Who waits for the lock could as well have come later.
 * - percpu_counter_cpu_dead: under the lock, about a CPU on which nothing runs.
 *
 * Variants: 6.2 disables preemption, and sums the CPUs that are online; 6.3 disables interrupts from the look to the
 * change (805afd830099), and also sums CPUs that are dying (8b57b11cca88).
 */
import {
  bool,
  family,
  language,
  option,
  protocol,
  range,
  ref,
  singleton,
  upTo,
  type Member,
  type StateView,
} from '../checker/language/index.ts'
import { batchFor, isMoved } from './percpu-counter/arithmetic.ts'

interface Setup {
  readonly variant: string
  readonly cpus: number
  readonly minimum: number
  readonly adders: number
  readonly increment: number
  readonly decrements: boolean
  readonly interrupts: boolean
  readonly pinned: boolean
}

/** Where interrupts may come between look and change the number knows no bounds, and is followed up to twice the batch. */
const isUnbounded = ({ variant, interrupts }: Setup): boolean => interrupts && variant === '6.2'

const state = (setup: Setup) => {
  const { cpus, minimum, adders, increment } = setup
  const batch = batchFor(cpus, minimum)
  const most = 2 * batch + adders * increment
  const number = range(-most, most, isUnbounded(setup) ? 'saturate' : 'error')
  return {
    batch: upTo(batch),
    lock: bool,
    cpu: family(cpus, { online: bool, delta: number }),
    /** Tasks, and interrupts that come while one is in the middle. */
    adder: family(adders, {
      /** Where it is in the middle of an add, and how many interrupted others stand below it. */
      cpu: option(ref('cpu')),
      depth: upTo(adders),
      amount: range(-increment, increment),
      /** The number of the CPU as it was seen, and the amount. */
      count: number,
      holds_lock: bool,
    }),
    reader: singleton({ next: upTo(cpus), sum: range(-2 * cpus * batch, 2 * cpus * batch), told: bool }),
    hotplug: singleton({ cpu: option(ref('cpu')) }),
    /** History: the precise total less the count. An add is in the total when it changes something. */
    error: range(-4 * cpus * batch, 4 * cpus * batch, 'saturate'),
  }
}

const history = ({ cpus, minimum }: Setup) => {
  const most = 4 * cpus * batchFor(cpus, minimum)
  return {
    /** Something was added while the reader summed, or was being added when it began. */
    disturbed: bool,
    /** The sum that was read was not the total. */
    missed: bool,
    /** The total less the count when the reader began; the count does not change before it is done. */
    begun: range(-most, most),
    /** The sum that was read is neither between the totals at the beginning and at the end, nor one of them. */
    beside: bool,
  }
}

const { program } = language<typeof state, typeof history>()
type State = StateView<ReturnType<typeof state>>
type Cpu = Member<ReturnType<typeof state>, 'cpu'>
type Adder = Member<ReturnType<typeof state>, 'adder'>

const leave = (me: Adder): 'this_cpu_read' => {
  me.cpu = null
  me.amount = me.count = me.depth = 0
  me.holds_lock = false
  return 'this_cpu_read'
}

const adder = ({ variant, increment, decrements, interrupts, pinned }: Setup) => {
  const amounts = [...new Set([1, increment])].flatMap((amount) => (decrements ? [amount, -amount] : [amount]))
  /** May somebody begin here? Tasks are not preempted on the way; interrupts come until they are switched off. */
  const isOpen = (s: State, cpu: Cpu): boolean =>
    cpu.online && s.adder.every((each) => each.cpu !== cpu || (interrupts && variant === '6.2' && !each.holds_lock))
  const noted = {
    note: (h: { disturbed: boolean }) => {
      h.disturbed = true
    },
  }
  return program(
    'adder',
    {
      /** The task looks whether its CPU has room for the amount. */
      this_cpu_read: {
        do: (s, me, pick) => {
          const home = s.cpu[s.adder.indexOf(me) % s.cpu.length]
          const cpu = pick(
            pinned ? s.cpu.filter((each) => each === home && isOpen(s, each)) : s.cpu.filter((each) => isOpen(s, each)),
          )
          me.depth = s.adder.count((each) => each.cpu === cpu)
          me.cpu = cpu
          me.amount = pick(amounts)
          me.count = cpu.delta + me.amount
          return isMoved(me.count, s.batch) ? 'raw_spin_lock' : 'this_cpu_add'
        },
        ...noted,
      },
      this_cpu_add: {
        do: (s, me) => {
          me.cpu!.delta += me.amount
          s.error += me.amount
          return leave(me)
        },
        ...noted,
      },
      /** The count gets what was seen, and the amount. */
      raw_spin_lock: {
        when: (s) => !s.lock,
        do: (s, me) => {
          s.lock = me.holds_lock = true
          s.error += me.amount - me.count
        },
        ...noted,
      },
      /** What was seen is taken from the number of the CPU, which may have changed. */
      this_cpu_sub: {
        do: (s, me) => {
          me.cpu!.delta -= me.count - me.amount
          s.lock = false
          return leave(me)
        },
        ...noted,
      },
    },
    {
      loop: true,
      /** Whoever was interrupted waits for the interrupt. */
      runs: (s, me) => !s.adder.some((each) => each.cpu !== null && each.cpu === me.cpu && each.depth > me.depth),
    },
  )
}

/** percpu_counter_sum() */
const reader = ({ variant }: Setup) =>
  program('reader', {
    raw_spin_lock: {
      when: (s) => !s.lock,
      do: (s) => {
        s.lock = true
      },
      note: (h, s) => {
        h.disturbed = s.adder.some((each) => each.cpu !== null)
        h.begun = s.error
      },
    },
    /** One CPU after the other, if it is in the mask. One that is folded has nothing left. */
    load: {
      do: (s, me) => {
        const cpu = s.cpu[me.next]
        if (cpu.online || variant === '6.3') me.sum += cpu.delta
        me.next++
        return me.next < s.cpu.length ? 'load' : 'raw_spin_unlock'
      },
    },
    raw_spin_unlock: {
      do: (s, me) => {
        s.lock = false
        me.told = true
      },
      note: (h, s, me) => {
        h.missed = !h.disturbed && me.sum !== s.error
        h.beside = me.sum < Math.min(h.begun, s.error) || me.sum > Math.max(h.begun, s.error)
        h.begun = 0
      },
    },
  })

/** A CPU goes, and later what it has counted is folded in. */
const hotplug = ({ minimum }: Setup) =>
  program('hotplug', {
    set_cpu_online_false: (s, me, pick) => {
      const cpu = pick(s.cpu.filter((each) => s.adder.every((task) => task.cpu !== each)))
      cpu.online = false
      me.cpu = cpu
    },
    percpu_counter_cpu_dead: {
      when: (s) => !s.lock,
      do: (s, me) => {
        s.error -= me.cpu!.delta
        me.cpu!.delta = 0
        s.batch = batchFor(s.cpu.length - 1, minimum)
      },
    },
  })

export const percpuCounter = protocol({
  name: 'percpu-counter',
  source: 'lib/percpu_counter.c, Linux 6.2',
  variants: ['6.2', '6.3'],
  bounds: {
    cpus: { min: 1, max: 4, doc: 'CPUs, all online at first' },
    minimum: { min: 2, max: 32, doc: 'the least batch, 32 in the kernel; otherwise it is twice the number of CPUs' },
    adders: { min: 1, max: 4, doc: 'tasks and interrupts that may add at a time' },
    increment: { min: 1, max: 16, doc: 'the larger of the two increments; the other one is 1' },
  },
  ingredients: {
    decrements: { doc: 'increments have both signs' },
    interrupts: { doc: 'adders may also be interrupts, which come while another adder is in the middle' },
    pinned: { doc: 'each adder stays on one CPU' },
    sum: { doc: 'somebody reads the precise sum once' },
    hotplug: { doc: 'one CPU is taken offline' },
  },
  state,
  history,
  init:
    ({ cpus, minimum }) =>
    (s) => {
      s.batch = batchFor(cpus, minimum)
      for (const cpu of s.cpu) cpu.online = true
    },
  programs: (setup) => [
    adder(setup),
    ...(setup.sum ? [reader(setup)] : []),
    ...(setup.hotplug ? [hotplug(setup)] : []),
  ],
})
