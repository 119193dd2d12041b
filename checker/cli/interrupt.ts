/** Ctrl-C: the first one asks the search to stop, so that what is known can be printed; the second one ends it all. */
import { EXIT } from './exit.ts'

export interface Interrupt {
  readonly signal: AbortSignal
  /** Stops listening. */
  readonly dispose: () => void
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export function onInterrupt(said: () => void): Interrupt {
  const controller = new AbortController()
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort()
    said()
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, listener)
    },
  }
}
