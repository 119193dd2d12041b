import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface Cruise {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: {
    readonly violations: readonly {
      readonly from: string
      readonly to: string
      readonly rule: { readonly name: string }
    }[]
  }
}

function cruise(directory: string): Cruise {
  const depcruise = join(root, 'node_modules/.bin/depcruise')
  const options = ['--config', join(root, '.dependency-cruiser.js'), '--output-type', 'json']
  const json = execFileSync(process.execPath, [depcruise, '.', ...options], { cwd: directory, maxBuffer: 2 ** 28 })
  return JSON.parse(json.toString()) as Cruise
}

/** One line for each violation: `rule: from → to`. */
function violationsIn({ summary }: Cruise): string[] {
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort()
}

describe('the tree', () => {
  let found: Cruise
  beforeAll(() => {
    found = cruise(root)
  })

  // Without a compiler that it understands, dependency-cruiser skips every .ts file and reports success.
  test('is cruised completely', () => {
    const files = globSync('{model,spec,counterexamples,checker}/**/*.ts', { cwd: root })
    expect(files).toContain(join('checker', 'architecture.test.ts'))
    expect(found.modules.map(({ source }) => source)).toEqual(expect.arrayContaining(files))
  })

  test('imports only in the allowed direction', () => {
    expect(violationsIn(found)).toEqual([])
  })
})

/** Imports that must be found: the file, what it says, the rule and the module that the rule complains about. */
// prettier-ignore
const planted = [
  ['model/peeks-at-spec.ts', `import '../spec/index.ts'`, 'model-imports', 'spec/index.ts'],
  ['model/peeks-at-engine.ts', `import '../checker/engine/engine.ts'`, 'model-imports', 'checker/engine/engine.ts'],
  ['model/reads-files.ts', `import 'node:fs'`, 'no-packages', 'fs'],
  ['spec/searches.ts', `import '../checker/search/search.ts'`, 'spec-imports', 'checker/search/search.ts'],
  ['spec/peeks.ts', `import '../counterexamples/index.ts'`, 'spec-imports', 'counterexamples/index.ts'],
  ['checker/cli/names-model.ts', `import '../../model/task.ts'`, 'checker-knows-no-kernel', 'model/task.ts'],
  ['checker/cli/names-spec.ts', `void import('../../spec/index.ts')`, 'checker-knows-no-kernel', 'spec/index.ts'],
  ['checker/cli/types.ts', `export type T = typeof import('../../spec/index.ts')`, 'checker-knows-no-kernel', 'spec/index.ts'],
  ['checker/language/a.test.ts', `import '../../model/task.ts'`, 'checker-knows-no-kernel', 'model/task.ts'],
  ['checker/bench/golden.ts', `import '../../counterexamples/index.ts'`, 'checker-knows-no-kernel', 'counterexamples/index.ts'],
  ['checker/language/runs.ts', `import type {} from '../engine/engine.ts'`, 'checker-language-imports', 'checker/engine/engine.ts'],
  ['checker/language/packages.ts', `import 'immer'`, 'no-packages', 'node_modules/immer/index.js'],
  ['checker/language/missing.ts', `import 'not-installed'`, 'no-packages', 'not-installed'],
  ['checker/examples/runs.ts', `import '../engine/engine.ts'`, 'checker-examples-imports', 'checker/engine/engine.ts'],
  ['checker/engine/searches.ts', `import '../search/search.ts'`, 'checker-engine-imports', 'checker/search/search.ts'],
  ['checker/engine/table.ts', `import 'immer'`, 'no-packages', 'node_modules/immer/index.js'],
  ['checker/engine/machine.ts', `import 'zod'`, 'immer-only', 'node_modules/zod/index.js'],
  ['checker/search/reports.ts', `import '../report/verdict.ts'`, 'checker-search-imports', 'checker/report/verdict.ts'],
  ['checker/reduce/searches.ts', `import '../search/search.ts'`, 'checker-reduce-imports', 'checker/search/search.ts'],
  ['checker/trace/reports.ts', `import '../report/verdict.ts'`, 'checker-trace-imports', 'checker/report/verdict.ts'],
  ['checker/report/runs.ts', `import '../engine/engine.ts'`, 'reports-see-types', 'checker/engine/engine.ts'],
  ['checker/report/commands.ts', `import '../cli/oomcheck.ts'`, 'checker-report-imports', 'checker/cli/oomcheck.ts'],
  ['checker/vitest/commands.ts', `import '../cli/oomcheck.ts'`, 'checker-vitest-imports', 'checker/cli/oomcheck.ts'],
  ['checker/search/circle-back.ts', `import './circle.ts'`, 'no-circles', 'checker/search/circle.ts'],
] as const

/** Files that are imported, and imports that must not be found. A circle is found once. */
const innocent = {
  'node_modules/immer/index.js': ``,
  'node_modules/zod/index.js': ``,
  'counterexamples/index.ts': ``,
  'model/task.ts': `import '../checker/language/index.ts'`,
  'spec/index.ts': `import '../model/task.ts'\nimport '../checker/language/index.ts'`,
  'spec/golden.test.ts': `import 'node:fs'\nimport '../checker/search/search.ts'\nimport '../counterexamples/index.ts'`,
  'checker/language/index.ts': ``,
  'checker/engine/engine.ts': `import type {} from '../language/index.ts'`,
  'checker/engine/conformance.ts': `import 'vitest'\nimport '../search/search.ts'`,
  'checker/engine/reference.test.ts': `import '../search/search.ts'\nimport 'zod'`,
  'checker/search/search.ts': `import 'node:worker_threads'\nimport '../engine/engine.ts'\nimport '../trace/schedule.ts'`,
  'checker/search/circle.ts': `import './circle-back.ts'`,
  'checker/reduce/symmetry.ts': `import '../engine/engine.ts'`,
  'checker/trace/schedule.ts': `import 'zod'\nimport '../engine/engine.ts'`,
  'checker/report/verdict.ts': `import 'node:util'\nimport type {} from '../engine/engine.ts'\nimport '../trace/schedule.ts'`,
  'checker/vitest/matchers.ts': `import '../report/verdict.ts'`,
  'checker/cli/oomcheck.ts': `import '../report/verdict.ts'\nimport '../reduce/symmetry.ts'`,
  'checker/bench/bench.ts': `import '../cli/oomcheck.ts'`,
}

describe('a tree with planted violations', () => {
  test('is seen through', () => {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'oomcheck-')))
    const plant = (path: string, text: string) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), `${text}\n`)
    }
    try {
      for (const [path, text] of Object.entries(innocent)) plant(path, text)
      for (const [path, text] of planted) plant(path, text)
      expect(violationsIn(cruise(directory))).toEqual(
        planted.map(([from, , rule, to]) => `${rule}: ${from} → ${to}`).sort(),
      )
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
