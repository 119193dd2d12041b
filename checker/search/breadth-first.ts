/**
 * Breadth-first search: explores every reachable state of an instance and decides its properties.
 *
 * States are numbered in breadth-first order, so the first state that an observer sees is one of the nearest: the
 * schedule to it is shortest, whatever the number of properties.
 */
import type { Engine, Exploration, Statistics } from '../engine/engine.ts'
import { OutOfMemory } from '../engine/growable.ts'
import type { Layout } from '../engine/layout.ts'
import { observerOf } from '../engine/observer.ts'
import type { Fairness } from '../language/spec.ts'
import type { Property } from '../language/property.ts'
import { exceeded, type Budget } from './budget.ts'
import { decide } from './decide.ts'
import { isSample, type Mode } from './mode.ts'
import type { Basis, Run, Stop } from './verdict.ts'

export interface SearchOptions extends Budget {
  readonly engine: Engine
  /** Another way to look than exhaustively; it brings its own engine. */
  readonly mode?: Mode | undefined
  /** What liveness may rely on. */
  readonly fairness?: Fairness | undefined
  /** Called between chunks of work. */
  readonly onProgress?: ((statistics: Statistics, seconds: number) => void) | undefined
}

/** States expanded between two looks at the budget. */
const CHUNK = { table: 32_768, immer: 512, mode: 8192 }

interface Explored {
  readonly space: Exploration
  readonly stop: Stop | undefined
}

/** Lets signals and timers through. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function explore(space: Exploration, options: SearchOptions, seconds: () => number): Promise<Stop | undefined> {
  const chunk = CHUNK[isSample(space) ? 'mode' : options.engine.name]
  for (;;) {
    const { states, queued } = space.statistics()
    const stop = exceeded(options, states, seconds())
    if (stop !== undefined && (queued > 0 || isSample(space))) return stop
    try {
      // Close to the budget the chunks become small, so that it is not passed by much.
      const left =
        options.maxStates === undefined
          ? chunk
          : Math.max(1, Math.min(chunk, Math.ceil((options.maxStates - states) / 8)))
      if (!space.advance(left)) return undefined
    } catch (error) {
      if (error instanceof OutOfMemory || error instanceof RangeError) return { by: 'system', message: error.message }
      throw error
    }
    options.onProgress?.(space.statistics(), seconds())
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
  for (;;) {
    const question = { layout, observers, history: new Set(history) }
    const space = (options.mode ?? options.engine).explore(question)
    const stop = await explore(space, options, seconds)
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
