/** Golden counterexamples: a folder of schedules with a page each, taken by path. */
import { existsSync, globSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { AS_CLAIMED, observerOf, VIOLATED } from '../engine/observer.ts'
import { Machine } from '../engine/machine.ts'
import { tableEngine } from '../engine/table.ts'
import { STAYS_IN_DOMAIN } from '../language/property.ts'
import { ConfigError } from '../language/protocol.ts'
import type { Spec } from '../language/spec.ts'
import { isShownBy } from '../minimize/instances.ts'
import { generatedOf, generatedPart, shownInWords, writtenOf, type Golden } from '../report/golden-page.ts'
import { storyLines } from '../report/explanation-text.ts'
import { legendOf } from '../report/legend.ts'
import { configurationName } from '../report/record.ts'
import { commentsIn, type Comments } from '../report/source-comments.ts'
import type { Told } from '../report/told.ts'
import { counted, resultInWords } from '../report/words.ts'
import { check } from '../search/breadth-first.ts'
import { follow } from '../search/follow.ts'
import type { Result, Verdict } from '../search/verdict.ts'
import { confirm, type Confirmation } from '../trace/confirm.ts'
import { contextSwitches, replay, ReplayError, type Trace } from '../trace/schedule.ts'
import { isFolder } from './documents.ts'
import { ownSpecs } from './load.ts'
import { sourcesOf } from './sources.ts'
import { about, fitting, readCounterexample, readText, type Fitting } from './read.ts'
import { askedInvariants, isInvariant } from './asked.ts'
import { tell } from './tell.ts'
import { sentences, UsageError } from './sentences.ts'

/** Where a golden lies. */
export interface Place {
  /** `oom-serialization/r1-late-starter`. */
  readonly name: string
  readonly json: string
  readonly page: string
  /** The path of the schedule as a person would type it in the root of the package. */
  readonly shownPath: string
}

/** The corpus of the package that this file belongs to. */
export const ownCorpus = (): string => join(import.meta.dirname, '../../counterexamples')
const packageRoot = (): string => join(import.meta.dirname, '../..')

const withSlashes = (path: string): string => path.split(sep).join('/')

/** The way from a folder to what is in it. */
function within(folder: string, path: string): string | undefined {
  const way = relative(folder, path)
  return isAbsolute(way) || way.split(sep)[0] === '..' ? undefined : way
}

/** A path as it is told: from where the command was typed, or the whole of it where that is not inside. */
export const shownPath = (path: string): string => withSlashes(within(process.cwd(), path) ?? resolve(path))

/** A path as it is written into pages, wherever that was asked for: from the root of the package. */
const writtenPath = (path: string): string => withSlashes(within(packageRoot(), path) ?? path)

/** All goldens of a folder, by name. */
export function placesIn(directory: string): Place[] {
  if (!isFolder(directory)) throw new UsageError(sentences.noCorpus(directory))
  return globSync('**/*.json', { cwd: directory })
    .map((found) => {
      const base = join(directory, found).replace(/\.json$/, '')
      const name = found
        .replace(/\.json$/, '')
        .split(sep)
        .join('/')
      return { name, json: `${base}.json`, page: `${base}.md`, shownPath: writtenPath(`${base}.json`) }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What is asked of a golden, whether its schedule still runs or not. */
export interface Question extends Fitting {
  readonly place: Place
  /** The module that the specs are from. */
  readonly list: string
}

export function questionOf(place: Place, specs: readonly Spec[], list: string = ownSpecs()): Question {
  const file = readCounterexample(place.json)
  return { place, list, ...about(shownPath(place.json), () => fitting(file, specs)) }
}

/** Invariants, beside that of the file, which the end of the schedule violates; of those that some row asks of the variant. */
function alsoViolated({ file, spec, layout }: Question): string[] {
  const machine = new Machine(layout)
  const trace = replay(machine, file)
  return askedInvariants(spec, file.variant)
    .filter((name) => name !== file.property)
    .filter((name) => confirm(machine, name, spec.properties, { result: 'violated' }, trace).is === 'yes')
}

/** The golden with its trace; throws a `ReplayError` where the schedule does not run. */
export function goldenOf(question: Question): Golden {
  const { place, file, spec, layout } = question
  const trace = replay(new Machine(layout, file.history && new Set(file.history)), file)
  const { name } = place
  return { name, shownPath: place.shownPath, file, spec, layout, trace, also: alsoViolated(question) }
}

/** At most so many states are visited in search of the last way out. */
const WAY_OUT_STATES = 5_000

/** Whether the end of a golden shows what its file claims. */
export function confirmationOf({ file, spec, layout, trace }: Golden): Confirmation {
  const machine = new Machine(layout, file.history && new Set(file.history))
  return confirm(machine, file.property, spec.properties, file, trace)
}

/** What there is to tell about a golden. */
export function toldOf(golden: Golden): Told {
  const { file, spec, layout, trace } = golden
  const machine = new Machine(layout, file.history && new Set(file.history))
  const { because } = confirmationOf(golden)
  return tell({ ...file, spec, shown: file, because, machine, trace }, WAY_OUT_STATES)
}

const commentsOfSpecs = new Map<string, Comments>()

function commentsOf({ list, spec }: Question): Comments {
  const key = `${list} ${spec.name}`
  const comments = commentsOfSpecs.get(key) ?? commentsIn(sourcesOf(list, spec.name).values())
  commentsOfSpecs.set(key, comments)
  return comments
}

/** The generated part of the page of a golden. */
export function generatedFor(question: Question): string {
  const golden = goldenOf(question)
  const told = toldOf(golden)
  const { layout } = question
  const story = storyLines(told).join(' ')
  const legend = legendOf(layout, commentsOf(question), told, [], story)
  return generatedPart(golden, { ...told, legend })
}

/** What the current model says about the one property. */
export async function decideNow({
  file,
  spec,
  layout,
}: Question): Promise<{ verdict: Verdict; history: readonly string[] }> {
  const { property, fairness } = file
  const properties = spec.properties.filter(({ name }) => property === STAYS_IN_DOMAIN || name === property)
  const run = await check(layout, properties, { engine: tableEngine, fairness })
  const verdict = run.verdicts.find((each) => each.property === property)
  if (verdict === undefined) throw new ConfigError(`Nothing was decided about ${property}.`)
  return { verdict, history: run.history }
}

/** Why the table engine does not go along, if it does not: another state on the way, or nothing to see at the end. */
function objectionOfTable({ file, spec, layout }: Question, trace: Trace): string | undefined {
  const property = spec.properties.find(({ name }) => name === file.property)
  const observers = property === undefined ? [] : [observerOf(property)]
  const space = tableEngine.explore({ layout, observers, history: new Set(file.history) })
  while (space.statistics().completeDepth <= trace.schedule.steps.length && space.advance(1024));
  const followed = follow(space, trace)
  if (followed.state === undefined) return followed.because
  const [observer] = observers
  if (property === undefined || observer === undefined || !(isInvariant(property) || property.kind === 'reachable'))
    return undefined
  const wanted = property.kind === 'reachable' ? AS_CLAIMED : VIOLATED
  const place = observer.pair ? followed.before : followed.state
  const seen: number[] = []
  if (space.sighting(0)?.code === wanted) space.sightings(0, (state) => seen.push(state))
  return seen.includes(place) ? undefined : 'it sees nothing at the end'
}

/** The command that shows what the current model says. */
function checkCommand({ file }: Question): string {
  const bounds = Object.entries(file.bounds).map(([name, value]) => `${name}=${value}`)
  return [
    `npx oomcheck check ${file.spec} --variant ${file.variant}`,
    ...(bounds.length === 0 ? [] : [`--bounds ${bounds.join(',')}`]),
    ...(file.ingredients.length === 0 ? [] : [`--with ${file.ingredients.join(',')}`]),
    `--property ${file.property}`,
  ].join(' ')
}

const where = ({ file, spec }: Question): string =>
  `${file.property} at ${spec.name} ${configurationName({ ...file, spec, fairness: {} })}`

/** What is wrong when the model does not show any more what a golden shows; `undefined` if it does. */
export function objectionToResult(question: Question, { result }: Verdict): string | undefined {
  const { file, place } = question
  if ('loop' in result && !result.loop.shortest)
    return `${place.name}: it is not known how short a lasso of ${where(question)} can be, so that there can be no golden of it.`
  if (isShownBy(file, result)) return undefined
  return `${place.name}: ${where(question)}: ${resultInWords(result)} now, and ${shownInWords(file)} in the golden; see ${checkCommand(question)}, and mend the model or remove the golden with its page.`
}

const bless = ({ name }: Place): string => `run npx oomcheck bless ${name}.`

/** Of all schedules of that length, is it the one that is shown: with the fewest context switches, then the first by name? */
function objectionToOrder({ file, place }: Question, result: Result): string | undefined {
  if (!('trace' in result)) return undefined
  const { schedule } = result.trace
  if (JSON.stringify([schedule.init, schedule.steps]) === JSON.stringify([file.init, file.steps])) return undefined
  const [fewest, has] = [contextSwitches(schedule), contextSwitches(file)]
  const because =
    fewest < has
      ? `${counted(fewest, 'context switch', 'context switches')} are enough, and it has ${has}`
      : 'another schedule of this length comes first'
  return `${place.name}: ${because}: ${bless(place)}`
}

/** Is the schedule executable, does it show what it claims on both engines, and is nothing shorter? */
async function objectionsToSchedule(question: Question): Promise<string[]> {
  const { file, spec, layout, place } = question
  const { verdict } = await decideNow(question)
  const gone = objectionToResult(question, verdict)
  if (gone !== undefined) return [gone]
  const machine = new Machine(layout, file.history && new Set(file.history))
  let trace: Trace
  try {
    trace = replay(machine, file)
  } catch (error) {
    if (error instanceof ReplayError) return [`${place.name}: ${error.message} The model has changed: ${bless(place)}`]
    throw error
  }
  if (confirm(machine, file.property, spec.properties, file, trace).is !== 'yes')
    return [`${place.name}: the end of the schedule does not show ${where(question)}: ${bless(place)}`]
  const { result } = verdict
  const shortest = 'steps' in result ? result.steps : 0
  if (file.steps.length !== shortest)
    return [
      `${place.name}: ${counted(shortest, 'step')} show the same, and it takes ${file.steps.length}: ${bless(place)}`,
    ]
  const other = objectionToOrder(question, result)
  if (other !== undefined) return [other]
  if ('value' in file && 'value' in result && file.value !== result.value)
    return [`${place.name}: the ${file.result} is ${result.value} now, and not ${file.value}: ${bless(place)}`]
  const objection = objectionOfTable(question, trace)
  return objection === undefined
    ? []
    : [`${place.name}: the table engine cannot follow, for ${objection}: ${bless(place)}`]
}

/** Is there a page, has somebody written why, and is the rest of it up to date? */
function objectionsToPage(question: Question): string[] {
  const { place } = question
  if (!existsSync(place.page)) return [`${place.name}: there is no page: ${bless(place)}`]
  const page = readText(place.page)
  const { why } = writtenOf(page)
  return [
    ...(why === ''
      ? [`${place.name}: its Why is empty: say under '## Why' in ${shownPath(place.page)} what goes wrong.`]
      : []),
    ...(generatedOf(page) === generatedFor(question)
      ? []
      : [`${place.name}: the generated part of its page is out of date: ${bless(place)}`]),
  ]
}

/** Everything that is wrong with a golden, one sentence each, with what to do about it. */
export async function objectionsTo(question: Question): Promise<string[]> {
  const found = await objectionsToSchedule(question)
  return found.length > 0 ? found : objectionsToPage(question)
}
