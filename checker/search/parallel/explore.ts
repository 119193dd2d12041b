/**
 * Exploring with the help of threads, level by level.
 *
 * What a budget of states lets through are whole levels, and numbers are told only between levels: so everything that
 * is told is the same for any number of threads, one included.
 */
import type { Crew, StateSpace, Statistics } from '../../engine/engine.ts'
import { exceeded, type Budget } from '../budget.ts'
import type { Stop } from '../verdict.ts'
import type { Workers } from './workers.ts'

/** States that are expanded alone between two looks at the budget. */
const CHUNK = 8192
/** How often the leader takes states between two looks at the budget. */
const TAKES = 16
/** Longest sleep while others are still at work. */
const NAP_MILLISECONDS = 5
/** After more states than this the threads are ended with the search: they would hold its memory. */
const KEEP_UP_TO = 500_000

export interface Together {
  readonly space: StateSpace
  readonly workers: Workers
  readonly budget: Budget
  readonly seconds: () => number
  /** `settled`: between two levels, so that the numbers do not depend on chance. */
  readonly onProgress: (statistics: Statistics, settled: boolean) => void
  /** Lets signals and timers through. */
  readonly breathe: () => Promise<void>
}

/** Explores a space to its end, or to the end of a budget. */
export async function exploreTogether(together: Together): Promise<Stop | undefined> {
  const { space, workers } = together
  const help = new Help(together)
  try {
    const stop = await expandAll(together, help)
    help.dismiss()
    if (space.statistics().states > KEEP_UP_TO) void workers.close()
    return stop
  } catch (error) {
    await workers.close()
    throw error
  }
}

async function expandAll(
  { space, budget, seconds, onProgress, breathe }: Together,
  help: Help,
): Promise<Stop | undefined> {
  for (;;) {
    const { states, queued } = space.statistics()
    if (queued === 0) return undefined
    const settled = space.betweenLevels === true
    const stop = exceeded(settled ? budget : { ...budget, maxStates: undefined }, states, seconds())
    if (stop !== undefined) return stop
    const crew = help.crewFor(states)
    if (crew === undefined) space.advance(Math.max(1, Math.min(CHUNK, space.leftInLevel ?? CHUNK)))
    else await help.level(crew)
    onProgress(space.statistics(), space.betweenLevels === true)
    await breathe()
  }
}

/** The threads, as one search sees them. */
class Help {
  readonly #together: Together
  #crew: Crew | undefined

  constructor(together: Together) {
    this.#together = together
  }

  /** The crew to expand the next level with, if one is worth it. */
  crewFor(states: number): Crew | undefined {
    const { space, workers } = this.#together
    const { startFrom, shareFrom } = workers.options
    if (workers.count === 1 || states < startFrom) return undefined
    workers.start()
    if (states < shareFrom || space.leftInLevel === 0) return undefined
    if (this.#crew === undefined && space.crew !== undefined) {
      this.#crew = space.crew
      workers.invite(this.#crew.invitation)
    }
    return this.#crew?.idle === true ? undefined : this.#crew
  }

  /** Expands what is left of the level, or as much of it as the budget lets. */
  async level(crew: Crew): Promise<void> {
    const { space, budget, seconds } = this.#together
    const isOver = (): boolean => exceeded({ ...budget, maxStates: undefined }, 0, seconds()) !== undefined
    const midLevel = (): boolean => space.betweenLevels !== true && space.leftInLevel !== 0
    do await this.#round(crew, isOver)
    while (crew.unfinished || (midLevel() && !isOver()))
  }

  async #round(crew: Crew, isOver: () => boolean): Promise<void> {
    const { workers, breathe } = this.#together
    crew.open()
    while (crew.work(TAKES)) {
      await breathe()
      if (isOver()) crew.halt()
    }
    while (!crew.arrived(NAP_MILLISECONDS)) {
      await breathe()
      workers.check()
      if (isOver()) crew.halt()
    }
    while (crew.failed) {
      await breathe()
      workers.check()
    }
    crew.close()
  }

  dismiss(): void {
    this.#crew?.dismiss()
  }
}
