/**
 * What two walks come to, by hand, where an empty VMA costs nothing and both begin at once. A VMA is `held` ticks under its
 * lock and `outside` ticks without.
 *
 * In the same direction the second walker waits for the first VMA, passes it, and takes the second one, while the first walker
 * frees what it gathered. From then on they take turns: whoever has freed its pages comes to where the other one is inside,
 * and waits for what is left, held - outside, unless that is nothing. In opposite directions both do half of an even number
 * of VMAs, and then go through the other half without waiting.
 */
export interface Costs {
  readonly vmas: number
  readonly held: number
  readonly outside: number
}
export interface Ticks {
  readonly toRelease: number
  readonly spun: number
}

export const workOf = ({ vmas, held, outside }: Costs): number => vmas * (held + outside)

/** One direction; the number of VMAs is even. */
export const inSameDirection = ({ vmas, held, outside }: Costs): Ticks => ({
  toRelease: held >= outside ? vmas * held + outside : held + (vmas / 2) * (held + outside),
  spun: held + (vmas - 1) * Math.max(0, held - outside),
})
export const inOppositeDirections = (costs: Costs): Ticks => ({ toRelease: workOf(costs) / 2, spun: 0 })

/** From all under the lock to hardly any. */
export const shares: readonly Costs[] = [7, 6, 5, 4, 3, 2, 1].map((held) => ({ vmas: 8, held, outside: 7 - held }))

/** Five sevenths under the lock; the reaper comes when exit has done a seventh of the work. */
export const asReported = { vmas: 16, held: 5, outside: 2, empty: 0, late: 16 }
/**
 * In the same direction the reaper comes to the third VMA in the last 3 ticks for which exit holds its lock, and from then on
 * one of them waits 3 ticks at each of the 13 that follow. In opposite directions they pass each other at the tenth VMA, when
 * neither holds a lock.
 */
export const ticksAsReported = {
  alone: 112,
  same: { toRelease: 86, spent: 154, spun: 42 },
  opposite: { toRelease: 65, spent: 112, spun: 0 },
}
