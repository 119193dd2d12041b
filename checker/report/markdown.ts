/** Markdown: a summary for the page of a CI job. What differs comes first. */
import { match } from 'ts-pattern'
import { bySpec, caveats, leftOpen, neverFalse, neverTaken, shownProperties, vacuities } from './overview.ts'
import {
  configurationName,
  statesOf,
  traceOf,
  type Decided,
  type Judged,
  type Outcome,
  type Reporter,
  type Summary,
  type Write,
} from './record.ts'
import { traceLines } from './trace.ts'
import {
  count,
  judgedInWords,
  reductionsInWords,
  reachInWords,
  resultInWords,
  someInWords,
  searchInWords,
  secondsInWords,
  statesInWords,
  tallyInWords,
} from './words.ts'

const escape = (text: string): string => text.replace(/[\\|<>*_`[\]]/g, '\\$&').replace(/\s+/g, ' ')
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
const code = (text: string): string => `\`${text}\``

const needsAction = ({ judgement }: Judged): boolean => judgement === 'differs' || judgement === 'bad'

/** One verdict that needs someone to act. */
function finding({ planned }: Decided, judged: Judged): string {
  const trace = traceOf(judged.verdict.result)
  return [
    `### ${planned.spec.name} ${escape(configurationName(planned))}: ${judged.verdict.property}`,
    `${escape(judgedInWords(judged))}.`,
    ...(planned.why === undefined || judged.expected === undefined ? [] : [`The row says: ${escape(planned.why)}`]),
    ...(trace === undefined ? [] : [['```text', ...traceLines(trace, planned.layout), '```'].join('\n')]),
  ].join('\n\n')
}

function findings(outcome: Outcome): string[] {
  const { planned } = outcome
  const where = `${planned.spec.name} ${escape(configurationName(planned))}`
  if (outcome.is === 'failed') return [`### ${where}: the checker failed\n\n${escape(outcome.message)}`]
  const states = `${count(statesOf(outcome.run) ?? 0)} states; expected: ${count(planned.states ?? 0)}`
  return [
    ...(outcome.statesDiffer ? [`### ${where}: states\n\n${states}.`] : []),
    ...outcome.verdicts.filter(needsAction).map((judged) => finding(outcome, judged)),
  ]
}

const cell = ({ verdict, judgement }: Judged): string =>
  match(judgement)
    .with('as expected', 'good', () => escape(resultInWords(verdict.result)))
    .with('differs', 'bad', () => `✗ **${escape(resultInWords(verdict.result))}**`)
    .with('inconclusive', () => `? ${escape(resultInWords(verdict.result))}`)
    .exhaustive()

function specTable(outcomes: readonly Outcome[]): string {
  const { names } = shownProperties(outcomes)
  const rows = outcomes.map((outcome) => {
    const configuration = code(configurationName(outcome.planned))
    if (outcome.is === 'failed') return [configuration, '', ...names.map(() => '✗ **the checker failed**')]
    const { run, statesDiffer, verdicts } = outcome
    const states = `${statesDiffer ? '✗ ' : ''}${statesInWords(run)}`
    const cells = names.map((name) => {
      const judged = verdicts.find(({ verdict }) => verdict.property === name)
      return judged === undefined ? '' : cell(judged)
    })
    return [configuration, states, ...cells]
  })
  return table(['Configuration', 'States', ...names], rows)
}

/** What is inconclusive, vacuous or never taken, as a list. */
function remarks(outcomes: readonly Outcome[]): string[] {
  const inconclusive = leftOpen(outcomes).map(
    ({ reason, configurations }) => `- inconclusive: ${escape(reason)} (${escape(someInWords(configurations))})`,
  )
  const vacuous = vacuities(outcomes).map(
    ({ property, reason, configurations }) =>
      `- vacuous: ${property}, ${escape(reason)} (${escape(someInWords(configurations))})`,
  )
  const less = caveats(outcomes).map(({ property, caveat }) => `- ${property}: ${escape(caveat)}`)
  const { routine } = shownProperties(outcomes)
  const kept = routine.length === 0 ? [] : [`- hold wherever they are asked for: ${routine.join(', ')}`]
  const never = [...neverTaken(outcomes).values()].map((labels) => `- never taken: ${labels.map(code).join(', ')}`)
  const open = [...neverFalse(outcomes).values()].map(
    (guards) => `- guards never false: ${guards.map(code).join(', ')}`,
  )
  const reduced = reductionsInWords(outcomes).map((words) => `- ${escape(words)}`)
  return [...kept, ...inconclusive, ...vacuous, ...less, ...reduced, ...never, ...open]
}

function* sections(summary: Summary): Generator<string> {
  const { outcomes, interrupted, exit } = summary
  yield `# ${exit === 0 ? '✓' : '✗'} oomcheck: ${interrupted ? 'interrupted, ' : ''}${tallyInWords(outcomes)}`
  yield `${reachInWords(summary)} · ${searchInWords(outcomes)} · ${secondsInWords(summary.seconds)}`
  const differing = outcomes.flatMap(findings)
  if (differing.length > 0) yield '## What differs'
  yield* differing
  for (const [name, of] of bySpec(outcomes)) {
    yield `## ${name}`
    yield specTable(of)
    const list = remarks(of)
    if (list.length > 0) yield list.join('\n')
  }
  if ([...bySpec(outcomes).values()].some((of) => shownProperties(of).hides))
    yield 'StaysInDomain and NoDeadlock hold where they are not shown.'
}

export const markdownReport = (write: Write): Reporter => ({
  start: () => undefined,
  progress: () => undefined,
  outcome: () => undefined,
  end: (summary) => write(`${[...sections(summary)].join('\n\n')}\n`),
})
