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
