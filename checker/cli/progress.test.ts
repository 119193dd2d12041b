import { expect, test } from 'vitest'
import type { Statistics } from '../engine/engine.ts'
import { INCREMENT } from './child.ts'
import { loadSpecs } from './load.ts'
import { planOf } from './plan.ts'
import { Progress } from './progress.ts'

const NOTHING = { specs: [], variants: [], bounds: undefined, ingredients: undefined, properties: [], full: false }
const [planned] = planOf(await loadSpecs(INCREMENT), NOTHING)
const statistics = { states: 1_234_567, depth: 33, queued: 1000 } as Statistics

/** Updates at these times in milliseconds. */
function written(stream: { isTTY?: boolean; columns?: number }, times: readonly number[]): string[] {
  const said: string[] = []
  let now = 0
  const progress = new Progress({ ...stream, write: (text) => said.push(text) }, () => now)
  progress.begin(planned!, 2, 12)
  for (const time of times) {
    now = time
    progress.update(statistics, 0.5)
  }
  progress.clear()
  return said
}

test('on a terminal: one line, rewritten, taken away at the end', () => {
  const line = '[2/12] increment racy threads=1 · 1,234,567 states · 2.5M/s · depth 33 · queue 1,000'
  expect(written({ isTTY: true, columns: 120 }, [50, 150, 200, 300])).toEqual([
    `\r\u001b[2K${line}`,
    `\r\u001b[2K${line}`,
    '\r\u001b[2K',
  ])
})

test('on a narrow terminal: the numbers, in one line', () => {
  for (const columns of [0, 10, 60, 80]) {
    const [line = ''] = written({ isTTY: true, columns }, [150])
    expect(line.length - '\r\u001b[2K'.length).toBeLessThan(columns === 0 ? 80 : columns)
  }
  expect(written({ isTTY: true, columns: 60 }, [150])[0]).toContain('1,234,567 states')
})

test('elsewhere: a line every few seconds', () => {
  const said = written({}, [100, 1000, 2900, 3100, 5000, 6200])
  expect(said).toHaveLength(2)
  expect(said.every((line) => /^\[2\/12\] .*\n$/.test(line))).toBe(true)
})
