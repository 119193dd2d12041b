/** What an add does on its way up, for a machine and a revision: the arithmetic on numbers as the state holds them. */
import { addReturn, isRefused, wrap, type CarryRule, type Tree } from './arithmetic.ts'
import { fill } from './bounds.ts'
import { counterFor, sumsOf } from './counter.ts'
import { sizesOf, type Adder, type Cpu, type Layout, type Lower, type Setup, type State, type Upper } from './state.ts'

/** What revisions of add differ in. */
export interface Revision extends Layout {
  readonly carry: CarryRule
  /** Which of the nodes of a level is above a node of the level below, which is given by its number and their number. */
  readonly parent: (node: number, nodesBelow: number, nodes: number) => number
  /** What a level that is left out passes on; undefined where the carry must be added there. */
  readonly passed: (carry: bigint, mask: bigint) => bigint | undefined
  /** Migration is off from level 0 to the root. */
  readonly staysOnCpu: boolean
}

/** The levels between the CPUs and the root; the protocol is searched for trees with up to two. */
export type Next = 'level1' | 'level2' | 'root' | 'level0' | 'done'

/** In the quotient words are kept modulo their mask, and the arithmetic in between is as wide as a long. */
const LONG = 64

const residual = (value: bigint, mask: bigint): bigint => ((value % mask) + mask) % mask

export interface Climb {
  readonly tree: Tree
  readonly width: number
  /** Adds to a word of a level. */
  readonly addTo: (orig: number, inc: number, level: number) => { readonly res: number; readonly carry: number }
  /** Sets out from a level with a carry, to what is above it if the CPU number has been read. */
  readonly fromLevel0: (me: Adder, carry: number, above: Lower | null) => Next
  readonly fromLevel1: (me: Adder, carry: number, above: Upper | null) => Next
  readonly fromLevel2: (me: Adder, carry: number) => Next
  /** The add is complete. */
  readonly finish: (me: Adder) => Next
  /** The sum of level 0 has grown by so much; for one CPU that is the root as well. */
  readonly grow: (s: State, cpu: Cpu, inc: number) => void
  /** The root lies behind the memory of the counter. */
  readonly rootIsOutside: boolean
}

export function climbOf(setup: Setup, revision: Revision): Climb {
  const { tree, width, lower: lowers, upper: uppers, room } = sizesOf(setup, revision)
  const levels = tree.masks.length

  function finish(me: Adder): Next {
    me.carry = me.inc = me.seen = 0
    me.lower = me.upper = me.cpu = null
    if (setup.adds === 0) return 'level0'
    me.adds_left--
    return me.adds_left === 0 ? 'done' : 'level0'
  }

  /** Goes to the first level that the carry does not pass by, or nowhere if there is none. */
  function onward(me: Adder, carry: number, from: number, lower: Lower | null, upper: Upper | null): Next {
    let left = BigInt(carry)
    for (let level = from + 1; level < levels && left !== 0n; level++) {
      const passed = revision.passed(left, tree.masks[level])
      if (passed === undefined) {
        me.carry = Number(left)
        me.lower = level === 1 ? lower : null
        me.upper = level === 2 ? upper : null
        return level === 1 ? 'level1' : 'level2'
      }
      left = passed
    }
    if (left === 0n) return finish(me)
    me.carry = Number(left)
    me.lower = me.upper = null
    return 'root'
  }

  return {
    tree,
    width,
    addTo: (orig, inc, level) => {
      const mask = tree.masks[level] ?? 0n
      const added = addReturn(BigInt(orig), BigInt(inc), mask, width === 0 ? LONG : width, revision.carry)
      const res = width === 0 ? residual(added.res, mask === 0n ? 1n : mask) : added.res
      return { res: Number(res), carry: Number(added.carry) }
    },
    rootIsOutside: room <= lowers + uppers,
    fromLevel0: (me, carry, above) => onward(me, carry, 0, above, above?.above ?? null),
    fromLevel1: (me, carry, above) => onward(me, carry, 1, null, above),
    fromLevel2: (me, carry) => onward(me, carry, 2, null, null),
    finish,
    grow: (s, cpu, inc) => {
      s.total += inc
      if (levels > 0 || cpu !== s.cpu[0]) s.error += inc
    },
  }
}

/** Who is above whom, which the index rule of a revision says once and for all. */
export function connect(s: State, setup: Setup, revision: Revision): void {
  const { tree, room } = sizesOf(setup, revision)
  const [leaves, lower, upper] = [tree.arity.reduce((product, a) => product * a, 1), s.lower.length, s.upper.length]
  for (let i = 0; i < lower; i++) {
    s.lower[i].above = upper === 0 ? null : s.upper[revision.parent(i, lower, upper)]
    s.lower[i].is_outside = i >= room
  }
  for (let i = 0; i < upper; i++) s.upper[i].is_outside = lower + i >= room
  for (let i = 0; i < s.cpu.length; i++) {
    const above = lower === 0 ? null : s.lower[revision.parent(i, leaves, lower)]
    s.cpu[i].above = above
    if (above === null) continue
    above.is_used = true
    if (above.above !== null) above.above.is_used = true
  }
}

/** The counter after the adds that make its error as great as it can be at rest. */
export function startFull(s: State, setup: Setup, revision: Revision): void {
  const { tree, width } = sizesOf(setup, revision)
  const counter = counterFor(setup.cpus, BigInt(setup.batch))
  if (isRefused(counter)) throw new Error(counter.refused)
  fill(counter)
  const kept = (word: bigint, level: number): number =>
    Number(width > 0 ? wrap(width, word) : residual(word, tree.masks[level] ?? 1n))
  const lower = s.lower.length
  counter.level0.forEach((word, i) => (s.cpu[i].level0 = kept(word, 0)))
  counter.items.slice(0, lower).forEach((word, i) => (s.lower[i].count = kept(word, 1)))
  counter.items.slice(lower, -1).forEach((word, i) => (s.upper[i].count = kept(word, 2)))
  if (width > 0) s.root = Number(wrap(width, counter.items.at(-1) ?? 0n))
  const { precise, approximate } = sumsOf(counter)
  s.total = Number(precise)
  s.error = Number(precise - approximate)
}
