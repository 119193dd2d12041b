/** SPIN on a Promela twin: exact and without reductions, so that its counts can be held against ours. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Twin {
  /** Path of the Promela file, from the folder checker/. */
  readonly file: string
  readonly defines?: readonly string[]
}

export interface SpinCounts {
  readonly states: number
  /** As we count them: SPIN adds the storing of the initial state. */
  readonly transitions: number
  /** User and system time of the whole process. */
  readonly cpuSeconds: number
}

/** SPIN and a C compiler are installed. */
export const hasSpin = (): boolean =>
  ['spin', 'gcc'].every((tool) => spawnSync(tool, ['--version']).error === undefined)

const number = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1] ?? NaN)

/** Compiles a twin once and runs it as often as asked. */
export function runTwin({ file, defines = [] }: Twin, runs = 1): SpinCounts[] {
  const directory = mkdtempSync(join(tmpdir(), 'oomcheck-spin-'))
  const options = { cwd: directory, stdio: 'ignore' } as const
  try {
    // Without -o1 -o2 -o3 SPIN leaves out states that it takes for equivalent.
    execFileSync('spin', [...defines, '-o1', '-o2', '-o3', '-a', resolve(import.meta.dirname, '..', file)], options)
    execFileSync('gcc', ['-O2', '-DSAFETY', '-DNOREDUCE', '-o', 'pan', 'pan.c'], options)
    return Array.from({ length: runs }, () => {
      const timed = `TIMEFORMAT='cpu %U %S'; time ./pan -w24 -m1000000`
      const { stdout, stderr } = spawnSync('bash', ['-c', timed], { cwd: directory, encoding: 'utf8' })
      return {
        states: number(/(\d+) states, stored/, stdout),
        transitions: number(/(\d+) transitions/, stdout) - 1,
        cpuSeconds: number(/cpu ([\d.]+)/, stderr) + number(/cpu [\d.]+ ([\d.]+)/, stderr),
      }
    })
  } finally {
    rmSync(directory, { recursive: true })
  }
}
