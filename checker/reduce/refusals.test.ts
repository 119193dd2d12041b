/** Models that tell members apart: the family is left out, with the reason, and what is left is decided rightly. */
import { describe, expect, test } from 'vitest'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { tableEngineWith } from '../engine/table.ts'
import {
  bool,
  family,
  language,
  option,
  propertiesOf,
  protocol,
  queue,
  ref,
  setOf,
  upTo,
  type Property,
} from '../language/index.ts'
import { check } from '../search/breadth-first.ts'
import type { Run } from '../search/verdict.ts'

const state = () => ({
  chosen: option(ref('task')),
  all: setOf(ref('task')),
  fifo: queue(3, ref('task')),
  n: upTo(9),
  cpu: family(2, { x: bool }),
  task: family(3, { busy: bool, next: option(ref('task')), weight: upTo(9) }),
})
const { program, procedure, call } = language<typeof state>()
const engines = [tableEngineWith({}), tableEngineWith({ generateFrom: 0 }), tableEngineWith({ leafCap: 1 })]

/** CPUs that do this, on tasks that do nothing. */
function modelWith(steps: Parameters<typeof program<'cpu', string>>[1]) {
  return protocol({ name: 'scan', bounds: {}, state, programs: () => [program('cpu', steps)] })
}
const layoutWith = (steps: Parameters<typeof modelWith>[0]): Layout =>
  layoutOf(modelWith(steps).instance({ bounds: {} }))

async function reduce(layout: Layout, properties: readonly Property[] = []): Promise<Run[]> {
  return Promise.all(engines.map((engine) => check(layout, properties, { engine, reduce: { symmetry: true } })))
}
const leftOut = ({ basis }: Run): [string, string][] =>
  basis.is === 'reduced' ? (basis.symmetry?.leftOut ?? []).map(({ family: name, reason }) => [name, reason]) : []
const standFor = ({ basis }: Run): number | undefined => (basis.is === 'reduced' ? basis.symmetry?.standFor : undefined)

const WEIGHTS = [3, 1, 2]

describe('a step that depends on the order of the tasks', () => {
  const cases: Readonly<Record<string, Parameters<typeof modelWith>[0]>> = {
    'the first that fits': {
      scan: (s) => {
        s.chosen = s.task.filter((task) => !task.busy)[0] ?? null
      },
    },
    'a loop that ends early': {
      scan: (s) => {
        for (const task of s.task)
          if (!task.busy) {
            task.busy = true
            break
          }
      },
    },
    'a question that remembers': {
      scan: (s) => {
        let asked = 0
        s.task.some((task) => {
          asked++
          return task === s.chosen || task.busy || s.all.has(task)
        })
        s.n = asked
      },
      mark: (s, _me, pick) => {
        pick(s.task).busy = true
        return 'scan'
      },
    },
    'the next in a ring': {
      scan: (s, _me, pick) => {
        const task = pick(s.task)
        task.next = s.task[(s.task.indexOf(task) + 1) % s.task.length] ?? null
      },
    },
    'a captured table of weights': {
      scan: (s, _me, pick) => {
        const task = pick(s.task)
        task.weight = WEIGHTS[s.task.indexOf(task)] ?? 0
      },
    },
    'sorted references': {
      scan: (s) => {
        const sorted = [...s.task].sort((a, b) => s.task.indexOf(b) - s.task.indexOf(a))
        for (const task of sorted) s.fifo.push(task)
      },
    },
    'a set in the order of its elements': {
      fill: (s, _me, pick) => {
        s.all.add(pick(s.task))
      },
      scan: (s) => {
        const [first] = s.all
        s.chosen = first ?? null
      },
    },
    'one member by number': {
      scan: (s) => {
        s.task[1]!.busy = true
      },
    },
    'whether a pick may be taken': {
      scan: (s, _me, pick) => {
        s.n = pick(s.task[0]!.busy ? [1] : [1, 2])
      },
      mark: (s, _me, pick) => {
        pick(s.task).busy = true
        return 'scan'
      },
    },
  }
  test.each(Object.entries(cases))('%s', async (_name, steps) => {
    const layout = layoutWith(steps)
    const [unreduced, ...reduced] = [await check(layout, [], { engine: engines[0]! }), ...(await reduce(layout))]
    for (const run of reduced) {
      expect(leftOut(run).map(([name]) => name)).toEqual(['task'])
      expect(leftOut(run)[0]![1]).toMatch(/^'(scan|mark)' of cpu does something else when it meets task in the order /)
      // The CPUs are alike, and exchanged.
      expect(standFor(run)).toBe(unreduced.statistics.states)
      expect(run.statistics.states).toBeLessThan(unreduced.statistics.states)
    }
  })

  test('the reason names two orders that differ', async () => {
    const [run] = await reduce(layoutWith(cases['one member by number']!))
    expect(leftOut(run!)[0]![1]).toBe(
      "'scan' of cpu does something else when it meets task in the order task0, task2, task1 than in the order task0, task1, task2",
    )
  })
})

