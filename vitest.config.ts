import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    testTimeout: 20_000,
    // Processes, not threads: searches start workers of their own. Two, so that times do not depend on the machine.
    pool: 'forks',
    maxWorkers: 2,
  },
})
