/** Steps that can go: random walks of random protocols, and a toy where several steps go only together. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { casesOf } from '../engine/conformance.ts'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { bool, language, protocol, singleton, upTo } from '../language/index.ts'
import { formatStep, replay, ReplayError, type Schedule, type Step, type Trace } from '../trace/schedule.ts'
import { withoutNeedlessSteps } from './steps.ts'

const LENGTH = 14

function walk(machine: Machine, choices: readonly number[]): Trace | undefined {
  const starts = machine.starts().filter(({ fault }) => fault === undefined)
  const start = starts[choices[0]! % starts.length]
  if (start === undefined) return undefined
  const steps: Step[] = []
  const states = [start.state]
  for (const choice of choices.slice(1)) {
    const outcomes = machine.outcomes(states.at(-1)!)
    const taken = outcomes[choice % outcomes.length]
    if (taken === undefined) break
    steps.push(taken.step)
    states.push(taken.next)
  }
  return { schedule: { init: start.picks, steps }, states }
}

function replayed(machine: Machine, schedule: Schedule): Trace | undefined {
  try {
    return replay(machine, schedule)
  } catch (error) {
    if (error instanceof ReplayError) return undefined
    throw error
  }
}

test('what is left of a random walk shows the same, and no single step of it can go', () => {
  let [given, left] = [0, 0]
  const choices = fc.array(fc.nat(1000), { minLength: LENGTH, maxLength: LENGTH })
  const property = fc.property(casesOf('mixed'), choices, fc.nat(2), ({ instance }, chosen, kind) => {
    const machine = new Machine(layoutOf(instance))
    const trace = walk(machine, chosen)
    if (trace === undefined) return
    const last = trace.states.at(-1)!
    // Some field of the state, or all of it, or how many steps can be taken in the end.
    const field = Object.keys(last)[chosen[1]! % Object.keys(last).length]!
    const seen = ({ states }: Trace): string =>
      kind === 0
        ? JSON.stringify(states.at(-1)![field])
        : kind === 1
          ? JSON.stringify(states.at(-1))
          : String(machine.enabled(states.at(-1)!).length)
    const wanted = seen(trace)
    const reduced = withoutNeedlessSteps(machine, { trace, loop: undefined }, (each) => seen(each) === wanted)
    const { init, steps } = reduced.trace.schedule
    expect(seen(replay(machine, { init, steps }))).toBe(wanted)
    // What is left is in the order in which it was.
    let at = 0
    for (const { process, label } of trace.schedule.steps)
      if (steps[at]?.process === process && steps[at]?.label === label) at++
    expect(at).toBe(steps.length)
    for (let i = 0; i < steps.length; i++) {
      const shorter = replayed(machine, { init, steps: steps.filter((_, k) => k !== i) })
      expect(shorter === undefined || seen(shorter) !== wanted).toBe(true)
    }
    given += trace.schedule.steps.length
    left += steps.length
  })
  fc.assert(property, { numRuns: 60, endOnFailure: true })
  // That something was tried is asked of a fixed sample.
  ;[given, left] = [0, 0]
  fc.assert(property, { numRuns: 60, endOnFailure: true, seed: 1 })
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(0.75 * given)
})

const state = () => ({ door: singleton({ open: bool }), guest: singleton({ rooms: upTo(3) }) })
const { program } = language<typeof state>()
const house = protocol({
  name: 'house',
  bounds: {},
  state,
  programs: () => [
    program(
      'door',
      {
        move: {
          either: {
            open: { when: (_s, me) => !me.open, do: (_s, me) => void (me.open = true) },
            shut: { when: (_s, me) => me.open, do: (_s, me) => void (me.open = false) },
          },
        },
      },
      { loop: true },
    ),
    program(
      'guest',
      { walk: { when: (s, me) => s.door[0]!.open && me.rooms < 3, do: (_s, me) => void (me.rooms += 1) } },
      { loop: true },
    ),
  ],
})

function schedule(...names: readonly ('open' | 'shut' | 'walk')[]) {
  const machine = new Machine(layoutOf(house.instance({ bounds: {} })))
  const steps = names.map((name): Step =>
    name === 'walk' ? { process: 'guest', label: 'walk' } : { process: 'door', label: 'move', alternative: name },
  )
  return { machine, trace: replay(machine, { init: [], steps }) }
}
const rooms = ({ states }: Trace): number => (states.at(-1)! as { guest: { rooms: number }[] }).guest[0]!.rooms
const written = ({ schedule }: Trace): string => schedule.steps.map(formatStep).join(' · ')

test('steps that are only possible together go together', () => {
  const { machine, trace } = schedule('open', 'shut', 'open', 'walk', 'shut', 'open', 'walk', 'shut')
  const { trace: left } = withoutNeedlessSteps(machine, { trace, loop: undefined }, (each) => rooms(each) >= 1)
  expect(written(left)).toBe('door move.open · guest walk')
})

test('a loop moves with the steps before it', () => {
  const { machine, trace } = schedule('open', 'walk', 'shut', 'open', 'shut', 'open')
  // Open again at the end, and a loop of at least two steps that comes back to where it began.
  const closes = (each: Trace, loop: number | undefined): boolean =>
    loop !== undefined &&
    each.states.length - 1 - loop >= 2 &&
    JSON.stringify(each.states[loop]) === JSON.stringify(each.states.at(-1))
  const reduced = withoutNeedlessSteps(machine, { trace, loop: 4 }, closes)
  // The first step is what the loop needs: it begins with the other one.
  expect([written(reduced.trace), reduced.loop]).toEqual(['door move.open · door move.shut · door move.open', 1])
})

test('of a long schedule little is tried, and whoever wants to stop early is told that more could go', () => {
  const rounds = Array.from({ length: 200 }, () => ['open', 'walk', 'shut'] as const).slice(0, 3)
  const idle = Array.from({ length: 300 }, () => ['open', 'shut'] as const).flat()
  const { machine, trace } = schedule(...idle, ...rounds.flat(), ...idle)
  const shows = (each: Trace): boolean => rooms(each) === 3
  let taken = 0
  const whole = withoutNeedlessSteps(machine, { trace, loop: undefined }, shows, (steps) => {
    taken = steps
    return true
  })
  expect(written(whole.trace)).toBe('door move.open · guest walk · guest walk · guest walk')
  expect(whole.irreducible).toBe(true)
  // To replay each of 1209 steps once for each of them would be a million.
  expect(taken).toBeLessThan(20_000)
  const part = withoutNeedlessSteps(machine, { trace, loop: undefined }, shows, (steps) => steps < 1000)
  expect(part.irreducible).toBe(false)
  expect(shows(part.trace)).toBe(true)
})
