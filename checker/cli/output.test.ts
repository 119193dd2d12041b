/** Where a report cannot be written somebody says so, and nothing is lost by trying. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { directory, INCREMENT, inThisProcess, start } from './child.ts'

const BIN = join(import.meta.dirname, 'oomcheck.js')

describe('a file that stands there', () => {
  test('is kept when the command fails before it says anything', async () => {
    const file = join(directory(), 'precious.txt')
    writeFileSync(file, 'precious')
    const golden = join(directory(), 'golden.json')
    writeFileSync(golden, '{}')
    for (const command of ['replay', 'explain', 'minimize'])
      expect((await inThisProcess(command, golden, '--specs', INCREMENT, '-o', file)).exit).toBe(2)
    const saved = directory()
    await inThisProcess('check', '--specs', INCREMENT, '--bounds', 'threads=2', '--save', saved, '-q')
    const good = join(saved, 'increment.racy.threads=2.NoIncrementIsLost.json')
    // Found out after the file has been opened.
    const many = await inThisProcess('check', '--specs', INCREMENT, '--bounds', 'threads=99', '-q', '-o', file)
    expect(many.exit).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe('precious')
    expect((await inThisProcess('replay', good, '--specs', INCREMENT, '-o', file)).exit).toBe(0)
    expect(readFileSync(file, 'utf8')).toMatch(/^increment racy/)
  })
})

describe('what cannot be written is said in one sentence', () => {
  test.skipIf(!existsSync('/dev/full'))('to a disk that is full', async () => {
    const sentence = 'cannot be written: no space left on device.\n'
    const listed = await inThisProcess('list', '--specs', INCREMENT, '-o', '/dev/full')
    expect(listed).toMatchObject({ exit: 2, stderr: `oomcheck: /dev/full ${sentence}` })
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const
    const { status, stderr } = spawnSync(process.execPath, [BIN, 'list', '--specs', INCREMENT], {
      encoding: 'utf8',
      stdio: [...stdio],
    })
    expect([status, stderr]).toEqual([2, `oomcheck: standard output ${sentence}`])
  })

  test.each(['file', 'file/in/it'])('to a folder that is a file: %s', async (name) => {
    const place = directory()
    writeFileSync(join(place, 'file'), 'precious')
    const { exit, stderr } = await inThisProcess('check', '--specs', INCREMENT, '-q', '--save', join(place, name))
    expect([exit, stderr]).toEqual([2, expect.stringMatching(/ cannot be written: not a directory\.\n$/)])
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('precious')
  })

  test.skipIf(!existsSync('/proc/self'))('to a place where nobody can make a folder', async () => {
    const { exit, stderr } = await inThisProcess('check', '--specs', INCREMENT, '-q', '--save', '/proc/nowhere/in/it')
    expect([exit, stderr]).toEqual([2, 'oomcheck: /proc/nowhere/in/it cannot be written: no such file or directory.\n'])
  })

  test('and folders on the way are made', async () => {
    const place = join(directory(), 'a', 'b')
    mkdirSync(join(place, '..'))
    expect((await inThisProcess('check', '--specs', INCREMENT, '-q', '--save', place)).exit).toBe(0)
    expect(existsSync(place)).toBe(true)
  })
})

describe('where nothing can be said the exit code is the right one', () => {
  test('when the reader of standard error has gone', async () => {
    const { process: child, finished } = start(['list', '--specs', INCREMENT, 'nope'])
    child.stderr?.destroy()
    expect(await finished).toMatchObject({ exit: 2, stderr: '' })
  })

  test.skipIf(!existsSync('/dev/full'))('when the disk is full', () => {
    const full = openSync('/dev/full', 'w')
    const run = (...args: readonly string[]) => spawnSync(process.execPath, [BIN, ...args], { stdio: [0, full, full] })
    expect(run('explain', 'nope').status).toBe(2)
    expect(run('list', '--specs', INCREMENT).status).toBe(2)
  })
})

test('folders that are named and do not exist', async () => {
  const place = directory()
  for (const [option, what] of [
    ['--corpus', 'goldens'],
    ['--models', 'models'],
  ] as const) {
    const nowhere = join(place, 'nowhere')
    const { exit, stderr } = await inThisProcess('report', '--specs', INCREMENT, '-q', '-o', place, option, nowhere)
    expect([exit, stderr]).toEqual([
      2,
      `oomcheck: There is no folder ${nowhere}; name a folder of ${what} with ${option} <folder>.\n`,
    ])
    const file = await inThisProcess('report', '--specs', INCREMENT, '-q', '-o', place, option, INCREMENT)
    expect([file.exit, file.stderr]).toEqual([2, expect.stringContaining(`There is no folder ${INCREMENT};`)])
  }
  expect(await inThisProcess('bless', '--specs', INCREMENT, '--corpus', INCREMENT)).toMatchObject({
    exit: 2,
    stdout: '',
    stderr: expect.stringContaining(`There is no folder ${INCREMENT};`) as string,
  })
})

test('a file of scores that is named and does not exist', async () => {
  const place = join(directory(), 'report')
  const scores = join(directory(), 'nope.json')
  const { exit, stderr } = await inThisProcess('report', '--specs', INCREMENT, '-o', place, '--scores', scores)
  expect([exit, stderr]).toEqual([
    2,
    `oomcheck: There is no file ${scores}; name what mutate --save wrote with --scores <file>.\n`,
  ])
  expect(existsSync(place)).toBe(false)
})
