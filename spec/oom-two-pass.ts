/**
 * Choosing a task to kill in two passes: whether it is the largest, while nobody adds (F1 and F4, as far as that goes).
 *
 * By hand, for two CPUs and a batch of 2: errors at rest are up to 2, `under` is 4 and `over` 2. An origin is met with a
 * bar of 31, the most that 6 bits hold; a task wraps around it if its approximate points and 4 are at most -2, and its
 * precise points as well: from -4 on, with an error of 2. A
 * task that is certainly smaller than another is more than 6 below it, by approximate points, which are -2 at least; so it
 * takes 5 points, and one task in between, from 1 to 4, which lets the bar fall to where -2 and 4 reaches it.
 */
import {
  holds,
  maximum as largest,
  propertiesOf,
  reachable,
  spec,
  violated,
  type RowOf,
} from '../checker/language/index.ts'
import { oomTwoPass } from '../model/oom-two-pass.ts'

const { always, maximum, reachable: some, stepwise } = propertiesOf(oomTwoPass)

interface Task {
  readonly points: number
  readonly error: number
  readonly is_unkillable: boolean
  readonly oom_flag_origin: boolean
}
/** The most of this that a task has which may be killed. */
const most = (tasks: Iterable<Task>, of: (task: Task) => number): number =>
  Math.max(...[...tasks].filter((task) => !task.is_unkillable).map(of))
const isAsking = (task: Task): boolean => task.oom_flag_origin && !task.is_unkillable

const two = { cpus: 2, batch: 2, tasks: 2, points: 6, budget: 2, width: 6 }
const three = { ...two, tasks: 3, points: 4 }

const rows: readonly RowOf<typeof oomTwoPass>[] = [
  {
    bounds: { ...three, budget: 3 },
    expect: { LargestIsChosen: holds, LastOfEqualsIsChosen: holds, SomebodyIsChosen: holds, Sums: largest(3) },
    why: 'As long as everybody who may be the largest is summed, the largest is found, and the last of equals.',
  },
  {
    bounds: { ...two, points: 3 },
    ingredients: ['unkillables'],
    expect: {
      LargestIsChosen: holds,
      LastOfEqualsIsChosen: holds,
      SomebodyIsChosen: holds,
      UnkillableIsSpared: holds,
      NobodyIsChosen: reachable(4),
    },
    why: 'Whoever may not be killed is passed over, and if that is everybody nobody is chosen.',
  },
  {
    bounds: { ...two, budget: 1 },
    expect: { LargestIsChosen: violated(4), ChosenMayBeLargest: holds, Sums: largest(1) },
    why: 'With one sum for two tasks the second one is chosen for what it may have.',
  },
  {
    bounds: { ...three, points: 5, budget: 1 },
    expect: { ChosenMayBeLargest: violated(6), LargestIsChosen: violated(6) },
    why: '20, budget-cascade: beyond the budget whoever may reach the bar is chosen, but the bar is set to the least that he may have; so it falls, by 6 each time, down to a task that is certainly smaller than an earlier one.',
  },
  {
    bounds: { ...three, points: 4, budget: 1 },
    expect: { ChosenMayBeLargest: holds, LargestIsChosen: violated(6) },
    why: '20, neighbour: with at most 4 points nobody is certainly smaller than somebody else.',
  },
  {
    variant: 'bar-stays',
    bounds: { ...three, points: 5, budget: 1 },
    expect: { ChosenMayBeLargest: holds, LargestIsChosen: violated(6) },
    why: '20, neighbour: if the bar does not fall, the choice beyond the budget is a guess, but never one that is known to be wrong.',
  },
  {
    variant: 'precise',
    bounds: { ...three, points: 5, budget: 1 },
    expect: { LargestIsChosen: holds, LastOfEqualsIsChosen: holds, ChosenMayBeLargest: holds },
    why: '20, neighbour: what was merged sums everybody, and has no budget to spend.',
  },
  {
    bounds: { ...two, points: 4 },
    ingredients: ['adjusted', 'origins'],
    expect: { OriginIsChosen: violated(4), LargestIsChosen: holds },
    why: '21, oom-wrap: the bar of an origin is the greatest number, from which points below 0 wrap around, so that a task after it with a negative oom_score_adj is killed instead.',
  },
  {
    bounds: { ...two, points: 3 },
    ingredients: ['adjusted', 'origins'],
    expect: { OriginIsChosen: holds, LargestIsChosen: holds },
    why: '21, neighbour: points of -3 and more stay clear of it, as positive ones do.',
  },
  {
    variant: 'no-wrap',
    bounds: { ...two, points: 4 },
    ingredients: ['adjusted', 'origins'],
    expect: { OriginIsChosen: holds, LargestIsChosen: holds, LastOfEqualsIsChosen: holds },
    why: '21, neighbour: compared as they are, nothing wraps.',
  },
  {
    variant: 'v10',
    bounds: { ...two, points: 4 },
    ingredients: ['adjusted', 'origins'],
    expect: { OriginIsChosen: violated(4), LargestIsChosen: holds },
    why: '21: v10 wraps in the same way.',
  },
  {
    variant: 'v10',
    bounds: { cpus: 10, batch: 2, tasks: 2, points: 50, budget: 2, width: 9 },
    ingredients: ['extremes'],
    expect: { LargestIsChosen: violated(4) },
    full: true,
    why: 'Once the chosen task was summed, v10 allows the others `over`, 48, for what they may be too low by, which is up to 50 on ten CPUs with a batch of 2: it should be `under`.',
  },
  {
    variant: 'v12',
    bounds: { cpus: 10, batch: 2, tasks: 2, points: 50, budget: 2, width: 9 },
    ingredients: ['extremes'],
    expect: { LargestIsChosen: holds, LastOfEqualsIsChosen: holds },
    full: true,
    why: 'Neighbour: v12 allows `under`.',
  },
  {
    variant: 'v10',
    bounds: { ...three, budget: 3 },
    expect: { LargestIsChosen: holds, LastOfEqualsIsChosen: holds, Sums: largest(3) },
    why: 'Neighbour: where errors stay within `over`, as they do with the batch size of RSS, nobody can tell.',
  },
]

