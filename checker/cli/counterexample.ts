/** Reads counterexample files and runs them on the reference engine, for every command that is given one. */
import { readFileSync } from 'node:fs'
import { Machine } from '../engine/machine.ts'
import { layoutOf, type Layout } from '../engine/layout.ts'
import { NO_DEADLOCK, STAYS_IN_DOMAIN } from '../language/property.ts'
import { known } from '../language/protocol.ts'
import type { Spec } from '../language/spec.ts'
import { FILE_VERSION, parseCounterexample, type CounterexampleFile, type Shown } from '../trace/counterexample.ts'
import { replay, ReplayError, type Trace } from '../trace/schedule.ts'
import { loadSpecs } from './load.ts'
import { messageOf, sentences, systemReason, UsageError } from './sentences.ts'

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = messageOf(error)
    const [, position] = /at position (\d+)/.exec(message) ?? []
    const cutOff = message.includes('Unexpected end') || Number(position) >= text.trimEnd().length
    throw new UsageError(cutOff ? sentences.cutOff(path) : sentences.notJson(path, message), { cause: error })
  }
}

function readCounterexample(path: string): CounterexampleFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(sentences.cannotRead(path, systemReason(error)), { cause: error })
  }
  const value = parseJson(path, text)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const version: unknown = isObject && 'version' in value ? value.version : undefined
  if (isObject && version !== FILE_VERSION) throw new UsageError(sentences.wrongVersion(path, version, FILE_VERSION))
  const parsed = parseCounterexample(value)
  if (!parsed.ok) throw new UsageError(sentences.wrongShape(path, parsed.where, parsed.message))
  return parsed.file
}

/** What each kind of property can be shown to be. */
const CAN_BE: Readonly<Record<string, readonly Shown['result'][]>> = {
  always: ['violated'],
  never: ['violated'],
  stepwise: ['violated'],
  alwaysReachable: ['violated'],
  eventually: ['violated'],
  leadsTo: ['violated'],
  alwaysEventually: ['violated'],
  refines: ['violated'],
  'built-in': ['violated'],
  reachable: ['reachable'],
  maximum: ['maximum'],
  minimum: ['minimum'],
}

function checkProperty(spec: Spec, { property, result }: CounterexampleFile): void {
  const names = [...spec.properties.map(({ name }) => name), STAYS_IN_DOMAIN, NO_DEADLOCK]
  known(`property of ${spec.name}`, property, names)
  const kind = spec.properties.find(({ name }) => name === property)?.kind ?? 'built-in'
  if (CAN_BE[kind]?.includes(result) !== true) throw new UsageError(sentences.wrongKind(property, kind, result))
}

/** Names that no state of the instance could make right. */
function checkNames({ steps, history = [] }: CounterexampleFile, layout: Layout): void {
  const { protocol } = layout.instance
  for (const name of history) known(`history field of ${protocol}`, name, Object.keys(layout.history.fields))
  const processes = layout.processes.map(({ name }) => name)
  for (const [i, { process, label }] of steps.entries()) {
    const found = layout.processes.find(({ name }) => name === process)
    if (found === undefined) throw new UsageError(sentences.unknownInStep(i + 1, 'process', process, processes))
    const labels = [...new Set(found.program.labels.map(({ name }) => name))]
    if (!labels.includes(label))
      throw new UsageError(sentences.unknownInStep(i + 1, `label of ${process}`, label, labels))
  }
}

/** A file whose schedule fits its model. */
export interface Replayed {
  readonly file: CounterexampleFile
  readonly spec: Spec
  readonly machine: Machine
  readonly trace: Trace
}

/** Reads a file and runs its schedule; a `UsageError` says what does not fit, and what would. */
export async function replayFile(path: string, specsPath: string | undefined): Promise<Replayed> {
  const file = readCounterexample(path)
  const specs = await loadSpecs(specsPath)
  const names = specs.map((each) => each.name)
  const name = known('spec', file.spec, names)
  const spec = specs[names.indexOf(name)]
  if (spec === undefined) throw new UsageError(sentences.noSpecs())
  checkProperty(spec, file)
  const layout = layoutOf(spec.protocol.instance(file))
  checkNames(file, layout)
  const machine = new Machine(layout, file.history && new Set(file.history))
  try {
    return { file, spec, machine, trace: replay(machine, file) }
  } catch (error) {
    if (error instanceof ReplayError) throw new UsageError(`${path}: ${error.message}`, { cause: error })
    throw error
  }
}
