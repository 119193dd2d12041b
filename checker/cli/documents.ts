/** The documents of the package that this file belongs to, by convention; other ones are named by path. */
import { existsSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { readText } from './read.ts'

const inPackage = (...path: readonly string[]): string => join(import.meta.dirname, '../..', ...path)
const extension = extname(import.meta.filename)

export const ownReadme = (): string => inPackage('README.md')
export const ownModels = (): string => inPackage('model')
export const ownLedger = (): string => inPackage('spec', `claims${extension}`)
export const ownScores = (): string => inPackage('spec', 'mutation.json')
export const ownExhibits = (): string => inPackage('spec', `exhibits${extension}`)
export const ownReport = (): string => inPackage('report')

/** Is there a folder, rather than nothing or a file? */
export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** The text of a document, where there is one. */
export const textOf = (path: string): string | undefined => (existsSync(path) ? readText(path) : undefined)

/** The source of a model: `<models>/<name of the spec>.ts`. */
export const modelSource = (models: string, spec: string): string | undefined => textOf(join(models, `${spec}.ts`))
