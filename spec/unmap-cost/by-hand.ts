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
