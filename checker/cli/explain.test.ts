/** The commands `explain`, `graph` and `replay --interactive`. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { directory, EXAMPLES, INCREMENT, inThisProcess } from './child.ts'

let good: string
beforeAll(async () => {
  const saved = mkdtempSync(join(tmpdir(), 'oomcheck-'))
  await inThisProcess('check', '--specs', INCREMENT, '--bounds', 'threads=2', '--save', saved)
  good = readFileSync(join(saved, 'increment.racy.threads=2.NoIncrementIsLost.json'), 'utf8')
  rmSync(saved, { recursive: true })
})

function written(text: string): string {
  const file = join(directory(), 'counterexample.json')
  writeFileSync(file, text)
  return file
}
const explain = (text: string, ...args: string[]) =>
  inThisProcess('explain', '--specs', INCREMENT, written(text), ...args)

describe('explain', () => {
  test('says why, in a paragraph and in columns', async () => {
    const { exit, stdout } = await explain(good)
    expect(exit).toBe(0)
    expect(stdout.replaceAll('\n', ' ')).toContain(
      'thread0 does not look again at i (0 in step 1, 1 by now); it takes write (step 4).',
    )
    expect(stdout).toMatch(/^ 2 {10,}read · 3 write: i=1, done$/m)
  })
  test.each([
    ['markdown', '# increment: NoIncrementIsLost\n'],
    ['html', '<!DOCTYPE html>\n'],
    ['itf', '"format": "ITF"'],
    ['json', '"lastWayOut"'],
  ])('in the format %s', async (format, says) => {
    const { exit, stdout } = await explain(good, '--format', format)
    expect([exit, stdout.includes(says)]).toEqual([0, true])
    expect((await explain(good, '--format', format)).stdout).toBe(stdout)
  })
  test.each(['markdown', 'html'])('says in %s what the names mean', async (format) => {
    const { stdout } = await explain(good, '--format', format)
    const plain = stdout.replaceAll(/<[^>]*>/g, ' ')
    for (const part of ['What the names mean', 'Where', 'threads = 2', 'Stateright, examples/increment.rs'])
      expect(plain).toContain(part)
  })
  test('writes to a file', async () => {
    const output = join(directory(), 'why.html')
    const { stdout } = await explain(good, '--format', 'html', '-o', output)
    expect(stdout).toBe('')
    expect(readFileSync(output, 'utf8')).toMatch(/<\/html>\n$/)
  })
  test('does not know when it could have been avoided where too few states may be searched', async () => {
    const { stdout } = await explain(good, '--max-states', '2')
    expect(stdout.replaceAll('\n', ' ')).toContain('not known: more than 2 states would have to be searched.')
  })

  const unusable: readonly (readonly [string, () => string, string])[] = [
    ['is cut off', () => good.slice(0, -20), 'seems to be cut off'],
    [
      'is of another version',
      () => good.replace('"version": 1', '"version": 2'),
      'has version 2; this oomcheck reads version 1.',
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
    [
      'shows nothing',
      () => {
        const file = JSON.parse(good) as { steps: object[] }
        return JSON.stringify({ ...file, steps: file.steps.slice(0, 2) })
      },
      'does not show what it claims about NoIncrementIsLost, so there is nothing to explain; replay says more.',
    ],
  ]
  test.for(unusable)('refuses a file that %s', async ([, text, sentence]) => {
    const { exit, stdout, stderr } = await explain(text())
    expect(stderr).toContain(sentence)
    expect([exit, stdout]).toEqual([2, ''])
  })
})

test('check says it below the trace of a single configuration, and not of many', async () => {
  const single = await inThisProcess('check', '--specs', INCREMENT, '--bounds', 'threads=2', '--quiet')
  expect(single.stdout).toContain('\n\nIn increment, racy (threads=2), NoIncrementIsLost is violated')
  expect(single.stdout.indexOf('   4  thread0 write')).toBeLessThan(single.stdout.indexOf('In increment'))
  const all = await inThisProcess('check', '--specs', INCREMENT, '--quiet')
  expect(all.stdout).not.toContain('In increment')
})

/** With this on standard input, which is no terminal. */
function replayed(input: string): { lines: string[]; status: number | null } {
  const args = [
    join(import.meta.dirname, 'oomcheck.js'),
    'replay',
    '--interactive',
    '--specs',
    INCREMENT,
    written(good),
  ]
  const { stdout, status } = spawnSync(process.execPath, args, { input, encoding: 'utf8' })
  return { lines: stdout.split('\n'), status }
}

