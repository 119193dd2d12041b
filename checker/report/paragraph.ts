/** A counterexample as one paragraph of plain English, for people who have never seen the checker. */
import { match } from 'ts-pattern'
import { DONE } from '../language/program.ts'
import type { Detour, Rest, TurningPoint } from '../search/turning-point.ts'
import { isNothing } from '../trace/diff.ts'
import type { Trap } from '../trace/trap.ts'
import type { Changed, Deciding, Explanation, Overtaken, Waiting } from '../trace/explain.ts'
import { printable } from '../trace/schedule.ts'
import { configurationInProse, listed, shortStep, type Told } from './told.ts'
import {
  blocking,
  changeInProse,
  fieldInProse,
  NAMED,
  numbered,
  sentenceOf,
  turnsOf,
  valueInProse,
  type Turn,
} from './turns.ts'
import { clause, counted } from './words.ts'

/** With more turns than that, those in which nothing happens that others see are left out, and less is named in the others. */
const TURNS = 8
/** Of more steps than that less is named, too. */
const STEPS = 40
/** More of those who take part are only counted. */
const ACTORS = 5

/** The paragraph, on one line. */
export function paragraph(told: Told): string {
  const { explanation } = told
  const { loop, steps } = explanation
  const turns = turnsOf(explanation)
  const stem = turns.filter(({ first }) => loop === undefined || first < loop)
  const round = turns.filter(({ first }) => loop !== undefined && first >= loop)
  const last = round.at(-1)
  const stale = new Set<Overtaken>()
  return [
    opening(told),
    ...sentences(told, stem, stale),
    ...(loop === undefined || last === undefined ? [] : [again(loop, last.last), ...sentences(told, round, stale)]),
    ...(loop === steps.length ? ['There everything may stop for ever.'] : []),
    ...lacking(explanation),
    ...ending(told),
    ...inNumbers(told),
    ...(told.trap === undefined ? [] : [trapped(told.trap, told.aftermath)]),
    ...(told.aftermath ?? explanation).waiting.flatMap((waiting) => waits(waiting, loop !== undefined)),
    ...(told.turning === undefined ? [] : [wayOut(told, told.turning)]),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

function opening(told: Told): string {
  const { property, kind, shown, because, explanation, isClaimed = false } = told
  const { steps, loop } = explanation
  const where = `In ${configurationInProse(told)}`
  const actors = [...new Set(steps.map(({ step }) => step.process))]
  const after =
    steps.length === 0
      ? 'from the start'
      : `after ${counted(steps.length, 'step')} of ${actors.length > ACTORS ? counted(actors.length, 'process', 'processes') : listed(actors)}`
  if (property === 'StaysInDomain')
    return `${where}, something goes wrong ${after}${because === undefined ? '' : `: ${clause(because)}`}.`
  if (property === 'NoDeadlock')
    return `${where}, nothing can move any more ${after}, and it is not where things may end.`
  return match(shown)
    .with({ result: 'reachable' }, () => `${where}, ${property} is reached ${after}.`)
    .with({ result: 'maximum' }, { result: 'minimum' }, ({ value, result, atLeast }) =>
      atLeast === true
        ? `${where}, ${property} comes to ${value} ${after}, and perhaps to ${result === 'maximum' ? 'more' : 'less'}.`
        : isClaimed
          ? `${where}, ${property} comes to ${value} ${after}; that this is its ${result} is what the file says.`
          : `${where}, ${property} comes to its ${result}, ${value}, ${after}.`,
    )
    .with({ result: 'unbounded' }, () => `${where}, ${property} has no bound.`)
    .with({ result: 'violated' }, () => {
      if (kind === 'alwaysReachable')
        return `${where}, what ${property} asks for can never be reached ${steps.length === 0 ? after : `again ${after}`}.`
      if (loop !== undefined) return `${where}, what ${property} asks for may never happen.`
      return `${where}, ${property} is violated ${after}.`
    })
    .exhaustive()
}

const again = (first: number, last: number): string =>
  `From there on ${numbered({ first, last })} ${first === last ? 'is' : 'are'} repeated for ever:`

function sentences(told: Told, turns: readonly Turn[], stale: Set<Overtaken>): string[] {
  const { explanation } = told
  const concluding = new Set(conclusion(told).map(({ field }) => field.name))
  const said = turns.map((turn) => {
    const isLast = turn.last === explanation.steps.length - 1
    return sentenceOf(
      explanation,
      turn,
      isLast ? concluding : new Set(),
      stale,
      turns.length > TURNS || explanation.steps.length > STEPS ? NAMED - 1 : NAMED,
    )
  })
  const kept = said.filter(({ isNotable }, i) => isNotable || said.length <= TURNS || i === said.length - 1)
  const isFirst = turns[0]?.first === 0 && explanation.loop !== 0 && kept.length > 1
  return kept.map(({ text }, i) => `${i === 0 && isFirst ? 'First ' : ''}${text}`)
}

/** So many values are named at the end. */
const AT_END = 4

/** `mm0.pte[1]` says no more than `mm0.pte[0]`, if it says the same. */
const withoutAlike = (reads: readonly Deciding[]): Deciding[] =>
  [
    ...new Map(
      reads.toReversed().map((read) => [`${read.field.name.replace(/\[\d+\]/g, '[]')} ${read.value}`, read]),
    ).values(),
  ].toReversed()

/**
 * The values that the property found at the end and that decided it: those that the last step wrote first, and of those that
 * nobody ever wrote what is more than nothing.
 */
function conclusion({ explanation, shown, kind }: Told): Deciding[] {
  const { atEnd, loop, steps } = explanation
  if (loop !== undefined || shown.result !== 'violated' || kind === 'alwaysReachable' || kind === 'built-in') return []
  const isPc = ({ field }: Deciding): boolean => field.kind === 'pc'
  const isEnd = (read: Deciding): boolean => isPc(read) && read.value === DONE
  const decisive = atEnd.filter((read) => read.decisive)
  // Where only somebody's place or nothing has changed, what was never written may be what decides.
  const isPlain = !decisive.some((read) => !isPc(read))
  const initial = atEnd.filter((read) => read.decides === true && !read.decisive && (isPlain || !isNothing(read.value)))
  const byLast = ({ writer }: Deciding): boolean => writer === steps.length - 1
  const deciding = [...decisive, ...initial.filter((read) => !isPc(read))]
  return withoutAlike(deciding.length === 0 ? atEnd.filter(byLast) : deciding)
    .sort((a, b) => Number(a.field.history) - Number(b.field.history))
    .sort((a, b) => Number(isPc(a)) - Number(isPc(b)))
    .sort((a, b) => Number(byLast(b)) - Number(byLast(a)))
    .filter((read, i) => i === 0 || !isEnd(read))
    .slice(0, AT_END)
}

const comesTo = (change: Changed): string =>
  change.field.kind === 'pc'
    ? `${change.field.owner ?? ''} comes to ${shortStep({ label: change.to })}`
    : changeInProse(change)

/** `Then kills goes from 1 to 2 while free is 2, which NoKillWhileEnoughIsFree rules out.` */
function ending(told: Told): string[] {
  const { explanation, kind, property } = told
  const found = conclusion(told)
  const say = ({ field, value }: Deciding): string =>
    field.kind === 'pc' ? `${field.owner ?? ''} is at ${value}` : valueInProse(field.name, value)
  const changes = explanation.steps.at(-1)?.changes ?? []
  const changed = kind === 'stepwise' ? found.filter(({ field }) => changes.some((each) => each.field === field)) : []
  const then = explanation.steps.length === 0 ? 'There' : 'Then'
  if (changed.length === 0)
    return found.length === 0 ? [] : [`${then} ${listed(found.map(say))}, which ${property} rules out.`]
  const now = changes.filter(({ field }) => changed.some((each) => each.field === field)).map((each) => comesTo(each))
  const beside = found.filter((each) => !changed.includes(each)).map(say)
  return [`Then ${listed(now)}${beside.length === 0 ? '' : ` while ${listed(beside)}`}, which ${property} rules out.`]
}

/** `In numbers, the error is 3 and its bound is 2.` */
function inNumbers({ comparison, property }: Told): string[] {
  if (comparison?.failed !== undefined)
    return [`What ${property} compares cannot be told: ${clause(comparison.failed)}.`]
  const said = (comparison?.numbers ?? []).map(({ name, value }) => `${printable(name)} is ${value}`)
  return said.length === 0 ? [] : [`In numbers, ${listed(said)}.`]
}

/** `It may go on with step 3 and end where cpu0 goes round by restart and oom_kill_start for ever (steps 4 and 5).` */
function trapped({ movers, into, round }: Trap, aftermath: Explanation | undefined): string {
  const goes = movers.map(({ process, labels }) => {
    const names = labels.map((label) => shortStep({ label }))
    return `${process} goes round by ${names.length > 2 * NAMED ? `${names.slice(0, NAMED).join(', ')} and so on` : listed(names)} for ever`
  })
  const ends = goes.length === 0 ? 'nobody moves any more' : listed(goes)
  if (aftermath === undefined) return `It may end where ${ends}.`
  const loop = aftermath.steps.length - round.steps.length
  const way =
    into.steps.length === 0 ? '' : `go on with ${numbered({ first: loop - into.steps.length, last: loop - 1 })} and `
  const around = round.steps.length === 0 ? '' : ` (${numbered({ first: loop, last: aftermath.steps.length - 1 })})`
  return `It may ${way}end where ${ends}${around}.`
}

/** Why a process does not move any more; nothing, where it does not look at anything. */
function waits({ process, label, enabled, isFair, reads }: Waiting, goesOn: boolean): string[] {
  const at = shortStep({ label })
  if (enabled !== 'never') {
    if (!goesOn) return []
    const could = `${process} could take ${at} ${enabled === 'always' ? 'all the time' : 'again and again'}`
    if (!isFair) return [`${could}, but nothing obliges it to.`]
    return enabled === 'always' ? [] : [`${could}, but each time only for a while, and nothing obliges it to win.`]
  }
  const said = blocking(reads).map(({ field, value, by, writer }) => {
    const since = by === undefined ? '' : ` since ${by.process} took ${shortStep(by)} in step ${writer + 1}`
    return `${fieldInProse(field.name, process)}, which is ${value}${since}`
  })
  return said.length === 0 ? [] : [`${process} waits at ${at} because of ${listed(said)}.`]
}

/** `All along, task.is_freed is false.`: what the goal of a loop lacks. */
function lacking({ missing }: Explanation): string[] {
  const all = withoutAlike(missing).filter(({ field }) => field.kind !== 'pc')
  const written = all.filter(({ writer }) => writer >= 0)
  const values = (written.length === 0 ? all : written)
    .slice(0, NAMED - 1)
    .map(({ field, value }) => valueInProse(field.name, value))
  return values.length === 0 ? [] : [`All along, ${listed(values)}.`]
}

const wayOut = (told: Told, turning: TurningPoint): string =>
  match(turning)
    .with({ is: 'found' }, (found) => lastWayOut(told, found))
    .with({ is: 'open' }, ({ detour }) => `Even then it is not too late: it comes about once ${ways(detour, 'takes')}.`)
    .with({ is: 'never' }, () =>
      told.explanation.steps.length === 0 ? '' : 'Whatever anybody does from the start, it comes to that.',
    )
    .with(
      { is: 'unknown' },
      ({ states }) =>
        `When it could last have been avoided is not known: more than ${counted(states, 'state')} would have to be searched.`,
    )
    .exhaustive()

function lastWayOut(told: Told, found: Extract<TurningPoint, { is: 'found' }>): string {
  const { step: index, detour, rest, instead, later } = found
  const at = told.explanation.steps[index]?.step
  const which = at === undefined ? '' : ` (${shortStep(at)} of ${at.process})`
  const when = detour.thenAsBefore ? 'before it' : 'instead'
  return [
    `The last way out${later === undefined ? '' : LATER[later]} is before step ${index + 1}${which}.`,
    `Had ${ways(detour, 'taken')} ${when}, ${otherwise(told, detour)}this could still have been avoided${instead.length === 0 ? '' : `, though not ${listed(instead)}`}.`,
    ...avoided(told, rest),
  ].join(' ')
}

/** A later one takes what is no way out of a race. */
const LATER = {
  input: ' with the same input',
  bystander: ' for those who take part',
  trade: ' that violates nothing else',
} as const

/** `It might then have ended 12 steps later, where shot is [mm0].`: also what the property would have found instead. */
function avoided(told: Told, rest: Rest): string[] {
  const last = told.otherwise?.trace.states.at(-1)
  if (rest.is !== 'ends' || last === undefined) return []
  const values = conclusion(told)
    .filter(({ field }) => field.kind !== 'pc')
    .map(({ field, value }) => ({ field, then: field.show(last), isSame: field.show(last) === value }))
  const differing = values.filter(({ isSame }) => !isSame)
  const said = (differing.length > 0 ? differing : values)
    .slice(0, NAMED)
    .map(({ field, then, isSame }) => `${valueInProse(field.name, then)}${isSame ? ' all the same' : ''}`)
  const when = rest.steps.length === 0 ? 'there' : `${counted(rest.steps.length, 'step')} later`
  const found = said.length === 0 ? '' : `, where ${listed(said)}`
  const what =
    told.kind === 'alwaysReachable' ? `What ${told.property} asks for might then have come` : 'It might then have ended'
  return [`${what} ${when}${found}.`]
}

/** What the process that then goes another way would have found and done. */
function otherwise({ difference }: Told, { steps }: Detour): string {
  if (difference === undefined) return ''
  const { other, fields, to, toInTrace, changes } = difference
  const who = steps.every(({ process }) => process === other.process) ? 'it' : other.process
  const found = fields
    .slice(0, NAMED)
    .map(({ field, value, inTrace }) => `${fieldInProse(field.name, other.process)} ${value} instead of ${inTrace}`)
  const made = changes
    .filter(({ field }) => !field.history)
    .slice(0, NAMED)
    .map(({ field, to: value }) => `${fieldInProse(field.name, other.process)} ${value}`)
  const did = [
    ...(found.length === 0 ? [] : [`found ${listed(found)}`]),
    ...(to !== toInTrace ? [wentOn(to, toInTrace)] : made.length === 0 ? [] : [`made ${listed(made)}`]),
  ]
  return did.length === 0 ? '' : `${who} would have ${listed(did)}, and `
}

function wentOn(to: string, instead: string): string {
  const [next, other] = [shortStep({ label: to }), shortStep({ label: instead })]
  if (to === DONE) return `finished instead of going on to ${other}`
  return `gone on to ${next} instead of ${instead === DONE ? 'finishing' : other}`
}

/** `cpu1 taken out_of_memory and select_bad_process`. */
function ways({ steps }: Detour, verb: string): string {
  const turns: { readonly process: string; readonly labels: string[] }[] = []
  for (const step of steps) {
    const last = turns.at(-1)
    if (last?.process === step.process) last.labels.push(shortStep(step))
    else turns.push({ process: step.process, labels: [shortStep(step)] })
  }
  return listed(
    turns.map(({ process, labels }, i) => {
      const [first = ''] = labels
      const names = labels.length > NAMED ? `${first} to ${labels.slice(-1).join('')}` : listed(labels)
      return `${process} ${i === 0 ? `${verb} ` : ''}${names}`
    }),
  )
}
