/**
 * One measurement in a process of its own: `threads.ts MODEL WORKERS BOUNDS-AS-JSON`. Prints seconds of the exploration. As
 * in the command line, threads start while the model is loaded.
 */
import { layoutOf } from '../engine/layout.ts'
import { observerOf } from '../engine/observer.ts'
import { tableEngine } from '../engine/table.ts'
import type { Spec } from '../language/index.ts'
import { exploreTogether } from '../search/parallel/explore.ts'
import { Workers } from '../search/parallel/workers.ts'

const [path = '', count = '1', bounds = '{}'] = process.argv.slice(2)
const workers = new Workers(Number(count))
workers.start()
const { default: spec } = (await import(path)) as { default: Spec }
const layout = layoutOf(spec.protocol.instance({ bounds: JSON.parse(bounds) as Record<string, number> }))
const observers = spec.properties.map(observerOf)

const started = performance.now()
const seconds = (): number => (performance.now() - started) / 1000
const space = tableEngine.explore({ layout, observers, history: new Set(), shared: workers.count > 1 })
await exploreTogether({
  space,
  workers,
  budget: {},
  seconds,
  onProgress: () => undefined,
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
})
console.log(seconds())
await workers.close()
