/** For tests: small random protocols of threads with labels, guards and shared registers; every state is a property. */
import fc from 'fast-check'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import { array, language, propertiesOf, protocol, singleton, upTo } from '../language/index.ts'
import type { Property } from '../language/property.ts'

interface RandomStep {
  /** Register and value to wait for. */
  readonly when: readonly [number, number] | undefined
  /** Register to write, and the values to pick from. */
  readonly write: readonly [number, readonly number[]]
  /** Label to go to; beyond the last: to the end. */
  readonly goto: number
}

const REGISTERS = 3
const register = fc.nat(REGISTERS - 1)
const step: fc.Arbitrary<RandomStep> = fc.record({
  when: fc.option(fc.tuple(register, fc.nat(1)), { nil: undefined }),
  write: fc.tuple(register, fc.constantFrom([0], [1], [1], [0, 1])),
  goto: fc.nat(4),
})

const NAMES = ['a', 'b', 'c'] as const
const LABELS = ['l0', 'l1', 'l2', 'l3']

/** Two or three threads of up to four labels. */
export const randomThreads: fc.Arbitrary<Layout> = fc
  .array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 3 })
  .map((threads) => {
    const state = () => ({ r: array(REGISTERS, upTo(1)), a: singleton({}), b: singleton({}), c: singleton({}) })
    const threadLanguage = language<typeof state>()
    const programs = threads.map((steps, i) =>
      threadLanguage.program(
        NAMES[i]!,
        Object.fromEntries(
          steps.map(({ when, write, goto }, l) => [
            LABELS[l]!,
            {
              when: (s: { readonly r: ArrayLike<number> }) => when === undefined || s.r[when[0]] === when[1],
              do: (s: { r: Record<number, number> }, _me: unknown, pick: <T>(from: Iterable<T>) => T) => {
                s.r[write[0]] = pick(write[1])
                return goto < steps.length ? LABELS[goto]! : 'done'
              },
            },
          ]),
        ) as never,
      ),
    )
    const model = protocol({ name: 'threads', bounds: {}, state, programs: () => programs })
    return layoutOf(model.instance({ bounds: {} }))
  })

const properties = propertiesOf({})

interface Seen {
  readonly r: ArrayLike<number>
}
interface Asked {
  readonly at: (process: object, label: string) => boolean
}

/** Is it this state? */
export function isState(layout: Layout, state: PlainState, name: string): Property {
  const { r, ...threads } = state as { r: number[] } & Record<string, { pc: string }[]>
  const places = layout.processes.map(({ family }) => [family, threads[family]![0]!.pc] as const)
  const test = (s: Seen & Record<string, object[]>, { at }: Asked): boolean =>
    r.every((value, i) => s.r[i] === value) && places.every(([family, label]) => at(s[family]![0]!, label))
  return properties.reachable(name, test as never)
}

/** Is the first register never changed from 0 to 1 by a step? */
export const firstStays: Property = properties.stepwise(
  'FirstStays',
  ((s: Seen, { before }: { before: <T>(of: () => T) => T }): boolean =>
    before(() => s.r[0] === 1) || s.r[0] !== 1) as never,
)

/** What is the least that each state costs, by definition: from every pair of a state and who moved last, every step. */
export interface Reached {
  readonly state: PlainState
  readonly preemptions: number
  readonly steps: number
}

/** Relaxes costs until nothing changes any more. Gives the cheapest way to each state, and to a first rise of `r[0]`. */
export function cheapest(layout: Layout): { readonly states: Reached[]; readonly rise: Reached | undefined } {
  const machine = new Machine(layout)
  const pairs = new Map<string, Reached & { readonly last: string | undefined }>()
  const open: (Reached & { readonly last: string | undefined })[] = []
  let rise: Reached | undefined
  const isCheaper = (a: Reached, b: Reached | undefined): boolean =>
    b === undefined || a.preemptions < b.preemptions || (a.preemptions === b.preemptions && a.steps < b.steps)
  const offer = (reached: Reached, last: string | undefined): void => {
    const key = `${last} ${JSON.stringify(reached.state)}`
    if (!isCheaper(reached, pairs.get(key))) return
    pairs.set(key, { ...reached, last })
    open.push({ ...reached, last })
  }
  for (const state of machine.initial()) offer({ state, preemptions: 0, steps: 0 }, undefined)
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    const { last, state, preemptions, steps } = from
    const outcomes = machine.outcomes(state)
    const couldGoOn = outcomes.some(({ step }) => step.process === last)
    for (const { step, next } of outcomes) {
      const preempts = couldGoOn && step.process !== last
      const to = { state: next, preemptions: preemptions + (preempts ? 1 : 0), steps: steps + 1 }
      if (first(state) === 0 && first(next) === 1 && isCheaper(to, rise)) rise = to
      offer(to, step.process)
    }
  }
  const states = new Map<string, Reached>()
  for (const reached of pairs.values()) {
    const key = JSON.stringify(reached.state)
    if (isCheaper(reached, states.get(key))) states.set(key, reached)
  }
  return { states: [...states.values()], rise }
}

const first = (state: PlainState): number => (state['r'] as number[])[0]!
