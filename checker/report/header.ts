/** The comment at the head of a model file, as blocks: where the protocol comes from, what is kept, what is dropped. */
import { list, paragraph, type Block } from './document.ts'

/** The text of the leading comment, without its stars; `undefined` where there is none. */
function leadingComment(source: string): string | undefined {
  const [, comment] = /^\s*(?:#!.*\n)?\/\*\*([^]*?)\*\//.exec(source) ?? []
  return comment
    ?.split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()
}

/** A paragraph with the items below it, if there are any. */
function blocksOf(part: string): Block[] {
  const [lead = '', ...items] = part.split(/\n(?=- )|^(?=- )/)
  const joined = (text: string): string => text.replace(/^- /, '').replace(/\s+/g, ' ').trim()
  return [
    ...(joined(lead) === '' ? [] : [paragraph(joined(lead))]),
    ...(items.length === 0 ? [] : [list(items.map(joined))]),
  ]
}

/** Text with blank lines between its paragraphs and dashes before its items. */
export const blocksOfText = (text: string): Block[] =>
  text
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== '')
    .flatMap((part) => (part.trimStart().startsWith('- ') ? [list(itemsOf(part))] : blocksOf(part)))

const itemsOf = (part: string): string[] =>
  part
    .trim()
    .split(/\n(?=- )/)
    .map((item) => item.replace(/^- /, '').replace(/\s+/g, ' ').trim())

/** The header of a model. */
export const headerOf = (source: string): Block[] => blocksOfText(leadingComment(source) ?? '')

/** The section of a Markdown page below this heading of the second level, without the heading. */
export const sectionOf = (page: string, heading: string): Block[] =>
  blocksOfText(
    page
      .split(/^## /m)
      .find((section) => section.startsWith(`${heading}\n`))
      ?.slice(heading.length) ?? '',
  )
