/** An instance in packed words: its initial states, its states as plain ones and back, and the reference engine on them. */
import type { Codec } from './codec.ts'
import type { FaultSighting } from './engine.ts'
import type { Executor } from './executor.ts'
import { IMPURE_INIT, stepFault, type StepFault } from './fault.ts'
import type { Layout } from './layout.ts'
import { Machine } from './machine.ts'
import { Plain, type PlainState } from './plain.ts'
import { sealed } from './purity.ts'
import type { RecordingPort } from './recorder.ts'
import type { Relation } from './relation.ts'

interface Start {
  readonly state: Int32Array
  readonly fault: StepFault | undefined
}

export class Packing {
  readonly #layout: Layout
  readonly #codec: Codec
  readonly #port: RecordingPort
  readonly #plain: Plain

  constructor(layout: Layout, codec: Codec, port: RecordingPort) {
    this.#layout = layout
    this.#codec = codec
    this.#port = port
    this.#plain = new Plain(layout)
  }

  plain(words: Int32Array, base: number): PlainState {
    return this.#plain.state((slot) => this.#codec.get(words, base, slot))
  }

  packed(state: PlainState): Int32Array {
    const words = new Int32Array(this.#codec.words)
    for (const { id } of this.#layout.slots) this.#codec.set(words, 0, id, this.#plain.places[id]!.get(state))
    return words
  }

  /** The reference engine, for the sampled audit. */
  reference(history: ReadonlySet<string>): NonNullable<Relation['reference']> {
    const machine = new Machine(this.#layout, history)
    return (process, words) => {
      const successors: Int32Array[] = []
      let faults = 0
      machine.outcomesOf(
        this.plain(words, 0),
        process,
        ({ next }) => successors.push(this.packed(next)),
        () => faults++,
      )
      return faults > 0 ? undefined : successors
    }
  }

  /**
   * The initial states, duplicates included, and what went wrong. The recipe is run twice: one that gives other states
   * the second time is impure.
   */
  starts(executor: Executor): { readonly states: readonly Int32Array[]; readonly faults: readonly FaultSighting[] } {
    const [first, again] = [this.#run(executor), this.#run(executor)]
    const isPure = first.length === again.length && first.every(({ state }, i) => isSame(state, again[i]!.state))
    const faults = [...first.flatMap(({ fault }) => fault ?? []), ...(isPure ? [] : [IMPURE_INIT])]
    return {
      states: first.flatMap(({ state, fault }) => (fault === undefined ? [state] : [])),
      faults: faults.map((fault) => ({ fault, state: -1 })),
    }
  }

  #run(executor: Executor): Start[] {
    const words = new Int32Array(this.#codec.words)
    for (const { id, initial } of this.#layout.slots) this.#codec.set(words, 0, id, initial)
    const found: Start[] = []
    this.#port.bind(words, false)
    sealed(this.#port, () =>
      executor.initial(({ fault }) => {
        const state = words.slice()
        for (const slot of this.#port.writtenSlots) this.#codec.set(state, 0, slot, this.#port.written(slot))
        found.push({ state, fault: fault && stepFault(fault, 'init', 'init') })
      }),
    )
    return found
  }
}

const isSame = (a: Int32Array, b: Int32Array): boolean => a.every((word, k) => word === b[k])
