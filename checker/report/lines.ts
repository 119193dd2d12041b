/** Lines of text: width, wrapping, style. */
import type { styleText } from 'node:util'

/** How a piece of text is to look. Widths are counted before styling. */
export type Format = Parameters<typeof styleText>[0]
export type Style = (format: Format, text: string) => string

export const unstyled: Style = (_format, text) => text

/** At most `width` characters, the last one an ellipsis where some are missing. */
export const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`

/** Cuts what does not fit into lines of its own. */
function* pieces(text: string, width: number): Generator<string> {
  const step = Math.max(1, width)
  for (let at = 0; at < text.length || at === 0; at += step) yield text.slice(at, at + step)
}

/** The parts in as few lines as possible, joined by the separator; a part that is wider than a line is cut. */
export function fill(parts: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + separator.length + part.length <= width)
      lines[lines.length - 1] = `${last}${separator}${part}`
    else lines.push(...pieces(part, width))
  }
  return lines
}

/** Wraps a sentence. */
export const wrap = (text: string, width: number): string[] => fill(text.split(' '), ' ', width)

/** A first line and, below it, lines that are indented as far. */
export const hanging = (head: string, lines: readonly string[]): string[] =>
  lines.map((line, i) => `${i === 0 ? head : ' '.repeat(head.length)}${line}`)
