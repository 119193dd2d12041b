/**
 * A small assembler for WebAssembly: what the kernel generator needs, 32-bit integers and several memories.
 *
 * Expressions are byte lists; statements are appended to a `Body`, whose blocks have names.
 */

export type Code = readonly number[]

const unsigned = (n: number): number[] => {
  const bytes: number[] = []
  do {
    const low = n & 0x7f
    n >>>= 7
    bytes.push(n === 0 ? low : low | 0x80)
  } while (n !== 0)
  return bytes
}

const signed = (n: number): number[] => {
  const bytes: number[] = []
  for (;;) {
    const low = n & 0x7f
    n >>= 7
    if ((n === 0 && (low & 0x40) === 0) || (n === -1 && (low & 0x40) !== 0)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}

const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()]
const name = (text: string): number[] => vector([...new TextEncoder().encode(text)].map((byte) => [byte]))
const section = (id: number, items: readonly Code[]): number[] => {
  const bytes = vector(items)
  return [id, ...unsigned(bytes.length), ...bytes]
}

// ---- expressions

export const constant = (n: number): Code => [0x41, ...signed(n)]
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, opcode]
export const add: (a: Code, b: Code) => Code = binary(0x6a)
export const sub: (a: Code, b: Code) => Code = binary(0x6b)
export const mul: (a: Code, b: Code) => Code = binary(0x6c)
export const and: (a: Code, b: Code) => Code = binary(0x71)
export const or: (a: Code, b: Code) => Code = binary(0x72)
export const xor: (a: Code, b: Code) => Code = binary(0x73)
export const shl: (a: Code, b: Code) => Code = binary(0x74)
export const shr: (a: Code, b: Code) => Code = binary(0x76)
export const eq: (a: Code, b: Code) => Code = binary(0x46)
export const ne: (a: Code, b: Code) => Code = binary(0x47)
export const lt: (a: Code, b: Code) => Code = binary(0x48)
export const gt: (a: Code, b: Code) => Code = binary(0x4a)
export const ge: (a: Code, b: Code) => Code = binary(0x4e)
export const isZero = (a: Code): Code => [...a, 0x45]
/** The address of the word with this number. */
export const words = (index: Code): Code => shl(index, constant(2))

const place = (memory: number, offset: number): number[] =>
  memory === 0 ? [0x02, ...unsigned(offset)] : [0x42, ...unsigned(memory), ...unsigned(offset)]
/** The word at an address, in bytes, beyond a constant offset. */
export const load = (memory: number, address: Code, offset = 0): Code => [...address, 0x28, ...place(memory, offset)]

// ---- atomic, for memories that are shared between threads

/** The word at an address, and with it everything that was written before it by the thread that wrote it. */
export const atomicLoad = (memory: number, address: Code, offset = 0): Code => [
  ...address,
  ...[0xfe, 0x10],
  ...place(memory, offset),
]
/** Adds to the word at an address; gives what it was. */
export const atomicAdd = (memory: number, address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...[0xfe, 0x1e],
  ...place(memory, offset),
]
/** Replaces the word at an address if it is as expected; gives what it was. */
export const compareExchange = (memory: number, address: Code, expected: Code, value: Code): Code => [
  ...address,
  ...expected,
  ...value,
  ...[0xfe, 0x48],
  ...place(memory, 0),
]

/** A function of the module, called by number: imports first. */
export const call = (index: number, ...args: Code[]): Code => [...args.flat(), 0x10, ...unsigned(index)]

// ---- statements

export class Body<Local extends string> {
  readonly #bytes: number[] = []
  readonly #locals: readonly Local[]
  readonly #parameters: number
  readonly #blocks: string[] = []

  constructor(parameters: number, locals: readonly Local[]) {
    this.#parameters = parameters
    this.#locals = locals
  }
  get(local: Local): Code {
    return [0x20, ...unsigned(this.#locals.indexOf(local))]
  }
  set(local: Local, value: Code): void {
    this.#bytes.push(...value, 0x21, ...unsigned(this.#locals.indexOf(local)))
  }
  store(memory: number, address: Code, value: Code, offset = 0): void {
    this.#bytes.push(...address, ...value, 0x36, ...place(memory, offset))
  }
  /** Evaluates for effect; `results` values are dropped. */
  run(code: Code, results = 0): void {
    this.#bytes.push(...code)
    for (let i = 0; i < results; i++) this.#bytes.push(0x1a)
  }
  /** A block: `leave` goes behind it. */
  block(block: string, body: () => void): void {
    this.#nest(0x02, block, body)
  }
  /** A loop: `leave` goes back to its start; falling off its end ends it. */
  loop(block: string, body: () => void): void {
    this.#nest(0x03, block, body)
  }
  when(condition: Code, body: () => void, otherwise?: () => void): void {
    this.#bytes.push(...condition, 0x04, 0x40)
    this.#blocks.push('')
    body()
    if (otherwise !== undefined) {
      this.#bytes.push(0x05)
      otherwise()
    }
    this.#blocks.pop()
    this.#bytes.push(0x0b)
  }
  leave(block: string, condition?: Code): void {
    const depth = this.#blocks.length - 1 - this.#blocks.lastIndexOf(block)
    this.#bytes.push(...(condition ?? []), condition === undefined ? 0x0c : 0x0d, ...unsigned(depth))
  }
  #nest(opcode: number, block: string, body: () => void): void {
    this.#bytes.push(opcode, 0x40)
    this.#blocks.push(block)
    body()
    this.#blocks.pop()
    this.#bytes.push(0x0b)
  }
  /** The function's entry in the code section. */
  encode(): Code {
    const locals = vector([[...unsigned(this.#locals.length - this.#parameters), 0x7f]])
    const bytes = [...locals, ...this.#bytes, 0x0b]
    return [...unsigned(bytes.length), ...bytes]
  }
}

export interface Signature {
  readonly parameters: number
  readonly results: number
}

/** Memories that only one thread uses have no limits; shared ones must state the largest possible one, in pages. */
const limits = (shared: boolean): Code => (shared ? [0x03, 0x00, ...unsigned(2 ** 16)] : [0x00, 0x00])

/** A module that imports memories `m0 …`, each shared between threads or not, and functions from `env`. */
export function assemble(
  memories: readonly boolean[],
  imports: readonly (Signature & { readonly name: string })[],
  functions: readonly (Signature & { readonly name: string; readonly code: Code })[],
): Uint8Array {
  const all = [...imports, ...functions]
  const types = all.map(({ parameters, results }) => [
    0x60,
    ...vector(Array.from({ length: parameters }, () => [0x7f])),
    ...vector(Array.from({ length: results }, () => [0x7f])),
  ])
  const imported = [
    ...memories.map((shared, i) => [...name('env'), ...name(`m${i}`), 0x02, ...limits(shared)]),
    ...imports.map((each, i) => [...name('env'), ...name(each.name), 0x00, ...unsigned(i)]),
  ]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types),
    ...section(2, imported),
    ...section(
      3,
      functions.map((_, i) => unsigned(imports.length + i)),
    ),
    ...section(
      7,
      functions.map((each, i) => [...name(each.name), 0x00, ...unsigned(imports.length + i)]),
    ),
    ...section(
      10,
      functions.map((each) => each.code),
    ),
  ])
}
