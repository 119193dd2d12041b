/**
 * The hot loop again, as WebAssembly generated for one width of state.
 *
 * It does exactly what `Kernel.advance` and `Store.insert` do, on the same arrays, with the words of a state unrolled.
 * Everything rare is imported from the JavaScript kernel. Memory 0 holds the working words and behind them the decision
 * trees, 1 the states, 2 the predecessors, 3 the index, 4 the successors.
 */
import {
  add,
  and,
  assemble,
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
import { COUNT_MASK, DIRECT, FAULTY, UNAUDITED, URGENT } from './relation.ts'
import { BATCH, saltsOf } from './store.ts'

const [WORK, ARENA, PREDECESSORS, INDEX, SUCCESSORS] = [0, 1, 2, 3, 4] as const
const MEMORIES = 5

/** Words at the start of memory 0 by which the kernels talk to each other. */
export const CELLS = {
  head: 0,
  count: 1,
  levelEnd: 2,
  transitions: 3,
  untilAudit: 4,
  capacity: 5,
  mask: 6,
  successors: 7,
  sink: 8,
} as const
const CELL_COUNT = 16

export interface Shape {
  readonly words: number
  readonly processes: number
  readonly stateObservers: number
  readonly pairObservers: number
  readonly firstTick: number
  readonly marked: readonly boolean[]
  readonly keepsSuccessors: boolean
  readonly auditPeriod: number
}

/** Where things lie in memory 0, in bytes. */
export interface MemoryMap {
  /** The state being expanded and, for observers of pairs, a successor behind it. */
  readonly state: number
  readonly mixed: number
  readonly salts: number
  readonly roots: number
  readonly observers: number
  readonly best: number
  readonly batch: number
  readonly hashes: number
  readonly from: number
  readonly touched: number
  readonly trees: number
}

export function memoryMap({ words: K, processes, stateObservers, pairObservers }: Shape): MemoryMap {
  let at = 4 * CELL_COUNT
  const region = (length: number): number => {
    const start = at
    at += 4 * length
    return start
  }
  const observers = stateObservers + pairObservers
  return {
    state: region(2 * K),
    mixed: region(K),
    salts: region(K),
    roots: region(processes),
    observers: region(observers),
    best: region(observers),
    batch: region(BATCH * K),
    hashes: region(BATCH),
    from: region(BATCH),
    touched: region(BATCH),
    trees: Math.ceil(at / 64) * 64,
  }
}

/** What the generated loop asks of the JavaScript kernel: name, parameters, results. */
const IMPORTS = [
  { name: 'miss', parameters: 2, results: 1 },
  { name: 'unusual', parameters: 3, results: 1 },
  { name: 'audit', parameters: 3, results: 0 },
  { name: 'answer', parameters: 3, results: 1 },
  { name: 'saw', parameters: 3, results: 0 },
  { name: 'mark', parameters: 3, results: 0 },
  { name: 'first', parameters: 2, results: 0 },
  { name: 'terminal', parameters: 1, results: 0 },
  { name: 'level', parameters: 1, results: 0 },
  { name: 'reserve', parameters: 1, results: 0 },
] as const
export type Import = (typeof IMPORTS)[number]['name']

const imported = (name: Import, ...args: Code[]): Code =>
  call(
    IMPORTS.findIndex((each) => each.name === name),
    ...args,
  )
const INSERT = IMPORTS.length

const cell = (name: keyof typeof CELLS): Code => load(WORK, constant(0), 4 * CELLS[name])
const ZERO = constant(0)

/** Mixes the word in a local, in place: `mix` of store.ts. */
function mixLocal<L extends string>(b: Body<L>, x: L): void {
  const spread = (shift: number): Code => xor(b.get(x), shr(b.get(x), constant(shift)))
  b.set(x, mul(spread(16), constant(0x85ebca6b | 0)))
  b.set(x, mul(spread(13), constant(0xc2b2ae35 | 0)))
  b.set(x, spread(16))
}

const setCell = <L extends string>(b: Body<L>, name: keyof typeof CELLS, value: Code): void =>
  b.store(WORK, ZERO, value, 4 * CELLS[name])
const increment = <L extends string>(b: Body<L>, local: L, by = 1): void =>
  b.set(local, add(b.get(local), constant(by)))

/** insert(count): `Store.insert`. */
function insertCode(shape: Shape, map: MemoryMap): Code {
  const K = shape.words
  const b = new Body(1, ['count', 'j', 'mask', 'sink', 'entry', 'next', 'hash', 'base', 'i', 'id', 'at', 'successors'])
  const { get } = { get: b.get.bind(b) }
  // There may be any number of successors per state: the capacity says nothing about them.
  if (shape.keepsSuccessors) b.run(imported('reserve', get('count')))
  else b.when(gt(add(cell('count'), get('count')), cell('capacity')), () => b.run(imported('reserve', get('count'))))
  b.set('mask', cell('mask'))
  b.loop('touch', () => {
    b.store(
      WORK,
      words(get('j')),
      load(INDEX, words(and(load(WORK, words(get('j')), map.hashes), get('mask')))),
      map.touched,
    )
    increment(b, 'j')
    b.leave('touch', lt(get('j'), get('count')))
  })
  b.set('j', ZERO)
  b.loop('touch states', () => {
    b.set('entry', load(WORK, words(get('j')), map.touched))
    b.set(
      'sink',
      xor(get('sink'), load(ARENA, mul(sub(and(get('entry'), get('mask')), ne(get('entry'), ZERO)), constant(4 * K)))),
    )
    increment(b, 'j')
    b.leave('touch states', lt(get('j'), get('count')))
  })
  setCell(b, 'sink', get('sink'))
  b.set('j', ZERO)
  b.set('next', cell('count'))
  if (shape.keepsSuccessors) b.set('successors', cell('successors'))
  b.loop('insert', () => {
    b.set('hash', load(WORK, words(get('j')), map.hashes))
    b.set('base', mul(get('j'), constant(4 * K)))
    b.set('i', and(get('hash'), get('mask')))
    b.block('inserted', () => {
      b.loop('probe', () => {
        b.set('entry', load(INDEX, words(get('i'))))
        b.block('free', () => {
          b.leave('free', isZero(get('entry')))
          b.block('differs', () => {
            b.leave('differs', and(xor(get('entry'), get('hash')), xor(get('mask'), constant(-1))))
            b.set('id', sub(and(get('entry'), get('mask')), constant(1)))
            b.set('at', mul(get('id'), constant(4 * K)))
            for (let k = 0; k < K; k++)
              b.leave('differs', ne(load(ARENA, get('at'), 4 * k), load(WORK, get('base'), map.batch + 4 * k)))
            b.leave('inserted')
          })
          b.set('i', and(add(get('i'), constant(1)), get('mask')))
          b.leave('probe')
        })
      })
      b.set('id', get('next'))
      increment(b, 'next')
      b.set('at', mul(get('id'), constant(4 * K)))
      for (let k = 0; k < K; k++) b.store(ARENA, get('at'), load(WORK, get('base'), map.batch + 4 * k), 4 * k)
      b.store(PREDECESSORS, words(get('id')), load(WORK, words(get('j')), map.from))
      b.store(INDEX, words(get('i')), or(and(get('hash'), xor(get('mask'), constant(-1))), get('next')))
    })
    if (shape.keepsSuccessors) {
      b.store(SUCCESSORS, words(get('successors')), get('id'))
      increment(b, 'successors')
    }
    increment(b, 'j')
    b.leave('insert', lt(get('j'), get('count')))
  })
  setCell(b, 'count', get('next'))
  if (shape.keepsSuccessors) setCell(b, 'successors', get('successors'))
  return b.encode()
}

/** rehash(): fills the emptied index from the states. */
function rehashCode(shape: Shape, map: MemoryMap): Code {
  const K = shape.words
  const salts = saltsOf(K)
  const b = new Body(0, ['id', 'count', 'mask', 'first', 'last', 'hash', 'x', 'i', 'sink'])
  const get = b.get.bind(b)
  b.set('count', cell('count'))
  b.set('mask', cell('mask'))
  b.block('done', () => {
    b.loop('batch', () => {
      b.leave('done', ge(get('first'), get('count')))
      b.set('last', add(get('first'), constant(BATCH)))
      b.when(gt(get('last'), get('count')), () => b.set('last', get('count')))
      b.set('id', get('first'))
      b.loop('touch', () => {
        b.set('hash', ZERO)
        for (let k = 0; k < K; k++) {
          b.set('x', xor(load(ARENA, mul(get('id'), constant(4 * K)), 4 * k), constant(salts[k]!)))
          mixLocal(b, 'x')
          b.set('hash', xor(get('hash'), get('x')))
        }
        b.store(WORK, words(sub(get('id'), get('first'))), get('hash'), map.touched)
        b.set('sink', xor(get('sink'), load(INDEX, words(and(get('hash'), get('mask'))))))
        increment(b, 'id')
        b.leave('touch', lt(get('id'), get('last')))
      })
      b.set('id', get('first'))
      b.loop('insert', () => {
        b.set('hash', load(WORK, words(sub(get('id'), get('first'))), map.touched))
        b.set('i', and(get('hash'), get('mask')))
        b.block('free', () => {
          b.loop('probe', () => {
            b.leave('free', isZero(load(INDEX, words(get('i')))))
            b.set('i', and(add(get('i'), constant(1)), get('mask')))
            b.leave('probe')
          })
        })
        increment(b, 'id')
        b.store(INDEX, words(get('i')), or(and(get('hash'), xor(get('mask'), constant(-1))), get('id')))
        b.leave('insert', lt(get('id'), get('last')))
      })
      b.set('first', get('last'))
      b.leave('batch')
    })
  })
  setCell(b, 'sink', get('sink'))
  return b.encode()
}

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
  | 'untilAudit'
  | `w${number}`

/** advance(stop): `Kernel.advance` up to, not including, state `stop`. */
class AdvanceGenerator {
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
      'n', 't', 'writes', 'base', 'successor', 'k', 'word', 'pending', 'transitions', 'untilAudit', ...unrolled,
    ])
    this.#tree = (index, offset = 0) => load(WORK, words(index), map.trees + 4 * offset)
  }

  generate(): Code {
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
        this.#observe(0, this.#shape.stateObservers)
        if (this.#shape.keepsSuccessors) b.run(imported('first', get('head'), get('transitions')))
        this.#processes()
        b.when(isZero(and(get('enabled'), constant(COUNT_MASK | FAULTY))), () =>
          b.run(imported('terminal', get('head'))),
        )
        increment(b, 'head')
        b.leave('state')
      })
    })
    this.#flush()
    for (const local of ['head', 'levelEnd', 'transitions', 'untilAudit'] as const) setCell(b, local, get(local))
    return b.encode()
  }

  #flush(): void {
    const b = this.#b
    b.when(gt(b.get('pending'), ZERO), () => {
      b.run(call(INSERT, b.get('pending')))
      b.set('pending', ZERO)
      b.set('count', cell('count'))
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
      })
      b.when(gt(get('answer'), load(WORK, words(get('o')), this.#map.best)), () => {
        b.store(WORK, words(get('o')), get('answer'), this.#map.best)
        b.run(imported('saw', get('o'), get('head'), get('answer')))
      })
      if (this.#shape.marked.slice(first, end).includes(true))
        b.run(imported('mark', get('o'), get('head'), get('answer')))
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
          b.when(ge(get('i'), constant(firstTick)), () => b.leave('all', and(get('enabled'), constant(URGENT))))
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
        b.set('untilAudit', sub(get('untilAudit'), constant(1)))
        b.when(isZero(get('untilAudit')), () => {
          b.set('untilAudit', constant(this.#shape.auditPeriod))
          b.run(imported('audit', get('i'), get('leaf'), get('head')))
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
    const { words: K, stateObservers, pairObservers, keepsSuccessors } = this.#shape
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
      if (!keepsSuccessors) {
        // A step that changes nothing: nothing to look up.
        b.block('changed', () => {
          b.leave('changed', ne(get('successor'), get('hash')))
          for (let k = 0; k < K; k++) b.leave('changed', ne(load(WORK, get('base'), batch + 4 * k), get(`w${k}`)))
          b.leave('kept')
        })
      }
      b.store(WORK, words(get('pending')), get('successor'), hashes)
      b.store(WORK, words(get('pending')), get('head'), from)
      increment(b, 'pending')
      b.when(eq(get('pending'), constant(BATCH)), () => this.#flush())
    })
  }
}

/** The module for a shape; it exports `advance(stop)` and `rehash()`. */
export function generate(shape: Shape, map: MemoryMap): Uint8Array {
  return assemble(MEMORIES, IMPORTS, [
    { name: 'insert', parameters: 1, results: 0, code: insertCode(shape, map) },
    { name: 'rehash', parameters: 0, results: 0, code: rehashCode(shape, map) },
    { name: 'advance', parameters: 1, results: 0, code: new AdvanceGenerator(shape, map).generate() },
  ])
}
