import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseCounterexample } from '../trace/counterexample.ts'
import { directory, EXAMPLES, INCREMENT, inThisProcess, LANGUAGE, oomcheck } from './child.ts'

test('every schedule that check saves shows the same on replay', async () => {
  const saved = directory()
  const { exit, stdout } = await oomcheck(
    ...['check', '--specs', EXAMPLES, 'increment', 'bounded-queue', 'spinning', 'delayed-work', '--save', saved],
  )
  expect(exit).toBe(0)
  const files = readdirSync(saved)
  expect(files).toContain('increment.racy.threads=2.NoIncrementIsLost.json')
  expect(files).toContain('spinning.ticket.cpus=2.NobodySpinsForEver.json')
  expect(files).toContain('delayed-work.urgent.delay=3,puts_off=1.RunsInTime.json')
  expect(files).toContain('delayed-work.lazy.delay=3,puts_off=1.RunsInTime.json')
  expect(files).toContain('bounded-queue.unchecked.capacity=2,items=3,consumers=1.StaysInDomain.json')
  for (const file of files) {
    const replayed = await inThisProcess('replay', '--specs', EXAMPLES, join(saved, file))
    expect(replayed.exit).toBe(0)
    const [, verdict = 'nothing'] = /: ([^:]*), as the file claims/.exec(replayed.stdout) ?? []
    expect(stdout).toContain(verdict.replace(/^(\d+) (at the end|ticks on the way)$/, 'mum = $1'))
  }
})

test('what is saved in one run has a file of its own each', async () => {
  const fair = join(directory(), 'fair.mts')
  writeFileSync(
    fair,
    `import { bool, family, holds, language, propertiesOf, protocol, spec, violated } from ${JSON.stringify(LANGUAGE)}
const state = () => ({ x: bool, y: bool, a: family(1, {}), b: family(1, {}) })
const { program } = language<typeof state>()
const go = program('a', { go: (s) => { s.x = !s.x } }, { loop: true })
const set = program('b', { set: (s) => { s.y = true } })
const two = protocol({ name: 'fair', variants: ['u v', 'u-v'], bounds: {}, state, programs: () => [go, set], done: () => () => true })
const { eventually, always } = propertiesOf(two)
export default spec(two, {
  properties: [eventually('Y', (s) => s.y), always('X', (s) => !s.x)],
  rows: [
    { variant: 'u v', bounds: {}, expect: { Y: violated(), X: violated(1) }, why: '' },
    { variant: 'u v', bounds: {}, fairness: { weak: ['a'] }, expect: { Y: violated(), X: violated(1) }, why: '' },
    { variant: 'u-v', bounds: {}, expect: { Y: violated() }, why: '' },
  ],
})
`,
  )
  const saved = directory()
  expect((await inThisProcess('check', '--specs', fair, '--save', saved, '-q')).exit).toBe(0)
  const files = readdirSync(saved).sort()
  expect(files).toEqual([
    expect.stringMatching(/^fair\.u-v\.X~[0-9a-f]{6}\.json$/),
    'fair.u-v.Y.json',
    expect.stringMatching(/^fair\.u-v\.Y~[0-9a-f]{6}\.json$/),
    expect.stringMatching(/^fair\.u-v\.weak=a\.Y~[0-9a-f]{6}\.json$/),
  ])
  for (const file of files)
    expect((await inThisProcess('replay', '--specs', fair, join(saved, file))).exit, file).toBe(0)
  const again = directory()
  await inThisProcess('check', '--specs', fair, '--save', again, '-q')
  expect(readdirSync(again).sort()).toEqual(files)
})

