import type { Layout } from './layout.ts'

/** Who a handle is. */
export interface Identity {
  readonly layout: Layout
  readonly family: string
  readonly index: number
  /** `task0`. */
  readonly name: string
  /** The slot of its label, when it is a process. */
  readonly pc: number | undefined
}

const identities = new WeakMap<object, Identity>()

export const identify = (handle: object, identity: Identity): void => void identities.set(handle, identity)

/** The member behind a handle; `undefined` for anything else. */
export const identityOf = (value: unknown): Identity | undefined =>
  typeof value === 'object' && value !== null ? identities.get(value) : undefined

/** How a value reads in a schedule or a message. */
export function nameOf(value: unknown): string {
  const identity = identityOf(value)
  if (identity !== undefined || typeof value !== 'object' || value === null) return identity?.name ?? String(value)
  if (Symbol.iterator in value) return `[${[...(value as Iterable<unknown>)].map(nameOf).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, field]) => `${key}: ${nameOf(field)}`)
    .join(', ')}}`
}
