/** percpu_counter_tree_add(): level 0 on the CPU that the task runs on, then the levels above, an atomic add for each. */
import type { Pick } from '../../checker/language/index.ts'
import { wrap } from './arithmetic.ts'
import { climbOf, type Climb, type Revision } from './climb.ts'
import { steps, type Adder, type Cpu, type Lower, type Setup, type State, type Upper } from './state.ts'

interface Notes {
  readonly totals: { add(total: number): void }
  disturbed: boolean
  restTotal: number
  restError: number
}

/** Every add is noted by whoever reads or sets meanwhile, and every rest by everybody. */
export const note = (h: Notes, s: State): void => {
  const reads = s.reader[0].phase === 'busy'
  if (reads) h.totals.add(s.total)
  if (reads || s.setter[0].phase === 'busy') h.disturbed = true
  if (s.adder.some((adder) => adder.carry !== 0)) return
  h.restTotal = s.total
  h.restError = s.error
}

/** Any of the CPUs that the task may run on now. */
export const someCpu = (setup: Setup, s: State, me: Adder, pick: Pick): Cpu =>
  setup.pinned ? s.cpu[s.adder.indexOf(me) % setup.cpus] : pick(s.cpu.filter(() => true))

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
        const { res, carry } = climb.addTo(cpu.level0, inc, 0)
        cpu.level0 = res
        climb.grow(s, cpu, inc)
        return climb.fromLevel0(me, carry, setup.pinned || revision.staysOnCpu ? cpu.above : null)
      },
      note,
    },
  })
}

/** One of the levels in between: atomic_long_add_return() on an item. */
function addTo(climb: Climb, s: State, me: Adder, item: Lower | Upper, level: number): number {
  const { res, carry } = climb.addTo(item.count, me.carry, level)
  item.count = res
  if (item.is_outside) s.strayed = true
  return carry
}

/** The second half. */
export const levelsAbove = (setup: Setup, revision: Revision) => {
  const climb = climbOf(setup, revision)
  const { width } = climb
  return steps('adder', {
    /** raw_smp_processor_id(), and the carry is added to the item of level 1 above that CPU: any that a CPU is below. */
    level1: {
      do: (s, me, pick) => {
        const item = me.lower ?? pick(s.lower.filter(({ is_used }) => is_used))
        return climb.fromLevel1(me, addTo(climb, s, me, item, 1), item.above)
      },
      note,
    },
    /** The carry of that item is added to the one above it; the CPU number is still the one that was read. */
    level2: {
      do: (s, me, pick) => {
        const item = me.upper ?? pick(s.upper.filter(({ is_used }) => is_used))
        return climb.fromLevel2(me, addTo(climb, s, me, item, 2))
      },
      note,
    },
    /** atomic_long_add(): what is left reaches the approximate sum. */
    root: {
      do: (s, me) => {
        if (width > 0) s.root = Number(wrap(width, BigInt(s.root + me.carry)))
        if (climb.rootIsOutside) s.strayed = true
        s.error -= me.carry
        return climb.finish(me)
      },
      note,
    },
  })
}
