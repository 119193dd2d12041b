/**
 * Breadth-first search: explores every reachable state of an instance and decides its properties.
 *
 * States are numbered in breadth-first order, so the first state that an observer sees is one of the nearest: the
 * schedule to it is shortest, whatever the number of properties.
 */
import type { Engine, Exploration, StateSpace, Statistics } from '../engine/engine.ts'
import { OutOfMemory } from '../engine/growable.ts'
import type { Layout } from '../engine/layout.ts'
import { observerOf } from '../engine/observer.ts'
import type { Fairness } from '../language/spec.ts'
import type { Property } from '../language/property.ts'
import { exceeded, type Budget } from './budget.ts'
import { decide } from './decide.ts'
import { isSample, type Mode } from './mode.ts'
import { exploreTogether } from './parallel/explore.ts'
import { Workers } from './parallel/workers.ts'
import type { Basis, Run, Stop } from './verdict.ts'

export interface SearchOptions extends Budget {
  readonly engine: Engine
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
}

/** Lets signals and timers through. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function explore(space: Exploration, options: SearchOptions, seconds: () => number): Promise<Stop | undefined> {
  const { workers } = options
  try {
    if (workers === undefined || !isTogether(space, options)) return await exploreAlone(space, options, seconds)
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
    if (!space.advance(left)) return undefined
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
): Promise<Explored & { history: Set<string> }> {
  const observers = properties.map(observerOf)
  const history = new Set<string>()
  let { workers } = options
  for (;;) {
    const shared = workers !== undefined && workers.count > 1
    const question = { layout, observers, history: new Set(history), shared }
    const space = (options.mode ?? options.engine).explore(question)
    const stop = await explore(space, { ...options, workers }, seconds)
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

function basisOf(space: Exploration, stop: Stop | undefined): Basis {
  if (isSample(space)) return space.basis(stop)
  return stop === undefined ? { is: 'exact' } : { is: 'partial', depth: space.statistics().completeDepth, stop }
}

/** Was every state expanded that there is, as far as anyone can tell? */
const sawAll = ({ is }: Basis): boolean => is === 'exact' || is === 'hashed'

/** Decides the properties of an instance, with `StaysInDomain` and `NoDeadlock`. */
export async function check(layout: Layout, properties: readonly Property[], options: SearchOptions): Promise<Run> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const { space, stop, history } = await exploreWithHistory(layout, properties, options, seconds)
  const { interrupt, timeoutSeconds } = options
  const verdicts = await decide(space, properties, history, stop, options.fairness, async () => {
    await breathe()
    return exceeded({ interrupt, timeoutSeconds }, 0, seconds())
  })
  const basis = basisOf(space, stop)
  const { taken, all } = space.coverage
  return {
    engine: options.engine.name,
    statistics: space.statistics(),
    basis,
    verdicts,
    history: [...history],
    neverTaken: stop === undefined && sawAll(basis) ? all.filter((name) => !taken.has(name)) : [],
    seconds: seconds(),
  }
}
