/**
 * For tests: a toy whose explanation is known by hand.
 *
 * `killer` looks whether something is free, and later whether the victim is dead; it kills unless one of them says that
 * it need not. `victim` frees what it has, then dies. `other` hums, which concerns nobody.
 *
 * In `LATE` the killer looks before anything is free and checks after the victim is dead. Its steps 1, 3, 4, 5 and 6
 * are causes and its step 2 is not. What it read of `free` in step 1 is overtaken by step 3. Before step 4, in which the
 * victim dies, the check of the killer would have found it alive, and stopped; after it, the killer cannot but kill.
 */
import { Machine } from '../engine/machine.ts'
import { layoutOf } from '../engine/layout.ts'
import { bool, language, propertiesOf, protocol, range, singleton } from '../language/index.ts'
import type { Property } from '../language/property.ts'
import type { Schedule } from './schedule.ts'

const state = () => ({
  free: bool,
  dead: bool,
  killed: bool,
  noise: range(0, 3, 'wrap'),
  killer: singleton({ saw: bool }),
  victim: singleton({}),
  other: singleton({}),
})
const recipes = language<typeof state>()

const lateCheck = protocol({
  name: 'late-check',
  bounds: {},
  state,
  programs: () => [
    recipes.program('killer', {
      look: (s, me) => void (me.saw = s.free),
      check: (s, me) => (s.dead && !me.saw ? undefined : 'done'),
      kill: (s) => void (s.killed = true),
    }),
    recipes.program('victim', { release: (s) => void (s.free = true), die: (s) => void (s.dead = true) }),
    recipes.program('other', { hum: (s) => void (s.noise += 1) }, { loop: true, role: 'environment' }),
  ],
})

export const properties: readonly Property[] = [propertiesOf(lateCheck).always('NobodyIsKilled', (s) => !s.killed)]

const step = (process: string, label: string) => ({ process, label })
export const LATE: Schedule = {
  init: [],
  steps: [
    step('killer', 'look'),
    step('other', 'hum'),
    step('victim', 'release'),
    step('victim', 'die'),
    step('killer', 'check'),
    step('killer', 'kill'),
  ],
}

export const lateMachine = (): Machine => new Machine(layoutOf(lateCheck.instance({ bounds: {} })))
