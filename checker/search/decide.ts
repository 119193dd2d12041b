/** From what was seen in a state space to verdicts: never more than the search carries. */
import type { Exploration, FaultSighting, StateSpace } from '../engine/engine.ts'
import { Fault } from '../engine/fault.ts'
import { Machine } from '../engine/machine.ts'
import { AS_CLAIMED, NOTHING_CLAIMED, VIOLATED, observerOf } from '../engine/observer.ts'
import type { Fairness } from '../language/spec.ts'
import {
  isLiveness,
  isResponse,
  NO_DEADLOCK,
  STAYS_IN_DOMAIN,
  type LivenessKind,
  type Property,
  type PropertyKind,
  type ResponseKind,
} from '../language/property.ts'
import { scheduleTo } from '../trace/along-orbits.ts'
import { confirm } from '../trace/confirm.ts'
import { ReplayError, startsByName, type Trace } from '../trace/schedule.ts'
import { Behaviours } from './behaviours.ts'
import { describeStop } from './budget.ts'
import { faultsInOrder, traceToFault } from './faults.ts'
import { isSample, type Limits, type Sample } from './mode.ts'
import { Refinement } from '../trace/refinement.ts'
import { canReach } from './reachability.ts'
import { renumbered } from './renumbered.ts'
import { SampleTraces, traceAlong } from './sample-traces.ts'
import { Traces, type TraceSource } from './traces.ts'
import { InternalError, type Decided, type Result, type Stop, type Verdict } from './verdict.ts'

/** What one look at every state or step decides. */
type SightedKind = Exclude<PropertyKind, LivenessKind | ResponseKind | 'alwaysReachable' | 'refines'>

/** What is decided by states and steps, whoever takes them: what an exchange of members preserves. */
const SYMMETRIC_KINDS: ReadonlySet<PropertyKind> = new Set([
  'always',
  'never',
  'reachable',
  'alwaysReachable',
  'stepwise',
  'maximum',
  'minimum',
])

/** A result that needs all states. */
type OfAllStates = Extract<Result, { readonly probability?: number }>

const CONSTANT = 'the fields that decide it never change'
/** What a refinement that holds does not say. */
const SAFETY_ONLY = 'safety behaviours only: reachability, liveness and extremes do not carry over'

/** A state space in which what is asked of whole behaviours is decided. */
export interface Apart {
  readonly space: StateSpace
  readonly history: ReadonlySet<string>
  /** Why it is not all there, if so. */
  readonly stop: Stop | undefined
  /** The number of the property's observer there. */
  readonly index: number
}

/** States from which a goal cannot be reached. */
interface Traps {
  readonly states: readonly number[]
  /** How many states satisfy the goal. */
  readonly goals: number
}

class Decider {
  readonly #space: Exploration
  /** The same, where it does not keep its states. */
  readonly #sample: Sample | undefined
  readonly #limits: Limits
  readonly #machine: Machine
  readonly #properties: readonly Property[]
  readonly #traces: TraceSource
  /** By property. */
  readonly #traps = new Map<number, Traps>()
  readonly #fairness: Fairness
  readonly #apart: ReadonlyMap<Property, Apart>
  readonly #behaviours = new Map<StateSpace, Behaviours>()
  /** Why nothing may be claimed about all states, if so. */
  readonly #doubt: string | undefined
  /** Why there is no time for more than was seen already. */
  #late: Stop | undefined

