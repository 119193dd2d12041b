/** What is asked of the tree. The error is the precise sum less the approximate one. */
import { propertiesOf, type RowOf } from '../../checker/language/index.ts'
import { intervalCounter } from '../../model/interval-counter.ts'
import { percpuCounterTree } from '../../model/percpu-counter-tree.ts'
import { isRefused, minMaxRange, treeFor, wrap, type Tree } from '../../model/percpu-counter-tree/arithmetic.ts'
import { errorAtRest, excessInFlight } from '../../model/percpu-counter-tree/bounds.ts'
import type { Adder, State } from '../../model/percpu-counter-tree/state.ts'

export type TreeRow = RowOf<typeof percpuCounterTree>

const { always, maximum, minimum, reachable, refines, stepwise } = propertiesOf(percpuCounterTree)

/** A tree as v12 lays it out, with what is asked of it again and again as numbers. */
interface Known {
  readonly tree: Tree
  /** One for each level that the model has; 1 where the tree has none. */
  readonly masks: readonly [number, number, number]
  readonly errorAtRest: number
}

const trees = new Map<number, Known>()
function known(cpus: number, batch: number): Known {
  const key = cpus * 1024 + batch
  let found = trees.get(key)
  if (found !== undefined) return found
  const tree = treeFor(cpus, BigInt(batch))
  if (isRefused(tree)) throw new Error(tree.refused)
  const mask = (level: number): number => Number(tree.masks[level] ?? 1n)
  found = { tree, masks: [mask(0), mask(1), mask(2)], errorAtRest: Number(errorAtRest(tree)) }
  trees.set(key, found)
  return found
}
const knownOf = (s: State): Known => known(s.cpu.length, s.batch_size)

/** Nobody is between level 0 and the root. */
const atRest = (s: State): boolean => s.adder.every((adder) => adder.carry === 0)

/** As a word of the state; in the quotient nothing wraps. */
const word = ({ word_bits }: State, value: number): number =>
  word_bits === 0 ? value : Number(wrap(word_bits, BigInt(value)))

/** What a word keeps back from the level above; below 0 the remainder is that of the next multiple further down. */
const residual = (value: number, mask: number): number => ((value % mask) + mask) % mask

/** What nodes keep back from the level above. */
function residuals(s: State): number {
  const [cpus, lower, upper] = knownOf(s).masks
  return (
    s.cpu.sum(({ level0 }) => residual(level0, cpus)) +
    s.lower.sum(({ count }) => residual(count, lower)) +
    s.upper.sum(({ count }) => residual(count, upper))
  )
}

/** The precise sum as the range that is given around the approximate one has it: relative to the approximate sum. */
function isInRange(s: State, error: number): boolean {
  const { min, max } = rangeOf(s)
  return min <= error && error <= max
}

/** The range of the precise sum around an approximate one. */
function rangeOf({ approx_accuracy_range: { under, over } }: State): { readonly min: number; readonly max: number } {
  const { min, max } = minMaxRange(0n, { under: BigInt(under), over: BigInt(over) })
  return { min: Number(min), max: Number(max) }
}

/** An error beside the range, for people. */
function besideRange(s: State): Record<string, number> {
  const { min, max } = rangeOf(s)
  return { 'the error': s.error, 'the least of the range': min, 'the greatest': max }
}

const level0Of = (s: State): number => s.cpu.sum(({ level0 }) => level0)
/** Total and error as the words say them, or as they were counted where words are not whole. One CPU is its own root. */
const reading = (s: State): { value: number; error: number } => {
  if (s.word_bits === 0) return { value: s.total, error: s.error }
  const root = knownOf(s).tree.masks.length === 0 ? s.cpu[0].level0 : s.root
  return { value: word(s, level0Of(s) + s.bias), error: word(s, level0Of(s) - root) }
}

const COUNTED_BITS = 4
const bitsOf = (width: number): number => (width === 0 ? COUNTED_BITS : width)

interface Configured {
  readonly cpus: number
  readonly batch: number
  readonly adders: number
  readonly increment: number
  readonly width: number
  readonly counted: boolean
}

/** Where what was added is not counted, the value stands still, and only the error is asked about. */
const intervalAtRest = ({ cpus, batch, increment, width, counted }: Configured, less: number) => ({
  bounds: { below: 0, above: Math.max(0, known(cpus, batch).errorAtRest - less), increment, width: bitsOf(width) },
  ...(width === 0 && !counted ? { ingredients: ['settles'] as const } : {}),
})

