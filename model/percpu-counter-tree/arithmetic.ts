/**
 * The arithmetic of percpu_counter_tree, v12 of January 2026, as pure functions on whole numbers.
 *
 * Values are bigints, two's complement at a width that is given, in bits; structure (CPUs, levels, indices) is numbers.
 * The same functions answer the published vectors at 64 bits and take the steps of the protocol at small widths. A node
 * of level l is a word to which things are added; whenever its bit `mask` overflows, a multiple of `mask` is carried to
 * the next level. Level 0 has a word for each CPU, the last level one word, the root, which is the approximate sum.
 *
 * Where the sources differ: until v11 the words were ints of 32 bits, from v12 on they are longs, which here is `width`.
 * v17 leaves a level out that a carry passes unchanged, which is `passes`.
 */

/** What init refuses: what the kernel returns, and a sentence. */
export interface Refusal {
  /** An increment that is too wide has none: C cuts it off, and nobody is told. */
  readonly error?: '-EINVAL' | '-1'
  readonly refused: string
}

/** The shape of a tree; the same for all counters of a machine. */
export interface Shape {
  readonly cpus: number
  /** Children of a node, from level 0 up to the level below the root. */
  readonly arity: readonly number[]
  /** Nodes of the levels 1, 2, …; the last is the root. Empty for one CPU. */
  readonly items: readonly number[]
  /** One unit of batch size is worth so much in the documented range. */
  readonly multiplier: number
}

export interface Tree extends Shape {
  readonly batch: bigint
  /** From level 0 on, one for each level below the root. */
  readonly masks: readonly bigint[]
  /** Documented: the precise sum is at most so far above the approximate one, and below it. */
  readonly under: bigint
  readonly over: bigint
}

/** Arities by ceil(log2(CPUs)). */
const ARITIES: readonly (readonly number[])[] = [
  [],
  [2],
  [2, 2],
  [2, 2, 2],
  [4, 2, 2],
  [4, 4, 2],
  [4, 4, 4],
  [8, 4, 4],
  [8, 8, 4],
  [8, 8, 8],
  [8, 8, 4, 4],
  [8, 8, 8, 4],
  [8, 8, 8, 8],
  [8, 8, 8, 4, 4],
  [8, 8, 8, 8, 4],
  [8, 8, 8, 8, 8],
  [16, 8, 8, 8, 8],
  [16, 16, 8, 8, 8],
  [16, 16, 16, 8, 8],
  [16, 16, 16, 16, 8],
  [16, 16, 16, 16, 16],
]
const CPUS_MAX = 2 ** (ARITIES.length - 1)

export const isRefused = (answer: object): answer is Refusal => 'refused' in answer

/** percpu_counter_tree_subsystem_init(): the row of the table for this many possible CPUs. */
export function shapeFor(cpus: number): Shape | Refusal {
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > CPUS_MAX)
    return {
      error: '-1',
      refused: `Unsupported number of CPUs (${cpus}): the table of levels has rows for 1 to ${CPUS_MAX}, and percpu_counter_tree_subsystem_init() returns -1.`,
    }
  const order = Math.ceil(Math.log2(cpus))
  return shapeOf(cpus, ARITIES[order])
}

function shapeOf(cpus: number, arity: readonly number[]): Shape {
  const leaves = arity.reduce((product, a) => product * a, 1)
  const items: number[] = []
  let nodes = leaves
  for (const a of arity) items.push((nodes /= a))
  return { cpus, arity, items, multiplier: arity.length * leaves }
}

/** percpu_counter_tree_init(): a tree, or why there is none. */
export function treeFor(cpus: number, batch: bigint): Tree | Refusal {
  if (batch < 2n || (batch & (batch - 1n)) !== 0n)
    return {
      error: '-EINVAL',
      refused: `The batch size must be a power of two of at least 2, not ${batch}: percpu_counter_tree_init() returns -EINVAL.`,
    }
  const shape = shapeFor(cpus)
  return isRefused(shape) ? shape : treeOf(shape, batch)
}

function treeOf(shape: Shape, batch: bigint): Tree {
  const masks: bigint[] = []
  let mask = batch
  for (const a of shape.arity) {
    masks.push(mask)
    mask *= BigInt(a)
  }
  const multiplier = BigInt(shape.multiplier)
  return { ...shape, batch, masks, under: batch * multiplier, over: (batch - 1n) * multiplier }
}

/** A signed word of this many bits. */
export const wrap = (width: number, value: bigint): bigint => BigInt.asIntN(width, value)

/** An increment that does not fit into a word is none. */
export function checkIncrement(width: number, inc: bigint): Refusal | undefined {
  if (wrap(width, inc) === inc) return undefined
  return { refused: `An increment must fit into ${width} bits, which ${inc} does not.` }
}

/** percpu_counter_tree_carry(): what the next level gets, from the words before and after. Mask 0 carries nothing. */
export function carryOf(orig: bigint, res: bigint, inc: bigint, mask: bigint, width: number): bigint {
  const sign = inc < 0n ? -1n : 1n
  const whole = sign * ((sign * inc) & ~(mask - 1n))
  // That bit of the three says whether the bits below it have overflowed, or underflowed.
  const overflow = ((whole ^ orig ^ res) & mask) !== 0n
  return wrap(width, overflow ? whole + sign * mask : whole)
}

/** How a node turns what it held, what it holds and what was added into a carry. */
export type CarryRule = typeof carryOf

export interface Added {
  /** What the node holds now. */
  readonly res: bigint
  readonly carry: bigint
}

/** An add on one node: this_cpu_add_return() or atomic_long_add_return(), and the carry that follows from its answer. */
export function addReturn(orig: bigint, inc: bigint, mask: bigint, width: number, rule: CarryRule = carryOf): Added {
  const res = wrap(width, orig + inc)
  return { res, carry: rule(orig, res, inc, mask, width) }
}

/** v17: a carry without bits below the mask of a level would leave the level as it is, and passes it by. */
export const passes = (carry: bigint, mask: bigint): boolean => (carry & (mask - 1n)) === 0n

/** Which node of a level a CPU adds to: the low bits of its number, and not the high ones. */
export const itemOf = (cpu: number, nodes: number): number => cpu & (nodes - 1)

/** Where a level begins in the array of items, and the root stands last. */
export const offsetOf = (shape: Shape, level: number): number =>
  shape.items.slice(0, level - 1).reduce((sum, nodes) => sum + nodes, 0)

/** percpu_counter_tree_approximate_sum(); for one CPU the root is its word of level 0. */
export const approximateSum = (root: bigint, bias: bigint, width: number): bigint => wrap(width, root + bias)

/** percpu_counter_tree_precise_sum(), from words that were read one by one. */
export const preciseSum = (level0: readonly bigint[], bias: bigint, width: number): bigint =>
  wrap(
    width,
    level0.reduce((sum, word) => sum + word, bias),
  )

/** percpu_counter_tree_set(): the bias with which the precise sum is v. */
export const biasFor = (v: bigint, level0: readonly bigint[], width: number): bigint =>
  wrap(width, v - preciseSum(level0, 0n, width))

/** The accessors of counters that cannot be negative. */
export const positive = (sum: bigint): bigint => (sum < 0n ? 0n : sum)

export interface Range {
  readonly under: bigint
  readonly over: bigint
}

/** percpu_counter_tree_approximate_min_max_range(): between these the precise sum is said to be. */
export const minMaxRange = (approximate: bigint, { under, over }: Range) => ({
  min: approximate - over,
  max: approximate + under,
})
