/** Goldens: made, kept, refused. What has gone wrong with one is said with the command that mends it. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { writtenOf } from '../report/golden-page.ts'
import { directory, EXAMPLES, inThisProcess } from './child.ts'
import { objectionsTo, placesIn, questionOf } from './corpus.ts'
import { loadSpecs } from './load.ts'

const PAGE = 'increment/lost-update.md'
const JSON_FILE = 'increment/lost-update.json'
const WHY = 'Both read 0, both write 1.\n\nSo one of them is lost.'

let corpus: string
const path = (name: string): string => join(corpus, name)
const read = (name: string): string => readFileSync(path(name), 'utf8')
const rewrite = (name: string, change: (text: string) => string): void => {
  const [before, after] = [read(name), change(read(name))]
  expect(after).not.toBe(before)
  writeFileSync(path(name), after)
}
const bless = (...names: readonly string[]) => inThisProcess('bless', ...names, '--corpus', corpus, '--specs', EXAMPLES)
const objections = async (): Promise<string[]> => {
  const specs = await loadSpecs(EXAMPLES)
  return (await Promise.all(placesIn(corpus).map((place) => objectionsTo(questionOf(place, specs))))).flat()
}

/** A corpus of one golden with a page, in good order. */
beforeEach(async () => {
  corpus = directory()
  mkdirSync(path('increment'))
  const saved = directory()
  const only = ['--bounds', 'threads=2', '--property', 'NoIncrementIsLost', '--save', saved, '-q']
  await inThisProcess('check', 'increment', '--specs', EXAMPLES, ...only)
  renameSync(join(saved, 'increment.racy.threads=2.NoIncrementIsLost.json'), path(JSON_FILE))
  await bless()
  rewrite(PAGE, (page) => page.replace('## Why\n', `## Why\n\n${WHY}\n`))
})

test('a page is made, with an empty Why that is refused until it is written', async () => {
  rewrite(PAGE, (page) => page.replace(WHY, ''))
  expect(await objections()).toEqual([
    expect.stringContaining("increment/lost-update: its Why is empty: say under '## Why' in"),
  ])
  rewrite(PAGE, (page) => page.replace('## Why\n', `## Why\n\n${WHY}\n`))
  expect(await objections()).toEqual([])
})

test('to bless what is up to date changes nothing', async () => {
  const before = [read(JSON_FILE), read(PAGE)]
  const { exit, stdout } = await bless()
  expect([exit, stdout]).toEqual([0, '1 golden: 0 changed, 1 unchanged\n'])
  expect([read(JSON_FILE), read(PAGE)]).toEqual(before)
})

test('what people wrote is kept', async () => {
  rewrite(PAGE, (page) =>
    page.replace('# increment/lost-update', '# The lost update').replace('is violated in 4 steps', '?'),
  )
  rewrite(PAGE, (page) => `${page}\nA remark below.\n`)
  const { stdout } = await bless('increment/lost-update')
  expect(stdout).toBe('increment/lost-update: page written\n1 golden: 1 changed, 0 unchanged\n')
  expect(writtenOf(read(PAGE))).toEqual({ title: 'The lost update', why: WHY })
  expect(read(PAGE)).toContain('A remark below.')
  expect(read(PAGE)).toContain('is violated in 4 steps')
})

