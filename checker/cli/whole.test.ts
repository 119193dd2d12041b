/** What ITF and `replay --interactive` show of history that the search for a counterexample did not keep. */
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { layoutOf } from '../engine/layout.ts'
import { Machine } from '../engine/machine.ts'
import { bool, language, protocol, singleton, upTo } from '../language/index.ts'
import { itf } from '../report/itf.ts'
import { unstyled } from '../report/lines.ts'
import { replay, type Trace } from '../trace/schedule.ts'
import { walk } from './interactive.ts'
import { wholeOf } from './whole.ts'

const state = () => ({ sounds: bool, bell: singleton({}) })
const history = () => ({ rung: upTo(2), heard: bool })
const { program } = language<typeof state, typeof history>()
/** A bell that is rung again and again; its history can count to two. */
const bells = protocol({
  name: 'bells',
  variants: ['one'],
  bounds: {},
  state,
  history,
  programs: () => [
    program(
      'bell',
      {
        ring: {
          do: (s) => {
            s.sounds = true
          },
          note: (h) => {
            h.rung++
            h.heard = true
          },
        },
        rest: (s) => {
          s.sounds = false
        },
      },
      { loop: true },
    ),
  ],
})
const layout = layoutOf(bells.instance({ bounds: {} }))
const labels = ['ring', 'rest', 'ring', 'rest', 'ring']
/** As a search that kept only `heard` finds it. */
const machine = new Machine(layout, new Set(['heard']))
const found = (steps: number): Trace =>
  replay(machine, { init: [], steps: labels.slice(0, steps).map((label) => ({ process: 'bell', label })) })
const lasso = (steps: number, loop?: number) => ({ history: ['heard'], ...(loop === undefined ? {} : { loop }) })

const lastState = (steps: number, loop?: number): unknown => {
  const whole = wholeOf(machine, found(steps), lasso(steps, loop))
  const { states } = JSON.parse(itf(layout, whole.trace, { property: 'P' }, whole.history)) as {
    states: { history: unknown }[]
  }
  return states.at(-1)?.history
}

async function whole(steps: number, loop: number | undefined, ...commands: readonly string[]): Promise<string> {
  let said = ''
  const write = (text: string): void => void (said += text)
  const input = Readable.from([`${commands.join('\n')}\n`]) as unknown as NodeJS.ReadStream
  const walked = { machine, loop, ...wholeOf(machine, found(steps), lasso(steps, loop)) }
  await walk(walked, { write, style: unstyled, columns: undefined }, input)
  return said
}

describe('history that the search did not keep', () => {
  test('is had by another replay', async () => {
    expect(lastState(3)).toEqual({ rung: 2, heard: true })
    expect(await whole(3, undefined, 'g 3', 's', 'q')).toContain('    history.rung: 2\n    history.heard: true\n')
  })
  test.each([
    ['cannot hold what is noted', 5, undefined],
    ['goes on growing in a loop', 4, 2],
  ])('is left out where it %s', async (_why, steps, loop) => {
    expect(lastState(steps, loop)).toEqual({ heard: true })
    const said = await whole(steps, loop, `g ${steps}`, 's', 'q')
    expect(said).toContain('history.heard: true')
    expect(said).not.toContain('rung')
  })
})

describe('at the end of a lasso', () => {
  test('it goes round', async () => {
    const said = (await whole(4, 2, 'g 4', 'n', 'n', 'n', 'q')).split('\n')
    expect(said.filter((line) => line.startsWith('['))).toEqual([
      '[0/4] the initial state',
      '[4/4] bell rest',
      '[3/4] bell ring',
      '[4/4] bell rest',
      '[3/4] bell ring',
    ])
    const end = said.indexOf('[4/4] bell rest')
    expect(said.slice(end, said.indexOf('[3/4] bell ring'))).toEqual(
      expect.arrayContaining(['  next: bell ring', '  From here it goes on with step 3, round and round for ever.']),
    )
  })
  test('everything may stop', async () => {
    const said = await whole(2, 2, 'g 2', 'n', 'q')
    expect(said).toContain('  Here everything may stop for ever.\n')
    expect(said).toContain('This is the last state, after 2 steps.\n')
  })
})
