/**
 * Breadth-first search: explores every reachable state of an instance and decides its properties.
 *
 * States are numbered in breadth-first order, so the first state that an observer sees is one of the nearest: the
 * schedule to it is shortest, whatever the number of properties.
 */
import type { Coverage, Engine, Exploration, StateSpace, Statistics, Symmetry } from '../engine/engine.ts'
import { Asymmetry } from '../engine/every-order.ts'
import { OutOfMemory } from '../engine/growable.ts'
import type { Layout } from '../engine/layout.ts'
import { tableEngineWith } from '../engine/table.ts'
import { observerOf } from '../engine/observer.ts'
import { isLiveness, isResponse, NO_DEADLOCK, STAYS_IN_DOMAIN, type Property } from '../language/property.ts'
import { ConfigError } from '../language/protocol.ts'
import type { Fairness } from '../language/spec.ts'
import { partialOrder } from '../reduce/reduced-kernel.ts'
import { exchangeable, symmetryOf, type LeftOut } from '../reduce/symmetry.ts'
import { exceeded, type Budget } from './budget.ts'
import { decide, isStored, type Apart } from './decide.ts'
import { isSample, type Mode } from './mode.ts'
import { exploreTogether } from './parallel/explore.ts'
import { Workers } from './parallel/workers.ts'
import type { Basis, Partial, Run, Stop, Verdict } from './verdict.ts'

/** What a search need not look at. Where a model does not meet the conditions it is refused. */
export interface Reductions {
  /** Exchange members: of all families where that is sound, or of these at most. */
  readonly symmetry?: boolean | readonly string[]
  /** Leave out steps where others, in another order, stand for them. */
  readonly partialOrder?: boolean
}

export interface SearchOptions extends Budget {
  readonly engine: Engine
  readonly reduce?: Reductions | undefined
  /** Another way to look than exhaustively; it brings its own engine. */
  readonly mode?: Mode | undefined
  /** What liveness may rely on. */
  readonly fairness?: Fairness | undefined
  /** Called between chunks of work; `settled` where the numbers do not depend on the pace of threads. */
  readonly onProgress?: ((statistics: Statistics, seconds: number, settled: boolean) => void) | undefined
  /** Threads that help, with the table engine. A budget of states then lets whole levels through. */
  readonly workers?: Workers | undefined
}

/** States expanded between two looks at the budget. */
const CHUNK = { table: 32_768, immer: 512, mode: 8192 }

const ALONE = new Workers(1)

interface Explored {
  readonly space: Exploration
  readonly stop: Stop | undefined
  readonly history: Set<string>
  /** Families that could not be exchanged, though that was asked for. */
  readonly leftOut: readonly LeftOut[]
}

/** Lets signals and timers through. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function explore(
  space: Exploration,
  options: SearchOptions,
  seconds: () => number,
  isInVain: () => boolean,
): Promise<Stop | undefined> {
  const { workers } = options
  try {
    if (workers === undefined || !isTogether(space, options))
      return await exploreAlone(space, options, seconds, isInVain)
    const onProgress = (statistics: Statistics, settled: boolean): void =>
      options.onProgress?.(statistics, seconds(), settled)
    return await exploreTogether({ space, workers, budget: options, seconds, onProgress, breathe })
  } catch (error) {
    if (error instanceof OutOfMemory || error instanceof RangeError) return { by: 'system', message: error.message }
    throw error
  }
}

/** Can threads help with this space? */
const isTogether = (space: Exploration, { engine }: SearchOptions): space is StateSpace =>
  !isSample(space) && engine.name === 'table'

async function exploreAlone(
  space: Exploration,
  options: SearchOptions,
  seconds: () => number,
  isInVain: () => boolean,
): Promise<Stop | undefined> {
  const chunk = CHUNK[isSample(space) ? 'mode' : options.engine.name]
  for (;;) {
    const { states, queued } = space.statistics()
    const stop = exceeded(options, states, seconds())
    if (stop !== undefined && (queued > 0 || isSample(space))) return stop
    // Close to the budget the chunks become small, so that it is not passed by much.
    const left =
      options.maxStates === undefined
        ? chunk
        : Math.max(1, Math.min(chunk, Math.ceil((options.maxStates - states) / 8)))
    if (!space.advance(left) || isInVain()) return undefined
    options.onProgress?.(space.statistics(), seconds(), true)
    await breathe()
  }
}

