/** Whether a ledger of claims can be used: its shape, the files that it names, and what its grounds find. */
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { Ledger } from '../report/claims.ts'
import type { Finding, FoundGround, Ground } from '../report/grounds.ts'
import { issueInWords, pathInWords } from '../trace/counterexample.ts'
import { findingOf, lemmasOf } from './lemmas.ts'
import { readText } from './read.ts'
import { messageOf, sentences, UsageError } from './sentences.ts'

const names = z.array(z.string())
const claim = z.object({
  claim: z.string(),
  thread: z.string(),
  variants: names.optional(),
  decided: z.array(z.object({ spec: z.string(), variants: names, properties: names })).optional(),
  grounds: names.optional(),
})
const isFunction = z.custom((value) => typeof value === 'function')
const ground = z.union([
  z.object({ basis: z.string(), decide: isFunction }),
  z.object({ basis: z.string(), lemmas: z.string() }),
])
const ledger = z.object({
  claims: z.record(z.string(), claim),
  threads: z.record(z.string(), z.string()),
  grounds: z.record(z.string(), ground).optional(),
})
const finding: z.ZodType<Finding> = z.object({ is: z.enum(['holds', 'fails', 'open']), says: z.string() })

const inWords = (issue: z.core.$ZodRawIssue): string | undefined =>
  issue.code === 'invalid_union'
    ? "it must have a text 'basis', and a function 'decide' or a path 'lemmas'"
    : issueInWords(issue)

/** Throws a `UsageError` that says what is wrong in the ledger `file`, `shown` as it is told. */
export function checkLedger({ claims, threads, grounds }: Ledger, file: string, shown: string): void {
  const { error } = ledger.safeParse({ claims, threads, grounds }, { error: inWords })
  const [issue] = error?.issues ?? []
  if (issue !== undefined) throw new UsageError(sentences.wrongLedger(shown, pathInWords(issue.path), issue.message))
  for (const [id, { thread, grounds: used = [] }] of Object.entries(claims)) {
    if (!Object.hasOwn(threads, thread)) throw new UsageError(sentences.unknownThread(id, thread))
    for (const name of used)
      if (!Object.hasOwn(grounds ?? {}, name)) throw new UsageError(sentences.unknownGround(id, name))
  }
  for (const [name, each] of Object.entries(grounds ?? {})) if ('lemmas' in each) checkLemmas(name, each.lemmas, file)
}

function checkLemmas(ground: string, lemmas: string, file: string): void {
  try {
    lemmasOf(readText(resolve(dirname(file), lemmas)))
  } catch (error) {
    throw new UsageError(sentences.badLemmas(ground, lemmas, messageOf(error)), { cause: error })
  }
}

/** What a ground finds; `id` is a claim that rests on it, and `file` the ledger. */
export async function groundOf(id: string, name: string, each: Ground, file: string): Promise<FoundGround> {
  try {
    const found =
      'decide' in each
        ? finding.parse(each.decide(), { error: inWords })
        : await findingOf(resolve(dirname(file), each.lemmas), each.lemmas)
    return { name, basis: each.basis, ...found }
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : []
    const because =
      issue === undefined ? messageOf(error) : `what it returns: ${pathInWords(issue.path)} ${issue.message}`
    throw new UsageError(sentences.brokenGround(id, name, because), { cause: error })
  }
}
