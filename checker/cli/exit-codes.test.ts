import { describe, expect, test } from 'vitest'
import { counterSpec, INCREMENT, oomcheck } from './child.ts'

const AT_MOST = `properties: [always('AtMostTwo', (s) => s.counter.every((each) => each.n <= 2))]`
const row = (expected: string, rest = '') =>
  `{ ${AT_MOST}, rows: [{ bounds: { counters: 2, limit: 3 }, expect: { AtMostTwo: ${expected} }, ${rest} why: 'It counts to 3.' }] }`

describe('the exit code', () => {
  test('0: everything as expected', async () => {
    const { exit, stdout, stderr } = await oomcheck('check', '--specs', INCREMENT)
    expect(stdout).toMatch(/violated in 4 steps .*\n/)
    expect(stdout).toContain('all as expected')
    expect(stderr).toBe('')
    expect(exit).toBe(0)
  })

  test('1: another verdict; the counterexample and the reason of the row are printed', async () => {
    const { exit, stdout } = await oomcheck('check', '--specs', counterSpec(row('holds')))
    expect(exit).toBe(1)
    expect(stdout).toContain('✗ counters up counters=2 limit=3: AtMostTwo: violated in 3 steps; expected: holds')
    expect(stdout).toContain('the row says: It counts to 3.')
    expect(stdout).toMatch(/ 3 {2}counter\d count\(1\) {2}counter\d\.n: 2 → 3/)
  })

  test('1: the verdict expected, in another number of steps', async () => {
    const { exit, stdout } = await oomcheck('check', '--specs', counterSpec(row('violated(4)')))
    expect(exit).toBe(1)
    expect(stdout).toContain('violated in 3 steps; expected: violated in 4 steps')
  })

  test('1: another number of states', async () => {
    const { exit, stdout } = await oomcheck('check', '--specs', counterSpec(row('violated(3)', 'states: 17,')))
    expect(exit).toBe(1)
    expect(stdout).toContain('16 states; expected: 17')
  })

  test('1: a violation where nothing is expected', async () => {
    const { exit, stdout } = await oomcheck('check', '--specs', INCREMENT, '--bounds', 'threads=4')
    expect(exit).toBe(1)
    expect(stdout).toContain('no expectation')
  })

  test('0: no violation where nothing is expected', async () => {
    const args = ['--bounds', 'threads=4', '--variant', 'atomic']
    expect((await oomcheck('check', '--specs', INCREMENT, ...args)).exit).toBe(0)
  })

  test('3: a budget was hit', async () => {
    const { exit, stdout } = await oomcheck('check', '--specs', INCREMENT, '--max-states', '5')
    expect(exit).toBe(3)
    expect(stdout).toContain('? inconclusive')
  })

  test('4: the checker itself fails, and all else is reported', async () => {
    const file = counterSpec(`{
      properties: [{ name: 'Nonsense', get kind() { throw new Error('It broke.') } }, ${AT_MOST.slice('properties: ['.length, -1)}],
      rows: [
        { bounds: { counters: 1, limit: 2 }, expect: { Nonsense: holds }, why: '' },
        { bounds: { counters: 1, limit: 3 }, expect: { AtMostTwo: holds }, why: '' },
      ],
    }`)
    const plain = await oomcheck('check', '--specs', file)
    expect(plain.exit).toBe(4)
    expect(plain.stdout).toContain('the checker itself failed: It broke.')
    expect(plain.stdout).toContain('AtMostTwo: violated in 3 steps')
    expect(plain.stderr).toBe('')
    const debug = await oomcheck('check', '--specs', file, '--debug')
    expect(debug.exit).toBe(4)
    expect(debug.stderr).toMatch(/\n +at .*:\d+:\d+/)
  })
})
