/** What an add does on its way up, for a machine and a revision: the arithmetic on numbers as the state holds them. */
import { addReturn, isRefused, offsetOf, wrap, type CarryRule, type Tree } from './arithmetic.ts'
import { fill } from './bounds.ts'
import { counterFor, sumsOf } from './counter.ts'
import { sizesOf, type Adder, type Layout, type Setup, type State } from './state.ts'

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
  /** The items of a level that a task may come to, from whatever CPU it runs on. */
  readonly itemsOf: (level: number) => readonly number[]
  readonly offset: (level: number) => number
  /** Sets out from a level with a carry. `node` is the node it comes from, if the CPU number has been read. */
  readonly onward: (me: Adder, carry: number, from: number, node: number | null) => Next
  /** The add is complete. */
  readonly finish: (me: Adder) => Next
  /** The sum of level 0 has grown by so much; for one CPU that is the root as well. */
  readonly grow: (s: State, cpu: number, inc: number) => void
}

export function climbOf(setup: Setup, revision: Revision): Climb {
  const { tree, width } = sizesOf(setup, revision)
  const levels = tree.masks.length
  const leaves = tree.arity.reduce((product, a) => product * a, 1)
  const nodesOf = (level: number): number => (level === 0 ? leaves : tree.items[level - 1])

  function above(node: number, from: number, level: number): number {
    let at = node
    for (let l = from; l < level; l++) at = revision.parent(at, nodesOf(l), nodesOf(l + 1))
    return at
  }

  function finish(me: Adder): Next {
    me.carry = me.inc = me.seen = me.cpu = 0
    me.item = null
    if (setup.adds === 0) return 'level0'
    me.adds_left--
    return me.adds_left === 0 ? 'done' : 'level0'
  }

  function onward(me: Adder, carry: number, from: number, node: number | null): Next {
    let left = BigInt(carry)
    for (let level = from + 1; level < levels && left !== 0n; level++) {
      const passed = revision.passed(left, tree.masks[level])
      if (passed === undefined) {
        me.carry = Number(left)
        me.item = node === null ? null : above(node, from, level)
        return level === 1 ? 'level1' : 'level2'
      }
      left = passed
    }
    if (left === 0n) return finish(me)
    me.carry = Number(left)
    me.item = null
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
    itemsOf: (level) => [...new Set(Array.from({ length: setup.cpus }, (_, cpu) => above(cpu, 0, level)))],
    offset: (level) => offsetOf(tree, level),
    onward,
    finish,
    grow: (s, cpu, inc) => {
      s.total += inc
      if (levels > 0 || cpu !== 0) s.error += inc
    },
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
  counter.level0.forEach((word, cpu) => (s.level0[cpu] = kept(word, 0)))
  counter.items.forEach((word, i) => (s.items[i] = kept(word, levelOf(tree, i))))
  const { precise, approximate } = sumsOf(counter)
  s.total = Number(precise)
  s.error = Number(precise - approximate)
}

const levelOf = (tree: Tree, item: number): number =>
  tree.items.findLastIndex((_nodes, i) => offsetOf(tree, i + 1) <= item) + 1
