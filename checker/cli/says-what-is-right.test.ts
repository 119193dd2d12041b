import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { directory, EXAMPLES, inThisProcess, INCREMENT, start } from './child.ts'

// What is asked for, and the one sentence that answers.
const misunderstandings: readonly (readonly [string, readonly string[], RegExp | string])[] = [
  ['spec', ['check', 'incremnt'], "Unknown spec 'incremnt'; there are: increment."],
  ['variant', ['check', '--variant', 'safe'], "Unknown variant of increment 'safe'; there are: racy, atomic."],
  ['bound', ['check', '--bounds', 'cpus=3'], "Unknown bound of increment 'cpus'; there are: threads."],
  ['value', ['check', '--bounds', 'threads=7'], 'must be a whole number from 1 to 6, not 7.'],
  ['ingredient', ['check', '--with', 'ice'], "Unknown ingredient of increment 'ice'; there are none."],
  ['property', ['check', '--property', 'P'], 'there are: NoIncrementIsLost, AllAreDone, StaysInDomain, NoDeadlock.'],
  ['format', ['check', '--format', 'xml'], 'Allowed choices are text, jsonl, junit, markdown.'],
  ['engine', ['check', '--engine', 'wasm'], 'Allowed choices are table, immer.'],
  ['notation', ['check', '--bounds', 'threads'], "with commas between: cpus=3,tasks=2; not 'threads'."],
  ['size', ['check', '--max-states', '10x'], '--max-states takes a whole number above 0'],
  ['workers', ['check', '--workers', '0'], "--workers takes a whole number from 1 to 64; not '0'."],
  ['more workers', ['check', '--workers', '65'], "--workers takes a whole number from 1 to 64; not '65'."],
  ['half a worker', ['check', '--workers', '1.5'], "--workers takes a whole number from 1 to 64; not '1.5'."],
  [
    'slow workers',
    ['check', '--workers', '2', '--engine', 'immer'],
    '--workers and --engine immer exclude each other: threads help the table engine only.',
  ],
  ['option', ['check', '--boundz'], "unknown option '--boundz'"],
  ['command', ['chek'], "unknown command 'chek'"],
  ['list', ['list', 'incremnt'], "Unknown spec 'incremnt'; there are: increment."],
  ['output', ['check', '-o', join('no', 'such', 'directory')], 'cannot be written: no such file or directory.'],
]

test.for(misunderstandings)('%s', async ([, args, sentence]) => {
  const specs = args[0] === 'chek' ? [] : ['--specs', INCREMENT]
  const { exit, stdout, stderr } = await inThisProcess(...args, ...specs)
  expect(stderr).toContain(sentence)
  expect(stderr).not.toMatch(/\n +at /)
  expect(stdout).toBe('')
  expect(exit).toBe(2)
})

test('spec files', async () => {
  const said = async (text: string) => {
    const file = join(directory(), 'broken.mjs')
    writeFileSync(file, text)
    const { exit, stderr } = await inThisProcess('check', '--specs', file)
    expect(exit).toBe(2)
    return stderr
  }
  expect(await said('throw new Error("out of order")')).toContain('could not be loaded: out of order')
  expect(await said('export default 42')).toContain('must be a spec, as spec() returns it, or an array of them.')
  expect((await inThisProcess('check', '--specs', 'missing.ts')).stderr).toContain('There is no file missing.ts')
})

test('several specs: those that know what is asked for, unless they are named', async () => {
  const some = await inThisProcess('check', '--specs', EXAMPLES, '--bounds', 'threads=1')
  expect(some.stdout).toContain('1 configuration, ')
  expect(some.exit).toBe(0)
  const named = await inThisProcess('check', 'increment', 'die-hard', '--specs', EXAMPLES, '--bounds', 'threads=1')
  expect(named.stderr).toContain("Unknown bound of die-hard 'threads'; there are: small, big.")
  expect(named.exit).toBe(2)
})

test('an old Node is told so', async () => {
  const old = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`
  const { exit, stderr } = await start(['check'], ['--import', old]).finished
  expect(stderr).toMatch(/^oomcheck needs Node 22\.18 or newer, and this is 20\.20\.2: .*\n$/)
  expect(exit).toBe(2)
})
