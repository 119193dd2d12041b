/**
 * A whole counter in the hands of one caller: adds that run from end to end, sums, set.
 *
 * The steps of the protocol are these with others in between. Here they replay long sequences at 64 bits and many CPUs.
 */
import {
  addReturn,
  approximateSum,
  biasFor,
  carryOf,
  checkIncrement,
  isRefused,
  itemOf,
  offsetOf,
  passes,
  preciseSum,
  treeFor,
  wrap,
  type CarryRule,
  type Refusal,
  type Tree,
} from './arithmetic.ts'
import type { Sums } from './comparison.ts'

/** Which node of a level is above a CPU; leaves are the CPUs that the tree has room for. */
export type IndexRule = (cpu: number, nodes: number, leaves: number) => number

export interface Counter {
  readonly tree: Tree
  readonly width: number
  /** v17: levels that a carry passes unchanged are left out. */
  readonly skips: boolean
  readonly rule: CarryRule
  readonly find: IndexRule
  readonly level0: bigint[]
  /** Level 1, level 2, …, the root last; empty for one CPU. */
  readonly items: bigint[]
  bias: bigint
}

export function counterFor(
  cpus: number,
  batch: bigint,
  {
    width = 64,
    skips = false,
    rule = carryOf,
    find = itemOf,
  }: Partial<Pick<Counter, 'width' | 'skips' | 'rule' | 'find'>> = {},
): Counter | Refusal {
  const tree = treeFor(cpus, batch)
  if (isRefused(tree)) return tree
  const nodes = tree.items.reduce((sum, n) => sum + n, 0)
  const zeros = (n: number): bigint[] => Array.from({ length: n }, () => 0n)
  return { tree, width, skips, rule, find, level0: zeros(cpus), items: zeros(nodes), bias: 0n }
}

/**
 * An add that has come as far as the root, and what it carries there. A caller that migrates after level 0 climbs from
 * another CPU.
 */
export function climb(counter: Counter, cpu: number, inc: bigint, climbsFrom = cpu): bigint {
  const { tree, width, skips, rule, find, level0, items } = counter
  const first = addReturn(level0[cpu], inc, tree.masks[0] ?? 0n, width, rule)
  level0[cpu] = first.res
  let { carry } = first
  for (let level = 1; level < tree.masks.length && carry !== 0n; level++) {
    const mask = tree.masks[level]
    if (skips && passes(carry, mask)) continue
    const i = offsetOf(tree, level) + find(climbsFrom, tree.items[level - 1], tree.items[0] * tree.arity[0])
    const added = addReturn(items[i], carry, mask, width, rule)
    items[i] = added.res
    carry = added.carry
  }
  return carry
}

/** percpu_counter_tree_add(), from end to end. */
export function add(counter: Counter, cpu: number, inc: bigint, climbsFrom = cpu): Refusal | undefined {
  const { width, items } = counter
  const refusal = checkIncrement(width, inc)
  if (refusal !== undefined) return refusal
  const carry = climb(counter, cpu, inc, climbsFrom)
  if (carry !== 0n) items[items.length - 1] = wrap(width, items[items.length - 1] + carry)
  return undefined
}

/** percpu_counter_tree_set(): stored residuals stay, so that the approximate sum need not become v. */
export function set(counter: Counter, v: bigint): void {
  counter.bias = biasFor(v, counter.level0, counter.width)
}

export function sumsOf({ tree, width, level0, items, bias }: Counter): Sums {
  return {
    approximate: approximateSum(items.at(-1) ?? level0[0], bias, width),
    precise: preciseSum(level0, bias, width),
    under: tree.under,
    over: tree.over,
  }
}
