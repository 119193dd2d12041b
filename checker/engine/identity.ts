/** Who a handle is. */
export interface Identity {
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
export const nameOf = (value: unknown): string =>
  identityOf(value)?.name ?? (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value))
