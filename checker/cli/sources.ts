/** The sources of a spec: its own file, by convention beside the list of specs, and what that imports by path. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'

const CHECKER = join(import.meta.dirname, '..')
const IMPORTED = /(?:from|import)\s*(['"])(\.{1,2}\/.+?)\1/g

/** A module and all that it imports by path, without the checker itself. */
function follow(path: string, found: Map<string, string>): void {
  if (found.has(path) || !existsSync(path)) return
  const text = readFileSync(path, 'utf8')
  found.set(path, text)
  for (const [, , name = ''] of text.matchAll(IMPORTED)) {
    const imported = resolve(dirname(path), name)
    if (!imported.startsWith(CHECKER + sep) || dirname(path).startsWith(CHECKER)) follow(imported, found)
  }
}

/** The texts by path, seen from the list. Where a spec has no file of its own they are those of the whole list. */
export function sourcesOf(list: string, spec: string): ReadonlyMap<string, string> {
  const own = join(dirname(list), `${spec}${extname(list)}`)
  const found = new Map<string, string>()
  follow(existsSync(own) ? own : list, found)
  const named = [...found].map(([path, text]) => [relative(dirname(list), path).replaceAll(sep, '/'), text] as const)
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)))
}
