/** Documents as Markdown. */
import { match } from 'ts-pattern'
import { pieces, type Block, type Cell, type Table } from './document.ts'
import { codeText, plainText } from './markdown-text.ts'

/** Text in which nothing but `code` means anything. */
export const escaped = (text: string): string =>
  pieces(text.replace(/\s+/g, ' '))
    .map((piece) => (piece.isCode ? codeText(piece.text) : plainText(piece.text)))
    .join('')

/** In a table a bar ends the cell, also within code, so that code with a bar becomes text. */
export const inCell = (text: string): string =>
  escaped(text.replaceAll(/`([^`]*\|[^`]*)`/g, '$1')).replaceAll('|', '\\|')

const cellText = ({ text, tone }: Cell): string =>
  tone === 'differs' ? `✗ **${inCell(text)}**` : tone === 'open' ? `? ${inCell(text)}` : inCell(text)

/** A table as Markdown has it. */
export function markdownTable({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head.map(inCell)), line(head.map(() => '---')), ...rows.map((cells) => line(cells.map(cellText)))].join(
    '\n',
  )
}

const blockText = (block: Block): string =>
  match(block)
    .with({ is: 'heading' }, ({ level, text }) => `${'#'.repeat(level)} ${escaped(text)}`)
    .with({ is: 'paragraph' }, ({ text }) => escaped(text))
    .with({ is: 'list' }, ({ items }) => items.map((item) => `- ${escaped(item)}`).join('\n'))
    .with({ is: 'table' }, markdownTable)
    .with({ is: 'listing' }, ({ lines }) => ['```text', ...lines, '```'].join('\n'))
    .with({ is: 'picture' }, ({ instead }) => markdown(instead).trimEnd())
    .with({ is: 'fold' }, ({ summary, blocks }) =>
      [
        `<details><summary>${summary.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</summary>`,
        markdown(blocks).trimEnd(),
        '</details>',
      ].join('\n\n'),
    )
    .with({ is: 'links' }, ({ to }) =>
      to
        .map(({ page, text, remark }) => `- [${escaped(text)}](${page})${remark === '' ? '' : ` ${escaped(remark)}`}`)
        .join('\n'),
    )
    .exhaustive()

export const markdown = (blocks: readonly Block[]): string => `${blocks.map(blockText).join('\n\n')}\n`
