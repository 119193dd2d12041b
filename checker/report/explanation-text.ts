/**
 * An explanation as plain text: what the property says, the paragraph, and the trace in columns, on one page; behind it what
 * the names mean.
 */
import { columnLines, MAIL_WIDTH, otherwiseLines, type ColumnOptions } from './columns.ts'
import { claimLines, legendLines } from './legend.ts'
import { wrap } from './lines.ts'
import { paragraph } from './paragraph.ts'
import type { Told } from './told.ts'

/** What is to fit on a page. */
export const storyLines = (told: Told, options: ColumnOptions = {}): string[] => [
  ...(told.legend === undefined ? [] : claimLines(told.legend, told.property, MAIL_WIDTH)),
  ...wrap(paragraph(told), MAIL_WIDTH),
  '',
  ...columnLines(told, options),
]

const headed = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', ...lines])

export function explanationText(told: Told, options: ColumnOptions = {}): string {
  const legend = told.legend === undefined ? [] : legendLines(told.legend, MAIL_WIDTH)
  return `${[...storyLines(told, options), ...headed(otherwiseLines(told, options)), ...legend].join('\n')}\n`
}
