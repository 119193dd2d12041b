/** Exhibits as blocks of a report: whatever they say of verdicts is looked up in the outcomes. */
import { match, P } from 'ts-pattern'
import type { Exhibit, Part, Reference } from '../language/exhibit.ts'
import { ConfigError, known } from '../language/protocol.ts'
import type { Expectation, Row, Spec } from '../language/spec.ts'
import { chartPicture } from './chart.ts'
import { anchor, code, heading, paragraph, table, withOwnIds, type Block, type Cell } from './document.ts'
import { configurationName, type Outcome } from './record.ts'
import { basisInWords, judgedInWords, resultInWords } from './words.ts'

/** Where exhibits find what they refer to. */
export interface Findings {
  readonly specs: readonly Spec[]
  readonly outcomes: readonly Outcome[]
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name))

/** A point of the configuration space, of a row or of what became of one. */
interface Point {
  readonly variant: string
  readonly bounds: Readonly<Record<string, number>>
  readonly ingredients: readonly string[]
}

const isMeant = ({ variant, bounds = {}, ingredients = [] }: Reference, point: Point): boolean =>
  point.variant === variant &&
  Object.entries(bounds).every(([name, value]) => point.bounds[name] === value) &&
  sameNames(ingredients, point.ingredients)

const pointOf = ({ protocol }: Spec, { variant, bounds, ingredients = [] }: Row): Point => ({
  variant: variant ?? protocol.variants[0] ?? '',
  bounds,
  ingredients,
})

/** A row that was found, and what it expects of the property. */
interface Meant {
  readonly spec: Spec
  readonly row: Row
  readonly property: string
  readonly expected: Expectation
}

/** The rows that are meant; an error where there is none. */
function rowsOf(exhibit: Exhibit, specs: readonly Spec[], reference: Reference): readonly Meant[] {
  const name = reference.spec ?? exhibit.spec
  const within = `in the exhibit '${exhibit.title}'`
  for (const each of [name, exhibit.spec])
    known(`spec ${within}`, each, specs.map((spec) => spec.name)) // prettier-ignore
  const spec = specs.find((each) => each.name === name)
  if (spec === undefined) return []
  known(`variant of ${name} ${within}`, reference.variant, spec.protocol.variants)
  known(`property of ${name} ${within}`, reference.property, spec.properties.map((each) => each.name)) // prettier-ignore
  const { property } = reference
  const rows = spec.rows.flatMap((row): Meant[] => {
    const expected = row.expect[property]
    return expected !== undefined && isMeant(reference, pointOf(spec, row)) ? [{ spec, row, property, expected }] : []
  })
  if (rows.length === 0)
    throw new ConfigError(
      `The exhibit '${exhibit.title}' rests on ${reference.property} of ${name} ${configurationName({ spec, variant: reference.variant, bounds: reference.bounds ?? {}, ingredients: reference.ingredients ?? [] })}, and no row decides that; name a row of the spec.`,
    )
  return rows
}

const isOf = (outcome: Outcome, spec: Spec, row: Row): boolean =>
  outcome.planned.spec === spec &&
  isMeant({ ...pointOf(spec, row), property: '' }, outcome.planned) &&
  sameNames(outcome.planned.fairness.weak ?? [], row.fairness?.weak ?? []) &&
  sameNames(outcome.planned.fairness.strong ?? [], row.fairness?.strong ?? [])

/** A row that was not decided says what it expects, and that it is that. */
function verdictLine({ outcomes }: Findings, { spec, row, property, expected }: Meant): Cell[] {
  const { fairness = {} } = row
  const name = `${spec.name} ${configurationName({ spec, ...pointOf(spec, row), fairness })}`
  const plain = (text: string): Cell => ({ text, tone: 'plain' })
  const head: Cell[] = [{ text: name, tone: 'head' }, plain(code(property))]
  const outcome = outcomes.find((each) => isOf(each, spec, row))
  if (outcome?.is === 'failed') return [...head, { text: 'the checker failed', tone: 'differs' }, plain('')]
  const judged = outcome?.verdicts.find(({ verdict }) => verdict.property === property)
  if (outcome === undefined || judged === undefined)
    return [...head, { text: `${resultInWords(expected)} is expected`, tone: 'open' }, plain('not run here')]
  const differs = judged.judgement === 'differs' || judged.judgement === 'bad'
  const verdict: Cell = { text: judgedInWords(judged), tone: differs ? 'differs' : 'plain' }
  return [...head, verdict, plain(basisInWords(outcome.run.basis))]
}

function partBlock(exhibit: Exhibit, findings: Findings, part: Part, id: string): Block {
  return match(part)
    .with(P.string, paragraph)
    .with({ is: 'heading' }, ({ text }) => heading(4, text, `${id}-${anchor(text)}`))
    .with({ is: 'table' }, ({ head, rows }) => table(head, rows))
    .with({ is: 'chart' }, (chart) => {
      const picture = chartPicture(chart)
      return { ...picture, svg: withOwnIds(picture.svg, id) }
    })
    .with({ is: 'verdicts' }, ({ of }): Block => {
      const meant = of.flatMap((reference) => rowsOf(exhibit, findings.specs, reference))
      const rows = meant.map((each) => verdictLine(findings, each))
      return { is: 'table', head: ['configuration', 'property', 'verdict', 'basis'], rows }
    })
    .exhaustive()
}

/** The blocks of an exhibit, a heading first. */
export function exhibitBlocks(exhibit: Exhibit, findings: Findings): Block[] {
  const id = `${exhibit.spec}-${anchor(exhibit.title)}`
  const parts = exhibit.parts().map((part) => partBlock(exhibit, findings, part, id))
  return [heading(3, exhibit.title, id), ...parts]
}
