/**
 * Findings: what an exploration found, in a form that does not depend on how an engine numbers its states.
 *
 * Large state spaces are cut at the end of a level, where all engines have expanded the same states. States are named by
 * their rank among all plain states: `#7`.
 */
import { levelOf, type Engine, type Question, type StateSpace } from './engine.ts'
import type { Observer } from './executor.ts'
import { Machine } from './machine.ts'
import type { Layout } from './layout.ts'

/** Values by aspect; each can be compared with `===`. */
export type Findings = ReadonlyMap<string, string | number | boolean | undefined>

/** What is asked of every engine, and the reference that says what an observer should answer. */
export class Inquiry {
  readonly layout: Layout
  readonly observers: readonly Observer[]
  readonly #machines = new Map<string, Machine>()

  constructor(layout: Layout, observers: readonly Observer[]) {
    this.layout = layout
    this.observers = observers
  }
  question(history: ReadonlySet<string>): Question {
    return { layout: this.layout, observers: this.observers, history }
  }
  machine(history: ReadonlySet<string>): Machine {
    const key = [...history].sort().join()
    const machine = this.#machines.get(key) ?? new Machine(this.layout, history)
    this.#machines.set(key, machine)
    return machine
  }
}

/** How far to explore. */
export interface Extent {
  /** Whole levels are expanded until it is this many states. */
  readonly states: number
  /** States that are expanded at a time. */
  readonly stride: number
}

/** Explores, again and again until all history that is needed is kept. */
export function investigate(engine: Engine, inquiry: Inquiry, extent: Extent): Findings[] {
  const rounds: Findings[] = []
  for (let history: ReadonlySet<string> = new Set(); ;) {
    const space = engine.explore(inquiry.question(history))
    exploreLevels(space, extent)
    // Asking afterwards, about states that were not expanded, may need more.
    const needed = new Set(space.neededHistory)
    rounds.push(new Finder(space, inquiry.observers, inquiry.machine(history)).findings())
    if ([...needed].every((field) => history.has(field))) return rounds
    history = new Set([...history, ...needed])
  }
}

function exploreLevels(space: StateSpace, { states, stride }: Extent): void {
  for (;;) {
    const { queued, states: found } = space.statistics()
    if (queued === 0 || found - queued >= states) return
    for (let left = queued; left > 0; left -= stride) space.advance(Math.min(left, stride))
  }
}

const PLAIN_STATES = 'plain states'
const lines = (all: Iterable<string>): string => [...all].sort().join('\n')

class Finder {
  readonly #space: StateSpace
  readonly #observers: readonly Observer[]
  readonly #machine: Machine
  /** By state. */
  readonly #depths: number[] = []
  readonly #plain: readonly string[]
  readonly #ranks: Int32Array
  /** By rank. */
  readonly #ranked: readonly number[]

  constructor(space: StateSpace, observers: readonly Observer[], machine: Machine) {
    this.#space = space
    this.#observers = observers
    this.#machine = machine
    for (let id = 0; id < space.statistics().states; id++) {
      const from = space.predecessor(id)
      this.#depths.push(from < 0 ? 0 : (this.#depths[from] ?? NaN) + 1)
    }
    const plain = this.#depths.map((_, id) => JSON.stringify(space.state(id)))
    this.#plain = plain
    this.#ranked = plain.map((_, id) => id).sort((a, b) => (plain[a]! < plain[b]! ? -1 : 1))
    this.#ranks = new Int32Array(plain.length)
    this.#ranked.forEach((id, rank) => (this.#ranks[id] = rank))
  }

