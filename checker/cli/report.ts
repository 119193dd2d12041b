/** `oomcheck report`: everything that is known, as Markdown and as one HTML page. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { tableEngine } from '../engine/table.ts'
import type { Exhibit } from '../language/exhibit.ts'
import { chapterBlocks, chapterId, chapterInBrief, type Chapter, type Seen } from '../report/chapter.ts'
import { claimBlocks, judgeClaims, type Ledger } from '../report/claims.ts'
import { heading, paragraph as text, raised, type Block } from '../report/document.ts'
import { html } from '../report/document-html.ts'
import { markdown } from '../report/document-markdown.ts'
import { exhibitBlocks } from '../report/exhibit.ts'
import { sectionOf } from '../report/header.ts'
import { bySpec } from '../report/overview.ts'
import { configurationName, type Decided, type Outcome } from '../report/record.ts'
import { reachInWords, searchInWords, tallyInWords } from '../report/words.ts'
import { movesIn } from '../search/moves.ts'
import { decideQuietly, findGrounds, loadLedger, planOfAll } from './claims.ts'
import { ownCorpus, shownPath } from './corpus.ts'
import {
  isFolder,
  modelSource,
  ownExhibits,
  ownLedger,
  ownModels,
  ownReadme,
  ownReport,
  ownScores,
  textOf,
} from './documents.ts'
import { exitOf } from './exit.ts'
import { scoreBlocks } from '../mutate/section.ts'
import { loadModule, loadSpecs, ownSpecs } from './load.ts'
import { sourcesOf } from './sources.ts'
import { claimInWords, commentsIn } from '../report/source-comments.ts'
import { scoresIn } from './scores.ts'
import { openOutput } from './output.ts'
import { sentences, UsageError } from './sentences.ts'
import { prepareDirectory, writeText } from './save.ts'
import { keptIn, storyOf } from './stories.ts'

export interface ReportOptions {
  readonly full?: boolean
  readonly output?: string
  readonly specs?: string
  readonly models?: string
  readonly corpus?: string
  readonly claims?: string
  readonly scores?: string
  readonly exhibits?: string
  readonly quiet?: boolean
}

const TITLE = 'oomcheck'
const NOT_CHECKED = 'What is not checked'
/** Programs are drawn as they are in a configuration of at most so many states, which is explored again for this. */
const DRAWN_STATES = 50_000

/** The configuration of each variant with the most labels, among those that are not too large to be drawn. */
function toBeDrawn(outcomes: readonly Outcome[]): Decided[] {
  const small = outcomes.filter(
    (outcome) =>
      outcome.is === 'decided' && outcome.run.basis.is === 'exact' && outcome.run.statistics.states <= DRAWN_STATES,
  ) as Decided[]
  return [...Map.groupBy(small, ({ planned }) => planned.variant).values()].flatMap((group) =>
    [...group].sort((a, b) => b.planned.labels.length - a.planned.labels.length).slice(0, 1),
  )
}

function seenAt({ planned }: Decided): Seen {
  const { layout, variant } = planned
  const space = tableEngine.explore({ layout, observers: [], history: new Set() })
  while (space.advance(32_768));
  const moves = movesIn(space)
  const families = [...new Map(layout.processes.map(({ family, program }) => [family, program]))]
  return {
    variant,
    configuration: configurationName({ ...planned, fairness: {} }),
    layout,
    programs: families.map(([family, program]) => ({ family, program, moves: moves.get(family) ?? new Set() })),
  }
}

const isExhibit = (value: unknown): value is Exhibit =>
  typeof value === 'object' &&
  value !== null &&
  'spec' in value &&
  'title' in value &&
  'parts' in value &&
  typeof value.parts === 'function'

/** The exhibits of a file, or those of the package: the default export. */
async function loadExhibits(path?: string): Promise<readonly Exhibit[]> {
  const file = path === undefined ? ownExhibits() : resolve(path)
  const shown = path ?? 'spec/exhibits.ts'
  const { default: exhibits } = await loadModule(file, shown, sentences.noExhibits)
  if (!Array.isArray(exhibits) || !exhibits.every(isExhibit)) throw new UsageError(sentences.notExhibits(shown))
  return exhibits
}

/** A list of links to the chapters, as the first thing that is read. */
const contents = (chapters: readonly Chapter[], hasClaims: boolean): Block => ({
  is: 'links',
  to: [
    ...chapters.map((chapter) => ({
      id: chapterId(chapter.spec),
      page: `${chapter.spec.name}.md`,
      text: chapter.spec.name,
      remark: chapterInBrief(chapter),
    })),
    ...(hasClaims ? [{ id: 'claims', page: 'claims.md', text: 'Claims', remark: 'what became of each' }] : []),
    { id: 'what-is-not-checked', page: '#what-is-not-checked', text: NOT_CHECKED, remark: '' },
  ],
})

