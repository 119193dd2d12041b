import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseCounterexample } from '../trace/counterexample.ts'
import { counterSpec, directory, INCREMENT, inThisProcess } from './child.ts'

interface Report {
  readonly schedule: { readonly is: string; readonly counterexample: unknown }
  readonly smallest: readonly { readonly proved: boolean; readonly counterexample: unknown }[]
  readonly decided: number
}

/** A lost increment among four threads, the long way round. */
const LONG = {
  version: 1,
  spec: 'increment',
  variant: 'racy',
  bounds: { threads: 4 },
  ingredients: [],
  property: 'NoIncrementIsLost',
  result: 'violated',
  history: [],
  init: [],
  steps: [
    ['thread3', 'read'],
    ['thread3', 'write'],
    ['thread1', 'read'],
    ['thread0', 'read'],
    ['thread2', 'read'],
    ['thread1', 'write'],
    ['thread0', 'write'],
  ].map(([process, label]) => ({ process, label })),
}

function saved(changes: object = {}): string {
  const file = join(directory(), 'counterexample.json')
  writeFileSync(file, JSON.stringify({ ...LONG, ...changes }))
  return file
}
/** The lines of a report are broken at the width of a page. */
const joined = (text: string): string => text.replaceAll(/\s+/g, ' ')
const minimize = (...args: readonly string[]) => inThisProcess('minimize', '--specs', INCREMENT, ...args)

