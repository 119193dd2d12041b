/** Text in HTML and SVG, so that nothing of a model can break a page. */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')

/** An element with its attributes; `inner` is markup. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  inner?: string | readonly string[],
): string {
  const pairs = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeHtml(String(value))}"`)
  const open = `<${name}${pairs.join('')}`
  return inner === undefined ? `${open}/>` : `${open}>${typeof inner === 'string' ? inner : inner.join('\n')}</${name}>`
}
