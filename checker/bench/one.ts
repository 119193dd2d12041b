/**
 * One measurement in a process of its own: `one.ts MODEL ENGINE MAX-STATES BOUNDS-AS-JSON`. Prints JSON. The engine
 * `symmetry` is the table engine with all members exchanged, `partial-order` the one that leaves out steps.
 */
import type { Engine } from '../engine/engine.ts'
import { immerEngine } from '../engine/immer.ts'
import { layoutOf } from '../engine/layout.ts'
import { observerOf } from '../engine/observer.ts'
import { tableEngine, tableEngineWith } from '../engine/table.ts'
import type { Spec } from '../language/index.ts'
import { partialOrder } from '../reduce/reduced-kernel.ts'
import { exchangeable, symmetryOf } from '../reduce/symmetry.ts'

const [path = '', engineName = 'table', maxStates = 'Infinity', bounds = '{}'] = process.argv.slice(2)
const { default: spec } = (await import(path)) as { default: Spec }
const layout = layoutOf(spec.protocol.instance({ bounds: JSON.parse(bounds) as Record<string, number> }))
const engines: Readonly<Record<string, Engine>> = {
  immer: immerEngine,
  table: tableEngine,
  'partial-order': tableEngineWith({ reduction: partialOrder }),
}
const engine = engines[engineName] ?? tableEngine
const symmetry = engineName === 'symmetry' ? symmetryOf(exchangeable(layout).families) : undefined
const question = { layout, observers: spec.properties.map(observerOf), history: new Set<string>(), symmetry }

const rss = process.memoryUsage.rss()
const cpu = process.cpuUsage()
const space = engine.explore(question)
while (space.statistics().states < Number(maxStates) && space.advance(engineName === 'immer' ? 256 : 32_768));
const { user, system } = process.cpuUsage(cpu)
const rssGrowth = process.memoryUsage.rss() - rss
const standFor = space.orbits?.standFor()
console.log(JSON.stringify({ ...space.statistics(), cpuSeconds: (user + system) / 1e6, rssGrowth, standFor }))