describe('minimize', () => {
  test('does not boast of what lies below the least bounds', async () => {
    const steps = ['read', 'write'].map((label) => ({ process: 'thread0', label }))
    const alone = { property: 'AllAreDone', result: 'reachable', bounds: { threads: 1 }, steps }
    const { exit, stdout } = await minimize(saved(alone))
    expect([exit, joined(stdout)]).toEqual([0, expect.stringContaining('0 context switches; there is none below. ')])
  })

  test('shows the shortest schedule, and the smallest instance with its own', async () => {
    const { exit, stdout } = await minimize(saved())
    expect(exit).toBe(0)
    expect(stdout).toBe(`increment racy threads=4: NoIncrementIsLost, 7 steps, 5 context switches
Shortest schedule: 4 steps, 2 context switches.
   1  thread0 read
   2  thread1 read
   3  thread1 write  i: 0 → 1 · thread1: done
   4  thread0 write  thread0: done
Smallest instance: increment racy threads=2, 4 steps, 2 context switches; every
instance below was decided, and none shows it.
   1  thread0 read
   2  thread1 read
   3  thread1 write  i: 0 → 1 · thread1: done
   4  thread0 write  thread0: done
2 instances decided, 0 not.
`)
  })

  test('writes files that replay reads', async () => {
    const { exit, stdout } = await minimize('--format', 'json', saved())
    expect(exit).toBe(0)
    const report = JSON.parse(stdout) as Report
    expect(report).toMatchObject({ schedule: { is: 'shortest' }, smallest: [{ proved: true }], decided: 2 })
    for (const { counterexample } of [report.schedule, ...report.smallest]) {
      expect(parseCounterexample(counterexample).ok).toBe(true)
      const file = join(directory(), 'again.json')
      writeFileSync(file, JSON.stringify(counterexample))
      const replayed = await inThisProcess('replay', '--specs', INCREMENT, file)
      expect([replayed.exit, replayed.stdout.includes('as the file claims')]).toEqual([0, true])
    }
  })

  test('leaves out what is needless where the budget allows no search, and claims no more', async () => {
    const { exit, stdout } = await minimize('--max-states', '3', saved())
    expect(exit).toBe(3)
    expect(joined(stdout)).toContain('no single step can go: 4 steps')
    expect(joined(stdout)).toContain(
      'No instance was seen to show it; not decided: threads=1; threads=2; threads=3; threads=4.',
    )
    expect(stdout).not.toContain('hortest schedule:')
    expect(stdout).not.toContain('none shows it')
  })

  test('says so where the file does not show what it claims', async () => {
    const { exit, stdout } = await minimize(saved({ steps: LONG.steps.slice(0, 2) }))
    expect(joined(stdout)).toContain('not violated in 2 steps, although the file claims it')
    expect(exit).toBe(1)
  })

  test('refuses what cannot be used, with one sentence', async () => {
    const broken = join(directory(), 'broken.json')
    writeFileSync(broken, readFileSync(saved(), 'utf8').slice(0, -20))
    const said: readonly (readonly [string, string])[] = [
      [broken, 'seems to be cut off'],
      ['missing.json', 'missing.json cannot be read: no such file or directory.'],
      [saved({ spec: 'x' }), "Unknown spec 'x'; there are: increment."],
      [saved({ bounds: { threads: 9 } }), 'must be a whole number from 1 to 6, not 9.'],
      [saved({ steps: LONG.steps.slice(1) }), 'Step 1, thread3 write, is not enabled'],
    ]
    for (const [file, sentence] of said) {
      const { exit, stdout, stderr } = await minimize(file)
      expect(stderr).toContain(sentence)
      expect([exit, stdout]).toEqual([2, ''])
    }
  })

  describe('of an extreme', () => {
    /** Three counters up to two: the sum of the numbers is at most 6. */
    const specs = (): string =>
      counterSpec(`{
        properties: [largest('Sum', (s) => s.counter.sum((each) => each.n))],
        rows: [{ bounds: { counters: 3, limit: 2 }, expect: { Sum: maximum(6) }, why: 'All count up.' }],
      }`)
    function sum(value: number, fields: object = {}): string {
      const steps = [0, 1, 2, 0, 1, 2].slice(0, value)
      const file = {
        ...{ version: 1, spec: 'counters', variant: 'up', bounds: { counters: 3, limit: 2 }, ingredients: [] },
        ...{ property: 'Sum', result: 'maximum', value, history: [], init: [], ...fields },
        steps: steps.map((i) => ({ process: `counter${i}`, label: 'count', picks: ['1'] })),
      }
      const path = join(directory(), 'sum.json')
      writeFileSync(path, JSON.stringify(file))
      return path
    }

    test('it is the same value in the same instance, and at least it in a smaller one', async () => {
      const { exit, stdout } = await inThisProcess('minimize', '--specs', specs(), sum(6))
      expect(exit).toBe(0)
      expect(stdout).toContain('Sum, 6 steps, 5 context switches')
      expect(stdout).toContain('Shortest schedule: 6 steps, 2 context switches.')
      expect(stdout).toContain('Smallest instance: counters up counters=3 limit=2')
    })

    test.each([0, 2])('a value that is none, %i, is said to be none', async (value) => {
      const said = await inThisProcess('minimize', '--specs', specs(), sum(value))
      expect(said).toEqual({
        exit: 1,
        stdout: `counters up counters=3 limit=2: Sum: the maximum is 6, and the file says ${value}.\n`,
        stderr: '',
      })
      const { stdout } = await inThisProcess('explain', '--specs', specs(), sum(value))
      expect(joined(stdout)).toContain(`Sum comes to ${value} `)
      expect(joined(stdout)).toContain('; that this is its maximum is what the file says.')
    })

    test('a value that is one of several, as where not all was seen, is no contradiction', async () => {
      const file = sum(2, { atLeast: true })
      const { exit, stdout } = await inThisProcess('minimize', '--specs', specs(), file)
      expect([exit, stdout]).toEqual([3, expect.not.stringContaining('the file says')])
      const said = joined((await inThisProcess('explain', '--specs', specs(), file)).stdout)
      expect(said).toContain('Sum comes to 2 after 2 steps of counter0 and counter1, and perhaps to more.')
    })

    test('nothing is said against it where the budget allows no search', async () => {
      const { exit, stdout } = await inThisProcess('minimize', '--max-states', '3', '--specs', specs(), sum(2))
      expect(exit).toBe(3)
      expect(stdout).not.toContain('the file says')
    })
  })
})
