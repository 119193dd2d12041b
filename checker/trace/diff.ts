/** Differences between plain states, field by field, as a person reads them: `task0.mm: mm0 → null`. */
import type { PlainState } from '../engine/plain.ts'
import { printable } from '../engine/printable.ts'

export interface Change {
  /** `task0.mm`, `lru[2]`, `cpu1.pc`. */
  readonly field: string
  readonly from: string
  readonly to: string
}

/** The names of the members of each family, in order. */
export type Members = ReadonlyMap<string, { readonly members: readonly { readonly name: string }[] }>

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const equal = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** A value in one line. */
export function show(value: unknown): string {
  if (isList(value)) return `[${value.map(show).join(', ')}]`
  if (isFields(value)) {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${show(field)}`)
    return `{${fields.join(', ')}}`
  }
  return printable(String(value))
}

const NOTHING: ReadonlySet<string> = new Set(['0', 'false', 'null', '[]'])
/** Is what is shown no more than nothing: zero, false, NULL, empty? */
export const isNothing = (shown: string): boolean => NOTHING.has(shown)

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

function* fieldsOf(path: string, a: Fields, b: Fields): Generator<Change> {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    // A procedure's frame is named like the procedure: `task0.mmput.mm`.
    yield* between(key === 'frames' ? path : join(path, key), a[key], b[key])
  }
}

function* elementsOf(path: string, a: readonly unknown[], b: readonly unknown[]): Generator<Change> {
  const different = [...a.keys()].filter((i) => !equal(a[i], b[i]))
  // What has moved up in a queue differs everywhere: then the whole of it says more.
  if (different.length > 1 && !a.every(isFields)) yield { field: path, from: show(a), to: show(b) }
  else for (const i of different) yield* between(`${path}[${i}]`, a[i], b[i])
}

function* between(path: string, a: unknown, b: unknown): Generator<Change> {
  if (equal(a, b)) return
  if (isFields(a) && isFields(b)) yield* fieldsOf(path, a, b)
  else if (isList(a) && isList(b) && a.length === b.length) yield* elementsOf(path, a, b)
  else yield { field: path, from: show(a), to: show(b) }
}

/** What a step changed, in the order of the fields. */
export function diff(before: PlainState, after: PlainState, families: Members): Change[] {
  const found: Change[] = []
  for (const key of Object.keys(after)) {
    const [a, b] = [before[key], after[key]]
    const family = families.get(key)
    if (family !== undefined && isList(a) && isList(b))
      family.members.forEach(({ name }, i) => found.push(...between(name, a[i], b[i])))
    else found.push(...between(key, a, b))
  }
  return found
}
