/** Goldens as the report tells them: read, run and confirmed before anything is decided, told afterwards. */
import type { Spec } from '../language/spec.ts'
import type { Story } from '../report/chapter.ts'
import { columnLines, otherwiseLines } from '../report/columns.ts'
import { anchor, listing, withOwnIds } from '../report/document.ts'
import { writtenOf, type Golden } from '../report/golden-page.ts'
import { paragraph } from '../report/paragraph.ts'
import { spaceTime } from '../report/space-time.ts'
import { confirmationOf, goldenOf, placesIn, questionOf, shownPath, toldOf, type Place } from './corpus.ts'
import { textOf } from './documents.ts'
import { about, checkSchedule } from './read.ts'
import { sentences, UsageError } from './sentences.ts'

/** A golden that still shows what it claims, with what people wrote about it. */
export interface Kept extends Pick<Story, 'golden' | 'title' | 'why'> {
  readonly place: Place
}

function runningGolden(place: Place, specs: readonly Spec[]): Golden {
  const question = questionOf(place, specs)
  const golden = about(shownPath(place.json), () => {
    checkSchedule(question)
    return goldenOf(question)
  })
  if (confirmationOf(golden).is === 'no')
    throw new UsageError(sentences.showsNothing(shownPath(place.json), golden.file.property))
  return golden
}

/** The goldens of these specs; those of other specs are passed over. */
export function keptIn(corpus: string, specs: readonly Spec[]): Kept[] {
  const own = new Set(specs.map(({ name }) => name))
  return placesIn(corpus)
    .filter(({ name }) => own.has(name.split('/')[0] ?? ''))
    .map((place) => ({ place, golden: runningGolden(place, specs), ...writtenOf(textOf(place.page) ?? '') }))
}

export function storyOf({ place, golden, title, why }: Kept): Story {
  const told = toldOf(golden)
  const svg = withOwnIds(spaceTime(told, false), anchor(place.name))
  const lanes = { is: 'picture', of: 'lanes', svg, instead: [listing(columnLines(told))] } as const
  return { golden, title, why, explanation: paragraph(told), lanes, otherwise: otherwiseLines(told) }
}
