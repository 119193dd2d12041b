/**
 * `npm run bench`: how fast the engines are, beside SPIN on the Promela twins in the same run when it is installed.
 *
 * CPU seconds are user and system time of the search, starting of the process excluded, trees learnt and audited, and
 * properties checked; SPIN's are those of the whole process. SPIN searches exactly and without reductions
 * (`-O2 -DSAFETY -DNOREDUCE`), as we do. Medians of three runs; searches that reduce, sample or hash are measured once. At
 * last what is asked of whole behaviours, the search for the states included.
 *
 * With workers, seconds are those of a clock, from the first state to the last, and the least of five runs, since whatever
 * else runs on the machine makes it longer. Each run is a process, whose threads start while the model is loaded.
 */
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Statistics } from '../engine/engine.ts'
import { questions } from './questions.ts'
import { hasSpin, runTwin, type Twin } from './spin.ts'

interface Model {
  readonly name: string
  readonly path: string
  readonly bounds: Readonly<Record<string, number>>
  readonly twin?: Twin
  /** Nothing tells its members apart: measured with members exchanged, too. */
  readonly symmetric?: boolean
  /** Large enough for threads. */
  readonly large?: boolean
}
interface Measured extends Statistics {
  readonly cpuSeconds: number
  readonly rssGrowth: number
  readonly standFor?: number
  /** Of the members that are exchanged: no search can be reduced by more. */
  readonly permutations?: number
}

const here = import.meta.dirname
const RUNS = 3
const CLOCKED_RUNS = 5
/** The reference engine is measured on a prefix. */
const IMMER_STATES = 4000

const models: readonly Model[] = [
  {
    name: 'two-phase-commit',
    path: '../examples/two-phase-commit.ts',
    bounds: { rms: 7 },
    twin: { file: 'examples/promela/two-phase-commit.pml', defines: ['-DN=7'] },
  },
  { name: 'dining-philosophers', path: '../examples/dining-philosophers.ts', bounds: { philosophers: 7 } },
  { name: 'increment', path: '../examples/increment.ts', bounds: { threads: 6 }, symmetric: true },
  {
    name: 'serialization',
    path: './serialization.ts',
    bounds: { cpus: 4, tasks: 4, pages: 1, exits: 2 },
    twin: { file: 'bench/promela/serialization.pml' },
    symmetric: true,
    large: true,
  },
  {
    name: 'counter',
    path: './counter.ts',
    bounds: { adds: 5 },
    twin: { file: 'bench/promela/counter.pml' },
    large: true,
  },
  { name: 'scan-1 (wide footprints)', path: './scan.ts', bounds: { cpus: 1, tasks: 6, pages: 5 } },
  { name: 'scan-2 (wide footprints)', path: './scan.ts', bounds: { cpus: 2, tasks: 6, pages: 5 } },
]

type How = 'table' | 'immer' | 'symmetry' | 'partial-order' | 'both' | 'fingerprints' | 'preemptions'

function measure(model: Model, engine: How): Measured {
  const limit = engine === 'immer' ? String(IMMER_STATES) : 'Infinity'
  const args = [join(here, 'one.ts'), model.path, engine, limit, JSON.stringify(model.bounds)]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measured
}

/** Seconds of a clock for a check of the properties with so many threads. */
function clock(model: Model, workers: number): number {
  const args = [join(here, 'threads.ts'), model.path, String(workers), JSON.stringify(model.bounds)]
  const runs = Array.from({ length: CLOCKED_RUNS }, () =>
    Number(execFileSync(process.execPath, args, { encoding: 'utf8' })),
  )
  return Math.min(...runs)
}

function reportThreads(model: Model): void {
  const [alone, two] = [clock(model, 1), clock(model, 2)]
  console.log(
    `  workers ${alone.toFixed(2)} s with 1 · ${two.toFixed(2)} s with 2 · ${(alone / two).toFixed(2)} × as fast, on ${availableParallelism()} cores`,
  )
}

/** How fast and small a search by fingerprints is, and one that counts preemptions. */
function reportModes(model: Model, table: Measured): void {
  for (const mode of ['fingerprints', 'preemptions'] as const) {
    const found = measure(model, mode)
    const size = `${(found.bytes / found.states).toFixed(1)} bytes/state held, ${(found.rssGrowth / found.states).toFixed(1)} resident`
    console.log(
      `  ${mode.padEnd(12)}  ${found.cpuSeconds.toFixed(2)} CPU s · ${millions(found.states / found.cpuSeconds)} M states/s${found.states === table.states ? '' : ' (NOT THE SAME)'} · ${size}`,
    )
  }
}

