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

/** The specs of a file, or those of the package. */
export async function loadSpecs(path?: string): Promise<readonly Spec[]> {
  const file = path === undefined ? ownSpecs() : resolve(path)
  const shown = path ?? 'spec/index.ts'
  if (!existsSync(file)) throw new UsageError(sentences.noSpecFile(shown))
  let loaded: { readonly default?: unknown }
  try {
    loaded = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
  } catch (error) {
    throw new UsageError(sentences.brokenSpecFile(shown, messageOf(error)), { cause: error })
  }
  const specs: unknown[] = Array.isArray(loaded.default) ? loaded.default : [loaded.default]
  if (!specs.every(isSpec)) throw new UsageError(sentences.notSpecs(shown))
  if (specs.length === 0) throw new UsageError(sentences.noSpecs())
  return specs
}
