/**
 * What can be seen of a state space from outside, in a form in which two of them can be compared: the set of its states
 * without frames and history, and the set of its steps between them by process and label. Numbering plays no part.
 */
import { createHash } from 'node:crypto'
import type { StateSpace } from '../engine/engine.ts'
import type { PlainState } from '../engine/plain.ts'

export interface Fingerprint {
  readonly states: number
  readonly edges: number
  /** SHA-256 of both sets in order. */
  readonly digest: string
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The state without the frames of members and without history, as text. */
function visible(state: PlainState): string {
  const { history: _history, ...fields } = state
  return JSON.stringify(fields, (key, value: unknown) => (key === 'frames' && isRecord(value) ? undefined : value))
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64')

export function fingerprintOf(space: StateSpace): Fingerprint {
  const { states } = space.statistics()
  const names = Array.from({ length: states }, (_, id) => hash(visible(space.state(id))))
  const edges = new Set<string>()
  space.transitions(0, states, (from, to, process) => {
    edges.add(`${names[from] ?? ''} ${process} ${space.labelAt(process, from) ?? ''} ${names[to] ?? ''}`)
  })
  const different = [...new Set(names)].sort()
  const digest = createHash('sha256')
  for (const each of different) digest.update(`${each}\n`)
  for (const each of [...edges].sort()) digest.update(`${each}\n`)
  return { states: different.length, edges: edges.size, digest: digest.digest('base64') }
}
