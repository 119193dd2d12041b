/**
 * The port of an engine: where reads and writes of a recipe end up, with the rules that are the same for all engines.
 *
 * Guards and properties only read; effects do not see history; notes write nothing else; history that no property
 * reads is not kept; and nothing outside the state may be looked at.
 */
import { Fault } from './fault.ts'
import type { Layout } from './layout.ts'
import type { Port } from './draft.ts'
import type { Tampering } from './tampering.ts'

/** What the recipe that is running may do. */
export type Mode = 'read' | 'effect' | 'note' | 'init' | 'engine'

export abstract class StatePort implements Port {
  mode: Mode = 'read'
  fault: Fault | undefined
  /** Slots at which a saturating domain cut something off. */
  readonly clippedSlots: Set<number> = new Set()
  /** History fields that something which is kept turned out to depend on. */
  readonly needed: Set<string> = new Set()
  /** Told whenever a property asks whether the process of a slot stands at a label: that reads less than the slot. */
  onLabelAsked: ((slot: number, label: string) => void) | undefined
  /** Stands between the action that is under way and the state. */
  tampering: Tampering | undefined
  protected readonly layout: Layout
  readonly #kept: Uint8Array
  readonly #missed = new Set<string>()
  #looksBack = false
  readonly #keepsHistory: boolean

  constructor(layout: Layout, keptHistory: ReadonlySet<string>) {
    this.layout = layout
    this.#keepsHistory = keptHistory.size > 0
    this.#kept = Uint8Array.from(layout.slots, (slot) =>
      !slot.history || keptHistory.has(historyField(slot.name)) ? 1 : 0,
    )
  }

  /** The code of a slot in the state before the step. */
  protected abstract load(slot: number): number
  /** The code of a slot as the step left it so far. */
  protected abstract read(slot: number): number
  protected abstract write(slot: number, code: number): void
  /** Forgets what was written since. */
  protected abstract rewind(): void

  /** Starts a branch of a step. */
  begin(): void {
    this.fault = undefined
    this.tampering = undefined
    this.#looksBack = false
    this.#missed.clear()
    this.rewind()
  }

  get(slot: number): number {
    if (this.#kept[slot] === 0) {
      const { name, initial } = this.layout.slots[slot] ?? { name: '', initial: 0 }
      this.#missed.add(historyField(name))
      return initial
    }
    const code = this.#looksBack ? this.load(slot) : this.read(slot)
    const { tampering } = this
    if (tampering === undefined) return code
    tampering.read?.(slot, code)
    return tampering.sees?.(slot, code) ?? code
  }

  set(slot: number, code: number): void {
    const meta = this.layout.slots[slot]
    if (meta === undefined) return
    if (this.mode === 'read')
      this.fail(new Fault('impure', `a guard or a property wrote ${meta.name}; it may only read.`, meta.name))
    if (this.mode === 'note' && !meta.history)
      this.fail(new Fault('impure', `a note wrote ${meta.name}; it may only write history.`, meta.name))
    if (this.#kept[slot] === 0) return
    const tampering = this.mode === 'effect' ? this.tampering : undefined
    const written = tampering?.write === undefined ? code : tampering.write(slot, code, () => this.read(slot))
    if (written !== undefined) this.write(slot, written)
  }

  clipped(slot: number): void {
    this.clippedSlots.add(slot)
  }

  fail(fault: Fault): never {
    this.fault ??= fault
    throw this.fault
  }

  /** Evaluates an expression in the state before the step. */
  before<T>(expression: () => T): T {
    const outer = this.#looksBack
    this.#looksBack = true
    try {
      return expression()
    } finally {
      this.#looksBack = outer
    }
  }

  /** Did a note fail after it had read history that is not kept? Then that is needed, and the failure means nothing. */
  lacksHistory(): boolean {
    if (this.mode !== 'note' || this.#missed.size === 0) return false
    for (const field of this.#missed) this.needed.add(field)
    this.fault = undefined
    return true
  }

  /**
   * Settles which history must be kept too: what a property read, and, once any is kept, whatever a note looked at: it
   * may decide whether something that is kept is written.
   */
  settleHistory(reader: 'note' | 'property'): void {
    if (reader === 'property' || this.#keepsHistory) for (const field of this.#missed) this.needed.add(field)
    this.#missed.clear()
  }
}

/** The history field that a slot belongs to: `kills` of `kills[2].victim`. */
export const historyField = (name: string): string => /^[^.[]*/.exec(name)?.[0] ?? name
