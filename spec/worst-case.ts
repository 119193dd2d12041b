/**
 * The worst error of the three schemes by which RSS was, is and may be counted, and for each a sequence of adds that
 * attains it: E3. The error is what is there less what the cheap sum says, in pages, while nobody adds.
 *
 * That nothing worse is possible: for the tree the lemmas and the decision record on its bound; for percpu_counter a CPU
 * that keeps the batch moves it; for threads the rows of split-rss, at the real threshold.
 */
import * as spinlock from '../model/percpu-counter/arithmetic.ts'
import { isRefused, treeFor, type Refusal, type Tree } from '../model/percpu-counter-tree/arithmetic.ts'
import { errorAtRest, fill } from '../model/percpu-counter-tree/bounds.ts'
import { counterFor, sumsOf, type Counter } from '../model/percpu-counter-tree/counter.ts'
import { isDue } from '../model/split-rss.ts'

/** RSS_STAT_BATCH_SIZE, TASK_RSS_EVENTS_THRESH, and a page of 4 KiB. */
export const BATCH = 32n
export const THRESHOLD = 64
export const PAGE_BYTES = 4096
export const MACHINES: readonly number[] = Array.from({ length: 1024 }, (_, i) => i + 1)

function accept<T extends object>(answer: T | Refusal): T {
  if (isRefused(answer)) throw new Error(answer.refused)
  return answer
}
export const tree = (cpus: number, batch = BATCH): Tree => accept(treeFor(cpus, batch))
export const counterOf = (cpus: number): Counter => accept(counterFor(cpus, BATCH))

/** What the formulas say. */
export const worst = {
  tree: (cpus: number): number => Number(errorAtRest(tree(cpus))),
  /** The batch grows with the machine, and each CPU keeps one less. */
  spinlock: (cpus: number): number => (spinlock.batchFor(cpus) - 1) * cpus,
  /** Each fault of one page: that which flushes is counted after its flush, and THRESHOLD + 1 follow. */
  threads: (threads: number): number => (THRESHOLD + 2) * threads,
} as const

/** What a sequence of adds comes to, each played from end to end on the arithmetic of the models. */
export const attained = {
  /** Each item from the top down, then each CPU. */
  tree: (cpus: number): number => {
    const counter = counterOf(cpus)
    fill(counter)
    const { precise, approximate } = sumsOf(counter)
    return Number(precise - approximate)
  },
  /** Each CPU up to one less than the batch, of either sign. */
  spinlock: (cpus: number, sign: 1 | -1 = 1): number => {
    const counter = spinlock.spinlockCounter(cpus)
    for (let cpu = 0; cpu < cpus; cpu++) spinlock.add(counter, cpu, sign * (counter.batch - 1))
    return spinlock.errorOf(counter)
  },
  /** Each thread faults up to the one before its second flush, and stays there. */
  threads: (threads: number): number => {
    let error = 0
    for (let thread = 0; thread < threads; thread++) {
      let [events, pending] = [0, 0]
      for (let flushes = 0; flushes < 2; pending++) {
        if (!isDue(events++, THRESHOLD)) continue
        if (++flushes < 2) events = pending = 0
        else break
      }
      error += pending
    }
    return error
  },
} as const

/** Machines on which a sequence comes to something else than its formula. */
export function missed(): string[] {
  const threads = [1, 2, 5]
  return [
    ...MACHINES.filter((cpus) => attained.tree(cpus) !== worst.tree(cpus)).map((cpus) => `the tree, ${cpus} CPUs`),
    ...([1, -1] as const).flatMap((sign) =>
      MACHINES.filter((cpus) => attained.spinlock(cpus, sign) !== sign * worst.spinlock(cpus)).map(
        (cpus) => `percpu_counter, ${cpus} CPUs`,
      ),
    ),
    ...threads.filter((n) => attained.threads(n) !== worst.threads(n)).map((n) => `split RSS, ${n} threads`),
  ]
}

/** Machines on which a formula grows otherwise than is said: the tree at most as N log N, percpu_counter as N squared. */
export function outgrown(): string[] {
  const [least, batch] = [16, Number(BATCH)]
  const trees = MACHINES.slice(1).filter((cpus) => worst.tree(cpus) > 2 * batch * cpus * Math.log2(cpus))
  const spinlocks = MACHINES.filter((cpus) => cpus >= least && worst.spinlock(cpus) !== 2 * cpus * cpus - cpus)
  return [...trees.map((cpus) => `the tree, ${cpus} CPUs`), ...spinlocks.map((cpus) => `percpu_counter, ${cpus} CPUs`)]
}
