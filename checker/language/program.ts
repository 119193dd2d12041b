/**
 * Programs: labelled steps, run by each member of a family.
 *
 * One label is one atomic step, one place where another process may look. A step mutates the draft and returns nothing
 * (on to the next label, in the order written) or the label to go to.
 */
import type { Domain, Fields, StateFields } from './domain.ts'
import type { FamilyName, Member, StateView, View } from './view.ts'

/** Any of the options; the engine takes every one. With no option the step is not enabled. */
export type Pick = <const T>(options: Iterable<T>) => T

/** Evaluates an expression in the state before the step, with the same handles: `before(() => s.free)`. */
export type Before = <T>(expression: () => T) => T

/** The types that the recipes of one model share: state `R` and history `H`. */
/** No fields at all. */
export type NoFields = { readonly [K in never]: Domain }

export interface World<R extends StateFields = StateFields, H extends Fields = Fields> {
  readonly state: R
  readonly history: H
}
type S<W extends World> = StateView<W['state']>
type Draft<F extends Fields, W extends World> = { -readonly [K in keyof F]: View<F[K], W['state']> }

export type Effect<W extends World, Me, L extends string, Frame> = (
  s: S<W>,
  me: Me,
  pick: Pick,
  frame: Frame,
) => L | undefined | void

/** What one way of taking a step needs and does. */
export interface Action<W extends World, Me, L extends string, Frame> {
  /** May the step be taken? It must not write. Without it: always. */
  readonly when?: (s: S<W>, me: Me, frame: Frame) => boolean
  /** What changes, atomically. Without it: nothing but the label. */
  readonly do?: Effect<W, Me, L, Frame>
  /** Writes history, after `do`. Guards and effects cannot see it. */
  readonly note?: (h: Draft<W['history'], W>, s: S<W>, me: Me, before: Before) => void
  /** No tick passes while this step is enabled. */
  readonly urgent?: boolean
}

/** One label with several named ways of taking it: an environment, a message, a signal. */
export interface Either<W extends World, Me, L extends string, Frame> {
  readonly either: Readonly<Record<string, Action<W, Me, L, Frame> | Effect<W, Me, L, Frame>>>
}

/** A label at which a procedure is inlined. Its first step also binds the arguments, by value. */
export interface Call<W extends World, Me, L extends string, Frame> {
  readonly call: AnyProcedure
  readonly args: ((s: S<W>, me: Me, frame: Frame) => object) | undefined
  readonly then: L | undefined
}

export type Step<W extends World, Me, L extends string, Frame> =
  Effect<W, Me, L, Frame> | Action<W, Me, L, Frame> | Either<W, Me, L, Frame> | Call<W, Me, L, Frame>

/** Steps whose gotos may lead to labels elsewhere. */
type Group<W extends World, Me> = Readonly<Record<string, Step<W, Me, typeof DONE | (string & {}), object>>>

/** From these labels, whenever `when` holds, the process may leave for `to` instead: a fatal signal, a thaw. */
export interface Escape<W extends World, Me, K extends string> {
  /** The name under which the way out appears in a schedule. */
  readonly name: string
  /** Labels at which it is open; a label with a call covers the whole call. */
  readonly from: readonly K[]
  readonly when: (s: S<W>, me: Me) => boolean
  readonly do?: (s: S<W>, me: Me) => void
  readonly to: K
  readonly urgent?: boolean
}

/**
 * Who takes the steps: the protocol under study; its environment, which fairness never obliges unless declared; or
 * time, whose steps are ticks, enabled only while no `urgent` step is.
 */
export type Role = 'protocol' | 'environment' | 'time'

export interface ProgramOptions<W extends World, Me, K extends string> {
  /** After the last step, start again. Without it the process is finished there. */
  readonly loop?: boolean
  /** Where the members start; the first label if absent. */
  readonly start?: K
  /** May the member run at all? Not while frozen, or preempted on its CPU. */
  readonly runs?: (s: S<W>, me: Me) => boolean
  readonly escapes?: readonly Escape<W, Me, K>[]
  readonly role?: Role
}

