/**
 * Reads counterexample files. Whatever is wrong with one, or does not fit the models as they are now, is one sentence
 * that begins with its path.
 */
import { readFileSync } from 'node:fs'
import { Machine } from '../engine/machine.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { NO_DEADLOCK, STAYS_IN_DOMAIN } from '../language/property.ts'
import { ConfigError, known } from '../language/protocol.ts'
import type { Spec } from '../language/spec.ts'
import { checkFairness } from '../search/fairness.ts'
import { FILE_VERSION, parseCounterexample, type CounterexampleFile } from '../trace/counterexample.ts'
import { canBe, takesLoop } from '../trace/fits.ts'
import { formatStep, replay, ReplayError } from '../trace/schedule.ts'
import { messageOf, printable, sentences, systemReason, UsageError } from './sentences.ts'

/** The text of a file, or a sentence on why it cannot be had. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    throw new UsageError(sentences.cannotRead(path, systemReason(error)), { cause: error })
  }
}

/** The first key that an object of this JSON has twice: of two values a reader would see one, and take the other. */
function repeatedKey(json: string): string | undefined {
  const objects: Set<string>[] = []
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|[{}]/g)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else if (token.endsWith(':')) {
      const key = token.slice(0, token.lastIndexOf('"') + 1)
      if (objects.at(-1)?.has(key) === true) return key
      objects.at(-1)?.add(key)
    }
  }
  return undefined
}

function parseJson(path: string, text: string): unknown {
  if (text.trim() === '') throw new UsageError(sentences.empty(path))
  try {
    const value: unknown = JSON.parse(text)
    const repeated = repeatedKey(text)
    if (repeated !== undefined) throw new UsageError(sentences.keyTwice(path, repeated))
    return value
  } catch (error) {
    if (error instanceof UsageError) throw error
    const message = messageOf(error)
    const [, position] = /at position (\d+)/.exec(message) ?? []
    const cutOff = message.includes('Unexpected end') || Number(position) >= text.trimEnd().length
    throw new UsageError(cutOff ? sentences.cutOff(path) : sentences.notJson(path, message), { cause: error })
  }
}

/** A file in the form that this version reads; whether the models know what it names is another question. */
export function readCounterexample(path: string): CounterexampleFile {
  const value = parseJson(path, readText(path))
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const version: unknown = isObject && 'version' in value ? value.version : undefined
  if (isObject && version !== FILE_VERSION) throw new UsageError(sentences.wrongVersion(path, version, FILE_VERSION))
  const parsed = parseCounterexample(value)
  if (!parsed.ok) throw new UsageError(sentences.wrongShape(path, parsed.where, parsed.message))
  return parsed.file
}

/** Names the file in what is said about its contents. */
export function about<T>(path: string, look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UsageError || error instanceof ReplayError)
      throw new UsageError(`${path}: ${printable(error.message)}`, { cause: error })
    throw error
  }
}

function checkProperty(spec: Spec, { property, result, loop }: CounterexampleFile): void {
  const names = [...spec.properties.map(({ name }) => name), STAYS_IN_DOMAIN, NO_DEADLOCK]
  known(`property of ${spec.name}`, property, names)
  const kind = spec.properties.find(({ name }) => name === property)?.kind ?? 'built-in'
  if (!canBe(kind, result)) throw new UsageError(sentences.wrongKind(property, kind, result))
  const goesOn = takesLoop(kind, result)
  if (goesOn && loop === undefined) throw new UsageError(sentences.loopMissing(property))
  if (!goesOn && loop !== undefined) throw new UsageError(sentences.loopNeedless(property, kind, result))
}

/** A file with the instance that it is about. */
export interface Fitting {
  readonly file: CounterexampleFile
  readonly spec: Spec
  readonly layout: Layout
}

/** The spec and the instance that a file names; its steps are not looked at. */
export function fitting(file: CounterexampleFile, specs: readonly Spec[]): Fitting {
  const spec = specs.find(({ name }) => name === file.spec)
  if (spec === undefined)
    throw new ConfigError(`Unknown spec '${file.spec}'; there are: ${specs.map(({ name }) => name).join(', ')}.`)
  checkProperty(spec, file)
  const layout = layoutOf(spec.protocol.instance(file))
  checkFairness(layout.processes, file.fairness ?? {})
  return { file, spec, layout }
}

/** What could be done instead of a step, if the steps before it can be taken. */
function enabledAt({ init, steps, history }: CounterexampleFile, layout: Layout, step: number): string[] {
  const machine = new Machine(layout, history && new Set(history))
  try {
    const { states } = replay(machine, { init, steps: steps.slice(0, step) })
    return states.slice(-1).flatMap((state) => machine.enabled(state).map(formatStep))
  } catch (error) {
    if (error instanceof ReplayError) return []
    throw error
  }
}

/** Names in the schedule that no state of the instance could make right. */
export function checkSchedule({ file, layout }: Fitting): void {
  const { steps, history = [], loop = 0 } = file
  const { protocol } = layout.instance
  for (const name of history) known(`history field of ${protocol}`, name, Object.keys(layout.history.fields))
  if (loop > steps.length) throw new UsageError(sentences.loopBehind(loop, steps.length))
  const processes = layout.processes.map(({ name }) => name)
  for (const [i, { process, label }] of steps.entries()) {
    const found = layout.processes.find(({ name }) => name === process)
    if (found === undefined)
      throw new UsageError(sentences.unknownInStep(i + 1, 'process', process, processes, enabledAt(file, layout, i)))
    const labels = [...new Set(found.program.labels.map(({ name }) => name))]
    if (!labels.includes(label))
      throw new UsageError(
        sentences.unknownInStep(i + 1, `label of ${process}`, label, labels, enabledAt(file, layout, i)),
      )
  }
}
