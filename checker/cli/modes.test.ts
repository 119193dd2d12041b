/** `--preemptions`, `--walks`, `--fingerprints`: what every format says of what carries a verdict. */
import { describe, expect, test } from 'vitest'
import { parseXml } from '../report/xml.ts'
import { progressEvent } from '../report/progress-event.ts'
import { counterSpec, EXAMPLES, inThisProcess, INCREMENT, recordsOf, start } from './child.ts'

const RACY = ['check', '--specs', INCREMENT, '--bounds', 'threads=3', '--quiet']

test.for<[string, readonly string[], string]>([
  ['two modes', ['--preemptions', '2', '--walks', '5'], '--preemptions and --walks exclude each other: '],
  ['two others', ['--walks', '5', '--fingerprints'], '--walks and --fingerprints exclude each other: '],
  ['no such engine', ['--engine', 'immer', '--fingerprints'], '--fingerprints and --engine immer exclude each other: '],
  ['a seed for nothing', ['--seed', '3'], '--seed means something only together with --walks or --fingerprints.'],
  ['a depth for nothing', ['--walk-depth', '3'], '--walk-depth means something only together with --walks.'],
  ['few bits', ['--fingerprints', '31'], "--fingerprints takes a whole number from 32 to 64; not '31'."],
  ['many bits', ['--fingerprints', '65'], "--fingerprints takes a whole number from 32 to 64; not '65'."],
  ['less than none', ['--preemptions', '-1'], "--preemptions takes a whole number from 0 to 1000; not '-1'."],
  ['no walk', ['--walks', '0'], "--walks takes a whole number from 1 to 1000000000; not '0'."],
  ['half a step', ['--walks', '1', '--walk-depth', '0.5'], "from 1 to 1000000; not '0.5'."],
  [
    'a seed that is none',
    ['--walks', '1', '--seed', 'x'],
    "--seed takes a whole number from 0 to 4294967295; not 'x'.",
  ],
  ['progress, and none', ['--progress', 'lines'], '--progress and --quiet exclude each other: '],
])('what cannot be done: %s', async ([, args, sentence]) => {
  const { exit, stdout, stderr } = await inThisProcess(...RACY, ...args)
  expect(stderr).toContain(sentence)
  expect(stderr.split('\n')).toHaveLength(2)
  expect([exit, stdout]).toEqual([2, ''])
})

describe('jsonl', () => {
  const verdictsOf = async (...args: readonly string[]) =>
    recordsOf(await inThisProcess(...RACY, '--format', 'jsonl', ...args)).filter((each) => each.record === 'verdict')

  test('preemptions', async () => {
    const verdicts = await verdictsOf('--preemptions', '1')
    expect(
      verdicts.map(({ property, verdict, steps, preemptions }) => [property, verdict, steps, preemptions]),
    ).toEqual([
      ['NoIncrementIsLost', 'violated', 4, 1],
      ['AllAreDone', 'reachable', 6, 0],
      ['StaysInDomain', 'inconclusive', null, null],
      ['NoDeadlock', 'inconclusive', null, null],
    ])
    for (const { basis } of verdicts) expect(basis).toEqual({ is: 'preemptions', most: 1 })
  })

  test('walks', async () => {
    const [lost] = await verdictsOf('--walks', '20', '--seed', '5')
    expect(lost).toMatchObject({ verdict: 'violated', basis: { is: 'walks', walks: 20, steps: 120, seed: 5 } })
  })

  test('fingerprints', async () => {
    const verdicts = await verdictsOf('--fingerprints', '32', '--seed', '9')
    const probability = (84 * 85) / 2 ** 33
    for (const { basis } of verdicts) expect(basis).toEqual({ is: 'hashed', bits: 32, seed: 9, probability })
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['violated', 'reachable', 'holds', 'holds'])
  })
})

