/**
 * Verdict tables in pages that people write: between `<!-- verdicts <spec> <bounds> <properties> -->` and `<!-- end -->`
 * stands what the first quick row of each variant at these bounds expects, which `check` decides; the ingredients of the row
 * are named, since without them other verdicts may come out.
 */
import { ConfigError, known } from '../language/protocol.ts'
import type { Row, Spec } from '../language/spec.ts'
import { markdownTable } from './document-markdown.ts'
import { expectedPoint, verdictMatrix } from './matrix.ts'

/** The marker stands at the beginning of a line, so that a page may also speak of it; no comment stands in a table. */
const REGION = /^<!-- verdicts (\S+) (\S+) (\S+) -->$(?:(?!^<!--)[^])*^<!-- end -->$/gm
/** What is meant to be a marker, well written or not. */
const MEANT = /^<!-- *verdicts? +(?:\S+ +\S+=.*|\S+ *-->)$/gm

const isAt = ({ bounds, full }: Row, wanted: string): boolean =>
  full !== true &&
  Object.entries(bounds)
    .map(([name, value]) => `${name}=${value}`)
    .join() === wanted

function verdictTable(spec: Spec, bounds: string, properties: readonly string[]): string {
  for (const property of properties)
    known(
      `property of ${spec.name}`,
      property,
      spec.properties.map(({ name }) => name),
    )
  const rows = spec.protocol.variants
    .map((variant) =>
      spec.rows.find((row) => (row.variant ?? spec.protocol.variants[0]) === variant && isAt(row, bounds)),
    )
    .filter((row) => row !== undefined)
  if (rows.length === 0) throw new ConfigError(`No quick row of ${spec.name} has the bounds ${bounds}.`)
  return markdownTable(
    verdictMatrix(
      rows.map((row) => {
        const point = expectedPoint(spec, row)
        return { ...point, variant: [point.variant, ...(row.ingredients ?? []).map((name) => `+${name}`)].join(' ') }
      }),
      properties,
    ),
  )
}

/** How many verdict tables a page has; a `ConfigError` names a marker that begins none, so that no table stays as it was unseen. */
export function verdictTablesIn(page: string): number {
  const begun = new Set([...page.matchAll(REGION)].map(({ index }) => index))
  for (const { index, 0: marker } of page.matchAll(MEANT))
    if (!begun.has(index))
      throw new ConfigError(
        `'${marker}' begins no table: it is written <!-- verdicts <spec> <bounds> <properties> -->, and the line <!-- end --> ends the table.`,
      )
  return begun.size
}

/** The page with all of its verdict tables up to date; nothing else is touched. */
export function withVerdictTables(page: string, specs: readonly Spec[]): string {
  verdictTablesIn(page)
  return page.replace(REGION, (_, name: string, bounds: string, properties: string) => {
    known(
      'spec',
      name,
      specs.map((spec) => spec.name),
    )
    const tables = specs
      .filter((spec) => spec.name === name)
      .map((spec) => verdictTable(spec, bounds, properties.split(',')))
    return `<!-- verdicts ${name} ${bounds} ${properties} -->\n${tables.join('\n')}\n<!-- end -->`
  })
}
