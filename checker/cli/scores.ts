/** The file of mutation scores, and the digest of the sources that each of them is about. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import {
  knownScore,
  NO_SCORES,
  parseScores,
  formatScores,
  type KnownScore,
  type Score,
  type Scores,
} from '../mutate/scores.ts'
import { textOf } from './documents.ts'
import { messageOf, sentences, UsageError } from './sentences.ts'
import { writeText } from './save.ts'

const CHECKER = join(import.meta.dirname, '..')
const IMPORTED = /(?:from|import)\s+'(\.{1,2}\/[^']+)'/g

/** A module and all that it imports by path, without the checker itself. */
function sourcesFrom(path: string, found: Map<string, string>): void {
  if (found.has(path) || !existsSync(path)) return
  const text = readFileSync(path, 'utf8')
  found.set(path, text)
  for (const [, name = ''] of text.matchAll(IMPORTED)) {
    const imported = resolve(dirname(path), name)
    if (!imported.startsWith(CHECKER + sep) || dirname(path).startsWith(CHECKER)) sourcesFrom(imported, found)
  }
}

/** Of a spec by name: of its own file beside the list of specs, where there is one, and otherwise of that list. */
export function sourcesOf(list: string, spec: string): string {
  const own = join(dirname(list), `${spec}${extname(list)}`)
  const found = new Map<string, string>()
  sourcesFrom(existsSync(own) ? own : list, found)
  const digest = createHash('sha256')
  const byName = [...found].map(([path, text]) => [relative(dirname(list), path).replaceAll(sep, '/'), text] as const)
  for (const [name, text] of byName.sort(([a], [b]) => (a < b ? -1 : 1))) digest.update(`${name}\n${text}\n`)
  return digest.digest('hex').slice(0, 16)
}

function readScores(path: string): Scores {
  const text = textOf(path)
  if (text === undefined) return NO_SCORES
  try {
    return parseScores(text)
  } catch (error) {
    throw new UsageError(sentences.notScores(path, messageOf(error)), { cause: error })
  }
}

/** Puts a score into the file; what is known of other specs stays. */
export function saveScore(path: string, spec: string, score: Score): void {
  const { version, specs } = readScores(path)
  writeText(path, formatScores({ version, specs: { ...specs, [spec]: score } }))
}

/** What the file knows about each spec. */
export function scoresIn(path: string, list: string): (spec: string) => KnownScore {
  const scores = readScores(path)
  return (spec) => knownScore(scores, spec, sourcesOf(list, spec))
}
