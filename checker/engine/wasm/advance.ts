/**
 * The generated twin of `Kernel`'s loop, with the words of a state unrolled.
 *
 * It does exactly what the loop in JavaScript does, on the same arrays; everything rare is imported from there.
 *
 * An explorer of a crew can ask for nothing rare, as the recipes are with the leader: it puts off the state as a whole. What it
 * did for the state so far is done again there, and does no harm: successors are found to be known.
 */
import { COUNT_MASK, DIRECT, FAULTY, UNAUDITED, URGENT } from '../forest.ts'
import { BATCH, saltsOf } from '../store.ts'
import {
  add,
  and,
  Body,
  call,
  constant,
  eq,
  ge,
  gt,
  isZero,
  load,
  lt,
  mul,
  ne,
  or,
  shr,
  sub,
  words,
  xor,
  type Code,
} from './assembler.ts'
import {
  ARENA,
  cell,
  DEFERRED,
  imported,
  INSERT,
  recentRows,
  treesOf,
  WORK,
  ZERO,
  type MemoryMap,
  type Shape,
} from './shape.ts'
import { increment, mixLocal, setCell } from './statements.ts'

type AdvanceLocal =
  | 'stop'
  | 'head'
  | 'count'
  | 'levelEnd'
  | 'at'
  | 'hash'
  | 'x'
  | 'o'
  | 'answer'
  | 'i'
  | 'p'
  | 'test'
  | 'leaf'
  | 'header'
  | 'enabled'
  | 'n'
  | 't'
  | 'writes'
  | 'base'
  | 'successor'
  | 'k'
  | 'word'
  | 'pending'
  | 'transitions'
  | 'before'
  | 'untilAudit'
  | `w${number}`

/** advance(stop): `Kernel.advance` up to, not including, state `stop`; that of an explorer may be halted before. */
export class AdvanceGenerator {
  readonly #shape: Shape
  readonly #map: MemoryMap
  readonly #b: Body<AdvanceLocal>
  readonly #tree: (index: Code, offset?: number) => Code

