/** Arbitraries for fast-check: bounds of a protocol, and schedules of one of its instances. */
import { Arbitrary, constant, integer, record, Stream, Value, type Random } from 'fast-check'
import type { Machine } from '../engine/machine.ts'
import type { Bound } from '../language/protocol.ts'
import { replay, ReplayError, startsByName, type Trace } from '../trace/schedule.ts'
import type { Step } from '../engine/step.ts'

/**
 * Any bounds that the protocol allows, and of some at most so much. They shrink to the smallest; bounds between a
 * property that fails and one that does not are tried one by one.
 */
export function boundsOf<B extends string>(
  protocol: { readonly bounds: Readonly<Record<B, Bound>> },
  most: { readonly [K in NoInfer<B>]?: number } = {},
): Arbitrary<Record<B, number>> {
  const each = Object.entries<Bound>(protocol.bounds).map(([name, { min, max }]) => {
    const highest = Math.max(min, Math.min(max, most[name as B] ?? max))
    return [name, min === highest ? constant(min) : integer({ min, max: highest })] as const
  })
  return record(Object.fromEntries(each))
}

/** The trace of a schedule, where all of its steps can be taken. */
function taken(machine: Machine, init: readonly string[], steps: readonly Step[]): Trace | undefined {
  try {
    return replay(machine, { init, steps })
  } catch (error) {
    if (error instanceof ReplayError) return undefined
    throw error
  }
}

/** Random walks; each step is any of those that can be taken, with the same probability. */
class Schedules extends Arbitrary<Trace> {
  readonly #machine: Machine
  readonly #length: number

  constructor(machine: Machine, length: number) {
    super()
    this.#machine = machine
    this.#length = length
  }

  override generate(random: Random): Value<Trace> {
    const any = <T>(options: readonly T[]): T => options[random.nextInt(0, options.length - 1)] as T
    const starts = startsByName(this.#machine)
    if (starts.length === 0) throw new TypeError('The instance has no initial state from which a schedule could start.')
    const start = any(starts)
    const [steps, states] = [[] as Step[], [start.state]]
    const length = random.nextInt(0, this.#length)
    while (steps.length < length) {
      const outcomes = this.#machine.outcomes(states.at(-1) ?? start.state)
      if (outcomes.length === 0) break
      const { step, next } = any(outcomes)
      steps.push(step)
      states.push(next)
    }
    return new Value<Trace>({ schedule: { init: start.picks, steps }, states }, undefined)
  }

  /** A trace that is given, by `examples` perhaps, shrinks as well. */
  override canShrinkWithoutContext(value: unknown): value is Trace {
    return typeof value === 'object' && value !== null && 'schedule' in value && 'states' in value
  }

  override shrink(trace: Trace): Stream<Value<Trace>> {
    return new Stream(this.#shorter(trace))
  }

  /**
   * Without all steps of a process; without ever shorter runs of steps, from the end on; without any two steps. What is left
   * must still be possible. fast-check goes on from the first that fails as well.
   */
  *#shorter({ schedule: { init, steps } }: Trace): IterableIterator<Value<Trace>> {
    for (const isLeftOut of lessAndLess(steps)) {
      const trace = taken(
        this.#machine,
        init,
        steps.filter((_, i) => !isLeftOut(i)),
      )
      if (trace !== undefined) yield new Value<Trace>(trace, undefined)
    }
  }
}

/** What to leave out, by numbers of steps: likely parts first. */
function* lessAndLess(steps: readonly Step[]): IterableIterator<(i: number) => boolean> {
  const processes = new Set(steps.map(({ process }) => process))
  if (processes.size > 1) for (const name of processes) yield (i) => steps[i]?.process === name
  for (let count = steps.length; count > 0; count = count === 1 ? 0 : Math.ceil(count / 2))
    for (let end = steps.length; end > 0; end -= count) yield (i) => i >= end - count && i < end
  for (let second = steps.length - 1; second > 0; second--)
    for (let first = second - 1; first >= 0; first--) yield (i) => i === first || i === second
}

/**
 * Schedules of up to so many steps that can be taken, with the states along them. One that fails shrinks to one of which no
 * step, and no two steps, can go without the others becoming impossible or the failure disappearing.
 */
export function schedulesOf(machine: Machine, length: number): Arbitrary<Trace> {
  if (!Number.isInteger(length) || length < 0)
    throw new TypeError(`The length of schedules is a whole number from 0 on, not ${length}.`)
  return new Schedules(machine, length)
}
