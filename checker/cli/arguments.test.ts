import { expect, test } from 'vitest'
import { collectBounds, collectNames, parseScaled } from './arguments.ts'

test('sizes', () => {
  const states = parseScaled('--max-states', 'states')
  expect(['7', '10k', '2M', '1G'].map(states)).toEqual([7, 10_000, 2_000_000, 1_000_000_000])
  const bytes = parseScaled('--max-memory', 'bytes')
  expect(['512M', '4G'].map(bytes)).toEqual([2 ** 29, 2 ** 32])
  const time = parseScaled('--timeout', 'time')
  expect(['90', '90s', '5m', '2h'].map(time)).toEqual([90, 90, 300, 7200])
  for (const text of ['', '0', '-1', '1.5', '1e3', '10x', 'k', '99999999999G'])
    expect(() => states(text)).toThrow(
      `--max-states takes a whole number above 0, if you like with one of k, M, G behind it; not '${text}'.`,
    )
})

test('names and bounds, over several options', () => {
  expect(collectNames('b, c', collectNames('a'))).toEqual(['a', 'b', 'c'])
  expect(collectBounds('c=-3', collectBounds('a=1,b=2'))).toEqual({ a: 1, b: 2, c: -3 })
  expect(() => collectBounds('a=2', { a: 1 })).toThrow("The bound 'a' is given twice.")
  for (const text of ['a', 'a=', '=1', 'a=x', 'a=1,', 'a=1.5'])
    expect(() => collectBounds(text)).toThrow(`not '${text}'`)
})
