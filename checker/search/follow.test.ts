/** A trace of the reference engine runs on the table engine, and a wrong one is refused. */
import { expect, test } from 'vitest'
import { INCREMENT } from '../cli/child.ts'
import { loadSpecs } from '../cli/load.ts'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import { check } from './breadth-first.ts'
import { follow } from './follow.ts'

const spec = (await loadSpecs(INCREMENT))[0]!
const layout = layoutOf(spec.protocol.instance({ variant: 'racy', bounds: { threads: 2 } }))
const explored = () => {
  const space = tableEngine.explore({ layout, observers: [], history: new Set() })
  while (space.advance(1000));
  return space
}

test.each([immerEngine, tableEngine])('every state of $name lies on a path that can be followed', async (engine) => {
  const space = explored()
  const run = await check(layout, spec.properties, { engine })
  const traces = run.verdicts.flatMap(({ result }) => ('trace' in result ? [result.trace] : []))
  expect(traces.length).toBeGreaterThan(1)
  for (const trace of traces) {
    const followed = follow(space, trace)
    expect(followed.state === undefined ? followed.because : space.state(followed.state)).toEqual(trace.states.at(-1))
  }
})

test('what does not fit is told', async () => {
  const space = explored()
  const run = await check(layout, spec.properties, { engine: tableEngine })
  const trace = run.verdicts.flatMap(({ result }) => (result.is === 'violated' ? [result.trace] : []))[0]!
  const { schedule, states } = trace
  const [first, ...rest] = schedule.steps
  expect(follow(space, { schedule, states: [{}, ...states.slice(1)] }).because).toBe('it has no such initial state')
  expect(
    follow(space, { schedule: { ...schedule, steps: [{ ...first!, label: 'write' }, ...rest] }, states }).because,
  ).toBe('at step 1 thread0 stands at read, not at write')
  expect(follow(space, { schedule, states: [states[0]!, states[0]!, ...states.slice(2)] }).because).toContain(
    'leads somewhere else',
  )
})
