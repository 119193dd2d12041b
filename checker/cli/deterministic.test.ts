import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXAMPLES, oomcheck } from './child.ts'

const withoutSeconds = (text: string) =>
  text
    .replace(/"seconds":[\d.e-]+/g, '"seconds":0')
    .replace(/ time="[\d.]+"/g, '')
    .replace(/[\d.]+ s\b/g, '0 s')

test.for(['text', 'jsonl', 'junit', 'markdown'])('%s: two runs differ in seconds only', async (format) => {
  const args = ['check', '--specs', EXAMPLES, '--format', format]
  const [first, second] = await Promise.all([oomcheck(...args), oomcheck(...args)])
  expect(withoutSeconds(first.stdout)).toBe(withoutSeconds(second.stdout))
  expect(first.stdout.length).toBeGreaterThan(1000)
})

/** Large enough for threads to help. */
const SERIALIZATION = join(import.meta.dirname, '../bench/serialization.ts')

test.for(['text', 'jsonl', 'junit', 'markdown'])(
  '%s: runs with 1 and 3 workers differ in seconds only',
  async (format) => {
    const bounds = ['--bounds', 'cpus=4,tasks=4,pages=1,exits=1']
    const args = ['check', '--specs', SERIALIZATION, ...bounds, '--format', format, '--workers']
    const [one, three] = await Promise.all([oomcheck(...args, '1'), oomcheck(...args, '3')])
    expect(withoutSeconds(three.stdout)).toBe(withoutSeconds(one.stdout))
    expect(one.stdout).toMatch(/MostFreePages/)
  },
)