describe('a reference that a frame holds before anybody has bound it is to the first member', () => {
  const shape = { family: 'cpu', args: {}, locals: { at: ref('task') } } as const
  const take = (_s: unknown, _me: unknown, _pick: unknown, frame: { at: { busy: boolean } }): void => {
    frame.at.busy = true
  }

  test('where it is used in a later step', async () => {
    const scan = procedure('scan', shape, { look: () => undefined, take })
    for (const run of await reduce(layoutWith({ scan: call(scan, () => ({})) })))
      expect(leftOut(run)[0]).toEqual([
        'task',
        "'scan/scan.look' of cpu does something else when it meets task in the order task1, task0, task2 than in the order task0, task1, task2",
      ])
  })

  test('where it is used at once', async () => {
    const scan = procedure('scan', shape, { take })
    for (const run of await reduce(layoutWith({ scan: call(scan, () => ({})) })))
      expect(leftOut(run)[0]).toEqual([
        'task',
        "'scan/scan.take' of cpu reads cpu0.scan.at before anybody has set it, which is then the first member",
      ])
  })
})

test('walking a family is no harm where the order makes no difference', async () => {
  const steps: Parameters<typeof modelWith>[0] = {
    free: (s, _me, pick) => {
      s.chosen = pick(s.task.filter((task) => !task.busy))
    },
    use: (s) => {
      for (const task of s.task) if (task === s.chosen) task.busy = true
      s.n = s.task.sum((task) => (task.busy ? 1 : 0))
    },
  }
  const unreduced = await check(layoutWith(steps), [], { engine: engines[0]! })
  for (const run of await reduce(layoutWith(steps)))
    expect([leftOut(run), standFor(run)]).toEqual([[], unreduced.statistics.states])
})

test('with nothing left to exchange nothing is claimed', async () => {
  const layout = layoutWith({
    scan: (s) => {
      s.task[0]!.busy = true
      s.cpu[1]!.x = true
    },
  })
  for (const run of await reduce(layout)) {
    expect(run.basis).toMatchObject({ is: 'refused' })
    expect(new Set(run.verdicts.map(({ result }) => result.is))).toEqual(new Set(['inconclusive']))
    expect(run.verdicts[0]!.because).toMatch(
      /^reduction by symmetry is refused: nothing is left to be exchanged: (cpu|task): 'scan' of cpu/,
    )
  }
})

test('a family with too many orders is left out', async () => {
  const wide = () => ({ n: upTo(9), cpu: family(7, { x: bool }) })
  const { program: of } = language<typeof wide>()
  const walk = of('cpu', {
    walk: (s) => {
      s.n = s.cpu.count((cpu) => cpu.x)
    },
  })
  const model = protocol({ name: 'wide', bounds: {}, state: wide, programs: () => [walk] })
  const [run] = await reduce(layoutOf(model.instance({ bounds: {} })))
  expect(run!.basis).toMatchObject({
    is: 'refused',
    because:
      "nothing is left to be exchanged: cpu: 'walk' of cpu walks the 7 members of cpu, which have 5040 orders; 720 are tried at most",
  })
})

test('a property that tells members apart, or needs fairness, is left open alone', async () => {
  const model = modelWith({
    take: (_s, me) => {
      me.x = true
    },
  })
  const { always, reachable, eventually, stepwise, maximum } = propertiesOf(model)
  const properties = [
    reachable('FirstHasIt', (s) => s.cpu[0]!.x),
    reachable('SomeHasIt', (s) => s.cpu.some((cpu) => cpu.x)),
    always('NobodyLosesIt', (s) => s.cpu.every((cpu) => cpu.x || !cpu.x)),
    stepwise('OnlyFirstGetsIt', (s, { before }) => s.cpu[1]!.x === before(() => s.cpu[1]!.x)),
    stepwise(
      'OneAtATime',
      (s, { before }) => s.cpu.count((cpu) => cpu.x) <= before(() => s.cpu.count((cpu) => cpu.x)) + 1,
    ),
    eventually('AllHaveIt', (s) => s.cpu.every((cpu) => cpu.x)),
    maximum('Most', (s) => s.cpu.count((cpu) => cpu.x)),
  ]
  for (const run of await reduce(layoutOf(model.instance({ bounds: {} })), properties)) {
    const results = Object.fromEntries(run.verdicts.map(({ property, result }) => [property, result.is]))
    expect(results).toEqual({
      StaysInDomain: 'holds',
      NoDeadlock: 'holds',
      FirstHasIt: 'inconclusive',
      SomeHasIt: 'reachable',
      NobodyLosesIt: 'holds',
      OnlyFirstGetsIt: 'inconclusive',
      OneAtATime: 'holds',
      AllHaveIt: 'inconclusive',
      Most: 'maximum',
    })
    expect(run.verdicts.find(({ property }) => property === 'FirstHasIt')!.because).toBe(
      "'FirstHasIt' answers something else when it meets cpu in the order cpu1, cpu0 than in the order cpu0, cpu1, so reduction by symmetry cannot decide it",
    )
  }
})

test('where it may end may depend on the order, too', async () => {
  const model = protocol({
    name: 'done',
    bounds: {},
    state,
    programs: () => [
      program('cpu', { take: (s, me, pick) => void (me.x = pick([true, false])), stop: { when: () => false } }),
    ],
    done: () => (s) => s.cpu[0]!.x,
  })
  for (const run of await reduce(layoutOf(model.instance({ bounds: {} })))) {
    const verdict = run.verdicts.find(({ property }) => property === 'NoDeadlock')
    expect(verdict!.result.is).toBe('inconclusive')
    expect(verdict!.because).toMatch(/^'done' answers something else when it meets cpu in the order cpu1, cpu0/)
  }
})
