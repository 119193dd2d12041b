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

const forbidden: readonly Forbidden[] = [
  { owner: Math, key: 'random', original: Math.random, named: 'Math.random()' },
  { owner: globalThis, key: 'Date', original: Date, named: 'Date' },
  { owner: performance, key: 'now', original: performance.now, named: 'performance.now()' },
  { owner: crypto, key: 'getRandomValues', original: crypto.getRandomValues, named: 'crypto.getRandomValues()' },
  { owner: crypto, key: 'randomUUID', original: crypto.randomUUID, named: 'crypto.randomUUID()' },
  { owner: process, key: 'hrtime', original: process.hrtime, named: 'process.hrtime()' },
]

/** The ports whose recipes run, innermost last. */
const running: StatePort[] = []

function seal(): void {
  for (const { owner, key, named } of forbidden) {
    const refuse = (): never => {
      const fault = new Fault('impure', `${named} was used; a step must depend on nothing but the state.`)
      const port = running.at(-1)
      if (port === undefined) throw fault
      return port.fail(fault)
    }
    const stand = key === 'Date' ? new Proxy(refuse, { get: refuse, construct: refuse, apply: refuse }) : refuse
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
