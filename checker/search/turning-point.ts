/**
 * The turning point of a counterexample: the last of its states from which it could still have been avoided.
 *
 * A behaviour avoids a violation if it never violates and ends where the protocol may end, or goes on for ever and is
 * weakly fair to every process of the protocol; the environment and time are not obliged to anything. Where the claim is
 * that something can always be reached, it must stay where that can be. Of liveness it is only asked whether the goal can
 * still be reached from the end.
 *
 * What avoids the violation only by another one that the trace does not have is no way out, as long as there is one without;
 * nor is other input, so another pick at the same place, nor a step of somebody who takes no part in the trace. Before such a
 * lesser way out another order of steps is none either if all goes on as before after it: what does no harm there is only the
 * lesser one. Everything is decided by a search from the states of the trace on the reference engine, exactly, or not at all
 * where its budget is hit.
 */
import type { Machine, Taken } from '../engine/machine.ts'
import { Fault } from '../engine/fault.ts'
import { AS_CLAIMED, doneObserver, GOAL, observerOf, VIOLATED } from '../engine/observer.ts'
import type { PlainState } from '../engine/plain.ts'
import { isLiveness, isResponse, NO_DEADLOCK, STAYS_IN_DOMAIN, type Property } from '../language/property.ts'
import { sameStep, type Step } from '../engine/step.ts'
import type { Order, Trace } from '../trace/schedule.ts'
import { fairComponents, type Condition, type Graph } from './components.ts'
import type { Observer } from '../engine/executor.ts'

/** Another way to go on from the turning point: what would have had to come first, from the state of the trace on. */
export interface Detour extends Order {
  /** After these steps the next step of the trace does no harm any more. Otherwise they stand in its place. */
  readonly thenAsBefore: boolean
}

/** How a behaviour that has taken the detour may go on to avoid it for good. */
export type Rest =
  /** With the fewest steps to where things may end, or to what was asked for. */
  | ({ readonly is: 'ends' } & Order)
  /** It never ends so, but may go on for ever. */
  | { readonly is: 'endless' }
  | { readonly is: 'unknown' }

export type TurningPoint =
  /**
   * `step`, counted from 0, is the first one after which there is no way out. `rest` comes after the detour, and after the step
   * itself where that then does no harm.
   */
  | {
      readonly is: 'found'
      readonly step: number
      readonly detour: Detour
      readonly rest: Rest
      /** What it violates instead, of the other properties that were asked. */
      readonly instead: readonly string[]
      /** What a later way out takes, or might take: another pick, somebody who takes no part, another violation. */
      readonly later: 'input' | 'bystander' | 'trade' | undefined
    }
  /** Even at its end it is not too late: what is missing can still be reached in this way. */
  | { readonly is: 'open'; readonly detour: Detour }
  /** It cannot be avoided, whatever is done from the first state of the trace on. */
  | { readonly is: 'never' }
  | { readonly is: 'unknown'; readonly states: number }

/** What is to be avoided, and where a behaviour is safe. */
interface Hazard {
  readonly isBad: (state: PlainState, outcomes: readonly Taken[], faults: number) => boolean
  readonly isBadStep: (before: PlainState, after: PlainState) => boolean
  /** A state from which no such state can be reached is bad. */
  readonly mustReach?: (state: PlainState) => boolean
  /** Reaching such a state is enough. */
  readonly isGoal?: (state: PlainState) => boolean
}

