/**
 * How a number is distributed over the ends of all behaviours, if every step is drawn by lot: first a process, each of those
 * that can move with the same chance, then one of its ways to move, each with the same chance. Exactly, as fractions.
 *
 * Components are taken from the initial states on. Of each, how often its states are visited is the solution of a linear
 * equation: what comes in from outside, and what comes back. A component that nobody leaves is one in which behaviours never
 * end. A state without transitions is an end.
 */
import { ComponentSearch, type Graph } from './components.ts'
import { fraction, isZero, minus, ONE, over, plus, times, ZERO, type Fraction } from './fraction.ts'

export interface Distribution {
  /** By value, ascending: the chance that a behaviour ends with it. */
  readonly chances: ReadonlyMap<number, Fraction>
  /** The chance that a behaviour never ends. */
  readonly never: Fraction
}

/** Equations are solved by elimination, which takes the cube of their number. */
const LARGEST_COMPONENT = 400

/** The chance of each transition. */
function chancesOf({ states, start, by }: Graph): readonly Fraction[] {
  const chances: Fraction[] = []
  for (let state = 0; state < states; state++) {
    const ways = new Map<number, number>()
    for (let edge = start[state]!; edge < start[state + 1]!; edge++) ways.set(by[edge]!, (ways.get(by[edge]!) ?? 0) + 1)
    for (let edge = start[state]!; edge < start[state + 1]!; edge++)
      chances.push(fraction(1n, BigInt(ways.size * ways.get(by[edge]!)!)))
  }
  return chances
}

/** Components, those that lead to others first. */
function componentsOf(graph: Graph): readonly (readonly number[])[] {
  const found: number[][] = []
  new ComponentSearch(graph).visit(new Uint8Array(graph.states).fill(1), (members, first, end) => {
    found.push([...members.subarray(first, end)])
  })
  return found.reverse()
}

/** Solves `rows · x = right` by elimination. There must be one solution. */
function solve(rows: Fraction[][], right: Fraction[]): readonly Fraction[] {
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.findIndex((row, i) => i >= column && !isZero(row[column]!))
    ;[rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!]
    ;[right[column], right[pivot]] = [right[pivot]!, right[column]!]
    const divisor = rows[column]![column]!
    rows[column] = rows[column]!.map((each) => over(each, divisor))
    right[column] = over(right[column]!, divisor)
    for (let i = 0; i < rows.length; i++) {
      const factor = rows[i]![column]!
      if (i === column || isZero(factor)) continue
      rows[i] = rows[i]!.map((each, j) => minus(each, times(factor, rows[column]![j]!)))
      right[i] = minus(right[i]!, times(factor, right[column]!))
    }
  }
  return right
}

/** A transition and its chance. */
interface Lot {
  readonly from: number
  readonly to: number
  readonly chance: Fraction
}

/** How often each member is visited: what arrives, and what comes from other members. */
function visitsInside(inner: readonly Lot[], arrivals: readonly Fraction[]): readonly Fraction[] {
  const rows = arrivals.map((_, i) => arrivals.map((__, j) => (i === j ? ONE : ZERO)))
  for (const { from, to, chance } of inner) rows[to]![from] = minus(rows[to]![from]!, chance)
  return solve(rows, [...arrivals])
}

class Lottery {
  readonly #graph: Graph
  readonly #chances: readonly Fraction[]
  /** By state: how often behaviours come to it from outside its component, on average. */
  readonly #arrivals: Fraction[]
  never = ZERO

  constructor(graph: Graph, initialStates: number) {
    this.#graph = graph
    this.#chances = chancesOf(graph)
    const share = fraction(1n, BigInt(initialStates))
    this.#arrivals = Array.from({ length: graph.states }, (_, state) => (state < initialStates ? share : ZERO))
  }

  isEnd(state: number): boolean {
    return this.#graph.start[state] === this.#graph.start[state + 1]
  }

  /** How often each member is visited, on average; what leaves the component arrives elsewhere. */
  visitsOf(members: readonly number[]): readonly Fraction[] {
    const arrivals = members.map((state) => this.#arrivals[state]!)
    if (arrivals.every(isZero)) return arrivals
    const { inner, leaving } = this.#transitionsOf(members)
    const isLoop = inner.length > 0
    if (isLoop && leaving.length === 0) {
      this.never = arrivals.reduce(plus, this.never)
      return members.map(() => ZERO)
    }
    if (isLoop && members.length > LARGEST_COMPONENT)
      throw new RangeError(`${members.length} states lead to each other; at most ${LARGEST_COMPONENT} are solved for.`)
    const visits = isLoop ? visitsInside(inner, arrivals) : arrivals
    for (const { from, to, chance } of leaving)
      this.#arrivals[to] = plus(this.#arrivals[to]!, times(visits[from]!, chance))
    return visits
  }

  /** Those that lead to members, which are called by their place from here on, and those that leave. */
  #transitionsOf(members: readonly number[]): { inner: Lot[]; leaving: Lot[] } {
    const { start, to } = this.#graph
    const places = new Map(members.map((state, place) => [state, place]))
    const inner: Lot[] = []
    const leaving: Lot[] = []
    members.forEach((state, from) => {
      for (let edge = start[state]!; edge < start[state + 1]!; edge++) {
        const chance = this.#chances[edge]!
        const place = places.get(to[edge]!)
        if (place === undefined) leaving.push({ from, to: to[edge]!, chance })
        else inner.push({ from, to: place, chance })
      }
    })
    return { inner, leaving }
  }
}

/** `value` is asked at ends only. Of several initial states, the first so many, each is as likely as the others. */
export function distribution(graph: Graph, initialStates: number, value: (state: number) => number): Distribution {
  const lottery = new Lottery(graph, initialStates)
  const chances = new Map<number, Fraction>()
  for (const members of componentsOf(graph)) {
    const visits = lottery.visitsOf(members)
    const [state] = members
    if (state === undefined || !lottery.isEnd(state) || isZero(visits[0]!)) continue
    const at = value(state)
    chances.set(at, plus(chances.get(at) ?? ZERO, visits[0]!))
  }
  return { chances: new Map([...chances].sort(([a], [b]) => a - b)), never: lottery.never }
}

/** What comes out on average of the behaviours that end. */
export function meanOf({ chances, never }: Distribution): Fraction {
  const sum = [...chances].reduce((all, [value, chance]) => plus(all, times(fraction(BigInt(value)), chance)), ZERO)
  return over(sum, minus(ONE, never))
}
