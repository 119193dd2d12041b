/**
 * Does a step, or a property, give the same whatever the order of the members? A proof, leaf by leaf.
 *
 * Let σ be an order of the members and π the permutation that takes the declared order to it. Handles are opaque, so a
 * run at state s that meets the members in the order σ does what a run at π⁻¹ s in the declared order does, renamed by π.
 * If it gives the same for every σ, then next(π s) = π next(s) for every π. Every order is tried, except of families
 * whose order no run looked at. All runs are one recording: the path of the leaf is the union of what they read, so
 * what was compared at one state holds for every state that hits the leaf.
 *
 * Writes are compared as they would be at each of these states: a write of what a run has read there is none. A frame
 * that is not in use holds references to "the first member", whoever that is: reading one breaks the symmetry, and where
 * one comes into use unbound, it counts as written, to the first member in the order.
 */
import type { Codec } from './codec.ts'
import type { Executor, Observer } from './executor.ts'
import { Fault } from './fault.ts'
import type { Layout, Node } from './layout.ts'
import { arrangementCount, arrangementsOf, type Arrangement, type FamilySize, type Orders } from './orders.ts'
import type { FlatLabel, Process } from './process.ts'
import type { RecordingPort } from './recorder.ts'

/** So many orders are tried; a step that looks at more breaks the symmetry. */
export const MOST_ORDERS = 720

/** The order of a family makes a difference, so its members cannot be exchanged. */
export class Asymmetry extends Error {
  override readonly name = 'Asymmetry'
  readonly family: string

  constructor(family: string, message: string) {
    super(message)
    this.family = family
  }
}

/** A reference that a frame holds from its first moment on, be it bound or not. */
interface FrameRef {
  readonly slot: number
  readonly family: string
}

/** What one outcome of a step writes: slots and codes in turn, behind what else can be seen of it. */
interface Written {
  readonly kind: string
  readonly writes: readonly (readonly [slot: number, code: number])[]
}

const FAULT = Symbol('a fault')
type Answer = number | typeof FAULT

export class EveryOrder {
  readonly #layout: Layout
  readonly #codec: Codec
  readonly #port: RecordingPort
  readonly #executor: Executor
  readonly #orders: Orders
  readonly #frameRefs: readonly ReadonlyMap<string, readonly FrameRef[]>[]
  readonly #arrangements = new Map<string, readonly Arrangement[]>()

  constructor(layout: Layout, codec: Codec, port: RecordingPort, executor: Executor, orders: Orders) {
    this.#layout = layout
    this.#codec = codec
    this.#port = port
    this.#executor = executor
    this.#orders = orders
    this.#frameRefs = layout.processes.map((process) => this.#refsOfFrames(process))
  }

  /** Compares the outcomes of a step at the state that the port records. Throws an `Asymmetry`. */
  step(process: Process, label: FlatLabel): void {
    const runs = this.#inEveryOrder(
      (arrangement) => this.#outcomes(process, label, arrangement),
      `'${label.name}' of ${process.family}`,
    )
    const [[, declared] = [undefined, []], ...others] = runs
    this.#refuseUnbound(process, label)
    const expected = this.#comparable(declared)
    for (const [arrangement, outcomes] of others)
      if (this.#comparable(outcomes) !== expected)
        this.#refuse(arrangement, `'${label.name}' of ${process.family} does something else`)
  }

