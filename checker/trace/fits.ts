/** What each kind of property can be shown to be by a schedule, and which of that takes a whole behaviour. */
import { isLiveness, type Property } from '../language/property.ts'
import type { Shown } from './counterexample.ts'

type Kind = Property['kind'] | 'built-in'

/** What each kind of property can be shown to be. */
const CAN_BE: Readonly<Record<Kind, readonly Shown['result'][]>> = {
  always: ['violated'],
  never: ['violated'],
  stepwise: ['violated'],
  alwaysReachable: ['violated'],
  eventually: ['violated'],
  leadsTo: ['violated'],
  alwaysEventually: ['violated'],
  progress: ['violated'],
  longest: ['maximum', 'unbounded'],
  shortest: ['minimum'],
  refines: ['violated'],
  'built-in': ['violated'],
  reachable: ['reachable'],
  maximum: ['maximum'],
  minimum: ['minimum'],
}

export const canBe = (kind: Kind, result: Shown['result']): boolean => CAN_BE[kind].includes(result)

/** Is it shown by what goes on for ever, rather than by where the schedule ends? */
export const takesLoop = (kind: Kind, result: Shown['result']): boolean =>
  result === 'unbounded' || (kind !== 'built-in' && isLiveness(kind))