test('a file name that would be too long is cut, and told from others by a digest', async () => {
  const labels = Array.from({ length: 40 }, (_, i) => `label_${i}`)
  const file = join(directory(), 'long.mts')
  writeFileSync(
    file,
    `import { bool, family, language, propertiesOf, protocol, spec, violated } from ${JSON.stringify(LANGUAGE)}
const state = () => ({ y: bool, a: family(1, {}) })
const { program } = language<typeof state>()
const steps = Object.fromEntries(${JSON.stringify(labels)}.map((label) => [label, {}]))
const long = protocol({ name: 'long', bounds: {}, state, programs: () => [program('a', steps, { loop: true })] })
const row = (weak) => ({ bounds: {}, fairness: { weak }, expect: { Y: violated() }, why: '' })
export default spec(long, {
  properties: [propertiesOf(long).eventually('Y', (s) => s.y)],
  rows: [row(['a']), row(${JSON.stringify(labels)}.map((label) => 'a.' + label))],
})
`,
  )
  const saved = directory()
  const { exit, stderr } = await inThisProcess('check', '--specs', file, '--save', saved, '-q')
  expect([exit, stderr]).toEqual([0, ''])
  const files = readdirSync(saved)
  expect(files.map((name) => name.length < 230)).toEqual([true, true])
})

describe('a file that', () => {
  let good: string
  beforeAll(async () => {
    const saved = mkdtempSync(join(tmpdir(), 'oomcheck-'))
    await inThisProcess('check', '--specs', INCREMENT, '--bounds', 'threads=2', '--save', saved)
    good = readFileSync(join(saved, 'increment.racy.threads=2.NoIncrementIsLost.json'), 'utf8')
    rmSync(saved, { recursive: true })
  })

  async function replay(text: string) {
    const file = join(directory(), 'counterexample.json')
    writeFileSync(file, text)
    return inThisProcess('replay', '--specs', INCREMENT, file)
  }
  const changed = (change: (file: Record<string, unknown>) => void) => {
    const file = JSON.parse(good) as Record<string, unknown>
    change(file)
    return JSON.stringify(file)
  }

  test('is as it was written is shown step by step', async () => {
    expect(parseCounterexample(JSON.parse(good)).ok).toBe(true)
    const { exit, stdout } = await replay(good)
    expect(exit).toBe(0)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(stdout).toContain('increment racy threads=2: NoIncrementIsLost, 4 steps, 2 context switches\n')
    expect(stdout).toContain('   3  thread1 write  i: 0 → 1 · thread1: done\n')
    expect(stdout).toContain('NoIncrementIsLost: violated in 4 steps, as the file claims.\n')
  })

  const unusable: readonly (readonly [string, () => string, string])[] = [
    ['is cut off', () => good.slice(0, -20), 'seems to be cut off'],
    ['is empty', () => ' \n', 'json is empty.'],
    ['has a comment', () => `// saved\n${good}`, `is not JSON: Unexpected token '/', "// saved {"`],
    ['has a key twice', () => good.replace('"spec"', '"variant": "x", "spec"'), 'an object has "variant" twice.'],
    ['is not JSON', () => '# Notes', 'is not JSON'],
    ['is something else', () => '[]', 'is no counterexample file'],
    ['has no version', () => '{}', 'has no version'],
    [
      'is of another version',
      () => changed((file) => (file['version'] = 2)),
      'has version 2; this oomcheck reads version 1.',
    ],
    ['lacks a field', () => changed((file) => delete file['init']), 'no counterexample file: init: it is missing.'],
    [
      'has a field of another kind',
      () => changed((file) => (file['steps'] = 4)),
      'no counterexample file: steps: it must be a list.',
    ],
    ['has a field too many', () => changed((file) => (file['note'] = 'x')), "there is no field 'note'."],
    [
      'has a result of its own',
      () => changed((file) => (file['result'] = 'holds')),
      "result: it must be 'violated', 'reachable'",
    ],
    [
      'is fair to a program that does not exist',
      () => changed((file) => (file['fairness'] = { weak: ['cpu'] })),
      "Unknown program in the fairness 'cpu'; there are: thread.",
    ],
    [
      'is fair to a label that does not exist',
      () => changed((file) => (file['fairness'] = { strong: ['thread.wait'] })),
      "The fairness names 'thread.wait', but 'thread' has no label 'wait'; there are: read, write.",
    ],
    [
      'goes round and shows what its end shows',
      () => changed((file) => (file['loop'] = 2)),
      "has a 'loop', but what is 'violated' is shown by its end: NoIncrementIsLost is of the kind 'always'.",
    ],
    [
      'would write to the terminal',
      () => good.replace('"label":"write"', '"label":"\\u001b[31mwrite\\n"'),
      "names the label of thread1 '\\u001b[31mwrite\\u000a', which does not exist",
    ],
    [
      'names no spec',
      () => changed((file) => (file['spec'] = 'decrement')),
      "Unknown spec 'decrement'; there are: increment.",
    ],
    ['names no variant', () => changed((file) => (file['variant'] = 'x')), "Unknown variant of increment 'x'"],
    ['names no property', () => changed((file) => (file['property'] = 'X')), "Unknown property of increment 'X'"],
    [
      'claims nonsense',
      () => changed((file) => (file['result'] = 'reachable')),
      "'always', which is never 'reachable'.",
    ],
    [
      'names no process',
      () => good.replace('"process":"thread1"', '"process":"cpu1"'),
      "process 'cpu1', which does not exist; there are: thread0, thread1.",
    ],
    [
      'names no label',
      () => good.replace('"label":"write"', '"label":"wait"'),
      "Step 3 names the label of thread1 'wait', which does not exist; there are: read, write. Enabled there: ",
    ],
    [
      'takes a step that is not enabled',
      () => good.replace('"process":"thread1","label":"read"', '"process":"thread1","label":"write"'),
      'Step 2, thread1 write, is not enabled; enabled there: thread0 write · thread1 read.',
    ],
  ]
  test.for(unusable)('%s is refused', async ([, text, sentence]) => {
    const { exit, stdout, stderr } = await replay(text())
    expect(stderr).toContain(sentence)
    expect(stderr).toMatch(/^oomcheck: \S+counterexample\.json\b.*\n$/)
    expect(stdout).toBe('')
    expect(exit).toBe(2)
  })

  test('begins with a mark of byte order, or ends its lines like Windows, is read', async () => {
    expect((await replay(`\uFEFF${good.replaceAll('\n', '\r\n')}`)).exit).toBe(0)
  })

  test('has what looks like a key in a text is read as it is', async () => {
    const { exit, stderr } = await replay(good.replace('"racy"', '"ra\\"{:cy"'))
    expect([exit, stderr]).toEqual([2, expect.stringContaining("Unknown variant of increment 'ra\"{:cy'")])
  })

  test('does not show what it claims exits with 1', async () => {
    const { exit, stdout } = await replay(changed((file) => (file['steps'] = (file['steps'] as object[]).slice(0, 3))))
    expect(stdout).toContain('not violated in 3 steps, although the file claims it')
    expect(exit).toBe(1)
  })
})

