/** The module that every explorer of a crew runs. */
import { AdvanceGenerator } from './advance.ts'
import { assemble } from './assembler.ts'
import { crewInsertCode } from './crew-insert.ts'
import { rehashCode } from './insert.ts'
import { CREW_MEMORIES, IMPORTS, memoryMap, WORK, type Shape } from './shape.ts'

/** It exports `insert(count)`, `rehash(first, end)` and `advance(stop)`. */
export function crewModule(shape: Shape): Uint8Array {
  const map = memoryMap(shape)
  const shared = Array.from({ length: CREW_MEMORIES }, (_, memory) => memory !== WORK)
  return assemble(shared, IMPORTS, [
    { name: 'insert', parameters: 1, results: 0, code: crewInsertCode(shape, map) },
    { name: 'rehash', parameters: 2, results: 0, code: rehashCode(shape, map) },
    { name: 'advance', parameters: 1, results: 0, code: new AdvanceGenerator(shape, map).generate() },
  ])
}
