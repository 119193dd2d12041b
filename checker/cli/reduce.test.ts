import { describe, expect, test } from 'vitest'
import { counterSpec, EXAMPLES, INCREMENT, inThisProcess, recordsOf } from './child.ts'

const THREE = ['check', '--specs', INCREMENT, '--variant', 'racy', '--bounds', 'threads=3', '--quiet']

describe('--reduce symmetry', () => {
  test('says by what, what stands for what, and with what it was compared', async () => {
    const { exit, stdout } = await inThisProcess(...THREE, '--reduce', 'symmetry')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/racy threads=3 +22 of 84/)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'reduced by symmetry S3 of thread (22 states stand for 84); conditions checked; agrees with unreduced at threads=3 (84 → 22 states)',
    )
  })

  test('is part of every record, and the states of the row are those stood for', async () => {
    const finished = await inThisProcess(...THREE, '--reduce', 'symmetry', '--format', 'jsonl')
    const verdicts = recordsOf(finished).filter((record) => record.record === 'verdict')
    expect(verdicts.length).toBe(4)
    for (const { basis, states, expectedStates } of verdicts) {
      expect([states, expectedStates]).toEqual([22, 84])
      expect(basis).toEqual({
        is: 'reduced',
        symmetry: {
          families: [{ family: 'thread', members: 3 }],
          kept: 22,
          standFor: 84,
          symmetricStart: true,
          leftOut: [],
        },
        crossCheck: { is: 'agrees', bounds: { threads: 3 }, unreduced: 84, reduced: 22 },
      })
    }
    expect(finished.exit).toBe(0)
  })

  test('compares the states that are stood for with the row', async () => {
    const row = `{ properties: [largest('Sum', (s) => s.counter.sum((each) => each.n))],
      rows: [{ bounds: { counters: 2, limit: 3 }, expect: { Sum: language.maximum(6) }, states: 17, why: 'Both count to 3.' }] }`
    const { exit, stdout } = await inThisProcess(
      'check',
      '--specs',
      counterSpec(row),
      '--reduce',
      'symmetry',
      '--quiet',
    )
    expect(exit).toBe(1)
    expect(stdout).toContain('16 states; expected: 17')
    expect(stdout).toContain('10 of 16')
  })

  test('where members are told apart: inconclusive, with the reason', async () => {
    const row = `{ properties: [largest('First', (s) => s.counter[0].n)],
      rows: [{ bounds: { counters: 2, limit: 3 }, expect: { First: language.maximum(3) }, why: 'It counts to 3.' }] }`
    const { exit, stdout } = await inThisProcess(
      'check',
      '--specs',
      counterSpec(row),
      '--reduce',
      'symmetry',
      '--quiet',
    )
    expect(exit).toBe(3)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      "inconclusive: 'First' answers something else when it meets counter in the order counter1, counter0 than in the order counter0, counter1, so reduction by symmetry cannot decide it",
    )
  })

  test('where there is nothing to exchange: exact, as without', async () => {
    const { exit, stdout } = await inThisProcess(
      'check',
      'die-hard',
      '--specs',
      EXAMPLES,
      '--reduce',
      'symmetry',
      '--quiet',
    )
    expect(exit).toBe(0)
    expect(stdout).toMatch(/exact · /)
  })

  test('within a budget says both', async () => {
    const { exit, stdout } = await inThisProcess(...THREE, '--reduce', 'symmetry', '--max-states', '10')
    expect(exit).toBe(3)
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /reduced by symmetry S3 of thread \(\d+ states stand for \d+\); conditions checked; agrees .*; partial \(stopped at 10 states; complete up to \d steps?\)/,
    )
  })

  test('in JUnit and Markdown, too', async () => {
    const junit = await inThisProcess(...THREE, '--reduce', 'symmetry', '--format', 'junit')
    const markdown = await inThisProcess(...THREE, '--reduce', 'symmetry', '--format', 'markdown')
    expect(junit.stdout).toContain('reduced by symmetry S3 of thread (22 states stand for 84)')
    expect(markdown.stdout).toContain('reduced by symmetry S3 of thread (22 states stand for 84)')
    expect(markdown.stdout).toContain('| 22 of 84 |')
  })
})

describe('--reduce symmetry,partial-order', () => {
  test('says both, what stands for what, and with what it was compared', async () => {
    const { exit, stdout } = await inThisProcess(...THREE, '--reduce', 'symmetry,partial-order')
    expect(exit).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /reduced by symmetry S3 of thread \(\d+ states stand for \d+\) and partial order \(\d+ states in \d passes; schedules are shortest among those kept\); conditions checked; agrees with unreduced at threads=3 \(84 → \d+ states\)/,
    )
  })

  test('does not take what is stood for as the states of the row', async () => {
    const finished = await inThisProcess(...THREE, '--reduce', 'symmetry,partial-order', '--format', 'jsonl')
    const verdicts = recordsOf(finished).filter((record) => record.record === 'verdict')
    for (const { basis } of verdicts) expect(basis).toMatchObject({ symmetry: {}, partialOrder: {} })
    expect(finished.exit).toBe(0)
  })
})

test.each([
  [['--reduce', 'nothing'], "oomcheck: Unknown reduction 'nothing'; there are: symmetry, partial-order.\n"],
  [['--reduce', ''], 'oomcheck: --reduce takes one of symmetry, partial-order.\n'],
  [
    ['--reduce', 'symmetry', '--engine', 'immer'],
    'oomcheck: --reduce needs --engine table; the immer engine looks at every state.\n',
  ],
])('%s is refused', async (options, sentence) => {
  const { exit, stderr } = await inThisProcess(...THREE, ...options)
  expect([exit, stderr]).toEqual([2, sentence])
})