describe('a golden is refused', () => {
  test('when it is longer than need be, until it is blessed', async () => {
    // Three threads need no more steps, but here the third one goes first.
    const change = (text: string): string =>
      text
        .replace('{"threads":2}', '{"threads":3}')
        .replace('"steps": [', '"steps": [\n    {"process":"thread2","label":"read"},')
    rewrite(JSON_FILE, change)
    expect(await objections()).toEqual([
      'increment/lost-update: 4 steps show the same, and it takes 5: run npx oomcheck bless increment/lost-update.',
    ])
    const { stdout } = await bless()
    expect(stdout).toContain('increment/lost-update: 5 steps, 3 context switches → 4 steps, 2 context switches')
    expect(await objections()).toEqual([])
  })

  test('when another schedule of its length has fewer context switches', async () => {
    const [first = '', second = '', third = '', fourth = ''] = read(JSON_FILE).match(/^ {4}\{.*\}/gm) ?? []
    // Both read before either writes: 0 1 1 0 is shown, 0 1 0 1 changes once more.
    rewrite(JSON_FILE, (text) => text.replace(`${third},\n${fourth}`, `${fourth},\n${third}`))
    expect([first, second].every((line) => line.includes('read'))).toBe(true)
    expect(await objections()).toEqual([
      'increment/lost-update: 2 context switches are enough, and it has 3: run npx oomcheck bless increment/lost-update.',
    ])
    await bless()
    expect(await objections()).toEqual([])
  })

  test('when another schedule like it comes first by name', async () => {
    rewrite(JSON_FILE, (text) => text.replaceAll(/thread([01])/g, (_, number: string) => `thread${1 - Number(number)}`))
    expect(await objections()).toEqual([
      'increment/lost-update: another schedule of this length comes first: run npx oomcheck bless increment/lost-update.',
    ])
  })

  test('when its schedule does not run', async () => {
    rewrite(JSON_FILE, (text) => text.replace('"label":"read"', '"label":"write"'))
    expect(await objections()).toEqual([
      expect.stringMatching(
        /Step 1, thread0 write, is not enabled; .* run npx oomcheck bless increment\/lost-update\.$/,
      ),
    ])
    expect((await bless()).exit).toBe(0)
    expect(await objections()).toEqual([])
  })

  test('when its end does not show what it claims', async () => {
    rewrite(JSON_FILE, (text) => text.replace(/,\n[^\n]*\n {2}\]/, '\n  ]'))
    expect(await objections()).toEqual([expect.stringContaining('the end of the schedule does not show')])
  })

  test('when the model does not violate the property any more, which blessing cannot mend', async () => {
    const before = read(PAGE)
    rewrite(JSON_FILE, (text) => text.replace('"variant": "racy"', '"variant": "atomic"'))
    const sentence =
      'increment/lost-update: NoIncrementIsLost at increment atomic threads=2: holds now, and violated in 4 steps in the golden; ' +
      'see npx oomcheck check increment --variant atomic --bounds threads=2 --property NoIncrementIsLost, ' +
      'and mend the model or remove the golden with its page.'
    expect(await objections()).toEqual([sentence])
    const { exit, stdout } = await bless()
    expect([exit, stdout]).toEqual([1, `${sentence}\n1 golden: 0 changed, 0 unchanged, 1 not shown any more\n`])
    expect(read(PAGE)).toBe(before)
  })

  test('when its page is out of date', async () => {
    rewrite(PAGE, (page) => page.replace('is violated in 4 steps', 'is violated in 5 steps'))
    expect(await objections()).toEqual([
      'increment/lost-update: the generated part of its page is out of date: run npx oomcheck bless increment/lost-update.',
    ])
  })

  test('when there is no page', async () => {
    renameSync(path(PAGE), path('increment/elsewhere.md'))
    expect(await objections()).toEqual([
      'increment/lost-update: there is no page: run npx oomcheck bless increment/lost-update.',
    ])
  })
})

test('every kind of result can be a golden: a lasso, a fault, an extreme', async () => {
  const saved = path('all')
  await inThisProcess(
    'check',
    'mutex',
    'bounded-queue',
    'dining-philosophers',
    '--specs',
    EXAMPLES,
    '--save',
    saved,
    '-q',
  )
  await inThisProcess('bless', '--corpus', saved, '--specs', EXAMPLES)
  const specs = await loadSpecs(EXAMPLES)
  const places = placesIn(saved)
  expect(places.length).toBeGreaterThan(10)
  for (const place of places)
    expect(await objectionsTo(questionOf(place, specs))).toEqual([expect.stringContaining('its Why is empty')])
})

