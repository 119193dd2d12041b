/** The command line of `mutate`: exit codes, formats, and what it refuses. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseScores } from '../mutate/scores.ts'
import { directory, INCREMENT, inThisProcess } from './child.ts'
import { ownScores } from './documents.ts'

const INCREMENT_ONLY = ['mutate', '--specs', INCREMENT, '--quiet', '--leaves', '0'] as const

test('survivors without a reason give exit code 1, in both formats', async () => {
  const text = await inThisProcess(...INCREMENT_ONLY)
  expect([text.exit, text.stderr]).toEqual([1, ''])
  expect(text.stdout).toContain('✗ survived: drop write: thread.read thread.t (rows 3, 4)')
  const lines = await inThisProcess(...INCREMENT_ONLY, '--format', 'jsonl')
  expect(lines.exit).toBe(1)
  const records = lines.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { record: string; fate?: string; name?: string })
  expect(records.filter(({ fate }) => fate === 'survived').map(({ name }) => name)).toEqual([
    'drop write: thread.read thread.t',
  ])
  expect(records.at(-1)?.record).toBe('mutation')
})

test.for([
  [['gone'], "Unknown spec 'gone'; there are: increment."],
  [['--leaves', 'many'], '--leaves takes a whole number from 0 to 1000000'],
  [['--max-states', '0'], '--max-states takes a whole number above 0'],
] as const)('%s', async ([args, message]) => {
  const { exit, stderr } = await inThisProcess(...INCREMENT_ONLY, ...args)
  expect(exit).toBe(2)
  expect(stderr).toContain(message)
})

describe('scores are kept', () => {
  test('in a file of their own where the specs are others', async () => {
    const before = readFileSync(ownScores(), 'utf8')
    const { exit, stdout, stderr } = await inThisProcess(...INCREMENT_ONLY, '--save')
    expect([exit, stdout, stderr]).toEqual([
      2,
      '',
      'oomcheck: With --specs the scores need a file of their own, --save <file>: spec/mutation.json is about the specs of the package.\n',
    ])
    expect(readFileSync(ownScores(), 'utf8')).toBe(before)
    const file = join(directory(), 'scores.json')
    expect((await inThisProcess(...INCREMENT_ONLY, '--save', file)).exit).toBe(1)
    expect(Object.keys(parseScores(readFileSync(file, 'utf8')).specs)).toEqual(['increment'])
  })

  test('unless that cannot be done, which is found out before the first mutant', async () => {
    const place = directory()
    mkdirSync(join(place, 'folder'))
    writeFileSync(join(place, 'broken.json'), '[]')
    writeFileSync(join(place, 'report.txt'), 'precious')
    for (const [name, sentence] of [
      ['nowhere/scores.json', 'cannot be written: no such file or directory.'],
      ['folder', 'cannot be written: it is no regular file.'],
      ['broken.json', 'is no file of mutation scores: it must be an object.'],
    ] as const) {
      const { exit, stdout, stderr } = await inThisProcess(...INCREMENT_ONLY, '--save', join(place, name))
      expect([exit, stdout, stderr]).toEqual([2, '', `oomcheck: ${join(place, name)} ${sentence}\n`])
    }
    expect(existsSync(join(place, 'nowhere'))).toBe(false)
    expect(readFileSync(join(place, 'broken.json'), 'utf8')).toBe('[]')
  })
})
