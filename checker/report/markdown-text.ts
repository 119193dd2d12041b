/** Text in Markdown, so that nothing of a model becomes markup or ends the cell of a table. */

/** An ampersand means something only where it begins the name of a character: `&amp;`. */
const ENTITY = '&(?=#?[A-Za-z0-9]+;)'
const MARKUP = new RegExp(`[\\\\<>*_[\\]\`]|${ENTITY}`, 'g')
/** As little as possible, for names: an underscore within a word and brackets that are no link mean nothing. */
const IN_NAMES = new RegExp(`[\\\\<*\`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|\\](?=[([])|${ENTITY}`, 'g')
const BAR = /\|/g

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ')

/** Text in which nothing means anything. */
export const plainText = (text: string): string => inOneLine(text).replace(MARKUP, '\\$&')

/** The same in a table, where a bar would end the cell. */
export const plainCell = (text: string): string => plainText(text).replace(BAR, '\\|')

/** A name in a table, readable also where nobody renders it. */
export const nameCell = (name: string): string => inOneLine(name).replace(IN_NAMES, '\\$&').replace(BAR, '\\|')

/** Text as code, between more backticks than it has itself. */
export function codeText(text: string): string {
  const runs = text.match(/`+/g) ?? []
  const fence = '`'.repeat(runs.length === 0 ? 1 : 1 + Math.max(...runs.map(({ length }) => length)))
  const space = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return text === '' ? '' : `${fence}${space}${inOneLine(text)}${space}${fence}`
}

/** The same in a table; with a bar it becomes text, since code has no way to say one there. */
export const codeCell = (text: string): string => (text.includes('|') ? plainCell(text) : codeText(text))
