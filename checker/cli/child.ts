/** For tests: the command line as a child process or within this one, and spec files to run it on. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished, vi } from 'vitest'
import { jsonlRecord, type JsonlRecord } from '../report/jsonl-records.ts'
import { main } from './main.ts'

const BIN = join(import.meta.dirname, 'oomcheck.js')
/** For modules that are written elsewhere. */
export const LANGUAGE: string = pathToFileURL(join(import.meta.dirname, '../language/index.ts')).href

export const EXAMPLES: string = join(import.meta.dirname, '../examples/index.ts')
/** A bench model with some thousands of states that are much alike. */
export const COUNTER: string = join(import.meta.dirname, '../bench/counter.ts')
export const INCREMENT: string = join(import.meta.dirname, '../examples/increment.ts')

export interface Finished {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A child that was started, and what it will have said. */
export interface Child {
  readonly process: ChildProcess
  readonly finished: Promise<Finished>
  /** Waits until it has said this. */
  said(stream: 'stdout' | 'stderr', text: string): Promise<void>
}

export function start(args: readonly string[], nodeArgs: readonly string[] = []): Child {
  const child = spawn(process.execPath, [...nodeArgs, BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject).on('close', (exit) => resolve({ exit, ...said }))
  })
  return {
    process: child,
    finished,
    said: (stream, text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (said[stream].includes(text)) resolve()
        }
        child[stream].on('data', look)
        void finished.then(({ stderr }) => reject(new Error(`It ended without saying '${text}': ${stderr}`)))
        look()
      }),
  }
}

export const oomcheck = (...args: readonly string[]): Promise<Finished> => start(args).finished

/** The same without a process of its own, which takes half a second. */
export async function inThisProcess(...args: readonly string[]): Promise<Finished> {
  const said = { stdout: '', stderr: '' }
  const listen = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text)
      return true
    })
  const spies = [listen('stdout'), listen('stderr')]
  try {
    return { exit: await main(args), ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

/** Every line, held to the schema. */
export const recordsOf = ({ stdout }: Finished): JsonlRecord[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => jsonlRecord.parse(JSON.parse(line)))

/** A directory that is gone after the test. */
export function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'oomcheck-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/**
 * A file with a spec of counters that go up to a limit, each by itself: (limit + 1) ^ counters states. `rest` is the
 * rest of the definition of the spec, which may use everything of the language.
 */
export function counterSpec(rest: string): string {
  const file = join(directory(), 'counters.mts')
  writeFileSync(
    file,
    `import * as language from ${JSON.stringify(LANGUAGE)}
const { family, holds, maximum, reachable, unreachable, upTo, violated } = language
const { program } = language.language()
const counters = language.protocol({
  name: 'counters',
  variants: ['up', 'stuck'],
  bounds: { counters: { min: 1, max: 9 }, limit: { min: 1, max: 1000, doc: 'where each of them stops' } },
  ingredients: { skip: { doc: 'a counter may skip a number' } },
  state: ({ counters, limit }) => ({ counter: family(counters, { n: upTo(limit) }) }),
  programs: ({ variant, limit, skip }) => [
    program('counter', {
      count: {
        when: (_s, me) => me.n < limit,
        do: (_s, me, pick) => {
          me.n = Math.min(limit, me.n + pick(skip ? [1, 2] : [1]))
          if (variant === 'up') return 'count'
        },
      },
      never: { when: () => false },
    }),
  ],
  done: ({ limit, variant }) => (s) => variant === 'stuck' || s.counter.every((each) => each.n === limit),
})
const { always, reachable: canReach, maximum: largest } = language.propertiesOf(counters)
export default language.spec(counters, ${rest})
`,
  )
  return file
}
