/** Pages say what is so: their tables are those of the rows, and their commands run. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { inThisProcess } from '../checker/cli/child.ts'
import { withVerdictTables } from '../checker/report/readme-tables.ts'
import specs from './index.ts'

const root = join(import.meta.dirname, '..')
const pages = globSync('**/README.md', { cwd: root, exclude: (path) => path.includes('node_modules') }).sort()
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8')

test('there are pages', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'checker/README.md', 'counterexamples/README.md']))
})

describe('verdict tables are those of the rows: npx oomcheck bless --readme <page> writes them', () => {
  test.each(pages)('%s', (page) => {
    expect(withVerdictTables(textOf(page), specs)).toBe(textOf(page))
  })

  test('the README has one, with every revision', () => {
    const [table = ''] = /<!-- verdicts oom-serialization [^]*?<!-- end -->/.exec(textOf('README.md')) ?? []
    const revisions = specs.find(({ name }) => name === 'oom-serialization')?.protocol.variants ?? []
    expect(revisions.filter((revision) => !table.includes(`\n| ${revision} `))).toEqual([])
  })

  test('a table that is out of date is noticed', () => {
    const old = textOf('README.md').replace('| may-18 +reaping | holds |', '| may-18 +reaping | violated in 3 steps |')
    expect(old).not.toBe(textOf('README.md'))
    expect(withVerdictTables(old, specs)).toBe(textOf('README.md'))
  })
})

/** Commands that are not run here: they install, take long, run other tests, or write into the tree. */
const excluded: readonly RegExp[] = [
  /^npm ci\b/,
  /^npm run check -- --full$/,
  /^npm run (bench|lint|format|typecheck)$/,
  /^npm start$/,
  // The report is tested in checker/cli/report.test.ts, and the goldens in counterexamples/corpus.test.ts.
  /^npx oomcheck report$/,
  /^npx oomcheck bless\b/,
  // All claims; those of one id are run below.
  /^npx oomcheck claims$/,
  // Shown with placeholders.
  /<\w+>/,
  // Blocks of checker/README.md are run with their output, in checker/readme.test.ts.
  /checker\/examples\/(spinlock|mm)\.ts/,
]

/** What stands behind `$` in blocks and between backticks in sentences, unwrapped. */
function commandsOf(page: string): string[] {
  const text = textOf(page)
  const blocks = [...text.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : [])),
  )
  const inline = [...text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`(np[mx] [^`]+)`/g)].map(([, command = '']) =>
    command.replaceAll(/\s+/g, ' '),
  )
  return [...blocks, ...inline]
}

const commands = pages.flatMap((page) => commandsOf(page).map((command) => ({ page, command })))
const run = commands.filter(({ command }) => !excluded.some((each) => each.test(command)))

describe('commands', () => {
  const directory = mkdtempSync(join(tmpdir(), 'oomcheck-readme-'))
  afterAll(() => rmSync(directory, { recursive: true }))

  test('are found, and every exclusion is needed', () => {
    expect(run.length).toBeGreaterThan(4)
    expect(excluded.filter((each) => !commands.some(({ command }) => each.test(command)))).toEqual([])
  })

  // A command may find what it is meant to show: 0 and 1, but not that it cannot be used.
  test.each(run)('$page: $command', async ({ command }) => {
    const [npx, oomcheck, ...args] = command.split(' ').map((word) => word.replace(/^report\//, `${directory}/`))
    expect([npx, oomcheck]).toEqual(['npx', 'oomcheck'])
    const { exit, stderr } = await inThisProcess(
      ...args,
      ...(args[0] === 'check' && !args.includes('--help') ? ['--quiet'] : []),
    )
    expect([0, 1], stderr).toContain(exit)
  })
})
