/** Loads specs by path, at run time: the checker knows none of them. */
import { existsSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Spec } from '../language/spec.ts'
import { messageOf, sentences, UsageError } from './sentences.ts'

/** The list of the package that this file belongs to, compiled if this is. */
export const ownSpecs = (): string => join(import.meta.dirname, '../../spec', `index${extname(import.meta.filename)}`)

const isSpec = (value: unknown): value is Spec =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'protocol' in value &&
  'properties' in value &&
  'rows' in value &&
  Array.isArray(value.properties) &&
  Array.isArray(value.rows)

type Exports = Readonly<Record<string, unknown>>

/** What a module exports; `shown` is its path as it is told. */
export async function loadModule(file: string, shown: string, missing: (path: string) => string): Promise<Exports> {
  if (!existsSync(file)) throw new UsageError(missing(shown))
  try {
    return (await import(pathToFileURL(file).href)) as Exports
  } catch (error) {
    throw new UsageError(sentences.brokenSpecFile(shown, messageOf(error)), { cause: error })
  }
}

/** The specs of a file, or those of the package. */
export async function loadSpecs(path?: string): Promise<readonly Spec[]> {
  const file = path === undefined ? ownSpecs() : resolve(path)
  const shown = path ?? 'spec/index.ts'
  const { default: loaded } = await loadModule(file, shown, sentences.noSpecFile)
  const specs: unknown[] = Array.isArray(loaded) ? loaded : [loaded]
  if (!specs.every(isSpec)) throw new UsageError(sentences.notSpecs(shown))
  if (specs.length === 0) throw new UsageError(sentences.noSpecs())
  const names = specs.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new UsageError(sentences.specTwice(shown, twice))
  return specs
}