export default spec(oomTwoPass, {
  properties: [
    /** The victim is the one that gives back most. Else a small process dies, and memory is still short. */
    always(
      'LargestIsChosen',
      (s) => s.task.every((task) => task.is_unkillable || task.points <= (s.killer[0].chosen?.points ?? -Infinity)),
      {
        given: (s, { at }) => at(s.killer[0], 'done') && !s.task.some(isAsking),
        numbers: (s) => ({
          'the most points that a task has': most(s.task, ({ points }) => points),
          ...(s.killer[0].chosen === null ? {} : { 'those of the chosen one': s.killer[0].chosen.points }),
        }),
      },
    ),
    /** Among equals it is the one that comes last in the list. */
    always(
      'LastOfEqualsIsChosen',
      (s) => {
        const { chosen } = s.killer[0]
        const after = chosen === null ? s.task.length : s.task.indexOf(chosen) + 1
        return [...s.task].slice(after).every((task) => task.is_unkillable || task.points !== chosen?.points)
      },
      { given: (s, { at }) => at(s.killer[0], 'done') && !s.task.some(isAsking) },
    ),
    /** Nobody is known to be larger, by the ranges of both. */
    always(
      'ChosenMayBeLargest',
      (s) => {
        const { under, over } = s.approx_accuracy_range
        const { chosen } = s.killer[0]
        const greatest = chosen === null ? -Infinity : chosen.points - chosen.error + under
        return s.task.every((task) => task.is_unkillable || task.points - task.error - over <= greatest)
      },
      {
        given: (s, { at }) => at(s.killer[0], 'done') && !s.task.some(isAsking),
        numbers: (s) => {
          const { under, over } = s.approx_accuracy_range
          const { chosen } = s.killer[0]
          return {
            'the most that a task has for certain': most(s.task, ({ points, error }) => points - error - over),
            ...(chosen === null
              ? {}
              : { 'the most that the chosen one may have': chosen.points - chosen.error + under }),
          }
        },
      },
    ),
    /** Whoever asks to be killed first is. */
    always('OriginIsChosen', (s) => s.killer[0].chosen !== null && isAsking(s.killer[0].chosen), {
      given: (s, { at }) => at(s.killer[0], 'done') && s.task.some(isAsking),
    }),
    /** The list ends where it ends. */
    always('EverybodyIsLookedAt', (s) => s.killer[0].next === s.task.length, {
      given: (s, { at }) => at(s.killer[0], 'done'),
    }),
    /** Each pass begins with the first task and goes on by one: nobody is weighed twice in it, and the bar not moved twice. */
    stepwise('PassesGoOnByOne', (s, { at, before }) => {
      const [killer] = s.killer
      const was = before(() => killer.next)
      const isSecond = before(() => at(killer, 'first_pass')) && at(killer, 'second_pass')
      return killer.next === (isSecond ? 0 : was + 1)
    }),
    always('UnkillableIsSpared', (s) => s.killer[0].chosen?.is_unkillable !== true),
    /** If anybody may be killed, somebody is chosen. */
    always('SomebodyIsChosen', (s) => s.killer[0].chosen !== null, {
      given: (s, { at }) => at(s.killer[0], 'done') && s.task.some((task) => !task.is_unkillable),
    }),
    some('NobodyIsChosen', (s, { at }) => at(s.killer[0], 'done') && s.killer[0].chosen === null),
    /** How many tasks were summed precisely. */
    maximum('Sums', (s) => s.killer[0].nr_precise),
  ],
  rows: rows.map((row) => ({
    claims: ['F1'],
    ...row,
    expect: { EverybodyIsLookedAt: holds, PassesGoOnByOne: holds, ...row.expect },
  })),
  routine: ['EverybodyIsLookedAt', 'PassesGoOnByOne'],
  survives: {
    'drop write: killer.first_pass killer.slack':
      'v10 only: nobody is missed for it where errors stay within `over`; where they do not v10 is wrong as it is.',
  },
})