/** Explores, and again with more history whenever something that is kept turns out to depend on it. */
async function exploreWithHistory(
  layout: Layout,
  properties: readonly Property[],
  options: SearchOptions,
  seconds: () => number,
  symmetry?: Symmetry,
): Promise<Omit<Explored, 'leftOut'>> {
  const observers = properties.map(observerOf)
  const history = new Set<string>()
  let { workers } = options
  for (;;) {
    const shared = workers !== undefined && workers.count > 1 && symmetry === undefined
    const question = { layout, observers, history: new Set(history), symmetry, shared }
    const space = (options.mode ?? options.engine).explore(question)
    // What is found without history that turns out to be needed is not used: no time is spent on more of it.
    const isInVain = (): boolean => [...space.neededHistory].some((field) => !history.has(field))
    const stop = await explore(space, { ...options, workers }, seconds, isInVain)
    if (shared && space.faults.some(({ fault }) => fault.kind === 'impure')) {
      // What an impure recipe does depends on when it is run: only without threads is that the same every time.
      workers = ALONE
      continue
    }
    const before = history.size
    for (const field of space.neededHistory) history.add(field)
    if (history.size === before) return { space, stop, history }
  }
}

/**
 * What is asked of whole behaviours is decided with no more history than it needs itself: a loop must close on whatever is
 * part of the state, so what only other properties look at would make it longer.
 */
async function exploreApart(
  layout: Layout,
  properties: readonly Property[],
  options: SearchOptions,
  seconds: () => number,
  { space, stop, history }: Explored,
): Promise<ReadonlyMap<Property, Apart>> {
  const apart = new Map<Property, Apart>()
  const isWhole = stop === undefined && space.faults.length === 0 && options.reduce === undefined && isStored(space)
  const waiting = properties.filter(({ kind }) => isLiveness(kind) || isResponse(kind))
  // Together first: most need no history at all.
  const groups = waiting.length > 1 ? [waiting, ...waiting.map((property) => [property])] : [waiting]
  for (const group of isWhole && history.size > 0 ? groups : []) {
    const open = group.filter((property) => !apart.has(property))
    if (open.length === 0) continue
    const own = await exploreWithHistory(layout, open, options, seconds)
    if (!isStored(own.space) || (group.length > 1 && own.history.size > 0)) continue
    for (const [index, property] of open.entries()) apart.set(property, { ...own, space: own.space, index })
  }
  return apart
}

/** Explores with members exchanged, and again with fewer families whenever one turns out not to be symmetric. */
async function exploreSymmetric(
  layout: Layout,
  properties: readonly Property[],
  options: SearchOptions,
  seconds: () => number,
): Promise<Explored | { readonly refused: string }> {
  const all = exchangeable(layout)
  const asked = options.reduce?.symmetry
  const leftOut: LeftOut[] = [...all.leftOut]
  let families = all.families.filter(({ family }) => asked === true || (asked !== false && asked?.includes(family)))
  while (families.length > 0)
    try {
      const explored = await exploreWithHistory(layout, properties, options, seconds, symmetryOf(families))
      return { ...explored, leftOut }
    } catch (error) {
      if (!(error instanceof Asymmetry)) throw error
      leftOut.push({ family: error.family, reason: error.message })
      families = families.filter(({ family }) => family !== error.family)
    }
  const reasons = leftOut.map(({ family, reason }) => `${family}: ${reason}`)
  return { refused: `nothing is left to be exchanged: ${reasons.join('; ')}` }
}

/** Was every state expanded that there is, as far as anyone can tell? */
const sawAll = (basis: Basis): boolean =>
  basis.is === 'exact' || basis.is === 'hashed' || (basis.is === 'reduced' && basis.partial === undefined)

const alwaysOpen = ({ guarded, taken, refused }: Coverage): string[] =>
  guarded.filter((name) => taken.has(name) && !refused.has(name))
const isLeavingOut = (basis: Basis): boolean => basis.is === 'reduced' && basis.partialOrder !== undefined

