/** One measurement in a process of its own: `threads.ts MODEL WORKERS BOUNDS-AS-JSON`. Prints seconds. */
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import type { Spec } from '../language/index.ts'
import { check } from '../search/breadth-first.ts'
import { Workers } from '../search/parallel/workers.ts'

const [path = '', count = '1', bounds = '{}'] = process.argv.slice(2)
const { default: spec } = (await import(path)) as { default: Spec }
const layout = layoutOf(spec.protocol.instance({ bounds: JSON.parse(bounds) as Record<string, number> }))
const workers = count === '1' ? undefined : new Workers(Number(count))
const { seconds } = await check(layout, spec.properties, { engine: tableEngine, workers })
console.log(seconds)
await workers?.close()