describe('text', () => {
  test('preemptions: the number beside the steps, the bound in the reason and the summary', async () => {
    const { stdout, exit } = await inThisProcess(...RACY, '--preemptions', '1')
    expect(stdout).toContain('NoIncrementIsLost  violated in 4 steps, 1 preemption')
    expect(stdout).toContain('? inconclusive: no violation with at most 1 preemption (76 states)')
    expect(stdout).toContain('76 distinct · depth 6 · 0 left on queue · at most 1 preemption · ')
    expect(exit).toBe(3)
  })

  test('a bound beyond which there is nothing is exact', async () => {
    const { stdout, exit } = await inThisProcess(...RACY, '--preemptions', '9')
    expect(stdout).toContain('84 distinct · depth 6 · 0 left on queue · exact · ')
    expect(exit).toBe(0)
  })

  test('walks: the seed and what was walked; an extreme is at least what was seen', async () => {
    const args = ['check', 'die-hard', '--specs', EXAMPLES, '--quiet', '--bounds', 'small=3,big=5', '--walks', '40']
    const { stdout, exit } = await inThisProcess(...args)
    expect(stdout).toMatch(/FourLitres +reachable in \d+ steps by a walk/)
    expect(stdout).toMatch(/MostWater +\? maximum ≥ 8/)
    expect(stdout).toContain('40 random walks of 40,000 steps in all, seed 1')
    expect(exit).toBe(3)
  })

  test('fingerprints: the probability beside what is said of all states', async () => {
    const { stdout, exit } = await inThisProcess(...RACY, '--fingerprints')
    expect(stdout).toContain('StaysInDomain      holds (hashed, p ≤ 1.9e-16)')
    expect(stdout.replace(/\s+/g, ' ')).toContain(' · hashed (64 bits, seed 1, p ≤ 1.9e-16) · ')
    expect(exit).toBe(0)
  })
})

test('markdown and junit name what carries a verdict', async () => {
  const markdown = await inThisProcess(...RACY, '--format', 'markdown', '--fingerprints')
  expect(markdown.stdout).toContain('hashed (64 bits, seed 1, p ≤ 1.9e-16)')
  const { stdout } = await inThisProcess(...RACY, '--format', 'junit', '--preemptions', '1')
  const cases = parseXml(stdout).children[0]!.children
  const results = cases.map(({ attributes, children }) => [
    attributes['name'],
    children[0]!.name,
    children[0]!.attributes['message'],
  ])
  expect(results).toContainEqual([
    'NoDeadlock',
    'error',
    expect.stringContaining('no violation with at most 1 preemption'),
  ])
  expect(stdout).toContain('at most 1 preemption')
})

test('two calls print the same, times apart', async () => {
  for (const mode of [['--walks', '9'], ['--preemptions', '2'], ['--fingerprints']]) {
    const said = async (): Promise<string> => (await inThisProcess(...RACY, ...mode)).stdout.replace(/[\d.]+ s\n/, '')
    expect(await said()).toBe(await said())
  }
})

/** More walks than anyone can wait for. */
const ENDLESS = `{
  properties: [always('AtMostTwo', (s) => s.counter.every((each) => each.n <= 2))],
  rows: [{ bounds: { counters: 9, limit: 1000 }, expect: { AtMostTwo: violated(3) }, why: '' }],
}`

test('Ctrl-C: what is known, and progress as JSON lines', async () => {
  const args = ['--specs', counterSpec(ENDLESS), '--format', 'jsonl', '--progress', 'jsonl', '--walks', '1000000']
  const child = start(['check', ...args])
  await child.said('stderr', '"event":"progress"')
  child.process.kill('SIGINT')
  const finished = await child.finished
  expect(finished.exit).toBe(130)
  const [violated, ...others] = recordsOf(finished).filter((each) => each.record === 'verdict')
  expect(violated).toMatchObject({ verdict: 'violated', basis: { is: 'walks', stop: { by: 'interrupt' } } })
  for (const { verdict, because } of others) {
    expect(verdict).toBe('inconclusive')
    expect(because).toMatch(
      /^no violation in \d+ random walks? of \d+ steps in all \(seed 1\); the search was interrupted$/,
    )
  }
  for (const event of finished.stderr.trimEnd().split('\n'))
    expect(progressEvent.parse(JSON.parse(event))).toMatchObject({ spec: 'counters', queued: 0 })
})
