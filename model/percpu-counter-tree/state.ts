/** The counter, whoever adds to it, reads it or sets it, and how much of its words is kept. */
import {
  bool,
  ConfigError,
  family,
  language,
  oneOf,
  option,
  range,
  ref,
  setOf,
  singleton,
  struct,
  upTo,
  type Member,
  type StateView,
} from '../../checker/language/index.ts'
import { checkIncrement, isRefused, type Refusal, type Tree } from './arithmetic.ts'
import { errorAtRest, excessInFlight } from './bounds.ts'

export interface Bounds {
  readonly cpus: number
  readonly batch: number
  readonly adders: number
  readonly adds: number
  readonly increment: number
  readonly width: number
}

/** Switches that are documented where the protocol is composed. */
export type Ingredient =
  'decrements' | 'pages' | 'pinned' | 'filled' | 'counted' | 'preciseReader' | 'approximateReader' | 'setter'

export type Setup = Bounds & Readonly<Record<Ingredient, boolean>> & { readonly variant: string }

/** Level 0 and two levels of items: up to 512 CPUs. */
const LEVELS_MAX = 3
const CPUS_MAX = 512

/** In the quotient what was added is only counted if asked for, modulo 2 to this. */
const COUNTED_BITS = 4

/** How a counter is laid out; what a revision may get wrong before the first add. */
export interface Layout {
  readonly tree: (cpus: number, batch: bigint) => Tree | Refusal
  /** Of so many items that are needed, how many there is room for. */
  readonly room: (items: number, cpus: number) => number
  /** Bits of a word, where a long has so many. */
  readonly wordBits: (width: number) => number
  /** Carries do not follow from residuals alone, so that words must be whole. */
  readonly needsWholeWords?: boolean
}

function accept<T extends object>(answer: T | Refusal): T {
  if (isRefused(answer)) throw new ConfigError(answer.refused)
  return answer
}

/** What the domains follow from. */
export interface Sizes {
  readonly tree: Tree
  /** Bits of a word; 0: words are kept modulo their mask. */
  readonly width: number
  /** Items of level 1, and of level 2. */
  readonly lower: number
  readonly upper: number
  /** So many of them, and the root after them, are where the counter has memory. */
  readonly room: number
  /** The greatest error that is to be expected, adds under way included. */
  readonly error: number
  readonly carry: number
}

export function sizesOf(setup: Setup, layout: Layout): Sizes {
  const tree = accept(layout.tree(setup.cpus, BigInt(setup.batch)))
  if (tree.masks.length > LEVELS_MAX)
    throw new ConfigError(
      `A tree for ${setup.cpus} CPUs has ${tree.masks.length} levels below the root, and this model has ${LEVELS_MAX}: search at most ${CPUS_MAX} CPUs.`,
    )
  const increment = BigInt(setup.increment)
  const error = Number(errorAtRest(tree) + excessInFlight(tree, setup.adders, increment))
  if (setup.width > 0) checkWidth(setup.width, error, increment)
  else checkQuotient(setup, layout)
  if (setup.preciseReader && setup.approximateReader)
    throw new ConfigError('There is one reader: take either preciseReader or approximateReader.')
  const top = Number(tree.masks.at(-1) ?? 1n)
  const items = tree.items.reduce((sum, n) => sum + n, 0)
  return {
    tree,
    width: setup.width === 0 ? 0 : layout.wordBits(setup.width),
    error,
    lower: tree.masks.length > 1 ? tree.items[0] : 0,
    upper: tree.masks.length > 2 ? tree.items[1] : 0,
    room: layout.room(items, setup.cpus),
    carry: Math.ceil(setup.increment / top) * top,
  }
}

function checkQuotient(setup: Setup, { needsWholeWords = false }: Layout): void {
  const asked = (['pages', 'preciseReader', 'approximateReader', 'setter'] as const).filter((name) => setup[name])
  const all = [...(needsWholeWords ? [setup.variant] : []), ...asked]
  if (all.length > 0)
    throw new ConfigError(`Words must be whole for ${all.join(', ')}: give a width of at least 3 bits, not 0.`)
}

function checkWidth(width: number, error: number, increment: bigint): void {
  const refusal = checkIncrement(width, increment)
  if (refusal !== undefined) throw new ConfigError(refusal.refused)
  const needed = 1 + error.toString(2).length
  if (width < needed)
    throw new ConfigError(
      `The error can become ${error}, so that the width must be at least ${needed} bits, not ${width}.`,
    )
}

