/**
 * Documents: what a page says, before it becomes Markdown or HTML. Texts are plain but for `code` between backticks.
 */

/** What a cell is about, for colours: nothing is said by colour alone. */
export type Tone = 'plain' | 'head' | 'violated' | 'open' | 'differs'

export interface Cell {
  readonly text: string
  readonly tone: Tone
  /** The id of what the cell leads to, where links work. */
  readonly link?: string
}

export interface Heading {
  readonly is: 'heading'
  /** 1 is the title of a page. */
  readonly level: 1 | 2 | 3 | 4
  readonly text: string
  /** To be linked to. */
  readonly id: string
}
export interface Paragraph {
  readonly is: 'paragraph'
  readonly text: string
}
export interface List {
  readonly is: 'list'
  readonly items: readonly string[]
}
export interface Table {
  readonly is: 'table'
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}
/** Lines that keep their shape. */
export interface Listing {
  readonly is: 'listing'
  readonly lines: readonly string[]
}
/** A drawing that HTML shows; where only text is shown the blocks stand for it. */
export interface Picture {
  readonly is: 'picture'
  /** A program with its moves, or a schedule with a lane for each process, or curves. */
  readonly of: 'program' | 'lanes' | 'chart'
  /** A complete `<svg>` element that takes its colours from the page. */
  readonly svg: string
  readonly instead: readonly Block[]
}
/** Blocks that a reader may open. */
export interface Fold {
  readonly is: 'fold'
  readonly summary: string
  readonly blocks: readonly Block[]
  /** To be linked to: a link opens it. */
  readonly id?: string
}
/** A list of links to headings, each with a remark. */
export interface Links {
  readonly is: 'links'
  readonly to: readonly { readonly id: string; readonly page: string; readonly text: string; readonly remark: string }[]
}
export type Block = Heading | Paragraph | List | Table | Listing | Picture | Fold | Links

export const heading = (level: Heading['level'], text: string, id: string = anchor(text)): Heading => ({
  is: 'heading',
  level,
  text,
  id,
})
export const paragraph = (text: string): Paragraph => ({ is: 'paragraph', text })
export const list = (items: readonly string[]): List => ({ is: 'list', items })
export const listing = (lines: readonly string[]): Listing => ({ is: 'listing', lines })
export const fold = (summary: string, blocks: readonly Block[]): Fold => ({ is: 'fold', summary, blocks })
export const plain = (text: string): Cell => ({ text, tone: 'plain' })
export const code = (text: string): string => `\`${text}\``

/** A table of plain cells; the first of each row is its head. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): Table => ({
  is: 'table',
  head,
  rows: rows.map((cells) => cells.map((text, i) => ({ text, tone: i === 0 ? 'head' : 'plain' }))),
})

/** The same with every heading one level higher: a part as a page of its own. */
export const raised = (blocks: readonly Block[]): Block[] =>
  blocks.map((block) => {
    if (block.is === 'heading') return { ...block, level: RAISED[block.level] }
    return block.is === 'fold' ? { ...block, blocks: raised(block.blocks) } : block
  })
const RAISED = { 1: 1, 2: 1, 3: 2, 4: 3 } as const

/** A drawing whose ids are its own, so that several can stand in one page. */
export const withOwnIds = (svg: string, suffix: string): string =>
  svg.replaceAll(/\bid="([\w-]+)"/g, `id="$1-${suffix}"`).replaceAll(/url\(#([\w-]+)\)/g, `url(#$1-${suffix})`)

/** A name that can stand in an address. */
export const anchor = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** A text as pieces, those between backticks marked. A backtick without a partner is a backtick. */
export function pieces(text: string): readonly { readonly text: string; readonly isCode: boolean }[] {
  const parts = text.split(/`([^`]+)`/)
  return parts.map((part, i) => ({ text: part, isCode: i % 2 === 1 })).filter((part) => part.text !== '')
}
