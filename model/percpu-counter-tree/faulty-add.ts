/** Level 0 as it must not be done. */
import { note, someCpu, someIncrement } from './add.ts'
import { climbOf, type Revision } from './climb.ts'
import { steps, type Setup } from './state.ts'

/** The carry is computed from a second look at the word. */
export const reload = (setup: Setup, revision: Revision) => {
  const climb = climbOf(setup, revision)
  return steps('adder', {
    /** this_cpu_add(), whose answer nobody looks at. */
    level0: {
      do: (s, me, pick) => {
        me.cpu = someCpu(setup, s, me, pick)
        me.inc = someIncrement(setup, s, pick)
        s.level0[me.cpu] = climb.addTo(s.level0[me.cpu], me.inc, 0).res
        climb.grow(s, me.cpu, me.inc)
      },
      note,
    },
    /** The task reads the word again, and takes it for the result of its own add. */
    level0_reload: {
      do: (s, me) => {
        const { carry } = climb.addTo(s.level0[me.cpu] - me.inc, me.inc, 0)
        me.inc = me.cpu = 0
        return climb.onward(me, carry, 0, null)
      },
      note,
    },
  })
}

/** A load, an addition, and a store. */
export const loadAndStore = (setup: Setup, revision: Revision) => {
  const climb = climbOf(setup, revision)
  return steps('adder', {
    level0: (s, me, pick) => {
      me.cpu = someCpu(setup, s, me, pick)
      me.inc = someIncrement(setup, s, pick)
      me.seen = s.level0[me.cpu]
    },
    /** Whatever somebody else has stored in between is gone. */
    level0_store: {
      do: (s, me) => {
        const { res, carry } = climb.addTo(me.seen, me.inc, 0)
        s.error += res - s.level0[me.cpu]
        s.total += me.inc
        s.level0[me.cpu] = res
        me.cpu = me.seen = me.inc = 0
        return climb.onward(me, carry, 0, null)
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
      me.seen = s.level0[me.cpu]
    },
    level0_store: {
      do: (s, me) => {
        const { res, carry } = climb.addTo(me.seen, me.inc, 0)
        const { cpu } = me
        s.error += res - s.level0[cpu]
        s.total += me.inc
        s.level0[cpu] = res
        me.cpu = me.seen = me.inc = 0
        return climb.onward(me, carry, 0, cpu)
      },
      note,
    },
  })
}