function intervalInFlight({ cpus, batch, adders, increment, width }: Configured, less: number) {
  const { tree, errorAtRest: atMost } = known(cpus, batch)
  const excess = Number(excessInFlight(tree, adders, BigInt(increment)))
  return {
    bounds: { below: excess, above: Math.max(0, atMost + excess - less), increment, width: bitsOf(width) },
    ingredients: ['settles'] as const,
  }
}

/** The error less what stands in level 0: what is further up, and what is lost. */
const kept = (s: State): number => s.error - s.cpu.sum(({ level0 }) => level0)
/** The state counts errors up to this, or more. */
function countedAtLeast(s: State): number {
  const { tree, errorAtRest: atMost } = known(s.cpu.length, s.batch_size)
  return 2 * (atMost + Number(excessInFlight(tree, s.adder.length, 1n)))
}

/** Somebody has read a sum. */
const isTold = (s: State): boolean => s.reader[0].phase === 'done'

const readBesideTotal = (s: State): Record<string, number> => ({
  'the sum that was read': s.reader[0].sum,
  'the total': s.total,
})

/** Is nothing left in an adder of what it has done? */
const isClear = ({ carry, lower, upper, cpu, seen, inc }: Adder): boolean =>
  carry === 0 && lower === null && upper === null && cpu === null && seen === 0 && inc === 0

