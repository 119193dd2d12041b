/** What is left of a search, as far as that can honestly be said while it runs. */
import type { Statistics } from '../engine/engine.ts'

export interface Estimate {
  /** States that are still to be expanded; `null` where states are not what is counted. */
  readonly states: number | null
  readonly seconds: number
  /** The share of the work that is done is known, or the levels shrink and would have to go on shrinking like that. */
  readonly from: 'share' | 'levels'
}

/** So many levels in a row must have shrunk, none by less than the one before. */
const SHRINKING = 3
/** Levels that shrink more slowly than to this share say nothing about the end. */
const LARGEST_RATIO = 0.95

/**
 * The rest of the levels as a geometric series with the last ratio: too much where ratios keep falling, as they mostly do
 * once the widest level is behind. Nothing is said while levels grow.
 */
export function estimateOf(statistics: Statistics, seconds: number): Estimate | undefined {
  const { share, levels, states, queued } = statistics
  if (share !== undefined)
    return share === 0 ? undefined : { states: null, seconds: (seconds * (1 - share)) / share, from: 'share' }
  const expanded = states - queued
  const current = levels?.at(-1)
  if (levels === undefined || current === undefined || expanded === 0) return undefined
  const sizes = levels.slice(1).map((first, i) => first - (levels[i] ?? 0))
  const last = sizes.slice(-SHRINKING - 1)
  const ratios = last.slice(1).map((size, i) => size / (last[i] ?? 0))
  const ratio = ratios.at(-1)
  if (ratio === undefined || ratios.length < SHRINKING || !shrinksFaster(ratios)) return undefined
  // Beyond the last whole level: what of it was expanded already is not left.
  const rest = ((sizes.at(-1) ?? 0) * ratio) / (1 - ratio) - (expanded - current)
  const left = Math.max(queued, Math.ceil(rest))
  return { states: left, seconds: (left * seconds) / expanded, from: 'levels' }
}

const shrinksFaster = (ratios: readonly number[]): boolean =>
  ratios.every((ratio, i) => ratio <= LARGEST_RATIO && ratio <= (ratios[i - 1] ?? 1))
