/** Properties: what is asked of a protocol. They only read, and may ask where a process stands. */
import type { Before, DONE, World } from './program.ts'
import type { At, Config, Instance, Protocol, Wanted } from './protocol.ts'
import type { FamilyName, StateView, View } from './view.ts'

/** What a property may use beside the state. */
export interface Context<W extends World, L extends string> {
  readonly at: At<L>
  /** The history that the steps have noted. */
  readonly h: { readonly [K in keyof W['history']]: View<W['history'][K], W['state']> }
}
export interface StepContext<W extends World, L extends string> extends Context<W, L> {
  /** The state before the step. */
  readonly before: Before
}

/** What a mapping may use beside the states. */
export interface MapContext<W extends World, L extends string, A extends string> extends Context<W, L> {
  /** Puts a process of the abstract protocol at one of its labels; otherwise it stands where it starts. */
  readonly stand: (process: object, label: A | typeof DONE) => void
}

type Predicate<W extends World, L extends string> = (s: StateView<W['state']>, context: Context<W, L>) => boolean
type StepPredicate<W extends World, L extends string> = (
  s: StateView<W['state']>,
  context: StepContext<W, L>,
) => boolean
type Expression<W extends World, L extends string> = (s: StateView<W['state']>, context: Context<W, L>) => number

export const PROPERTY_KINDS = [
  'always',
  'never',
  'reachable',
  'alwaysReachable',
  'stepwise',
  'maximum',
  'minimum',
  'eventually',
  'leadsTo',
  'alwaysEventually',
  'progress',
  'longest',
  'shortest',
  'refines',
] as const
export type PropertyKind = (typeof PROPERTY_KINDS)[number]

/** Decided under the fairness that the row declares; what nobody declares need never move. */
export type LivenessKind = 'eventually' | 'leadsTo' | 'alwaysEventually' | 'progress'

/** Is it decided on whole behaviours, under fairness? */
export const isLiveness = (kind: PropertyKind): kind is LivenessKind =>
  kind === 'eventually' || kind === 'leadsTo' || kind === 'alwaysEventually' || kind === 'progress'

/** How much passes from one state to another: the extremes over all behaviours, fair or not. */
export type ResponseKind = 'longest' | 'shortest'

export const isResponse = (kind: PropertyKind): kind is ResponseKind => kind === 'longest' || kind === 'shortest'

/** What a response is measured in: steps of programs whose role is `time`, or all steps. */
export type Counted = 'ticks' | 'steps'

/** The abstract side of `refines` as engines see it. */
export interface Abstract {
  /** The abstract protocol for a configuration of the concrete one. */
  readonly instance: (config: never) => Instance
  /** Writes into the first state how the second one reads there. */
  readonly map: (a: never, s: never, context: never) => void
}

/** A property as engines see it, its types erased. */
export interface Property {
  readonly kind: PropertyKind
  /** A claim in the positive, in PascalCase: `NoUnnecessaryKill`. */
  readonly name: string
  readonly test: (s: never, context: never) => boolean | number
  /** The premise of `always` and `stepwise`: where it does not hold nothing is claimed. Of `leadsTo`: what obliges. */
  readonly given: ((s: never, context: never) => boolean) | undefined
  /** What is compared, by name, for those who read how it is violated. */
  readonly numbers?: ((s: never, context: never) => Readonly<Record<string, number>>) | undefined
  /** Of `progress`: the family that is asked, and those of its labels whose steps are progress. */
  readonly progress?: { readonly family: string; readonly labels: readonly string[] }
  /** Of `longest` and `shortest`; from where `given` holds to where `test` does. */
  readonly count?: Counted
  /** Of `refines`. */
  readonly abstract?: Abstract
}

/** Names that every run decides by itself. */
export const STAYS_IN_DOMAIN = 'StaysInDomain'
export const NO_DEADLOCK = 'NoDeadlock'

/** Options of what is claimed of every state. */
export interface StateOptions<W extends World, L extends string> {
  /** Where this does not hold, nothing is claimed. */
  readonly given?: Predicate<W, L>
  /** The numbers that the claim is about, by name: `{ 'the error': 3, 'its bound': 2 }`. They are told where it is violated. */
  readonly numbers?: (s: StateView<W['state']>, context: Context<W, L>) => Readonly<Record<string, number>>
}
/** Options of what is claimed of every transition. */
export interface StepOptions<W extends World, L extends string> {
  readonly given?: StepPredicate<W, L>
  readonly numbers?: (s: StateView<W['state']>, context: StepContext<W, L>) => Readonly<Record<string, number>>
}

/** From what to what, and what is counted on the way. */
export interface Response<W extends World, L extends string> {
  readonly from: Predicate<W, L>
  readonly to: Predicate<W, L>
  readonly count: Counted
}

