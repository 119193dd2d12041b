/** percpu_counter_tree_add(): level 0 on the CPU that the task runs on, then the levels above, an atomic add for each. */
import type { Pick } from '../../checker/language/index.ts'
import { wrap } from './arithmetic.ts'
import { climbOf, type Climb, type Revision } from './climb.ts'
import { steps, type Adder, type Setup, type State } from './state.ts'

interface Notes {
  readonly totals: { add(total: number): void }
  disturbed: boolean
  restTotal: number
  restError: number
}

/** Every add is noted by whoever reads or sets meanwhile, and every rest by everybody. */
export const note = (h: Notes, s: State): void => {
  if (s.reader[0].reads) h.totals.add(s.total)
  if (s.reader[0].reads || s.setter[0].next > 0) h.disturbed = true
  if (s.adder.some((adder) => adder.carry !== 0)) return
  h.restTotal = s.total
  h.restError = s.error
}

/** Any of the CPUs that the task may run on now. */
export const someCpu = (setup: Setup, s: State, me: Adder, pick: Pick): number =>
  setup.pinned ? s.adder.indexOf(me) % setup.cpus : pick(Array.from({ length: setup.cpus }, (_, i) => i))

/** Any increment; but with pages nobody gives back what is not there. */
export function someIncrement(setup: Setup, s: State, pick: Pick): number {
  const sizes = [...new Set([1, setup.increment])]
  const increments = setup.decrements ? [...sizes, ...sizes.map((inc) => -inc)] : sizes
  return pick(setup.pages ? increments.filter((inc) => s.total + inc >= 0) : increments)
}

/** The first half. */
export const level0 = (setup: Setup, revision: Revision) => {
  const climb = climbOf(setup, revision)
  return steps('adder', {
    /** this_cpu_add_return(): the task adds to the word of its CPU, in one instruction; without a carry that is all. */
    level0: {
      do: (s, me, pick) => {
        const cpu = someCpu(setup, s, me, pick)
        const inc = someIncrement(setup, s, pick)
        const { res, carry } = climb.addTo(s.level0[cpu], inc, 0)
        s.level0[cpu] = res
        climb.grow(s, cpu, inc)
        return climb.onward(me, carry, 0, setup.pinned || revision.staysOnCpu ? cpu : null)
      },
      note,
    },
  })
}

/** One of the levels in between: raw_smp_processor_id(), unless it was read before, and atomic_long_add_return(). */
const inner = (climb: Climb, level: number) => ({
  do: (s: State, me: Adder, pick: Pick) => {
    const item = me.item ?? pick(climb.itemsOf(level))
    const at = climb.offset(level) + item
    const { res, carry } = climb.addTo(s.items[at], me.carry, level)
    s.items[at] = res
    return climb.onward(me, carry, level, item)
  },
  note,
})

/** The second half. */
export const levelsAbove = (setup: Setup, revision: Revision) => {
  const climb = climbOf(setup, revision)
  const { width } = climb
  return steps('adder', {
    /** The task reads the number of the CPU that it runs on now, and adds the carry to the item above that CPU. */
    level1: inner(climb, 1),
    /** The carry of that item is added to the one above it; the CPU number is still the one that was read. */
    level2: inner(climb, 2),
    /** atomic_long_add(): what is left reaches the approximate sum. */
    root: {
      do: (s, me) => {
        const root = s.items.length - 1
        if (width > 0) s.items[root] = Number(wrap(width, BigInt(s.items[root] + me.carry)))
        s.error -= me.carry
        return climb.finish(me)
      },
      note,
    },
  })
}