  findings(): Findings {
    const space = this.#space
    const depths = this.#depths
    const { states, transitions, depth, initialStates, queued } = space.statistics()
    const deadlocks = new Set(space.deadlocks())
    const found = new Map<string, string | number | boolean | undefined>([
      ['states', states],
      ['transitions', transitions],
      ['depth', depth],
      ['depth by predecessors', depths.at(-1) ?? 0],
      ['numbered breadth first', depths.every((each, id) => id === 0 || each >= depths[id - 1]!)],
      ['initial states', initialStates],
      ['queued', queued],
      ['terminal states', space.terminalStates],
      ['depth of the deadlock', space.deadlock === undefined ? undefined : depths[space.deadlock]],
      ['deadlocks', this.#perState((id) => (deadlocks.has(id) ? 'a deadlock' : undefined))],
      ['levels', this.#perState((id) => this.#level(id))],
      ['transitions into some', this.#transitionsIntoSome()],
      ['needed history', lines(space.neededHistory)],
      ['labels taken', lines(space.coverage.taken)],
      ['labels', lines(space.coverage.all)],
      ['guards that were false', lines(space.coverage.refused)],
      ['guards', lines(space.coverage.guarded)],
      ['faults', this.#faults()],
      [PLAIN_STATES, this.#ranked.map((id) => this.#plain[id]).join('\n')],
      ['where processes stand', this.#perState((id) => this.#standing(id))],
      ['transitions between', this.#edges()],
    ])
    this.#observers.forEach((observer, i) => this.#observed(observer, i, found))
    return found
  }

  /** A line for every state for which there is something to say. */
  #perState(of: (id: number) => string | number | undefined): string {
    return this.#ranked
      .flatMap((id, rank) => {
        const said = of(id)
        return said === undefined ? [] : `${said} at #${rank}`
      })
      .join('\n')
  }

  /** The level of an expanded state. */
  #level(id: number): number | undefined {
    const { states, queued } = this.#space.statistics()
    return id < states - queued ? levelOf(this.#space.levels, id) : undefined
  }

  /** Who leads from where into every third state, by rank. */
  #transitionsIntoSome(): string {
    const all: string[] = []
    const first = Math.floor(this.#plain.length / 4)
    const marks = this.#ranks.slice(first).map((rank) => (rank % 3 === 0 ? 1 : 0))
    const visit = (from: number, to: number, by: number): void => void all.push(this.#transition(from, to, by))
    this.#space.transitions(0, this.#plain.length, visit, { first, marks })
    const expected = this.#transitions().filter(({ to }) => (marks[to - first] ?? 0) === 1)
    const missed = expected.length - all.length
    // Which states are marked depends on how the engine numbers them: it is held to its own list.
    return missed === 0 && lines(all) === lines(expected.map(({ from, to, by }) => this.#transition(from, to, by)))
      ? 'all of those that there are'
      : `${missed} missing`
  }

  #standing(state: number): string {
    return this.#space.layout.processes.map(({ id }) => this.#space.labelAt(id, state) ?? 'done').join()
  }

  #observed(observer: Observer, i: number, found: Map<string, string | number | boolean | undefined>): void {
    const space = this.#space
    const { name } = observer.property
    const { states, queued } = space.statistics()
    const sighting = space.sighting(i)
    const at = sighting && (observer.pair ? sighting.from : sighting.state)
    found.set(`${name}: largest answer`, sighting?.code)
    found.set(`${name}: depth of the largest answer`, at === undefined ? undefined : this.#depths[at])
    found.set(`${name}: where the largest answer is given`, this.#sightings(i))
    found.set(`${name}: varies`, space.varies(i))
    found.set(`${name}: saturated`, space.saturated(i))
    if (sighting !== undefined) {
      const [from, state] = [space.state(sighting.from), space.state(sighting.state)]
      const answer = observer.pair
        ? this.#machine.observe(observer, from, state)
        : this.#machine.observe(observer, state)
      found.set(`${name}: answer where it was seen`, answer)
    }
    const expanded = (id: number): boolean => id < states - queued
    if (!observer.pair)
      found.set(
        `${name}: marks`,
        this.#perState((id) => (expanded(id) ? space.mark(i, id) : undefined)),
      )
  }

  /** The depth at which each fault was first met. */
  #faults(): string {
    const first = new Map<string, number>()
    for (const { fault, state } of this.#space.faults) {
      const key = `${fault.kind} in ${fault.process} ${fault.label}, ${fault.field ?? 'no field'}`
      first.set(key, Math.min(first.get(key) ?? Infinity, this.#depths[state] ?? NaN))
    }
    return lines([...first].map(([key, depth]) => `${key}, at depth ${depth}`))
  }

  #sightings(observer: number): string {
    const all: string[] = []
    const { processes } = this.#space.layout
    this.#space.sightings(observer, (state, process) => {
      all.push(`${process < 0 ? 'seen' : `seen over a step of ${processes[process]?.name}`} at #${this.#ranks[state]}`)
    })
    return lines(all)
  }

  #transition(from: number, to: number, by: number): string {
    return `#${this.#ranks[from]} → #${this.#ranks[to]} by ${this.#space.layout.processes[by]?.name}`
  }

  #transitions(): { readonly from: number; readonly to: number; readonly by: number }[] {
    const { start, to, by } = this.#space.edges()
    const all: { from: number; to: number; by: number }[] = []
    for (let from = 0; from + 1 < start.length; from++)
      for (let i = start[from]!; i < start[from + 1]!; i++) all.push({ from, to: to[i]!, by: by[i]! })
    return all
  }

  /** Who leads from where to where. */
  #edges(): string {
    return lines(this.#transitions().map(({ from, to, by }) => this.#transition(from, to, by)))
  }
}

/** Where two explorations differ, as sentences. None: they agree. */
export function differences(found: readonly Findings[], expected: readonly Findings[]): string[] {
  const sentences =
    found.length === expected.length ? [] : [`${found.length} rounds, but the reference took ${expected.length}`]
  expected.forEach((round, i) => {
    const ours = found[i]
    if (ours === undefined) return
    for (const [aspect, value] of round)
      if (ours.get(aspect) !== value) sentences.push(`${aspect}: ${difference(aspect, ours, round)}`)
  })
  return sentences
}

function difference(aspect: string, found: Findings, expected: Findings): string {
  const [ours, theirs] = [found, expected].map((findings) => String(findings.get(aspect)).split('\n'))
  if (ours === undefined || theirs === undefined) return ''
  if (ours.length === 1 && theirs.length === 1) return `${ours[0]} instead of ${theirs[0]}`
  const only = (those: readonly string[], others: readonly string[], findings: Findings, word: string): string[] => {
    const known = new Set(others)
    const states = String(findings.get(PLAIN_STATES)).split('\n')
    const full = (line: string): string => line.replaceAll(/#(\d+)/g, (_, rank: string) => states[Number(rank)] ?? '?')
    return those
      .filter((line) => !known.has(line))
      .slice(0, 3)
      .map((line) => `\n  ${word} ${full(line)}`)
  }
  const unequal = [...only(ours, theirs, found, 'has  '), ...only(theirs, ours, expected, 'lacks')].join('')
  return unequal === '' ? `the same lines, ${ours.length} instead of ${theirs.length} of them` : unequal
}
