/**
 * The recording port: runs recipes on packed words and notes what they read first and what they wrote.
 *
 * Reads of a field that the same branch has written are not reads of the state. With `recording` off it is the direct
 * evaluator, which notes nothing.
 */
import type { Codec } from './codec.ts'
import type { Layout } from './layout.ts'
import { StatePort } from './port.ts'

export class RecordingPort extends StatePort {
  /** Slots in the order of their first reads; those of the state after a step are counted on from the last slot. */
  readonly readSlots: number[] = []
  readonly readCodes: number[] = []
  /** Slots written by the branch, each once. */
  readonly writtenSlots: number[] = []
  recording = false
  readonly #codec: Codec
  readonly #slots: number
  #words: Int32Array = new Int32Array(0)
  #pair = false
  readonly #codes: Int32Array
  readonly #writtenIn: Uint32Array
  readonly #readIn: Uint32Array
  #branch = 0
  #session = 0

  constructor(layout: Layout, codec: Codec, keptHistory: ReadonlySet<string>) {
    super(layout, keptHistory)
    this.#codec = codec
    this.#slots = layout.slots.length
    this.#codes = new Int32Array(this.#slots)
    this.#writtenIn = new Uint32Array(this.#slots)
    this.#readIn = new Uint32Array(2 * this.#slots)
  }

  /** Recipes run on the state in these words; an observer of pairs finds the state after the step behind it. */
  bind(words: Int32Array, recording: boolean, pair = false): void {
    this.#words = words
    this.#pair = pair
    this.recording = recording
    this.#session++
    this.rewind()
    this.readSlots.length = this.readCodes.length = 0
  }

  /** What the branch wrote to a slot. */
  written(slot: number): number {
    return this.#codes[slot]!
  }

  /** The code that was read from the state, or -1 when the slot was not read. */
  readCode(slot: number): number {
    return this.#readIn[slot] === this.#session ? this.#codec.get(this.#words, 0, slot) : -1
  }

  protected override load(slot: number): number {
    return this.#look(slot, 0, 0)
  }

  protected override read(slot: number): number {
    if (this.#writtenIn[slot] === this.#branch) return this.#codes[slot]!
    return this.#pair ? this.#look(slot, this.#codec.words, this.#slots) : this.#look(slot, 0, 0)
  }

  protected override write(slot: number, code: number): void {
    if (this.#writtenIn[slot] !== this.#branch) {
      this.#writtenIn[slot] = this.#branch
      this.writtenSlots.push(slot)
    }
    this.#codes[slot] = code
  }

  protected override rewind(): void {
    this.#branch++
    this.writtenSlots.length = 0
  }

  #look(slot: number, base: number, offset: number): number {
    const code = this.#codec.get(this.#words, base, slot)
    if (this.recording && this.#readIn[slot + offset] !== this.#session) {
      this.#readIn[slot + offset] = this.#session
      this.readSlots.push(slot + offset)
      this.readCodes.push(code)
    }
    return code
  }
}
