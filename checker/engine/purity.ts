/**
 * Purity: while a recipe runs, the clock and randomness are out of reach.
 *
 * Other ways of looking outside the state are found by their effects: recordings are made twice, trie hits are audited.
 */
import { Fault } from './fault.ts'
import type { StatePort } from './port.ts'

interface Forbidden {
  readonly owner: object
  readonly key: string
  readonly original: unknown
  readonly named: string
}

const outside = (owner: object, key: string, named: string): Forbidden => ({
  owner,
  key,
  named,
  original: Reflect.get(owner, key) as unknown,
})

const forbidden: readonly Forbidden[] = [
  outside(Math, 'random', 'Math.random()'),
  outside(globalThis, 'Date', 'Date'),
  outside(performance, 'now', 'performance.now()'),
  outside(crypto, 'getRandomValues', 'crypto.getRandomValues()'),
  outside(crypto, 'randomUUID', 'crypto.randomUUID()'),
  outside(process, 'hrtime', 'process.hrtime()'),
]

/** The ports whose recipes run, innermost last. */
const running: StatePort[] = []

function seal(): void {
  for (const { owner, key, named } of forbidden) {
    // A function that can be called with `new`, for `new Date()`.
    const refuse = function (): never {
      const fault = new Fault('impure', `${named} was used; a step must depend on nothing but the state.`)
      const port = running.at(-1)
      if (port === undefined) throw fault
      return port.fail(fault)
    }
    const stand = new Proxy(refuse, { get: refuse, construct: refuse, apply: refuse })
    Object.defineProperty(owner, key, { value: stand, configurable: true, writable: true })
  }
}

function unseal(): void {
  for (const { owner, key, original } of forbidden)
    Object.defineProperty(owner, key, { value: original, configurable: true, writable: true })
}

/** Runs recipes with the clock and randomness replaced by faults of this port. May be nested. */
export function sealed<T>(port: StatePort, run: () => T): T {
  if (running.push(port) === 1) seal()
  try {
    return run()
  } finally {
    running.pop()
    if (running.length === 0) unseal()
  }
}