  constructor(
    space: Exploration,
    properties: readonly Property[],
    history: ReadonlySet<string>,
    stop: Stop | undefined,
    fairness: Fairness,
    apart: ReadonlyMap<Property, Apart>,
  ) {
    this.#fairness = fairness
    this.#apart = apart
    this.#space = space
    this.#properties = properties
    this.#sample = isSample(space) ? space : undefined
    this.#limits = this.#sample?.limits(stop) ?? {}
    this.#machine = new Machine(space.layout, history)
    const [fault] = this.#faults
    this.#doubt =
      stop !== undefined
        ? describeStop(stop)
        : fault !== undefined
          ? `a branch ended in a fault (${where(fault)}), so not every behaviour was seen`
          : space.statistics().initialStates === 0
            ? 'there is no initial state'
            : undefined
    const trapsOf = (index: number): readonly number[] => this.#trapsOf(index).states
    this.#traces =
      this.#sample === undefined
        ? new Traces(this.#stored, this.#machine, properties, this.#doubt === undefined ? trapsOf : undefined)
        : new SampleTraces(this.#sample, this.#machine, properties)
  }

  /** The state space, where its states are kept. */
  get #stored(): StateSpace {
    if (isStored(this.#space)) return this.#space
    throw new InternalError('states were asked for that were not kept.')
  }

  /** What is known of how short a trace to a state is; with `next`, to the state after the step of a sighting. */
  #length(state: number, next?: number): { readonly longer?: true; readonly preemptions?: number } {
    const preemptions = state < 0 ? undefined : this.#sample?.preemptionsTo?.(state, next)
    if (preemptions !== undefined) return { longer: true, preemptions }
    return this.#sample?.wanders === true ? { longer: true } : {}
  }

  /** The nearest one first. */
  get #faults(): readonly FaultSighting[] {
    return this.#sample === undefined ? faultsInOrder(this.#stored) : this.#sample.faults
  }

  /** The behaviour that leads to a fault, as far as it can be found again where a step is impure. */
  #traceToFault(sighting: FaultSighting): Trace {
    const { state } = sighting
    if (state < 0) return this.#failedStart()
    try {
      if (this.#sample !== undefined) return traceAlong(this.#machine, this.#sample.behaviour(state))
      const space = this.#stored
      const canonical =
        space.orbits === undefined ? traceToFault(space, this.#machine, this.#properties, sighting) : undefined
      return canonical ?? scheduleTo(space, this.#machine, state)
    } catch (error) {
      if (error instanceof ReplayError && error.reached !== undefined) return error.reached
      throw error
    }
  }

  /** An initial state that could not be made: as far as its recipe came. */
  #failedStart(): Trace {
    const starts = this.#machine.starts()
    const start = starts.find(({ fault }) => fault !== undefined) ?? starts[0]
    return { schedule: { init: start?.picks ?? [], steps: [] }, states: start === undefined ? [] : [start.state] }
  }

  /** A step that is not a function of the state was met: nothing that it led to can be trusted. */
  get #impure(): boolean {
    return this.#space.faults.some(({ fault }) => fault.kind === 'impure')
  }

  staysInDomain(): Verdict {
    const named = { property: STAYS_IN_DOMAIN, kind: 'built-in', vacuous: undefined } as const
    const [first] = this.#faults
    if (first === undefined) return { ...named, ...this.#forAll({ is: 'holds' }) }
    const trace = this.#traceToFault(first)
    return {
      ...named,
      result: { is: 'violated', steps: trace.schedule.steps.length, trace, ...this.#length(first.state) },
      because: this.#faultAt(trace) ?? `${where(first)}: ${first.fault.message}`,
    }
  }

  /** What goes wrong at the end of a real trace, whose members are others than those of the state that was seen. */
  #faultAt(trace: Trace): string | undefined {
    if (this.#space.orbits === undefined) return undefined
    return confirm(this.#machine, STAYS_IN_DOMAIN, this.#properties, { result: 'violated' }, trace).because
  }

  /** Why nothing can be said where members were exchanged, if so. */
  #unsymmetric(observer: number | 'done', kind?: PropertyKind): string | undefined {
    const { orbits } = this.#space
    if (orbits === undefined) return undefined
    if (kind === 'refines')
      return 'reduction by symmetry cannot tell whether a mapping to another protocol is symmetric; check it without'
    if (kind !== undefined && !SYMMETRIC_KINDS.has(kind))
      return 'reduction by symmetry preserves neither fairness to each member nor who goes round; check it without'
    const reason = orbits.asymmetry(observer)
    return reason && `${reason}, so reduction by symmetry cannot decide it`
  }

  /** Why nothing can be said where steps were left out, if so. A violation that was seen is one all the same. */
  #leftOpen(observer: number): string | undefined {
    const because = this.#space.leftOut?.cannotDecide(observer)
    return because !== undefined && this.#space.sighting(observer)?.code === VIOLATED ? undefined : because
  }

  noDeadlock(): Verdict {
    const { deadlock, layout } = this.#space
    const named = { property: NO_DEADLOCK, kind: 'built-in' } as const
    const because = this.#unsymmetric('done')
    if (because !== undefined) return { ...named, result: { is: 'inconclusive' }, because, vacuous: undefined }
    if (deadlock !== undefined && !this.#impure)
      return this.#ifConfirmed(named, () => {
        const trace = this.#traces.to('deadlock')
        return {
          result: { is: 'violated', steps: trace.schedule.steps.length, trace, ...this.#length(deadlock) },
          because: 'nothing is enabled there, and it is not where the protocol may end',
          vacuous: undefined,
        }
      })
    const others = layout.processes.filter(({ program }) => program.role !== 'protocol').map(({ name }) => name)
    const masked = this.#limits.seen === undefined && this.#space.terminalStates === 0 && others.length > 0
    return {
      ...named,
      ...this.#forAll({ is: 'holds' }),
      vacuous: masked ? `something is always enabled, be it only ${others.join(', ')}` : undefined,
    }
  }

  property(property: Property, index: number): Verdict {
    const named = { property: property.name, kind: property.kind }
    if (this.#impure) return { ...named, ...this.#forAll({ is: 'holds' }), vacuous: undefined }
    const open = this.#unsymmetric(index, property.kind) ?? this.#leftOpen(index)
    if (open !== undefined) return { ...named, result: { is: 'inconclusive' }, because: open, vacuous: undefined }
    const apart = this.#apart.get(property)
    const verdict = {
      ...this.#ifConfirmed(named, () => this.#decided(property, index)),
      ...(apart === undefined ? {} : { history: [...apart.history] }),
    }
    // Where not everything was seen, nobody knows what is never put to the test.
    return this.#limits.seen === undefined ? verdict : { ...verdict, vacuous: undefined }
  }

  #ifConfirmed(named: Pick<Verdict, 'property' | 'kind'>, decide: () => Decided): Verdict {
    try {
      return { ...named, ...decide() }
    } catch (error) {
      if (error instanceof Fault)
        return { ...named, result: { is: 'inconclusive' }, because: error.message, vacuous: undefined }
      // What is seen once and not again comes from something outside the state: one property must not take all along.
      if (!(error instanceof ReplayError || error instanceof InternalError)) throw error
      const because = `the reference engine does not confirm what was found: ${error.message} Is it impure?`
      return { ...named, result: { is: 'inconclusive' }, because, vacuous: undefined }
    }
  }

  #decided(property: Property, index: number): Decided {
    const { kind } = property
    if (kind === 'alwaysReachable') return this.#alwaysReachable(property, index)
    if (kind === 'refines') return this.#refines(property, index)
    if (isLiveness(kind) || isResponse(kind)) return this.#behaved(property, index)
    return this.#sighted(property, kind, index)
  }

  /** A claim about all states: it needs all of them. */
  #forAll(result: OfAllStates): { result: Result; because: string | undefined } {
    const { seen, probability } = this.#limits
    if (seen !== undefined) return this.#ofSome(result, seen)
    if (this.#doubt !== undefined) return { result: { is: 'inconclusive' }, because: this.#doubt }
    return { result: probability === undefined ? result : { ...result, probability }, because: undefined }
  }

  /** What is left of it when only some behaviours were seen. */
  #ofSome(result: OfAllStates, seen: string): { result: Result; because: string } {
    if (result.is === 'maximum' || result.is === 'minimum')
      return { result: { ...result, atLeast: true, sampled: true }, because: `the most extreme value ${seen}` }
    const what = result.is === 'unreachable' ? 'not reached' : 'no violation'
    return { result: { is: 'inconclusive' }, because: `${what} ${seen}` }
  }

