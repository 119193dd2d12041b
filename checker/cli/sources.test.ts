import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { directory } from './child.ts'
import { sourcesOf } from './sources.ts'

test('what is imported by path is followed, in either quotes; packages are not', () => {
  const folder = directory()
  const files = {
    'index.ts': 'import lock from "./lock.ts"',
    'lock.ts': `import { a } from './a.ts'\nimport "./b.ts"\nimport { c } from 'vitest'\nexport { d } from "./d.ts"`,
    'a.ts': 'export const a = 1',
    'b.ts': 'export {}',
    'd.ts': `export const d = './c.ts'`,
    'c.ts': 'export {}',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const found = sourcesOf(join(folder, 'index.ts'), 'lock')
  expect([...found.keys()]).toEqual(['a.ts', 'b.ts', 'd.ts', 'lock.ts'])
  expect(sourcesOf(join(folder, 'index.ts'), 'none').size).toBe(5)
})
