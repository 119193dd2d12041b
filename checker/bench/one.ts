/**
 * One measurement in a process of its own: `one.ts MODEL HOW MAX-STATES BOUNDS-AS-JSON`, where HOW is the name of an
 * engine, `symmetry` (all members are exchanged), `partial-order`, `both`, `fingerprints`, or `preemptions`, which takes them all.
 * Prints JSON.
 */
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { observerOf } from '../engine/observer.ts'
import { tableEngine, tableEngineWith } from '../engine/table.ts'
import type { Spec } from '../language/index.ts'
import { partialOrder } from '../reduce/reduced-kernel.ts'
import { exchangeable, symmetryOf } from '../reduce/symmetry.ts'
import { hashedMode } from '../search/hashed.ts'
import { preemptionMode } from '../search/preemptions.ts'

const [path = '', engineName = 'table', maxStates = 'Infinity', bounds = '{}'] = process.argv.slice(2)
const { default: spec } = (await import(path)) as { default: Spec }
const layout = layoutOf(spec.protocol.instance({ bounds: JSON.parse(bounds) as Record<string, number> }))
const engines = {
  immer: immerEngine,
  table: tableEngine,
  symmetry: tableEngine,
  'partial-order': tableEngineWith({ reduction: partialOrder }),
  both: tableEngineWith({ reduction: partialOrder }),
  fingerprints: hashedMode({ bits: 64, seed: 1 }),
  preemptions: preemptionMode(Infinity),
}
const engine = engines[engineName as keyof typeof engines]
const isSymmetric = engineName === 'symmetry' || engineName === 'both'
const symmetry = isSymmetric ? symmetryOf(exchangeable(layout).families) : undefined
const question = { layout, observers: spec.properties.map(observerOf), history: new Set<string>(), symmetry }

const rss = process.memoryUsage.rss()
const cpu = process.cpuUsage()
const space = engine.explore(question)
while (space.statistics().states < Number(maxStates) && space.advance(engineName === 'immer' ? 256 : 32_768));
const { user, system } = process.cpuUsage(cpu)
const rssGrowth = process.memoryUsage.rss() - rss
const standFor = space.orbits?.standFor()
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
const permutations = space.orbits?.families.reduce((product, { members }) => product * factorial(members), 1)
const measured = { ...space.statistics(), cpuSeconds: (user + system) / 1e6, rssGrowth, standFor, permutations }
console.log(JSON.stringify(measured))
