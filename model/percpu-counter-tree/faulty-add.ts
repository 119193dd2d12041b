/** Level 0 as it must not be done. */
import { note, someCpu, someIncrement } from './add.ts'
import { climbOf, type Climb, type Revision } from './climb.ts'
import { steps, type Adder, type Cpu, type Setup, type State } from './state.ts'

/** The carry is computed from a second look at the word. */
export const reload = (setup: Setup, revision: Revision) => {
  const climb = climbOf(setup, revision)
  return steps('adder', {
    /** this_cpu_add(), whose answer nobody looks at. */
    level0: {
      do: (s, me, pick) => {
        const cpu = someCpu(setup, s, me, pick)
        me.cpu = cpu
        me.inc = someIncrement(setup, s, pick)
        cpu.level0 = climb.addTo(cpu.level0, me.inc, 0).res
        climb.grow(s, cpu, me.inc)
      },
      note,
    },
    /** The task reads the word again, and takes it for the result of its own add. */
    level0_reload: {
      do: (s, me) => {
        const { carry } = climb.addTo(me.cpu!.level0 - me.inc, me.inc, 0)
        me.inc = 0
        me.cpu = null
        return climb.fromLevel0(me, carry, null)
      },
      note,
    },
  })
}

/** What was read earlier, and the increment, are stored over whatever stands there now. */
function store(climb: Climb, s: State, me: Adder): { readonly cpu: Cpu; readonly carry: number } {
  const { res, carry } = climb.addTo(me.seen, me.inc, 0)
  const cpu = me.cpu!
  s.error += res - cpu.level0
  s.total += me.inc
  cpu.level0 = res
  me.seen = me.inc = 0
  me.cpu = null
  return { cpu, carry }
}

/** A load, an addition, and a store. */
export const loadAndStore = (setup: Setup, revision: Revision) => {
  const climb = climbOf(setup, revision)
  return steps('adder', {
    level0: (s, me, pick) => {
      const cpu = someCpu(setup, s, me, pick)
      me.cpu = cpu
      me.inc = someIncrement(setup, s, pick)
      me.seen = cpu.level0
    },
    /** Whatever somebody else has stored in between is gone. */
    level0_store: {
      do: (s, me) => {
        const { carry } = store(climb, s, me)
        return climb.fromLevel0(me, carry, null)
      },
      note,
    },
  })
}

/** An instruction that is only atomic on its own CPU, executed on another one. */
export const numberReused = (setup: Setup, revision: Revision) => {
  const climb = climbOf(setup, revision)
  return steps('adder', {
    /** The task reads the number of its CPU once, for all that follows, and may migrate. */
    level0: (s, me, pick) => {
      me.cpu = someCpu(setup, s, me, pick)
    },
    /** Where it runs now, it adds to the word of that CPU; what the owner of the word does meanwhile is not excluded. */
    level0_load: (s, me, pick) => {
      me.inc = someIncrement(setup, s, pick)
      me.seen = me.cpu!.level0
    },
    level0_store: {
      do: (s, me) => {
        const { cpu, carry } = store(climb, s, me)
        return climb.fromLevel0(me, carry, cpu.above)
      },
      note,
    },
  })
}
