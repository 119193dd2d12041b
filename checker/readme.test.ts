/** The page keeps its word: its code compiles and runs, its states are all states, its commands print what it shows. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { immerEngine } from './engine/immer.ts'
import { Machine } from './engine/machine.ts'
import { layoutOf } from './engine/layout.ts'
import { language, protocol, type Spec, type StateFields } from './language/index.ts'
import * as exported from './language/index.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')

/** The code blocks of a kind. */
const blocks = (kind: string): string[] =>
  [...page.matchAll(new RegExp('^```' + kind + '\\n([^]*?)^```$', 'gm'))].map((match) => match[1] ?? '')

/** Rows of cells, of the tables whose first column has this heading; code marks are removed. */
const tables = (heading: string): string[][][] =>
  page
    .split(/\n\n+/)
    .filter((block) => block.startsWith(`| ${heading} `))
    .map((block) =>
      block
        .trim()
        .split('\n')
        .slice(2)
        .map((row) => row.split(/(?<!\\)\|/).slice(1, -1))
        .map((cells) => cells.map((cell) => cell.trim().replaceAll(/^`|`$/g, ''))),
    )

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'oomcheck-readme-'))
  const checker = pathToFileURL(import.meta.dirname).href
  const files = new Map<string, string>()
  for (const block of blocks('ts')) {
    const name = /^\/\/ ([\w.-]+\.ts)\n/.exec(block)?.[1]
    if (name === undefined) throw new Error(`A code block names no file:\n${block}`)
    files.set(name, (files.get(name) ?? '') + block)
  }
  mkdirSync(join(directory, 'examples'))
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  for (const [name, text] of files)
    writeFileSync(join(directory, 'examples', name), text.replaceAll(/'\.\.\/(?=\w+\/[\w-]+\.ts')/g, `'${checker}/`))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const load = async (name: string): Promise<Record<string, unknown>> =>
  (await import(pathToFileURL(join(directory, 'examples', name)).href)) as Record<string, unknown>

test('the code compiles', () => {
  const local = pathToFileURL(root).href
  for (const name of ['spinlock.ts', 'mm.ts', 'faults.ts', 'spinlock.test.ts']) {
    const path = join(directory, 'examples', name)
    const text = readFileSync(path, 'utf8')
      .replaceAll(local, root)
      .replaceAll("'./spinlock.ts'", "'./spinlock.check.ts'")
    writeFileSync(path.replace(/\.ts$/, '.check.ts'), text)
  }
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { types: ['node'], allowImportingTsExtensions: true, rewriteRelativeImportExtensions: false },
    include: ['examples/*.check.ts'],
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', directory], { encoding: 'utf8' })
  expect(stdout).toBe('')
})

test('the tests pass', () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--root', directory, '--pool', 'threads', '--reporter', 'verbose']
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: directory, env })
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/Tests +3 passed \(3\)/) as string })
})

test.each(['test-then-set', 'test-and-set'])('the states of the lock, %s', async (variant) => {
  const { protocol, rows } = (await load('spinlock.ts'))['default'] as Spec
  const layout = layoutOf(protocol.instance({ variant, bounds: { cpus: 2 } }))
  const space = immerEngine.explore({ layout, observers: [], history: new Set() })
  while (space.advance(1000));
  const states = Array.from({ length: space.statistics().states }, (_, id) => space.state(id))
  const number = (state: object) => String(states.findIndex((each) => isDeepStrictEqual(each, state)) + 1)

  const machine = new Machine(layout)
  const found = states.map((state) => {
    const { locked, cpu } = state as { locked?: boolean; cpu?: { pc: string }[] }
    const leadsTo = layout.processes.map(({ name }) => {
      const taken = machine.outcomes(state).find(({ step }) => step.process === name)
      return taken === undefined ? 'waits' : number(taken.next)
    })
    return [number(state), ...(cpu ?? []).map(({ pc }) => pc), locked ? 'yes' : 'no', ...leadsTo]
  })
  const row = rows.find((each) => each.variant === variant)
  expect(tables('state').find((table) => table.length === row?.states)).toEqual(found)
})

const commands = blocks('console').map((block) => ({ block, command: /^\$ (.*)/.exec(block)?.[1] ?? '' }))
const mistakes = tables('a step of cpu0 does').flat()

test('the page has commands and mistakes', () => {
  expect([commands.length, mistakes.length]).toEqual([4, 8])
})

test.each(commands)('$command', ({ block, command }) => {
  const args = command.replaceAll('checker/examples/', `${directory}/examples/`).split(' ').slice(2)
  const { stdout } = spawnSync(process.execPath, [join(root, 'checker/cli/oomcheck.js'), ...args, '--quiet'], {
    encoding: 'utf8',
  })
  const printed = stdout.split('\n')
  const missing = block
    .trimEnd()
    .split('\n')
    .slice(1)
    .filter((line) => !printed.some((each) => each.startsWith(line)))
  expect({ missing, printed: missing.length > 0 ? stdout : '' }).toEqual({ missing: [], printed: '' })
})

test.each(mistakes)('%s', async (code, message) => {
  const { state } = (await load('faults.ts')) as { state: () => StateFields }
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page says that this very text fails in this way
  const step = new Function('s', 'me', code) as () => undefined
  const { program } = language<typeof state>()
  const faults = protocol({ name: 'faults', bounds: {}, state, programs: () => [program('cpu' as never, { step })] })
  const layout = layoutOf(faults.instance({ bounds: {} }))
  const space = immerEngine.explore({ layout, observers: [], history: new Set() })
  space.advance(1)
  expect(space.faults[0]?.fault.message).toBe(message)
})

test('a configuration that does not fit', async () => {
  const { protocol } = (await load('spinlock.ts'))['default'] as Spec
  const message = /A configuration that does not fit is a `ConfigError`, .*: `(.*)`$/m.exec(page)?.[1]
  expect(() => protocol.instance({ bounds: {} })).toThrow(message ?? 'no such sentence')
})

test('the reference names everything that authors import', () => {
  const reference = page.slice(page.indexOf('## Reference'))
  expect(Object.keys(exported).filter((name) => !new RegExp(`\`[^\`]*\\b${name}\\b`).test(reference))).toEqual([])
})
