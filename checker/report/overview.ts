/** What can be said of several configurations together. */
import { configurationName, isBuiltIn, type Judged, type Judgement, type Outcome } from './record.ts'

/** Labels that no configuration takes in which they exist, by spec. */
export function neverTaken(outcomes: readonly Outcome[]): Map<string, string[]> {
  const runs = outcomes.filter((outcome) => outcome.is === 'decided')
  const specs = Map.groupBy(runs, ({ planned }) => planned.spec.name)
  const found = new Map<string, string[]>()
  for (const [name, decided] of specs) {
    const taken = new Set(
      decided.flatMap(({ planned, run }) => planned.labels.filter((label) => !run.neverTaken.includes(label))),
    )
    const labels = new Set(decided.flatMap(({ planned }) => planned.labels))
    const never = [...labels].filter((label) => !taken.has(label))
    if (never.length > 0) found.set(name, never)
  }
  return found
}

/**
 * Guards that no configuration sees false, of labels that some configuration takes, by spec: nobody ever waits there, or the
 * alternative is always open. A configuration that was not searched to its end may see any of its guards false.
 */
export function neverFalse(outcomes: readonly Outcome[]): Map<string, string[]> {
  const runs = outcomes.filter((outcome) => outcome.is === 'decided')
  const found = new Map<string, string[]>()
  for (const [name, decided] of Map.groupBy(runs, ({ planned }) => planned.spec.name)) {
    const maybeFalse = new Set(
      decided.flatMap(({ planned, run }) =>
        planned.guards.filter((guard) => !run.neverFalse.includes(guard) && !run.neverTaken.includes(guard)),
      ),
    )
    const guards = new Set(decided.flatMap(({ run }) => run.neverFalse).filter((guard) => !maybeFalse.has(guard)))
    if (guards.size > 0) found.set(name, [...guards])
  }
  return found
}

/** Properties that were not put to the test, with the reason and the configurations where that was so. */
export interface Vacuity {
  readonly property: string
  readonly reason: string
  readonly configurations: readonly string[]
}

export function vacuities(outcomes: readonly Outcome[]): Vacuity[] {
  const found = outcomes.flatMap((outcome) =>
    outcome.is === 'failed'
      ? []
      : outcome.verdicts
          .filter(({ verdict }) => verdict.vacuous !== undefined)
          .map(({ verdict }) => ({
            property: verdict.property,
            reason: verdict.vacuous ?? '',
            configuration: configurationName(outcome.planned),
          })),
  )
  return [...Map.groupBy(found, ({ property, reason }) => `${property}, ${reason}`).values()].map((group) => ({
    property: group[0]?.property ?? '',
    reason: group[0]?.reason ?? '',
    configurations: group.map(({ configuration }) => configuration),
  }))
}

/** How often each judgement was given. */
export function tally(outcomes: readonly Outcome[]): Readonly<Record<Judgement, number>> {
  const counts = { 'as expected': 0, differs: 0, good: 0, bad: 0, inconclusive: 0 }
  for (const outcome of outcomes)
    if (outcome.is === 'decided') for (const { judgement } of outcome.verdicts) counts[judgement]++
  return counts
}

/** Did it come out as it should, and does it hold? Then what is built in or routine need not be shown. */
const isQuiet = ({ verdict, judgement }: Judged): boolean =>
  verdict.result.is === 'holds' && (judgement === 'as expected' || judgement === 'good')

/** The properties that a table shows, and whether built-in ones that hold were left out. */
export function shownProperties(outcomes: readonly Outcome[]): {
  readonly names: readonly string[]
  readonly hides: boolean
  /** Routine properties that hold wherever they are asked for. */
  readonly routine: readonly string[]
} {
  const judged = outcomes.flatMap((outcome) => (outcome.is === 'decided' ? outcome.verdicts : []))
  const asked = [...new Set(outcomes.flatMap(({ planned }) => planned.asked))]
  const isLoud = (name: string): boolean => judged.some((each) => each.verdict.property === name && !isQuiet(each))
  if (asked.every(isBuiltIn)) return { names: asked, hides: false, routine: [] }
  const unsaid = new Set(outcomes.flatMap(({ planned }) => planned.spec.routine ?? []))
  const routine = asked.filter((name) => unsaid.has(name) && !isLoud(name))
  const names = asked.filter((name) => !routine.includes(name) && (!isBuiltIn(name) || isLoud(name)))
  // Somebody may have asked for nothing else.
  if (names.length === 0) return { names: routine, hides: routine.length < asked.length, routine: [] }
  return { names, hides: names.length + routine.length < asked.length, routine }
}

/** Why verdicts were left open, and in which configurations. */
export interface Open {
  readonly reason: string
  readonly configurations: readonly string[]
}

export function leftOpen(outcomes: readonly Outcome[]): Open[] {
  const found = outcomes.flatMap((outcome) =>
    outcome.is === 'failed'
      ? []
      : outcome.verdicts
          .filter(({ judgement }) => judgement === 'inconclusive')
          .map(({ verdict }) => ({ reason: verdict.because ?? '', configuration: configurationName(outcome.planned) })),
  )
  return grouped(found)
}

/** The same reason once, with all its configurations. */
export const grouped = (found: readonly { readonly reason: string; readonly configuration: string }[]): Open[] =>
  [...Map.groupBy(found, ({ reason }) => reason)].map(([reason, group]) => ({
    reason,
    configurations: [...new Set(group.map(({ configuration }) => configuration))],
  }))

/** What verdicts that hold do not say, and which properties say it. */
export function caveats(outcomes: readonly Outcome[]): { readonly property: string; readonly caveat: string }[] {
  const found = outcomes
    .flatMap((outcome) => (outcome.is === 'decided' ? outcome.run.verdicts : []))
    .flatMap(({ result, property, because: caveat }) =>
      result.is === 'holds' && caveat !== undefined ? [{ property, caveat }] : [],
    )
  return [...new Map(found.map((each) => [each.property, each])).values()]
}

export const bySpec = (outcomes: readonly Outcome[]): Map<string, Outcome[]> =>
  Map.groupBy(outcomes, ({ planned }) => planned.spec.name)
