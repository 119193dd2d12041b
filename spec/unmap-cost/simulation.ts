/**
 * Two walks with given costs, by a simulation that shares nothing with the model: it goes from one arrival at a lock to the
 * next. A test compares it with what the checker finds; the report uses it where there are more costs than rows.
 */
export interface WalkCosts {
  readonly vmas: number
  readonly held: number
  readonly outside: number
  readonly empty: number
  /** By so much the reaper is late. */
  readonly late: number
}
export interface Outcome {
  readonly toRelease: number
  readonly spun: number
}

interface Walker {
  readonly order: readonly number[]
  /** VMAs that it has come through, and when it comes to the next one. */
  through: number
  at: number
}

/** `exitFirst`: who gets a lock for which both come at once. */
export function simulate(costs: WalkCosts, opposite: boolean, exitFirst: boolean): Outcome {
  const upwards = Array.from({ length: costs.vmas }, (_, i) => i)
  const exit: Walker = { order: upwards, through: 0, at: 0 }
  const reaper: Walker = { order: opposite ? [...upwards].reverse() : upwards, through: 0, at: costs.late }
  const freeAt = upwards.map(() => 0)
  const isFull = upwards.map(() => true)
  const [first, second] = exitFirst ? [exit, reaper] : [reaper, exit]
  let spun = 0
  const isOver = ({ through }: Walker): boolean => through === costs.vmas
  while (!isOver(exit) || !isOver(reaper)) {
    const walker = isOver(first) || (!isOver(second) && second.at < first.at) ? second : first
    const vma = walker.order[walker.through++]
    const begin = Math.max(walker.at, freeAt[vma])
    spun += begin - walker.at
    freeAt[vma] = begin + (isFull[vma] ? costs.held : costs.empty)
    walker.at = freeAt[vma] + (isFull[vma] ? costs.outside : 0)
    isFull[vma] = false
  }
  return { toRelease: Math.max(exit.at, reaper.at), spun }
}

const upTo = (least: number, most: number): number[] => Array.from({ length: most - least + 1 }, (_, i) => least + i)

/** All costs up to these. */
export const grid = ({ vmas, held, outside, empty, late }: WalkCosts): WalkCosts[] =>
  upTo(1, held).flatMap((h) =>
    upTo(0, outside).flatMap((o) =>
      upTo(0, Math.min(empty, h)).flatMap((e) =>
        upTo(0, late).map((l) => ({ vmas, held: h, outside: o, empty: e, late: l })),
      ),
    ),
  )

/** The greatest and the least load of both, whoever gets a lock for which both come at once. */
export function spunIn(costs: WalkCosts, opposite: boolean): { readonly least: number; readonly most: number } {
  const spun = [true, false].map((exitFirst) => simulate(costs, opposite, exitFirst).spun)
  return { least: Math.min(...spun), most: Math.max(...spun) }
}

/** At how many of these costs the load is smaller, equal or larger in opposite directions, and by how much at most. */
export function compared(of: readonly WalkCosts[]) {
  const gains = of.map((costs) => spunIn(costs, false).least - spunIn(costs, true).most)
  return {
    smaller: gains.filter((gain) => gain > 0).length,
    equal: gains.filter((gain) => gain === 0).length,
    larger: gains.filter((gain) => gain < 0).length,
    greatestGain: Math.max(0, ...gains),
    greatestLoss: Math.max(0, ...gains.map((gain) => -gain)),
  }
}
