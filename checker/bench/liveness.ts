/** One measurement of liveness in a process of its own: `liveness.ts BOUNDS-AS-JSON QUESTION`. Prints JSON. */
import { layoutOf } from '../engine/layout.ts'
import { tableEngine } from '../engine/table.ts'
import { check } from '../search/breadth-first.ts'
import { questions } from './questions.ts'
import { serialization } from './serialization.ts'

type Bounds = Parameters<typeof serialization.instance>[0]['bounds']

const [bounds = '{}', wanted = 'alwaysReachable'] = process.argv.slice(2)
const question = questions[wanted]
const layout = layoutOf(serialization.instance({ bounds: JSON.parse(bounds) as Bounds }))
const cpu = process.cpuUsage()
const run = await check(layout, [question.property], { engine: tableEngine, fairness: question.fairness })
const { user, system } = process.cpuUsage(cpu)
const verdict = run.verdicts.at(-1)
console.log(JSON.stringify({ ...run.statistics, cpuSeconds: (user + system) / 1e6, result: verdict?.result.is }))
