/** For tests: an engine that explores as a crew, whose explorers take turns in one thread, in an order made by chance. */
import type { Crew, Engine, StateSpace } from '../engine.ts'
import { tableEngineWith, type TableOptions } from '../table.ts'
import { Explorer } from '../wasm/explorer.ts'
import { pretending } from './planting.ts'

/** Whole numbers below a limit, the same for the same seed (Mulberry32). */
export function chance(seed: number): (limit: number) => number {
  let at = seed
  return (limit) => {
    at = (at + 0x6d2b79f5) | 0
    const x = Math.imul(at ^ (at >>> 15), at | 1)
    return ((x ^ (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ (x >>> 14)) >>> 0) % limit
  }
}

/** One round of everybody: each works until it has nothing to do. */
function round(crew: Crew, others: readonly Explorer[], below: (limit: number) => number): void {
  crew.open()
  for (const other of others) other.begin()
  const busy: (() => boolean)[] = [
    () => crew.work(1),
    ...others.map((other) => () => {
      if (other.work(1)) return true
      other.arrive()
      return false
    }),
  ]
  while (busy.length > 0) {
    const i = below(busy.length)
    if (!busy[i]!()) busy.splice(i, 1)
  }
  if (!crew.arrived(0)) throw new Error('Somebody is missing.')
  crew.close()
}

/** Expands what is left of the level. */
export function expandLevel(space: StateSpace, others: readonly Explorer[], below: (limit: number) => number): void {
  const crew = space.crew!
  do round(crew, others, below)
  while (crew.unfinished || (space.betweenLevels !== true && space.leftInLevel !== 0))
}

/** The table engine as a crew of so many; a level is expanded when all of it may be. */
export const crewed = (explorers: number, seed: number, options: Partial<TableOptions> = {}): Engine => ({
  name: 'table',
  explore: (question) => {
    const space = tableEngineWith(options).explore({ ...question, shared: true })
    const below = chance(seed)
    const { crew } = space
    if (crew === undefined) return space
    const others = Array.from({ length: explorers - 1 }, () => new Explorer(crew.invitation))
    for (const other of others) other.enlist()
    let allowed = 0
    return pretending(space, {
      advance: (limit) => {
        // The first level begins with its first state.
        if (space.statistics().queued > 0 && space.leftInLevel === 0) space.advance(0)
        for (allowed += limit; space.leftInLevel !== 0 && allowed >= space.leftInLevel!;) {
          allowed -= space.leftInLevel!
          expandLevel(space, others, below)
        }
        return space.statistics().queued > 0
      },
    })
  },
})
