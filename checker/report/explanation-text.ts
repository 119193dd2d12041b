/** An explanation as plain text: the paragraph, and the trace in columns. */
import { columnLines, MAIL_WIDTH, type ColumnOptions } from './columns.ts'
import { wrap } from './lines.ts'
import { paragraph } from './paragraph.ts'
import type { Told } from './told.ts'

export function explanationText(told: Told, options: ColumnOptions = {}): string {
  return `${[...wrap(paragraph(told), MAIL_WIDTH), '', ...columnLines(told.explanation, options)].join('\n')}\n`
}
