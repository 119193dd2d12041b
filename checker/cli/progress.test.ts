import { format } from 'prettier'
import { describe, expect, test } from 'vitest'
import type { Statistics } from '../engine/engine.ts'
import { progressEvent, progressSchema } from '../report/progress-event.ts'
import { INCREMENT } from './child.ts'
import { estimateOf } from './estimate.ts'
import { loadSpecs } from './load.ts'
import { planOf } from './plan.ts'
import { Progress, type ProgressForm } from './progress.ts'

const NOTHING = { specs: [], variants: [], bounds: undefined, ingredients: undefined, properties: [], full: false }
const [planned] = planOf(await loadSpecs(INCREMENT), NOTHING)
const statistics = { states: 1_234_567, transitions: 3_000_000, depth: 33, queued: 1000 } as Statistics

/** Updates at these times in milliseconds. */
function written(
  stream: { isTTY?: boolean; columns?: number },
  times: readonly number[],
  form?: ProgressForm,
  of: Statistics = statistics,
): string[] {
  const said: string[] = []
  let now = 0
  const here = { now: () => now, bytes: () => 512 * 2 ** 20 }
  const progress = new Progress({ ...stream, write: (text) => said.push(text) }, form, here)
  progress.begin(planned!, 2, 12)
  for (const time of times) {
    now = time
    progress.update(of, 0.5)
  }
  progress.clear()
  return said
}

const NUMBERS = '1,234,567 states · 2.5M/s · depth 33 · queue 1,000 · 512 MiB · no estimate yet'

test('on a terminal: one line, rewritten, taken away at the end', () => {
  const line = `[2/12] increment racy threads=1 · ${NUMBERS}`
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

test('elsewhere, or where lines are asked for: a line every few seconds', () => {
  for (const said of [
    written({}, [100, 1000, 2900, 3100, 5000, 6200]),
    written({ isTTY: true }, [100, 1000, 2900, 3100, 5000, 6200], 'lines'),
  ]) {
    expect(said).toHaveLength(2)
    expect(said.every((line) => /^\[2\/12\] .*\n$/.test(line))).toBe(true)
  }
})

test('none: nothing', () => {
  expect(written({ isTTY: true }, [100, 1000, 10_000], 'none')).toEqual([])
})

test('jsonl: an object a second, according to the committed schema', async () => {
  const said = written({ isTTY: true }, [100, 1100, 1200, 2200], 'jsonl')
  expect(said).toHaveLength(2)
  expect(progressEvent.parse(JSON.parse(said[0]!))).toEqual({
    event: 'progress',
    spec: 'increment',
    variant: 'racy',
    bounds: { threads: 1 },
    ingredients: [],
    states: 1_234_567,
    transitions: 3_000_000,
    statesPerSecond: 2_469_134,
    queued: 1000,
    depth: 33,
    bytes: 512 * 2 ** 20,
    seconds: 0.5,
    estimate: null,
  })
  const json = await format(JSON.stringify(progressSchema()), { parser: 'json', printWidth: 120 })
  await expect(json).toMatchFileSnapshot('../report/progress.schema.json')
})

describe('the estimate', () => {
  /** Of a search that has just come to the end of these levels, with so many states found beyond them. */
  const after = (sizes: readonly number[], queued: number) => {
    const levels = [0]
    for (const size of sizes) levels.push(levels.at(-1)! + size)
    const expanded = levels.at(-1)!
    return estimateOf({ ...statistics, states: expanded + queued, queued, levels }, 10)
  }

  test('is not made while levels grow, or do not shrink steadily', () => {
    expect(after([1, 3, 9, 27, 81], 200)).toBeUndefined()
    expect(after([1000, 900, 950, 700, 500], 300)).toBeUndefined()
    // Each shrinks, but less than the one before.
    expect(after([1000, 500, 400, 360, 342], 300)).toBeUndefined()
    expect(after([1000, 500, 250], 125)).toBeUndefined()
  })

  test('takes the rest for a geometric series', () => {
    // 100 + 50 + 25 + … = 200 states are left after 1,500 in 10 s.
    expect(
      after(
        [0, 800, 400, 200, 100].map((size) => 2 * size),
        100,
      ),
    ).toEqual({
      states: 200,
      seconds: (10 * 200) / 3000,
      from: 'levels',
    })
  })

  test('never says less than what is queued', () => {
    expect(after([800, 400, 200, 10], 1000)?.states).toBe(1000)
  })

  test('follows the share of the work, where that is known', () => {
    expect(estimateOf({ ...statistics, share: 0.25 }, 10)).toEqual({ states: null, seconds: 30, from: 'share' })
    expect(estimateOf({ ...statistics, share: 0 }, 10)).toBeUndefined()
  })

  test('is shown with what it rests on', () => {
    const levels = [0, 800, 1200, 1400, 1500]
    const of = { ...statistics, states: 1600, queued: 100, levels }
    expect(written({}, [4000], 'lines', of)[0]).toMatch(/ · ≤ 0 s to go if levels shrink on like this\n$/)
    expect(written({}, [4000], 'lines', { ...statistics, share: 0.01 })[0]).toMatch(/ · 50 s to go\n$/)
  })
})
