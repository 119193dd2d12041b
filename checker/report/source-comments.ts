/**
 * What the sources say about the names that a trace shows: the comment above a property, a label or a field. A model is read
 * by people before it runs, and says there what each step stands for.
 */

/** A comment, and the source behind it from the name on, without its white space. */
interface Comment {
  readonly name: string
  readonly text: string
  readonly source: string
}

export type Comments = ReadonlyMap<string, readonly Comment[]>

/** `name: …`, `name(s) {`, `const name = …`, or a call such as `always('Name', …)`. */
const DOCUMENTED =
  /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(?:(?:export )?const (?=\w+ =))?(?:(?:[\w.]+\(\s*'([A-Z]\w*)')|(\w+)\s*(?:[:(,]|=(?!=))|'([\w.-]+)'\s*:)/g
/** So much of the source behind a comment is looked at to tell two of the same name apart. */
const LOOKED_AT = 3000

const squeezed = (text: string): string => text.replace(/\s+/g, '')

const plain = (comment: string): string =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()

/** All comments of these sources by the name that they are about. */
export function commentsIn(sources: Iterable<string>): Comments {
  const found: Comment[] = []
  for (const source of sources)
    for (const match of source.matchAll(DOCUMENTED)) {
      const [whole, comment = '', property, label, quoted] = match
      const name = property ?? label ?? quoted ?? ''
      const end = match.index + whole.length
      found.push({ name, text: plain(comment), source: squeezed(source.slice(end, end + LOOKED_AT)) })
    }
  return Map.groupBy(found, ({ name }) => name)
}

/** The first paragraph, on one line. */
const firstParagraph = (text: string): string => (text.split(/\n\s*\n/)[0] ?? '').replace(/\s+/g, ' ')

/** The first sentence. */
export const firstSentence = (text: string): string =>
  /^.*?[.!?](?=\s|$)/.exec(firstParagraph(text))?.[0] ?? firstParagraph(text)

/**
 * What is said about a name. Where there are several of the name it is the one in front of one of these recipes; nothing, if
 * that cannot be told.
 */
export function commentOn(comments: Comments, name: string, recipes: readonly string[] = []): string | undefined {
  const all = comments.get(name) ?? []
  const texts = new Set(all.map(({ text }) => text))
  if (texts.size < 2) return all[0]?.text
  const bodies = recipes.map(squeezed).filter((body) => body !== '')
  const fitting = all.filter(({ source }) => bodies.some((body) => source.slice(0, body.length + 40).includes(body)))
  return new Set(fitting.map(({ text }) => text)).size === 1 ? fitting[0]?.text : undefined
}

/** The first paragraph of what is said about a property. */
export const claimInWords = (comments: Comments, property: string): string | undefined => {
  const text = commentOn(comments, property)
  return text === undefined ? undefined : firstParagraph(text)
}
