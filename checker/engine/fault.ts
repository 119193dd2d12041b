/** Faults: what can go wrong inside a recipe. Each is a verdict under `StaysInDomain`, not a crash. */
import { printable } from './printable.ts'

export type FaultKind =
  /** A value outside its domain was written, or an index outside its array was read. */
  | 'domain'
  /** The recipe threw: most often a NULL dereference. */
  | 'exception'
  /** The recipe is not a function of the state: its result cannot be trusted. */
  | 'impure'

export class Fault extends Error {
  override readonly name = 'Fault'
  readonly kind: FaultKind
  /** The field at fault, as a person names it. */
  readonly field: string | undefined

  constructor(kind: FaultKind, message: string, field?: string) {
    super(printable(message))
    this.kind = kind
    this.field = field
  }
}

/** A fault with the step that it happened in. */
export interface StepFault {
  readonly kind: FaultKind
  readonly message: string
  readonly field: string | undefined
  /** Process and label, or the property, that was being evaluated. */
  readonly process: string
  readonly label: string
}

export const stepFault = (fault: Fault, process: string, label: string): StepFault => ({
  kind: fault.kind,
  message: fault.message,
  field: fault.field,
  process,
  label,
})

/** The recipe of the initial states gave others when it was run again. */
export const IMPURE_INIT: StepFault = {
  kind: 'impure',
  message: 'the recipe of the initial state gave different states when it was run again.',
  field: undefined,
  process: 'init',
  label: 'init',
}