/** Decides the properties of an instance, with `StaysInDomain` and `NoDeadlock`. */
export async function check(layout: Layout, properties: readonly Property[], options: SearchOptions): Promise<Run> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  if (options.workers !== undefined && options.reduce !== undefined)
    throw new ConfigError(
      'Threads do not help a search that is reduced: ask for workers or for a reduction, not for both.',
    )
  // With nothing to exchange there is nothing to refuse, either.
  const isReduced = (options.reduce?.symmetry ?? false) !== false && exchangeable(layout).families.length > 0
  const refused = asksForPartialOrder(options) ? partialOrder.refuses(layout) : undefined
  if (refused !== undefined) return refusedRun(properties, options, 'by partial order', refused, seconds())
  const explored = isReduced
    ? await exploreSymmetric(layout, properties, leavingOut(options), seconds)
    : { ...(await exploreWithHistory(layout, properties, leavingOut(options), seconds)), leftOut: [] }
  if ('refused' in explored) return refusedRun(properties, options, 'by symmetry', explored.refused, seconds())
  const { space, stop, history } = explored
  const { interrupt, timeoutSeconds } = options
  const apart = await exploreApart(layout, properties, options, seconds, explored)
  const verdicts = await decide({ space, history, stop, apart }, properties, options.fairness, async () => {
    await breathe()
    return exceeded({ interrupt, timeoutSeconds }, 0, seconds())
  })
  const basis = basisOf(explored)
  const { coverage } = space
  const isWhole = stop === undefined && sawAll(basis)
  return {
    engine: options.engine.name,
    statistics: space.statistics(),
    basis,
    verdicts,
    history: [...history],
    neverTaken: isWhole ? coverage.all.filter((name) => !coverage.taken.has(name)) : [],
    // Where steps are left out, so may be the states in which a guard is false.
    neverFalse: isWhole && !isLeavingOut(basis) ? alwaysOpen(coverage) : [],
    seconds: seconds(),
  }
}

const leavingOut = (options: SearchOptions): SearchOptions =>
  asksForPartialOrder(options) ? { ...options, engine: tableEngineWith({ reduction: partialOrder }) } : options

/** The reference engine looks at every step whatever is asked of it. */
const asksForPartialOrder = ({ reduce, engine }: SearchOptions): boolean =>
  reduce?.partialOrder === true && engine.name === 'table'

function basisOf({ space, stop, leftOut }: Explored): Basis {
  if (isSample(space)) return space.basis(stop)
  const partial: Partial | undefined = stop && { depth: space.statistics().completeDepth, stop }
  const { orbits } = space
  const { states: kept } = space.statistics()
  const symmetry = orbits && {
    families: orbits.families,
    kept,
    standFor: orbits.standFor(),
    symmetricStart: orbits.symmetricStart,
    leftOut,
  }
  const order = space.leftOut && { kept, passes: space.leftOut.passes }
  if (symmetry === undefined && order === undefined)
    return partial === undefined ? { is: 'exact' } : { is: 'partial', ...partial }
  return {
    is: 'reduced',
    ...(symmetry === undefined ? {} : { symmetry }),
    ...(order === undefined ? {} : { partialOrder: order }),
    ...(partial === undefined ? {} : { partial }),
  }
}

/** A run that was not begun: everything stays open. */
function refusedRun(
  properties: readonly Property[],
  { engine }: SearchOptions,
  by: string,
  because: string,
  seconds: number,
): Run {
  const open = (property: string, kind: Verdict['kind']): Verdict => ({
    property,
    kind,
    result: { is: 'inconclusive' },
    because: `reduction ${by} is refused: ${because}`,
    vacuous: undefined,
  })
  return {
    engine: engine.name,
    statistics: NOTHING_FOUND,
    basis: { is: 'refused', because },
    verdicts: [
      open(STAYS_IN_DOMAIN, 'built-in'),
      open(NO_DEADLOCK, 'built-in'),
      ...properties.map(({ name, kind }) => open(name, kind)),
    ],
    history: [],
    neverTaken: [],
    neverFalse: [],
    seconds,
  }
}

const NOTHING_FOUND: Statistics = {
  states: 0,
  transitions: 0,
  depth: 0,
  completeDepth: -1,
  initialStates: 0,
  queued: 0,
  bytes: 0,
  executions: 0,
  direct: 0,
  expansions: 0,
}