test('what does not fit the models is said with the name of the file', async () => {
  rewrite(JSON_FILE, (text) => text.replace('"racy"', '"lossy"'))
  const { exit, stdout, stderr } = await bless()
  expect([exit, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(
    /^oomcheck: \S*lost-update\.json: Unknown variant of increment 'lossy'; there are: racy, .*\n$/,
  )
})

test('names and folders that do not exist', async () => {
  expect(await bless('increment/lost')).toMatchObject({
    exit: 2,
    stderr: "oomcheck: Unknown golden 'increment/lost'; there are: increment/lost-update.\n",
  })
  const missing = await inThisProcess('bless', '--corpus', path('nowhere'), '--specs', EXAMPLES)
  expect(missing).toMatchObject({ exit: 2, stderr: expect.stringContaining('There is no folder') as string })
})

describe('from another directory', () => {
  afterEach(() => vi.restoreAllMocks())

  test('paths are told as seen from there, and pages stay as they are', async () => {
    const before = read(PAGE)
    vi.spyOn(process, 'cwd').mockReturnValue(corpus)
    rewrite(JSON_FILE, (text) => text.replace('"racy"', '"lossy"'))
    expect((await bless()).stderr).toMatch(/^oomcheck: increment\/lost-update\.json: Unknown variant/)
    vi.spyOn(process, 'cwd').mockReturnValue(path('increment'))
    rewrite(JSON_FILE, (text) => text.replace('"lossy"', '"racy"'))
    renameSync(path(PAGE), path('old.md'))
    expect((await bless()).stdout).toContain(': wrote lost-update.md; its Why')
    vi.spyOn(process, 'cwd').mockReturnValue(directory())
    writeFileSync(path(PAGE), before)
    expect((await bless()).stdout).toBe('1 golden: 0 changed, 1 unchanged\n')
    renameSync(path(PAGE), path('old.md'))
    expect((await bless()).stdout).toContain(`: wrote ${path(PAGE)}; its Why`)
  })
})

describe('tables in pages', () => {
  const page = (parameters: string): string => {
    const file = path('page.md')
    writeFileSync(file, `# A page\n\n<!-- verdicts ${parameters} -->\n<!-- end -->\n\nThe end.\n`)
    return file
  }
  const write = (file: string) => inThisProcess('bless', '--readme', file, '--specs', EXAMPLES)

  test('are written, and nothing else', async () => {
    const file = page('increment threads=2 NoIncrementIsLost')
    expect((await write(file)).exit).toBe(0)
    expect(read('page.md')).toBe(
      '# A page\n\n<!-- verdicts increment threads=2 NoIncrementIsLost -->\n' +
        '| variant | no increment is lost |\n| --- | --- |\n| racy | violated in 4 steps |\n' +
        '<!-- end -->\n\nThe end.\n',
    )
    expect((await write(file)).stdout).toContain('unchanged')
  })

  test.each([
    ['increments threads=2 NoIncrementIsLost', "Unknown spec 'increments'"],
    ['increment threads=2 NothingIsLost', "Unknown property of increment 'NothingIsLost'"],
    ['increment threads=9 NoIncrementIsLost', 'No quick row of increment has the bounds threads=9.'],
  ])('%s', async (parameters, sentence) => {
    const { exit, stderr } = await write(page(parameters))
    expect([exit, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })

  const GOOD = '<!-- verdicts increment threads=2 NoIncrementIsLost -->'
  test('a comment that only mentions verdicts is none of them', async () => {
    const file = path('page.md')
    writeFileSync(file, `<!-- Verdicts below are old -->\n${GOOD}\n| old |\n<!-- end -->\n`)
    expect((await write(file)).exit).toBe(0)
    expect(read('page.md')).not.toContain('| old |')
  })

  test.each([
    ['without an end', `${GOOD}\n| old |\n`, `'${GOOD}' begins no table`],
    ['whose end is that of the next', `${GOOD}\n| old |\n${GOOD}\n<!-- end -->\n`, `'${GOOD}' begins no table`],
    [
      'that names a spec only',
      '<!-- verdicts increment -->\n<!-- end -->\n',
      "'<!-- verdicts increment -->' begins no",
    ],
    [
      'that is misspelt',
      '<!--verdict increment threads=2 X-->\n<!-- end -->\n',
      "X-->' begins no table: it is written",
    ],
    ['that is not there', 'Nothing.\n<!-- end -->\n', 'The page has no verdict table, which stands between'],
  ])('a table %s is refused', async (_what, text, sentence) => {
    const file = path('page.md')
    writeFileSync(file, text)
    const { exit, stdout, stderr } = await write(file)
    expect([exit, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)])
    expect(stderr).toMatch(/^oomcheck: \S*page\.md: .*\n$/)
    expect(read('page.md')).toBe(text)
  })
})
