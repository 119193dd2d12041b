/** An explanation as a page of Markdown. */
import { columnLines, otherwiseLines, type ColumnOptions } from './columns.ts'
import { legendSections, type Legend } from './legend.ts'
import { codeCell, codeText, plainCell, plainText } from './markdown-text.ts'
import { paragraph } from './paragraph.ts'
import { configurationOf, shortStep, type Told } from './told.ts'

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** What decided, step by step: the rows of steps that something decided. */
function decidedBy({ explanation }: Told, onlyCauses: boolean): string[] {
  const { steps } = explanation
  const rows = steps.flatMap(({ step, reads, isCause }, i) => {
    const decisive = reads.filter((read) => read.decisive && !read.byNote)
    if (decisive.length === 0 || (onlyCauses && !isCause)) return []
    const said = decisive.map(
      ({ field, value, writer, by }) =>
        `${codeCell(`${field.name} = ${value}`)}${by === undefined ? '' : `, by ${writer + 1} ${plainCell(by.process)} ${codeCell(shortStep(by))}`}`,
    )
    return [row([String(i + 1), plainCell(step.process), codeCell(shortStep(step)), said.join('<br>')])]
  })
  const head = [row(['Step', 'Who', 'What', 'Decided by']), row(['---', '---', '---', '---'])]
  return rows.length === 0 ? [] : ['## What decided', [...head, ...rows].join('\n')]
}

/** The behaviour that takes the last way out. */
function otherwiseParts(told: Told, options: ColumnOptions): string[] {
  const [title, ...lines] = otherwiseLines(told, options)
  return title === undefined ? [] : [`## ${title}`, ['```text', ...lines, '```'].join('\n')]
}

/** What the names mean, a table for each part. */
function legendParts(legend: Legend | undefined): string[] {
  const sections = legend === undefined ? [] : legendSections(legend)
  const tables = sections.flatMap(({ title, entries }) => [
    `### ${plainText(title)}`,
    [
      row(['Name', 'Meaning']),
      row(['---', '---']),
      ...entries.map(([name, text]) => row([name === '' ? '' : codeCell(name), plainCell(text)])),
    ].join('\n'),
  ])
  return tables.length === 0 ? [] : ['## What the names mean', ...tables]
}

export function explanationMarkdown(told: Told, options: ColumnOptions = {}): string {
  const { spec, property, explanation } = told
  const stale = explanation.overtaken.map(
    ({ process, field, read, value, by, now }) =>
      `- ${plainText(process)} read ${codeText(`${field.name} = ${value}`)} in step ${read + 1}. ${by.length === 1 ? 'Step' : 'Steps'} ${by.map((each) => each + 1).join(', ')} made it ${codeText(now)}, and it went on without looking again.`,
  )
  return `${[
    `# ${plainText(spec)}: ${plainText(property)}`,
    ...(configurationOf(told) === '' ? [] : [codeText(configurationOf(told))]),
    ...(told.legend?.claim === undefined ? [] : [`${codeText(property)}: ${plainText(told.legend.claim)}`]),
    plainText(paragraph(told)),
    '## Steps',
    ['```text', ...columnLines(told, options), '```'].join('\n'),
    ...otherwiseParts(told, options),
    ...(stale.length === 0 ? [] : ['## Read, and no longer true', stale.join('\n')]),
    ...decidedBy(told, options.onlyCauses ?? false),
    ...legendParts(told.legend),
  ].join('\n\n')}\n`
}
