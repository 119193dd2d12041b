/** Random tests begin with the seed that `vitest.config.ts` chose, so that a run can be repeated. */
import fc from 'fast-check'

const seed = process.env['OOMCHECK_SEED']
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) })
