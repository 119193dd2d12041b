/** Statements that the generated functions share. */
import { add, constant, mul, shr, xor, type Body, type Code } from './assembler.ts'
import { CELLS, WORK, ZERO } from './shape.ts'

/** Mixes the word in a local, in place: `mix` of store.ts. */
export function mixLocal<L extends string>(b: Body<L>, x: L): void {
  const spread = (shift: number): Code => xor(b.get(x), shr(b.get(x), constant(shift)))
  b.set(x, mul(spread(16), constant(0x85ebca6b | 0)))
  b.set(x, mul(spread(13), constant(0xc2b2ae35 | 0)))
  b.set(x, spread(16))
}

export const setCell = <L extends string>(b: Body<L>, name: keyof typeof CELLS, value: Code): void =>
  b.store(WORK, ZERO, value, 4 * CELLS[name])
export const increment = <L extends string>(b: Body<L>, local: L, by = 1): void =>
  b.set(local, add(b.get(local), constant(by)))