function answer(machine: Machine, observer: Observer, state: PlainState, after?: PlainState): number | undefined {
  try {
    return machine.observe(observer, state, after)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

const never = (): boolean => false

/** `undefined` where nothing is violated: a witness, an extreme. */
function hazardOf(machine: Machine, name: string, properties: readonly Property[]): Hazard | undefined {
  if (name === STAYS_IN_DOMAIN) return { isBad: (_state, _outcomes, faults) => faults > 0, isBadStep: never }
  const done = doneObserver(machine.layout)
  if (name === NO_DEADLOCK)
    return {
      isBad: (state, outcomes) => outcomes.length === 0 && answer(machine, done, state) !== 1,
      isBadStep: never,
    }
  const property = properties.find((each) => each.name === name)
  if (property === undefined) return undefined
  // How long something takes, and which steps a loop is made of, is asked of no state.
  if (isResponse(property.kind) || property.kind === 'progress') return undefined
  const observer = observerOf(property)
  if (isLiveness(property.kind)) {
    const isGoal = (state: PlainState): boolean => ((answer(machine, observer, state) ?? 0) & GOAL) !== 0
    return { isBad: never, isBadStep: never, isGoal }
  }
  if (property.kind === 'alwaysReachable')
    return { isBad: never, isBadStep: never, mustReach: (state) => answer(machine, observer, state) === AS_CLAIMED }
  if (property.kind === 'reachable' || property.kind === 'maximum' || property.kind === 'minimum') return undefined
  return observer.pair
    ? { isBad: never, isBadStep: (a, b) => answer(machine, observer, a, b) === VIOLATED }
    : { isBad: (state) => answer(machine, observer, state) === VIOLATED, isBadStep: never }
}

/** Are bad: the states and steps that one of them calls so. */
const anyOf = (hazard: Hazard, others: readonly Hazard[]): Hazard => ({
  ...hazard,
  isBad: (...found) => hazard.isBad(...found) || others.some((other) => other.isBad(...found)),
  isBadStep: (...states) => hazard.isBadStep(...states) || others.some((other) => other.isBadStep(...states)),
})

class OutOfBudget extends Error {}

/** What can be done in a state. */
interface Possible {
  readonly state: PlainState
  readonly steps: readonly (Taken & { readonly to: string })[]
  readonly faults: number
}

/** What can be done in each state that somebody has asked for. */
class Possibilities {
  readonly #machine: Machine
  readonly #known = new Map<string, Possible>()

  constructor(machine: Machine) {
    this.#machine = machine
  }

  of(key: string, state: PlainState): Possible {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    let faults = 0
    const outcomes = this.#machine.outcomes(state, () => faults++)
    const steps = outcomes.map((taken) => ({ ...taken, to: JSON.stringify(taken.next) }))
    const possible = { state, steps, faults }
    this.#known.set(key, possible)
    return possible
  }
}

/** A state that was looked at, with the steps that do no harm. */
interface Node {
  readonly isBad: boolean
  readonly isSafe: boolean
  readonly steps: readonly (Taken & { readonly to: string })[]
  /** Who can move, be it only to do harm. */
  readonly enabled: ReadonlySet<string>
}

const inOrder = <T extends Taken>(steps: readonly T[], first: string): T[] =>
  [...steps].sort((a, b) => Number(b.step.process === first) - Number(a.step.process === first))

/** The same place, but other picks there. */
const isOtherInput = (a: Step, b: Step): boolean =>
  a.process === b.process && a.label === b.label && a.alternative === b.alternative

class Escapes {
  readonly #machine: Machine
  readonly #hazard: Hazard
  readonly #budget: number
  readonly #possibilities: Possibilities
  readonly #visited = new Set<string>()
  readonly #nodes = new Map<string, Node>()
  /** Decided: from there it can be avoided, or not. */
  readonly #avoidable = new Map<string, boolean>()
  /** Decided: from there what must stay within reach is, or is not. */
  readonly #within = new Map<string, boolean>()

  constructor(machine: Machine, possibilities: Possibilities, hazard: Hazard, budget: number) {
    this.#machine = machine
    this.#possibilities = possibilities
    this.#hazard = hazard
    this.#budget = budget
  }

  #possibleIn(key: string, state: PlainState): Possible {
    if (!this.#visited.has(key)) {
      if (this.#visited.size >= this.#budget) throw new OutOfBudget()
      this.#visited.add(key)
    }
    return this.#possibilities.of(key, state)
  }

  node(state: PlainState): Node {
    const key = JSON.stringify(state)
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    const machine = this.#machine
    const { steps, faults } = this.#possibleIn(key, state)
    const { isBad, isBadStep, isGoal, mustReach } = this.#hazard
    const ends = (): boolean =>
      steps.length + faults === 0 && answer(machine, doneObserver(machine.layout), state) === 1
    const node: Node = {
      isBad: isBad(state, steps, faults) || (mustReach !== undefined && !this.#reaches(key, state, mustReach)),
      isSafe: isGoal === undefined ? ends() : isGoal(state),
      steps: steps.filter(({ next }) => !isBadStep(state, next)),
      enabled: new Set(steps.map(({ step }) => step.process)),
    }
    this.#nodes.set(key, node)
    return node
  }

  /** Can such a state be reached, whatever happens on the way? */
  #reaches(first: string, state: PlainState, isGoal: (state: PlainState) => boolean): boolean {
    const cameFrom = new Map<string, string | undefined>([[first, undefined]])
    const queue: (readonly [key: string, state: PlainState])[] = [[first, state]]
    for (const [key, at] of queue) {
      const known = this.#within.get(key)
      if (known === false) continue
      if (known === true || isGoal(at)) {
        for (let each: string | undefined = key; each !== undefined; each = cameFrom.get(each))
          this.#within.set(each, true)
        return true
      }
      for (const { next, to } of this.#possibleIn(key, at).steps) {
        if (cameFrom.has(to)) continue
        cameFrom.set(to, key)
        queue.push([to, next])
      }
    }
    for (const key of cameFrom.keys()) this.#within.set(key, false)
    return false
  }

  /** Can the violation be avoided from a state on? */
  canAvoid(state: PlainState): boolean {
    const first = JSON.stringify(state)
    const before = this.#avoidable.get(first)
    if (before !== undefined) return before
    const region = new Map<string, Node>()
    const cameFrom = new Map<string, string | undefined>([[first, undefined]])
    const queue: (readonly [key: string, state: PlainState])[] = [[first, state]]
    for (const [key, at] of queue) {
      const known = this.#avoidable.get(key)
      if (known === false) continue
      const node = this.#nodes.get(key) ?? this.node(at)
      if (node.isBad) continue
      if (node.isSafe || known === true) {
        for (let each: string | undefined = key; each !== undefined; each = cameFrom.get(each))
          this.#avoidable.set(each, true)
        return true
      }
      region.set(key, node)
      for (const { next, to } of node.steps) {
        if (cameFrom.has(to)) continue
        cameFrom.set(to, key)
        queue.push([to, next])
      }
    }
    // All that can be reached without harm was seen, and nothing of it is safe.
    const lasting = this.#hazard.isGoal === undefined ? this.#goingRound(region) : new Set<string>()
    for (const key of [first, ...region.keys()]) this.#avoidable.set(key, lasting.has(key))
    return lasting.has(first)
  }

  /** From where in the region a behaviour can stay in it for ever, and be fair to every process of the protocol. */
  #goingRound(region: ReadonlyMap<string, Node>): ReadonlySet<string> {
    const keys = [...region.keys()]
    const nodes = [...region.values()]
    const numbers = new Map(keys.map((key, i) => [key, i]))
    const { processes } = this.#machine.layout
    const [start, to, by]: [number[], number[], number[]] = [[0], [], []]
    for (const { steps } of nodes) {
      for (const { step, to: key } of steps) {
        const target = numbers.get(key)
        if (target === undefined) continue
        to.push(target)
        by.push(processes.findIndex(({ name }) => name === step.process))
      }
      start.push(to.length)
    }
    const graph: Graph = { start, to, by, states: nodes.length }
    const conditions = processes
      .filter(({ program }) => program.role === 'protocol')
      .map(({ id, name }): Condition => ({
        strong: false,
        takers: Uint8Array.from(processes, (each) => Number(each.id === id)),
        enabled: Uint8Array.from(nodes, ({ enabled }) => Number(enabled.has(name))),
      }))
    const fair = fairComponents(graph, new Uint8Array(nodes.length).fill(1), conditions)
    const sources = keys.map((): string[] => [])
    nodes.forEach(({ steps }, i) => {
      for (const { to: key } of steps) sources[numbers.get(key) ?? -1]?.push(keys[i]!)
    })
    const found = new Set(fair.flatMap((component) => Array.from(component, (i) => keys[i]!)))
    for (const key of found) for (const source of sources[numbers.get(key)!]!) found.add(source)
    return found
  }

  /** The steps that do no harm where the trace took another one; `first` moves first. They may lead back to the state. */
  *alternatives(state: PlainState, following: PlainState, first: string): Generator<Taken> {
    const to = JSON.stringify(following)
    for (const each of inOrder(this.node(state).steps, first))
      if (each.to !== to && this.canAvoid(each.next)) yield each
  }

  /**
   * The fewest steps that must come before a step of the trace, so that it does no harm, or else one in its place. Some
   * steps are left out, and so are ways after which all goes on as before.
   */
  detour(
    state: PlainState,
    step: Step,
    instead: Taken,
    last: string,
    isLeftOut: (step: Step) => boolean,
    isIdle: (state: PlainState, before: readonly Step[]) => boolean,
  ): Detour {
    try {
      const without = (each: Step): boolean => sameStep(each, step) || isLeftOut(each)
      for (const { node, steps, states } of this.#ways(state, last, without)) {
        const taken = node.steps.find((each) => sameStep(each.step, step))
        if (taken !== undefined && this.canAvoid(taken.next) && !isIdle(states.at(-1)!, steps))
          return { steps, states, thenAsBefore: true }
      }
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error
    }
    return { steps: [instead.step], states: [state, instead.next], thenAsBefore: false }
  }

  /** The shortest way to what is missing, or to where things may end. */
  wayToSafety(state: PlainState): Order | undefined {
    if (this.node(state).isSafe) return { steps: [], states: [state] }
    for (const { node, steps, states } of this.#ways(state, '')) if (node.isSafe) return { steps, states }
    return undefined
  }

  /** What may come after a detour, and after the step of the trace where that is taken then. */
  rest({ states, thenAsBefore }: Detour, step: Step): Rest {
    try {
      const end = states.at(-1)!
      const taken = this.node(end).steps.find((each) => sameStep(each.step, step))
      const from = thenAsBefore && taken !== undefined ? taken.next : end
      const way = this.wayToSafety(from)
      return way === undefined ? { is: 'endless' } : { is: 'ends', ...way }
    } catch (error) {
      if (error instanceof OutOfBudget) return { is: 'unknown' }
      throw error
    }
  }

  /** Does the trace go on to its end all the same, with these steps taken before the others of it? */
  isAsBefore(state: PlainState, before: readonly Step[], following: readonly Step[]): boolean {
    const left = [...following]
    for (const step of before) {
      const at = left.findIndex((each) => sameStep(each, step))
      if (at >= 0) left.splice(at, 1)
    }
    let at = state
    for (const step of left) {
      const taken = this.#possibleIn(JSON.stringify(at), at).steps.find((each) => sameStep(each.step, step))
      if (taken === undefined) return false
      if (this.#hazard.isBadStep(at, taken.next)) return true
      at = taken.next
    }
    return this.node(at).isBad
  }

  /** Ways through states from which it can be avoided, the shortest first; `first` moves first. */
  *#ways(
    from: PlainState,
    first: string,
    isLeftOut: (step: Step) => boolean = never,
  ): Generator<{ node: Node; steps: readonly Step[]; states: readonly PlainState[] }> {
    const known = new Set([JSON.stringify(from)])
    const queue = [{ node: this.node(from), steps: [] as Step[], states: [from] }]
    for (const way of queue) {
      if (way.steps.length > 0) yield way
      // Without a wish, who has moved moves on: it is read more easily.
      const mover = first === '' ? (way.steps.at(-1)?.process ?? '') : first
      for (const taken of inOrder(way.node.steps, mover)) {
        if (known.has(taken.to) || isLeftOut(taken.step)) continue
        known.add(taken.to)
        if (!this.canAvoid(taken.next)) continue
        queue.push({
          node: this.node(taken.next),
          steps: [...way.steps, taken.step],
          states: [...way.states, taken.next],
        })
      }
    }
  }
}

interface Named {
  readonly name: string
  readonly hazard: Hazard
}

/** Is an invariant violated along some steps? */
const isViolatedAlong = (states: readonly PlainState[], { hazard }: Named): boolean =>
  states.some((state, i) => hazard.isBad(state, [], 0) || (i > 0 && hazard.isBadStep(states[i - 1]!, state)))

/** What is left out as long as there is another way. */
const rankOf = (movers: ReadonlySet<string>, taken: Step, instead: Step): 'input' | 'bystander' | undefined =>
  isOtherInput(taken, instead) ? 'input' : movers.has(instead.process) ? undefined : 'bystander'

/** A way out that is left out as long as there is another. */
interface Lesser {
  readonly step: number
  readonly instead: Taken
  readonly rank: 'input' | 'bystander'
}

/** The last step of the trace, `first` or a later one, before which there is a way out. */
function lastEscape(escapes: Escapes, { schedule: { steps }, states }: Trace, first = 0): TurningPoint {
  const last = steps.at(-1)?.process ?? ''
  const movers = new Set(steps.map(({ process }) => process))
  let lesser: Lesser | undefined
  // Before a lesser way out nothing does harm yet; another one must make a difference by itself.
  const isIdle = (i: number, state: PlainState, before: readonly Step[]): boolean =>
    lesser !== undefined && escapes.isAsBefore(state, before, steps.slice(i))
  const found = (i: number, instead: Taken): TurningPoint => {
    const [state, step] = [states[i]!, steps[i]!]
    const later = lesser?.step === i ? undefined : lesser?.rank
    const isLesser = (each: Step): boolean =>
      lesser !== undefined && instead !== lesser.instead && rankOf(movers, step, each) === lesser.rank
    const detour = escapes.detour(state, step, instead, last, isLesser, (...done) => isIdle(i, ...done))
    return { is: 'found', step: i, detour, rest: escapes.rest(detour, step), instead: [], later }
  }
  for (let i = steps.length - 1; i >= first; i--)
    for (const instead of escapes.alternatives(states[i]!, states[i + 1]!, last)) {
      const rank = rankOf(movers, steps[i]!, instead.step)
      if (rank !== undefined) lesser ??= { step: i, instead, rank }
      else if (!isIdle(i, instead.next, [instead.step])) return found(i, instead)
    }
  return lesser === undefined ? { is: 'never' } : found(lesser.step, lesser.instead)
}

/** Other invariants, which the trace does not violate before its last step. */
const beside = (
  machine: Machine,
  properties: readonly Property[],
  others: readonly string[],
  { states }: Trace,
): Named[] =>
  others
    .flatMap((name): Named[] => {
      const hazard = hazardOf(machine, name, properties)
      return hazard === undefined ? [] : [{ name, hazard }]
    })
    .filter((other) => !isViolatedAlong(states.slice(0, -1), other))

/**
 * Where a trace could last have been left; `undefined` where it violates nothing. A way out avoids the `others`, which are
 * invariants, as well, unless there is none that does, or it cannot be found. At most `budget` states are visited, once or twice.
 */
export function turningPointOf(
  machine: Machine,
  name: string,
  properties: readonly Property[],
  trace: Trace,
  budget: number,
  others: readonly string[] = [],
): TurningPoint | undefined {
  const hazard = hazardOf(machine, name, properties)
  if (hazard === undefined) return undefined
  const possibilities = new Possibilities(machine)
  if (hazard.isGoal !== undefined)
    return withinBudget(budget, () => {
      const way = new Escapes(machine, possibilities, hazard, budget).wayToSafety(trace.states.at(-1)!)
      // Before anything is owed, a goal is no way out.
      return way && { is: 'open', detour: { ...way, thenAsBefore: false } }
    })
  const without = (also: readonly Named[], first?: number): TurningPoint | undefined => {
    const all = anyOf(
      hazard,
      also.map((each) => each.hazard),
    )
    return withinBudget(budget, () => lastEscape(new Escapes(machine, possibilities, all, budget), trace, first))
  }
  const named = beside(
    machine,
    properties,
    others.filter((other) => other !== name),
    trace,
  )
  const clean = without(named)
  if (named.length === 0) return clean
  if (clean?.is === 'found')
    return without([], clean.step + 1)?.is === 'never' ? clean : { ...clean, later: clean.later ?? 'trade' }
  const found = without([])
  if (found?.is !== 'found') return found
  const { detour, rest } = found
  const states = [...detour.states, ...(rest.is === 'ends' ? rest.states : [])]
  return { ...found, instead: named.filter((other) => isViolatedAlong(states, other)).map((other) => other.name) }
}

function withinBudget(states: number, find: () => TurningPoint | undefined): TurningPoint | undefined {
  try {
    return find()
  } catch (error) {
    if (error instanceof OutOfBudget) return { is: 'unknown', states }
    throw error
  }
}
