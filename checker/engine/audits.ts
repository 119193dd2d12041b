/**
 * How often a step that was learnt is compared with the reference engine: the first one, then one in 65,536, and half as
 * often after every 16 comparisons. What is wrong shows early, where most is new; a long search is not slowed down by it.
 */

const FIRST_PERIOD = 2 ** 16
const LAST_PERIOD = 2 ** 30
const PER_PERIOD = 16

export class Audits {
  #period = FIRST_PERIOD
  #left = PER_PERIOD

  /** Steps from a comparison to the next one. */
  next(): number {
    const period = this.#period
    if (--this.#left === 0) {
      this.#left = PER_PERIOD
      this.#period = Math.min(2 * period, LAST_PERIOD)
    }
    return period
  }
}
