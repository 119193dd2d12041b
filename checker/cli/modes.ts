/** Options that look further than an exhaustive search: which mode they ask for, and which of them exclude each other. */
import { hashedMode } from '../search/hashed.ts'
import type { Mode } from '../search/mode.ts'
import { preemptionMode } from '../search/preemptions.ts'
import { walkMode } from '../search/walks.ts'
import { sentences, UsageError } from './sentences.ts'

export interface ModeOptions {
  readonly preemptions?: number
  readonly walks?: number
  readonly walkDepth?: number
  /** Bits; `true` for the default. */
  readonly fingerprints?: number | true
  readonly seed?: number
  readonly engine: string
  readonly reduce?: readonly string[]
  readonly progress?: string
  readonly quiet?: boolean
  readonly workers?: number
}

/** The same numbers every time, unless another seed is asked for. */
export const DEFAULT_SEED = 1
export const DEFAULT_WALK_DEPTH = 1000
export const DEFAULT_BITS = 64

type Option =
  | 'reduce'
  | 'workers'
  | 'preemptions'
  | 'walks'
  | 'fingerprints'
  | 'walkDepth'
  | 'seed'
  | 'engine'
  | 'progress'
  | 'quiet'

const NAMES: Readonly<Record<Option, string>> = {
  reduce: '--reduce',
  workers: '--workers',
  preemptions: '--preemptions',
  walks: '--walks',
  fingerprints: '--fingerprints',
  walkDepth: '--walk-depth',
  seed: '--seed',
  engine: '--engine immer',
  progress: '--progress',
  quiet: '--quiet',
}

/** Options that exclude each other, and why. */
const EXCLUSIVE: readonly (readonly [Option, Option, string])[] = [
  ['reduce', 'preemptions', 'who moves is not the same where members are exchanged'],
  ['reduce', 'walks', 'a walk explores no states that could be left out'],
  ['reduce', 'fingerprints', 'what is left out is counted on states that are stored'],
  ['preemptions', 'walks', 'the one sees every behaviour within a bound, the other a few of all'],
  ['preemptions', 'fingerprints', 'preemptions are counted on states that are stored'],
  ['walks', 'fingerprints', 'a walk stores no states'],
  ['preemptions', 'engine', 'only the table engine counts preemptions'],
  ['walks', 'engine', 'only the table engine walks'],
  ['fingerprints', 'engine', 'only the table engine has fingerprints'],
  ['workers', 'reduce', 'what is left out is chosen by one thread'],
  ['workers', 'preemptions', 'preemptions are counted by one thread'],
  ['workers', 'walks', 'one thread walks'],
  ['workers', 'fingerprints', 'one thread fills their table'],
  ['workers', 'engine', 'threads help the table engine only'],
  ['progress', 'quiet', 'the one says how to show progress, the other not to'],
]

/** Options that mean something only beside one of others. */
const NEEDED: readonly (readonly [Option, readonly Option[]])[] = [
  ['walkDepth', ['walks']],
  ['seed', ['walks', 'fingerprints']],
]

const isGiven = (options: ModeOptions, option: Option): boolean =>
  option === 'engine' ? options.engine === 'immer' : options[option] !== undefined

/** Throws where options contradict each other. */
export function checkTogether(options: ModeOptions): void {
  for (const [one, other, because] of EXCLUSIVE)
    if (isGiven(options, one) && isGiven(options, other))
      throw new UsageError(sentences.exclusive(NAMES[one], NAMES[other], because))
  for (const [option, others] of NEEDED)
    if (isGiven(options, option) && !others.some((other) => isGiven(options, other)))
      throw new UsageError(
        sentences.needs(
          NAMES[option],
          others.map((other) => NAMES[other]),
        ),
      )
}

/** The mode that is asked for; `undefined` for an exhaustive search. */
export function modeOf(options: ModeOptions): Mode | undefined {
  const { preemptions, walks, walkDepth = DEFAULT_WALK_DEPTH, fingerprints, seed = DEFAULT_SEED } = options
  if (preemptions !== undefined) return preemptionMode(preemptions)
  if (walks !== undefined) return walkMode({ walks, depth: walkDepth, seed })
  if (fingerprints !== undefined) return hashedMode({ bits: fingerprints === true ? DEFAULT_BITS : fingerprints, seed })
  return undefined
}
