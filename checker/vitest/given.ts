/**
 * What a test gives to a matcher, held to what the matcher takes. TypeScript says most of this; where it is not asked, a
 * matcher that takes less than it was given would pass, and a `.not` of it would pass for any reason.
 */
import type { Layout } from '../engine/layout.ts'
import type { Process } from '../engine/process.ts'
import { PROPERTY_KINDS, type Property } from '../language/property.ts'
import { ConfigError, known } from '../language/protocol.ts'
import type { Shown } from '../trace/counterexample.ts'
import { canBe, takesLoop } from '../trace/fits.ts'
import type { Schedule, Step } from '../trace/schedule.ts'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** `'x'`, `3`, `null`, `a list`. */
function given(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

function must(fits: boolean, sentence: string, value: unknown): void {
  if (!fits) throw new ConfigError(`${sentence}; not ${given(value)}.`)
}

const isSpec = (value: unknown): boolean =>
  isFields(value) && isProtocol(value['protocol']) && Array.isArray(value['properties'])
const isProtocol = (value: unknown): boolean => isFields(value) && typeof value['instance'] === 'function'
const isProperty = (value: unknown): boolean =>
  isFields(value) && typeof value['name'] === 'string' && PROPERTY_KINDS.some((kind) => kind === value['kind'])
const isFairness = (value: unknown): boolean =>
  isFields(value) &&
  Object.entries(value).every(
    ([key, names]) => (key === 'weak' || key === 'strong') && (names === undefined || isNames(names)),
  )

/** Is it a claim as far as one can see without looking up its names? */
export function checkClaim(claim: unknown): void {
  if (!isFields(claim) || !('property' in claim && 'bounds' in claim))
    throw new ConfigError("A claim is an object with a 'spec' or a 'protocol', 'bounds' and a 'property'.")
  const { spec, protocol, bounds, property } = claim
  if (spec === undefined && protocol === undefined)
    throw new ConfigError("A claim needs a 'spec' or a 'protocol', and has neither.")
  if (spec !== undefined) must(isSpec(spec), "The 'spec' of a claim is a spec, as spec() makes it", spec)
  else must(isProtocol(protocol), "The 'protocol' of a claim is a protocol, as protocol() makes it", protocol)
  must(isFields(bounds), "The 'bounds' of a claim are an object, { cpus: 2 }", bounds)
  must(
    typeof property === 'string' || isProperty(property),
    "The 'property' of a claim is a property, as propertiesOf() makes it, or the name of one",
    property,
  )
  checkPoint(claim)
}

/** What a claim may leave out. */
function checkPoint({ variant, ingredients, fairness, engine, maxStates, timeout }: Fields): void {
  const isNumber = (value: unknown): boolean => typeof value === 'number' && value > 0
  const optional: readonly (readonly [unknown, boolean, string])[] = [
    [variant, typeof variant === 'string', "The 'variant' of a claim is a name"],
    [ingredients, isNames(ingredients), "The 'ingredients' of a claim are a list of names"],
    [fairness, isFairness(fairness), "The 'fairness' of a claim is { weak: […], strong: […] }, lists of names"],
    [engine, engine === 'table' || engine === 'immer', "The 'engine' of a claim is 'table' or 'immer'"],
    [maxStates, isNumber(maxStates), "The 'maxStates' of a claim are a number above 0"],
    [timeout, isNumber(timeout), "The 'timeout' of a claim is a number of seconds above 0"],
  ]
  for (const [value, fits, sentence] of optional) if (value !== undefined) must(fits, sentence, value)
}

/** Is it a number of steps? */
export function checkLength(length: unknown): void {
  must(isFields(length), 'How long the schedule is is given as { steps: 4 }', length)
  for (const [key, value] of Object.entries(length as Fields)) {
    known('field of the length of a schedule', key, ['steps'])
    must(value === undefined || isWhole(value), "The 'steps' of a schedule are a whole number", value)
  }
}

const isStep = (value: unknown): value is Step =>
  isFields(value) &&
  typeof value['process'] === 'string' &&
  typeof value['label'] === 'string' &&
  (value['alternative'] === undefined || typeof value['alternative'] === 'string') &&
  (value['picks'] === undefined || isNames(value['picks']))

/** Are there such processes, with such labels and alternatives? Whether a step can be taken is what the matcher asks. */
function checkStep(processes: readonly Process[], step: Step, index: number): void {
  const names = processes.map(({ name }) => name)
  const within = `in step ${index + 1} of the schedule`
  known(`process ${within}`, step.process, names)
  const labels = processes.filter(({ name }) => name === step.process).flatMap(({ program }) => program.labels)
  known(`label of ${step.process} ${within}`, step.label, [...new Set(labels.map(({ name }) => name))])
  const actions = labels.filter(({ name }) => name === step.label).flatMap((label) => label.actions)
  const alternatives = [...new Set(actions.map(({ name }) => name))]
  const what = `alternative of ${step.process} ${step.label} ${within}`
  if (step.alternative !== undefined || !alternatives.includes('')) known(what, step.alternative ?? '', alternatives)
}

export function checkSchedule({ processes }: Layout, schedule: unknown): asserts schedule is Schedule {
  must(
    isFields(schedule),
    "The 'schedule' is an object with 'init' and 'steps', as in a saved counterexample",
    schedule,
  )
  const { init, steps } = schedule as Fields
  must(isNames(init), "The 'init' of a schedule is a list of what was picked at the start, [] for nothing", init)
  must(Array.isArray(steps), "The 'steps' of a schedule are a list of { process, label }", steps)
  for (const [i, step] of (steps as readonly unknown[]).entries()) {
    must(
      isStep(step),
      `Step ${i + 1} of the schedule is { process, label }, with its alternative and picks if it has any`,
      step,
    )
    checkStep(processes, step as Step, i)
  }
}

const RESULTS = ['violated', 'reachable', 'unbounded', 'maximum', 'minimum'] as const

/** Is it something that a schedule can show? */
function checkShown(shows: unknown): asserts shows is Shown {
  must(isFields(shows), "What a schedule 'shows' is an object, { result: 'violated' }", shows)
  const { result, value } = shows as Fields
  known('result that a schedule can show', String(result), RESULTS)
  if (result === 'maximum' || result === 'minimum')
    must(Number.isSafeInteger(value), `A ${result} has a 'value', a whole number`, value)
}

/** The property that a schedule is about; none in the list where every search decides it by itself. */
interface Asked {
  readonly name: string
  readonly properties: readonly Property[]
}

/** Is this what the end of a schedule of so many steps, or its loop, can show of such a property? */
export function checkEnd({ name, properties }: Asked, shows: unknown, loop: unknown, steps: number): void {
  checkShown(shows)
  const kind = properties[0]?.kind ?? 'built-in'
  if (!canBe(kind, shows.result))
    throw new ConfigError(`${name} is of the kind '${kind}', which is never '${shows.result}'.`)
  if (!takesLoop(kind, shows.result))
    must(
      loop === undefined,
      `That ${name} is '${shows.result}' is shown by the end of a schedule, without a 'loop'`,
      loop,
    )
  else
    must(
      isWhole(loop) && loop <= steps,
      `Only a whole behaviour shows that ${name} is '${shows.result}': its 'loop' is the number of steps before those that go round, from 0 to ${steps}`,
      loop,
    )
}
