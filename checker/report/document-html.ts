/** Documents as one HTML page that needs nothing else: no script, no font, no request. */
import { match } from 'ts-pattern'
import { pieces, type Block, type Cell, type Table } from './document.ts'
import { STYLE } from './document-style.ts'
import { escapeHtml } from './html.ts'

const inline = (text: string): string =>
  pieces(text)
    .map((piece) => (piece.isCode ? `<code>${escapeHtml(piece.text)}</code>` : escapeHtml(piece.text)))
    .join('')

const MARKS: Readonly<Record<Cell['tone'], string>> = { plain: '', head: '', violated: '', open: '? ', differs: '✗ ' }

function cell({ text, tone, link }: Cell): string {
  const words = `${MARKS[tone]}${inline(text)}`
  const content = link === undefined ? words : `<a href="#${escapeHtml(link)}">${words}</a>`
  if (tone === 'head') return `<th scope="row">${content}</th>`
  return tone === 'plain' ? `<td>${content}</td>` : `<td class="${tone}">${content}</td>`
}

function tableText({ head, rows }: Table): string {
  const heads = head.map((text) => `<th scope="col">${inline(text)}</th>`).join('')
  const body = rows.map((cells) => `<tr>${cells.map(cell).join('')}</tr>`).join('\n')
  const top = head.every((text) => text === '') ? '' : `<thead><tr>${heads}</tr></thead>\n`
  return `<div class="wide"><table>\n${top}<tbody>\n${body}\n</tbody></table></div>`
}

const blockText = (block: Block): string =>
  match(block)
    .with({ is: 'heading' }, ({ level, text, id }) => `<h${level} id="${escapeHtml(id)}">${inline(text)}</h${level}>`)
    .with({ is: 'paragraph' }, ({ text }) => `<p>${inline(text)}</p>`)
    .with({ is: 'list' }, ({ items }) => `<ul>\n${items.map((item) => `<li>${inline(item)}</li>`).join('\n')}\n</ul>`)
    .with({ is: 'table' }, tableText)
    .with({ is: 'listing' }, ({ lines }) => `<pre class="wide">${escapeHtml(lines.join('\n'))}</pre>`)
    .with({ is: 'picture' }, ({ svg, of }) => `<div class="wide ${of}">${svg}</div>`)
    .with({ is: 'fold' }, ({ summary, blocks, id }) => {
      // What is linked to must lie within, so that a link opens it.
      const content = id === undefined ? body(blocks) : `<div id="${escapeHtml(id)}">\n${body(blocks)}\n</div>`
      return `<details><summary>${inline(summary)}</summary>\n${content}\n</details>`
    })
    .with(
      { is: 'links' },
      ({ to }) =>
        `<ul class="links">\n${to
          .map(({ id, text, remark }) => `<li><a href="#${escapeHtml(id)}">${inline(text)}</a> ${inline(remark)}</li>`)
          .join('\n')}\n</ul>`,
    )
    .exhaustive()

const body = (blocks: readonly Block[]): string => blocks.map(blockText).join('\n')

export const html = (title: string, blocks: readonly Block[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
${STYLE}</style>
</head>
<body>
<main>
${body(blocks)}
</main>
</body>
</html>
`
