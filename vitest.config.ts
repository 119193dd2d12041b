import { execFileSync } from 'node:child_process'
import { defineConfig } from 'vitest/config'

/**
 * The seed of random tests. Of one commit it is the same everywhere, so that a test that fails in CI fails at home; each
 * commit has its own, so that more and more is looked at. `OOMCHECK_SEED` sets another, and `OOMCHECK_RUNS=2000` runs
 * that many random protocols, every time others. 32 bits.
 */
function seed(): number | undefined {
  const { OOMCHECK_SEED, OOMCHECK_RUNS } = process.env
  if (OOMCHECK_SEED !== undefined) {
    if (!/^-?\d+$/.test(OOMCHECK_SEED)) throw new Error(`OOMCHECK_SEED is a whole number; not '${OOMCHECK_SEED}'.`)
    return Number(OOMCHECK_SEED)
  }
  if (OOMCHECK_RUNS !== undefined) return undefined
  try {
    const tree = execFileSync('git', ['rev-parse', 'HEAD^{tree}'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return Number.parseInt(tree.slice(0, 8), 16) | 0
  } catch {
    // Not a checkout: the sources alone.
    return 0
  }
}

const chosen = seed()

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    testTimeout: 20_000,
    // Processes, not threads: searches start workers of their own. Two, so that times do not depend on the machine.
    pool: 'forks',
    maxWorkers: 2,
    setupFiles: ['checker/vitest/seed.ts'],
    env: chosen === undefined ? {} : { OOMCHECK_SEED: String(chosen) },
  },
})
