/**
 * Two-phase commit: a transaction manager (TM) and resource managers (RM) commit all together or not at all.
 *
 * Source: TwoPhase.tla of Gray and Lamport, Consensus on Transaction Commit (ACM TODS 31(1), 2006), as the example `2pc`
 * of Stateright has it, which publishes 288 states for 3 RMs and 8,832 for 5. promela/two-phase-commit.pml is the same.
 * By hand, with n RMs: while the TM is undecided an RM is working, aborted by its own choice, or prepared with its
 * message received or not: 4^n. Once it has committed, all have prepared, and each has heard of it or not: 2^n. Once it
 * has aborted, an RM is working, prepared (received or not), or aborted after one of these three: 6^n. Together
 * 2^n + 4^n + 6^n: 12, 56, 288, 1,568, 8,832. Transitions, counted in the same way: 1 + 4^n + n · (2^n + 4^n + 4/3 · 6^n).
 *
 * Messages are never removed, so an RM may hear of a decision again: such a step changes nothing, and is counted.
 * Neither a crash nor a timeout is in the model, only messages that are delayed or lost; an RM may always abort instead.
 * The variant `majority` decides as a consensus protocol would, without the RMs that have not answered.
 */
import {
  family,
  holds,
  language,
  oneOf,
  propertiesOf,
  protocol,
  reachable,
  ref,
  setOf,
  singleton,
  spec,
  struct,
  violated,
} from '../language/index.ts'

const state = ({ rms }: { rms: number }) => ({
  rm: family(rms, { state: oneOf('working', 'prepared', 'committed', 'aborted') }),
  tm: singleton({ state: oneOf('init', 'committed', 'aborted'), prepared: setOf(ref('rm')) }),
  /** All messages ever sent: `Prepared` by these RMs, and what the TM decided. */
  msgs: struct({ prepared: setOf(ref('rm')), decision: setOf(oneOf('commit', 'abort')) }),
})

const { program } = language<typeof state>()

const resourceManager = program(
  'rm',
  {
    act: {
      either: {
        prepare: {
          when: (_s, me) => me.state === 'working',
          do: (s, me) => {
            me.state = 'prepared'
            s.msgs.prepared.add(me)
          },
        },
        choose_to_abort: {
          when: (_s, me) => me.state === 'working',
          do: (_s, me) => {
            me.state = 'aborted'
          },
        },
        rcv_commit: {
          when: (s) => s.msgs.decision.has('commit'),
          do: (_s, me) => {
            me.state = 'committed'
          },
        },
        rcv_abort: {
          when: (s) => s.msgs.decision.has('abort'),
          do: (_s, me) => {
            me.state = 'aborted'
          },
        },
      },
    },
  },
  { loop: true },
)

const transactionManager = (mayCommit: (prepared: number, rms: number) => boolean) =>
  program(
    'tm',
    {
      act: {
        either: {
          rcv_prepared: {
            when: (_s, me) => me.state === 'init',
            do: (s, me, pick) => {
              me.prepared.add(pick(s.msgs.prepared))
            },
          },
          commit: {
            when: (s, me) => me.state === 'init' && mayCommit(me.prepared.size, s.rm.length),
            do: (s, me) => {
              me.state = 'committed'
              s.msgs.decision.add('commit')
            },
          },
          abort: {
            when: (_s, me) => me.state === 'init',
            do: (s, me) => {
              me.state = 'aborted'
              s.msgs.decision.add('abort')
            },
          },
        },
      },
    },
    { loop: true },
  )

const managers = {
  all: transactionManager((prepared, rms) => prepared === rms),
  majority: transactionManager((prepared, rms) => 2 * prepared > rms),
}

export const twoPhaseCommit = protocol({
  name: 'two-phase-commit',
  source: 'Jim Gray and Leslie Lamport, Consensus on Transaction Commit, 2006; Stateright, examples/2pc.rs',
  variants: ['all', 'majority'],
  bounds: { rms: { min: 1, max: 7, doc: 'resource managers' } },
  state,
  programs: ({ variant }) => [resourceManager, managers[variant]],
})

const properties = propertiesOf(twoPhaseCommit)

export default spec(twoPhaseCommit, {
  properties: [
    properties.always(
      'AllDecideAlike',
      (s) => !(s.rm.some((rm) => rm.state === 'committed') && s.rm.some((rm) => rm.state === 'aborted')),
    ),
    properties.stepwise('OutcomesAreFinal', (s, { before }) =>
      s.rm.every((rm) => {
        const old = before(() => rm.state)
        return old === 'working' || old === 'prepared' || rm.state === old
      }),
    ),
    properties.alwaysReachable('CanBeDecided', (s) => s.rm.every((rm) => /committed|aborted/.test(rm.state))),
    properties.reachable('AllCommit', (s) => s.rm.every((rm) => rm.state === 'committed')),
    properties.reachable('AllAbort', (s) => s.rm.every((rm) => rm.state === 'aborted')),
  ],
  rows: [
    {
      bounds: { rms: 3 },
      expect: {
        AllDecideAlike: holds,
        OutcomesAreFinal: holds,
        CanBeDecided: holds,
        AllCommit: reachable(10),
        AllAbort: reachable(3),
      },
      states: 288,
      why: 'The TM commits only when no RM can choose to abort any more.',
    },
    {
      bounds: { rms: 5 },
      expect: {
        AllDecideAlike: holds,
        OutcomesAreFinal: holds,
        CanBeDecided: holds,
        AllCommit: reachable(16),
        AllAbort: reachable(5),
      },
      states: 8_832,
      why: 'As with three.',
    },
    {
      variant: 'majority',
      bounds: { rms: 3 },
      expect: {
        AllDecideAlike: violated(7),
        OutcomesAreFinal: violated(7),
        CanBeDecided: holds,
        AllCommit: reachable(8),
        AllAbort: reachable(3),
      },
      states: 348,
      why: 'Two prepare and are received, the TM commits, one hears of it, and the third chooses to abort.',
    },
    {
      variant: 'majority',
      bounds: { rms: 2 },
      expect: {
        AllDecideAlike: holds,
        OutcomesAreFinal: holds,
        CanBeDecided: holds,
        AllCommit: reachable(7),
        AllAbort: reachable(2),
      },
      states: 56,
      why: 'A majority of two is both.',
    },
  ],
})