  /** Why a question about the whole graph stays open, if it does. */
  get #graphDoubt(): string | undefined {
    return this.#limits.graph ?? this.#doubt ?? (this.#late && describeStop(this.#late))
  }

  /** From here on only what the search has seen is told; nothing that takes long is begun. */
  hurry(because: Stop): void {
    this.#late = because
  }

  #sighted(property: Property, kind: SightedKind, index: number): Decided {
    const space = this.#space
    const sighting = space.sighting(index)
    const constant = space.varies(index) ? undefined : CONSTANT
    if (sighting === undefined) {
      if (kind === 'stepwise' && this.#doubt === undefined)
        return { ...this.#forAll({ is: 'holds' }), vacuous: 'there is no transition' }
      return {
        result: { is: 'inconclusive' },
        because: this.#doubt ?? 'the property could not be evaluated anywhere',
        vacuous: undefined,
      }
    }
    const { code } = sighting
    switch (kind) {
      case 'always':
      case 'never':
      case 'stepwise': {
        if (code === VIOLATED)
          return { result: this.#shown('violated', property, index), because: undefined, vacuous: undefined }
        const vacuous = code === NOTHING_CLAIMED ? 'its premise is never true' : constant
        return { ...this.#forAll({ is: 'holds' }), vacuous }
      }
      case 'reachable':
        if (code === AS_CLAIMED)
          return { result: this.#shown('reachable', property, index), because: undefined, vacuous: constant }
        return { ...this.#forAll({ is: 'unreachable' }), vacuous: constant }
      case 'maximum':
      case 'minimum': {
        if (this.#doubt !== undefined && this.#limits.seen === undefined)
          return { result: { is: 'inconclusive' }, because: this.#doubt, vacuous: constant }
        const shown = this.#shown('reachable', property, index)
        if (shown.is !== 'reachable') return { result: shown, because: undefined, vacuous: undefined }
        const value = kind === 'maximum' ? code : 0 - code
        const extreme = { ...shown, is: kind, value, atLeast: space.saturated(index) }
        return { ...this.#forAll(extreme), vacuous: constant }
      }
    }
  }

  /** The trace to a sighting, confirmed on the reference engine. */
  #shown(is: 'violated' | 'reachable', property: Property, index: number): Result {
    const { code, state, from } = this.#space.sighting(index)!
    const observer = observerOf(property)
    const trace = this.#traces.to(property)
    const last = trace.states.at(-1)!
    const before = trace.states.at(-2) ?? last
    const confirmed = observer.pair
      ? this.#machine.observe(observer, before, last)
      : this.#machine.observe(observer, last)
    if (confirmed !== code)
      throw new InternalError(
        `${property.name} gave ${code} in the search and ${confirmed} when its schedule was replayed.`,
      )
    const length = observer.pair ? this.#length(from, state) : this.#length(state)
    return { is, steps: trace.schedule.steps.length, trace, ...length }
  }

  /** Initial states first: a step of what starts wrong says nothing. */
  #refines(property: Property, index: number): Decided {
    const refinement = new Refinement(property, this.#machine)
    for (const { picks, state } of startsByName(this.#machine)) {
      const because = refinement.whyNoStart(state)
      if (because === undefined) continue
      const trace = { schedule: { init: picks, steps: [] }, states: [state] }
      return { result: { is: 'violated', steps: 0, trace }, because, vacuous: undefined }
    }
    const sighting = this.#space.sighting(index)
    if (sighting?.code !== VIOLATED) {
      const { result, because = SAFETY_ONLY } = this.#forAll({ is: 'holds' })
      return { result, because, vacuous: sighting?.code === AS_CLAIMED ? undefined : 'no step maps to a step' }
    }
    const shown = this.#shown('violated', property, index)
    const because = shown.is === 'violated' ? refinement.whyNoStep(shown.trace) : undefined
    return { result: shown, because, vacuous: undefined }
  }

  #behaved(property: Property, index: number): Decided {
    // What was not seen could hold the goal, a loop, a longer way or a shorter one: no answer is carried.
    const apart = this.#apart.get(property)
    const doubt = this.#graphDoubt ?? (apart?.stop && describeStop(apart.stop))
    if (doubt !== undefined) return { result: { is: 'inconclusive' }, because: doubt, vacuous: undefined }
    return apart === undefined
      ? this.#behavioursOf(this.#stored, this.#machine).decide(property, index)
      : this.#behavioursOf(apart.space, new Machine(apart.space.layout, apart.history)).decide(property, apart.index)
  }

  #behavioursOf(space: StateSpace, machine: Machine): Behaviours {
    const known = this.#behaviours.get(space)
    if (known !== undefined) return known
    const behaviours = new Behaviours(renumbered(space, machine), machine, this.#fairness)
    this.#behaviours.set(space, behaviours)
    return behaviours
  }

  #alwaysReachable(property: Property, index: number): Decided {
    // Without all states neither answer is carried: the missing part could reach the goal, or be a trap.
    const doubt = this.#graphDoubt
    if (doubt !== undefined) return { result: { is: 'inconclusive' }, because: doubt, vacuous: undefined }
    const { states } = this.#space.statistics()
    const { states: traps, goals } = this.#trapsOf(index)
    if (traps.length === 0)
      return {
        result: { is: 'holds' },
        because: undefined,
        vacuous: goals === states ? 'the goal holds everywhere' : undefined,
      }
    const trace = this.#traces.to(property)
    if (this.#machine.observe(observerOf(property), trace.states.at(-1)!) === 1)
      throw new InternalError(`${property.name} holds where the search says that it cannot be reached.`)
    const because =
      goals === 0
        ? 'no reachable state satisfies it'
        : `from there on it can never be reached again; ${traps.length} of ${states} ${this.#space.orbits === undefined ? '' : 'kept '}states are like that`
    return { result: { is: 'violated', steps: trace.schedule.steps.length, trace }, because, vacuous: undefined }
  }

  #trapsOf(index: number): Traps {
    const known = this.#traps.get(index)
    if (known !== undefined) return known
    const space = this.#stored
    const { states } = space.statistics()
    let goals = 0
    const reaches = canReach(space.edges(), states, (state) => {
      const isGoal = space.mark(index, state) === 1
      if (isGoal) goals++
      return isGoal
    })
    const traps: number[] = []
    reaches.forEach((reached, state) => {
      if (reached === 0) traps.push(state)
    })
    this.#traps.set(index, { states: traps, goals })
    return { states: traps, goals }
  }
}

export const isStored = (space: Exploration): space is StateSpace => 'predecessor' in space

const where = ({ fault }: FaultSighting): string => `${fault.process} ${fault.label}`

interface Explored {
  readonly space: Exploration
  readonly history: ReadonlySet<string>
  readonly stop: Stop | undefined
  /** Properties that are decided in a space of their own. */
  readonly apart: ReadonlyMap<Property, Apart>
}

/**
 * Decides all properties of a state space, the built-in ones first. `pause` is awaited before each of them; where it gives
 * a reason to stop, what would need another look at the whole graph stays open.
 */
export async function decide(
  { space, history, stop, apart }: Explored,
  properties: readonly Property[],
  fairness: Fairness = {},
  pause: () => Promise<Stop | undefined> = () => Promise.resolve(undefined),
): Promise<Verdict[]> {
  const decider = new Decider(space, properties, history, stop, fairness, apart)
  const verdicts = [decider.staysInDomain(), decider.noDeadlock()]
  for (const [i, property] of properties.entries()) {
    const late = await pause()
    if (late !== undefined) decider.hurry(late)
    verdicts.push(decider.property(property, i))
  }
  return verdicts
}
