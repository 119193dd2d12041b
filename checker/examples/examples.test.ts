/** What the toys promise, on every engine: exact counts, verdicts, shortest lengths. */
import { describe, expect, test } from 'vitest'
import type { Engine, StateSpace } from '../engine/engine.ts'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { observerOf, VIOLATED } from '../engine/observer.ts'
import { tableEngine } from '../engine/table.ts'
import type { Expectation, Row, Spec } from '../language/index.ts'
import specs from './index.ts'

const engines: readonly Engine[] = [immerEngine, tableEngine]

/** States, transitions and depth, as independent-counts.test.ts has them. */
const counts: Readonly<Record<string, readonly [number, number, number]>> = {
  'increment threads=1': [3, 2, 2],
  'increment threads=2': [13, 14, 4],
  'increment threads=3': [84, 111, 6],
  'increment atomic threads=3': [8, 12, 3],
  'die-hard small=3 big=5': [16, 96, 7],
  'die-hard small=3 big=6': [6, 36, 2],
  peterson: [20, 34, 6],
  'peterson without-turn': [8, 12, 3],
  'peterson turn-before-flag': [32, 60, 7],
  'bounded-queue capacity=2 items=3 consumers=1': [18, 27, 10],
  'bounded-queue capacity=2 items=3 consumers=2': [108, 264, 18],
  'bounded-queue test-then-take capacity=2 items=3 consumers=1': [24, 36, 13],
  'bounded-queue test-then-take capacity=2 items=3 consumers=2': [174, 417, 24],
  'bounded-queue unchecked capacity=2 items=3 consumers=1': [18, 27, 10],
  'dining-philosophers left-first philosophers=3': [26, 51, 6],
  'dining-philosophers left-first philosophers=4': [80, 212, 9],
  'dining-philosophers ordered philosophers=3': [27, 54, 7],
  'dining-philosophers ordered philosophers=4': [81, 216, 10],
  'dining-philosophers rude philosophers=3': [214, 588, 12],
  'two-phase-commit rms=3': [288, 1_145, 10],
  'two-phase-commit rms=5': [8_832, 58_145, 16],
  'two-phase-commit majority rms=3': [348, 1_358, 10],
  'two-phase-commit majority rms=2': [56, 153, 7],
}

const title = (spec: Spec, row: Row): string =>
  [spec.name, row.variant, ...Object.entries(row.bounds).map(([bound, n]) => `${bound}=${n}`)].filter(Boolean).join(' ')

const rows = specs.flatMap((spec) => spec.rows.map((row) => ({ title: title(spec, row), spec, row })))

/** Explores with the history that the properties turn out to need. */
function explore(engine: Engine, spec: Spec, row: Row): StateSpace {
  const layout = layoutOf(spec.protocol.instance(row))
  const observers = spec.properties.map(observerOf)
  let history = new Set<string>()
  for (;;) {
    const space = engine.explore({ layout, observers, history, edges: true })
    while (space.advance(1000));
    if ([...space.neededHistory].every((field) => history.has(field))) return space
    history = new Set([...history, ...space.neededHistory])
  }
}

function stepsTo(space: StateSpace, state: number): number {
  let steps = 0
  for (let at = space.predecessor(state); at >= 0; at = space.predecessor(at)) steps++
  return steps
}

/** The nearest state from which no state that the observer marks can be reached. */
function nearestLost(space: StateSpace, observer: number): number | undefined {
  const { start, to } = space.edges()
  const ids = Array.from({ length: space.statistics().states }, (_, id) => id)
  const reaching = new Set(ids.filter((id) => space.mark(observer, id) === 1))
  for (let size = -1; size !== reaching.size;) {
    size = reaching.size
    for (const id of ids.toReversed())
      for (let k = start[id]; k < start[id + 1]; k++) if (reaching.has(to[k])) reaching.add(id)
  }
  return ids.find((id) => !reaching.has(id))
}

/** The verdict on a property, as a row would word it. */
function verdict(space: StateSpace, spec: Spec, name: string): Expectation {
  if (name === 'StaysInDomain')
    return space.faults.length === 0
      ? { is: 'holds' }
      : { is: 'violated', steps: stepsTo(space, space.faults[0].state) }
  if (name === 'NoDeadlock')
    return space.deadlock === undefined ? { is: 'holds' } : { is: 'violated', steps: stepsTo(space, space.deadlock) }
  const index = spec.properties.findIndex((property) => property.name === name)
  const { kind } = spec.properties[index]
  const { code, state, from } = space.sighting(index)!
  switch (kind) {
    case 'always':
    case 'never':
      return code === VIOLATED ? { is: 'violated', steps: stepsTo(space, state) } : { is: 'holds' }
    case 'stepwise':
      return code === VIOLATED ? { is: 'violated', steps: stepsTo(space, from) + 1 } : { is: 'holds' }
    case 'reachable':
      return code === 1 ? { is: 'reachable', steps: stepsTo(space, state) } : { is: 'unreachable' }
    case 'alwaysReachable': {
      const lost = nearestLost(space, index)
      return lost === undefined ? { is: 'holds' } : { is: 'violated', steps: stepsTo(space, lost) }
    }
    case 'maximum':
      return { is: 'maximum', value: code }
    case 'minimum':
      return { is: 'minimum', value: -code }
  }
}

test('every row has its counts', () => {
  expect(rows.map((row) => row.title)).toEqual(Object.keys(counts))
})

describe.each(engines)('$name', (engine) => {
  test.each(rows)('$title', ({ title, spec, row }) => {
    const space = explore(engine, spec, row)
    const { states, transitions, depth, initialStates, queued } = space.statistics()
    expect([states, transitions, depth]).toEqual(counts[title])
    expect([initialStates, queued]).toEqual([1, 0])
    if (row.states !== undefined) expect(states).toBe(row.states)

    for (const [name, expected] of Object.entries({
      NoDeadlock: { is: 'holds' },
      StaysInDomain: { is: 'holds' },
      ...row.expect,
    }))
      expect({ name, ...verdict(space, spec, name) }).toEqual({ name, ...expected })
  })

  test.each(specs)('every label of $name is taken in some row', (spec) => {
    const spaces = spec.rows.filter((row) => row.states !== 8_832).map((row) => explore(engine, spec, row))
    const taken = new Set(spaces.flatMap((space) => [...space.coverage.taken]))
    expect(spaces.flatMap((space) => space.coverage.all).filter((label) => !taken.has(label))).toEqual([])
  })
})