  constructor(shape: Shape, map: MemoryMap) {
    this.#shape = shape
    this.#map = map
    const unrolled = Array.from({ length: shape.words }, (_, k): AdvanceLocal => `w${k}`)
    // prettier-ignore
    this.#b = new Body<AdvanceLocal>(1, [
      'stop', 'head', 'count', 'levelEnd', 'at', 'hash', 'x', 'o', 'answer', 'i', 'p', 'test', 'leaf', 'header', 'enabled',
      'n', 't', 'writes', 'base', 'successor', 'k', 'word', 'pending', 'transitions', 'before', 'untilAudit', ...unrolled,
    ])
    this.#tree = (index, offset = 0) => load(treesOf(shape), words(index), map.trees + 4 * offset)
  }

  generate(): Code {
    return this.#shape.crew ? this.#exploring() : this.#alone()
  }

  #exploring(): Code {
    const b = this.#b
    const get = b.get.bind(b)
    const kept = ['head', 'transitions', 'untilAudit'] as const
    for (const local of kept) b.set(local, cell(local))
    b.block('end', () => {
      b.loop('state', () => {
        b.leave('end', ge(get('head'), get('stop')))
        b.leave('end', cell('halt'))
        b.set('before', get('transitions'))
        this.#loadState()
        b.block('expanded', () => {
          b.block('deferred', () => {
            this.#expand()
            b.leave('expanded')
          })
          b.set('transitions', get('before'))
        })
        increment(b, 'head')
        b.leave('state')
      })
    })
    this.#flush()
    for (const local of kept) setCell(b, local, get(local))
    return b.encode()
  }

  #alone(): Code {
    const b = this.#b
    const get = b.get.bind(b)
    for (const local of ['head', 'count', 'levelEnd', 'transitions', 'untilAudit'] as const) b.set(local, cell(local))
    b.block('end', () => {
      b.loop('state', () => {
        b.when(or(eq(get('head'), get('count')), eq(get('head'), get('levelEnd'))), () => {
          this.#flush()
          b.leave('end', eq(get('head'), get('count')))
          b.run(imported('level', get('head')))
          b.set('levelEnd', get('count'))
        })
        b.leave('end', ge(get('head'), get('stop')))
        this.#loadState()
        this.#expand()
        increment(b, 'head')
        b.leave('state')
      })
    })
    this.#flush()
    for (const local of ['head', 'levelEnd', 'transitions', 'untilAudit'] as const) setCell(b, local, get(local))
    return b.encode()
  }

  /** Expands the state that was loaded. */
  #expand(): void {
    const b = this.#b
    this.#observe(0, this.#shape.stateObservers)
    this.#processes()
    b.when(isZero(and(b.get('enabled'), constant(COUNT_MASK | FAULTY))), () =>
      b.run(imported('terminal', b.get('head'))),
    )
  }

  #flush(): void {
    const b = this.#b
    b.when(gt(b.get('pending'), ZERO), () => {
      if (this.#shape.exchanges) b.run(imported('keep', b.get('pending')))
      b.run(call(INSERT, b.get('pending')))
      b.set('pending', ZERO)
      if (!this.#shape.crew) b.set('count', cell('count'))
    })
  }

  #loadState(): void {
    const b = this.#b
    const { words: K } = this.#shape
    const salts = saltsOf(K)
    b.set('at', mul(b.get('head'), constant(4 * K)))
    b.set('hash', ZERO)
    for (let k = 0; k < K; k++) {
      b.set(`w${k}`, load(ARENA, b.get('at'), 4 * k))
      b.store(WORK, ZERO, b.get(`w${k}`), this.#map.state + 4 * k)
      b.set('x', xor(b.get(`w${k}`), constant(salts[k]!)))
      mixLocal(b, 'x')
      b.store(WORK, ZERO, b.get('x'), this.#map.mixed + 4 * k)
      b.set('hash', xor(b.get('hash'), b.get('x')))
    }
  }

  /** From the pointer in `p` down to a leaf or the unknown. */
  #descend(): void {
    const b = this.#b
    const get = b.get.bind(b)
    b.block('leaf', () => {
      b.loop('node', () => {
        b.leave('leaf', lt(get('p'), constant(1)))
        b.set('test', this.#tree(get('p')))
        const field = shr(
          load(WORK, words(and(get('test'), constant(1023))), this.#map.state),
          and(shr(get('test'), constant(10)), constant(31)),
        )
        b.set('p', this.#tree(add(get('p'), and(field, shr(get('test'), constant(15)))), 1))
        b.leave('node')
      })
    })
  }

  /** Asks the observers from one number up to another about what lies at `state`. */
  #observe(first: number, end: number): void {
    if (first === end) return
    const b = this.#b
    const get = b.get.bind(b)
    b.set('o', constant(first))
    b.loop('observer', () => {
      b.set('p', this.#tree(load(WORK, words(get('o')), this.#map.observers)))
      this.#descend()
      b.block('answered', () => {
        b.block('no plain leaf', () => {
          b.leave('no plain leaf', isZero(get('p')))
          b.leave('no plain leaf', this.#tree(sub(ZERO, get('p'))))
          b.set('answer', this.#tree(sub(ZERO, get('p')), 1))
          b.leave('answered')
        })
        b.set('answer', imported('answer', get('o'), get('p'), get('head')))
        if (this.#shape.crew) b.leave('deferred', eq(get('answer'), constant(DEFERRED)))
      })
      b.when(gt(get('answer'), load(WORK, words(get('o')), this.#map.best)), () => {
        b.store(WORK, words(get('o')), get('answer'), this.#map.best)
        b.run(imported('saw', get('o'), get('head'), get('answer')))
      })
      increment(b, 'o')
      b.leave('observer', lt(get('o'), constant(end)))
    })
  }

  #processes(): void {
    const b = this.#b
    const get = b.get.bind(b)
    const { processes, firstTick } = this.#shape
    b.set('enabled', ZERO)
    b.set('i', ZERO)
    b.block('all', () => {
      b.loop('process', () => {
        b.leave('all', ge(get('i'), constant(processes)))
        if (firstTick < processes)
          b.when(eq(get('i'), constant(firstTick)), () => b.leave('all', and(get('enabled'), constant(URGENT))))
        b.set('p', load(WORK, words(get('i')), this.#map.roots))
        this.#descend()
        b.set('leaf', sub(ZERO, get('p')))
        b.when(
          isZero(get('p')),
          () => b.set('leaf', imported('miss', get('i'), get('head'))),
          () =>
            b.when(and(this.#tree(get('leaf')), constant(UNAUDITED | DIRECT)), () =>
              b.set('leaf', imported('unusual', get('i'), get('leaf'), get('head'))),
            ),
        )
        if (this.#shape.crew) b.leave('deferred', isZero(get('leaf')))
        b.set('untilAudit', sub(get('untilAudit'), constant(1)))
        b.when(isZero(get('untilAudit')), () => {
          b.set('untilAudit', imported('audit', get('i'), get('leaf'), get('head')))
        })
        this.#outcomes()
        increment(b, 'i')
        b.leave('process')
      })
    })
  }

  #outcomes(): void {
    const b = this.#b
    const get = b.get.bind(b)
    b.set('header', this.#tree(get('leaf')))
    b.set('enabled', or(get('enabled'), get('header')))
    b.set('n', and(get('header'), constant(COUNT_MASK)))
    b.set('transitions', add(get('transitions'), get('n')))
    b.set('t', add(get('leaf'), constant(2)))
    b.block('no more', () => {
      b.loop('outcome', () => {
        b.leave('no more', isZero(get('n')))
        this.#successor()
        b.set('n', sub(get('n'), constant(1)))
        b.leave('outcome')
      })
    })
  }

  #successor(): void {
    const b = this.#b
    const get = b.get.bind(b)
    const { words: K, stateObservers, pairObservers } = this.#shape
    const { batch, mixed, salts, hashes, from } = this.#map
    b.set('base', mul(get('pending'), constant(4 * K)))
    for (let k = 0; k < K; k++) b.store(WORK, get('base'), get(`w${k}`), batch + 4 * k)
    b.set('successor', get('hash'))
    b.set('writes', this.#tree(get('t')))
    increment(b, 't')
    b.block('written', () => {
      b.loop('write', () => {
        b.leave('written', isZero(get('writes')))
        b.set('k', words(this.#tree(get('t'))))
        b.set(
          'word',
          or(and(load(WORK, add(get('base'), get('k')), batch), this.#tree(get('t'), 1)), this.#tree(get('t'), 2)),
        )
        b.store(WORK, add(get('base'), get('k')), get('word'), batch)
        b.set('x', xor(get('word'), load(WORK, get('k'), salts)))
        mixLocal(b, 'x')
        b.set('successor', xor(get('successor'), xor(load(WORK, get('k'), mixed), get('x'))))
        increment(b, 't', 3)
        b.set('writes', sub(get('writes'), constant(1)))
        b.leave('write')
      })
    })
    if (pairObservers > 0) {
      for (let k = 0; k < K; k++)
        b.store(WORK, ZERO, load(WORK, get('base'), batch + 4 * k), this.#map.state + 4 * (K + k))
      this.#observe(stateObservers, stateObservers + pairObservers)
    }
    b.block('kept', () => {
      // A step that changes nothing: nothing to look up.
      b.block('changed', () => {
        b.leave('changed', ne(get('successor'), get('hash')))
        for (let k = 0; k < K; k++) b.leave('changed', ne(load(WORK, get('base'), batch + 4 * k), get(`w${k}`)))
        b.leave('kept')
      })
      this.#skipRecent()
      b.store(WORK, words(get('pending')), get('successor'), hashes)
      b.store(WORK, words(get('pending')), get('head'), from)
      increment(b, 'pending')
      b.when(eq(get('pending'), constant(BATCH)), () => this.#flush())
    })
  }

  /** Leaves `kept` for a successor that was met lately; otherwise it is one from now on. */
  #skipRecent(): void {
    const b = this.#b
    const get = b.get.bind(b)
    const { words: K } = this.#shape
    const { batch, recent } = this.#map
    b.set('at', mul(and(get('successor'), constant(recentRows(K) - 1)), constant(4 * K)))
    b.block('unknown', () => {
      for (let k = 0; k < K; k++)
        b.leave('unknown', ne(load(WORK, get('at'), recent + 4 * k), load(WORK, get('base'), batch + 4 * k)))
      b.leave('kept')
    })
    for (let k = 0; k < K; k++) b.store(WORK, get('at'), load(WORK, get('base'), batch + 4 * k), recent + 4 * k)
  }
}
