/** The report: complete, self-contained, the same twice, and with everything that belongs to a protocol. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, afterAll, describe, expect, test, vi } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseXml, type Element } from '../report/xml.ts'
import { main } from './main.ts'
import { directory, EXAMPLES, INCREMENT, inThisProcess, LANGUAGE } from './child.ts'

let root: string
let exit: number
const read = (name: string): string => readFileSync(join(root, 'report', name), 'utf8')

const GOLDEN = 'increment.racy.threads=2.NoIncrementIsLost.json'
const LEDGER = `export const threads = { a: 'a thread of <examples>' }
export const claims = { One: { claim: 'No increment is lost.', thread: 'a', variants: ['racy', 'locked'] } }
`

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'oomcheck-report-'))
  const quiet = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
  const ledger = join(root, 'ledger.mjs')
  writeFileSync(ledger, LEDGER)
  const corpus = join(root, 'corpus')
  const specs = ['--specs', EXAMPLES]
  await main(['check', 'increment', ...specs, '--bounds', 'threads=2', '--save', join(corpus, 'increment'), '-q'])
  await main(['bless', ...specs, '--corpus', corpus])
  const page = readdirSync(join(corpus, 'increment')).find((name) => name.endsWith('NoIncrementIsLost.md')) ?? ''
  const path = join(corpus, 'increment', page)
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(/^# .*\n\n## Why\n/, '# The lost update\n\n## Why\n\nBoth read 0 & write 1.\n'),
  )
  const options = ['--models', dirname(EXAMPLES), '--corpus', corpus, '--claims', ledger]
  exit = await main(['report', ...specs, ...options, '-o', join(root, 'report'), '-q'])
  await main(['report', ...specs, ...options, '-o', join(root, 'again'), '-q'])
  quiet.mockRestore()
})
afterAll(() => rmSync(root, { recursive: true }))

test('it is written as Markdown and as HTML', () => {
  expect(exit).toBe(0)
  const names = readdirSync(join(root, 'report'))
  expect(names).toEqual(expect.arrayContaining(['index.html', 'index.md', 'claims.md', 'increment.md', 'peterson.md']))
})

test('it is the same twice', () => {
  for (const name of readdirSync(join(root, 'report')))
    expect(readFileSync(join(root, 'again', name), 'utf8'), name).toBe(read(name))
})

describe('the HTML page', () => {
  const all = (element: Element): Element[] => [element, ...element.children.flatMap(all)]
  let elements: Element[]
  beforeAll(() => {
    elements = all(parseXml(/<main>[^]*<\/main>/.exec(read('index.html'))?.[0] ?? ''))
  })

  test('needs nothing else', () => {
    const page = read('index.html')
    expect(page).not.toMatch(/<(script|link|img|iframe|object)\b|@import|url\((?!#)|https?:/)
    expect(page).toContain('name="viewport"')
    expect(page).toContain('color-scheme: light dark')
  })

  test('has a chapter that is linked to for every protocol', () => {
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    const links = elements.flatMap(({ name, attributes }) => (name === 'a' ? [attributes['href'] ?? ''] : []))
    expect(links).toEqual(expect.arrayContaining(['#increment', '#peterson', '#claims', '#what-is-not-checked']))
    expect(links.filter((href) => !ids.includes(href.slice(1)))).toEqual([])
  })

  test('draws every program, each label once', () => {
    const drawings = elements.filter(({ name }) => name === 'svg')
    const labels = drawings.map((svg) => svg.children.filter(({ name }) => name === 'text').map(({ text }) => text))
    expect(labels).toContainEqual(['read', 'write', 'done'])
    expect(labels).toContainEqual(['increment', 'done'])
    for (const each of labels) expect(new Set(each).size).toBe(each.length)
  })

  test('draws no two boxes over each other, and nothing outside', () => {
    for (const svg of elements.filter(({ name }) => name === 'svg')) {
      const boxes = svg.children.filter(({ name }) => name === 'rect').map(({ attributes }) => attributes)
      const tops = boxes.map(({ y }) => Number(y))
      expect(tops.every((top, i) => i === 0 || top >= (tops[i - 1] ?? 0) + Number(boxes[i]?.['height']))).toBe(true)
      const width = Number(svg.attributes['width'])
      const brackets = svg.children.flatMap(({ attributes }) => /H(\d+)V/.exec(attributes['d'] ?? '')?.[1] ?? [])
      expect(brackets.filter((x) => Number(x) >= width)).toEqual([])
    }
  })
})

describe('the chapter of a protocol', () => {
  const contains = (...texts: readonly string[]): void => {
    const page = read('increment.md')
    for (const text of texts) expect(page).toContain(text)
  }

  test('says where it comes from', () =>
    contains('# increment', 'Source: Stateright', 'Threads that increment a shared counter'))
  test('has the matrix of verdicts', () => {
    contains('| variant | no increment is lost |', '| racy | violated in 4 steps')
  })
  test('has its rows, with states and basis', () => contains('States: 13, as expected; ', 'basis: exact.'))
  test('has its counterexamples, with what people wrote', () => {
    contains('<summary>The lost update</summary>', 'Both read 0 & write 1.', 'thread1 write')
  })
  test('has its coverage', () => contains('3 labels, alternatives counted apart; each is taken by some configuration.'))
  test('has its state and its programs', () => {
    contains('| `thread.t` | 0 … ', '| `read` | `write` |', '| `write` | `done` |')
  })
})

test('claims and what is not checked are told', () => {
  expect(read('claims.md')).toContain('| One | No increment is lost. | ? open; no row yet for racy, locked |')
  expect(read('index.md')).toContain('## What is not checked\n\n- Nothing beyond the bounds of a row.')
})

test('without a ledger nothing is said of claims', async () => {
  const output = directory()
  const { exit: code } = await inThisProcess('report', '--specs', INCREMENT, '-o', output, '-q')
  expect([code, readdirSync(output).sort()]).toEqual([0, ['increment.md', 'index.html', 'index.md']])
  for (const name of ['index.md', 'index.html'])
    expect(readFileSync(join(output, name), 'utf8')).not.toMatch(/0 claims|claims\.md|#claims|>Claims</)
})

describe('a golden that the model no longer has is named before anything is decided', () => {
  test.each([
    ['its schedule does not run', '"label":"read"', '"label":"write"', 'Step 1, thread0 write, is not enabled'],
    [
      'it names a label that is gone',
      '"label":"write"',
      '"label":"wrote"',
      "Step 3 names the label of thread1 'wrote'",
    ],
    ['its end shows nothing', /,\s*\{[^{}]*\}\n/, '\n', 'does not show what it claims about NoIncrementIsLost'],
  ])('%s', async (_what, from, to, sentence) => {
    const corpus = directory()
    mkdirSync(join(corpus, 'increment'))
    const golden = join(corpus, 'increment', 'lost.json')
    writeFileSync(golden, readFileSync(join(root, 'corpus', 'increment', GOLDEN), 'utf8').replace(from, to))
    const place = join(directory(), 'report')
    const { exit: code, stderr } = await inThisProcess('report', '--specs', EXAMPLES, '--corpus', corpus, '-o', place)
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)])
    expect(stderr).toMatch(/^oomcheck: \S*increment\/lost\.json[: ].*\n$/)
    expect(existsSync(place)).toBe(false)
  })
})

describe('names of specs that cannot be names of pages', () => {
  const module = (...names: readonly string[]): string => {
    const file = join(directory(), 'named.mts')
    writeFileSync(
      file,
      `import { bool, family, language, protocol, spec } from ${JSON.stringify(LANGUAGE)}
const { program } = language()
const named = (name) => spec(
  protocol({ name, bounds: {}, state: () => ({ x: bool, a: family(1, {}) }), programs: () => [program('a', { go: (s) => { s.x = true } })] }),
  { properties: [], rows: [{ bounds: {}, expect: {}, why: '' }] },
)
export default ${JSON.stringify(names)}.map(named)
`,
    )
    return file
  }
  const reported = async (...names: readonly string[]) => {
    const place = join(directory(), 'report')
    const { exit: code, stderr } = await inThisProcess('report', '--specs', module(...names), '-o', place, '-q')
    return { code, stderr, isWritten: existsSync(place) }
  }

  test.each(['../../up', 'a/b spec', 'a b', 'a<b>', '', '.a', '-a', 'a\n', 'é'])('%j', async (name) => {
    const { code, stderr, isWritten } = await reported(name)
    expect([code, isWritten]).toEqual([2, false])
    expect(stderr).toMatch(/^oomcheck: .*The name of a protocol has letters, digits, .*\n$/)
  })

  test.each(['index', 'claims', 'Index', 'what-is-not-checked'])('%s, which is a part of its own', async (name) => {
    const sentence = `oomcheck: The report has a part of its own with the name '${name}', so that no spec can be called so.\n`
    expect(await reported('fine', name)).toEqual({ code: 2, stderr: sentence, isWritten: false })
    expect((await inThisProcess('check', '--specs', module(name), '-q')).exit).toBe(0)
  })

  test('one name twice', async () => {
    const { code, stderr } = await reported('a', 'b', 'a')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/named\.mts has two specs with the name 'a'\.\n$/)])
  })

  test('and names that can', async () => {
    expect(await reported('a.b_c-D9', '9')).toEqual({ code: 0, stderr: '', isWritten: true })
  })
})

test('a directory that cannot be made', async () => {
  const file = join(directory(), 'file')
  writeFileSync(file, '')
  const { exit: code, stderr } = await inThisProcess('report', '--specs', EXAMPLES, '-o', join(file, 'report'))
  expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be written')])
})
