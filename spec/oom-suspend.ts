/** D8, and G4 as far as suspend goes: who still runs when the system is suspended. */
import { holds, propertiesOf, reachable as canReach, spec, unreachable, violated } from '../checker/language/index.ts'
import { frozen } from '../model/kernel/freezer.ts'
import { oomSuspend } from '../model/oom-suspend.ts'

const { always, reachable } = propertiesOf(oomSuspend)

export default spec(oomSuspend, {
  properties: [
    /** What oom_killer_disable() promises: a victim that has let go of its mm and given up the mark disturbs nobody any more. */
    always('NobodyUsesMemoryWhileSuspended', (s) => s.task.every((task) => frozen(task) || !task.has_mm), {
      given: (s) => s.suspended,
    }),
    /** Literally nobody: also no victim that has still to close its files. */
    always('NobodyRunsWhileSuspended', (s) => s.task.every((task) => frozen(task) || !task.on_tasklist), {
      given: (s) => s.suspended,
    }),
    /** No mark is taken back that was not made; each is counted once. */
    always('MarksAreCounted', (s) => s.task.count((task) => task.TIF_MEMDIE) >= s.oom_victims),
    reachable('SuspendsAfterKill', (s) => s.suspended && s.SIGKILL),
    reachable('SuspendsWithoutKill', (s, { at }) => s.suspended && !s.SIGKILL && at(s.killer[0], 'done')),
    reachable('VictimIsWaitedFor', (s, { at }) => at(s.suspender[0], 'oom_victims_wait') && s.oom_victims > 0),
    /** The refusal: suspend failed, with the killer enabled again and nobody asked to freeze. */
    reachable('SuspendFails', (s, { at }) => at(s.suspender[0], 'done') && !s.suspended && !s.oom_killer_disabled),
    reachable('KillIsRefused', (s, { at }) => s.suspended && !s.SIGKILL && at(s.killer[0], 'mutex_unlock')),
  ],
  rows: [
    {
      claims: ['D8', 'G4'],
      variant: '3.17',
      bounds: { threads: 1 },
      expect: { NobodyUsesMemoryWhileSuspended: violated(7), SuspendsWithoutKill: canReach(7) },
      states: 310,
      why: 'The allocator has looked at the flag before it is set, and takes its victim out of the refrigerator when suspend has already looked for the last time.',
    },
    {
      claims: ['D8', 'G4'],
      variant: '3.18',
      bounds: { threads: 1 },
      expect: { NobodyUsesMemoryWhileSuspended: violated(9), SuspendFails: canReach() },
      states: 696,
      why: 'The count of kills only narrows the window, as its author said: an allocator that has looked at the flag may count its kill after suspend has compared.',
    },
    {
      claims: ['D8'],
      variant: 'inverted-wait',
      bounds: { threads: 1 },
      expect: { NobodyUsesMemoryWhileSuspended: violated(15), SuspendsWithoutKill: unreachable },
      states: 365,
      why: 'It waits until there is a victim: then it suspends while that runs, and without one it never does.',
    },
    {
      claims: ['D8', 'G4'],
      variant: '4.6-rc',
      bounds: { threads: 1 },
      expect: { NobodyUsesMemoryWhileSuspended: violated(16), VictimIsWaitedFor: canReach(13) },
      states: 518,
      why: 'The reaper takes the mark from a victim that has not got to exit_mm() yet, and nobody is left to be waited for.',
    },
    {
      claims: ['D8', 'G4'],
      variant: '4.9',
      bounds: { threads: 1 },
      expect: {
        NobodyUsesMemoryWhileSuspended: holds,
        NobodyRunsWhileSuspended: violated(19),
        MarksAreCounted: holds,
        SuspendsAfterKill: canReach(19),
        VictimIsWaitedFor: canReach(13),
        KillIsRefused: canReach(10),
        SuspendFails: canReach(),
      },
      states: 365,
      why: 'A kill is over or refused when the flag is set, and the victim gives up the mark itself, behind exit_mm(). It still has its files to close then, and suspend does not wait for that.',
    },
    {
      claims: ['D8', 'G4'],
      variant: '4.9',
      bounds: { threads: 2 },
      expect: { NobodyUsesMemoryWhileSuspended: holds, SuspendsAfterKill: canReach(21), MarksAreCounted: holds },
      states: 2_253,
      why: 'The other threads of the victim are not thawed: they stay in the refrigerator, killed.',
    },
    {
      claims: ['D8'],
      variant: '6.18',
      bounds: { threads: 1 },
      expect: { NobodyUsesMemoryWhileSuspended: holds, SuspendsAfterKill: canReach(19) },
      states: 361,
      why: 'For victims of one thread 6.18 is like 4.9.',
    },
    {
      claims: ['D8'],
      variant: '6.18',
      bounds: { threads: 2 },
      expect: { NobodyUsesMemoryWhileSuspended: violated(20), MarksAreCounted: holds },
      states: 3_098,
      why: 'Not as expected of today: all threads of the victim are thawed and exempt from freezing, but only one is marked and counted. When that one is through exit_mm() nobody waits for the others, which are still on their way and may be its last users, with exit_mmap() to do. In the recording of 7.2 the other threads run for 0.14 s behind exit_oom_victim().',
    },
    {
      claims: ['D8'],
      variant: '6.18',
      bounds: { threads: 2 },
      ingredients: ['wholeProcess'],
      expect: { NobodyUsesMemoryWhileSuspended: holds, SuspendsAfterKill: canReach(23), MarksAreCounted: holds },
      states: 2_904,
      why: 'It would be enough for the marked thread to keep its mark until nobody uses the mm any more.',
    },
  ],
})