const PHASE = oneOf('idle', 'busy', 'done')
const constant = (value: number) => range(value, value)
const signed = (width: number, overflow?: 'wrap') => range(-(2 ** (width - 1)), 2 ** (width - 1) - 1, overflow)

export const stateOf = (layoutOf: (setup: Setup) => Layout) => (setup: Setup) => {
  const { tree, width, lower, upper, error, carry } = sizesOf(setup, layoutOf(setup))
  const quotient = width === 0
  const word = quotient ? upTo(0) : signed(width)
  const item = {
    count: quotient ? upTo(Number(tree.masks.at(-1) ?? 1n) - 1) : word,
    /** Some CPU is below it. Never changes. */
    is_used: bool,
    /** Faulty variants: it lies behind the memory of the counter. Never changes. */
    is_outside: bool,
  }
  return {
    /** These three are set by init and never change. */
    batch_size: constant(setup.batch),
    approx_accuracy_range: struct({ under: constant(Number(tree.under)), over: constant(Number(tree.over)) }),
    /** 0 in the quotient. */
    word_bits: constant(width),
    cpu: family(setup.cpus, {
      /** Everything that was added on that CPU. */
      level0: quotient ? upTo(setup.batch - 1) : word,
      /** The item of level 1 above it, by the index rule; null where that is the root. Never changes. */
      above: option(ref('lower')),
    }),
    /** The items of level 1. */
    lower: family(lower, {
      ...item,
      /** The item of level 2 above it; null where that is the root. Never changes. */
      above: option(ref('upper')),
    }),
    /** The items of level 2. */
    upper: family(upper, item),
    /** The item of the last level, which is the approximate sum. */
    root: word,
    /** Faulty variants: something was read or written that is not the counter's. */
    strayed: bool,
    bias: word,
    /** Tasks that add, and interrupts, which are no different. */
    adder: family(setup.adders, {
      adds_left: upTo(setup.adds),
      /** On its way to the next level. */
      carry: quotient ? range(-carry, carry) : word,
      /** Where in the next level it goes, if the CPU number has been read, which is done once. */
      lower: option(ref('lower')),
      upper: option(ref('upper')),
      /** Faulty variants: where and what it has read, and what it adds to it. */
      cpu: option(ref('cpu')),
      seen: word,
      inc: range(-setup.increment, setup.increment),
    }),
    reader: singleton({ phase: PHASE, next: upTo(setup.cpus), sum: word }),
    setter: singleton({ phase: PHASE, next: upTo(setup.cpus), sum: word }),
    /** What has been added altogether. Only tasks that give back what they took look at it. */
    total: quotient ? signedOrNone(setup.counted) : signed(setup.width, 'wrap'),
    /** History, kept here since only the step knows its increment: the sum of level 0 less the root. */
    error: quotient ? range(-2 * error - 2, 2 * error + 2, 'saturate') : signed(width, 'wrap'),
  }
}

const signedOrNone = (counted: boolean) => (counted ? signed(COUNTED_BITS, 'wrap') : upTo(0, 'wrap'))

export const historyOf = (layoutOf: (setup: Setup) => Layout) => (setup: Setup) => {
  const { error } = sizesOf(setup, layoutOf(setup))
  const bits = setup.width === 0 ? COUNTED_BITS : setup.width
  return {
    /** Every total that there was since the read began. */
    totals: setOf(signed(bits)),
    /** An add began, or was under way, while the counter was being read or set. */
    disturbed: bool,
    /** The precise sum was not what was set right after it was set; and somebody had disturbed it. */
    setMissed: bool,
    setWasDisturbed: bool,
    /** Total and error when nobody was adding last. */
    restTotal: signed(bits),
    restError: range(-2 * error - 2, 2 * error + 2, 'saturate'),
  }
}

type StateOf = ReturnType<typeof stateOf>
export const { program, steps } = language<StateOf, ReturnType<typeof historyOf>>()
export type State = StateView<ReturnType<StateOf>>
export type Adder = Member<ReturnType<StateOf>, 'adder'>
export type Cpu = Member<ReturnType<StateOf>, 'cpu'>
export type Lower = Member<ReturnType<StateOf>, 'lower'>
export type Upper = Member<ReturnType<StateOf>, 'upper'>