export const properties = [
  /**
   * The documented range, as v12 states it: without a condition. A task is shot or not by these sums.
   */
  always('RangeContainsPreciseSum', (s) => isInRange(s, s.error), { numbers: besideRange }),
  /** As later texts state it: while nobody adds. */
  always('RangeContainsPreciseSumAtRest', (s) => isInRange(s, s.error), { given: atRest, numbers: besideRange }),
  /** The sharper range that the code has: the approximate sum is never above the precise one, and no further below. */
  always('ErrorAtRestIsSharp', (s) => s.error >= 0 && s.error <= knownOf(s).errorAtRest, {
    given: atRest,
    numbers: (s) => ({ 'the error': s.error, 'the greatest at rest': knownOf(s).errorAtRest }),
  }),
  reachable('WorstCaseAtRest', (s) => atRest(s) && s.error === knownOf(s).errorAtRest),
  maximum('GreatestErrorAtRest', (s) => (atRest(s) ? s.error : 0)),
  minimum('LeastErrorAtRest', (s) => (atRest(s) ? s.error : 0)),
  maximum('GreatestError', (s) => s.error),
  minimum('LeastError', (s) => s.error),

  /**
   * Conservation: what was added is in the root, kept back by nodes, or on its way, in every state. Where it fails a
   * counter is wrong for ever.
   */
  always('NothingIsLost', (s) => word(s, s.error - residuals(s) - s.adder.sum(({ carry }) => carry)) === 0, {
    given: (s, { at }) => s.adder.every((adder) => !at(adder, 'level0_reload')),
    numbers: (s) => ({
      'the error': s.error,
      'what nodes keep back': residuals(s),
      'what is on its way': s.adder.sum(({ carry }) => carry),
    }),
  }),
  /**
   * Also where carries are wrong: nothing less than a batch leaves a word of level 0, so that the error follows these words
   * but for whole batches. Else it would not be known by how much a faulty counter is off. What is counted ends somewhere,
   * and a faulty error may get there: asked are steps that end at less, or come down from there.
   */
  stepwise('OnlyBatchesLeaveLevel0', (s, { before }) => (kept(s) - before(() => kept(s))) % s.batch_size === 0, {
    given: (s, { before }) =>
      s.error > -countedAtLeast(s) && (s.error < countedAtLeast(s) || s.error < before(() => s.error)),
  }),
  /** Where the word is read again to see what an add has made of it, that is the word that was added to. */
  stepwise('AddedWordIsReadAgain', (s, { at, before }) =>
    s.adder.every(
      (adder) =>
        before(() => !at(adder, 'level0')) ||
        !at(adder, 'level0_reload') ||
        s.cpu.every((cpu) => cpu === adder.cpu || cpu.level0 === before(() => cpu.level0)),
    ),
  ),
  /** Where there are no decrements nobody adds less than nothing, however wrong the sums are. */
  always('NothingIsTakenBack', (s) => s.adder.every(({ inc }) => inc >= 0)),
  /** A reader of the precise sum passes by no CPU; one of the approximate sum looks at none. */
  stepwise('ReaderGoesCpuByCpu', (s, { before }) => {
    const was = before(() => s.reader[0].next)
    return (
      (s.reader[0].next === was || s.reader[0].next === was + 1) &&
      (s.reader[0].phase !== 'done' || was === 0 || s.reader[0].next === s.cpu.length)
    )
  }),
  /** What justifies the quotient: the error that is counted beside the words is the one that they have. */
  always('WordsTellTheError', (s) => reading(s).error === s.error),

  /** No add goes past the memory of the counter. */
  always('StaysInside', (s) => !s.strayed),
  /** States are told apart only by what somebody will look at: who is between adds, or done, holds nothing of the last one. */
  always(
    'NothingIsLeftBehind',
    (s, { at }) =>
      s.adder.every(
        (adder) =>
          (!(at(adder, 'level0') || at(adder, 'done')) || isClear(adder)) &&
          (!at(adder, 'root') || (adder.lower === null && adder.upper === null)),
      ) &&
      (s.setter[0].phase === 'busy') === s.setter[0].next > 0 &&
      (s.setter[0].phase === 'busy' || s.setter[0].sum === 0),
  ),
  /** The CPU number is read once: who has added to level 1 goes on above that item, wherever he runs by now. */
  always('ClimbStaysOnItsWay', (s, { at }) => s.adder.every((adder) => !at(adder, 'level2') || adder.upper !== null)),
  maximum('GreatestTotal', (s) => s.total),

  /** What is added is in the words of the CPUs. */
  always('PreciseSumIsTheTotal', (s) => reading(s).value === s.total),
  /** A sum that is read while nobody adds: exact if it is the precise one. Else "bad rss-counter" is printed for nothing. */
  always('ReadIsExactAtRest', (s, { h }) => h.totals.has(s.reader[0].sum), {
    given: (s, { h }) => isTold(s) && !h.disturbed,
    numbers: readBesideTotal,
  }),
  /** A sum that is read at any time is one that there was since the read began. */
  always('ReadValueExisted', (s, { h }) => h.totals.has(s.reader[0].sum), {
    given: isTold,
    numbers: readBesideTotal,
  }),
  /** Pages cannot be fewer than none: such a sum became a huge unsigned number, and a division by zero elsewhere. */
  always('ReadIsNotNegative', (s) => s.reader[0].sum >= 0, { given: isTold }),
  /** The range around a sum that was read contains a total that there was since the read began. */
  always('ReadIsWithinRange', (s, { h }) => h.totals.some((total) => isInRange(s, total - s.reader[0].sum)), {
    given: isTold,
    numbers: (s) => ({
      ...readBesideTotal(s),
      'the least of the range': s.reader[0].sum + rangeOf(s).min,
      'the greatest': s.reader[0].sum + rangeOf(s).max,
    }),
  }),
  /** After a set that nobody disturbed the precise sum is what was set. */
  always('SetGivesItsValue', (_s, { h }) => !h.setMissed, { given: (_s, { h }) => !h.setWasDisturbed }),
  /** After a set the precise sum is what was set, whatever happened meanwhile. */
  always('SetInUseGivesItsValue', (_s, { h }) => !h.setMissed),

  /** An adder alone is an exact counter, with an approximation that is 0 to U below it whenever nobody adds. */
  refines('IsIntervalCounterAtRest', intervalCounter, {
    instance: (config) => intervalAtRest(config, 0),
    map: (a, _s, { h }) => {
      a.value = h.restTotal
      a.error = h.restError
    },
  }),
  /** An adder alone is an exact counter with an interval that ends one below U, if that is not 0. */
  refines('IsNarrowerCounterAtRest', intervalCounter, {
    instance: (config) => intervalAtRest(config, 1),
    map: (a, _s, { h }) => {
      a.value = h.restTotal
      a.error = h.restError
    },
  }),
  /** Many adders are one as well, at every moment, with the interval of counters in use. */
  refines('IsIntervalCounter', intervalCounter, {
    instance: (config) => intervalInFlight(config, 0),
    map: (a, s) => {
      Object.assign(a, reading(s))
    },
  }),
  /** Many adders are one with an interval that ends one earlier, if there is one: with one CPU nothing is off. */
  refines('IsNarrowerCounter', intervalCounter, {
    instance: (config) => intervalInFlight(config, 1),
    map: (a, s) => {
      Object.assign(a, reading(s))
    },
  }),
]
