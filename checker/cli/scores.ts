/** The file of mutation scores, and the digest of the sources that each of them is about. */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, statSync } from 'node:fs'
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
import { messageOf, sentences, systemReason, UsageError } from './sentences.ts'
import { writeText } from './save.ts'
import { sourcesOf } from './sources.ts'

/** Tells the sources of a spec from other ones. */
export function digestOf(list: string, spec: string): string {
  const digest = createHash('sha256')
  for (const [name, text] of sourcesOf(list, spec)) digest.update(`${name}\n${text}\n`)
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

/** Looks at once whether scores can be kept there, so that nobody waits for some that cannot; none is lost by it. */
export function openScores(path: string): void {
  const isThere = existsSync(path)
  // A device may have no end to be read to.
  if (isThere && !statSync(path).isFile()) throw new UsageError(sentences.cannotWrite(path, 'it is no regular file'))
  const known = readScores(path)
  if (isThere) tryToWrite(path)
  else writeText(path, formatScores(known))
}

function tryToWrite(path: string): void {
  try {
    closeSync(openSync(path, 'a'))
  } catch (error) {
    throw new UsageError(sentences.cannotWrite(path, systemReason(error)), { cause: error })
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
  return (spec) => knownScore(scores, spec, digestOf(list, spec))
}