const median = <T>(items: readonly T[], by: (item: T) => number): T =>
  [...items].sort((a, b) => by(a) - by(b))[Math.floor(items.length / 2)]
const cpu = ({ cpuSeconds }: { readonly cpuSeconds: number }): number => cpuSeconds
const millions = (n: number): string => (n / 1e6).toFixed(n < 1e7 ? 2 : 1)

function report(model: Model): void {
  const tables = Array.from({ length: RUNS }, () => measure(model, 'table'))
  const spins = model.twin !== undefined && hasSpin() ? runTwin(model.twin, RUNS) : []
  const table = median(tables, cpu)
  const immer = measure(model, 'immer')
  const speed = table.transitions / table.cpuSeconds
  console.log(`\n${model.name} ${JSON.stringify(model.bounds)}`)
  console.log(`  ${table.states} states, ${table.transitions} transitions, depth ${table.depth}`)
  console.log(
    `  table   ${table.cpuSeconds.toFixed(2)} CPU s · ${millions(table.states / table.cpuSeconds)} M states/s · ${millions(speed)} M transitions/s · ${(table.rssGrowth / table.states).toFixed(0)} bytes/state`,
  )
  console.log(
    `          ${table.executions} step executions · ${((100 * table.direct) / table.expansions).toFixed(2)} % of expansions evaluated directly`,
  )
  console.log(
    `  immer   ${millions(immer.transitions / immer.cpuSeconds)} M transitions/s on ${immer.states} states · table is ${(speed / (immer.transitions / immer.cpuSeconds)).toFixed(0)} ×`,
  )
  if (model.symmetric === true) {
    reportSymmetry(model, 'symmetry', table)
    reportSymmetry(model, 'both', table)
  }
  const reduced = measure(model, 'partial-order')
  console.log(
    `  reduced ${reduced.states} states by partial order: ${(table.states / reduced.states).toFixed(2)} × fewer · ${reduced.cpuSeconds.toFixed(2)} CPU s`,
  )
  reportModes(model, table)
  if (model.large === true) reportThreads(model)
  if (spins.length === 0) return
  const spin = median(spins, cpu)
  console.log(
    `  SPIN    ${spin.cpuSeconds.toFixed(2)} CPU s · ${spin.states} states${spin.states === table.states ? '' : ' (NOT THE SAME)'} · table is ${(spin.cpuSeconds / table.cpuSeconds).toFixed(2)} ×`,
  )
}

/** By symmetry alone, and with partial order, which leaves out states that nobody then stands for. */
function reportSymmetry(model: Model, how: 'symmetry' | 'both', table: Measured): void {
  const { states, cpuSeconds, standFor, permutations } = median(
    Array.from({ length: RUNS }, () => measure(model, how)),
    cpu,
  )
  const all = how === 'both' || standFor === table.states ? '' : ` (stand for ${standFor}: NOT THE SAME)`
  // A state in which members are alike has fewer others that it stands for.
  const limit = how === 'both' ? '' : ` of at most ${permutations}, where no members are alike`
  console.log(
    `  ${how === 'both' ? 'symmetry and partial order' : how} ${cpuSeconds.toFixed(2)} CPU s · ${states} states${all} · ${(table.states / states).toFixed(0)} × fewer${limit}, ${(table.cpuSeconds / cpuSeconds).toFixed(1)} × as fast`,
  )
}

const LIVENESS = 'liveness'

/** What is asked of whole behaviours, each in a process of its own. */
function reportLiveness(bounds: Readonly<Record<string, number>>): void {
  console.log(`\n${LIVENESS} of serialization ${JSON.stringify(bounds)}`)
  for (const question of Object.keys(questions)) {
    const args = [join(here, 'liveness.ts'), JSON.stringify(bounds), question]
    const runs = Array.from(
      { length: RUNS },
      () => JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measured & { result: string },
    )
    const { states, cpuSeconds, result } = median(runs, cpu)
    console.log(`  ${question.padEnd(26)}${cpuSeconds.toFixed(2)} CPU s · ${states} states · ${result}`)
  }
}

const wanted = process.argv.slice(2)
for (const model of models) if (wanted.length === 0 || wanted.some((name) => model.name.startsWith(name))) report(model)
if (wanted.length === 0 || wanted.includes(LIVENESS)) reportLiveness({ cpus: 4, tasks: 3, pages: 1, exits: 1 })
