/** `oomcheck bless`: writes goldens and the generated parts of pages anew, from the models as they are now. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { known } from '../language/protocol.ts'
import type { Spec } from '../language/spec.ts'
import { lengthInWords, pageWith } from '../report/golden-page.ts'
import { verdictTablesIn, withVerdictTables } from '../report/readme-tables.ts'
import { counted } from '../report/words.ts'
import { formatCounterexample } from '../trace/counterexample.ts'
import {
  decideNow,
  generatedFor,
  objectionToResult,
  ownCorpus,
  placesIn,
  questionOf,
  shownPath,
  type Place,
  type Question,
} from './corpus.ts'
import { EXIT } from './exit.ts'
import { loadSpecs, ownSpecs } from './load.ts'
import { openOutput } from './output.ts'
import { about, readText } from './read.ts'
import { counterexampleOf, writeText } from './save.ts'
import { ownReadme } from './documents.ts'
import { sentences, UsageError } from './sentences.ts'

export interface BlessOptions {
  readonly corpus?: string
  readonly specs?: string
  /** A page with verdict tables; `true` is the README of the package. */
  readonly readme?: string | true
}

/** What happened to a golden. */
interface Blessed {
  readonly is: 'unchanged' | 'changed' | 'refused'
  readonly sentence: string
}

/** Writes a file if that changes it. */
function update(path: string, text: string): boolean {
  if (existsSync(path) && readText(path) === text) return false
  writeText(path, text)
  return true
}

async function blessOne(place: Place, specs: readonly Spec[], list: string): Promise<Blessed> {
  const question = questionOf(place, specs, list)
  const { file } = question
  const { verdict, history } = await decideNow(question)
  const refusal = objectionToResult(question, verdict)
  const found = counterexampleOf(file, verdict, history)
  if (refusal !== undefined || found === undefined)
    return { is: 'refused', sentence: refusal ?? `${place.name}: nothing is shown.` }
  const now: Question = { ...question, file: found }
  const isNewSchedule = update(place.json, formatCounterexample(found))
  const old = existsSync(place.page) ? readText(place.page) : undefined
  const isNewPage = update(place.page, pageWith(old, place.name, generatedFor(now)))
  const said = [
    ...(isNewSchedule ? [`${lengthInWords(file)} → ${lengthInWords(found)}`] : []),
    ...(isNewPage
      ? [old === undefined ? `wrote ${shownPath(place.page)}; its Why is yours to write` : 'page written']
      : []),
  ]
  return { is: said.length === 0 ? 'unchanged' : 'changed', sentence: `${place.name}: ${said.join(' · ')}` }
}

function blessReadme(path: string, specs: readonly Spec[]): string {
  const page = readText(path)
  const written = about(shownPath(path), () => {
    if (verdictTablesIn(page) === 0) throw new UsageError(sentences.noTables())
    return withVerdictTables(page, specs)
  })
  const isNew = update(path, written)
  return `${shownPath(path)}: ${isNew ? 'tables written' : 'unchanged'}`
}

/** Returns the exit code. */
export async function blessCommand(names: readonly string[], options: BlessOptions): Promise<number> {
  const specs = await loadSpecs(options.specs)
  const { write } = openOutput(undefined)
  if (options.readme !== undefined) {
    write(`${blessReadme(options.readme === true ? ownReadme() : options.readme, specs)}\n`)
    if (names.length === 0) return EXIT.asExpected
  }
  const places = placesIn(options.corpus ?? ownCorpus())
  const all = places.map(({ name }) => name)
  for (const name of names) known('golden', name, all)
  const chosen = places.filter(({ name }) => names.length === 0 || names.includes(name))
  const blessed: Blessed[] = []
  for (const place of chosen) {
    const one = await blessOne(place, specs, options.specs === undefined ? ownSpecs() : resolve(options.specs))
    if (one.is !== 'unchanged') write(`${one.sentence}\n`)
    blessed.push(one)
  }
  const tally = (is: Blessed['is']): number => blessed.filter((each) => each.is === is).length
  write(
    `${counted(blessed.length, 'golden')}: ${tally('changed')} changed, ${tally('unchanged')} unchanged` +
      `${tally('refused') === 0 ? '' : `, ${tally('refused')} not shown any more`}\n`,
  )
  return tally('refused') === 0 ? EXIT.asExpected : EXIT.differs
}
