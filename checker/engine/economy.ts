/**
 * What a decision tree has cost and brought so far: decides by measurement whether it goes on, or whether its label is
 * evaluated directly from now on.
 */

export interface EconomyOptions {
  /** Leaves beyond which a tree is given up whatever it brings. */
  readonly leafCap: number
  /** A tree is judged after every so many recordings. */
  readonly window: number
  /** Fewer expanded states than this per recording, since the last judgement: too many misses. */
  readonly statesPerRecording: number
}

/** A recording costs about as much as a dozen direct evaluations: a tree whose leaves are hardly hit again is a loss. */
export const ECONOMY: EconomyOptions = { leafCap: 262_144, window: 2048, statesPerRecording: 2 }

/** Of the leaves of a window, this share must have been hit again by the end of the next one. */
const REUSED_SHARE = 0.5

export class Economy {
  leaves = 0
  direct = false
  #windowState = 0
  #previous: number[] = []
  #current: number[] = []
  readonly #options: EconomyOptions

  constructor(options: EconomyOptions) {
    this.#options = options
  }

  /** Counts a leaf recorded when `state` states were expanded; `true` when the tree is to be given up. */
  recorded(leaf: number, state: number, unused: (leaf: number) => boolean): boolean {
    const { leafCap, window, statesPerRecording } = this.#options
    this.leaves++
    this.#current.push(leaf)
    if (this.leaves > leafCap) this.direct = true
    if (this.#current.length === window) {
      const dead = this.#previous.filter(unused).length
      if (dead > (1 - REUSED_SHARE) * window || state - this.#windowState < statesPerRecording * window)
        this.direct = true
      this.#windowState = state
      this.#previous = this.#current
      this.#current = []
    }
    return this.direct
  }
}