test('replay --interactive goes forward, back and anywhere, and says what is enabled', () => {
  const { lines, status } = replayed('n\np\np\ng 3\nn\nn\ng 9\nwhat\nq\nn\n')
  const at = lines.filter((line) => line.startsWith('['))
  expect(at).toEqual([
    '[0/4] the initial state',
    '[1/4] thread0 read',
    '[0/4] the initial state',
    '[3/4] thread1 write',
    '[4/4] thread0 write',
  ])
  expect(lines).toContain('  enabled: thread0 read · thread1 read')
  expect(lines).toContain('  * i: 0 → 1')
  expect(lines).toContain('  next: thread0 write')
  expect(lines).toContain('This is the first state.')
  expect(lines).toContain('This is the last state, after 4 steps.')
  expect(lines).toContain('Go to a state from 0 to 4: g 0.')
  expect(lines.filter((line) => line.startsWith('n next'))).toHaveLength(2)
  expect(lines.slice(-2)).toEqual(['NoIncrementIsLost: violated in 4 steps, as the file claims.', ''])
  expect(status).toBe(0)
})

test('replay --interactive shows the whole state, and not what is empty at the start', () => {
  const { lines } = replayed('s\nq\n')
  expect(lines.filter((line) => line.includes(': 0'))).toEqual(['    i: 0', '    thread0.t: 0', '    thread1.t: 0'])
  expect(lines).toContain('    thread0.pc: read')
})

test('replay --interactive ends with its input', () => {
  expect(replayed('').lines.slice(-2)).toEqual(['NoIncrementIsLost: violated in 4 steps, as the file claims.', ''])
})

test('replay --interactive answers where one types', async () => {
  const file = join(directory(), 'dialogue')
  const { exit, stderr } = await inThisProcess('replay', '-i', '-o', file, '--specs', INCREMENT, written(good))
  const sentence = '--interactive and --output exclude each other: what one types is answered where one types it.'
  expect([exit, stderr, existsSync(file)]).toEqual([2, `oomcheck: ${sentence}\n`, false])
})

describe('graph', () => {
  const graph = (...args: string[]) => inThisProcess('graph', '--specs', EXAMPLES, ...args)
  test('writes the states of a small configuration', async () => {
    const { exit, stdout } = await graph('increment', '--variant', 'racy', '--bounds', 'threads=2')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^digraph "increment racy threads=2" \{\n/)
    expect(stdout).toContain('  s0 -> s1 [label="thread0 read"]\n')
  })
  test('draws them', async () => {
    const { exit, stdout } = await graph('increment', '--bounds', 'threads=2', '--format', 'svg')
    expect(exit).toBe(0)
    expect(stdout).toContain('<title>increment racy threads=2</title>')
    expect(stdout.match(/class="node"/g)).toHaveLength(13)
    expect(stdout.match(/class="edge"/g)).toHaveLength(14)
  })
  test('refuses what nobody could read, and says what would help', async () => {
    const { exit, stdout, stderr } = await graph('increment', '--bounds', 'threads=2', '--max-states', '12')
    expect(stderr).toContain('There are more than 12 states, too many for a graph that anybody can read.')
    expect([exit, stdout]).toEqual([2, ''])
  })
  test('draws one variant', async () => {
    const { exit, stdout, stderr } = await graph('increment', '--variant', 'racy,atomic')
    const sentence = '--variant takes the name of one variant, of which the graph is drawn; not racy, atomic.'
    expect([exit, stdout, stderr]).toEqual([2, '', `oomcheck: ${sentence}\n`])
  })
  test('knows its specs', async () => {
    expect((await graph('decrement')).stderr).toContain("Unknown spec 'decrement'")
  })
})
