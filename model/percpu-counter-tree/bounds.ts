/**
 * How wrong a tree can be, as formulas. None of them is in the kernel; specs and tests show that they hold, and are
 * attained. The error is the precise sum less the approximate one.
 */
import { add, type Counter } from './counter.ts'
import type { Tree } from './arithmetic.ts'

/** At rest: every node that can be reached holds all but the last unit of what it carries at. The least error is 0. */
export function errorAtRest({ cpus, batch, masks, items }: Tree): bigint {
  if (masks.length === 0) return 0n
  const reached = (nodes: number): bigint => BigInt(Math.min(cpus, nodes))
  return masks.reduce(
    (sum, mask, level) => (level === 0 ? sum : sum + reached(items[level - 1]) * (mask - masks[level - 1])),
    BigInt(cpus) * (batch - 1n),
  )
}

/**
 * While adders are between level 0 and the root: all but one may hold what an increment can carry at most, and the last
 * one its increment. With increments of both signs the error sinks as far below 0.
 */
export function excessInFlight({ masks }: Tree, adders: number, increment: bigint): bigint {
  const top = masks.at(-1) ?? 0n
  if (top === 0n || adders === 0) return 0n
  const carried = ((increment + top - 1n) / top) * top
  return increment + BigInt(adders - 1) * carried
}

/** Adds that take a new counter to `errorAtRest`: each item from the top down, then each CPU. */
export function* fillingAdds({ cpus, batch, masks, items }: Tree): Generator<{ cpu: number; inc: bigint }> {
  if (masks.length === 0) return
  for (let level = masks.length - 1; level >= 1; level--)
    for (let cpu = 0; cpu < Math.min(cpus, items[level - 1]); cpu++) yield { cpu, inc: masks[level] - masks[level - 1] }
  for (let cpu = 0; cpu < cpus; cpu++) yield { cpu, inc: batch - 1n }
}

export function fill(counter: Counter): void {
  for (const { cpu, inc } of fillingAdds(counter.tree)) add(counter, cpu, inc)
}
