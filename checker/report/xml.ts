/** For tests: reads XML as far as JUnit files need it, and refuses what is not well formed. */

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
}

const TOKEN = /<\?xml [^?]*\?>|<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/gy
const ATTRIBUTE = / ([\w-]+)="([^"]*)"/g
const ENTITY = /&(?:(lt|gt|amp|quot|apos)|#(\d+));|&/g
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const unescape = (text: string): string =>
  text.replace(ENTITY, (whole, name?: string, code?: string) => {
    if (name === undefined && code === undefined) throw new SyntaxError(`A bare ${whole} in '${text}'.`)
    return name === undefined ? String.fromCharCode(Number(code)) : (NAMED[name] ?? '')
  })

interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

export function parseXml(xml: string): Element {
  const top: Open = { name: '', attributes: {}, children: [], text: '' }
  const open = [top]
  let at = 0
  for (const [token, closed, opened, attributes = '', empty, text] of xml.matchAll(TOKEN)) {
    at += token.length
    const parent = open.at(-1) ?? top
    if (text !== undefined) parent.text += unescape(text)
    if (opened !== undefined) {
      const pairs = [...attributes.matchAll(ATTRIBUTE)].map(
        ([, key = '', value = '']) => [key, unescape(value)] as const,
      )
      const element: Open = { name: opened, attributes: Object.fromEntries(pairs), children: [], text: '' }
      parent.children.push(element)
      if (empty === '') open.push(element)
    }
    if (closed !== undefined && open.pop()?.name !== closed) throw new SyntaxError(`</${closed}> closes nothing.`)
  }
  const [root] = top.children
  if (
    at !== xml.length ||
    open.length !== 1 ||
    top.children.length !== 1 ||
    top.text.trim() !== '' ||
    root === undefined
  )
    throw new SyntaxError(`Not well formed near '${xml.slice(at, at + 40)}'.`)
  return root
}
