/** Observers: properties as questions with a whole-number answer, of which the largest one counts. */
import type { Property } from '../language/property.ts'
import { abstractionOf } from './abstraction.ts'
import type { Observer } from './executor.ts'
import { Fault } from './fault.ts'
import type { Layout } from './layout.ts'

/** The answers of observers of yes-or-no properties. */
export const NOTHING_CLAIMED = 0
export const AS_CLAIMED = 1
export const VIOLATED = 2

/** The answers of observers of liveness and of responses are sums of these. */
export const GOAL = 1
export const OBLIGED = 2

/** What the executor gives to every question, for those that need more than authors do. */
interface EngineContext {
  readonly before: <T>(expression: () => T) => T
  readonly layout: Layout
}

type Test = (s: never, context: never) => boolean | number

function truth(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw new Fault('exception', `the property ${name} answered ${String(value)}; it must answer true or false.`)
  return value
}

function wholeNumber(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2 ** 30)
    throw new Fault(
      'exception',
      `the expression ${name} gave ${String(value)}; it must give a whole number within ±2^30.`,
    )
  return value
}

function codeOf(property: Property): Observer['code'] {
  const { name, kind, given } = property
  const test: Test = property.test
  switch (kind) {
    case 'always':
    case 'stepwise':
      return (s, context) =>
        given !== undefined && !truth(name, given(s, context))
          ? NOTHING_CLAIMED
          : truth(name, test(s, context))
            ? AS_CLAIMED
            : VIOLATED
    case 'never':
      return (s, context) => (truth(name, test(s, context)) ? VIOLATED : AS_CLAIMED)
    case 'leadsTo':
    case 'longest':
    case 'shortest':
      return (s, context) =>
        (truth(name, test(s, context)) ? GOAL : 0) +
        (given !== undefined && truth(name, given(s, context)) ? OBLIGED : 0)
    case 'reachable':
    case 'alwaysReachable':
    case 'eventually':
    case 'alwaysEventually':
      return (s, context) => (truth(name, test(s, context)) ? 1 : 0)
    case 'progress':
      // It is asked of steps, by their labels.
      return () => 0
    case 'refines':
      return (s, context: EngineContext) => {
        const abstraction = abstractionOf(property, context.layout)
        const from = context.before(() => abstraction.image(s, context))
        const to = abstraction.image(s, context)
        return from === to ? NOTHING_CLAIMED : abstraction.isStep(from, to) ? AS_CLAIMED : VIOLATED
      }
    case 'maximum':
      return (s, context) => wholeNumber(name, test(s, context))
    case 'minimum':
      return (s, context) => 0 - wholeNumber(name, test(s, context))
  }
}

export const observerOf = (property: Property): Observer => ({
  property,
  pair: property.kind === 'stepwise' || property.kind === 'refines',
  code: codeOf(property),
})

/** Asks for the number of the abstract state that a state maps to, see `Abstraction`. */
export const imageObserverOf = (property: Property): Observer => ({
  property,
  pair: false,
  code: (s, context: EngineContext) => abstractionOf(property, context.layout).image(s, context),
})

/** Asks whether a terminal state is one that the protocol may end in. */
export function doneObserver(layout: Layout): Observer {
  const declared = layout.instance.done as ((s: never, at: unknown) => boolean) | undefined
  return {
    property: { kind: 'reachable', name: 'done', test: () => true, given: undefined },
    pair: false,
    code: (s, context) => {
      const { at, finished } = context as { at: unknown; finished: () => boolean }
      return (declared === undefined ? finished() : declared(s, at)) ? 1 : 0
    },
  }
}