export interface Properties<W extends World, L extends string, C = Config> {
  /** In every reachable state; with `given`, in every one where that holds. */
  always(name: string, test: Predicate<W, L>, options?: StateOptions<W, L>): Property
  /** In no reachable state. */
  never(name: string, test: Predicate<W, L>, options?: Pick<StateOptions<W, L>, 'numbers'>): Property
  /** In some reachable state: a witness that the model can get there. */
  reachable(name: string, test: Predicate<W, L>): Property
  /** From every reachable state such a state can still be reached (AG EF). */
  alwaysReachable(name: string, test: Predicate<W, L>): Property
  /** Over every transition, from `before(…)` to `s`; with `given`, over those where that holds. */
  stepwise(name: string, test: StepPredicate<W, L>, options?: StepOptions<W, L>): Property
  /** Every fair behaviour comes to such a state. */
  eventually(name: string, goal: Predicate<W, L>): Property
  /** After every state where `from` holds, every fair behaviour comes to one where `goal` holds; at once counts. */
  leadsTo(name: string, from: Predicate<W, L>, goal: Predicate<W, L>): Property
  /** Every fair behaviour comes to such a state again and again. */
  alwaysEventually(name: string, goal: Predicate<W, L>): Property
  /**
   * No member of the family goes round for ever on its other steps: each loop of a fair behaviour in which it takes part
   * has a step of it from one of these labels. A label with a call covers the whole call. Who only waits, or stops, is
   * not asked.
   */
  progress(name: string, family: FamilyName<W['state']>, labels: readonly (L | `${L}/${string}`)[]): Property
  /**
   * How much can pass, at most, from a state where `from` holds until one where `to` holds; at once is 0. What passes
   * counts whether `to` comes or not. `unbounded` where a loop can be taken as often as one likes, be it fair or not.
   */
  longest(name: string, response: Response<W, L>): Property
  /** How much must pass, at least. */
  shortest(name: string, response: Response<W, L>): Property
  /**
   * Every initial state maps to an initial state of the abstract protocol, and every step to one of its steps or to none
   * (stuttering). What holds proves that the safety behaviours are included, and no more: reachability, liveness and
   * extremes do not carry over. What is violated refutes the mapping; another one may do.
   *
   * `map` gets the abstract state with its initial values, and writes into it how `s` reads there.
   */
  refines<AW extends World, AV extends string, AB extends string, AI extends string, AL extends string>(
    name: string,
    abstract: Protocol<AW, AV, AB, AI, AL>,
    options: {
      /** The configuration of the abstract protocol, given the one of this protocol. */
      readonly instance: (config: C) => Wanted<NoInfer<AV>, NoInfer<AB>, NoInfer<AI>>
      readonly map: (
        a: StateView<NoInfer<AW>['state']>,
        s: StateView<W['state']>,
        context: MapContext<W, L, NoInfer<AL>>,
      ) => void
    },
  ): Property
  /** The largest value over all reachable states, with a witness. */
  maximum(name: string, of: Expression<W, L>): Property
  /** The smallest value over all reachable states, with a witness. */
  minimum(name: string, of: Expression<W, L>): Property
}

const NAME = /^[A-Z][A-Za-z0-9]*$/

/** The property constructors for a protocol, typed for its state, history and labels. */
export function propertiesOf<W extends World, L extends string, C = Config>(_protocol: {
  readonly types?: (world: W, label: L, config: C) => void
}): Properties<W, L, C> {
  const make =
    (kind: PropertyKind) =>
    (
      name: string,
      test: Property['test'],
      options?: { readonly given?: Property['given'] } & Pick<Property, 'numbers' | 'progress' | 'count'>,
    ): Property => {
      if (!NAME.test(name) || name === STAYS_IN_DOMAIN || name === NO_DEADLOCK)
        throw new TypeError(
          `'${name}' cannot name a property: use PascalCase, and not ${STAYS_IN_DOMAIN} or ${NO_DEADLOCK}.`,
        )
      return Object.freeze({ kind, name, test, given: undefined, ...options })
    }
  const response =
    (kind: ResponseKind) =>
    (name: string, { from, to, count }: Response<W, L>): Property =>
      make(kind)(name, to, { given: from, count })
  return {
    always: make('always'),
    never: make('never'),
    reachable: make('reachable'),
    alwaysReachable: make('alwaysReachable'),
    stepwise: make('stepwise'),
    maximum: make('maximum'),
    minimum: make('minimum'),
    eventually: make('eventually'),
    alwaysEventually: make('alwaysEventually'),
    leadsTo: (name, from, goal) => make('leadsTo')(name, goal, { given: from }),
    progress: (name, family, labels) => make('progress')(name, () => true, { progress: { family, labels } }),
    longest: response('longest'),
    shortest: response('shortest'),
    refines: (name, abstract, { instance, map }) =>
      Object.freeze({
        ...make('refines')(name, () => true),
        abstract: Object.freeze({ instance: (config: C) => abstract.instance(instance(config)), map }),
      }),
  }
}
