/**
 * Breadth-first search: explores every reachable state of an instance and decides its properties.
 *
 * States are numbered in breadth-first order, so the first state that an observer sees is one of the nearest: the
 * schedule to it is shortest, whatever the number of properties.
 */
import type { Engine, Statistics, StateSpace } from '../engine/engine.ts'
import { OutOfMemory } from '../engine/growable.ts'
import type { Layout } from '../engine/layout.ts'
import { observerOf } from '../engine/observer.ts'
import type { Fairness } from '../language/spec.ts'
import type { Property } from '../language/property.ts'
import { exceeded, type Budget } from './budget.ts'
import { decide } from './decide.ts'
import { exploreTogether } from './parallel/explore.ts'
import { Workers } from './parallel/workers.ts'
import type { Run, Stop } from './verdict.ts'

export interface SearchOptions extends Budget {
  readonly engine: Engine
  /** What liveness may rely on. */
  readonly fairness?: Fairness | undefined
  /** Called between chunks of work; `settled` where the numbers do not depend on the pace of threads. */
  readonly onProgress?: ((statistics: Statistics, seconds: number, settled: boolean) => void) | undefined
  /** Threads that help, with the table engine. A budget of states then lets whole levels through. */
  readonly workers?: Workers | undefined
}

/** States expanded between two looks at the budget. */
const CHUNK = { table: 32_768, immer: 512 }

const ALONE = new Workers(1)

interface Explored {
  readonly space: StateSpace
  readonly stop: Stop | undefined
}

/** Lets signals and timers through. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function explore(space: StateSpace, options: SearchOptions, seconds: () => number): Promise<Stop | undefined> {
  const { workers } = options
  try {
    if (workers === undefined || options.engine.name === 'immer') return await exploreAlone(space, options, seconds)
    const onProgress = (statistics: Statistics, settled: boolean): void =>
      options.onProgress?.(statistics, seconds(), settled)
    return await exploreTogether({ space, workers, budget: options, seconds, onProgress, breathe })
  } catch (error) {
    if (error instanceof OutOfMemory || error instanceof RangeError) return { by: 'system', message: error.message }
    throw error
  }
}

async function exploreAlone(
  space: StateSpace,
  options: SearchOptions,
  seconds: () => number,
): Promise<Stop | undefined> {
  const chunk = CHUNK[options.engine.name]
  for (;;) {
    const { states, queued } = space.statistics()
    const stop = exceeded(options, states, seconds())
    if (stop !== undefined && queued > 0) return stop
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
    const space = options.engine.explore({ layout, observers, history: new Set(history), shared })
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

/** Decides the properties of an instance, with `StaysInDomain` and `NoDeadlock`. */
export async function check(layout: Layout, properties: readonly Property[], options: SearchOptions): Promise<Run> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const { space, stop, history } = await exploreWithHistory(layout, properties, options, seconds)
  const verdicts = decide(space, properties, history, stop, options.fairness)
  const { taken, all } = space.coverage
  return {
    engine: options.engine.name,
    statistics: space.statistics(),
    basis: stop === undefined ? { is: 'exact' } : { is: 'partial', depth: space.statistics().completeDepth, stop },
    verdicts,
    history: [...history],
    neverTaken: stop === undefined ? all.filter((name) => !taken.has(name)) : [],
    seconds: seconds(),
  }
}
