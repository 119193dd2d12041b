/**
 * How the explorers of a crew insert into one visited set, at the same time and without locks.
 *
 * Who finds a free place in the index writes the words of the state and its predecessor under an id of its own, and then
 * puts the entry into the place if that is still free. Who comes second looks at what came first: if it is the same
 * state, the id is kept for the next one. A thread that sees an entry sees the words of its state, since both are
 * atomic. Nobody removes or changes an entry while others insert.
 */
import {
  add,
  and,
  atomicAdd,
  atomicLoad,
  Body,
  compareExchange,
  constant,
  eq,
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
import { HEADER, SEGMENT } from './control.ts'
import { ARENA, cell, CONTROL, imported, INDEX, PREDECESSORS, WORK, ZERO, type MemoryMap, type Shape } from './shape.ts'
import { increment, setCell } from './statements.ts'

type InsertLocal =
  'count' | 'j' | 'mask' | 'sink' | 'entry' | 'next' | 'end' | 'hash' | 'base' | 'i' | 'id' | 'at' | 'tagged'

/** insert(count): the batch into the shared set, or, where there may be no room, a call of `reserve` and nothing else. */
export function crewInsertCode(shape: Shape, map: MemoryMap): Code {
  const b = new Body<InsertLocal>(1, [
    ...(['count', 'j', 'mask', 'sink', 'entry', 'next', 'end', 'hash', 'base', 'i', 'id', 'at', 'tagged'] as const),
  ])
  const get = b.get.bind(b)
  b.block('no room', () => {
    b.when(gt(atomicLoad(CONTROL, ZERO, 4 * HEADER.nextId), cell('limit')), () => {
      b.run(imported('reserve', get('count')))
      b.leave('no room')
    })
    b.set('mask', cell('mask'))
    touch(b, shape, map)
    b.set('j', ZERO)
    b.set('next', cell('next'))
    b.set('end', cell('end'))
    b.loop('insert', () => {
      insertOne(b, shape, map)
      increment(b, 'j')
      b.leave('insert', lt(get('j'), get('count')))
    })
    setCell(b, 'next', get('next'))
    setCell(b, 'end', get('end'))
  })
  return b.encode()
}

/** Two loops of independent loads: the cache misses of the whole batch overlap. */
function touch(b: Body<InsertLocal>, { words: K }: Shape, map: MemoryMap): void {
  const get = b.get.bind(b)
  const place = words(and(load(WORK, words(get('j')), map.hashes), get('mask')))
  b.loop('touch', () => {
    b.store(WORK, words(get('j')), atomicLoad(INDEX, place), map.touched)
    increment(b, 'j')
    b.leave('touch', lt(get('j'), get('count')))
  })
  b.set('j', ZERO)
  b.loop('touch states', () => {
    b.set('entry', load(WORK, words(get('j')), map.touched))
    const id = sub(and(get('entry'), get('mask')), ne(get('entry'), ZERO))
    b.set('sink', xor(get('sink'), load(ARENA, mul(id, constant(4 * K)))))
    increment(b, 'j')
    b.leave('touch states', lt(get('j'), get('count')))
  })
  setCell(b, 'sink', get('sink'))
}

function insertOne(b: Body<InsertLocal>, { words: K }: Shape, map: MemoryMap): void {
  const get = b.get.bind(b)
  const word = (k: number): Code => load(WORK, get('base'), map.batch + 4 * k)
  b.set('hash', load(WORK, words(get('j')), map.hashes))
  b.set('base', mul(get('j'), constant(4 * K)))
  b.set('i', and(get('hash'), get('mask')))
  b.block('inserted', () => {
    b.loop('probe', () => {
      b.set('entry', atomicLoad(INDEX, words(get('i'))))
      b.block('free', () => {
        b.leave('free', isZero(get('entry')))
        b.block('differs', () => {
          b.leave('differs', and(xor(get('entry'), get('hash')), xor(get('mask'), constant(-1))))
          b.set('at', mul(sub(and(get('entry'), get('mask')), constant(1)), constant(4 * K)))
          for (let k = 0; k < K; k++) b.leave('differs', ne(load(ARENA, get('at'), 4 * k), word(k)))
          b.leave('inserted')
        })
        b.set('i', and(add(get('i'), constant(1)), get('mask')))
        b.leave('probe')
      })
      b.when(eq(get('next'), get('end')), () => {
        b.set('next', atomicAdd(CONTROL, ZERO, constant(SEGMENT), 4 * HEADER.nextId))
        b.set('end', add(get('next'), constant(SEGMENT)))
      })
      b.set('at', mul(get('next'), constant(4 * K)))
      for (let k = 0; k < K; k++) b.store(ARENA, get('at'), word(k), 4 * k)
      b.store(PREDECESSORS, words(get('next')), load(WORK, words(get('j')), map.from))
      const tag = and(get('hash'), xor(get('mask'), constant(-1)))
      b.set('tagged', or(tag, add(get('next'), constant(1))))
      // Somebody was faster: look at what is there now.
      b.leave('probe', compareExchange(INDEX, words(get('i')), ZERO, get('tagged')))
      increment(b, 'next')
    })
  })
}
