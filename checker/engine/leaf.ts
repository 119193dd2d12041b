/** The first word of a leaf: how many outcomes it has, and what else is to be known about it. */

export const COUNT_MASK: number = 0xffff
/** Some outcome is urgent: no tick now. */
export const URGENT: number = 1 << 16
/** Not yet re-run on a second state that hits it. */
export const UNAUDITED: number = 1 << 17
/** To be evaluated directly, every time. */
export const DIRECT: number = 1 << 18
/** A branch ended in a fault here. */
export const FAULTY: number = 1 << 19

/** The answer of an observer whose recipe faulted: below every real answer. */
export const NO_ANSWER: number = -(2 ** 31)