interface Found {
  readonly chapters: readonly Chapter[]
  /** None where there is no ledger. */
  readonly claims: readonly Block[]
  readonly opening: readonly Block[]
  readonly notChecked: readonly Block[]
}

/** The pages by name: one for each protocol, one for the claims, one that leads to them, and all in one. */
function pages({ chapters, claims, opening, notChecked }: Found): ReadonlyMap<string, string> {
  const start = [...opening, contents(chapters, claims.length > 0)]
  const bodies = chapters.map((chapter) => [`${chapter.spec.name}.md`, chapterBlocks(chapter)] as const)
  return new Map([
    ['index.md', markdown([...start, ...notChecked])],
    ...(claims.length === 0 ? [] : [['claims.md', markdown(raised(claims))] as const]),
    ...bodies.map(([name, blocks]) => [name, markdown(raised(blocks))] as const),
    ['index.html', html(TITLE, [...start, ...bodies.flatMap(([, blocks]) => blocks), ...claims, ...notChecked])],
  ])
}

/** Parts of the report that belong to no spec; where letters count as one in both cases they are one file. */
const RESERVED = ['index', 'claims', 'what-is-not-checked']

/** Returns the exit code. */
export async function reportCommand(options: ReportOptions): Promise<number> {
  const specs = await loadSpecs(options.specs)
  const reserved = specs.find(({ name }) => RESERVED.includes(name.toLowerCase()))
  if (reserved !== undefined) throw new UsageError(sentences.reservedName(reserved.name))
  const isOwn = options.specs === undefined
  const ledger: Ledger =
    options.claims !== undefined || (isOwn && existsSync(ownLedger()))
      ? await loadLedger(options.claims)
      : { claims: {}, threads: {} }
  const exhibits =
    options.exhibits !== undefined || (isOwn && existsSync(ownExhibits())) ? await loadExhibits(options.exhibits) : []
  // What they rest on is looked for before anything is decided.
  for (const exhibit of exhibits) exhibitBlocks(exhibit, { specs, outcomes: [] })
  const corpus = options.corpus ?? (isOwn && existsSync(ownCorpus()) ? ownCorpus() : undefined)
  const goldens = corpus === undefined ? [] : keptIn(corpus, specs)
  if (options.models !== undefined && !isFolder(options.models))
    throw new UsageError(sentences.noModels(options.models))
  if (options.scores !== undefined && !existsSync(options.scores))
    throw new UsageError(sentences.noScores(options.scores))
  const list = isOwn ? ownSpecs() : resolve(options.specs ?? '')
  const scoreFor = scoresIn(options.scores ?? (isOwn ? ownScores() : ''), list)
  const directory = options.output ?? ownReport()
  prepareDirectory(directory)
  const planned = planOfAll(specs, options.full ?? false)
  const { outcomes, interrupted } = await decideQuietly(planned, options.quiet ?? false)
  const exit = exitOf(outcomes, interrupted)
  const chapters = [...bySpec(outcomes)].flatMap(([name, own]): Chapter[] => {
    const spec = specs.find((each) => each.name === name)
    if (spec === undefined) return []
    const source = modelSource(options.models ?? ownModels(), name)
    const stories = goldens.filter(({ golden }) => golden.spec === spec).map(storyOf)
    const shown = exhibits
      .filter((each) => each.spec === name)
      .flatMap((each) => exhibitBlocks(each, { specs, outcomes }))
    const comments = commentsIn(sourcesOf(list, name).values())
    const says = (property: string): string | undefined => claimInWords(comments, property)
    const mutation = scoreBlocks(name, scoreFor(name), options.specs)
    return [{ spec, source, outcomes: own, stories, exhibits: shown, says, mutation, seen: toBeDrawn(own).map(seenAt) }]
  })
  const summary = { planned, outcomes, interrupted, exit, seconds: 0 }
  const readme = textOf(ownReadme()) ?? ''
  const found: Found = {
    chapters,
    claims:
      Object.keys(ledger.claims).length === 0
        ? []
        : claimBlocks(judgeClaims(ledger, outcomes, await findGrounds(ledger, undefined, options.claims)), ledger),
    opening: [
      heading(1, TITLE),
      text(`${reachInWords(summary)}, ${tallyInWords(outcomes)}. ${searchInWords(outcomes)}.`),
      text(
        'A verdict is about the bounds of its configuration and no others. Steps count transitions from the initial state, and no shorter schedule exists.',
      ),
    ],
    notChecked: [heading(2, NOT_CHECKED), ...sectionOf(readme, NOT_CHECKED)],
  }
  for (const [name, text] of pages(found)) writeText(join(directory, name), text)
  openOutput(undefined).write(`${shownPath(join(directory, 'index.html'))} and index.md: ${tallyInWords(outcomes)}\n`)
  return exit
}