  /** The answer of an observer at the state that the port is bound to. Throws its fault, or an `Asymmetry`. */
  answer(observer: Observer): number {
    const { name } = observer.property
    let fault: Fault | undefined
    const runs = this.#inEveryOrder((): Answer => {
      try {
        return this.#executor.observe(observer)
      } catch (thrown) {
        if (!(thrown instanceof Fault)) throw thrown
        fault ??= thrown
        return FAULT
      }
    }, `'${name}'`)
    const declared = runs[0]?.[1] ?? FAULT
    for (const [arrangement, answer] of runs)
      if (answer !== declared) this.#refuse(arrangement, `'${name}' answers something else`)
    if (declared === FAULT) throw fault ?? new Fault('exception', `${name} could not be evaluated.`)
    return declared
  }

  /** Runs in the declared order, then in every other one of the families that any of the runs looked at. */
  #inEveryOrder<T>(run: (arrangement: Arrangement) => T, what: string): (readonly [Arrangement, T])[] {
    const orders = this.#orders
    orders.seen.clear()
    const found: (readonly [Arrangement, T])[] = []
    try {
      for (let known = -1; known < orders.seen.size || known < 0;) {
        known = orders.seen.size
        found.length = 0
        for (const arrangement of this.#arrangementsOfSeen(what)) {
          orders.arrange(arrangement)
          found.push([arrangement, run(arrangement)])
          if (orders.seen.size > known) break
        }
      }
    } finally {
      orders.arrange(new Map())
    }
    return found
  }

  #arrangementsOfSeen(what: string): readonly Arrangement[] {
    const { seen, families } = this.#orders
    const looked = families.filter(({ family }) => seen.has(family))
    const key = looked.map(({ family }) => family).join()
    const cached = this.#arrangements.get(key)
    if (cached !== undefined) return cached
    if (arrangementCount(looked) > MOST_ORDERS) throw this.#tooMany(looked, what)
    const made = [new Map(), ...arrangementsOf(looked)]
    this.#arrangements.set(key, made)
    return made
  }

  #tooMany(looked: readonly FamilySize[], what: string): Asymmetry {
    const largest = looked.reduce((a, b) => (b.members > a.members ? b : a))
    const walked = looked.map(({ family, members }) => `the ${members} members of ${family}`).join(' and ')
    return new Asymmetry(
      largest.family,
      `${what} walks ${walked}, which have ${arrangementCount(looked)} orders; ${MOST_ORDERS} are tried at most`,
    )
  }

  #outcomes(process: Process, label: FlatLabel, arrangement: Arrangement): Written[] {
    const port = this.#port
    const found: Written[] = []
    this.#executor.outcomes(process, label, ({ action, urgent, fault }) => {
      if (fault !== undefined) {
        found.push({ kind: `fault ${action}`, writes: [] })
        return
      }
      const writes = port.writtenSlots.map((slot) => [slot, port.written(slot)] as const)
      found.push({
        kind: `${urgent ? 'urgent ' : ''}${action}`,
        writes: [...writes, ...this.#unbound(process, label, arrangement)],
      })
    })
    return found
  }

  /** References in frames that came into use and were not written: they are to the first member. */
  #unbound(process: Process, label: FlatLabel, arrangement: Arrangement): (readonly [number, number])[] {
    const { program, pc, id } = process
    const port = this.#port
    const to = port.writtenSlots.includes(pc) ? port.written(pc) : label.index
    const entered = (program.labels[to]?.within ?? []).filter((procedure) => !label.within.includes(procedure))
    return entered
      .flatMap((procedure) => this.#frameRefs[id]?.get(procedure) ?? [])
      .filter(({ slot }) => !port.writtenSlots.includes(slot))
      .map(({ slot, family }) => {
        this.#orders.seen.add(family)
        return [slot, arrangement.get(family)?.[0] ?? 0]
      })
  }

  /** An entry that has read a reference of the frame that it should have bound. */
  #refuseUnbound({ id, family }: Process, label: FlatLabel): void {
    if (label.bind === undefined || label.procedure === undefined) return
    const read = this.#frameRefs[id]?.get(label.procedure)?.find(({ slot }) => this.#port.readCode(slot) >= 0)
    if (read === undefined) return
    const { name } = this.#layout.slots[read.slot]!
    throw new Asymmetry(
      read.family,
      `'${label.name}' of ${family} reads ${name} before anybody has set it, which is then the first member`,
    )
  }

  #refsOfFrames({ family, index }: Process): Map<string, FrameRef[]> {
    const permuted = new Set(this.#orders.families.map((each) => each.family))
    const refs = (node: Node): FrameRef[] => {
      switch (node.kind) {
        case 'scalar':
          return node.domain.kind === 'ref' && !node.nullable && permuted.has(node.domain.family)
            ? [{ slot: node.slot, family: node.domain.family }]
            : []
        case 'struct':
          return Object.values(node.fields).flatMap(refs)
        case 'array':
          return node.elements.flatMap(refs)
        case 'option':
        case 'queue':
        case 'set':
          return []
      }
    }
    const frames = this.#layout.families.get(family)?.members[index]?.frames ?? {}
    return new Map(Object.entries(frames).map(([procedure, frame]) => [procedure, refs(frame)]))
  }

  /** The outcomes as a multiset, without writes of what is there at every state that hits the leaf. */
  #comparable(outcomes: readonly Written[]): string {
    const isThere = (slot: number, code: number): boolean =>
      this.#codec.bits[slot] === 0 || this.#port.readCode(slot) === code
    return outcomes
      .map(({ kind, writes }) => {
        const real = writes.filter(([slot, code]) => !isThere(slot, code)).map(([slot, code]) => `${slot}=${code}`)
        return `${kind}:${real.sort().join()}`
      })
      .sort()
      .join(' ')
  }

  #refuse(arrangement: Arrangement, what: string): never {
    const { families } = this.#orders
    const rearranged = families.filter(({ family }) => arrangement.has(family))
    // With more than one, each alone made no difference: the smallest is the least loss.
    const blamed = rearranged.reduce((a, b) => (b.members < a.members ? b : a))
    const name = (family: string, member: number): string =>
      this.#layout.families.get(family)?.members[member]?.name ?? family
    const orders = rearranged.map(({ family }) =>
      arrangement
        .get(family)!
        .map((member) => name(family, member))
        .join(', '),
    )
    const declared = rearranged.map(({ family, members }) =>
      Array.from({ length: members }, (_, member) => name(family, member)).join(', '),
    )
    throw new Asymmetry(
      blamed.family,
      `${what} when it meets ${rearranged.map(({ family }) => family).join(' and ')} in the order ${orders.join('; ')} than in the order ${declared.join('; ')}`,
    )
  }
}
