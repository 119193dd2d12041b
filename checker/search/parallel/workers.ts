/**
 * The threads that help searches: started when the first search is large enough, kept for the next ones, and watched,
 * since one that dies says nothing to those who wait for it.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MOST_EXPLORERS } from '../../engine/wasm/control.ts'
import type { Invitation } from '../../engine/wasm/explorer.ts'

/** The most threads of a search. */
export const MOST_WORKERS: number = MOST_EXPLORERS

export interface WorkersOptions {
  /** States from which on threads are started, and from which on they help. */
  readonly startFrom: number
  readonly shareFrom: number
  /** The module that a thread runs. */
  readonly module: URL
}

const DEFAULTS: WorkersOptions = {
  startFrom: 256,
  shareFrom: 1024,
  module: new URL(`./worker${extname(import.meta.filename)}`, import.meta.url),
}

export class Workers {
  /** Threads that explore, the main one included. */
  readonly count: number
  readonly options: WorkersOptions
  #threads: Worker[] = []
  #failure: Error | undefined

  constructor(count: number, options: Partial<WorkersOptions> = {}) {
    this.count = count
    this.options = { ...DEFAULTS, ...options }
  }

  /** Starts the threads, unless they run. */
  start(): void {
    while (this.#threads.length < this.count - 1) this.#threads.push(this.#thread())
  }

  invite(invitation: Invitation): void {
    for (const thread of this.#threads) thread.postMessage(invitation)
  }

  /** Throws what went wrong in a thread. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  async close(): Promise<void> {
    const threads = this.#threads
    this.#threads = []
    this.#failure = undefined
    await Promise.all(threads.map((thread) => thread.terminate()))
  }

  #thread(): Worker {
    const thread = new Worker(this.options.module, { execArgv: [] })
    const failed = (error: Error): void => {
      if (this.#threads.includes(thread)) this.#failure ??= error
    }
    thread.on('error', (error: unknown) => failed(new WorkerError(`A thread of the search failed: ${String(error)}`)))
    thread.on('exit', (code) => failed(new WorkerError(`A thread of the search ended, with exit code ${code}.`)))
    // Whoever forgets to close them can still end.
    thread.unref()
    return thread
  }
}

/** A thread of a search failed or died. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError'
}