describe('a lasso that', () => {
  let good: string
  beforeAll(async () => {
    const saved = mkdtempSync(join(tmpdir(), 'oomcheck-'))
    const wanted = ['--property', 'NobodySpinsForEver', '--variant', 'ticket', '--bounds', 'cpus=2']
    await inThisProcess('check', '--specs', EXAMPLES, 'spinning', ...wanted, '--save', saved)
    good = readFileSync(join(saved, 'spinning.ticket.cpus=2.NobodySpinsForEver.json'), 'utf8')
    rmSync(saved, { recursive: true })
  })
  const unusable: readonly (readonly [string, (loop: number) => number | undefined, string])[] = [
    ['goes round behind its end', () => 9, 'The loop begins after step 9, and the schedule has '],
    ['does not say where it goes round', () => undefined, "The schedule lacks 'loop', after how many steps"],
  ]
  test.for(unusable)('%s is refused', async ([, change, sentence]) => {
    const { loop, ...rest } = JSON.parse(good) as { loop: number }
    const path = join(directory(), 'counterexample.json')
    const changed = change(loop)
    writeFileSync(path, JSON.stringify({ ...rest, ...(changed === undefined ? {} : { loop: changed }) }))
    const { exit, stdout, stderr } = await inThisProcess('replay', '--specs', EXAMPLES, path)
    expect(stderr).toContain(sentence)
    expect([exit, stdout]).toEqual([2, ''])
  })
})
