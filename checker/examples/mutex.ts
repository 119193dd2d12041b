/**
 * Mutual exclusion as a specification: processes that enter one at a time, and nothing about how.
 *
 * Made to be refined: `peterson.ts` maps its states to these. By hand: nobody inside, or one of n: n + 1 states; from
 * the first n steps, from each other one: 2 n transitions.
 */
import { bool, family, holds, language, propertiesOf, protocol, reachable, spec } from '../language/index.ts'

const state = ({ processes }: { processes: number }) => ({ process: family(processes, { inside: bool }) })

const { program } = language<typeof state>()

const process = program(
  'process',
  {
    enter: {
      when: (s) => s.process.every((each) => !each.inside),
      do: (_s, me) => {
        me.inside = true
      },
    },
    leave: (_s, me) => {
      me.inside = false
    },
  },
  { loop: true },
)

export const mutex = protocol({
  name: 'mutex',
  bounds: { processes: { min: 1, max: 4 } },
  state,
  programs: () => [process],
})

const { never, reachable: some } = propertiesOf(mutex)

export default spec(mutex, {
  properties: [
    never('TwoAreInside', (s) => s.process.count((each) => each.inside) > 1),
    some('SomebodyIsInside', (s) => s.process.some((each) => each.inside)),
  ],
  rows: [
    {
      bounds: { processes: 3 },
      expect: { TwoAreInside: holds, SomebodyIsInside: reachable(1) },
      states: 4,
      why: 'Whoever enters sees that nobody is inside, in the same step.',
    },
  ],
})
