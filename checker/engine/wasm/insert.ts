/** The generated twin of `Store`: inserting a batch, filling the index. */
import { BATCH, saltsOf } from '../store.ts'
import {
  add,
  and,
  atomicLoad,
  Body,
  compareExchange,
  constant,
  ge,
  gt,
  isZero,
  load,
  lt,
  mul,
  ne,
  or,
  sub,
  words,
  xor,
  type Code,
} from './assembler.ts'
import { ARENA, cell, imported, INDEX, PREDECESSORS, WORK, ZERO, type MemoryMap, type Shape } from './shape.ts'
import { increment, mixLocal, setCell } from './statements.ts'

/** insert(count): `Store.insert`. */
export function insertCode(shape: Shape, map: MemoryMap): Code {
  const K = shape.words
  const b = new Body(1, ['count', 'j', 'mask', 'sink', 'entry', 'next', 'hash', 'base', 'i', 'id', 'at'])
  const get = b.get.bind(b)
  b.when(gt(add(cell('count'), get('count')), cell('capacity')), () => b.run(imported('reserve', get('count'))))
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
    increment(b, 'j')
    b.leave('insert', lt(get('j'), get('count')))
  })
  setCell(b, 'count', get('next'))
  return b.encode()
}

/** rehash(first, end): puts these states into the index; none of them is there yet. Of a crew, others do the same with others. */
export function rehashCode(shape: Shape, map: MemoryMap): Code {
  const K = shape.words
  const salts = saltsOf(K)
  const b = new Body(2, ['first', 'end', 'id', 'last', 'mask', 'hash', 'x', 'i', 'sink'])
  const get = b.get.bind(b)
  const loadEntry = shape.crew ? atomicLoad : load
  b.set('mask', cell('mask'))
  b.block('done', () => {
    b.loop('batch', () => {
      b.leave('done', ge(get('first'), get('end')))
      b.set('last', add(get('first'), constant(BATCH)))
      b.when(gt(get('last'), get('end')), () => b.set('last', get('end')))
      b.set('id', get('first'))
      b.loop('touch', () => {
        b.set('hash', ZERO)
        for (let k = 0; k < K; k++) {
          b.set('x', xor(load(ARENA, mul(get('id'), constant(4 * K)), 4 * k), constant(salts[k]!)))
          mixLocal(b, 'x')
          b.set('hash', xor(get('hash'), get('x')))
        }
        b.store(WORK, words(sub(get('id'), get('first'))), get('hash'), map.touched)
        b.set('sink', xor(get('sink'), loadEntry(INDEX, words(and(get('hash'), get('mask'))))))
        increment(b, 'id')
        b.leave('touch', lt(get('id'), get('last')))
      })
      b.set('id', get('first'))
      b.loop('insert', () => {
        b.set('hash', load(WORK, words(sub(get('id'), get('first'))), map.touched))
        b.set('i', and(get('hash'), get('mask')))
        increment(b, 'id')
        const place = words(get('i'))
        const entry = or(and(get('hash'), xor(get('mask'), constant(-1))), get('id'))
        b.block('placed', () => {
          b.loop('probe', () => {
            // Of a crew the place is taken in the same instant, or not at all.
            b.leave('placed', isZero(shape.crew ? compareExchange(INDEX, place, ZERO, entry) : load(INDEX, place)))
            b.set('i', and(add(get('i'), constant(1)), get('mask')))
            b.leave('probe')
          })
        })
        if (!shape.crew) b.store(INDEX, place, entry)
        b.leave('insert', lt(get('id'), get('last')))
      })
      b.set('first', get('last'))
      b.leave('batch')
    })
  })
  setCell(b, 'sink', get('sink'))
  return b.encode()
}
