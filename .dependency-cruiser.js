// Which folder may import what. Checked by `npm run lint`; checker/architecture.test.ts plants violations.

/**
 * Folder → the other folders that its files may import. The command line, the bench and all tests are free, except for
 * the first and the last rule below.
 */
const folders = {
  model: ['checker/language'],
  spec: ['model', 'checker/language'],
  'checker/language': [],
  'checker/examples': ['checker/language'],
  'checker/engine': ['checker/language'],
  'checker/trace': ['checker/language', 'checker/engine'],
  'checker/reduce': ['checker/language', 'checker/engine'],
  'checker/search': ['checker/language', 'checker/engine', 'checker/reduce', 'checker/trace'],
  'checker/minimize': ['checker/language', 'checker/engine', 'checker/search', 'checker/trace'],
  'checker/report': ['checker/language', 'checker/engine', 'checker/search', 'checker/reduce', 'checker/trace'],
  'checker/vitest': ['checker/(language|engine|search|reduce|trace|report)'],
}

/** Folders whose files import neither packages nor Node's modules: they run wherever JavaScript runs. */
const pure = ['model', 'spec', 'checker/language', 'checker/examples', 'checker/engine', 'checker/reduce']

/** Tests, type tests, and the suite that the tests of all engines run. */
const tests = '([.]test(-d)?|/conformance)[.]ts$'
const within = (names) => `^(${names.join('|')})/`
const packages = [
  'core',
  'npm',
  'npm-dev',
  'npm-peer',
  'npm-optional',
  'npm-no-pkg',
  'npm-unknown',
  'unknown',
  'undetermined',
]

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'checker-knows-no-kernel',
      comment:
        'checker/ could be published alone. The command line and the bench load spec/index.ts by path, at run time.',
      severity: 'error',
      from: { path: '^checker/' },
      to: { path: within(['model', 'spec', 'counterexamples']) },
    },
    ...Object.entries(folders).map(([folder, others]) => ({
      name: `${folder.replace('/', '-')}-imports`,
      comment: `${folder}/ may import ${['itself', ...others].join(', ')}.`,
      severity: 'error',
      from: { path: within([folder]), pathNot: tests },
      to: { pathNot: within([folder, ...others]), dependencyTypesNot: packages },
    })),
    {
      name: 'no-packages',
      comment: 'The language, the engines, models and specs depend on nothing; the reference engine is made of immer.',
      severity: 'error',
      from: { path: within(pure), pathNot: [tests, '^checker/engine/machine[.]ts$'] },
      to: { dependencyTypes: packages },
    },
    {
      name: 'immer-only',
      comment: 'The reference engine may import immer, and no other package.',
      severity: 'error',
      from: { path: '^checker/engine/machine[.]ts$' },
      to: { dependencyTypes: packages, pathNot: '(^|/)node_modules/immer/' },
    },
    {
      name: 'reports-see-types',
      comment: 'A report is made from what was found. It may name the types of engines and searches, not call them.',
      severity: 'error',
      from: { path: '^checker/report/', pathNot: tests },
      to: { path: '^checker/(engine|search|reduce)/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|report|coverage)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
