/** What there is to tell about a counterexample or a witness: the same for every format. */
import type { PropertyKind } from '../language/property.ts'
import type { TurningPoint } from '../search/turning-point.ts'
import type { Shown } from '../trace/counterexample.ts'
import type { Difference } from '../trace/difference.ts'
import type { Explanation } from '../trace/explain.ts'
import type { Comparison } from '../trace/numbers.ts'
import type { Trap } from '../trace/trap.ts'
import type { Step } from '../trace/schedule.ts'
import type { Legend } from './legend.ts'

export interface Told {
  /** For readers who have not seen the model, where its sources can be read. */
  readonly legend?: Legend
  readonly spec: string
  /** Left out where there is only one. */
  readonly variant: string | undefined
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients: readonly string[]
  readonly property: string
  readonly kind: PropertyKind | 'built-in'
  readonly shown: Shown
  /** What goes wrong at the end, where that is more than the property. */
  readonly because: string | undefined
  readonly explanation: Explanation
  /** The numbers that are not as the property claims, where it names them. */
  readonly comparison?: Comparison | undefined
  /** Of what can never be reached again: where it ends, and how it goes on to there after its last step. */
  readonly trap?: Trap | undefined
  readonly aftermath?: Explanation | undefined
  readonly turning: TurningPoint | undefined
  readonly difference: Difference | undefined
  /** The behaviour that takes the last way out, to its end. */
  readonly otherwise?: Explanation | undefined
}

/** `mmput.dec` of `put/mmput.dec`, with the alternative and what was picked. */
export function shortStep({ label, alternative, picks }: Pick<Step, 'label' | 'alternative' | 'picks'>): string {
  const name = label.slice(label.lastIndexOf('/') + 1)
  return `${name}${alternative === undefined ? '' : `.${alternative}`}${picks === undefined ? '' : `(${picks.join(', ')})`}`
}

/** `mainline-2.6.17 cpus=2 +cpusetMutex`. */
export const configurationOf = ({ variant, bounds, ingredients }: Told): string =>
  [
    ...(variant === undefined ? [] : [variant]),
    ...Object.entries(bounds).map(([name, value]) => `${name}=${value}`),
    ...ingredients.map((name) => `+${name}`),
  ].join(' ')

/** `oom-serialization, mainline-2.6.17 (cpus=2, pages=3), with cpusetMutex`. */
export function configurationInProse({ spec, variant, bounds, ingredients }: Told): string {
  const numbers = Object.entries(bounds).map(([name, value]) => `${name}=${value}`)
  const name = [spec, ...(variant === undefined ? [] : [variant])].join(', ')
  return `${name}${numbers.length === 0 ? '' : ` (${numbers.join(', ')})`}${ingredients.length === 0 ? '' : `, with ${listed(ingredients)}`}`
}

/** `a, b and c`. */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.slice(-1).join('')}`