// Erased forms: what engines see. Recipes take what an engine gives them; their parameter types are gone.
type Recipe<T> = (...args: never[]) => T
export interface AnyAction {
  readonly when?: Recipe<boolean>
  readonly do?: Recipe<unknown>
  readonly note?: Recipe<void>
  readonly urgent?: boolean
}
export interface AnyEither {
  readonly either: Readonly<Record<string, AnyAction | Recipe<unknown>>>
}
export interface AnyCall {
  readonly call: AnyProcedure
  readonly args: Recipe<object> | undefined
  readonly then: string | undefined
}
export type AnyStep = Recipe<unknown> | AnyAction | AnyEither | AnyCall
export interface AnyProcedure {
  readonly name: string
  /** The families whose programs may call it. */
  readonly families: readonly string[]
  readonly args: Fields
  readonly locals: Fields
  readonly steps: Readonly<Record<string, AnyStep>>
}
export interface AnyEscape {
  readonly name: string
  readonly from: readonly string[]
  readonly when: Recipe<boolean>
  readonly do?: Recipe<void>
  readonly to: string
  readonly urgent?: boolean
}
export interface AnyProgram {
  readonly family: string
  readonly steps: Readonly<Record<string, AnyStep>>
  readonly options: {
    readonly loop?: boolean
    readonly start?: string
    readonly runs?: Recipe<boolean>
    readonly escapes?: readonly AnyEscape[]
    readonly role?: Role
  }
}
export interface Procedure<W extends World, Args extends object> extends AnyProcedure {
  readonly types?: (world: W, args: Args) => void
}
export interface Program<F extends string, K extends string> extends AnyProgram {
  readonly family: F
  readonly labels?: K
}

/** The label at which a finished process stands. */
export const DONE = 'done'
/** What a step of a procedure returns to leave it. */
export const RETURN = 'return'

const LABEL = /^[A-Za-z_][A-Za-z0-9_-]*$/

function checkLabels(owner: string, steps: object): void {
  const labels = Object.keys(steps)
  if (labels.length === 0) throw new TypeError(`${owner} has no steps.`)
  for (const label of labels) {
    if (label === DONE || label === RETURN)
      throw new TypeError(`${owner}: '${label}' is reserved and cannot be a label.`)
    if (!LABEL.test(label))
      throw new TypeError(`${owner}: the label '${label}' must be a name of letters, digits, '_' and '-'.`)
  }
}

/** The recipe constructors of one model, typed for its state and history. */
export interface Language<W extends World> {
  /**
   * A group of steps to be spread into programs; its gotos are checked there. The type of a group is what was written,
   * so that labels survive spreading; `'done'` in the union keeps the labels that are returned literal.
   */
  steps<const F extends FamilyName<W['state']>, const G extends Group<W, Member<W['state'], F>>>(family: F, steps: G): G
  /** The program of a family. */
  program<const F extends FamilyName<W['state']>, K extends string>(
    family: F,
    steps: { readonly [P in K]: Step<W, Member<W['state'], F>, NoInfer<K> | typeof DONE, object> },
    options?: ProgramOptions<W, Member<W['state'], F>, NoInfer<K>>,
  ): Program<F, K>
  /** Steps that programs of these families run by `call`, with arguments and locals of their own in `frame`. */
  procedure<const F extends FamilyName<W['state']>, A extends Fields, K extends string, L extends Fields = NoFields>(
    name: string,
    shape: { readonly family: F | readonly F[]; readonly args: A; readonly locals?: L },
    steps: { readonly [P in K]: Step<W, Member<W['state'], F>, NoInfer<K> | typeof RETURN, Draft<A & L, W>> },
  ): Procedure<W, Draft<A, W>>
  /** Inlines a procedure at this label, then goes on to `then`, or to the next label. */
  call<Me, Args extends object, Frame, const L extends string = never>(
    procedure: Procedure<W, Args>,
    args: (s: S<W>, me: Me, frame: Frame) => Args,
    then?: L,
  ): Call<W, Me, L, Frame>
}

/** The constructors for a model whose state and history have the types that these functions return. */
export function language<
  State extends (config: never) => StateFields,
  History extends (config: never) => Fields = () => NoFields,
>(): Language<World<ReturnType<State>, ReturnType<History>>> {
  return {
    steps: (_family, steps) => steps,
    program: (family, steps, options = {}) => {
      checkLabels(`The program of '${family}'`, steps)
      return Object.freeze({ family, steps, options })
    },
    procedure: (name, shape, steps) => {
      checkLabels(`The procedure '${name}'`, steps)
      return Object.freeze({
        name,
        families: [shape.family].flat(),
        args: shape.args,
        locals: shape.locals ?? {},
        steps,
      })
    },
    call: (procedure, args, then) => ({ call: procedure, args, then }),
  }
}
