/** The arithmetic of percpu_counter, and a whole counter in the hands of one caller. */

/** compute_batch_value(); the least batch is 32 in the kernel. */
export const batchFor = (online: number, least = 32): number => Math.max(least, 2 * online)

/** Is so much moved to the central count, or kept by the CPU? */
export const isMoved = (count: number, batch: number): boolean => Math.abs(count) >= batch

export interface SpinlockCounter {
  readonly batch: number
  count: number
  readonly deltas: number[]
}

export const spinlockCounter = (cpus: number): SpinlockCounter => ({
  batch: batchFor(cpus),
  count: 0,
  deltas: Array.from({ length: cpus }, () => 0),
})

/** percpu_counter_add_batch(), from end to end. */
export function add(counter: SpinlockCounter, cpu: number, amount: number): void {
  const count = counter.deltas[cpu] + amount
  if (isMoved(count, counter.batch)) {
    counter.count += count
    counter.deltas[cpu] -= count - amount
  } else counter.deltas[cpu] += amount
}

/** The precise sum less the count. */
export const errorOf = ({ deltas }: SpinlockCounter): number => deltas.reduce((sum, delta) => sum + delta, 0)
